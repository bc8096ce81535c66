"""Patterns around the spikes of one unit, found by a cascade of hidden units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.estimators.base import keepers
from neurohm.estimators.fitted_cascade import FittedCascade
from neurohm.estimators.settings import chosen_epochs, chosen_seed, is_auto
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning.cascade import CascadeNetwork, Grower, cascade_machine, cascade_network
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import HelmholtzMachine, cascade
from neurohm.machine.initial import fit_visible_bias
from neurohm.plasticity import Adam
from neurohm.populations import POPULATIONS
from neurohm.recordings import Recording, TriggerWindows
from neurohm.recordings.unit_observation import warn_of_time_left_out
from neurohm.training import Decay, History, Progress, train

OBSERVATIONS = ("poisson", "bernoulli")
RULES = ("cascade", "wake-sleep")
BIN_SIZE = 0.01
_FEWEST = 20  # windows to learn from, and to validate on
_BATCH = 100


@dataclass(frozen=True, eq=False)
class _Parts:
    """Windows to learn from, and windows to validate on."""

    learned: TriggerWindows
    validation: TriggerWindows


class SpikeCascade(FittedCascade):
    """A cascade of hidden units over windows around the spikes of one unit, the trigger.

    A hidden unit stands for a pattern of spikes that recurs with missing and extra ones: when it
    is on, the expected counts of all units in all bins are multiplied by factors of its own. Units
    are added one by one, as long as the windows of a part of the recording that is not learned
    from are coded more cheaply, so that the number of patterns is found, not set. Each window has
    one code, the states of all hidden units; each code, a pattern of expected counts.

    Parameters
    ----------
    trigger : object
        Id of the unit on whose spikes windows are centred.
    bin_size : float or "auto"
        Seconds (bins, where time is counted in bins). "auto": 10 ms, or the bins of a recording
        that came binned.
    lags : int
        Bins in a window, an odd number.
    observation : str
        ``"poisson"``, or ``"bernoulli"``, a spike or none in each bin.
    rule : str
        ``"cascade"``: greedy growth, by expectation maximisation. ``"wake-sleep"``: all units at
        once, from dreams and by purely local changes; their number is then ``max_units``.
    max_units : int
        Hidden units, at most.
    starts : int
        Groups of windows that are alike, for each of three sizes of groups, from which a new unit
        may begin.
    split, refit : bool
        Whether parts of the windows of a code are starts, so that a unit that took two patterns
        can be split, and whether all units learn again in turn after each addition. Without both
        it is the plain procedure of 1998.
    validation : float
        Share of the recording's time, at its end, that decides whether a unit stays.
    pseudo_count : float
        Windows at the mean rates that are added to those of either state of a unit.
    epochs : int or "auto"
        Of wake-sleep.
    random_state : int, Generator or None

    Attributes
    ----------
    machine_ : HelmholtzMachine
        A population of one unit for each hidden one.
    network_ : CascadeNetwork
        The same as arrays.
    history_ : History
        Of the cascade: ``held_out``, mean bound of the validation windows with each unit that was
        tried (nats a window). Of wake-sleep: as of all training.
    trials_ : list of dict
        Of the cascade, one a unit that was tried: ``before`` and ``after``, the cost of the
        validation windows without and with it (nats a window), ``start``, where it came from, and
        whether it was ``kept``; the last was not, unless there are ``max_units``.
    independent_ : CascadeNetwork
        The baseline: independent units with rates that depend on the bin.
    unit_ids_ : ndarray, (n_units,)
    trigger_, time_unit_, observation_ : str
    bin_size_ : float
    n_windows_ : tuple of int
        Learned from, and to validate.

    References
    ----------
    de Sa, deCharms, Merzenich (1998). Using Helmholtz machines to analyze multi-channel neuronal
    recordings. NIPS 10:131.

    de Sa, Hinton (1998). Cascaded redundancy reduction. Network: Computation in Neural Systems
    9:73.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(
    ...     n_units=8, minutes=4, n_assemblies=1, members=(6, 6), occurrence_rate=1.0, rate=3.0
    ... )
    >>> trigger = recording.truth["members"][0][0]
    >>> model = nh.SpikeCascade(trigger, lags=15, max_units=2).fit(recording)
    >>> model.n_units_ >= 1, bool(model.match_scores(recording, flat="code")["match"].max() > 1)
    (True, True)
    """

    def __init__(
        self,
        trigger: Any,
        bin_size: float | str = "auto",
        lags: int = 11,
        observation: str = "poisson",
        rule: str = "cascade",
        max_units: int = 10,
        starts: int = 6,
        split: bool = True,
        refit: bool = True,
        validation: float = 0.4,
        pseudo_count: float = 5.0,
        epochs: int | str = "auto",
        random_state: Any = 0,
    ) -> None:
        self.trigger = trigger
        self.bin_size = bin_size
        self.lags = lags
        self.observation = observation
        self.rule = rule
        self.max_units = max_units
        self.starts = starts
        self.split = split
        self.refit = refit
        self.validation = validation
        self.pseudo_count = pseudo_count
        self.epochs = epochs
        self.random_state = random_state

    def fit(
        self,
        recording: Recording | npt.ArrayLike,
        y: None = None,
        *,
        validation: Recording | None = None,
        label: str | None = None,
    ) -> SpikeCascade:
        """Grow a cascade on the windows of a recording.

        Parameters
        ----------
        recording : Recording or array_like, (n_bins, n_units)
            A matrix holds counts in bins of ``bin_size``. What `as_recording` takes besides
            (objects of Neo, pynapple or SpikeInterface, a mapping of spike times) will do.
        y : None
            Ignored.
        validation : Recording, optional
            To validate on, in place of the last share of the recording.
        label : str, optional
            Text beside the progress bar of wake-sleep; none by default.

        Returns
        -------
        SpikeCascade
            This estimator.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument cannot be used, there is no such unit, or it fires too rarely.
        """
        self._check()
        recording = self._as_recording(recording)
        warn_of_time_left_out(recording)
        self.unit_ids_, self.time_unit_ = recording.unit_ids, recording.time_unit
        self.seed_ = chosen_seed(self.random_state)
        self.recording_ = {"fingerprint": recording.fingerprint(), "source": recording.source}
        parts = self._parts(recording, validation)
        self.bin_size_, self.observation_ = parts.learned.bin_size, self.observation
        self.trigger_ = recording.unit_ids.tolist()[parts.learned.trigger]
        self.n_windows_ = len(parts.learned), len(parts.validation)
        grower = self._grower()
        self.independent_ = grower.without_units(parts.learned.counts)
        if self.rule == "cascade":
            self._grow(grower, parts)
        else:
            self._wake_and_sleep(parts, label)
        return self

    def _check(self) -> None:
        """Refuse arguments that cannot be used."""
        for name, known in (("observation", OBSERVATIONS), ("rule", RULES)):
            if getattr(self, name) not in known:
                raise InputError(
                    f"{name} {getattr(self, name)!r}", "one of " + ", ".join(map(repr, known))
                )
        for name in ("max_units", "starts"):
            whole_number(name, getattr(self, name))
        for name in ("split", "refit"):
            if not isinstance(getattr(self, name), bool):
                raise ArgumentTypeError(f"{name} {getattr(self, name)!r}", "True or False")
        real_number("validation", self.validation, above=0, below=1)
        real_number("pseudo_count", self.pseudo_count, least=0)

    def _bin_size(self, recording: Recording) -> float:
        if not is_auto(self.bin_size):
            return real_number("bin_size", self.bin_size, above=0, mend="e.g. 0.01, or 'auto'")
        return BIN_SIZE if recording.bin_width is None else recording.bin_width

    def _grower(self) -> Grower:
        return Grower(
            observation=self.observation,
            most=int(self.max_units),
            starts=int(self.starts),
            split=self.split,
            refit=self.refit,
            pseudo_count=float(self.pseudo_count),
        )

    def _parts(self, recording: Recording, validation: Recording | None) -> _Parts:
        """Return windows of both parts, checked, none of which sees the other part."""
        size = self._bin_size(recording)
        whole = self._cut(recording, size)  # before the split, for what is wrong with arguments
        if validation is None:
            gap = whole.lags * whole.bin_size
            recording, validation = recording.split(float(self.validation), gap=gap)
            learned = self._cut(recording, size)
        else:
            validation, learned = self._matched(validation), whole
        parts = _Parts(learned, self._cut(validation, size))
        for windows, use in ((parts.learned, "learn from"), (parts.validation, "validate on")):
            if len(windows) < _FEWEST:
                raise InputError(
                    f"{len(windows)} windows around spikes of unit {self.trigger!r} to {use}",
                    f"at least {_FEWEST}",
                    "take a unit that fires more, more of the recording, or shorter windows",
                )
        return parts

    def _grow(self, grower: Grower, parts: _Parts) -> None:
        rng = RandomStream(self.seed_).generator(Site.SHUFFLE.of())
        growth = grower.grow(parts.learned.counts, parts.validation.counts, rng)
        self.trials_ = [trial.to_dict() for trial in growth.trials]
        self.history_ = History({"held_out": np.array([-trial.after for trial in growth.trials])})
        self._keep(growth.network)

    def _wake_and_sleep(self, parts: _Parts, label: str | None) -> None:
        """Let a machine with the edges of a cascade learn by wake and sleep."""
        visible = POPULATIONS[self.observation](parts.learned.counts.shape[1])
        machine = HelmholtzMachine(
            [visible, *[1] * int(self.max_units)],
            edges=cascade(1 + int(self.max_units)),
            seed=self.seed_,
        )
        fit_visible_bias(machine, parts.learned.counts.mean(axis=0))
        monitors = keepers(parts.validation.counts.astype(np.float32), patience=20)
        result = train(
            machine,
            parts.learned.counts.astype(np.float32),
            rule=WakeSleep(),
            plasticity=Adam(0.015),
            epochs=chosen_epochs(self.epochs, len(parts.learned), _BATCH),
            batch_size=_BATCH,
            seed=self.seed_,
            schedule=Decay(final=0.3, hold=0.5),
            callbacks=monitors if label is None else [*monitors, Progress(label)],
        )
        self.trials_, self.history_ = [], result.history
        self._keep(cascade_network(result.machine.on("cpu")))

    def _keep(self, network: CascadeNetwork) -> None:
        self.network_, self.machine_ = network, cascade_machine(network)
