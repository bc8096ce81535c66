"""Help with examples, options from a file, completion."""

from __future__ import annotations

import shutil
import subprocess
import sys
from types import ModuleType

import pytest

from neurohm.cli import main
from neurohm.cli.app import COMMANDS

FILE = """
[fit]
lags = 2
hidden = "3"
epochs = 1
score-particles = 5

[simulate]
units = 17
minutes = 0.5
assemblies = 1
"""


@pytest.fixture
def options(tmp_path):
    path = tmp_path / "options.toml"
    path.write_text(FILE)
    return path


def test_neurohm_alone_shows_help_with_examples(call):
    done = call()
    assert done.code == 0
    assert "neurohm fit recording.h5 -o fit.h5" in done.out
    assert all(command.__name__ in done.out for command in COMMANDS)


def test_options_from_a_file(call, options, tmp_path, monkeypatch):
    path = tmp_path / "r.h5"
    done = call("--config", options, "simulate", "-o", path, "--json")
    assert done.code == 0
    assert done.result["units"] == 17
    done = call(f"--config={options}", "simulate", "-o", path, "--units", 15, "--json")
    assert done.result["units"] == 15  # the line goes before the file
    monkeypatch.setenv("NEUROHM_CONFIG", str(options))
    done = call("fit", path, "-o", tmp_path / "fit.h5", "--json")
    assert done.code == 0
    assert done.result["lags"] == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fitt]\nlags = 2", "[fitt] in"),
        ("[fit]\nlag = 2", "'lag' of [fit] in"),
        ("lags = 2", "[lags] in"),
        ("[fit", "is no TOML"),
        ('[fit]\nlags = "many"', "--lags"),
    ],
)
def test_files_that_cannot_be_used(call, tmp_path, text, message):
    path = tmp_path / "options.toml"
    path.write_text(text)
    done = call("--config", path, "fit", "r.h5", "-o", tmp_path / "fit.h5")
    assert done.code == 2
    assert message in done.lines[0]
    assert len(done.lines) == 1


def test_a_file_that_is_not_there(call, tmp_path):
    assert call("--config", tmp_path / "no.toml", "info").code == 2
    assert call("--config").code == 2


def test_how_to_go_on_after_a_stop_names_the_file_of_options(call, options, monkeypatch, tmp_path):
    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt("stopped; the state is kept")

    monkeypatch.setattr("neurohm.cli.fit.are_images", stop)
    done = call("--config", options, "fit", "r.h5", "-o", tmp_path / "fit.h5")
    assert done.code == 130
    said = f"to go on: neurohm --config {options} fit r.h5 -o {tmp_path / 'fit.h5'} --resume"
    assert done.lines[-1].endswith(said)


def test_stopped_while_libraries_are_imported(call, monkeypatch):
    class Stopped(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "neurohm.cli.app", Stopped("neurohm.cli.app"))
    done = call("info")
    assert (done.code, done.err) == (130, "neurohm: stopped\n")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_stream_that_nobody_opened_is_no_fault(name, monkeypatch):
    monkeypatch.setattr(sys, name, None)
    with pytest.raises(SystemExit) as end:
        main(["info"])
    getattr(sys, name).close()
    assert end.value.code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(call, shell):
    done = call("completion", shell)
    assert done.code == 0
    assert "simulate" in done.out
    assert ("-l lags" if shell == "fish" else "--lags") in done.out


def test_other_shells(call):
    done = call("completion", "cmd")
    assert (done.code, done.lines[0][:20]) == (2, "neurohm: shell 'cmd'")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["neurohm", "swe"], "sweep"),
        (["neurohm", "fit", "--score-p"], "--score-particles"),
        (["neurohm", "fit", "opti"], "options.toml"),
    ],
)
def test_bash_completes(call, options, words, expected):
    line = " ".join(f"'{word}'" for word in words)
    program = (
        f"{call('completion', 'bash').out}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}\n"
        '_neurohm; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, cwd=options.parent
    )
    assert done.stdout.strip() == expected
    assert done.stderr == ""
