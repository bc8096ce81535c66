"""What and where: a code for a canonical patch, a code for places, and wiring that routes one."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

import numpy as np
import numpy.typing as npt

from neurohm.agents.cycles import imagine
from neurohm.backend import Activations, Array, RandomStream, Site, SparseRows
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError, NotFittedError
from neurohm.machine import (
    Activity,
    ContextMachine,
    ThirdFactor,
    Updates,
    Workspace,
    Zeros,
    predict,
    recognise,
    teach,
)
from neurohm.plasticity import Delta
from neurohm.progress import progress_of

NOISE = 0.02
SPREAD = 6.0


class RoutedMachine:
    """Composes what it has never seen together: z = (what, where), and fixed routing to slots.

    A bank of units codes a canonical patch, driven by the goal's *what*; another one says which
    slot of the image it is in, driven by *where*. Fixed wiring gates the patch into the slot when
    the machine generates, and the slot's pixels back when it recognises; every learned synapse
    changes by presynaptic activity x error, the gate being local at the target.

    Parameters
    ----------
    slots : array_like of int, (n_places, patch units)
        Pixels of each slot, in the order of the patch.
    n_shapes : int
        Goals of *what*.
    what_units : int
        Units of the code of patches.
    steps, batch_size : int
    learning_rate : float
    warm_up : float
        Part of the run in which codes come from goals, not from recognition.
    final : float
        Factor of the rate at the end, to which it falls in a straight line.
    random_state : int

    Attributes
    ----------
    what_, where_ : ContextMachine
        Of patches, and of whole images.

    Examples
    --------
    >>> import neurohm as nh
    >>> world = nh.agents.ShapeWorld()
    >>> model = RoutedMachine(world.slots, world.n_shapes, steps=50)
    >>> model.fit(*world.examples(500)).simulate([[0, 1]]).shape
    (1, 36)
    """

    def __init__(
        self,
        slots: npt.ArrayLike,
        n_shapes: int,
        *,
        what_units: int = 12,
        steps: int = 3000,
        batch_size: int = 100,
        learning_rate: float = 0.3,
        warm_up: float = 0.3,
        final: float = 0.1,
        random_state: int = 0,
    ) -> None:
        self.slots = np.asarray(slots)
        numbers = np.sort(self.slots, axis=None)
        whole = self.slots.ndim == 2 and self.slots.dtype.kind in "iu"
        if not (whole and np.array_equal(numbers, np.arange(numbers.size))):
            raise InputError(
                f"slots of shape {self.slots.shape}",
                "(places, pixels), each pixel of the image once, from 0",
            )
        self.n_shapes = whole_number("n_shapes", n_shapes)
        self.what_units = whole_number("what_units", what_units)
        self.steps = whole_number("steps", steps)
        self.batch_size = whole_number("batch_size", batch_size)
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.warm_up = real_number("warm_up", warm_up, least=0, most=1)
        self.final = real_number("final", final, above=0, most=1)
        self.random_state = whole_number("random_state", random_state, 0)

    def fit(self, x: npt.ArrayLike, goals: npt.ArrayLike, *, progress: bool = True) -> Self:
        """Learn from images and their goals.

        Parameters
        ----------
        x : array_like, (samples, pixels)
        goals : array_like of int, (samples, 2)
            What and where.
        progress : bool

        Returns
        -------
        RoutedMachine
            This one.

        Raises
        ------
        InputError
            If images or goals do not fit.
        """
        images, numbers = np.asarray(x, np.float32), self._goals(goals)
        if images.shape != (len(numbers), self.slots.size):
            raise InputError(
                f"images of shape {images.shape}", f"({len(numbers)}, {self.slots.size})"
            )
        self._begin()
        sizes = self.n_shapes, len(self.slots)
        self.seen_ = tuple(
            np.bincount(column, minlength=size) > 0
            for column, size in zip(numbers.T, sizes, strict=True)
        )
        rates = Delta(self.learning_rate), Delta(self.learning_rate)
        with progress_of(self.steps, "learning", "steps", shown=progress) as done:
            for step in range(self.steps):
                part = step / self.steps
                stream = RandomStream(self.random_state, step)
                rng = stream.generator(Site.SHUFFLE.of())
                chosen = rng.integers(0, len(images), self.batch_size)
                warm = part < self.warm_up
                asked = self._step(images[chosen], numbers[chosen], stream, warm=warm)
                factor = 1 + (self.final - 1) * part
                for machine, plasticity, updates in zip(self._both, rates, asked, strict=True):
                    plasticity.apply(machine, updates, factor=factor)
                done.advance()
        return self

    def simulate(
        self, goals: npt.ArrayLike, *, temperature: float = 1.0, random_state: int = 0
    ) -> npt.NDArray[np.float32]:
        """Return how probable each pixel is on, codes being drawn from goals, (rows, pixels).

        Parameters
        ----------
        goals : array_like of int, (rows, 2)
            What and where. Together they need not have been seen; each must have been.
        temperature : float
            Of the codes.
        random_state : int

        Returns
        -------
        ndarray, (rows, pixels)

        Raises
        ------
        InputError
            If goals do not fit, or nothing was learned of one.
        NotFittedError
            Before `fit`.
        """
        self._require_fitted()
        numbers, stream = self._goals(goals), RandomStream(random_state)
        for name, seen, asked in zip(("shape", "place"), self.seen_, numbers.T, strict=True):
            if not (known := seen[asked]).all():
                found = f"{name} {asked[~known][0]}, of which nothing was learned"
                raise InputError(found, "shapes and places of which some were seen in fit")
        what, where = self._drawn(numbers, stream, temperature)
        return self._image(self._patch(what[1]), where[1])

    def recognise(self, x: npt.ArrayLike, *, random_state: int = 0) -> tuple[Array, Array]:
        """Draw the codes of what and where given images.

        Parameters
        ----------
        x : array_like, (rows, pixels)
        random_state : int

        Returns
        -------
        what : ndarray, (rows, what_units)
        where : ndarray, (rows, places)

        Raises
        ------
        InputError
            If images do not fit.
        NotFittedError
            Before `fit`.
        """
        self._require_fitted()
        images = self.where_.as_activity(x)
        return self._recognised(images, RandomStream(random_state))[1:]

    def route(self, x: npt.ArrayLike, where: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return what the gates of active places let through of images, ``(rows, patch)``."""
        seen = np.asarray(x, np.float32)[:, self.slots]
        gated = np.einsum("rl,rlp->rp", np.asarray(where, np.float32), seen)
        return np.asarray(gated, dtype=np.float32)

    def _require_fitted(self) -> None:
        if not hasattr(self, "what_"):
            raise NotFittedError("a RoutedMachine that has learned nothing", "one after fit")

    @property
    def _both(self) -> tuple[ContextMachine, ContextMachine]:
        return self.what_, self.where_

    def _begin(self) -> None:
        """Make both machines: a random code of shapes, a unit for each place."""
        places, patch = self.slots.shape
        seed = RandomStream(self.random_state)
        self.what_ = ContextMachine(
            [patch, self.what_units], context=self.n_shapes, initial=Zeros()
        )
        self.where_ = ContextMachine([self.slots.size, places], context=places, initial=Zeros())
        drawn = seed.generator(Site.INITIAL.of()).standard_normal((self.n_shapes, self.what_units))
        key = "generative/context->hidden1"
        self.what_.parameters()[key][...] = SPREAD * drawn
        self.where_.parameters()[key][...] = 2 * SPREAD * np.eye(places)
        self.where_.parameters()["generative/hidden1"][...] = -SPREAD

    def _step(
        self, x: Array, goals: Array, stream: RandomStream, *, warm: bool
    ) -> tuple[Updates, Updates]:
        """Return what both machines learn of a batch, awake and asleep."""
        contexts = self._contexts(goals)
        codes = self._drawn(goals, stream, 1.0)
        z_what, z_where = codes[0][1], codes[1][1]
        patch = self.route(x, z_where)
        if not warm:
            patch, z_what, z_where = self._recognised(x, stream)
        active = z_where.sum(axis=1).astype(np.float32)
        shown = patch / np.maximum(active, 1)[:, None]
        gate = ThirdFactor(active, "how many places are open", "neuron-local")
        awake = self._learned(self.what_, [shown, z_what, contexts[0]], gate)
        awake_where = self._learned(self.where_, [x, z_where, contexts[1]], None, visible=False)
        later = replace(stream, step=stream.step + (1 << 30))
        dreams = self._drawn(goals, later, 1.0)
        image = self._image(self._patch(dreams[0][1]), dreams[1][1])
        seen = (later.generator(Site.DREAM.of()).random(image.shape) < image).astype(np.float32)
        asleep = _inverted(self.what_, [self.route(seen, dreams[1][1]), dreams[0][1], contexts[0]])
        asleep_where = _inverted(self.where_, [seen, dreams[1][1], contexts[1]])
        return awake + asleep, awake_where + asleep_where

    def _learned(
        self,
        machine: ContextMachine,
        states: list[Activations],
        gate: ThirdFactor | None,
        *,
        visible: bool = True,
    ) -> Updates:
        """Return what the generative pathway learns; only the patch is gated."""
        updates, work, rows = Updates(), Workspace(machine.backend), states[0].shape[0]
        for target in (0, 1) if visible else (1,):
            prediction = predict(
                machine, machine.generative, target, Activity(states, None, {}), work=work
            )
            gain = gate if target == 0 else None
            updates += teach(machine, prediction, 1 / rows, gain, work=work)
        return updates

    def _drawn(
        self, goals: Array, stream: RandomStream, temperature: float
    ) -> tuple[list[Array], list[Array]]:
        """Return the states of both machines, drawn from goals."""
        drawn = []
        for number, (machine, context) in enumerate(
            zip(self._both, self._contexts(goals), strict=True)
        ):
            own = replace(stream, step=stream.step + (number << 29))
            states = imagine(machine, context, len(goals), own, (temperature, 1.0))
            drawn.append([s for s in states if not isinstance(s, SparseRows)])
        return drawn[0], drawn[1]

    def _recognised(self, x: Array, stream: RandomStream) -> tuple[Array, Array, Array]:
        """Return the routed patch, the code of what, and that of where."""
        where = recognise(self.where_, x, stream, Site.WAKE).dense(1)
        patch = self.route(x, where)
        what = recognise(self.what_, np.minimum(patch, 1), stream, Site.RECOGNISE).dense(1)
        return patch, what, where

    def _patch(self, what: Array) -> Array:
        """Return the canonical patch of a code: how probable each of its pixels is on."""
        weights = self.what_.parameters()["generative/hidden1->visible"]
        logit = what @ weights + self.what_.parameters()["generative/visible"]
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))))

    def _image(self, patch: Array, where: Array) -> npt.NDArray[np.float32]:
        """Return how probable each pixel is on when a patch is routed into active places."""
        image = np.zeros((len(patch), self.slots.size), np.float32)
        for place, slot in enumerate(self.slots):
            image[:, slot] += where[:, place, None] * patch
        return np.clip(image, NOISE, 1 - NOISE)

    def _contexts(self, goals: Array) -> tuple[Array, Array]:
        sizes = self.n_shapes, len(self.slots)
        what, where = (
            np.eye(size, dtype=np.float32)[column]
            for size, column in zip(sizes, goals.T, strict=True)
        )
        return what, where

    def _goals(self, goals: npt.ArrayLike) -> Array:
        numbers = np.asarray(goals)
        sizes = np.array([self.n_shapes, len(self.slots)])
        if numbers.ndim != 2 or numbers.shape[1] != 2 or numbers.dtype.kind not in "iu":
            raise InputError(f"goals of shape {numbers.shape}", "(rows, 2) integers: what, where")
        if ((numbers < 0) | (numbers >= sizes)).any():
            raise InputError(
                f"goals up to {numbers.max(axis=0).tolist()}", f"below {sizes.tolist()}"
            )
        return numbers

    def __repr__(self) -> str:
        return f"RoutedMachine({self.n_shapes} shapes, {len(self.slots)} places)"


def _inverted(machine: ContextMachine, states: list[Activations]) -> Updates:
    """Return what recognition learns of a dream."""
    activity = Activity(states, None, {})
    prediction = predict(machine, machine.recognition, 1, activity, label=Site.SLEEP)
    return teach(machine, prediction, 1 / activity.rows, phase="sleep")
