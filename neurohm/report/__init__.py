"""A fitted model as one page to read: its score, its pictures, what was fitted and how."""

from neurohm.report.page import render_report, write_report

__all__ = ["render_report", "write_report"]
