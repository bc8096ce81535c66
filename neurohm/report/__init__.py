"""A fitted model as one page to read: its score, its pictures, what was fitted and how.

What writes the page is imported at first use, so that the command line can ask for cautions
without the libraries that draw.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurohm.report.images import write_image_report as write_image_report
    from neurohm.report.page import render_report as render_report
    from neurohm.report.page import write_report as write_report

_HOMES = {"render_report": "page", "write_report": "page", "write_image_report": "images"}

__all__ = ["render_report", "write_image_report", "write_report"]


def __getattr__(name: str) -> Any:
    """Import a public name at first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"neurohm.report.{_HOMES[name]}"), name)
