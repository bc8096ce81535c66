"""Binary units, each of which sees what the units before it in the population did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Activations, Array, Draws
from neurohm.kernels import Kernels
from neurohm.populations.base import Input, InternalParameter, Population
from neurohm.populations.bernoulli import Bernoulli
from neurohm.populations.exponential import GradientTerms

LATERAL = "lateral"


@dataclass(frozen=True)
class AutoregressiveBernoulli(Bernoulli):
    """Binary units in a row: unit j fires with logit a_j + b_j + sum_(i<j) s_i R_ij.

    Lateral synapses R are afferents like any other: each changes by the activity of an earlier
    unit times the error of a later one. Only drawing goes unit by unit. Alone, without hidden
    populations, they are a fully visible belief net, whose likelihood is exact.

    Parameters
    ----------
    size : int
    name : str, optional

    References
    ----------
    Gregor, Danihelka, Mnih, Blundell, Wierstra (2014). Deep autoregressive networks. ICML; the
    layer without hidden units of its own is that of Bornschein, Bengio (2015), section 3.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([AutoregressiveBernoulli(4), 2])
    >>> machine.parameters()["generative/visible->visible"].shape
    (4, 4)
    """

    kind: ClassVar[str] = "autoregressive"
    recordable: ClassVar[bool] = True
    factorial: ClassVar[bool] = False
    starts_silent: ClassVar[bool] = False
    compressible: ClassVar[bool] = False

    def internals(self, sources: Sequence[Population]) -> tuple[InternalParameter, ...]:
        """Return the lateral synapses, from earlier onto later units."""
        lateral = InternalParameter(
            LATERAL,
            f"{self.name}->{self.name}",
            (self.size, self.size),
            drawn=True,
            triangular=True,
            source=self.name,
        )
        return (lateral,)

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Raise: how a unit depends on its drive depends on those before it."""
        return Population.gradient_terms(self, drive, own)

    def mean(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the probability of each unit if those before it are at theirs (mean field)."""
        kernels.autoregressive.mean(given.drive, given.bias, given.own[LATERAL], out)

    def draw(
        self,
        kernels: Kernels,
        given: Input,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Draw unit by unit; add the log-probability (nats) to ``total``."""
        kernels.autoregressive.draw(given.drive, given.bias, given.own[LATERAL], draws, out, total)
