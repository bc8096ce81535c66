"""The Helmholtz machine over windows of a spike recording."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import (
    IndependentModel,
    MomentReport,
    ScoreReport,
    compare_moments,
    generative_fields,
    score_windows,
)
from neurohm.analysis.quality import WindowMatrix
from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.estimators import saved
from neurohm.estimators.assemblies import Search, assembly_table, log_odds
from neurohm.estimators.base import HelmholtzEstimator, keepers
from neurohm.estimators.dreams import as_recording, dreamt_spikes
from neurohm.estimators.hidden_activity import HiddenActivity
from neurohm.estimators.holding_out import hold_out
from neurohm.estimators.matching_units import in_model_order
from neurohm.estimators.settings import (
    chosen_epochs,
    chosen_plasticity,
    chosen_rule,
    chosen_seed,
    hidden_sizes,
    is_auto,
    require_fitted,
)
from neurohm.estimators.window_batches import WindowBatches
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning import LearningRule
from neurohm.machine import HelmholtzMachine, recognise_mean
from neurohm.machine.initial import fit_visible_bias
from neurohm.plasticity import Plasticity
from neurohm.populations import POPULATIONS
from neurohm.recordings import BinnedSpikes, Recording, Windows, bin_spikes
from neurohm.training import Callback, Checkpoint, Decay, Progress, train

if TYPE_CHECKING:
    import pandas as pd

BIN_SIZE = 0.02
MOST_HELD_OUT = 2000
MOST_BINS = 2**28


class SpikeHelmholtz(HelmholtzEstimator):
    """A Helmholtz machine fitted to windows of a spike recording by local learning.

    Each window of ``lags`` bins of all units is one sample. Five blocks, spread over the
    recording, are not learned from: they serve to stop in time and to keep the best parameters.

    Parameters
    ----------
    hidden : sequence of int or int
        Sizes of the hidden layers, from the one next to the spikes.
    bin_size : float or "auto"
        Seconds. "auto": 20 ms, or the bins of a recording that came binned.
    lags : int
        Bins in a window.
    rule : str or LearningRule
        ``"reweighted"`` or ``"wake-sleep"``.
    particles : int
        Of the reweighted rule.
    plasticity : str or Plasticity
        ``"adam"`` or ``"delta"``.
    learning_rate : float, optional
        Of a plasticity given by name; 0.015 for Adam and 0.1 for the delta rule by default. It
        falls to three tenths over the second half of the epochs.
    epochs : int or "auto"
        In each epoch every bin is seen once. "auto": 50, or as many as make 4000 steps.
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
    device : str
        ``"cpu"``.
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
        hidden: Sequence[int] | int = (40, 10),
        bin_size: float | str = "auto",
        lags: int = 5,
        rule: str | LearningRule = "reweighted",
        particles: int = 5,
        plasticity: str | Plasticity = "adam",
        learning_rate: float | None = None,
        epochs: int | str = "auto",
        batch_size: int = 100,
        observation: str = "auto",
        validation: float = 0.1,
        patience: int | str = "auto",
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
        self.device = device
        self.random_state = random_state

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
    ) -> SpikeHelmholtz:
        """Fit the machine to a recording.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            A matrix holds counts in bins of ``bin_size``.
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
        recording = self._as_recording(recording)
        begun = checkpoint if resume and checkpoint and Path(checkpoint).exists() else None
        self._take_over(recording, begun)
        binned = self._observed(bin_spikes(recording, self.bin_size_))
        learned, held_out = hold_out(binned, self.validation, settings["lags"])
        batches = WindowBatches(learned, settings["lags"])
        self.machine_ = self._machine(settings["hidden"])
        epochs = chosen_epochs(self.epochs, batches.size(), settings["batch_size"])
        progress = [] if label is None else [Progress(label)]
        monitors = [*self._monitors(held_out, epochs), *progress, *callbacks]
        if checkpoint is not None:
            extra = saved.spike_tree(self, finished=False)
            monitors.append(Checkpoint(checkpoint, extra=extra, keep=keep_checkpoint))
        result = train(
            self.machine_,
            batches,
            rule=settings["rule"],
            plasticity=settings["plasticity"],
            epochs=epochs,
            batch_size=settings["batch_size"],
            seed=self.seed_,
            schedule=Decay(final=0.3, hold=0.5),
            callbacks=monitors,
            resume=begun,
        )
        self.history_, self.learning_ = result.history, result.settings
        self._recording = recording
        return self

    def score(
        self, recording: Recording | npt.ArrayLike, y: None = None, *, particles: int = 1000
    ) -> float:
        """Return the mean log-likelihood of a recording, in nats per bin of all units together.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        y : None
            Ignored.
        particles : int
            Of the importance-sampled estimate.

        Returns
        -------
        float
        """
        return self.score_report(recording, particles=particles).nats_per_bin

    def score_report(
        self, recording: Recording | npt.ArrayLike, *, particles: int = 1000
    ) -> ScoreReport:
        """Return the score of a recording beside that of independent units on the same bins.

        The recording is cut into windows that do not overlap, so that each bin counts once.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        particles : int

        Returns
        -------
        ScoreReport
        """
        windows = Windows(self._binned(recording), self.lags, stride=self.lags)
        return score_windows(
            self.machine_, windows, self.independent_, particles=particles, seed=self.seed_
        )

    def moments(
        self,
        recording: Recording | npt.ArrayLike,
        *,
        dreams: int | None = None,
        seed: int = 0,
    ) -> MomentReport:
        """Return how well the moments of the model's dreams agree with those of a recording.

        Rates, correlations of pairs, synchrony and autocorrelations within a window, beside those
        of independent units; `neurohm.plots.model_check` draws them.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            Best one that the model was not fitted to.
        dreams : int, optional
            Windows to dream; as many as the recording has by default.
        seed : int
            Of the dreams.

        Returns
        -------
        MomentReport

        Raises
        ------
        InputError, ArgumentTypeError
            If the recording does not fit the model, or an argument cannot be used.

        Examples
        --------
        >>> import neurohm as nh
        >>> recording = nh.simulate_assemblies(10, 1, 1, members=(4, 5))
        >>> train, test = recording.split(test=0.5)
        >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(train)
        >>> report = model.moments(test)
        >>> report.data.rates.shape, report.n_dreams == report.n_windows
        ((10,), True)
        """
        windows = Windows(self._binned(recording), self.lags, stride=self.lags)
        return compare_moments(self.machine_, windows, self.independent_, dreams=dreams, seed=seed)

    def transform(
        self,
        recording: Recording | npt.ArrayLike,
        *,
        layer: int | str = "all",
        stride: int = 1,
    ) -> HiddenActivity:
        """Return how probably each hidden unit is active in each window.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        layer : int or "all"
            A hidden layer, from 1.
        stride : int
            Bins from one window to the next.

        Returns
        -------
        HiddenActivity
            ``(n_windows, n_units)``, with ``times``.
        """
        windows = Windows(self._binned(recording), self.lags, stride=stride)
        matrix = WindowMatrix(windows)
        depth = len(self.machine_.populations) - 1
        layers = range(1, depth + 1) if layer == "all" else [self._layer(layer)]
        parts = []
        for first in range(0, len(windows), 1024):
            means = recognise_mean(self.machine_, matrix[first : first + 1024])
            parts.append(np.hstack([means[index] for index in layers]))
        of_column = [index for index in layers for _ in range(self.machine_.sizes[index])]
        return HiddenActivity(np.vstack(parts), windows.times, tuple(of_column))

    def receptive_fields(self, layer: int = 1, *, dreams: int = 512) -> npt.NDArray[np.float64]:
        """Return what each hidden unit adds to the rate of each unit at each lag when active.

        Parameters
        ----------
        layer : int
            A hidden layer, from 1.
        dreams : int
            Over how many dreams the difference is averaged.

        Returns
        -------
        ndarray of float64, (n_hidden, n_units, lags)
            Hz above baseline (spikes per bin above it where time is counted in bins). The last
            lag is the latest bin.
        """
        require_fitted(self)
        fields = generative_fields(
            self.machine_, self._layer(layer), dreams=dreams, seed=self.seed_
        )
        return fields.reshape(len(fields), -1, self.lags) / self.bin_size_

    def assemblies(
        self,
        recording: Recording | npt.ArrayLike | None = None,
        *,
        layer: int = 1,
        of: str = "units",
        surrogates: int = 199,
        alpha: float = 0.01,
        jitter: float | None = None,
        least_members: int = 2,
        least_occurrences: int = 10,
        refit: bool = True,
        folds: int = 4,
        stability: bool = True,
        n_jobs: int = -1,
    ) -> pd.DataFrame:
        """Find the assemblies in a recording: who, with which lags, when, and whether it is real.

        Hidden units whose generative fields are one pattern at several shifts in time are merged
        into a template. A template is tested on time that it was not learned from: the machine is
        fitted again without each block of the recording, and its counterpart there is tested on
        that block against surrogates, in which each spike is drawn anew within a short window.
        The test statistic counts coincidences of different units in the template, so neither
        bursts of one unit nor rates that change slowly drive it.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units), optional
            By default the one fitted to.
        layer : int
            Hidden layer, from 1.
        of : str
            ``"units"``: hidden units; ``"codes"``: joint activities of the whole layer.
        surrogates : int
            Jittered copies of the recording.
        alpha : float
            Probability of reporting any assembly where there is none, over all templates; the
            same for any unit in an assembly to which it does not belong.
        jitter : float, optional
            Window in which spikes are drawn anew, seconds (or bins); by default that of the
            model, and at least 5 bins. What changes more slowly is no assembly.
        least_members, least_occurrences : int
            Assemblies with fewer are not reported, and `DataFrame.attrs` says so.
        refit : bool
            False: nothing is fitted again, the model's own templates are tested. Its p-values
            are right only for a recording that the model has not seen.
        folds : int
            Blocks of time, each left out of one fit and tested. More of them learn from more of
            the recording and take longer.
        stability : bool
            Whether also each half of the recording is fitted, and all of it with another seed.
        n_jobs : int
            Fits at a time; -1: as many as there are cores. It changes no result.

        Returns
        -------
        pandas.DataFrame
            A row an assembly, the most significant first:

            - ``members``: unit ids; ``lags``: of each behind the first, seconds;
              ``participation``: share of the occurrences in which it fires beyond chance;
            - ``strength``: mean over members of the peak of the field, Hz above baseline;
              ``log_odds``: evidence of an occurrence with one spike of each member, nats;
            - ``occurrences``, ``rate`` (per minute; per bin where time is counted in bins) and
              ``times`` (of the first member, seconds);
            - ``p_value``, family-wise; ``z``: the same in deviations of the surrogates;
            - ``stability_seeds``, ``stability_halves``: similarity, 0 to 1, of the template to its
              counterpart of another seed, and of the halves (0: not found there; nan: not asked
              for);
            - ``hidden_units`` that stand for it (or codes, as tuples of active ones);
            - ``field``: ndarray (n_units, n_lags), Hz above baseline, zero but for members.

            ``attrs`` hold the settings and ``left_out``: hidden units by the reason why they
            stand for no assembly.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument cannot be used, the units are not the model's, the recording is too
            short, or none is given to a model that was loaded from a file.

        References
        ----------
        Amarasingham, Harrison, Hatsopoulos, Geman (2012). Conditional modeling and the jitter
        method of spike resampling. Journal of Neurophysiology 107:517.

        Examples
        --------
        >>> import neurohm as nh
        >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
        >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
        >>> table = model.assemblies(surrogates=99, folds=2, stability=False, n_jobs=1)
        >>> len(table), bool((table["p_value"] <= 0.01).all())
        (2, True)
        """
        require_fitted(self)
        search = Search(
            self._layer(layer), of, surrogates, alpha, jitter, least_members, least_occurrences,
            refit, folds, stability, n_jobs,
        )  # fmt: skip
        if recording is None:
            recording = getattr(self, "_recording", None)
        if recording is None:
            raise InputError(
                "no recording, and a model from a file, which holds none",
                "the recording to look for assemblies in",
                "model.assemblies(nh.load_recording(...))",
            )
        return assembly_table(self, self._matched(recording), search)

    def assembly_log_odds(
        self, assemblies: pd.DataFrame, recording: Recording | npt.ArrayLike
    ) -> npt.NDArray[np.float64]:
        """Return how probable it is at each bin that each assembly occurs there.

        Parameters
        ----------
        assemblies : pandas.DataFrame
            As `assemblies` returns it.
        recording : Recording or array_like, (n_bins, n_units)

        Returns
        -------
        ndarray of float64, (n_bins, n_assemblies)
            Posterior log-odds that it begins at the bin (nats); ``nan`` where it would not lie in
            observed time from start to end.
        """
        return log_odds(self, self._matched(recording), assemblies)

    def sample(self, seconds: float = 10.0, *, seed: int | None = None) -> Recording:
        """Dream a recording.

        Windows are dreamt one after the other, independent of each other; a spike lies anywhere
        in its bin.

        Parameters
        ----------
        seconds : float
            Length (in bins, where time is counted in bins), rounded up to whole windows.
        seed : int, optional
            Another dream; the estimator's seed by default.

        Returns
        -------
        Recording
        """
        require_fitted(self)
        seconds = real_number("seconds to dream", seconds, above=0)
        lags = int(self.lags)
        windows = max(1, int(np.ceil(seconds / (lags * self.bin_size_) - 1e-9)))
        if windows * lags > MOST_BINS:
            raise InputError(
                f"{seconds:g} to dream, {windows * lags:.2g} bins", f"at most {MOST_BINS:.2g}"
            )
        stream = RandomStream(self.seed_ if seed is None else chosen_seed(seed))
        spikes = dreamt_spikes(self.machine_, windows, lags, stream)
        in_bins = self.time_unit_ == "bin"
        somewhere = stream.generator(Site.DREAM.of()).random(len(spikes[0]))
        return as_recording(
            spikes,
            len(self.unit_ids_),
            windows * lags * self.bin_size_,
            self.bin_size_,
            0.5 if in_bins else somewhere,
            unit_ids=self.unit_ids_,
            positions=self.positions_,
            bin_width=self.bin_size_ if in_bins else None,
            time_unit=self.time_unit_,
        )

    def _checked(self) -> dict[str, Any]:
        """Return the arguments that are built from others, all arguments checked."""
        for name in ("epochs", "patience"):
            if not is_auto(getattr(self, name)):
                whole_number(name, getattr(self, name), mend="or give 'auto'")
        if not is_auto(self.bin_size):
            mend = "give seconds, e.g. 0.02, or 'auto'"
            real_number("bin_size", self.bin_size, above=0, mend=mend)
        real_number("validation", self.validation, least=0, below=1)
        if self.observation not in ("auto", *POPULATIONS):
            raise InputError(
                f"observation {self.observation!r}", "'auto', " + ", ".join(map(repr, POPULATIONS))
            )
        return {
            "hidden": hidden_sizes(self.hidden),
            "rule": chosen_rule(self.rule, self.particles),
            "plasticity": chosen_plasticity(self.plasticity, self.learning_rate),
            "lags": whole_number("lags", self.lags),
            "batch_size": whole_number("batch_size", self.batch_size),
        }

    def _as_recording(self, recording: Any) -> Recording:
        if isinstance(recording, Recording):
            return recording
        if isinstance(recording, str | os.PathLike):
            raise ArgumentTypeError(
                f"the path {recording}", "a Recording or a count matrix", "use nh.load_recording"
            )
        width = None if is_auto(self.bin_size) else float(self.bin_size)
        return Recording.from_counts(recording, bin_width=width)

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
        POPULATIONS[self.observation_](1).check(binned.count)
        self.independent_ = IndependentModel.fit(self.observation_, binned)
        return binned

    def _clipped(self, binned: BinnedSpikes) -> BinnedSpikes:
        """Let counts above 1 count as 1 where units either spike or not."""
        if self.observation_ != "bernoulli":
            return binned
        return replace(binned, count=np.minimum(binned.count, 1))

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

    def _matched(self, recording: Any) -> Recording:
        """Return a recording, its units in the order of those fitted."""
        require_fitted(self)
        named = isinstance(recording, Recording)
        recording = self._as_recording(recording)
        return in_model_order(recording, self.unit_ids_, self.time_unit_, named=named)

    def _binned(self, recording: Any) -> BinnedSpikes:
        """Return the counts of a recording, its units in the order of those fitted."""
        return self._clipped(bin_spikes(self._matched(recording), self.bin_size_))

    def _layer(self, layer: int | str) -> int:
        depth = len(self.machine_.populations) - 1
        whole = isinstance(layer, int | np.integer) and not isinstance(layer, bool)
        if not whole or not 1 <= int(layer) <= depth:
            raise InputError(f"layer {layer!r}", f"a hidden layer, 1 to {depth}")
        return int(layer)
