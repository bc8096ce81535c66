"""What there is to say of every fit: for programs, and for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurohm.cli.resumable import Fitting
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz


def outcome(
    fitting: Fitting, model: SpikeHelmholtz | HelmholtzDensity, seconds: float, score: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what to say of a fit: as data, and in words.

    Parameters
    ----------
    fitting : Fitting
    model : SpikeHelmholtz or HelmholtzDensity
    seconds : float
        How long it took.
    score : ScoreReport, DensityReport or None

    Returns
    -------
    result : dict
    rows : dict of str to str
    """
    report, sizes = fitting.report, model.machine_.sizes
    result = {
        "model": str(fitting.output),
        "report": None if report is None else str(report),
        "populations": list(sizes),
        "epochs": len(model.history_),
        "seconds": seconds,
        "score": None if score is None else score.to_dict(),
    }
    text = f"{fitting.output}: {' - '.join(map(str, sizes))} units"
    return result, {"model": f"{text}, {len(model.history_)} epochs in {seconds:.3g} s"}
