"""What the rule remembers from step to step: its encoding functions and its last dreams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.learning.ddc.delta import DeltaReadouts, require_readable
from neurohm.learning.ddc.encoding import Encoding, encoding_of, standard_of, warn_if_saturated
from neurohm.learning.ddc.gradient import require_family
from neurohm.learning.ddc.window import DreamWindow, require_enough, require_room, window_bytes
from neurohm.machine import HelmholtzMachine, Stream, dream

if TYPE_CHECKING:
    from neurohm.learning.ddc.rule import DDC

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Begun:
    """What is remembered of one machine.

    Parameters
    ----------
    sizes : tuple of int
        Of its populations.
    standards : list of two ndarray each, (units,)
        Centre and scale of the activity of each population.
    encodings : list of Encoding
    window : DreamWindow
    readouts : DeltaReadouts or None
        Where the delta rule learns.
    watched : dict of str to float
        Held-out R^2 of the maps, as last looked at.
    """

    sizes: tuple[int, ...]
    standards: list[tuple[Matrix, Matrix]]
    encodings: list[Encoding]
    window: DreamWindow
    readouts: DeltaReadouts | None
    watched: dict[str, float] = field(default_factory=dict)


@dataclass(eq=False)
class Memory:
    """Empty until the first step.

    Parameters
    ----------
    begun : Begun, optional
    waiting : dict
        What a checkpoint held, until the first step.
    """

    begun: Begun | None = None
    waiting: dict[str, Any] = field(default_factory=dict)

    def dreamt(self, rule: DDC, machine: HelmholtzMachine, x: Matrix, stream: Stream) -> Begun:
        """Return what is remembered, with dreams of this step.

        Parameters
        ----------
        rule : DDC
        machine : HelmholtzMachine
        x : ndarray, (rows, visible units)
            Data, by which functions of data are standardised in the first step.
        stream : RandomStream
        """
        if self.waiting:
            self.begun = self._revived(rule, machine, self.waiting)
            self.waiting = {}
        begun = self.begun
        if begun is None or begun.sizes != machine.sizes:
            return self._begin(rule, machine, x, stream)
        dreams = dream(machine, rule.sleep_samples, stream, Site.SLEEP_DDC)
        begun.window.add([np.asarray(state) for state in dreams.states])
        return begun

    def _begin(self, rule: DDC, machine: HelmholtzMachine, x: Matrix, stream: Stream) -> Begun:
        """Fill the window with dreams of the machine as it is."""
        steps = rule.steps
        require_feasible(rule, machine, rule.sleep_samples, steps, learner=rule.learner)
        states = dream(machine, steps * rule.sleep_samples, stream, Site.SLEEP_DDC).states
        samples = [x, *(np.asarray(state) for state in states[1:])]
        pairs = zip(machine.populations, samples, strict=True)
        begun = _prepared(rule, machine, [standard_of(*pair) for pair in pairs])
        begun.window.add([np.asarray(state) for state in states])
        for encoding, code, population in zip(
            begun.encodings, begun.window.codes, machine.populations, strict=True
        ):
            warn_if_saturated(encoding, code, population.name)
        self.begun = begun
        return begun

    def tree(self) -> dict[str, Any]:
        """Return what is remembered, for checkpoints."""
        begun = self.begun
        if begun is None:
            return dict(self.waiting)
        readouts = begun.readouts
        return {
            "sizes": list(begun.sizes),
            "standards": {str(i): np.stack(pair) for i, pair in enumerate(begun.standards)},
            "window": begun.window.tree(),
            "readouts": {} if readouts is None else readouts.tree(),
            "watched": dict(begun.watched),
        }

    def _revived(self, rule: DDC, machine: HelmholtzMachine, tree: dict[str, Any]) -> Begun:
        pairs = [tree["standards"][str(i)] for i in range(len(tree["sizes"]))]
        begun = _prepared(rule, machine, [(centre, scale) for centre, scale in pairs])
        begun.window.restore(tree["window"])
        if begun.readouts is not None:
            begun.readouts.restore(tree["readouts"])
        begun.watched.update(tree["watched"])
        return begun


def encodings_of(
    rule: DDC, machine: HelmholtzMachine, standards: list[tuple[Matrix, Matrix]]
) -> list[Encoding]:
    """Return the encoding functions of each population of a machine, visible first."""
    return [
        encoding_of(
            population,
            standard,
            kind=rule.encoding if layer else rule.data_encoding,
            functions=rule.functions if layer else rule.data_functions,
            spread=rule.spread,
            seed=rule.encoding_seed,
            place=layer,
        )
        for layer, (population, standard) in enumerate(
            zip(machine.populations, standards, strict=True)
        )
    ]


def first_dreams(
    machine: HelmholtzMachine, rows: int, seed: int | RandomStream
) -> list[npt.NDArray[Any]]:
    """Return dreams of a machine, visible first, ``(rows, units)`` each."""
    stream = seed if isinstance(seed, RandomStream) else RandomStream(seed)
    return [np.asarray(state) for state in dream(machine, rows, stream, Site.SLEEP_DDC).states]


def require_feasible(
    rule: DDC, machine: HelmholtzMachine, dreams: int, steps: int, *, learner: str = "ridge"
) -> None:
    """Raise, before anything is dreamt, if a machine cannot be learned of by those dreams.

    Raises
    ------
    InputError
        If a population is not of an exponential family, or dreams are too few, or memory is.
    """
    require_family(machine)
    standards = [(np.zeros(size), np.ones(size)) for size in machine.sizes]
    encodings = encodings_of(rule, machine, standards)
    if learner == "ridge":
        require_enough(encodings, dreams, steps)
    else:
        require_readable(machine, encodings, rule.memory_limit)
    needed = window_bytes(machine, encodings, dreams, steps)
    require_room(needed, rule.memory_limit, f"{steps * dreams} dreams and their codes")


def _prepared(
    rule: DDC, machine: HelmholtzMachine, standards: list[tuple[Matrix, Matrix]]
) -> Begun:
    """Return an empty window, and untaught read-outs."""
    encodings = encodings_of(rule, machine, standards)
    readouts = DeltaReadouts(machine, encodings, rule) if rule.learner == "delta" else None
    window = DreamWindow(machine, encodings, rule.sleep_samples, rule.steps)
    return Begun(machine.sizes, standards, encodings, window, readouts)
