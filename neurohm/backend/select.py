"""From the name of a device to its backend."""

from __future__ import annotations

from neurohm.backend.base import Backend
from neurohm.backend.numpy_ import CPU
from neurohm.exceptions import InputError


def get_backend(device: str | Backend = "cpu") -> Backend:
    """Return the backend of a device.

    Parameters
    ----------
    device : str or Backend
        ``"cpu"``; a backend is handed through.

    Raises
    ------
    InputError
        If the device is unknown, or known and not usable here.

    Examples
    --------
    >>> get_backend("cpu").name
    'cpu'
    """
    if isinstance(device, Backend):
        return device
    if device == "cpu":
        return CPU
    if str(device).split(":")[0] == "cuda":
        raise InputError(
            f"device {device!r} asked for",
            "a device that this version computes on, which is 'cpu' alone",
            "choose device='cpu'; NVIDIA GPUs come with a later version",
        )
    raise InputError(f"unknown device {device!r}", "'cpu'", "choose device='cpu'")
