"""Wake-sleep learned by spikes: which equations neurons and synapses get for it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.spiking import equations
from neurohm.spiking.blueprint import Blueprint
from neurohm.spiking.brian import DEFAULT_FUNCTIONS, brian2

RULES = ("wake-sleep", "reweighted")


@dataclass(frozen=True)
class SpikingRule:
    """What the synapses of a spiking machine learn by, at the end of each cycle.

    ``"wake-sleep"``: presynaptic trace x (postsynaptic spike - what the compartment predicted),
    generative synapses awake and recognition synapses asleep. ``"reweighted"``: the cycles awake
    of a row of data are its particles; an eligibility trace gathers them with the weight that a
    modulator broadcasts. The equations are strings in `neurohm.spiking.equations`.

    Parameters
    ----------
    rate : float or str
        Learning rate; a text is an equation in ``cycle``, such as
        ``"0.3*0.01**(cycle/10000.0)"``.
    rule : str
    particles : int
        Of the reweighted rule.
    wake_mix, sleep_mix : float
        As in `neurohm.Reweighted`.
    baseline : bool
        As in `neurohm.Reweighted`.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense.

    Examples
    --------
    >>> print(SpikingRule(0.1).changes["generative"])
    w += slope*rate_post*awake_post*spikes_pre*apical_error_post
    """

    rate: float | str = 0.1
    rule: str = "wake-sleep"
    particles: int = 1
    wake_mix: float = 0.5
    sleep_mix: float = 0.5
    baseline: bool = True

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise InputError(f"rule {self.rule!r}", f"one of {', '.join(map(repr, RULES))}")
        if isinstance(self.rate, str):
            _check_equation(self.rate)
        else:
            object.__setattr__(self, "rate", real_number("rate", self.rate, least=0))
        whole_number("particles", self.particles)
        if not self.reweighted and self.particles != 1:
            raise InputError(f"{self.particles} particles of wake-sleep", "one", "or 'reweighted'")
        for name in ("wake_mix", "sleep_mix"):
            real_number(name, getattr(self, name), least=0)

    @property
    def reweighted(self) -> bool:
        """Whether there are particles to be weighed."""
        return self.rule == "reweighted"

    @property
    def synapse_model(self) -> str:
        """What a synapse holds."""
        return equations.ELIGIBILITY if self.reweighted else equations.WEIGHT

    @property
    def changes(self) -> dict[str, str]:
        """What happens at a synapse in the trough, by its pathway."""
        return equations.REWEIGHTED if self.reweighted else equations.WAKE_SLEEP

    def neuron_model(self, kind: str) -> str:
        """Return what neurons have for learning."""
        model = f"rate = {self.rate} : 1 (shared)\n" + equations.ERRORS
        if self.reweighted:
            model += equations.PARTICLES + equations.NEURON_ELIGIBILITY + equations.EVIDENCE[kind]
        return model

    @property
    def new_cycle(self) -> str:
        """What neurons do at the start of a cycle."""
        return equations.NEW_CYCLE + (equations.NOTHING_HEARD if self.reweighted else "")

    def names(self) -> dict[str, Any]:
        """Return what the equations call by name."""
        if not self.reweighted:
            return {}
        mixes = {"wake_mix": self.wake_mix, "sleep_mix": self.sleep_mix}
        return {**mixes, "baseline": int(self.baseline)}

    def attach(
        self, blueprint: Blueprint, groups: Sequence[Any], names: dict[str, Any], clock: Any
    ) -> list[Any]:
        """Let thresholds learn, too; return the modulator, where there is one.

        Parameters
        ----------
        blueprint : Blueprint
        groups : sequence of NeuronGroup
            Visible first.
        names : dict of str to object
            What equations call by name.
        clock : Clock

        Returns
        -------
        list of Brian2 objects
        """
        change = (
            equations.REWEIGHTED_THRESHOLDS if self.reweighted else equations.WAKE_SLEEP_THRESHOLDS
        )
        modulator = self._modulator(blueprint, groups, names, clock) if self.reweighted else []
        for group in groups:
            group.run_on_event("trough", change, when="after_synapses")
        return modulator

    def _modulator(
        self, blueprint: Blueprint, groups: Sequence[Any], names: dict[str, Any], clock: Any
    ) -> list[Any]:
        """Return one modulator for each copy, and synapses to and from it."""
        copies = blueprint.copies
        modulator = brian2.NeuronGroup(
            copies,
            equations.CLOCK_OF_MODULATOR + equations.PARTICLES + equations.MODULATOR,
            events={"trough": equations.TROUGH},
            namespace=names,
            clock=clock,
            name="modulator",
        )
        modulator.run_on_event("trough", equations.BROADCAST, when="synapses", order=1)
        between = []
        for index, (group, size) in enumerate(zip(groups, blueprint.machine.sizes, strict=True)):
            copy, every = np.repeat(np.arange(copies), size), np.arange(copies * size)
            shared = {"on_event": "trough", "namespace": names, "clock": clock}
            gather = equations.GATHER["hidden" if index else "visible"]
            reports = brian2.Synapses(
                group, modulator, on_pre=gather, name=f"evidence_{group.name}", **shared
            )
            reports.connect(i=every, j=copy)
            hears = brian2.Synapses(
                modulator, group, on_pre=equations.HEARD, name=f"modulation_{group.name}", **shared
            )
            hears.connect(i=copy, j=every)
            hears.pre.order = 2  # after the modulator, before the synapses that learn
            between += [reports, hears]
        return [modulator, *between]


def _check_equation(rate: str) -> None:
    """Refuse what is no equation in ``cycle``."""
    try:
        names = {
            node.id for node in ast.walk(ast.parse(rate, mode="eval")) if type(node) is ast.Name
        }
    except SyntaxError:
        raise InputError(f"rate {rate!r}", "an equation", 'e.g. "0.1/(1 + cycle/1000.0)"') from None
    if unknown := sorted(names - {"cycle", "t", "second", "ms", *DEFAULT_FUNCTIONS}):
        raise InputError(f"{unknown[0]!r} in rate {rate!r}", "an equation in 'cycle' or 't'")
