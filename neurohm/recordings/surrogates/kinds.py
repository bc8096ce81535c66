"""The kinds of surrogates by name: what each keeps and what it destroys."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from neurohm.exceptions import InputError
from neurohm.recordings.surrogates.spikes import dither_spikes, jitter_spikes, rate_only
from neurohm.recordings.surrogates.trains import circular_shift, trial_shuffle

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["SURROGATES", "Surrogate", "surrogate"]


@dataclass(frozen=True)
class Surrogate:
    """A kind of surrogate.

    Parameters
    ----------
    name : str
    keeps, destroys : str
        What is left of the recording, and what is not.
    make : callable
        Takes a recording, settings of its own and ``seed``; returns a recording.

    Examples
    --------
    >>> SURROGATES["rate"].keeps
    'number of spikes of each unit'
    >>> SURROGATES["jitter"].settings
    ('window',)
    """

    name: str
    keeps: str
    destroys: str
    make: Callable[..., Recording]

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of its settings other than the seed."""
        _, *names = inspect.signature(self.make).parameters
        return tuple(name for name in names if name != "seed")


#: The kinds of surrogates, by name.
SURROGATES: Mapping[str, Surrogate] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Surrogate(
                "jitter",
                "spike count of each unit in each window, slow changes of rate",
                "timing within the window",
                jitter_spikes,
            ),
            Surrogate(
                "dither",
                "spike count of each unit, changes of rate slower than the dither",
                "timing finer than the dither",
                dither_spikes,
            ),
            Surrogate(
                "shift",
                "spike count and autocorrelation of each unit",
                "all relations between units and to events and trials",
                circular_shift,
            ),
            Surrogate(
                "trial-shuffle",
                "PSTH of each unit, its trains within single trials",
                "what units have in common from trial to trial",
                trial_shuffle,
            ),
            Surrogate(
                "rate",
                "number of spikes of each unit",
                "every change of rate and every relation in time",
                rate_only,
            ),
        )
    }
)


def surrogate(recording: Recording, kind: str, *, seed: int = 0, **settings: Any) -> Recording:
    """Make a surrogate of a recording, of a kind given by name.

    Parameters
    ----------
    recording : Recording
    kind : {"jitter", "dither", "shift", "trial-shuffle", "rate"}
        See `SURROGATES` for what each keeps and destroys.
    seed : int
        Seed of the random numbers.
    **settings
        Of that kind: ``window`` (jitter), ``dither``, ``least`` (shift), ``trials``.

    Returns
    -------
    Recording
        Without `truth`; `layout` says which surrogate it is.

    Raises
    ------
    InputError
        If the kind or a setting is unknown, or a setting out of range.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.1, 0.3], [0.2]], t_stop=1.0)
    >>> surrogate(recording, "jitter", window=0.5).layout
    'surrogate (spikes jittered in windows of 0.5 s, seed 0) of a recording'
    """
    if not isinstance(kind, str) or kind not in SURROGATES:
        names = ", ".join(repr(name) for name in SURROGATES)
        raise InputError(f"surrogate {kind!r}", f"one of {names}")
    chosen = SURROGATES[kind]
    unknown = [name for name in settings if name not in chosen.settings]
    if unknown:
        names = " and ".join(repr(name) for name in chosen.settings) or "none but the seed"
        raise InputError(f"setting {unknown[0]!r} of surrogate {kind!r}", f"{names}")
    return chosen.make(recording, seed=seed, **settings)
