"""How a machine learned: its curve, and the signals that its synapses used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurohm import plots
from neurohm.learning import locality_report
from neurohm.plots.canvas import figure_of
from neurohm.report import words
from neurohm.report.html import picture, section, table

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz


def about_learning(model: SpikeHelmholtz | HelmholtzDensity, *, of: str) -> str:
    """Return the section with the learning curve.

    Parameters
    ----------
    model : SpikeHelmholtz or HelmholtzDensity
    of : str
        What a sample is, such as "window" or "image".

    Returns
    -------
    str
        HTML.
    """
    held_out = (
        " The held-out share of the training data stops the fit, and the parameters of its best "
        "epoch are kept." * ("held_out" in model.history_)
    )
    drawn = picture(
        figure_of(plots.learning_curve(model)),
        alt="Curves of the training bound and of the held-out score over epochs.",
        caption=f"Log-likelihood of a{'n' * (of[0] in 'aeiou')} {of}, epoch by epoch.{held_out}",
    )
    return section("Learning", drawn)


def about_locality(model: SpikeHelmholtz | HelmholtzDensity) -> str:
    """Return the section about which signals each synapse's change was made of.

    Parameters
    ----------
    model : SpikeHelmholtz or HelmholtzDensity

    Returns
    -------
    str
        HTML.
    """
    report = locality_report(model.machine_, words.rule_of(model), words.plasticity_of(model))
    rows = list(
        dict.fromkeys(
            (s.parameter, s.phase, s.presynaptic, s.postsynaptic, s.third_factor or "–", s.locality)
            for s in report.signals
        )
    )
    head = ("Parameter", "Phase", "Presynaptic", "Postsynaptic", "Third factor", "Locality")
    return section("Locality", table(head, rows, caption="The signals each change was made of."))
