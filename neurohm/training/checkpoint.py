"""Checkpoints: a run written down so that it can go on as if it had not been stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from neurohm.backend import Backend
from neurohm.exceptions import InputError
from neurohm.files import check_writable
from neurohm.machine import HelmholtzMachine
from neurohm.storage import (
    Tree,
    keyed,
    machine_from_tree,
    machine_to_tree,
    numbered,
    read_model,
    write_model,
)
from neurohm.training.callbacks import Callback
from neurohm.training.run import History, Position, Run
from neurohm.training.schedule import Decay

KIND = "checkpoint"
COST = 20
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A run was stopped by a signal, after its checkpoint was written."""


class Checkpoint(Callback):
    """Write the whole state of a run: every few seconds, at its end, and when it is stopped.

    While a run has a checkpoint, SIGINT and SIGTERM let it finish its step, write the checkpoint
    and raise `Interrupted`.

    Parameters
    ----------
    path : path
    every : float, optional
        Least time between checkpoints, seconds; by default as often as costs a twentieth of the
        time. When they are written changes no result.
    extra : mapping, optional
        A tree to keep beside the run, such as an estimator's settings.
    keep : bool
        Whether the file stays after the run has ended.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        every: float | None = None,
        extra: Tree | None = None,
        keep: bool = True,
    ) -> None:
        self.path = check_writable(path)
        self.every = every
        self.extra = dict(extra or {})
        self.keep = keep
        self.others: Sequence[Callback] = ()
        self._signal: int | None = None
        self._due = 0.0

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Catch signals while the run lasts."""
        self._signal, self._due = None, 0.0
        with _handling(self._catch):
            yield

    def after_step(self, run: Run) -> None:
        """Write, if a signal came or the time is due."""
        if self._signal is not None or time.monotonic() >= self._due:
            self.write(run)
            self._raise_if_stopped()

    def after_epoch(self, run: Run) -> None:
        """Write the epoch, as `after_step` does."""
        self.after_step(run)

    def after_training(self, run: Run) -> None:
        """Write the end of the run, or remove the file if it is not to be kept."""
        if self.keep:
            self.write(run)
        else:
            self.path.unlink(missing_ok=True)

    def write(self, run: Run) -> None:
        """Write the checkpoint now.

        Raises
        ------
        NumericalError
            If learning has left the finite numbers; the last good checkpoint stays.
        """
        run.settle()
        run.require_finite()
        tree = {
            **self.extra,
            "machine": machine_to_tree(run.machine),
            "run": {
                "settings": run.settings(),
                "position": asdict(run.position),
                "history": run.history.to_arrays(),
                "stop": run.stop,
            },
            "plasticity": numbered(_on_host(run.plasticity.state, run.machine.backend)),
            "callbacks": {
                str(i): {"name": type(c).__name__, **c.state()} for i, c in enumerate(self.others)
            },
        }
        begin = time.monotonic()
        write_model(self.path, KIND, tree)
        now = time.monotonic()
        self._due = now + (COST * (now - begin) if self.every is None else self.every)

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self._signal = number

    def _raise_if_stopped(self) -> None:
        if self._signal is not None:
            raise Interrupted(f"stopped; the state is in {self.path}")


def read_checkpoint(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the tree of a checkpoint.

    Raises
    ------
    InputError
        If the file is another kind of model file.
    """
    kind, tree = read_model(path)
    if kind != KIND:
        raise InputError(f"{path} holds a finished {kind}", "a checkpoint to resume from")
    return tree


def restore(run: Run, callbacks: Sequence[Callback], path: str | os.PathLike[str]) -> None:
    """Set a run to where a checkpoint stands.

    Raises
    ------
    InputError
        If a setting differs; the message names it.
    """
    tree = read_checkpoint(path)
    stateful, own = tree["callbacks"], _stateful(callbacks)
    saved = {
        **_completed(tree["run"]["settings"], run),
        "callbacks": [stateful[str(i)]["name"] for i in range(len(stateful))],
    }
    given = {**run.settings(), "callbacks": [type(c).__name__ for c in own]}
    for name, value in given.items():
        if name != "compressed" and saved.get(name) != value:
            raise InputError(
                f"{name} {value} where the checkpoint {Path(path).name} has {saved.get(name)}",
                "the same settings to resume with",
                "give the same options, or start again without resuming",
            )
    if saved["compressed"] != run.compressed:
        raise InputError(
            f"compressed {run.compressed} where the checkpoint {Path(path).name} has "
            f"{saved['compressed']}: other data, or another device",
            "the data and the device that the run was begun with",
        )
    machine = machine_from_tree(tree["machine"])
    _check_units(run.machine, machine, path)
    run.machine.set_parameters(machine.parameters())
    run.position = Position(**tree["run"]["position"])
    run.history = History(tree["run"]["history"])
    run.stop = tree["run"]["stop"]
    run.plasticity.state = _averages(tree["plasticity"], run.machine.backend)
    for i, callback in enumerate(own):
        callback.restore(stateful[str(i)])


def _check_units(
    machine: HelmholtzMachine, saved: HelmholtzMachine, path: str | os.PathLike[str]
) -> None:
    """Refuse populations that are not those of a checkpoint, such as ones that learn more."""
    for name in ("generative", "recognition"):
        own, theirs = (list(m.pathway(name).populations.values()) for m in (machine, saved))
        if own != theirs:
            raise InputError(
                f"{name} populations {own} where the checkpoint {Path(path).name} has {theirs}",
                "the same populations to resume with",
            )


def _completed(saved: Tree, run: Run) -> dict[str, Any]:
    """Return settings of a checkpoint, with the defaults of those that it is too old to know."""
    rule = dict(saved["rule"])
    if rule["name"] == run.rule.name:
        defaults = {f.name: f.default for f in fields(run.rule) if f.default is not MISSING}
        rule = {**defaults, **rule}
    schedule = {"name": Decay.name, **saved["schedule"]}
    kinds = saved["kinds"]
    if kinds and isinstance(kinds[0], str):  # from when both pathways had the same
        kinds = [kinds, kinds[1:]]
    return {"compressed": False, **saved, "rule": rule, "schedule": schedule, "kinds": kinds}


def linked(callbacks: Sequence[Callback]) -> Sequence[Callback]:
    """Return the callbacks, checkpoints last, each knowing the others whose state it keeps."""
    checkpoints = [c for c in callbacks if isinstance(c, Checkpoint)]
    for checkpoint in checkpoints:
        checkpoint.others = _stateful(callbacks)
    return [*(c for c in callbacks if not isinstance(c, Checkpoint)), *checkpoints]


def _stateful(callbacks: Sequence[Callback]) -> list[Callback]:
    return [c for c in callbacks if type(c).state is not Callback.state]


def _on_host(state: dict[str, dict[str, Any]], backend: Backend) -> dict[str, dict[str, Any]]:
    """Return running averages, their arrays in memory of the host."""
    return {
        key: {
            name: backend.to_host(value) if hasattr(value, "dtype") else value
            for name, value in averages.items()
        }
        for key, averages in state.items()
    }


def _averages(tree: Tree, backend: Backend) -> dict[str, dict[str, Any]]:
    """Return running averages, their arrays in memory of the backend."""

    def own(value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        array = backend.empty(value.shape, value.dtype)
        array[...] = backend.asarray(value, value.dtype)
        return array

    return {
        key: {name: own(value) for name, value in averages.items()}
        for key, averages in keyed(tree).items()
    }


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle signals in the main thread; elsewhere Python cannot, and the run goes on as it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
