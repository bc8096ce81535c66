"""The scale mixture as a variational autoencoder in PyTorch, for comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

NOISE, TOP, SPREAD, UNITS = 0.3, 3.0, 0.1, 100


class Autoencoder(nn.Module):
    """The generative model, and a factorial Gaussian q(z1, z2 | x) of two hidden layers."""

    def __init__(self, values: Mapping[str, np.ndarray]) -> None:
        super().__init__()

        def parameter(key: str) -> nn.Parameter:
            return nn.Parameter(torch.tensor(values[f"generative/{key}"]))

        self.onto_visible, self.visible = parameter("hidden1->visible"), parameter("visible")
        self.onto_hidden, self.hidden = parameter("hidden2->hidden1"), parameter("hidden1")
        layers = nn.Linear(2, UNITS), nn.Tanh(), nn.Linear(UNITS, UNITS), nn.Tanh()
        self.recognition = nn.Sequential(*layers, nn.Linear(UNITS, 6)).double()

    def scale(self, z2: Tensor) -> Tensor:
        """Return the scales of z1."""
        return nn.functional.softplus(z2 @ self.onto_hidden + self.hidden) + 1e-3

    def bound(self, x: Tensor, particles: int) -> Tensor:
        """Return the mean importance-weighted bound; with one particle, the evidence's."""
        out = self.recognition(x).expand(particles, *x.shape[:1], 6)
        noise = torch.randn(particles, len(x), 3, dtype=torch.float64)
        deviation = nn.functional.softplus(out[..., 3:]) + 1e-3
        z = out[..., :3] + deviation * noise
        log_q = (-(noise**2) / 2 - deviation.log() - math.log(2 * math.pi) / 2).sum(-1)
        z1, z2 = z[..., :2], z[..., 2:]
        scale = self.scale(z2)
        log_p = -((z2[..., 0] - TOP) ** 2) / (2 * SPREAD**2) - math.log(SPREAD)
        log_p = log_p - (z1.abs() / scale + (2 * scale).log()).sum(-1)
        error = x - z1 @ self.onto_visible - self.visible
        log_p = log_p - (error**2).sum(-1) / (2 * NOISE**2)
        return (torch.logsumexp(log_p - log_q, 0) - math.log(particles)).mean()

    def values(self) -> dict[str, np.ndarray]:
        """Return what is learned of the generative model, by the keys of a machine."""
        own = {
            "hidden1->visible": self.onto_visible,
            "visible": self.visible,
            "hidden2->hidden1": self.onto_hidden,
            "hidden1": self.hidden,
        }
        return {f"generative/{key}": value.detach().numpy() for key, value in own.items()}


def learned_by_autoencoder(
    values: Mapping[str, np.ndarray],
    data: np.ndarray,
    particles: int,
    epochs: int,
    batch: int,
    rate: float,
    decay: float,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return the parameters of a model that started at given values and learned."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model, samples = Autoencoder(values), torch.tensor(data)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    steps = epochs * (len(data) // batch)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, decay ** (1 / steps))
    for _ in range(epochs):
        for rows_of in torch.randperm(len(data)).split(batch):
            optimiser.zero_grad()
            (-model.bound(samples[rows_of], particles)).backward()
            optimiser.step()
            schedule.step()
    return model.values()
