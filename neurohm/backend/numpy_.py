"""The CPU backend: NumPy arrays in main memory."""

from __future__ import annotations

import numpy as np

from neurohm.backend.base import Backend

CPU = Backend(name="cpu", xp=np)
