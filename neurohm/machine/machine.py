"""The Helmholtz machine as data: populations, a generative and a recognition pathway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, Backend, RandomStream, Site, as_stream, get_backend
from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.kernels import Kernels, get_kernels
from neurohm.machine.build import Edges, chain, named, pathway_of, recognised
from neurohm.machine.initial import Initial, Sparse, Zeros
from neurohm.machine.projection import Pathway
from neurohm.populations import Bernoulli, Population, as_population

GENERATIVE, RECOGNITION = "generative", "recognition"


class HelmholtzMachine:
    """A deep generative model of stochastic units with a recognition network beside it.

    The generative pathway drives every population, from the deepest to the visible one; the
    recognition pathway drives the hidden populations from the visible one upward. Both are
    graphs; a list of sizes builds the usual chain of layers.

    Parameters
    ----------
    populations : sequence of Population, int or str
        The visible population first. A number means so many Bernoulli units, a text such as
        ``"autoregressive:200"`` the units of a kind.
    edges : tuple of two sequences of (source, target), optional
        Generative and recognition projections by the index of the populations; a chain by default.
    recognition : sequence of Population, int or str, optional
        What the units of each hidden population are when the recognition pathway drives them, of
        the same sizes and with the same values; by default what they are in ``populations``. A
        number means the latter, too.
    initial : Initial, optional
        Starting values of the parameters; `Sparse` by default.
    seed : int
        Of the starting values.
    device : str or Backend
    dtype : str
        ``"float32"`` or ``"float64"``.

    Attributes
    ----------
    populations : tuple of Population
        What their units are when the generative pathway drives them.
    generative, recognition : Pathway

    References
    ----------
    Dayan, Hinton, Neal, Zemel (1995). The Helmholtz machine. Neural Computation 7:889.

    Examples
    --------
    >>> machine = HelmholtzMachine([9, 6, 1], seed=0)
    >>> machine
    HelmholtzMachine(9 bernoulli - 6 - 1)
    >>> machine.dream(4, seed=0).shape
    (4, 9)

    Lateral synapses in the recognition of the first hidden population:

    >>> HelmholtzMachine([9, 6, 1], recognition=["autoregressive:6", 1])
    HelmholtzMachine(9 bernoulli - 6 - 1, recognition 6 autoregressive - 1)
    """

    def __init__(
        self,
        populations: Sequence[Population | int | str],
        *,
        edges: Edges | None = None,
        recognition: Sequence[Population | int | str] | None = None,
        initial: Initial | None = None,
        seed: int | RandomStream = 0,
        device: str | Backend = "cpu",
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        if not isinstance(populations, Iterable):
            raise ArgumentTypeError(
                f"populations {populations!r}", "a list of sizes or populations", "e.g. [784, 200]"
            )
        self.populations = named([as_population(p) for p in populations])
        self.backend = get_backend(device)
        self.kernels: Kernels = get_kernels(self.backend)
        self.dtype = _real_dtype(dtype)
        downward, upward = edges or chain(len(self.populations))
        driven = recognised(self.populations, recognition)
        self.generative, self.recognition = (
            pathway_of(name, self.populations, kinds, edges, self._zeros)
            for name, kinds, edges in (
                (GENERATIVE, dict(enumerate(self.populations)), downward),
                (RECOGNITION, driven, upward),
            )
        )
        initial = Sparse() if initial is None else initial
        if not callable(getattr(initial, "start", None)):
            raise ArgumentTypeError(f"initial {initial!r}", "an Initial", "e.g. Sparse()")
        if self.backend is get_backend("cpu"):
            initial.start(self, as_stream(seed).generator(Site.INITIAL.of()))
        else:
            self._start_as(initial, as_stream(seed))

    @property
    def visible(self) -> Population:
        """The population that data are of."""
        return self.populations[0]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of units of each population, visible first."""
        return tuple(p.size for p in self.populations)

    def pathway(self, name: str) -> Pathway:
        """Return the pathway of that name."""
        return self.generative if name == GENERATIVE else self.recognition

    def parameters(self) -> dict[str, Array]:
        """Return every weight matrix and bias by its key; the arrays are the machine's own."""
        return {
            synapses.key: synapses.weights
            for pathway in (self.generative, self.recognition)
            for synapses in pathway.synapses
        }

    def set_parameters(self, values: dict[str, Any]) -> None:
        """Copy values into the parameters, in place.

        Raises
        ------
        InputError
            If a name or a shape does not fit, or lateral synapses would not all be from earlier
            onto later units.
        """
        own = self.parameters()
        if own.keys() != values.keys():
            raise InputError(f"parameters {sorted(values)}", f"parameters {sorted(own)}")
        for key, array in own.items():
            if array.shape != np.shape(values[key]):
                raise InputError(f"{key} of shape {np.shape(values[key])}", f"{array.shape}")
        for internal in (*self.generative.internals, *self.recognition.internals):
            if internal.parameter.triangular and np.tril(values[internal.key]).any():
                raise InputError(
                    f"{internal.key} that is not zero on and below the diagonal",
                    "synapses from earlier onto later units alone",
                    "take numpy.triu(values, 1)",
                )
        for key, array in own.items():
            array[...] = self.backend.asarray(values[key], array.dtype)

    def on(self, device: str | Backend) -> HelmholtzMachine:
        """Return a machine with the same parameters on a device: this one, if it lies there.

        Parameters
        ----------
        device : str or Backend

        Returns
        -------
        HelmholtzMachine

        Raises
        ------
        InputError, MissingExtraError
            If the device is unknown, or not usable here.
        """
        backend = get_backend(device)
        if backend is self.backend:
            return self
        twin = self._twin(device=backend)
        host = self.backend.to_host
        twin.set_parameters({key: host(array) for key, array in self.parameters().items()})
        return twin

    def copy(self, dtype: npt.DTypeLike | None = None) -> HelmholtzMachine:
        """Return a machine with the same parameters in memory of its own."""
        twin = self._twin(dtype=dtype or self.dtype)
        twin.set_parameters(self.parameters())
        twin.kernels = self.kernels
        return twin

    def issuing(self, kernels: Kernels) -> HelmholtzMachine:
        """Return a view of this machine, with the same parameters, that calls other kernels."""
        view = object.__new__(type(self))
        vars(view).update(vars(self), kernels=kernels)
        return view

    @property
    def edges(self) -> Edges:
        """Generative and recognition projections as (source, target)."""
        generative, recognition = (
            tuple((p.source, p.target) for p in pathway.projections)
            for pathway in (self.generative, self.recognition)
        )
        return generative, recognition

    def dream(self, rows: int, *, seed: int | RandomStream = 0) -> Array:
        """Draw visible activity from the generative model.

        Parameters
        ----------
        rows : int
        seed : int or RandomStream

        Returns
        -------
        ndarray, (rows, visible units)
        """
        from neurohm.machine.passes import dream

        return dream(self, whole_number("rows", rows), as_stream(seed), Site.DREAM).dense()

    def recognise(
        self, x: npt.ArrayLike, *, seed: int | RandomStream = 0, particles: int = 1
    ) -> list[Array]:
        """Draw hidden activity from the recognition model.

        Parameters
        ----------
        x : array_like, (rows, visible units)
        seed : int or RandomStream
        particles : int
            Draws per row, consecutive.

        Returns
        -------
        list of ndarray, (rows * particles, units)
            One array a population, the visible one (as given) first.
        """
        from neurohm.machine.passes import recognise

        data, particles = self.as_activity(x), whole_number("particles", particles)
        activity = recognise(self, data, as_stream(seed), Site.RECOGNISE, particles)
        return [activity.dense(i) for i in range(len(self.populations))]

    def as_activity(self, x: Any) -> Array:
        """Return data as activity of the visible population, checked.

        Raises
        ------
        InputError
            If the shape or a value does not fit the visible population.
        """
        if hasattr(x, "toarray"):
            x = x.toarray()
        try:
            data = self.backend.asarray(x, self.dtype)
        except (TypeError, ValueError) as error:
            raise InputError("data that are no matrix", "numbers, (rows, visible units)") from error
        if data.ndim != 2 or data.shape[1] != self.visible.size:
            raise InputError(
                f"data of shape {data.shape}",
                f"(rows, {self.visible.size}), one column for each visible unit",
            )
        self.visible.check(data)
        return data

    def __getstate__(self) -> dict[str, Any]:
        host = self.backend.to_host
        return {
            "make": self._make() | {"device": self.backend.name},
            "parameters": {key: host(array) for key, array in self.parameters().items()},
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        type(self).__init__(self, **state["make"])
        self.set_parameters(state["parameters"])

    def _zeros(self, shape: tuple[int, ...]) -> Array:
        return self.backend.zeros(shape, self.dtype)

    def _twin(self, **changed: Any) -> HelmholtzMachine:
        """Return a machine of the same make but for what is changed, without its values."""
        return type(self)(**{**self._make(), **changed})

    def _make(self) -> dict[str, Any]:
        """Return the arguments of a machine of the same make, without its values."""
        return {
            "populations": self.populations,
            "edges": self.edges,
            "recognition": tuple(self.recognition.populations.values()),
            "device": self.backend,
            "dtype": self.dtype,
            "initial": Zeros(),
        }

    def _start_as(self, initial: Initial, seed: RandomStream) -> None:
        """Take the starting values that a machine on the CPU has."""
        values = self._twin(device="cpu", initial=initial, seed=seed).parameters()
        # A twin is complete, where synapses from a context are still to come here.
        self.set_parameters({key: values[key] for key in self.parameters()})

    def __repr__(self) -> str:
        visible = f"{self.visible.size} {self.visible.kind}"
        hidden = [_described(p) for p in self.populations[1:]]
        upward = [_described(p) for p in self.recognition.populations.values()]
        inverse = f", recognition {' - '.join(upward)}" if upward != hidden else ""
        return f"HelmholtzMachine({' - '.join([visible, *hidden])}{inverse})"


def as_machine(given: Any) -> HelmholtzMachine:
    """Return the machine given.

    Raises
    ------
    ArgumentTypeError
        If it is something else, such as an estimator.
    """
    if isinstance(given, HelmholtzMachine):
        return given
    mend = "give its machine_" if hasattr(given, "machine_") else ""
    raise ArgumentTypeError(f"a {type(given).__name__}", "a HelmholtzMachine", mend)


def _described(population: Population) -> str:
    """Return the size of a population, and its kind where it is not the usual one."""
    usual = population.kind == Bernoulli.kind
    return f"{population.size}" if usual else f"{population.size} {population.kind}"


def _real_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return the type that parameters and activity are of."""
    try:
        result = np.dtype(dtype)
    except TypeError:
        result = None
    if result not in (np.float32, np.float64):
        raise InputError(f"dtype {dtype!r}", "float32 or float64")
    return result
