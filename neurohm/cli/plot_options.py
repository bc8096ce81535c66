"""Options that say what of it a picture shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from neurohm.cli.plot_kinds import able


@dataclass(frozen=True)
class PictureOptions:
    """What of it a picture shows; each kind takes some of them."""

    start: Annotated[
        float | None,
        typer.Option(
            help=f"Of {able('start')}: first moment to show, seconds; by default a lively one."
        ),
    ] = None
    seconds: Annotated[
        float | None, typer.Option(help=f"Of {able('seconds')}: how much time to show.")
    ] = None
    layer: Annotated[
        int | None,
        typer.Option(help=f"Of {able('layer')}: hidden layer; by default the first."),
    ] = None
    test: Annotated[
        float | None,
        typer.Option(
            help=f"Of {able('test')}: take images of this share, which 'neurohm fit' held out."
        ),
    ] = None
    period: Annotated[
        float | None,
        typer.Option(
            help=f"Of {able('period')}: conditions are angles that are the same after so many "
            "degrees (180: orientations); draw circles."
        ),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return those that were given, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}
