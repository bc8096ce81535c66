"""A training run: where it stands, and what it has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurohm.learning import LearningRule
from neurohm.machine import Activity, HelmholtzMachine
from neurohm.plasticity import Plasticity
from neurohm.training.schedule import Schedule


class History:
    """Columns of numbers, one entry an epoch; an epoch without a value holds ``nan``.

    Examples
    --------
    >>> history = History()
    >>> history.add({"epoch": 0, "bound": -3.5})
    >>> history["bound"].tolist()
    [-3.5]
    """

    def __init__(self, columns: Mapping[str, Any] | None = None) -> None:
        self.columns: dict[str, list[float]] = {
            name: [float(v) for v in values] for name, values in (columns or {}).items()
        }

    def add(self, values: Mapping[str, float]) -> None:
        """Append an epoch."""
        before = len(self)
        for name in self.columns.keys() | values.keys():
            column = self.columns.setdefault(name, [float("nan")] * before)
            column.append(float(values.get(name, float("nan"))))

    def set_last(self, name: str, value: float) -> None:
        """Add a value to the last epoch."""
        column = self.columns.setdefault(name, [float("nan")] * len(self))
        column[-1] = float(value)

    def __getitem__(self, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array(self.columns[name], dtype=np.float64)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __len__(self) -> int:
        return max((len(column) for column in self.columns.values()), default=0)

    def to_dict(self) -> dict[str, list[float]]:
        """Return the columns as lists."""
        return {name: list(column) for name, column in sorted(self.columns.items())}

    def to_arrays(self) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
        """Return the columns as arrays, for model files."""
        return {name: self[name] for name in sorted(self.columns)}

    def __repr__(self) -> str:
        return f"History({len(self)} epochs of {', '.join(sorted(self.columns))})"


@dataclass
class Position:
    """Where a run stands: all that, with the parameters, decides how it goes on.

    Parameters
    ----------
    epoch, batch : int
        The next batch to learn.
    step : int
        Steps done; the step of the random stream.
    samples : int
        Samples seen in this epoch.
    sums : dict of str to float
        Sums over this epoch of what the rule monitors, weighted by samples.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    samples: int = 0
    sums: dict[str, float] = field(default_factory=dict)


@dataclass
class Run:
    """What callbacks see of a training run.

    Parameters
    ----------
    machine : HelmholtzMachine
    rule : LearningRule
    plasticity : Plasticity
    schedule : Schedule
    epochs, batch_size, seed : int
    order : str
        ``"simultaneous"`` or ``"alternating"``.
    samples_per_epoch : int
    compressed : bool
        Whether batches and dreams travel in compressed form.
    data : str
        Hash by which the data are known again; empty where they have none.
    position : Position
    history : History
    stop : bool
        Set by a callback to end the run after this epoch.
    settle : callable
        Brings the position up to date, where a device is ahead of it.
    dreams : Activity or None
        Of the last step, in memory that the next one writes to.
    """

    machine: HelmholtzMachine
    rule: LearningRule
    plasticity: Plasticity
    schedule: Schedule
    epochs: int
    batch_size: int
    seed: int
    order: str
    samples_per_epoch: int
    compressed: bool = False
    data: str = ""
    position: Position = field(default_factory=Position)
    history: History = field(default_factory=History)
    stop: bool = False
    settle: Callable[[], None] = field(default=lambda: None, repr=False)
    dreams: Activity | None = field(default=None, repr=False)

    def settings(self) -> dict[str, Any]:
        """Return all that must be the same for a run to be resumed."""
        return {
            "rule": {"name": self.rule.name, **self.rule.settings()},
            "plasticity": {"name": self.plasticity.name, **self.plasticity.settings()},
            "schedule": self.schedule.settings(),
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "order": self.order,
            "samples_per_epoch": self.samples_per_epoch,
            "compressed": self.compressed,
            "sizes": list(self.machine.sizes),
            "kinds": [
                [p.kind for p in pathway.populations.values()]
                for pathway in (self.machine.generative, self.machine.recognition)
            ],
            "dtype": self.machine.dtype.name,
        }
