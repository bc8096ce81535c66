"""Assemblies that are known, and a browser, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import neurohm as nh


@pytest.fixture(scope="session")
def table_of() -> Callable[..., pd.DataFrame]:
    """Make a table as `SpikeHelmholtz.assemblies` returns it, of assemblies that are known."""

    def make(recording: nh.Recording, members: Any, lags: Any, times: Any) -> pd.DataFrame:
        table = pd.DataFrame(
            {
                "members": [tuple(recording.unit_ids[list(units)].tolist()) for units in members],
                "lags": [tuple(map(float, delays)) for delays in lags],
                "occurrences": [len(moments) for moments in times],
                "times": [np.asarray(moments, dtype=np.float64) for moments in times],
                "field": [np.ones((recording.n_units, 2)) for _ in times],
            }
        )
        settings = {"bin_size": 0.02, "time_unit": "s", "unit_ids": recording.unit_ids.tolist()}
        table.attrs = settings
        return table

    return make


@pytest.fixture(scope="module")  # not longer: Playwright keeps this thread's event loop meanwhile
def chromium() -> Iterator[Any]:
    """A headless Chromium of the system: $NEUROHM_CHROMIUM, or one of the usual names."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no Playwright: pip install 'neurohm[browser]'"
    )
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = os.environ.get("NEUROHM_CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not program:
        pytest.skip("no Chromium; say where one is by NEUROHM_CHROMIUM")
    with playwright.sync_playwright() as driver:
        # As root, in a container, Chromium has no sandbox.
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
