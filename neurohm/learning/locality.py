"""Which signals each synapse's change was made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from neurohm.backend import Site, as_stream
from neurohm.exceptions import ArgumentTypeError
from neurohm.learning.base import LearningRule
from neurohm.learning.registry import as_rule
from neurohm.machine import HelmholtzMachine, LocalUpdate, as_machine, dream
from neurohm.machine.updates import SYNAPSE_LOCAL, DeclaredUpdate, ThirdFactor

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.plasticity import Plasticity


@dataclass(frozen=True)
class Signal:
    """One line of the report: how a parameter changed in one phase.

    Parameters
    ----------
    parameter : str
    phase : str
    presynaptic, postsynaptic, third_factor : str
    locality : str
        ``synapse-local``, ``neuron-local``, ``global scalar`` or ``non-local``.
    """

    parameter: str
    phase: str
    presynaptic: str
    postsynaptic: str
    third_factor: str
    locality: str


@dataclass(frozen=True)
class LocalityReport:
    """For each projection and bias, the signals that its change used, and their class.

    Parameters
    ----------
    rule : str
    signals : tuple of Signal
    """

    rule: str
    signals: tuple[Signal, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the report as a table, one row per signal, indexed by parameter.

        Examples
        --------
        >>> import neurohm as nh
        >>> report = nh.locality_report(nh.HelmholtzMachine([4, 2]), "wake-sleep")
        >>> report.to_frame().loc["generative/hidden1->visible", "postsynaptic"]
        'visible error'
        """
        import pandas as pd

        columns = [field.name for field in fields(Signal)]
        return pd.DataFrame(map(asdict, self.signals), columns=columns).set_index("parameter")

    def _repr_html_(self) -> str:
        """Return the table that notebooks show."""
        table = self.to_frame().reset_index()
        return str(table.rename(columns={"third_factor": "third factor"}).to_html(index=False))

    def __str__(self) -> str:
        head = ("parameter", "phase", "presynaptic", "postsynaptic", "third factor", "locality")
        rows = [head, *(tuple(asdict(signal).values()) for signal in self.signals)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines)


def locality_report(
    machine: HelmholtzMachine,
    rule: str | LearningRule,
    plasticity: Plasticity | None = None,
    *,
    seed: int = 0,
) -> LocalityReport:
    """Run one step on dreamt data and report which signals each parameter's change used.

    Nothing is changed: the report reads the updates that the rule returns, and every change that
    plasticity makes is one of them.

    Parameters
    ----------
    machine : HelmholtzMachine
    rule : str or LearningRule
    plasticity : Plasticity, optional
        Adds what it uses beyond the update itself (nothing, for the delta rule and Adam).
    seed : int

    Returns
    -------
    LocalityReport

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> report = nh.locality_report(nh.HelmholtzMachine([4, 2]), nh.WakeSleep())
    >>> {signal.locality for signal in report.signals}
    {'synapse-local'}
    """
    machine, rule = as_machine(machine), as_rule(rule).fresh().at(0)
    stream = as_stream(seed)
    made_by = SYNAPSE_LOCAL if plasticity is None else getattr(plasticity, "locality", None)
    if made_by is None:
        raise ArgumentTypeError(f"plasticity {plasticity!r}", "a Plasticity", "e.g. nh.Adam()")
    x = dream(machine, 8 * rule.consecutive, stream, Site.DREAM).states[0]
    updates = rule.updates(machine, rule.phases(machine, x, seed=stream))
    signals = [signal for update in updates.local for signal in _signals(machine, update, made_by)]
    signals += map(_declared_signal, updates.declared)
    return LocalityReport(rule.name, tuple(signals))


def _declared_signal(declared: DeclaredUpdate) -> Signal:
    gain, locality = declared.gain, declared.locality
    factor = "" if gain is None else _factor(gain)
    if gain is not None and gain.locality not in locality:
        locality = f"{gain.locality}, {locality}"
    return Signal(declared.parameter, declared.phase, "", declared.reason, factor, locality)


def _factor(gain: ThirdFactor) -> str:
    return f"{gain.signal} ({gain.locality})"


def _signals(machine: HelmholtzMachine, update: LocalUpdate, made_by: str) -> Iterator[Signal]:
    names = [p.name for p in machine.populations]
    factor = "" if update.gain is None else _factor(update.gain)
    locality = update.gain.locality if update.gain is not None else SYNAPSE_LOCAL
    for afferent in update.afferents:
        source = getattr(afferent.synapses, "source", None)
        yield Signal(
            afferent.synapses.key,
            update.phase,
            "always active" if source is None else f"{names[source]} activity",
            f"{names[update.population]} error",
            factor,
            locality if made_by == SYNAPSE_LOCAL else f"{locality}, {made_by}",
        )
