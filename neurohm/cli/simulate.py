"""``neurohm simulate``: a recording in which it is known what there is to find."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurohm.cli.options import AsJson, RecordingOutput
from neurohm.cli.output_files import RECORDING, check_output
from neurohm.cli.parsing import parse_sizes, parse_time
from neurohm.cli.printing import show
from neurohm.exceptions import InputError

_OF_CIRCUITS = {"output", "units", "minutes", "circuit", "target", "seed", "as_json"}


def simulate(
    context: typer.Context,
    output: RecordingOutput,
    units: Annotated[int, typer.Option(help="Number of units.")] = 60,
    minutes: Annotated[float, typer.Option(help="Duration.")] = 10.0,
    assemblies: Annotated[int, typer.Option(help="Number of assemblies.")] = 6,
    members: Annotated[
        str, typer.Option(metavar="LEAST,MOST", help="Members of an assembly.")
    ] = "6,10",
    lag: Annotated[
        str, typer.Option(metavar="TIME", help="Longest lag behind the first member.")
    ] = "60ms",
    jitter: Annotated[
        str, typer.Option(metavar="TIME", help="Standard deviation of a member's spike.")
    ] = "5ms",
    participation: Annotated[
        float, typer.Option(help="Probability that a member takes part.")
    ] = 0.8,
    overlap: Annotated[
        float, typer.Option(help="Share of members that earlier assemblies have too.")
    ] = 0.2,
    rate: Annotated[float, typer.Option(help="Mean background rate, Hz.")] = 2.0,
    occurrence_rate: Annotated[float, typer.Option(help="Occurrences of each assembly, Hz.")] = 0.3,
    comodulation: Annotated[
        float, typer.Option(help="Depth of a slow modulation common to all units, 0 to 1.")
    ] = 0.0,
    circuit: Annotated[
        str,
        typer.Option(
            help="Instead, a circuit of spiking neurons: balanced, waves or synfire; of the other "
            "options it takes --units, --minutes and --seed."
        ),
    ] = "",
    target: Annotated[
        str, typer.Option(help="What runs a circuit: numpy, cython or cpp_standalone.")
    ] = "cpp_standalone",
    seed: Annotated[int, typer.Option(help="Another gives another recording.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Simulate a recording with planted assemblies, or a circuit; the truth is in the file."""
    check_output(output, RECORDING)
    if circuit:
        _refuse_others(context)
        _simulate_circuit(circuit, output, units, minutes, target, seed, as_json)
        return
    lag_seconds = parse_time(lag, "--lag", zero=True)
    jitter_seconds = parse_time(jitter, "--jitter", zero=True)
    fewest_and_most = _two_sizes(members)

    from neurohm.cli.recording_summary import written
    from neurohm.recordings import simulate_assemblies

    recording = simulate_assemblies(
        units,
        minutes,
        assemblies,
        members=fewest_and_most,
        lag=lag_seconds,
        jitter=jitter_seconds,
        participation=participation,
        overlap=overlap,
        rate=rate,
        occurrence_rate=occurrence_rate,
        comodulation=comodulation,
        seed=seed,
    )
    recording.save(output)
    show(*written(recording, output), as_json=as_json)


def _refuse_others(context: typer.Context) -> None:
    """Refuse options that a circuit has no use for."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if name not in _OF_CIRCUITS and source is not None and source.name == "COMMANDLINE":
            raise InputError(
                f"--{name.replace('_', '-')} with --circuit",
                "--units, --minutes, --seed and --target",
                "neurohm.spiking.simulate takes options of each circuit",
            )


def _simulate_circuit(
    circuit: str, output: Path, units: int, minutes: float, target: str, seed: int, as_json: bool
) -> None:
    from neurohm.cli.recording_summary import written
    from neurohm.spiking import simulate as simulate_circuit

    recording = simulate_circuit(circuit, units, minutes, target=target, seed=seed)
    recording.save(output)
    show(*written(recording, output), as_json=as_json)


def _two_sizes(members: str) -> tuple[int, int]:
    sizes = parse_sizes(members, "--members")
    if len(sizes) != 2:
        raise InputError(f"--members {members}", "the fewest and the most", "give e.g. 6,10")
    return sizes[0], sizes[1]
