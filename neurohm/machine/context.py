"""A machine with a context: activity from outside that biases what the deepest population does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from neurohm.backend import Backend, RandomStream, get_backend
from neurohm.checks import whole_number
from neurohm.machine.build import Edges
from neurohm.machine.initial import Initial
from neurohm.machine.machine import HelmholtzMachine
from neurohm.machine.projection import Pathway, Projection
from neurohm.populations import Population


class ContextMachine(HelmholtzMachine):
    """A Helmholtz machine whose deepest population is driven by a context as well.

    The context is activity that no pathway draws and no synapse predicts: a goal, a place, a trace
    of what was. It has projections like any other activity, onto the deepest population of the
    generative pathway and, if it is asked for, of the recognition pathway; in lists of states it
    comes last. Without context units it is the plain machine, to the bit.

    Parameters
    ----------
    populations : sequence of Population, int or str
        The visible one first.
    context : int
        Units of the context, 0 for none.
    recognised : bool
        Whether the context drives the recognition pathway, too.
    **settings
        See `HelmholtzMachine`. Synapses from the context start at zero.

    Examples
    --------
    >>> machine = ContextMachine([4, 3], context=2, seed=0)
    >>> sorted(machine.parameters())[:2]
    ['generative/context->hidden1', 'generative/hidden1']
    """

    def __init__(
        self,
        populations: Sequence[Population | int | str],
        *,
        context: int = 0,
        recognised: bool = False,
        edges: Edges | None = None,
        recognition: Sequence[Population | int | str] | None = None,
        initial: Initial | None = None,
        seed: int | RandomStream = 0,
        device: str | Backend = "cpu",
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        self.context = whole_number("context units", context, 0)
        self.recognised = bool(recognised)
        super().__init__(
            populations,
            edges=edges,
            recognition=recognition,
            initial=initial,
            seed=seed,
            device=get_backend(device),
            dtype=dtype,
        )
        if self.context and len(self.populations) > 1:
            self.generative = self._with_context(self.generative)
            if self.recognised:
                self.recognition = self._with_context(self.recognition)

    @property
    def edges(self) -> Edges:
        """Projections among the populations, as (source, target)."""
        downward, upward = super().edges
        outside = len(self.populations)
        return (
            tuple(edge for edge in downward if edge[0] != outside),
            tuple(edge for edge in upward if edge[0] != outside),
        )

    def _with_context(self, pathway: Pathway) -> Pathway:
        """Return a pathway whose deepest population is driven by the context, too."""
        deepest = len(self.populations) - 1
        key = f"{pathway.name}/context->{self.populations[deepest].name}"
        weights = self._zeros((self.context, self.sizes[deepest]))
        projection = Projection(key, len(self.populations), deepest, weights)
        return Pathway(
            pathway.name,
            pathway.populations,
            (*pathway.projections, projection),
            tuple(pathway.biases.values()),
            pathway.internals,
        )

    def _make(self) -> dict[str, Any]:
        """Return the arguments of a machine of the same make, without its values."""
        return {**super()._make(), "context": self.context, "recognised": self.recognised}
