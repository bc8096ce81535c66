"""Checkpoints: a run written down so that it can go on as if it had not been stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from neurohm.backend import Backend
from neurohm.exceptions import (
    InputError,
    MissingFileError,
    NeurohmWarning,
    NumericalError,
    WriteError,
)
from neurohm.files import check_writable
from neurohm.locks import held
from neurohm.machine import HelmholtzMachine
from neurohm.storage import (
    Tree,
    keyed,
    machine_from_tree,
    machine_to_tree,
    numbered,
    write_model,
)
from neurohm.training.callbacks import Callback
from neurohm.training.checkpoint_files import (
    KIND,
    latest_checkpoint,
    previous_of,
    read_checkpoint,
    remove_checkpoint,
)
from neurohm.training.not_finite import require_finite
from neurohm.training.run import History, Position, Run
from neurohm.training.schedule import Decay

COST = 20
RETRY = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A run was stopped by a signal, after its checkpoint was written."""


class Checkpoint(Callback):
    """Write the whole state of a run: every few seconds, at its end, and when it is stopped.

    While a run has a checkpoint, SIGINT and SIGTERM let it finish its step, write the checkpoint
    and raise `Interrupted`. The checkpoint before the last is kept while the run lasts, with
    ``.previous`` after its name. A disk that is full does not end the run: it warns, and tries
    again. A file with ``.lock`` after the name keeps other runs from it.

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
        self._trouble = ""
        self._is_new = self._is_own = False

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Keep others from the file, and catch signals, while the run lasts.

        Raises
        ------
        InputError
            If another run writes to the same file.
        NumericalError
            If the run leaves the finite numbers; says where the last good state is.
        """
        self._signal, self._due, self._trouble = None, 0.0, ""
        self._is_new, self._is_own = not run.position.step, False
        with held(self.path.with_name(f"{self.path.name}.lock")), _handling(self._catch):
            try:
                yield
            except NumericalError as error:
                if not self._is_own:
                    raise
                mend = f"{error.mend}; the last good state is in {self.path}"
                raise NumericalError(error.found, error.expected, mend) from error

    def after_step(self, run: Run) -> None:
        """Write, if a signal came or the time is due."""
        if self._signal is not None or time.monotonic() >= self._due:
            self._attempt(run)
            self._raise_if_stopped()

    def after_epoch(self, run: Run) -> None:
        """Write the epoch, as `after_step` does."""
        self.after_step(run)

    def after_training(self, run: Run) -> None:
        """Write the end of the run, or remove the file if it is not to be kept."""
        if not self.keep:
            remove_checkpoint(self.path)
        elif self._attempt(run):
            previous_of(self.path).unlink(missing_ok=True)

    def write(self, run: Run) -> None:
        """Write the checkpoint now.

        Raises
        ------
        NumericalError
            If learning has left the finite numbers; the last good checkpoint stays.
        WriteError, MissingFileError
            If the file cannot be written; the last checkpoint stays.
        """
        run.settle()
        require_finite(run)
        tree = {
            **self.extra,
            "machine": machine_to_tree(run.machine),
            "run": {
                "settings": run.settings(),
                "data": run.data,
                "position": asdict(run.position),
                "history": run.history.to_arrays(),
                "stop": run.stop,
            },
            "rule": run.rule.memory(),
            "plasticity": numbered(_on_host(run.plasticity.state, run.machine.backend)),
            "callbacks": {
                str(i): {"name": type(c).__name__, **c.state()} for i, c in enumerate(self.others)
            },
        }
        begin = time.monotonic()
        self._put(tree)
        now = time.monotonic()
        self._due = now + (COST * (now - begin) if self.every is None else self.every)

    def _put(self, tree: Tree) -> None:
        """Write a tree in place of the last one, which is kept if it is of this very run."""
        previous = previous_of(self.path)
        if self._is_new and not self._is_own:
            previous.unlink(missing_ok=True)  # of an earlier run
        # A file that this run has not written may be damaged, and takes no good one's place.
        write_model(self.path, KIND, tree, previous=previous if self._is_own else None)
        self._is_own = True

    def _attempt(self, run: Run) -> bool:
        """Write, or warn that it cannot be done: what was learned is not to be lost for that."""
        try:
            self.write(run)
        except (WriteError, MissingFileError) as error:
            if not self._trouble:
                warnings.warn(
                    f"no checkpoint after step {run.position.step}: {error.found}; learning goes "
                    "on, and the last one stays; free some space",
                    NeurohmWarning,
                    stacklevel=2,
                )
            self._trouble = error.found
            self._due = time.monotonic() + (RETRY if self.every is None else self.every)
            return False
        self._trouble = ""
        return True

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self._signal = number

    def _raise_if_stopped(self) -> None:
        if self._signal is None:
            return
        if self._trouble:
            raise Interrupted(f"stopped; {self._trouble}, so an earlier state is in {self.path}")
        raise Interrupted(f"stopped; the state is in {self.path}")


def restore(run: Run, callbacks: Sequence[Callback], path: str | os.PathLike[str]) -> None:
    """Set a run to where a checkpoint stands.

    Raises
    ------
    InputError
        If a setting differs, which the message names, or the data do.
    """
    path = latest_checkpoint(path) or path
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
    if tree["run"].get("data", run.data) != run.data:
        raise InputError(
            f"other samples than those that the checkpoint {Path(path).name} learned from",
            "the same data, in the same order, to resume with",
            "give them, or start again without resuming",
        )
    machine = machine_from_tree(tree["machine"])
    _check_units(run.machine, machine, path)
    run.machine.set_parameters(machine.parameters())
    run.position = Position(**tree["run"]["position"])
    run.history = History(tree["run"]["history"])
    run.stop = tree["run"]["stop"]
    run.rule.remember(tree.get("rule", {}))
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
