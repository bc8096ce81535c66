"""Brian2, imported in one place: it may be slow to import, and warns of its own parser."""

from __future__ import annotations

import warnings

# Brian2 calls its parser by names that newer pyparsing calls deprecated, at every run; users can
# do nothing about it.
warnings.filterwarnings(
    "ignore", message=r".\w+. (argument is )?deprecated", category=DeprecationWarning
)

import brian2  # noqa: E402
from brian2 import ms, mV, second, volt  # noqa: E402
from brian2.core.functions import DEFAULT_FUNCTIONS  # noqa: E402
from brian2.devices.device import all_devices  # noqa: E402

__all__ = ["DEFAULT_FUNCTIONS", "all_devices", "brian2", "mV", "ms", "second", "volt"]
