"""A belief net of two hidden layers as a variational autoencoder in PyTorch, for comparison.

Binary units have no gradient; the usual way round is to relax them while learning (C. J. Maddison,
A. Mnih and Y. W. Teh, ICLR 2017): logistic noise is added to what drives a unit, and the sum, over
a temperature, goes through a sigmoid. The bound is that of the relaxed net. What is learned
belongs to the belief net, whose units are binary again when it dreams.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from ddc_torch import UNITS, fitted
from torch import Tensor, nn

POSTERIOR, PRIOR = 2 / 3, 1 / 2  # temperatures that Maddison and others advise


class BeliefNetAutoencoder(nn.Module):
    """The generative model, and a factorial q(z1, z2 | x) of relaxed binary units."""

    def __init__(self, values: Mapping[str, np.ndarray]) -> None:
        super().__init__()

        def parameter(key: str) -> nn.Parameter:
            return nn.Parameter(torch.tensor(np.asarray(values[f"generative/{key}"], np.float32)))

        self.onto_visible, self.visible = parameter("hidden1->visible"), parameter("visible")
        self.onto_hidden, self.hidden = parameter("hidden2->hidden1"), parameter("hidden1")
        self.top = parameter("hidden2")
        self.lower, both = len(self.hidden), len(self.hidden) + len(self.top)
        layers = nn.Linear(len(self.visible), UNITS), nn.Tanh(), nn.Linear(UNITS, UNITS), nn.Tanh()
        self.recognition = nn.Sequential(*layers, nn.Linear(UNITS, both))

    def bound(self, x: Tensor, particles: int) -> Tensor:
        """Return the mean importance-weighted bound; with one particle, the evidence's."""
        drive = self.recognition(x).expand(particles, len(x), -1)
        uniform = torch.rand(drive.shape).clamp(1e-6, 1 - 1e-6)
        relaxed = (drive + uniform.logit()) / POSTERIOR
        z1, z2 = torch.sigmoid(relaxed).split([self.lower, len(self.top)], dim=-1)
        below = z2 @ self.onto_hidden + self.hidden
        prior = torch.cat([below, self.top.expand_as(z2)], dim=-1)
        log_p = _log_relaxed(relaxed, prior, PRIOR) - _log_relaxed(relaxed, drive, POSTERIOR)
        pixels = z1 @ self.onto_visible + self.visible
        log_p = log_p + (x * pixels - nn.functional.softplus(pixels)).sum(-1)
        return (torch.logsumexp(log_p, 0) - math.log(particles)).mean()

    def values(self) -> dict[str, np.ndarray]:
        """Return what is learned of the generative model, by the keys of a machine."""
        own = {
            "hidden1->visible": self.onto_visible,
            "visible": self.visible,
            "hidden2->hidden1": self.onto_hidden,
            "hidden1": self.hidden,
            "hidden2": self.top,
        }
        return {f"generative/{key}": value.detach().numpy() for key, value in own.items()}


def _log_relaxed(relaxed: Tensor, drive: Tensor, temperature: float) -> Tensor:
    """Return the log-density of relaxed units, before their sigmoid, given what drives them."""
    centred = drive - temperature * relaxed
    each = math.log(temperature) + centred - 2 * nn.functional.softplus(centred)
    return each.sum(-1)


def learned_by_relaxation(
    values: Mapping[str, np.ndarray],
    data: np.ndarray,
    particles: int,
    epochs: int,
    batch: int,
    rate: float,
    decay: float,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return the parameters of a belief net that started at given values and learned."""
    torch.manual_seed(seed)
    model = BeliefNetAutoencoder(values)
    samples = torch.tensor(np.asarray(data, np.float32))
    fitted(model, samples, particles, epochs, batch, rate, decay)
    return model.values()
