"""Gabor functions fitted to receptive fields: where, how oriented, how fine, how well they fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
_PADDED = 4  # how much finer than a field its spectrum is sampled
_FINEST = 0.5  # cycles a pixel
_NARROWEST = 0.5  # deviation of the envelope, pixels
_WIDTHS = (0.12, 0.25)  # at which fits start, over the larger side of the field
_PEAKS = 3  # of the spectrum, at which fits start


@dataclass(frozen=True, eq=False)
class GaborFits:
    """A Gabor function for each field: a grating below a Gaussian envelope.

    ``amplitude exp(-u^2 / 2 s_u^2 - v^2 / 2 s_v^2) cos(2 pi frequency u + phase)``, with u across
    and v along the grating's bars, from the centre.

    Parameters
    ----------
    row, column : ndarray, (n_fields,)
        Centre, pixels from the first one.
    orientation : ndarray, (n_fields,)
        Of the bars, degrees from horizontal, anticlockwise, 0 to 180.
    frequency : ndarray, (n_fields,)
        Cycles a pixel.
    across, along : ndarray, (n_fields,)
        Standard deviations of the envelope, pixels.
    phase : ndarray, (n_fields,)
        Degrees, 0 to 180: 0 or 180 even, 90 odd; the sign is that of the amplitude's.
    amplitude : ndarray, (n_fields,)
        In the units of the fields.
    r_squared : ndarray, (n_fields,)
        Share of a field's variance over pixels that its Gabor function explains.
    shape : (int, int)
        Height and width of the fields.
    """

    row: Array
    column: Array
    orientation: Array
    frequency: Array
    across: Array
    along: Array
    phase: Array
    amplitude: Array
    r_squared: Array
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.r_squared)

    def drawn(self) -> Array:
        """Return the Gabor functions as images, (n_fields, height * width)."""
        angle = np.deg2rad(90 - self.orientation)
        out = []
        for i in range(len(self)):
            given = np.array(
                [self.row[i], self.column[i], angle[i], self.frequency[i],
                 self.across[i], self.along[i]]
            )  # fmt: skip
            even, odd = _parts(given, self.shape)
            phase = np.deg2rad(self.phase[i])
            out.append(self.amplitude[i] * (np.cos(phase) * even - np.sin(phase) * odd))
        return np.array(out).reshape(len(self), -1)

    def to_frame(self) -> pd.DataFrame:
        """Return the fits as a table, one row a field."""
        import pandas as pd

        names = [each.name for each in fields(self) if each.name != "shape"]
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def to_dict(self) -> dict[str, Any]:
        """Return the fits as plain data."""
        plain = {
            name: value.tolist() if isinstance(value, np.ndarray) else list(value)
            for name, value in asdict(self).items()
        }
        return plain


def fit_gabors(receptive_fields: npt.ArrayLike, shape: tuple[int, int]) -> GaborFits:
    """Fit a Gabor function to each receptive field.

    Least squares from several starts: peaks of the field's spectrum, narrow and wide envelopes
    about where the field is strongest. Amplitude and phase are solved for at each step.

    Parameters
    ----------
    receptive_fields : array_like, (n_fields, height * width)
    shape : (int, int)
        Height and width.

    Returns
    -------
    GaborFits
        Of a field that is the same everywhere all values are ``nan``, and `r_squared` is 0.

    Raises
    ------
    InputError
        If the fields are of another size, or not finite.

    References
    ----------
    Jones, Palmer (1987). An evaluation of the two-dimensional Gabor filter model of simple
    receptive fields in cat striate cortex. Journal of Neurophysiology 58:1233.

    Examples
    --------
    >>> row, column = np.mgrid[:9, :9] - 4.0
    >>> field = np.exp(-(row**2 + column**2) / 8) * np.cos(2 * np.pi * column / 5)
    >>> fits = fit_gabors(field.reshape(1, -1), (9, 9))
    >>> round(float(fits.orientation[0])), round(float(fits.frequency[0]), 2)
    (90, 0.2)
    """
    given = np.asarray(receptive_fields, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != shape[0] * shape[1]:
        raise InputError(f"fields of shape {given.shape}", f"(n, {shape[0]} x {shape[1]})")
    if not np.isfinite(given).all():
        raise InputError("fields that are not finite", "numbers")
    found = [_fitted(field.reshape(shape)) for field in given]
    columns = np.array(found).reshape(-1, 9).T
    names = [each.name for each in fields(GaborFits)][:9]
    return GaborFits(**dict(zip(names, columns, strict=True)), shape=shape)


def _fitted(field: Array) -> tuple[float, ...]:
    """Return row, column, orientation, frequency, spreads, phase, amplitude and R^2 of a field."""
    from scipy.optimize import least_squares

    spread = float(np.square(field - field.mean()).sum())
    if spread <= 1e-24 * max(1.0, float(np.square(field).sum())):
        return (*[np.nan] * 8, 0.0)
    scaled, shape = field / np.sqrt(spread), (field.shape[0], field.shape[1])
    height, width = shape
    low = [-1.0, -1.0, -np.inf, 0.0, _NARROWEST, _NARROWEST]
    high = [height, width, np.inf, _FINEST, max(shape), max(shape)]

    def residual(given: Array) -> Array:
        return _explained(scaled, given)[1]

    best = min(
        (
            least_squares(residual, start, bounds=(low, high), x_scale=[1, 1, 0.3, 0.05, 1, 1],
                          max_nfev=60)
            for start in _starts(scaled)
        ),
        key=lambda fit: float(fit.cost),
    )  # fmt: skip
    row, column, angle, frequency, across, along = best.x
    orientation = (90 - np.rad2deg(angle)) % 180
    angle = np.deg2rad(90 - orientation)  # in the half of all directions that is reported
    (even, odd), left = _explained(scaled, np.array([row, column, angle, frequency, across, along]))
    amplitude = np.hypot(even, odd) * np.sqrt(spread)
    phase = np.rad2deg(np.arctan2(-odd, even))
    if not 0 <= phase < 180:
        amplitude, phase = -amplitude, phase % 180
    return (row, column, orientation, frequency, across, along, phase, amplitude,
            1 - float(np.square(left).sum()))  # fmt: skip


def _explained(field: Array, given: Array) -> tuple[Array, Array]:
    """Return the best even and odd amplitude of a Gabor function, and what is left of a field."""
    basis = np.stack([part.ravel() for part in _parts(given, field.shape)], axis=1)
    gram = basis.T @ basis + 1e-9 * np.eye(2)
    weights = np.asarray(np.linalg.solve(gram, basis.T @ field.ravel()), dtype=np.float64)
    return weights, field.ravel() - basis @ weights


def _parts(given: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the even and the odd Gabor function of centre, direction, frequency and spreads."""
    row, column, angle, frequency, across, along = given
    down, right = np.arange(shape[0])[:, None] - row, np.arange(shape[1]) - column
    u = right * np.cos(angle) + down * np.sin(angle)
    v = down * np.cos(angle) - right * np.sin(angle)
    envelope = np.exp(-(u**2) / (2 * across**2) - v**2 / (2 * along**2))
    wave = 2 * np.pi * frequency * u
    return envelope * np.cos(wave), envelope * np.sin(wave)


def _starts(field: Array) -> Iterator[list[float]]:
    """Yield where fits start: peaks of the spectrum, at the centre of the strongest part."""
    size = _PADDED * max(field.shape)
    power = np.abs(np.fft.fft2(field, (size, size)))[:, : size // 2 + 1]
    down, right = np.fft.fftfreq(size)[:, None], np.arange(size // 2 + 1) / size
    radius = np.hypot(down, right)
    energy = field**2
    strongest = energy > 0.2 * energy.max()
    weight = energy * strongest / (energy * strongest).sum()
    row, column = (float((weight * place).sum()) for place in np.indices(field.shape))
    for _ in range(_PEAKS):
        i, j = np.unravel_index(int(power.argmax()), power.shape)
        frequency = float(np.clip(radius[i, j], 0.02, 0.95 * _FINEST))
        angle = float(np.arctan2(down[i, 0], right[j]))
        for width in _WIDTHS:
            spread = max(1.2 * _NARROWEST, width * max(field.shape))
            yield [row, column, angle, frequency, spread, spread]
        power[np.hypot(down - down[i, 0], right - right[j]) < 1.5 / max(field.shape)] = 0
