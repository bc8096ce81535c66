"""The README's code runs as it stands, from top to bottom.

Python blocks share one namespace; of shell blocks the ``neurohm`` commands are run. Everything
runs in one temporary folder with ``data/`` in it. A block that cannot run here is preceded by an
HTML comment that says why: ``<!-- not run: needs a GPU -->``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from dataclasses import dataclass

import pytest

SHELL = {"bash", "sh", "shell", "console"}
BLOCK = re.compile(
    r"^(?P<skip><!--\s*not run:[^\n]*-->\s*\n)?```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^```\s*$",
    re.MULTILINE | re.DOTALL,
)
MOST_SECONDS = 480  # of a newcomer's ten minutes on one core, beside pip's; of processor time
SEPARATORS = {"&&", ";", "||", "|", "&"}


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its code and the line where the code begins."""

    language: str
    code: str
    line: int


def blocks_of(text: str) -> list[Block]:
    """Return the fenced blocks of a Markdown text that are to be run, in order."""
    return [
        Block(found["language"], found["code"], text.count("\n", 0, found.start("code")) + 1)
        for found in BLOCK.finditer(text)
        if not found["skip"]
    ]


def neurohm_commands(block: Block) -> list[list[str]]:
    """Return the arguments of each ``neurohm`` command of a shell block."""
    lines = block.code.replace("\\\n", " ").splitlines()
    if block.language == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    commands = []
    for line in lines:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[list[str]] = [[]]
        for word in lexer:
            if word in SEPARATORS:
                words.append([])
            else:
                words[-1].append(word)
        commands += [command[1:] for command in words if command[:1] == ["neurohm"]]
    return commands


def test_blocks_and_commands_are_found():
    text = (
        "```bash\npip install . && neurohm fit a.h5 \\\n  -o 'b c.h5'  # a comment\nls\n```\n"
        "<!-- not run: needs a GPU -->\n```python\n1 / 0\n```\n"
        "```console\n$ neurohm info\nneurohm 0.1.0\n```\n"
        "```python\nx = 1\n```\n"
    )
    shell, console, python = blocks_of(text)
    assert neurohm_commands(shell) == [["fit", "a.h5", "-o", "b c.h5"]]
    assert neurohm_commands(console) == [["info"]]
    assert (python.code, text.splitlines()[python.line - 1]) == ("x = 1\n", "x = 1")


def relative_links(text: str) -> list[str]:
    """Return the files that a Markdown text links to, code aside."""
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s#]+)", prose)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def test_links_are_found():
    text = "[a](docs/a.md#part) ![b](b.png) [c](https://c.org) [d](#d) `[e](e)`\n```\n[f](f)\n```\n"
    assert relative_links(text) == ["docs/a.md", "b.png"]


def test_every_relative_link_leads_somewhere(root):
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    dead = [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in relative_links(page.read_text(encoding="utf8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_readme_runs_from_top_to_bottom(root, tmp_path, monkeypatch, run_neurohm):
    readme = root / "README.md"
    if not readme.is_file():
        pytest.skip("no README.md yet")
    text = readme.read_text(encoding="utf8")
    if (root / "data").is_dir():
        shutil.copytree(root / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    begin = sum(os.times()[:4])
    for block in blocks_of(text):
        if block.language == "python":
            # blank lines before the code: a traceback shows the README's own line numbers
            exec(compile("\n" * (block.line - 1) + block.code, str(readme), "exec"), namespace)
        elif block.language in SHELL:
            for arguments in neurohm_commands(block):
                done = run_neurohm(*arguments)
                assert done.returncode == 0, f"neurohm {shlex.join(arguments)}:\n{done.stderr}"
    assert sum(os.times()[:4]) - begin < MOST_SECONDS


def test_the_readme_is_a_newcomers_first_session(root):
    text = (root / "README.md").read_text(encoding="utf8")
    steps = (
        "pip install .", "neurohm fit", "load_recording(", ".fit(train)", "score_report(test)",
        "receptive_fields(", "GridSearchCV(", "assemblies(", "model.save(", "nh.load(",
    )  # fmt: skip
    assert [step for step in steps if step not in text] == []


@pytest.mark.parametrize(
    "page",
    [
        "agents.md",
        "ddc.md",
        "learning.md",
        "multi_level.md",
        "natural.md",
        "spiking.md",
        "stimuli.md",
    ],
)
def test_python_of_a_page_runs(root, tmp_path, monkeypatch, page):
    path = root / "docs" / page
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    blocks = [b for b in blocks_of(path.read_text(encoding="utf8")) if b.language == "python"]
    assert blocks
    for block in blocks:
        exec(compile("\n" * (block.line - 1) + block.code, str(path), "exec"), namespace)
