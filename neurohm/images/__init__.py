"""Images: small pattern sets whose distribution is known exactly."""

from neurohm.images.patterns import Patterns, bars, lines, shifter

__all__ = ["Patterns", "bars", "lines", "shifter"]
