"""What variants change for their whole process is set back: here they share one."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def gradients() -> Iterator[None]:
    """PyTorch computes gradients again after a test."""
    yield
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_grad_enabled(True)
