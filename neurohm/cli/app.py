"""The commands, and how a call of them ends: with a result, or with one line on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from neurohm.__about__ import __version__
from neurohm.cli.assemblies import assemblies
from neurohm.cli.bench import bench
from neurohm.cli.compare import compare
from neurohm.cli.completion import completion
from neurohm.cli.configuration import defaults, taken_off
from neurohm.cli.convert import convert
from neurohm.cli.decode import decode
from neurohm.cli.errors import explain, silence_pipe, warnings_as_lines
from neurohm.cli.fit import fit
from neurohm.cli.info import info
from neurohm.cli.inspect import inspect
from neurohm.cli.options import expanded
from neurohm.cli.plot import plot
from neurohm.cli.printing import complain
from neurohm.cli.report import report
from neurohm.cli.sample import sample
from neurohm.cli.score import score
from neurohm.cli.simulate import simulate
from neurohm.cli.sweep import sweep

COMMANDS = (
    fit, inspect, score, compare, assemblies, decode, plot, report, sample, simulate, convert,
    sweep, info, bench, completion,
)  # fmt: skip
DEBUG = "--debug"
EXAMPLES = """\
Examples:

neurohm simulate -o recording.h5

neurohm inspect recording.h5

neurohm fit recording.h5 -o fit.h5 --report report.html

neurohm score fit.h5 recording.h5 --test 0.2

neurohm assemblies fit.h5 recording.h5 -o assemblies.h5

neurohm plot fields fit.h5 -o fields.png

neurohm --config options.toml fit recording.h5 -o fit.h5

neurohm sweep sweep.yaml
"""

app = typer.Typer(
    name="neurohm",
    help="Helmholtz machines with local wake-sleep learning, for spike recordings and images.",
    epilog=EXAMPLES,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in COMMANDS:
    app.command()(expanded(command))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process: 0 done, 1 failure, 2 wrong input, 130 stopped.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _show_what_can_be_shown()
    with warnings_as_lines():
        code = _run(given)
    raise SystemExit(code)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the traceback of an error; anywhere on the line.")
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="TOML file with options, in a table for each command (fit, score, ...). By "
            "default that of $NEUROHM_CONFIG.",
        ),
    ] = None,
) -> None:
    if version:
        print(f"neurohm {__version__}")
        raise typer.Exit


def _show_what_can_be_shown() -> None:
    """Have somewhere to write, and question marks for letters that the encoding of stdout lacks."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started the process
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # not where someone has put another in its place
        sys.stdout.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    """Run a command and return the exit code.

    Without typer's own way to run, which turns errors into panels and drops interruptions.
    """
    # It is taken off before the commands see it, since an error may be anywhere.
    debug = DEBUG in arguments
    called = arguments = [argument for argument in arguments if argument != DEBUG]
    if arguments == ["--version"]:
        arguments = [*arguments, "info"]  # a group's options want a command after them
    try:
        group = typer.main.get_command(app)
        arguments, file = taken_off(arguments)
        given = defaults(file, group)
        with group.make_context("neurohm", arguments or ["--help"], default_map=given) as context:
            group.invoke(context)
    except typer.Exit as end:
        return int(end.exit_code)
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        return silence_pipe()
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            raise
        text, code = explain(error, called)
        complain(text)
        return code
    return 0
