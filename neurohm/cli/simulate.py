"""``neurohm simulate``: a recording in which it is known what there is to find."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurohm.cli.options import AsJson, RecordingOutput, require_unset
from neurohm.cli.output_files import RECORDING, check_output
from neurohm.cli.parsing import parse_sizes, parse_time
from neurohm.cli.printing import show
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.recordings import Recording

TARGET = "cpp_standalone"
PLANTED = "Planted assemblies"


@dataclass(frozen=True)
class PlantedOptions:
    """Which assemblies are planted, and in what."""

    assemblies: Annotated[
        int, typer.Option(help="Number of assemblies.", rich_help_panel=PLANTED)
    ] = 6
    members: Annotated[
        str,
        typer.Option(metavar="LEAST,MOST", help="Members of an assembly.", rich_help_panel=PLANTED),
    ] = "6,10"
    lag: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="Longest lag behind the first member.", rich_help_panel=PLANTED
        ),
    ] = "60ms"
    jitter: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Standard deviation of a member's spike.",
            rich_help_panel=PLANTED,
        ),
    ] = "5ms"
    participation: Annotated[
        float,
        typer.Option(help="Probability that a member takes part.", rich_help_panel=PLANTED),
    ] = 0.8
    overlap: Annotated[
        float,
        typer.Option(
            help="Share of members that earlier assemblies have too.", rich_help_panel=PLANTED
        ),
    ] = 0.2
    rate: Annotated[
        float, typer.Option(help="Mean background rate, Hz.", rich_help_panel=PLANTED)
    ] = 2.0
    occurrence_rate: Annotated[
        float,
        typer.Option(help="Occurrences of each assembly, Hz.", rich_help_panel=PLANTED),
    ] = 0.3
    comodulation: Annotated[
        float,
        typer.Option(
            help="Depth of a slow modulation common to all units, 0 to 1.",
            rich_help_panel=PLANTED,
        ),
    ] = 0.0

    def simulated(self, units: int, minutes: float, seed: int) -> Recording:
        """Simulate a recording with these assemblies.

        Parameters
        ----------
        units : int
        minutes : float
        seed : int

        Returns
        -------
        Recording
        """
        settings: dict[str, Any] = {
            **asdict(self),
            "lag": parse_time(self.lag, "--lag", zero=True),
            "jitter": parse_time(self.jitter, "--jitter", zero=True),
            "members": _two_sizes(self.members),
        }
        number = settings.pop("assemblies")

        from neurohm.recordings import simulate_assemblies

        return simulate_assemblies(units, minutes, number, **settings, seed=seed)


def simulate(
    output: RecordingOutput,
    planted: PlantedOptions,
    units: Annotated[int, typer.Option(help="Number of units.")] = 60,
    minutes: Annotated[float, typer.Option(help="Duration.")] = 10.0,
    circuit: Annotated[
        str,
        typer.Option(
            help="Instead, a circuit of spiking neurons: balanced, waves or synfire; of the other "
            "options it takes --units, --minutes and --seed."
        ),
    ] = "",
    target: Annotated[
        str, typer.Option(help="What runs a circuit: numpy, cython or cpp_standalone.")
    ] = TARGET,
    seed: Annotated[int, typer.Option(help="Another gives another recording.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Simulate a recording with planted assemblies, or a circuit; the truth is in the file."""
    check_output(output, RECORDING)
    if circuit:
        require_unset(planted, "--circuit")

        from neurohm.spiking import simulate as simulate_circuit

        recording = simulate_circuit(circuit, units, minutes, target=target, seed=seed)
    else:
        if target != TARGET:
            raise InputError("--target without --circuit", "a circuit", "give e.g. --circuit waves")
        recording = planted.simulated(units, minutes, seed)

    from neurohm.cli.recording_summary import written

    recording.save(output)
    show(*written(recording, output), as_json=as_json)


def _two_sizes(members: str) -> tuple[int, int]:
    sizes = parse_sizes(members, "--members")
    if len(sizes) != 2:
        raise InputError(f"--members {members}", "the fewest and the most", "give e.g. 6,10")
    return sizes[0], sizes[1]
