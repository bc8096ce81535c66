"""Brian2, imported in one place: it is slow to import, and takes all warnings of the process."""

from __future__ import annotations

import logging
import warnings

# Brian2 calls its parser by names that newer pyparsing calls deprecated, at every run; users can
# do nothing about it.
warnings.filterwarnings(
    "ignore", message=r".\w+. (argument is )?deprecated", category=DeprecationWarning
)

_shown_by = warnings.showwarning

import brian2  # noqa: E402
from brian2 import ms, mV, second, volt  # noqa: E402
from brian2.core.functions import DEFAULT_FUNCTIONS  # noqa: E402
from brian2.devices.device import all_devices  # noqa: E402

# At its import Brian2 sends the warnings of the whole process to its own log. They go back to where
# they went before, on the command line to one plain line; what users do about it stays as it is.
if warnings.showwarning is not _shown_by:
    logging.captureWarnings(False)

__all__ = ["DEFAULT_FUNCTIONS", "all_devices", "brian2", "mV", "ms", "second", "volt"]
