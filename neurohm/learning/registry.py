"""Learning rules by name."""

from __future__ import annotations

from typing import Any

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning.active_sampling import ActiveSampling
from neurohm.learning.base import LearningRule
from neurohm.learning.bidirectional import Bidirectional
from neurohm.learning.cascade import Cascade
from neurohm.learning.ddc import DDC
from neurohm.learning.multi_level import MultiLevel
from neurohm.learning.reweighted import Reweighted
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.plugins import Registry

RULES: Registry[LearningRule] = Registry(
    LearningRule,  # type: ignore[type-abstract]
    "name",
    (WakeSleep, Reweighted, Bidirectional, MultiLevel, Cascade, DDC, ActiveSampling),
    "neurohm.rules",
)


def as_rule(rule: str | LearningRule, **settings: Any) -> LearningRule:
    """Return a rule by its name, or the rule given.

    Parameters
    ----------
    rule : str or LearningRule
    **settings
        Of the rule; those that it does not have are an error.

    Raises
    ------
    InputError, ArgumentTypeError
        If the name is unknown (the message lists the known ones), or a setting cannot be used.

    Examples
    --------
    >>> as_rule("reweighted", particles=3).name
    'reweighted'
    """
    if isinstance(rule, LearningRule):
        if settings:
            raise InputError(f"settings {settings} beside {rule!r}", "one of them")
        return rule
    if not isinstance(rule, str):
        raise ArgumentTypeError(f"rule {rule!r}", "a name or a learning rule")
    if rule not in RULES:
        raise InputError(f"unknown rule {rule!r}", "one of " + ", ".join(map(repr, RULES)))
    try:
        return RULES[rule](**settings)
    except ArgumentTypeError:
        raise
    except TypeError as error:
        raise ArgumentTypeError(f"settings {settings} of rule {rule!r}", str(error)) from error
