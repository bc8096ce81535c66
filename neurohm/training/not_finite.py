"""Numbers that are not finite: in which layer, why probably, and what to do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from neurohm.exceptions import NumericalError

if TYPE_CHECKING:
    from neurohm.training.run import Run


def require_finite(run: Run) -> None:
    """Refuse to go on from numbers that are not finite; they would stay so.

    Raises
    ------
    NumericalError
        Says which populations and projections, the probable cause, and the remedy.
    """
    finite = run.machine.backend.xp.isfinite
    sums = [name for name, value in run.position.sums.items() if not math.isfinite(value)]
    parameters = run.machine.parameters()
    wrong = [key for key, array in parameters.items() if not bool(finite(array).all())]
    if not (sums or wrong):
        return
    names = [*map(named, wrong), *(f"the {name}" for name in sums)]
    what, more = ", ".join(names[:3]), len(names) - 3
    cause, remedy = _cause(run, wrong)
    raise NumericalError(
        f"{what}{f' and {more} more' if more > 0 else ''} not finite after step "
        f"{run.position.step}, in epoch {run.position.epoch + 1}: {cause}",
        "finite numbers",
        remedy,
    )


def named(key: str) -> str:
    """Say what a parameter is, by its key.

    Examples
    --------
    >>> named("generative/hidden1->visible"), named("recognition/hidden1")
    ('generative projection hidden1->visible', 'recognition bias of hidden1')
    """
    pathway, _, of = key.partition("/")
    return f"{pathway} projection {of}" if "->" in of else f"{pathway} bias of {of}"


def _cause(run: Run, wrong: list[str]) -> tuple[str, str]:
    """Return the probable cause and the remedy."""
    rate: Any = run.plasticity.learning_rate
    lower = f"lower the learning rate, {rate:g}, to {rate / 10:g}"
    kinds = {p.kind: p.name for p in reversed(run.machine.populations)}
    touched = [kind for kind, name in kinds.items() if _touches(wrong, name) or not wrong]
    if "poisson" in touched:
        return (
            f"the drive of the Poisson units of {kinds['poisson']} exploded, whose rate is its "
            "exponential",
            f"{lower}, or use Bernoulli units, which cannot explode",
        )
    if "gaussian" in touched:
        return (
            f"the deviations of the Gaussian units of {kinds['gaussian']} shrank to nothing, or "
            "the data are not scaled",
            f"{lower}, standardise the data, or keep the deviations fixed (learned=False)",
        )
    if not wrong:
        return "a sample has probability zero, or weights overflow", lower
    return "the weights overflow", lower


def _touches(keys: list[str], population: str) -> bool:
    """Whether some parameter is of the generative input of a population."""
    ends = (f"/{population}", f"->{population}")
    return any(key.startswith("generative") and key.endswith(ends) for key in keys)
