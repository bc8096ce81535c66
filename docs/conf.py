"""How Sphinx builds the pages: `sphinx-build -W docs build/docs`, with the extra `docs`."""

import re
import shutil
from pathlib import Path

import neurohm

DOCS = Path(__file__).parent
TUTORIALS = DOCS / "tutorials"  # copies: Sphinx reads nothing outside its folder
GALLERY = DOCS / "gallery.md"  # made of the other pages

project = "neurohm"
author = "neurohm developers"
copyright = f"2026, {author}"
release = version = neurohm.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["images"]
templates_path = ["templates"]

html_theme = "pydata_sphinx_theme"
html_title = "neurohm"
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
}

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # notebooks hold their results, and the tests execute them

autosummary_generate = True
autosummary_imported_members = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # docstrings say types in words
numpydoc_show_class_members = False


def copy_notebooks(_: object) -> None:
    """Bring the notebooks, which live beside the docs, into them."""
    shutil.rmtree(TUTORIALS, ignore_errors=True)
    TUTORIALS.mkdir()
    for notebook in sorted((DOCS.parent / "notebooks").glob("*.ipynb")):
        shutil.copy(notebook, TUTORIALS)


def write_gallery(_: object) -> None:
    """List the pictures of all pages, each with what it shows and where it is explained."""
    lines = ["# Gallery", "", "Every picture of these pages, by page.", ""]
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf8")
        title = re.search(r"^# (.+)$", text, re.MULTILINE)
        pictures = re.findall(r"!\[([^\]]+)\]\((images/[^)]+)\)", text)
        if page != GALLERY and page.stem != "index" and title and pictures:
            lines += [f"## [{title[1]}]({page.name})", ""]
            for shows, file in pictures:
                lines += [f"![{shows}]({file})", "", f"*{shows}*", ""]
    GALLERY.write_text("\n".join(lines), encoding="utf8")


def setup(app: object) -> None:
    """Copy the notebooks and gather the pictures before anything is read."""
    app.connect("builder-inited", copy_notebooks, priority=100)
    app.connect("builder-inited", write_gallery, priority=100)
