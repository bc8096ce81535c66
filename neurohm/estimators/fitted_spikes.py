"""What a machine that was fitted to a recording says of recordings."""

from __future__ import annotations

import os
from dataclasses import replace
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
from neurohm.checks import real_number
from neurohm.estimators.assemblies import assembly_table, log_odds
from neurohm.estimators.base import HelmholtzEstimator
from neurohm.estimators.dreams import as_recording, dreamt_spikes
from neurohm.estimators.hidden_activity import HiddenActivity
from neurohm.estimators.matching_units import in_model_order
from neurohm.estimators.search import Search
from neurohm.estimators.settings import chosen_seed, is_auto, require_fitted
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import HelmholtzMachine, recognise_mean
from neurohm.recordings import BinnedSpikes, Recording, Windows, bin_spikes
from neurohm.recordings.objects import recording_of_object

if TYPE_CHECKING:
    import pandas as pd

MOST_BINS = 2**28


class FittedSpikes(HelmholtzEstimator):
    """The methods of a fitted `SpikeHelmholtz`, which describes arguments and attributes."""

    bin_size: float | str
    lags: int
    device: str
    machine_: HelmholtzMachine
    independent_: IndependentModel
    bin_size_: float
    observation_: str
    time_unit_: str
    unit_ids_: npt.NDArray[Any]
    positions_: npt.NDArray[np.float64] | None
    seed_: int
    _recording: Recording | None = None

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
        training: Recording | npt.ArrayLike | None = None,
        dreams: int | None = None,
        seed: int = 0,
    ) -> MomentReport:
        """Return how well the moments of the model's dreams agree with those of a recording.

        Rates, correlations of pairs and triplets, synchrony and autocorrelations within a window,
        beside those of independent units, and how far predictions of counts come true;
        `neurohm.plots.model_check` draws them.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            Best one that the model was not fitted to.
        training : Recording or array_like, (n_bins, n_units), optional
            What the model was fitted to: how far its moments agree with those of the recording is
            as far as a model can be expected to. By default the one that the model has in memory
            since it was fitted, if any and if it is another.
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
        if training is None and self._recording is not recording:
            training = self._recording
        learned = None
        if training is not None:
            learned = Windows(self._binned(training), self.lags, stride=self.lags)
        return compare_moments(
            self.machine_, windows, self.independent_, training=learned, dreams=dreams, seed=seed
        )

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
        step = windows.stride * self.bin_size_
        return HiddenActivity(np.vstack(parts), windows.times, tuple(of_column), step)

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
        sharpen: bool = False,
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
        sharpen : bool
            Whether templates are sharpened by the spikes that they were learned from, see
            docs/assemblies.md; with refits alone. More members are found in short recordings;
            how often it finds an assembly where there is none is not known as well.

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
            refit, folds, stability, n_jobs, sharpen,
        )  # fmt: skip
        return assembly_table(self, self.recording_to_search(recording), search)

    def recording_to_search(self, recording: Recording | npt.ArrayLike | None = None) -> Recording:
        """Return a recording with the units in the model's order.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units), optional
            By default the one fitted to.

        Returns
        -------
        Recording

        Raises
        ------
        InputError
            If the units are not the model's, or none is given to a model from a file.
        """
        if recording is None:
            recording = self._recording
        if recording is None:
            raise InputError(
                "no recording, and a model from a file, which holds none",
                "the recording to look for assemblies in",
                "model.assemblies(nh.load_recording(...))",
            )
        return self._matched(recording)

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

    def _as_recording(self, recording: Any) -> Recording:
        known = _with_units(recording)
        if known is not None:
            return known
        if isinstance(recording, str | os.PathLike):
            raise ArgumentTypeError(
                f"the path {recording}", "a Recording or a count matrix", "use nh.load_recording"
            )
        width = None if is_auto(self.bin_size) else float(self.bin_size)
        return Recording.from_counts(recording, bin_width=width)

    def _clipped(self, binned: BinnedSpikes) -> BinnedSpikes:
        """Let counts above 1 count as 1 where units either spike or not."""
        if self.observation_ != "bernoulli" or binned.count.max(initial=0) <= 1:
            return binned
        return replace(binned, count=np.minimum(binned.count, 1))

    def _matched(self, recording: Any) -> Recording:
        """Return a recording, its units in the order of those fitted."""
        require_fitted(self)
        known = _with_units(recording)
        named = known is not None
        recording = self._as_recording(recording if known is None else known)
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


def _with_units(recording: Any) -> Recording | None:
    """Return a recording, or that of another library's object, whose units have names; or None."""
    return recording if isinstance(recording, Recording) else recording_of_object(recording)
