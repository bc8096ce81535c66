"""What a machine that was fitted to a recording says of recordings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import TransformerMixin

from neurohm.analysis import (
    MomentReport,
    ScoreReport,
    compare_moments,
    generative_fields,
    score_windows,
)
from neurohm.analysis.quality import WindowMatrix
from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number
from neurohm.estimators.assembly_finder import AssemblyFinder
from neurohm.estimators.dreams import as_recording, dreamt_spikes
from neurohm.estimators.feature_names import hidden_names, layer_of, layers_of
from neurohm.estimators.hidden_activity import HiddenActivity
from neurohm.estimators.settings import chosen_seed, require_fitted
from neurohm.exceptions import InputError
from neurohm.machine import recognise_mean
from neurohm.recordings import BinnedSpikes, Recording, Windows
from neurohm.recordings.unit_masks import UnitMasks

MOST_BINS = 2**28
MISSING = ("leave-out", "sum-out")


class FittedSpikes(TransformerMixin, AssemblyFinder):
    """The methods of a fitted `SpikeHelmholtz`, which describes arguments and attributes."""

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
        self,
        recording: Recording | npt.ArrayLike,
        *,
        particles: int = 1000,
        missing: str = "leave-out",
    ) -> ScoreReport:
        """Return the score of a recording beside that of independent units on the same bins.

        The recording is cut into windows that do not overlap, so that each bin counts once.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        particles : int
        missing : {"leave-out", "sum-out"}
            Where units were observed at different times: leave bins out in which one was not, or
            score what was observed of them, whatever the others may have done.

        Returns
        -------
        ScoreReport

        Examples
        --------
        >>> import neurohm as nh
        >>> spans = [[[0.0, 20.0]]] * 3 + [[[0.0, 15.0]]]
        >>> recording = nh.Recording.from_trains([[0.5]] * 4, t_stop=20.0, observed_by_unit=spans)
        >>> model = nh.SpikeHelmholtz(hidden=2, lags=2, epochs=1).fit(recording.between(0, 15))
        >>> model.score_report(recording, particles=5).n_bins
        750
        >>> report = model.score_report(recording, particles=5, missing="sum-out")
        >>> report.n_bins, report.observed_share
        (1000, 0.9375)
        """
        if missing not in MISSING:
            raise InputError(f"missing={missing!r}", "one of " + ", ".join(map(repr, MISSING)))
        known = self._matched(recording)
        by_unit = known.observed_by_unit is not None and missing == "sum-out"
        binned, masks = self._masked(known) if by_unit else (self._binned_of(known), None)
        windows = Windows(binned, self.lags, stride=self.lags)
        return score_windows(
            self.machine_,
            windows,
            self.independent_,
            particles=particles,
            seed=self.seed_,
            masks=masks,
        )

    def _masked(self, recording: Recording) -> tuple[BinnedSpikes, UnitMasks]:
        """Return counts of bins in which any unit was observed, and which were."""
        binned = self._binned_of(replace(recording, observed_by_unit=None))
        masks = UnitMasks.of(recording, self.bin_size_, binned.n_bins)
        return replace(binned, observed=binned.observed & masks.some), masks

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
        layers = layers_of(self.machine_, layer)
        parts = []
        for first in range(0, len(windows), 1024):
            means = recognise_mean(self.machine_, matrix[first : first + 1024])
            parts.append(np.hstack([means[index] for index in layers]))
        of_column = [index for index in layers for _ in range(self.machine_.sizes[index])]
        step = windows.stride * self.bin_size_
        return HiddenActivity(np.vstack(parts), windows.times, tuple(of_column), step)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return names of the columns of `transform`, such as ``"hidden1_0"``.

        Parameters
        ----------
        input_features : object
            Ignored: a hidden unit is of all columns.

        Returns
        -------
        ndarray of str, (hidden units,)
        """
        require_fitted(self)
        return hidden_names(self.machine_, layers_of(self.machine_, "all"))

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn is to know: counts, which may be sparse; results of float32."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.positive_only = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

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
            self.machine_, layer_of(self.machine_, layer), dreams=dreams, seed=self.seed_
        )
        return fields.reshape(len(fields), -1, self.lags) / self.bin_size_

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
