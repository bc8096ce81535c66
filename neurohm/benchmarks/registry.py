"""All workloads by name."""

from __future__ import annotations

from collections.abc import Sequence

from neurohm.benchmarks.first_fit import FIRST_FIT
from neurohm.benchmarks.w1 import W1, W1_DREAMS
from neurohm.benchmarks.w2 import W2, W2_DREAMS, W2_HUNDRED
from neurohm.benchmarks.w3 import W3
from neurohm.benchmarks.w4 import W4, W4_MILLION
from neurohm.benchmarks.w5 import W5
from neurohm.benchmarks.workload import Variant, Workload
from neurohm.exceptions import InputError

DEVICES = ("cpu", "cuda")

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (W1, W1_DREAMS, W2, W2_DREAMS, W2_HUNDRED, W3, W4, W4_MILLION, W5, FIRST_FIT)
}


def chosen(names: Sequence[str] = ()) -> list[Workload]:
    """Return workloads by their names; where none is named, all but the extra ones.

    Parameters
    ----------
    names : sequence of str
        ``"all"`` stands for all of them.

    Returns
    -------
    list of Workload

    Raises
    ------
    InputError
        If there is no such workload; the message lists those that there are.

    Examples
    --------
    >>> [workload.name for workload in chosen(["w1", "w2"])]
    ['w1', 'w2']
    """
    if not names:
        return [workload for workload in WORKLOADS.values() if not workload.extra]
    if "all" in names:
        return list(WORKLOADS.values())
    for name in names:
        if name not in WORKLOADS:
            raise InputError(f"unknown workload {name!r}", f"one of {', '.join(WORKLOADS)}, all")
    return [WORKLOADS[name] for name in dict.fromkeys(names)]


def chosen_variants(
    workload: Workload,
    names: Sequence[str] | None = None,
    *,
    peers: bool = True,
    device: str = "cpu",
) -> tuple[Variant, ...]:
    """Return some of a workload's variants.

    Parameters
    ----------
    workload : Workload
    names : sequence of str, optional
        Those that the workload does not have are passed over; all by default.
    peers : bool
        Whether other libraries' are among them.
    device : {"cpu", "cuda"}

    Returns
    -------
    tuple of Variant

    Raises
    ------
    InputError
        If no workload has a variant of such a name, or there is no such device.

    Examples
    --------
    >>> [variant.name for variant in chosen_variants(WORKLOADS["w1"], peers=False)]
    ['bound', 'neurohm']
    """
    if device not in DEVICES:
        raise InputError(f"unknown device {device!r}", " or ".join(map(repr, DEVICES)))
    known = {v.name for w in WORKLOADS.values() for v in w.on(device)}
    for name in names or ():
        if name not in known:
            raise InputError(f"unknown variant {name!r}", f"one of {', '.join(sorted(known))}")
    return tuple(
        variant
        for variant in workload.on(device)
        if (peers or not variant.is_peer) and (names is None or variant.name in names)
    )
