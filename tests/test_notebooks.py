"""Notebooks as they are kept: each beside its script, executed once from top to bottom.

The script (``notebooks/NAME.py``, cells marked by ``# %%``) is what people edit; the notebook is
made from it. CI executes the notebooks; here only their content is read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
LARGEST = 1_000_000  # bytes
HEADER = re.compile(r"\A# ---\n(?:#.*\n)*?# ---\n")
MARKER = re.compile(r"^# %%(?: \[(markdown)\])?\n", re.MULTILINE)
ABSOLUTE = re.compile(
    r"""(?:(?<=["'(\s=])(?:/(?:home|root|work|tmp|Users|usr|opt|mnt|data)/)|\b[A-Z]:\\\\?\w)"""
)

Cell = tuple[str, str]


def cells_of_notebook(text: str) -> list[Cell]:
    """Return kind and source of each cell of a notebook file."""
    return [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]


def cells_of_script(text: str) -> list[Cell]:
    """Return kind and source of each cell of a script in the percent format."""
    _, *parts = MARKER.split(HEADER.sub("", text))
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [
        ("markdown", re.sub(r"^# ?", "", body.strip("\n"), flags=re.MULTILINE))
        if kind
        else ("code", body.strip("\n"))
        for kind, body in pairs
    ]


def outputs_of(notebook: Path) -> list[dict[str, object]]:
    """Return the outputs of all code cells."""
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def test_cells_of_a_script_are_found():
    script = (
        "# ---\n# jupyter:\n#   a: b\n# ---\n\n"
        "# %% [markdown]\n# # Title\n#\n# text\n\n# %%\nx = 1\n\n\n# %%\ny\n"
    )
    assert cells_of_script(script) == [
        ("markdown", "# Title\n\ntext"),
        ("code", "x = 1"),
        ("code", "y"),
    ]


def test_absolute_paths_are_found():
    assert ABSOLUTE.search('open("/home/me/a.h5")')
    assert ABSOLUTE.search("File /usr/lib/python3/x.py")
    assert ABSOLUTE.search(r"'C:\\data'")
    assert not ABSOLUTE.search('load("../data/assemblies.h5")  # generative/hidden1->visible, m/s')


def test_scripts_and_notebooks_are_paired():
    names = {kind: {path.stem for path in FOLDER.glob(f"*.{kind}")} for kind in ("py", "ipynb")}
    assert names["py"] == names["ipynb"]


@pytest.fixture(params=sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_pair_agrees(notebook):
    script = notebook.with_suffix(".py")
    assert cells_of_notebook(notebook.read_text(encoding="utf8")) == cells_of_script(
        script.read_text(encoding="utf8")
    )


def test_both_know_of_the_pair(notebook):
    content = json.loads(notebook.read_text(encoding="utf8"))
    assert content["metadata"]["jupytext"]["formats"] == "ipynb,py:percent"
    header = HEADER.match(notebook.with_suffix(".py").read_text(encoding="utf8"))
    assert "formats: ipynb,py:percent" in header[0]


def test_was_executed_from_top_to_bottom(notebook):
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_outputs_hold_neither_errors_nor_warnings(notebook):
    outputs = outputs_of(notebook)
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    assert any("image/png" in o.get("data", {}) for o in outputs)


def test_no_absolute_paths(notebook):
    texts = [notebook.with_suffix(".py").read_text(encoding="utf8")]
    for output in outputs_of(notebook):
        data = output.get("data", {})
        texts += ["".join(output.get("text", ""))]
        texts += ["".join(data[kind]) for kind in data if kind.startswith("text/")]
    assert [found[0] for text in texts for found in ABSOLUTE.finditer(text)] == []


def test_is_small_and_without_timestamps(notebook):
    content = json.loads(notebook.read_text(encoding="utf8"))
    assert notebook.stat().st_size < LARGEST
    assert all("execution" not in cell["metadata"] for cell in content["cells"])


def test_the_first_one_is_a_first_session():
    text = (FOLDER / "01_fit_a_recording.py").read_text(encoding="utf8")
    steps = (
        "load_recording(", ".fit(", "score_report(", "GridSearchCV(", "receptive_fields(",
        "assemblies(", "dreams(", "model.save(", "nh.load(",
    )  # fmt: skip
    assert [step for step in steps if step not in text] == []


def test_the_second_one_has_sliders():
    text = (FOLDER / "02_local_learning_by_hand.py").read_text(encoding="utf8")
    assert "ipywidgets.SelectionSlider(" in text
    assert "ipywidgets.Play(" in text
