"""Binary units that remember those before them in a second, deterministic compartment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Activations, Array, Draws
from neurohm.checks import whole_number
from neurohm.kernels import Kernels, NadeChange, NadeInput
from neurohm.populations.base import Input, InternalChange, InternalParameter, Population, Room
from neurohm.populations.bernoulli import Bernoulli
from neurohm.populations.exponential import GradientTerms

INNER_BIAS, RECURRENT, READOUT = "inner bias", "recurrent", "readout"


@dataclass(frozen=True)
class NADE(Bernoulli):
    """A neural autoregressive distribution estimator, conditional where something drives it.

    Binary units act one after the other. Inner units, deterministic and graded, take up what each
    of them did, and bring it to those that follow:

    - alpha_0 = c' with c' = y Uc + c,
    - unit i fires with probability sigmoid(b'_i + V_i . sigmoid(alpha_i)), b' = y Ub + b,
    - alpha_(i+1) = alpha_i + s_i W_i.

    The activity y of afferents reaches both compartments, by synapses Ub of the usual kind and
    synapses Uc of their own. Ub and b learn locally. W, V, c and Uc learn from an error that goes
    back through V, one step of backpropagation inside the population: they say that they are
    ``"non-local"``. Alone, without hidden populations, these units are the classic NADE, whose
    likelihood is exact.

    Parameters
    ----------
    size : int
    name : str, optional
    inner : int, optional
        Number of inner units; by default as many as units.

    Raises
    ------
    InputError, ArgumentTypeError
        If a size is not a positive integer.

    Notes
    -----
    Internal parameters of ``visible``: the inner bias c is ``visible.inner``, W
    ``visible->visible.inner``, V ``visible.inner->visible`` and Uc ``hidden1->visible.inner``.
    Both W and V are ``(units, inner units)``: a row of V, which reaches one unit, lies together.

    References
    ----------
    Larochelle, Murray (2011). The neural autoregressive distribution estimator. AISTATS.
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR, section 3: conditional NADE.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([NADE(6, inner=5), 3], recognition=[NADE(3)])
    >>> machine.parameters()["generative/hidden1->visible.inner"].shape
    (3, 5)
    """

    inner: int | None = None

    kind: ClassVar[str] = "nade"
    recordable: ClassVar[bool] = True
    factorial: ClassVar[bool] = False
    starts_silent: ClassVar[bool] = False
    compressible: ClassVar[bool] = False
    internal_locality: ClassVar[str] = "non-local"
    internal_reason: ClassVar[str] = "error brought back through the readout by backpropagation"

    def __post_init__(self) -> None:
        super().__post_init__()
        inner = self.size if self.inner is None else self.inner
        inner = whole_number("number of inner units", inner, mend="give e.g. inner=250")
        object.__setattr__(self, "inner", inner)

    @property
    def inner_size(self) -> int:
        """Number of inner units."""
        assert self.inner is not None
        return self.inner

    def internals(self, sources: Sequence[Population]) -> tuple[InternalParameter, ...]:
        """Return inner bias, recurrent synapses, readout, and synapses onto the inner units."""
        inner, shape = f"{self.name}.inner", (self.size, self.inner_size)
        own = (
            InternalParameter(INNER_BIAS, inner, (self.inner_size,)),
            InternalParameter(
                RECURRENT, f"{self.name}->{inner}", shape, drawn=True, source=self.name
            ),
            InternalParameter(
                READOUT, f"{inner}->{self.name}", shape, drawn=True, row_per_target=True
            ),
        )
        onto_inner = tuple(
            InternalParameter(
                f"from {source.name}",
                f"{source.name}->{inner}",
                (source.size, self.inner_size),
                drawn=True,
                source=source.name,
                onto_inner=True,
            )
            for source in sources
        )
        return own + onto_inner

    def locality_of(self, role: str) -> tuple[str, str]:
        """Return how local a change is: the readout's is, what goes back through it is not."""
        if role == READOUT:
            return "synapse-local", "inner activity times error"
        return super().locality_of(role)

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Raise: how a unit depends on its drive depends on those before it."""
        return Population.gradient_terms(self, drive, own)

    def mean(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the probability of each unit if those before it are at theirs (mean field)."""
        kernels.nade.mean(_all_of(given), out)

    def draw(
        self,
        kernels: Kernels,
        given: Input,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Draw unit by unit; add the log-probability (nats) to ``total``."""
        kernels.nade.draw(_all_of(given), draws, out, total)

    def error(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write ``values`` minus their prediction; add their log-probability to ``total``."""
        kernels.nade.error(_all_of(given), values, out, total)

    def log_probability(
        self, kernels: Kernels, given: Input, values: Activations, total: Array
    ) -> None:
        """Add the log-probability (nats) of each row of ``values`` to ``total``."""
        kernels.nade.log_probability(_all_of(given), values, total)

    def internal_change(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        error: Array,
        gain: Array,
        scale: float,
        room: Room,
    ) -> InternalChange:
        """Return what the second compartment learns, and its own error; see the base class."""
        inner_error = room("inner error", (error.shape[0], self.inner_size), error.dtype)
        own = {
            role: room(role, given.own[role].shape, error.dtype)
            for role in (INNER_BIAS, RECURRENT, READOUT)
        }
        out = NadeChange(inner_error, own[INNER_BIAS], own[RECURRENT], own[READOUT])
        kernels.nade.change(_all_of(given), values, error, gain, scale, out)
        return InternalChange(own, inner_error)


def _all_of(given: Input) -> NadeInput:
    """Return an input as the kernels take it."""
    assert given.inner is not None
    own = given.own
    return NadeInput(
        given.drive, given.bias, given.inner, own[INNER_BIAS], own[RECURRENT], own[READOUT]
    )
