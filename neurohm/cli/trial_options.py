"""Options that say which trials, and how they are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from neurohm.cli.parsing import parse_moment

if TYPE_CHECKING:
    from neurohm.recordings import Recording, Trials

TRIALS = "Trials"


@dataclass(frozen=True)
class TrialOptions:
    """Which trials of a recording, and which part of each."""

    condition: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What tells trials apart: a column of the trials in the recording's file.",
            rich_help_panel=TRIALS,
        ),
    ] = None
    trials: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Intervals that are the trials; by default 'trials', or the only ones.",
            rich_help_panel=TRIALS,
        ),
    ] = None
    align_to: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Events that trials are aligned to; by default their starts.",
            rich_help_panel=TRIALS,
        ),
    ] = None
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Take what comes after this time from there, such as 50ms or -200ms.",
            rich_help_panel=TRIALS,
        ),
    ] = None
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="And before this; by default the end of the shortest trial.",
            rich_help_panel=TRIALS,
        ),
    ] = None

    def __post_init__(self) -> None:
        self.start, self.stop  # noqa: B018  (wrong, they are so before a model is loaded)

    @property
    def start(self) -> float | None:
        """Seconds from the moment of a trial, if given."""
        return None if self.since is None else parse_moment(self.since, "--since")

    @property
    def stop(self) -> float | None:
        """Seconds from the moment of a trial, if given."""
        return None if self.until is None else parse_moment(self.until, "--until")

    def of(self, recording: Recording) -> Trials:
        """Return the trials of a recording."""
        from neurohm.recordings import trials_of

        return trials_of(recording, self.condition, trials=self.trials, align_to=self.align_to)
