"""The few pieces of HTML that a report is made of."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape as escape_html
from importlib.resources import files
from io import BytesIO
from string import Template
from typing import Any

from matplotlib.figure import Figure

from neurohm.__about__ import __version__

_SCRIPT = ("data", "painting", "reading", "panels", "controls", "start")  # in this order


def escape(text: str) -> str:
    r"""Return a text as HTML that shows it: no tag, and no letter that rules over others.

    Examples
    --------
    >>> escape("<b> \u202e&")
    '&lt;b&gt; \ufffd&amp;'
    """
    return escape_html(visible(text))


def visible(text: str) -> str:
    r"""Return a text with a sign in place of each control letter (of direction, for example).

    Examples
    --------
    >>> (
    ...     visible("unit\u202e \x07"),
    ...     visible("\N{WOMAN}\u200d\N{MICROSCOPE}") == "\U0001f469\u200d\U0001f52c",
    ... )
    ('unit\ufffd \ufffd', True)
    """
    kept = "\n\u200d"  # the latter joins parts of an emoji
    return "".join(c if c.isprintable() or c in kept else "\ufffd" for c in text)


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph of plain text.

    Examples
    --------
    >>> paragraph("a < b")
    '<p>a &lt; b</p>'
    """
    attribute = f' class="{style}"' if style else ""
    return f"<p{attribute}>{escape(text)}</p>"


def section(title: str, *content: str) -> str:
    """Return a section with its title."""
    return "\n".join(["<section>", f"<h2>{escape(title)}</h2>", *content, "</section>"])


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of names and what they are.

    Examples
    --------
    >>> print(facts([("Units", "60")]))
    <table><tbody>
    <tr><th scope="row">Units</th><td>60</td></tr>
    </tbody></table>
    """
    lines = [
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    ]
    return "\n".join(["<table><tbody>", *lines, "</tbody></table>"])


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str,
    numbers: int | None = None,
) -> str:
    """Return a table with a head.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : iterable of sequences of str
        Cells, as many in each row as there are columns.
    caption : str
        What the table says.
    numbers : int, optional
        The column from which on cells are numbers, set flush right.

    Returns
    -------
    str
    """
    first = len(head) if numbers is None else numbers
    styles = ["" if column < first else ' class="number"' for column in range(len(head))]
    top = "".join(
        f'<th scope="col"{style}>{escape(name)}</th>'
        for name, style in zip(head, styles, strict=True)
    )
    lines = [
        "".join(f"<td{style}>{escape(cell)}</td>" for cell, style in zip(row, styles, strict=True))
        for row in rows
    ]
    return "\n".join(
        [
            f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0">',
            f"<table><caption><span>{escape(caption)}</span></caption>",
            f"<thead><tr>{top}</tr></thead><tbody>",
            *(f"<tr>{line}</tr>" for line in lines),
            "</tbody></table></div>",
        ]
    )


def picture(figure: Figure, *, alt: str, caption: str) -> str:
    """Return a figure with its caption; the picture is inside the page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the picture shows, for those who do not see it.
    caption : str

    Returns
    -------
    str
    """
    content = BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    data = b64encode(content.getvalue()).decode("ascii")
    width = round(96 * figure.get_figwidth())
    return (
        f'<figure><img src="data:image/png;base64,{data}" width="{width}" alt="{escape(alt)}">\n'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def timeline_of(content: Mapping[str, Any], fallback: str) -> str:
    """Return panels over time to zoom into, drawn by the page's script.

    Parameters
    ----------
    content : mapping
        What `neurohm.report.timeline.timeline` returns.
    fallback : str
        HTML for where scripts are not run.

    Returns
    -------
    str
    """
    data = json.dumps(content, separators=(",", ":"), allow_nan=False)
    for letter in "<>&":  # no name can end the element
        data = data.replace(letter, f"\\u{ord(letter):04x}")
    return (
        Template(_resource("script/timeline.html")).substitute(data=data, fallback=fallback).strip()
    )


def whole_page(title: str, summary: str, sections: Iterable[str]) -> str:
    """Return a page that needs no other file, and may ask for none.

    Parameters
    ----------
    title : str
    summary : str
        What the page is of, a line.
    sections : iterable of str

    Returns
    -------
    str
    """
    content = "\n".join(sections)
    style, script = _resource("page.css").strip(), ""
    if 'class="timeline"' in content:
        style = "\n".join(
            [style, _resource("uplot/uPlot.min.css"), _resource("script/timeline.css")]
        )
        script = _script()
    return Template(_resource("page.html")).substitute(
        version=escape(__version__),
        title=escape(title),
        style_hash=_digest(f"\n{style}\n"),
        style=style,
        summary=paragraph(summary, "soft"),
        sections=content,
        script_source=f"'{_digest(script)}'" if script else "'none'",
        script=f"<script>{script}</script>\n" if script else "",
    )


def _script() -> str:
    """Return the page's script: uPlot, and what uses it in a scope of its own."""
    own = "\n".join(_resource(f"script/{part}.js") for part in _SCRIPT)
    library = _resource("uplot/uPlot.iife.min.js").strip()
    return f'{library}\n(() => {{\n"use strict";\n{own}}})();\n'


def _digest(text: str) -> str:
    """Return by what a page's policy knows the only script, or style, that it lets in."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode("ascii")


def _resource(name: str) -> str:
    return files("neurohm.report").joinpath(name).read_text(encoding="utf-8")
