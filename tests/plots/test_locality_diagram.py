from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError, NotFittedError
from neurohm.learning import LocalityReport, locality_report
from neurohm.learning.locality import Signal
from neurohm.plots.locality_diagram import locality
from neurohm.plots.style import BLUE, VERMILION

SKIP = (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))
FORK = (((1, 0), (2, 0), (3, 1), (3, 2)), ((0, 1), (0, 2), (1, 3), (2, 3)))


def machine(n_populations, edges=None):
    return nh.HelmholtzMachine([20, 10, 5, 4, 2][:n_populations], edges=edges)


def arrows(axes):
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


def boxes(axes):
    return [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]


def dots(axes):
    return [line for line in axes.lines if line.get_marker() == "o"]


def words(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
@pytest.mark.parametrize("n_populations", [2, 3, 5])
def test_an_arrow_for_each_signal_a_box_for_each_population(rule, n_populations):
    signals = locality_report(machine(n_populations), rule).signals
    axes = locality(machine(n_populations), rule)
    assert len(arrows(axes)) == len(signals)
    assert len(boxes(axes)) == n_populations
    assert {p.name for p in machine(n_populations).populations} <= set(words(axes))


def test_wake_sleep_broadcasts_nothing():
    axes = locality(machine(3), "wake-sleep")
    assert dots(axes) == []
    assert {to_hex(arrow.get_edgecolor()).upper() for arrow in arrows(axes)} == {BLUE}
    legend = [text.get_text() for text in axes.get_legend().texts]
    assert legend == ["synapse-local", "awake", "asleep"]
    assert "awake:\npresynaptic × error" in words(axes)
    assert "asleep:\npresynaptic × error" in words(axes)


def test_a_dot_at_each_synapse_that_a_scalar_reaches():
    report = locality_report(machine(4), "reweighted")
    reached = [signal for signal in report.signals if signal.third_factor]
    axes = locality(report)
    assert len(dots(axes)) == len(reached) < len(report.signals)
    assert "importance weight" in words(axes)
    assert "awake:\npresynaptic × error\n× importance weight" in words(axes)
    colours = [to_hex(arrow.get_edgecolor()).upper() for arrow in arrows(axes)]
    assert colours.count(BLUE) == len(report.signals) - len(reached)


def test_generative_down_at_the_left_recognition_up_at_the_right():
    axes = locality(machine(3), "wake-sleep")
    for arrow in arrows(axes):
        (x0, y0), (x1, y1) = arrow._posA_posB
        if y0 != y1:
            assert (x0 < 0) == (y0 > y1)
        else:
            assert abs(x0) > abs(x1)


def test_a_report_is_drawn_as_its_machine():
    report = locality_report(machine(3), "reweighted")
    assert words(locality(report)) == words(locality(machine(3), "reweighted"))


def test_a_fitted_estimator_is_drawn_with_its_rule(tmp_path):
    x = np.random.default_rng(0).integers(0, 2, (30, 6))
    model = nh.SpikeHelmholtz(hidden=2, lags=2, rule="wake-sleep", epochs=1).fit(x)
    assert words(locality(model)) == words(locality(model.machine_, "wake-sleep"))
    model.save(tmp_path / "model.h5")
    assert words(locality(nh.load(tmp_path / "model.h5"))) == words(locality(model))
    density = nh.HelmholtzDensity(hidden=2, particles=3, epochs=1).fit(x)
    assert words(locality(density)) == words(locality(density.machine_, "reweighted"))


def test_what_is_not_local_stands_out():
    report = locality_report(machine(2), "wake-sleep")
    declared = Signal("generative/hidden1->visible", "", "", "a transposed matrix", "", "non-local")
    signals = tuple(s for s in report.signals if s.parameter != declared.parameter)
    axes = locality(LocalityReport("mine", (*signals, declared)))
    assert VERMILION in {to_hex(arrow.get_edgecolor()).upper() for arrow in arrows(axes)}
    assert "non-local" in [text.get_text() for text in axes.get_legend().texts]
    assert "a transposed matrix" in words(axes)


def test_the_farthest_signal_gives_the_colour():
    report = locality_report(machine(2), "wake-sleep")
    far = [replace(s, locality="synapse-local, non-local") for s in report.signals]
    axes = locality(LocalityReport("mine", tuple(far)))
    assert {to_hex(arrow.get_edgecolor()).upper() for arrow in arrows(axes)} == {VERMILION}


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
@pytest.mark.parametrize("n_populations", [2, 3, 5])
def test_legible_in_a_column(rule, n_populations):
    axes = locality(machine(n_populations), rule)
    figure = axes.figure
    figure.to_png()
    assert figure.get_figwidth() == 3.5
    written = [text.get_window_extent() for text in axes.texts]
    written.append(axes.get_legend().get_window_extent())
    for i, box in enumerate(written):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in written[i + 1 :])


@pytest.mark.parametrize("edges", [SKIP, FORK])
def test_graphs_that_are_no_chain(edges):
    sizes = machine(3 if edges is SKIP else 4, edges)
    axes = locality(sizes, "reweighted")
    assert len(arrows(axes)) == len(locality_report(sizes, "reweighted").signals)
    places = {(box.get_x(), box.get_y()) for box in boxes(axes)}
    assert len(places) == len(sizes.populations)
    axes.figure.to_png()


def test_what_units_have_for_themselves_is_named_and_no_arrow():
    gaussian = nh.HelmholtzMachine([nh.Gaussian(4, learned=True), nh.Gaussian(3, learned=True)])
    axes = locality(gaussian, "reweighted")
    signals = locality_report(gaussian, "reweighted").signals
    assert len(arrows(axes)) == len([s for s in signals if s.presynaptic])
    assert len(boxes(axes)) == 2
    assert any(text.endswith("within units, not drawn: log deviation") for text in words(axes))
    axes.figure.to_png()


def test_lateral_synapses_are_named_and_not_drawn():
    axes = locality(nh.HelmholtzMachine([nh.AutoregressiveBernoulli(4), 3]), "wake-sleep")
    plain = locality(nh.HelmholtzMachine([4, 3]), "wake-sleep")
    assert len(arrows(axes)) == len(arrows(plain))
    assert any(
        text.endswith("within populations, not drawn: lateral synapses") for text in words(axes)
    )
    assert "not drawn" not in "".join(words(plain))


@pytest.mark.parametrize(
    ("machine", "order"),
    [
        (nh.HelmholtzMachine(["nade:4", 3]), ("visible", "visible.inner", "hidden1")),
        (
            nh.HelmholtzMachine([4, 3], recognition=["nade:3"]),
            ("visible", "hidden1.inner", "hidden1"),
        ),
    ],
)
def test_inner_units_lie_below_their_population(machine, order):
    axes = locality(machine, "reweighted")
    height = {text.get_text(): text.get_position()[1] for text in axes.texts}
    places = [height[name] for name in order]
    assert places == pytest.approx([places[1] * level for level in range(3)])
    texts = words(axes)
    if machine.visible.kind == "bernoulli":
        assert any(text.startswith("awake, asleep:\nerror brought back") for text in texts)


def test_names_are_drawn_whatever_they_are():
    populations = [nh.Bernoulli(4, name="細胞 $x$"), nh.Bernoulli(2, name="a" * 40)]
    axes = locality(nh.HelmholtzMachine(populations), "wake-sleep")
    assert "a" * 15 + "…" in words(axes)
    axes.figure.to_png()


def test_into_axes_given():
    figure = Figure()
    axes = figure.subplots()
    assert locality(machine(3), "reweighted", axes=axes) is axes
    figure.savefig(BytesIO())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((machine(2),), InputError, "a machine and its rule"),
        ((LocalityReport("mine", ()),), InputError, "without a signal"),
        ((locality_report(machine(2), "wake-sleep"), "wake-sleep"), InputError, "leave the rule"),
        ((nh.SpikeHelmholtz(),), NotFittedError, "fit"),
        ((nh.SpikeHelmholtz(), "wake-sleep"), InputError, "leave the rule"),
        ((machine(2), "hebb"), InputError, "unknown rule 'hebb'"),
        ((3, "wake-sleep"), ArgumentTypeError, "a HelmholtzMachine"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        locality(*arguments)
