"""What a fitted cascade says of recordings: codes, when they occur, and how well they match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import match_gain
from neurohm.estimators.cascade_report import CascadeReport
from neurohm.estimators.hidden_codes import Code, HiddenCodes
from neurohm.estimators.recording_input import RecordingInput
from neurohm.estimators.settings import chosen_seed, require_fitted
from neurohm.exceptions import InputError
from neurohm.learning.cascade import CascadeNetwork
from neurohm.likelihood import block_standard_error, nats_to_bits
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import Recording, TriggerWindows, trigger_windows

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = {"s": 10.0, "bin": 500.0}  # of time, for standard errors


class FittedCascade(RecordingInput):
    """The methods of a fitted `SpikeCascade`, which describes arguments and attributes."""

    trigger: Any
    lags: int
    observation: str
    machine_: HelmholtzMachine
    network_: CascadeNetwork
    independent_: CascadeNetwork
    observation_: str
    trigger_: Any
    bin_size_: float
    seed_: int

    @property
    def n_units_(self) -> int:
        """Number of hidden units."""
        return self.network_.n_hidden

    def windows(self, recording: Recording | npt.ArrayLike) -> TriggerWindows:
        """Return the windows around the trigger's spikes.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)

        Returns
        -------
        TriggerWindows

        Raises
        ------
        InputError
            If the recording has other units, or no window lies in observed time.
        """
        require_fitted(self)
        windows = self._cut(self._matched(recording), self.bin_size_)
        if not len(windows):
            raise InputError(f"no window around a spike of unit {self.trigger_!r}", "one at least")
        return windows

    def codes(self, recording: Recording | npt.ArrayLike) -> HiddenCodes:
        """Return the code of each window: which hidden units are on.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)

        Returns
        -------
        HiddenCodes
        """
        windows = self.windows(recording)
        states = self.network_.recognise(windows.counts)
        return HiddenCodes(states.astype(np.uint8), windows.times)

    def occurrences(
        self, recording: Recording | npt.ArrayLike
    ) -> dict[Code, npt.NDArray[np.float64]]:
        """Return when each code occurs.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)

        Returns
        -------
        dict of tuple of int to ndarray of float64
            Times of the trigger's spikes, seconds, by code, the most frequent code first.
        """
        codes = self.codes(recording)
        found, code = codes.distinct()
        return {name: codes.times[code == i] for i, name in enumerate(found)}

    def patterns(self, codes: npt.ArrayLike | None = None) -> npt.NDArray[np.float64]:
        """Return the expected counts of codes.

        Parameters
        ----------
        codes : array_like, (n_codes, n_hidden), optional
            By default no unit on, and each unit alone.

        Returns
        -------
        ndarray of float64, (n_codes, n_units, lags)
            Zero in the trigger's own bin, which is not learned.
        """
        require_fitted(self)
        size = self.n_units_
        chosen = np.vstack([np.zeros(size), np.eye(size)]) if codes is None else np.asarray(codes)
        if chosen.ndim != 2 or chosen.shape[1] != size:
            raise InputError(f"codes of shape {chosen.shape}", f"(n_codes, {size})")
        means = self.network_.means(chosen.astype(np.float64))
        fields = means.reshape(len(chosen), len(self.unit_ids_), -1)
        fields[:, self._trigger_position, fields.shape[2] // 2] = 0
        return fields

    def match_scores(
        self, recording: Recording | npt.ArrayLike, *, flat: str = "window"
    ) -> pd.DataFrame:
        """Return how well the pattern of each code matches the windows that have it.

        The match is what a window gains, on average, when it is coded by the pattern instead of
        by the best flat rate of each unit; the trigger's bin is left out. A code with a positive
        match is a detected pattern.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            Best one that the model was not fitted to.
        flat : str
            Whose rates: ``"window"``, those in the very window, as in 1998; ``"code"``, those in
            all windows of the code. Where units fire less than once a window, the former ask too
            much of any pattern.

        Returns
        -------
        pandas.DataFrame
            A row a code, the most frequent first: ``code``, ``occurrences``, ``share`` of the
            windows, ``match`` (nats a window) with its ``standard_error``, ``bits_per_spike`` and
            ``detected``.
        """
        import pandas as pd

        windows = self.windows(recording)
        codes = self.codes(recording)
        found, code = codes.distinct()
        expected = self.patterns(np.array(found).reshape(len(found), -1))
        gain = np.empty(len(windows))
        for i in range(len(found)):
            own = code == i
            gain[own] = match_gain(
                windows.cube[own],
                expected[i][None],
                windows.trigger,
                self.observation_,
                flat=flat,
            )
        rows = []
        for i, name in enumerate(found):
            own = gain[code == i]
            spikes = windows.counts[code == i].sum()
            error = own.std(ddof=1) / np.sqrt(len(own)) if len(own) > 1 else np.nan
            per_spike = nats_to_bits(own.sum() / spikes) if spikes else np.nan
            rows.append(
                (name, len(own), len(own) / len(gain), own.mean(), error, per_spike, own.mean() > 0)
            )
        columns = "code occurrences share match standard_error bits_per_spike detected"
        return pd.DataFrame(rows, columns=columns.split())

    def score_samples(
        self, recording: Recording | npt.ArrayLike, *, kind: str = "bound"
    ) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each window; the trigger's own bin is not scored.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        kind : str
            ``"bound"``: of the window and its one code, as cascades are grown by, which is below
            the likelihood; ``"exact"``: all codes summed.

        Returns
        -------
        ndarray of float64, (n_windows,)
            Nats.
        """
        return self._score(self.windows(recording), kind)

    def score(
        self, recording: Recording | npt.ArrayLike, y: None = None, *, kind: str = "bound"
    ) -> float:
        """Return the mean log-likelihood of windows, nats.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        y : None
            Ignored.
        kind : str
            As in `score_samples`.

        Returns
        -------
        float
        """
        return float(self.score_samples(recording, kind=kind).mean())

    def score_report(
        self, recording: Recording | npt.ArrayLike, *, kind: str = "bound"
    ) -> CascadeReport:
        """Return the score of a recording beside that of units without patterns.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
        kind : str
            As in `score_samples`.

        Returns
        -------
        CascadeReport
        """
        windows = self.windows(recording)
        own, independent = self._score(windows, kind), self.independent_.bound(windows.counts)
        gain, spikes = own - independent, windows.counts.sum()
        blocks = (windows.times // _BLOCK[self.time_unit_]).astype(np.int64)
        return CascadeReport(
            float(own.mean()),
            float(independent.mean()),
            float(gain.mean()),
            nats_to_bits(gain.sum() / spikes) if spikes else float("nan"),
            block_standard_error(gain, np.ones(len(gain)), blocks),
            len(windows),
            int(spikes),
            self.n_units_,
            kind,
        )

    def sample(self, n_windows: int = 10, *, seed: int | None = None) -> npt.NDArray[np.float64]:
        """Dream windows.

        Parameters
        ----------
        n_windows : int
        seed : int, optional
            The estimator's by default.

        Returns
        -------
        ndarray of float64, (n_windows, n_units, lags)
            Counts, zero in the trigger's own bin.
        """
        require_fitted(self)
        seed = self.seed_ if seed is None else chosen_seed(seed)
        dreamt = np.array(self.machine_.dream(n_windows, seed=seed), np.float64)
        cube = dreamt.reshape(n_windows, len(self.unit_ids_), -1)
        cube[:, self._trigger_position, cube.shape[2] // 2] = 0
        return cube

    @property
    def _trigger_position(self) -> int:
        return int(self.unit_ids_.tolist().index(self.trigger_))

    def _score(self, windows: TriggerWindows, kind: str) -> npt.NDArray[np.float64]:
        if kind not in ("bound", "exact"):
            raise InputError(f"kind {kind!r}", "'bound' or 'exact'")
        score = self.network_.bound if kind == "bound" else self.network_.log_likelihood
        return score(windows.counts)

    def _cut(self, recording: Recording, bin_size: float) -> TriggerWindows:
        """Return the windows of a recording, with counts that the observed units can take."""
        windows = trigger_windows(recording, self.trigger, bin_size=bin_size, lags=self.lags)
        if self.observation == "bernoulli" and windows.counts.max(initial=0) > 1:
            raise InputError(
                f"{windows.counts.max():g} spikes of a unit in a bin, and observation 'bernoulli'",
                "at most one",
                "take smaller bins, or observation='poisson'",
            )
        return windows
