"""Matrices in files of NumPy's."""

import numpy as np
import pytest

from neurohm.comparison.words import load_words
from neurohm.exceptions import FileFormatError, MissingFileError

WORDS = np.random.default_rng(0).integers(0, 2, (40, 98)).astype(np.uint8)


def test_a_matrix_is_taken_as_it_is(tmp_path):
    """Also one of 98 units, as many as the bytes of a packed image."""
    np.save(tmp_path / "words.npy", WORDS)
    np.savez(tmp_path / "words.npz", anything=WORDS)
    for name in ("words.npy", "words.npz"):
        words = load_words(tmp_path / name)
        np.testing.assert_array_equal(words.train, WORDS)
        assert words.test is None


def test_parts_and_packed_bits(tmp_path):
    parts = {"train": WORDS[:20], "valid": WORDS[20:30], "test": WORDS[30:]}
    np.savez(tmp_path / "plain.npz", **parts)
    packed = {name: np.packbits(part, axis=1) for name, part in parts.items()}
    np.savez(tmp_path / "packed.npz", **packed, n_vars=98)
    for name in ("plain.npz", "packed.npz"):
        words = load_words(tmp_path / name)
        np.testing.assert_array_equal(words.train, WORDS[:30])
        np.testing.assert_array_equal(words.test, WORDS[30:])


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"a": WORDS, "b": WORDS}, "expected arrays called 'train' and 'test', or one"),
        ({}, "holds nothing"),
        ({"train": WORDS[0]}, r"shape \(98,\); expected a matrix"),
        ({"train": WORDS.astype(str)}, "expected a matrix of words or counts"),
        ({"train": WORDS.astype(float), "n_vars": 98}, r"rows of float64.*in bytes \(uint8\)"),
        ({"train": WORDS[:, :12], "n_vars": 97}, "'n_vars' 97 and rows of uint8, shape .40, 12."),
        ({"train": WORDS, "n_vars": [98, 98]}, "that many bits"),
        ({"train": WORDS, "valid": WORDS[:, 1:]}, "as many columns in each"),
        ({"train": WORDS, "test": WORDS[:, 1:]}, "as many columns in each"),
    ],
)
def test_other_arrays_are_refused(tmp_path, arrays, text):
    np.savez(tmp_path / "file.npz", **arrays)
    with pytest.raises(FileFormatError, match=text):
        load_words(tmp_path / "file.npz")


def test_damaged_and_missing_files(tmp_path):
    np.save(tmp_path / "words.npy", WORDS)
    whole = (tmp_path / "words.npy").read_bytes()
    (tmp_path / "words.npy").write_bytes(whole[:200])
    with pytest.raises(FileFormatError, match="no whole file"):
        load_words(tmp_path / "words.npy")
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(FileFormatError, match="without objects"):
        load_words(tmp_path / "objects.npy")
    with pytest.raises(MissingFileError):
        load_words(tmp_path / "none.npy")
