"""Responses that are known."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.analysis import Responses
from neurohm.recordings import Trials


@pytest.fixture(scope="session")
def responses_from():
    """Make responses of values, (trials, bins, units), and the condition of each trial."""

    def make(values, labels, edges=(0.0, 1.0), kind="counts"):
        values, labels = np.asarray(values, dtype=np.float64), np.asarray(labels)
        moments = np.arange(len(labels), dtype=np.float64)
        trials = Trials(np.stack([moments, moments + 1], axis=1), moments, labels, "angle")
        names = tuple(map(str, range(values.shape[2])))
        return Responses(values, np.asarray(edges), trials, kind, names)

    return make
