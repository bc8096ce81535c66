"""The command line: ``neurohm COMMAND``."""

from neurohm.cli.app import main

__all__ = ["main"]
