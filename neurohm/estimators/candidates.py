"""What in a fitted machine may stand for an assembly: its hidden units, or its codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.receptive_fields import code_fields
from neurohm.analysis.sharpening import sharpened
from neurohm.analysis.spike_bins import SpikeBins
from neurohm.analysis.templates import Template, templates
from neurohm.recordings import Recording, bin_spikes

if TYPE_CHECKING:
    from neurohm.estimators.spikes import SpikeHelmholtz

ALWAYS_ON = 0.9
"""Share of the windows from which on a hidden unit marks no moment."""


@dataclass(frozen=True)
class Candidates:
    """Templates of patterns, and what was left out from the start.

    Parameters
    ----------
    templates : list of Template
        Their ``hidden_units`` count from 0 in `names`.
    names : tuple
        A hidden unit's number each, or the tuple of the active ones of a code.
    left_out : dict of str to tuple
        Names by the reason.
    """

    templates: list[Template]
    names: tuple[Any, ...]
    left_out: dict[str, tuple[Any, ...]]

    def named(self, template: Template) -> tuple[Any, ...]:
        """Return the names of what a template was merged from."""
        return tuple(self.names[i] for i in template.hidden_units)


def candidates(
    model: SpikeHelmholtz,
    recording: Recording,
    layer: int,
    of: str,
    least: int,
    *,
    sharpen: bool = False,
) -> Candidates:
    """Return the templates that a fitted machine holds.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    recording : Recording
        Says how active each hidden unit is.
    layer : int
        Hidden layer, from 1.
    of : str
        ``"units"`` or ``"codes"``.
    least : int
        Windows in which a hidden unit or code must be active at least.
    sharpen : bool
        Whether templates are sharpened by the recording, which then must not be tested on.

    Returns
    -------
    Candidates
    """
    activity = model.transform(recording, layer=layer).values
    if of == "codes":
        found = _of_codes(model, activity > 0.5, layer, least)
    else:
        found = _of_units(model, activity, layer, least)
    return replace(found, templates=_sharp(found, model, recording)) if sharpen else found


def _sharp(found: Candidates, model: SpikeHelmholtz, recording: Recording) -> list[Template]:
    """Return templates sharpened by a recording."""
    binned = bin_spikes(recording, model.bin_size_)
    spikes = SpikeBins.of(binned, at_most_one=model.observation_ == "bernoulli")
    return sharpened(found.templates, spikes, binned.observed, model.independent_.mean)


def _of_units(
    model: SpikeHelmholtz, activity: npt.NDArray[np.float32], layer: int, least: int
) -> Candidates:
    """Return the templates of hidden units; of one that is mostly on, the off state is meant."""
    mean = activity.mean(axis=0, dtype=np.float64)
    silent, always = mean * len(activity) < least, mean > ALWAYS_ON
    fields = model.receptive_fields(layer) * model.bin_size_
    fields[mean > 0.5] *= -1
    usable = np.flatnonzero(~silent & ~always)
    found = templates(fields[usable], model.independent_.mean)
    left_out = {
        "silent": tuple(np.flatnonzero(silent).tolist()),
        "always on": tuple(np.flatnonzero(always).tolist()),
    }
    return _with_faint(found, tuple(usable.tolist()), left_out)


def _of_codes(
    model: SpikeHelmholtz, active: npt.NDArray[np.bool_], layer: int, least: int
) -> Candidates:
    """Return the templates of codes, each against the commonest one."""
    codes, number = np.unique(active, axis=0, return_counts=True)
    order = np.argsort(-number, kind="stable")
    # The commonest code is what the others are compared with.
    common = [i for i in order[1:] if number[i] >= least]
    rare = tuple(_name(codes[i]) for i in order[1:] if number[i] < least)
    if not common:
        return Candidates([], (), {"too rare": rare})
    reference, others = codes[order[0]], codes[common]
    fields = code_fields(model.machine_, others, reference, layer, seed=model.seed_)
    fields = fields.reshape(len(fields), -1, int(model.lags))
    names = tuple(_name(code) for code in others)
    return _with_faint(templates(fields, model.independent_.mean), names, {"too rare": rare})


def _name(code: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the active units of a code."""
    return tuple(np.flatnonzero(code).tolist())


def _with_faint(
    found: list[Template], names: tuple[Any, ...], left_out: dict[str, tuple[Any, ...]]
) -> Candidates:
    """Return candidates, and say which have no field."""
    used = {i for template in found for i in template.hidden_units}
    faint = tuple(name for i, name in enumerate(names) if i not in used)
    return Candidates(found, names, {**left_out, "no field": faint})
