"""``neurohm completion``: what shells need to complete commands and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from neurohm.exceptions import InputError

SHELLS = ("bash", "zsh", "fish")

_BASH = """\
_neurohm() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" names=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        names="{commands} {own}"
    elif [[ "$word" == -* ]]; then
        case "${{COMP_WORDS[1]}}" in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$names" -- "$word"))
    if [ ${{#COMPREPLY[@]}} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$word")); fi
}}
complete -o filenames -F _neurohm neurohm"""
_ZSH = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"


def completion(
    context: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="|".join(SHELLS), help="Yours.")],
) -> None:
    """Print what lets a shell complete commands and options.

    In ~/.bashrc or ~/.zshrc: eval "$(neurohm completion bash)". In fish: neurohm completion fish |
    source.
    """
    if shell not in SHELLS:
        raise InputError(f"shell {shell!r}", "one of " + ", ".join(SHELLS))
    group: Any = context.parent.command if context.parent is not None else context.command
    print(script(shell, options_of(group), _options(group)))


def options_of(group: Any) -> dict[str, list[str]]:
    """Return the options of each command.

    Parameters
    ----------
    group : typer's group of commands

    Returns
    -------
    dict of str to list of str
    """
    return {name: _options(command) for name, command in group.commands.items()}


def script(shell: str, commands: Mapping[str, list[str]], own: list[str]) -> str:
    """Return what a shell needs.

    Parameters
    ----------
    shell : str
    commands : mapping of str to list of str
        Options by command.
    own : list of str
        Options before any command.

    Returns
    -------
    str

    Examples
    --------
    >>> print(script("fish", {"info": ["--json"]}, []))
    complete -c neurohm -n __fish_use_subcommand -f -a info
    complete -c neurohm -n '__fish_seen_subcommand_from info' -l json
    """
    if shell == "fish":
        first = "complete -c neurohm -n __fish_use_subcommand -f -a"
        seen = "complete -c neurohm -n '__fish_seen_subcommand_from {}' -l {}"
        names = [f"{first} {name}" for name in commands]
        options = [
            seen.format(name, option.removeprefix("--"))
            for name, listed in commands.items()
            for option in listed
            if option.startswith("--")
        ]
        return "\n".join([*names, *options])
    cases = "\n".join(
        f'            {name}) names="{" ".join(options)}" ;;' for name, options in commands.items()
    )
    text = _BASH.format(commands=" ".join(commands), own=" ".join(own), cases=cases)
    return _ZSH + text if shell == "zsh" else text


def _options(command: Any) -> list[str]:
    given = [name for p in command.params for name in (*p.opts, *p.secondary_opts)]
    return [name for name in [*given, "--help"] if name.startswith("-")]
