"""Options that say what more is to be known of assemblies that were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from neurohm.cli.conditions import part_of
from neurohm.cli.printing import note
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording

FURTHER = "Further"


@dataclass(frozen=True)
class FurtherOptions:
    """What is said of assemblies beyond the search: each adds columns to the table."""

    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B",
            help="Two conditions, to say which assemblies appear, vanish or change from one to "
            "the other: START:STOP in seconds, or names of intervals in the recording.",
            show_default=False,
            rich_help_panel=FURTHER,
        ),
    ] = None
    fits: Annotated[
        int,
        typer.Option(
            help="Fits to random halves of the time, to say how often each assembly and member is "
            "found again; 0 for none.",
            rich_help_panel=FURTHER,
        ),
    ] = 0
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="Also: order in time, members in common, distances on the electrodes.",
            rich_help_panel=FURTHER,
        ),
    ] = False

    def __post_init__(self) -> None:
        if self.fits < 0 or self.fits % 2:
            raise InputError(
                f"--fits {self.fits}", "an even number", "each half has its other half"
            )

    def parts(self, recording: Recording) -> tuple[Recording, Recording] | None:
        """Return the parts of a recording that are to be compared, if any are.

        Parameters
        ----------
        recording : Recording

        Returns
        -------
        tuple of two Recording, or None

        Raises
        ------
        InputError
            If there is no such part.
        """
        if self.compare is None:
            return None
        first, second = self.compare
        return part_of(recording, first), part_of(recording, second)

    def added(
        self, table: pd.DataFrame, model: SpikeHelmholtz, recording: Recording, n_jobs: int
    ) -> pd.DataFrame:
        """Return a table of assemblies with the columns that are asked for.

        Parameters
        ----------
        table : DataFrame
        model : SpikeHelmholtz
        recording : Recording
        n_jobs : int
            Fits at a time.

        Returns
        -------
        DataFrame
        """
        from neurohm.estimators import compare_assemblies, describe_assemblies, stability_selection

        if self.details:
            table = describe_assemblies(model, table, recording)
        if self.fits:
            note(f"looking for the assemblies again in {self.fits} fits to halves of the time")
            table = stability_selection(model, table, recording, fits=self.fits, n_jobs=n_jobs)
        parts = self.parts(recording)
        if parts is not None and self.compare is not None:
            table = compare_assemblies(model, table, *parts, names=self.compare)
        return table
