"""What a sweep is of: recordings x settings x seeds, as a file says it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import FileFormatError, InputError
from neurohm.files import check_readable
from neurohm.recordings.formats.extras import library

_EXAMPLE = "recordings: [day1.h5, day2.h5]"
_KEYS = (
    "recordings", "output", "settings", "grid", "seeds", "test", "score_particles", "reading",
    "keep",
)  # fmt: skip
KEPT = ("best", "all")


@dataclass(frozen=True)
class Job:
    """One fit of a sweep.

    Parameters
    ----------
    recording : str
        Path of the file.
    settings : dict
        Arguments of `SpikeHelmholtz`, but for the seed.
    seed : int
    test : float
        Share of the time, at the end, to score on.
    score_particles : int
    reading : dict
        Arguments of `load_recording`.
    """

    recording: str
    settings: dict[str, Any]
    seed: int
    test: float
    score_particles: int
    reading: dict[str, Any]

    @property
    def key(self) -> str:
        """Name of the job among those of any sweep, the same for the same job and file."""
        path = Path(self.recording)
        size = path.stat().st_size if path.is_file() else 0
        facts = json.dumps([asdict(self), size], sort_keys=True, default=str)
        return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class SweepPlan:
    """Recordings x settings x seeds.

    Parameters
    ----------
    recordings : tuple of str
        Paths of files.
    output : path
        Folder for the table, the models and what is needed to go on after a stop.
    settings : dict
        Arguments of `SpikeHelmholtz` that all fits have.
    grid : dict of str to list
        Arguments of which every combination is fitted.
    seeds : tuple of int
    test : float
        Share of the time, at the end, to score on.
    score_particles : int
    reading : dict
        Arguments of `load_recording`, such as ``bin_width``.
    keep : str
        ``"best"``: the model of each recording with the highest score; ``"all"``.

    Raises
    ------
    InputError, ArgumentTypeError
        If a value cannot be used, or a setting is none of the estimator's.

    Examples
    --------
    >>> plan = SweepPlan(("a.h5", "b.h5"), "out", grid={"lags": [1, 5]}, seeds=(0, 1, 2))
    >>> len(plan.jobs()), plan.jobs()[0].settings
    (12, {'lags': 1})
    """

    recordings: tuple[str, ...]
    output: str | os.PathLike[str]
    settings: dict[str, Any] = field(default_factory=dict)
    grid: dict[str, list[Any]] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    test: float = 0.2
    score_particles: int = 1000
    reading: dict[str, Any] = field(default_factory=dict)
    keep: str = "best"

    def __post_init__(self) -> None:
        if not self.recordings:
            raise InputError("a sweep of no recording", "one at least", f"give e.g. {_EXAMPLE}")
        if not self.seeds:
            raise InputError("a sweep of no seed", "one at least", "give e.g. seeds: [0, 1]")
        # What comes twice, as of two patterns, would be fitted twice at a time to one file.
        seeds = tuple(dict.fromkeys(whole_number("seed", seed, 0) for seed in self.seeds))
        object.__setattr__(self, "seeds", seeds)
        object.__setattr__(self, "recordings", tuple(dict.fromkeys(self.recordings)))
        real_number("test", self.test, above=0, below=1)
        whole_number("score_particles", self.score_particles)
        if self.keep not in KEPT:
            raise InputError(f"keep {self.keep!r}", " or ".join(map(repr, KEPT)))
        _check_settings(self.settings, self.grid)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> SweepPlan:
        """Return the plan in a YAML or JSON file; its paths are relative to it.

        Parameters
        ----------
        path : path

        Returns
        -------
        SweepPlan

        Raises
        ------
        FileFormatError, InputError, MissingFileError, MissingExtraError
            If the file is no such plan, or YAML cannot be read.
        """
        source = check_readable(path)
        said = {name: value for name, value in _read_yaml(source).items() if value is not None}
        if unknown := sorted(set(said) - set(_KEYS)):
            raise InputError(f"{unknown[0]!r} in {source}", "one of " + ", ".join(_KEYS))
        folder = source.resolve().parent
        named = said.get("recordings", [])
        patterns = [named] if isinstance(named, str) else named
        if not isinstance(patterns, list):
            raise InputError(f"recordings {named!r}", "names of files", f"give e.g. {_EXAMPLE}")
        said["recordings"] = tuple(p for pattern in patterns for p in _found(folder, str(pattern)))
        said["output"] = folder / str(said.get("output", source.stem))
        seeds = said.get("seeds", [0])
        if not isinstance(seeds, int | list):
            raise InputError(f"seeds {seeds!r}", "how many, or a list of them", "give e.g. [0, 1]")
        said["seeds"] = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
        return cls(**said)

    def jobs(self) -> list[Job]:
        """Return all fits, in the order of recordings, settings and seeds."""
        names = list(self.grid)
        return [
            Job(
                str(recording),
                {**self.settings, **dict(zip(names, values, strict=True))},
                int(seed),
                self.test,
                self.score_particles,
                self.reading,
            )
            for recording in self.recordings
            for values in product(*(self.grid[name] for name in names))
            for seed in self.seeds
        ]


def _read_yaml(source: Path) -> dict[str, Any]:
    """Return what a file says, as a mapping."""
    yaml = library("yaml", "cluster", "reading the plan of a sweep")
    try:
        said = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        words = " ".join(str(error).split())
        raise FileFormatError(f"{source} is no YAML ({words})", "a plan of a sweep") from error
    if not isinstance(said, Mapping):
        raise FileFormatError(f"{source}", "names and values", f"give e.g. {_EXAMPLE}")
    return {str(name): value for name, value in said.items()}


def _found(folder: Path, pattern: str) -> list[str]:
    """Return the files that a pattern names, sorted."""
    path = folder / pattern
    if not any(sign in pattern for sign in "*?["):
        return [str(check_readable(path))]
    found = sorted(path.parent.glob(path.name))
    if not found:
        raise InputError(f"no file {path}", "a pattern of recordings that are there")
    return [str(each) for each in found]


def _check_settings(settings: Any, grid: Any) -> None:
    from neurohm.estimators import SpikeHelmholtz

    for group in (settings, grid):
        if not isinstance(group, Mapping):
            raise InputError(f"settings {group!r}", "arguments of SpikeHelmholtz by name")
    known = set(SpikeHelmholtz().get_params()) - {"random_state"}
    if unknown := sorted({*settings, *grid} - known):
        mend = "give seeds: [0, 1]" if unknown[0] == "random_state" else ""
        raise InputError(f"setting {unknown[0]!r}", "one of " + ", ".join(sorted(known)), mend)
    if both := sorted(set(settings) & set(grid)):
        raise InputError(f"{both[0]!r} in settings and in grid", "it in one of them")
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise InputError(f"grid of {name!r}: {values!r}", "a list of values to try")
