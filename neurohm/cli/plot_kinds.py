"""The kinds of picture that ``neurohm plot`` draws."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Parameters
    ----------
    draws : str
        Name of the function of `neurohm.plots`.
    shows : str
        What it shows, one line.
    of : tuple of str
        What the function takes: "model", "recording", "assemblies", "images", "completed" (which
        pixels were seen, and completions), or of trials "hidden", "counts", "regenerated" (what
        these units did in each) and "decodings", each.
    options : tuple of str
        Which options it takes; all but "test" are arguments of the function, and but "layer" of
        trials.
    many : bool
        Whether it is of thousands of images, not of a few that it shows.
    """

    draws: str
    shows: str
    of: tuple[str, ...]
    options: tuple[str, ...] = ()
    many: bool = False

    @property
    def needs_images(self) -> bool:
        """Whether it is of images by the model."""
        return "images" in self.of

    @property
    def needs_trials(self) -> bool:
        """Whether it is of trials of a recording, by the model."""
        return bool({"hidden", "counts", "decodings"} & set(self.of))

    def needs_recording(self, *, searched: bool = True) -> bool:
        """Return whether it is of a recording; assemblies are, if they are searched first."""
        return "recording" in self.of or self.needs_trials or (searched and "assemblies" in self.of)


_ALONE = ("model",)
_BOTH, _FOUND = ("recording", "model"), ("recording", "assemblies")
_SEEN, _FILLED = ("images", "model"), ("images", "completed")
_STRETCH, _SHARE = ("start", "seconds"), ("test",)

KINDS = {
    "fields": Kind("receptive_fields", "what hidden units add to the rates", _ALONE, ("layer",)),
    "learning": Kind("learning_curve", "the score, epoch by epoch", _ALONE),
    "weights": Kind("weights", "histograms of the weights", _ALONE),
    "locality": Kind("locality", "which signals each synapse learns from", _ALONE),
    "raster": Kind("raster", "spikes and hidden activity", _BOTH, _STRETCH),
    "field-map": Kind(
        "field_maps", "where hidden units act on the electrode array", _BOTH, ("layer",)
    ),
    "spike-responses": Kind(
        "spike_responses", "to what hidden units respond, with significance", _BOTH, ("layer",)
    ),
    "activity": Kind("activity", "how active hidden units are", _BOTH),
    "dreams": Kind("dreams", "the recording beside a dream", _BOTH, _STRETCH),
    "check": Kind("model_check", "dreams against data, and predictions", _BOTH),
    "assemblies": Kind("assembly_raster", "spikes coloured by assembly", _FOUND, _STRETCH),
    "averages": Kind("triggered_average", "rates around each assembly's occurrences", _FOUND),
    "matrix": Kind("assembly_matrix", "members of assemblies, with lags", ("assemblies",)),
    "map": Kind("assembly_map", "where members lie on the electrode array", _FOUND),
}
"""Pictures of models of recordings, by name."""

TRIAL_KINDS = {
    "psth": Kind("psth", "the time course of hidden units", ("hidden",), ("layer",)),
    "tuning": Kind("tuning", "hidden activity by condition", ("hidden",), ("layer", "period")),
    "decoding": Kind(
        "decoding", "the condition, read from hidden units and counts", ("decodings",), ("layer",)
    ),
    "correlations": Kind(
        "correlations", "signal and noise, of data and model", ("counts", "regenerated")
    ),
}
"""Pictures of trials by a model, by name."""

IMAGE_KINDS = {
    "image-fields": Kind("image_fields", "what hidden units add to images", _ALONE, ("layer",)),
    "gabors": Kind("image_gabors", "Gabor functions fitted to them", _ALONE, ("layer",)),
    "image-dreams": Kind("dreamed_images", "dreams", _ALONE),
    "layers": Kind("dreams_by_layer", "what each layer adds to a dream", _ALONE),
    "reconstructions": Kind("reconstructions", "images, recognised and regenerated", _SEEN, _SHARE),
    "responses": Kind(
        "image_responses", "to what hidden units respond", _SEEN, ("layer", "test"), many=True
    ),
    "preferences": Kind(
        "image_preferences", "images that activate them most", _SEEN, ("layer", "test"), many=True
    ),
    "completions": Kind("completions", "the lower half of images, filled in", _FILLED, _SHARE),
}
"""Pictures of models of images, by name."""

OF_ANY = ("learning", "weights", "locality")
"""Pictures of models of either."""


def every_kind() -> dict[str, Kind]:
    """Return all kinds of picture by name."""
    return {**KINDS, **TRIAL_KINDS, **IMAGE_KINDS}


def able(option: str) -> str:
    """Return the kinds of picture that take an option."""
    return ", ".join(name for name, kind in every_kind().items() if option in kind.options)


def listing() -> str:
    """Return all kinds of picture, a line each, for the help."""
    alone = [k for k in KINDS if not KINDS[k].needs_recording()]
    found = [k for k in KINDS if "assemblies" in KINDS[k].of]
    other = [k for k in KINDS if k not in alone and k not in found]
    seen = [k for k in IMAGE_KINDS if IMAGE_KINDS[k].needs_images]
    return "\n\n".join(
        [
            _listed("KIND, of a MODEL alone:", alone),
            _listed("Of a RECORDING by the model:", other),
            _listed("Of the assemblies in a RECORDING, searched or from --assemblies FILE:", found),
            _listed("Of the trials in a RECORDING by the model:", list(TRIAL_KINDS)),
            _listed("Of a MODEL of images:", [k for k in IMAGE_KINDS if k not in seen]),
            _listed("Of IMAGES by the model:", seen),
        ]
    )


def _listed(title: str, names: list[str]) -> str:
    kinds = every_kind()
    return "\n".join(["\b", title, *(f"  {name:<15} {kinds[name].shows}" for name in names)])
