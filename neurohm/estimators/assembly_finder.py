"""The assemblies of a recording, as a method of the fitted estimator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurohm.estimators.assemblies import assembly_table, log_odds
from neurohm.estimators.feature_names import layer_of
from neurohm.estimators.search import Search
from neurohm.estimators.settings import require_fitted
from neurohm.estimators.spike_input import SpikeInput
from neurohm.exceptions import InputError
from neurohm.recordings import Recording

if TYPE_CHECKING:
    import pandas as pd


class AssemblyFinder(SpikeInput):
    """The methods of a fitted `SpikeHelmholtz` that are about assemblies."""

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
            layer_of(self.machine_, layer), of, surrogates, alpha, jitter, least_members,
            least_occurrences, refit, folds, stability, n_jobs, sharpen,
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
