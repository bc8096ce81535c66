"""The Helmholtz machine over windows of a spike recording."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from neurohm.analysis import IndependentModel
from neurohm.analysis.quality import WindowMatrix
from neurohm.checks import real_number, whole_number
from neurohm.estimators import saved
from neurohm.estimators.base import keepers
from neurohm.estimators.fitted_spikes import FittedSpikes
from neurohm.estimators.holding_out import hold_out
from neurohm.estimators.hooks import CallbackSupportMixin, hooks_of, with_callbacks
from neurohm.estimators.increments import Increments
from neurohm.estimators.settings import (
    Layers,
    chosen_epochs,
    chosen_plasticity,
    chosen_rule,
    chosen_seed,
    hidden_layers,
    is_auto,
)
from neurohm.estimators.window_batches import WindowBatches, portions_of
from neurohm.exceptions import InputError
from neurohm.learning import LearningRule, ParticleSchedule
from neurohm.machine import HelmholtzMachine
from neurohm.machine.initial import fit_visible_bias
from neurohm.plasticity import Plasticity
from neurohm.populations import POPULATIONS
from neurohm.recordings import BinnedSpikes, Recording, Windows, bin_spikes
from neurohm.recordings.unit_observation import warn_of_time_left_out
from neurohm.training import (
    Batches,
    Callback,
    Checkpoint,
    Decay,
    History,
    Progress,
    latest_checkpoint,
    train,
)

BatchMaker: TypeAlias = Callable[[BinnedSpikes, int], Batches]

BIN_SIZE = 0.02
MOST_HELD_OUT = 2000
OBSERVATIONS = ("auto", "bernoulli", "poisson")


class SpikeHelmholtz(CallbackSupportMixin, FittedSpikes):
    """A Helmholtz machine fitted to windows of a spike recording by local learning.

    Each window of ``lags`` bins of all units is one sample. Five blocks, spread over the
    recording, are not learned from: they serve to stop in time and to keep the best parameters.

    Parameters
    ----------
    hidden : sequence of int, Population or str, or one of them
        The hidden layers, from the one next to the spikes: sizes, populations, or kinds of units
        with sizes, such as ``"autoregressive:40"``.
    bin_size : float or "auto"
        Seconds. "auto": 20 ms, or the bins of a recording that came binned.
    lags : int
        Bins in a window.
    rule : str or LearningRule
        ``"reweighted"``, ``"wake-sleep"``, ``"bidirectional"`` or ``"ddc"``.
    particles : int or ParticleSchedule
        Of the reweighted and the bidirectional rule.
    plasticity : str or Plasticity
        ``"adam"``, ``"delta"``, ``"natural"``, ``"diagonal-natural"`` or ``"online-natural"``.
    learning_rate : float, optional
        Of a plasticity given by name; 0.015 for Adam and 0.1 for the delta rule by default. It
        falls to three tenths over the second half of the epochs.
    epochs : int or "auto"
        In each epoch every bin is seen once. "auto": 50, or more where 50 make fewer than
        4000 steps; of the rule "ddc", as many as make 1000.
    batch_size : int
        Windows a step.
    observation : str
        Distribution of the counts: ``"poisson"``, ``"bernoulli"`` (a spike or none; counts above
        1 count as 1), or ``"auto"``, Bernoulli where no bin holds two spikes.
    validation : float
        Share of the recording, in five blocks spread over it, that stops the fit; 0 for none.
    patience : int or "auto"
        Epochs without improvement on that share before the fit stops. "auto": a fifth of the
        epochs, and at least 10.
    shuffle_window : float, optional
        Seconds (or bins) of the recording that batches are drawn from at a time, in 16 blocks from
        all over it: for recordings that are larger than memory, on disks that seek slowly. By
        default batches are drawn from all of it.
    device : str
        ``"cpu"``, or ``"cuda"`` to learn on a GPU; the fitted machine lies on the CPU.
    random_state : int, Generator or None
        The same number gives the same fit, to the bit.

    Attributes
    ----------
    machine_ : HelmholtzMachine
    history_ : History
        ``bound``: training bound, ``held_out``: score of the validation share (nats per window).
    learning_ : dict
        Rule and plasticity with all their settings, the epochs and steps.
    independent_ : IndependentModel
        The baseline, of the same data.
    bin_size_ : float
        Seconds (or bins, see ``time_unit_``).
    observation_, time_unit_ : str
    unit_ids_ : ndarray, (n_units,)
    n_features_in_ : int
        Number of units.
    positions_ : ndarray or None
        Micrometres.
    seed_ : int
    recording_ : dict
        Fingerprint and source of the training data.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> train, test = recording.split(test=0.2)
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(train)
    >>> model.receptive_fields().shape
    (4, 10, 2)
    """

    def __init__(
        self,
        hidden: Layers = (40, 10),
        bin_size: float | str = "auto",
        lags: int = 5,
        rule: str | LearningRule = "reweighted",
        particles: int | ParticleSchedule = 5,
        plasticity: str | Plasticity = "adam",
        learning_rate: float | None = None,
        epochs: int | str = "auto",
        batch_size: int = 100,
        observation: str = "auto",
        validation: float = 0.1,
        patience: int | str = "auto",
        shuffle_window: float | None = None,
        device: str = "cpu",
        random_state: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.bin_size = bin_size
        self.lags = lags
        self.rule = rule
        self.particles = particles
        self.plasticity = plasticity
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.observation = observation
        self.validation = validation
        self.patience = patience
        self.shuffle_window = shuffle_window
        self.device = device
        self.random_state = random_state

    @with_callbacks
    def fit(
        self,
        recording: Recording | npt.ArrayLike,
        y: None = None,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        keep_checkpoint: bool = False,
        resume: bool = False,
        callbacks: Sequence[Callback] = (),
        label: str | None = "fitting",
        batches: BatchMaker = WindowBatches,
    ) -> SpikeHelmholtz:
        """Fit the machine to a recording.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            A matrix holds counts in bins of ``bin_size``. What `as_recording` takes besides
            (objects of Neo, pynapple or SpikeInterface, a mapping of spike times) will do.
            Bins in which not all units were observed are left out.
        y : None
            Ignored.
        checkpoint : path, optional
            Where to keep the state while fitting.
        keep_checkpoint : bool
            Whether it stays when the fit is done; else it is removed.
        resume : bool
            Go on from the checkpoint, if it is there, to the same result as without a stop.
        callbacks : sequence of Callback
        label : str or None
            Text beside the progress bar; None for no bar.
        batches : callable
            From counts and the number of lags to what is learned from; `neurohm.cluster` takes
            batches that lie on other machines.

        Returns
        -------
        SpikeHelmholtz
            This estimator.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument or the recording cannot be used.

        Warns
        -----
        NeurohmWarning
            If time is left out because units were observed at different times.
        """
        settings = self._checked()
        hooks = hooks_of(self, recording, y)
        recording = self._as_recording(recording)
        warn_of_time_left_out(recording)
        begun = latest_checkpoint(checkpoint) if resume and checkpoint else None
        self._take_over(recording, begun)
        binned = self._observed(bin_spikes(recording, self.bin_size_))
        learned, held_out = hold_out(binned, self.validation, settings["lags"])
        windows = self._shuffled(batches)(learned, settings["lags"])
        self.machine_ = self._machine(settings["hidden"])
        epochs = chosen_epochs(
            self.epochs, windows.size(), settings["batch_size"], settings["rule"]
        )
        progress = [] if label is None else [Progress(label)]
        monitors = [*self._monitors(held_out, epochs), *progress, *hooks, *callbacks]
        if checkpoint is not None:
            extra = saved.spike_tree(self, finished=False)
            monitors.append(Checkpoint(checkpoint, extra=extra, keep=keep_checkpoint))
        result = train(
            self.machine_,
            windows,
            rule=settings["rule"],
            plasticity=settings["plasticity"],
            epochs=epochs,
            batch_size=settings["batch_size"],
            seed=self.seed_,
            schedule=Decay(final=0.3, hold=0.5),
            callbacks=monitors,
            resume=begun,
        )
        self.machine_ = result.machine.on("cpu")
        self.history_, self.learning_ = result.history, result.settings
        self._recording = recording
        if hasattr(self, "_increments"):
            del self._increments
        return self

    def partial_fit(self, recording: Recording | npt.ArrayLike, y: None = None) -> SpikeHelmholtz:
        """Learn from a recording once, every bin of it, at the full learning rate.

        The first one decides on bins, observation and baseline, rule and plasticity; nothing is
        held out.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            After the first one, of the same units.
        y : None
            Ignored.

        Returns
        -------
        SpikeHelmholtz
            This estimator.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument or the recording cannot be used.
        """
        settings = self._checked()
        if hasattr(self, "machine_"):
            recording = self._matched(recording)
            binned = self._binned(recording)
        else:
            recording = self._as_recording(recording)
            warn_of_time_left_out(recording)
            self._take_over(recording, None)
            binned = self._observed(bin_spikes(recording, self.bin_size_))
            self.machine_ = self._machine(settings["hidden"]).on("cpu")
            self.history_, self.learning_ = History(), {}
        if not hasattr(self, "_increments"):
            self._increments = Increments.begun(settings["rule"], settings["plasticity"])
        batches = WindowBatches(binned, settings["lags"], self.shuffle_window)
        order = batches.order(self._increments.portions, self.seed_)
        self._increments.learn(
            self.machine_, portions_of(batches, order, settings["batch_size"]), self.seed_
        )
        self._recording = recording
        return self

    def _checked(self) -> dict[str, Any]:
        """Return the arguments that are built from others, all arguments checked."""
        for name in ("epochs", "patience"):
            if not is_auto(getattr(self, name)):
                whole_number(name, getattr(self, name), mend="or give 'auto'")
        if not is_auto(self.bin_size):
            mend = "give seconds, e.g. 0.02, or 'auto'"
            real_number("bin_size", self.bin_size, above=0, mend=mend)
        real_number("validation", self.validation, least=0, below=1)
        if self.shuffle_window is not None:
            real_number(
                "shuffle_window", self.shuffle_window, above=0, mend="give seconds, e.g. 600"
            )
        if self.observation not in OBSERVATIONS:
            raise InputError(
                f"observation {self.observation!r}", "one of " + ", ".join(map(repr, OBSERVATIONS))
            )
        return {
            "hidden": hidden_layers(self.hidden),
            "rule": chosen_rule(self.rule, self.particles),
            "plasticity": chosen_plasticity(self.plasticity, self.learning_rate),
            "lags": whole_number("lags", self.lags),
            "batch_size": whole_number("batch_size", self.batch_size),
        }

    def _shuffled(self, batches: BatchMaker) -> BatchMaker:
        """Return what makes batches, shuffled as asked for."""
        if self.shuffle_window is None:
            return batches
        if batches is not WindowBatches:
            raise InputError("shuffle_window with batches of one's own", "one of them")
        return partial(WindowBatches, shuffle_window=self.shuffle_window)

    def _bin_size(self, recording: Recording) -> float:
        if not is_auto(self.bin_size):
            return float(self.bin_size)
        return BIN_SIZE if recording.bin_width is None else recording.bin_width

    def _take_over(self, recording: Recording, begun: str | os.PathLike[str] | None) -> None:
        """Keep what the fit depends on, the seed that it began with, and the recording's own."""
        self.seed_ = chosen_seed(self.random_state)
        self.bin_size_ = self._bin_size(recording)
        self.time_unit_ = recording.time_unit
        self.unit_ids_ = recording.unit_ids
        self.n_features_in_ = len(self.unit_ids_)
        self.positions_ = recording.positions
        self.recording_ = {"fingerprint": recording.fingerprint(), "source": recording.source}
        if begun is not None:
            self.seed_ = saved.require_same(begun, self, self.recording_["fingerprint"])

    def _observed(self, binned: BinnedSpikes) -> BinnedSpikes:
        """Choose the distribution of the counts, fit the baseline, and return checked counts."""
        self.observation_ = self.observation
        if self.observation == "auto":
            self.observation_ = "bernoulli" if binned.count.max(initial=0) <= 1 else "poisson"
        binned = self._clipped(binned)
        POPULATIONS[self.observation_](1).check(binned.count.max(initial=0, keepdims=True))
        self.independent_ = IndependentModel.fit(self.observation_, binned)
        return binned

    def _monitors(self, held_out: BinnedSpikes | None, epochs: int) -> list[Callback]:
        """Return what averages the parameters and keeps the best of them."""
        windows = None if held_out is None else self._windows(held_out)
        if windows is None:
            return keepers(None, 1)
        patience = max(10, epochs // 5) if self.patience == "auto" else int(self.patience)
        chosen = np.unique(np.linspace(0, len(windows) - 1, MOST_HELD_OUT).astype(np.int64))
        return keepers(WindowMatrix(windows, chosen), patience)

    def _windows(self, binned: BinnedSpikes) -> Windows | None:
        """Return windows that do not overlap, or None where no observed stretch holds one."""
        try:
            return Windows(binned, self.lags, stride=self.lags)
        except InputError:
            return None

    def _machine(self, hidden: tuple[int, ...]) -> HelmholtzMachine:
        visible = POPULATIONS[self.observation_](len(self.unit_ids_) * int(self.lags))
        machine = HelmholtzMachine([visible, *hidden], seed=self.seed_, device=self.device)
        fit_visible_bias(machine, np.repeat(self.independent_.mean, self.lags))
        return machine
