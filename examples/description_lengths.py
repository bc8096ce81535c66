"""Handwritten digits told apart by how shortly each digit's own machine describes them.

    python examples/description_lengths.py                # 8 x 8 digits, bundled with scikit-learn
    python examples/description_lengths.py mnist --rows 2000

A machine is fitted to the images of each digit alone. An image of unknown digit is described by
each of them; -log2 p(image) is the number of bits that this takes, and the digit whose machine
needs the fewest, with the bits to name the digit, is the answer.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

import neurohm as nh


class DescriptionLengthClassifier(ClassifierMixin, BaseEstimator):
    """The class whose density describes a row in the fewest bits.

    Parameters
    ----------
    density : estimator, optional
        With ``score_samples`` (nats); a copy is fitted to the rows of each class.
        `HelmholtzDensity` by default.
    """

    def __init__(self, density: Any = None) -> None:
        self.density = density

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> DescriptionLengthClassifier:
        """Fit a density to the rows of each class."""
        X, y = validate_data(self, X, y)
        density = nh.HelmholtzDensity() if self.density is None else self.density
        self.classes_, counts = np.unique(y, return_counts=True)
        self.class_bits_ = -np.log2(counts / len(y))
        self.densities_ = [clone(density).fit(X[y == each]) for each in self.classes_]
        return self

    def description_lengths(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the bits that each class takes for each row, ``(n_samples, n_classes)``."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        nats = np.stack([density.score_samples(X) for density in self.densities_], axis=1)
        return -nats / np.log(2) + self.class_bits_

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the class of each row."""
        return self.classes_[self.description_lengths(X).argmin(axis=1)]


def parts(name: str, rows: int | None) -> tuple[npt.NDArray[Any], ...]:
    """Return binary images and digits to learn from and to test on."""
    images = nh.load_images(name, binarise="threshold", test=0.3)
    if "train" not in images.labels:
        raise SystemExit(f"{name} was found without labels; give a folder or an .npz with them")
    data = (images.train, images.labels["train"], images.test, images.labels["test"])
    return data if rows is None else tuple(part[:rows] for part in data)


def main() -> None:
    """Fit, and say how many test images are told right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", nargs="?", default="digits", help="digits, or mnist")
    parser.add_argument("--rows", type=int, help="images of each part; all by default")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--particles", type=int, default=100, help="of the description lengths")
    given = parser.parse_args()
    X, y, X_test, y_test = parts(given.images, given.rows)
    hidden = (30, 10) if given.images == "digits" else (100, 30)
    density = nh.HelmholtzDensity(
        hidden, epochs=given.epochs, batch_size=20, score_particles=given.particles
    )
    model = DescriptionLengthClassifier(density).fit(X, y)
    bits = model.description_lengths(X_test)
    told = model.classes_[bits.argmin(axis=1)]
    print(f"{len(X)} images to learn from, {len(X_test)} to test on")
    print(f"told right: {(told == y_test).mean():.1%}")
    own = bits[np.arange(len(bits)), np.searchsorted(model.classes_, y_test)]
    others = np.partition(bits, 1, axis=1)
    print(f"bits an image, by its own digit's machine: {own.mean():.1f}")
    print(f"bits between the best and the second: {(others[:, 1] - others[:, 0]).mean():.1f}")


if __name__ == "__main__":
    main()
