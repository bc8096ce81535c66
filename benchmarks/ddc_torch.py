"""The scale mixture as a variational autoencoder in PyTorch, for comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

UNITS = 100


class Autoencoder(nn.Module):
    """The generative model, and a factorial Gaussian q(z1, z2 | x) of two hidden layers.

    The prior of the deepest layer stays as it is, and so does the deviation of the visible one
    unless it is among what is learned.
    """

    def __init__(self, values: Mapping[str, np.ndarray], *, learns_noise: bool) -> None:
        super().__init__()

        def parameter(key: str, learns: bool = True) -> nn.Parameter:
            value = np.asarray(values[f"generative/{key}"], np.float64)
            return nn.Parameter(torch.tensor(value), requires_grad=learns)

        self.onto_visible, self.visible = parameter("hidden1->visible"), parameter("visible")
        self.onto_hidden, self.hidden = parameter("hidden2->hidden1"), parameter("hidden1")
        self.log_noise = parameter("visible log deviation", learns_noise)
        self.top, self.log_spread = (
            parameter("hidden2", False),
            parameter("hidden2 log deviation", False),
        )
        self.lower, self.upper = len(self.hidden), len(self.top)
        layers = nn.Linear(len(self.visible), UNITS), nn.Tanh(), nn.Linear(UNITS, UNITS), nn.Tanh()
        last = nn.Linear(UNITS, 2 * (self.lower + self.upper))
        self.recognition = nn.Sequential(*layers, last).double()

    def scale(self, z2: Tensor) -> Tensor:
        """Return the scales of z1."""
        return nn.functional.softplus(z2 @ self.onto_hidden + self.hidden) + 1e-3

    def bound(self, x: Tensor, particles: int) -> Tensor:
        """Return the mean importance-weighted bound; with one particle, the evidence's."""
        both = self.lower + self.upper
        out = self.recognition(x).expand(particles, *x.shape[:1], 2 * both)
        noise = torch.randn(particles, len(x), both, dtype=torch.float64)
        deviation = nn.functional.softplus(out[..., both:]) + 1e-3
        z = out[..., :both] + deviation * noise
        log_q = _log_normal(noise, deviation.log())
        z1, z2 = z[..., : self.lower], z[..., self.lower :]
        scale = self.scale(z2)
        log_p = _log_normal((z2 - self.top) / self.log_spread.exp(), self.log_spread)
        log_p = log_p - (z1.abs() / scale + (2 * scale).log()).sum(-1)
        error = (x - z1 @ self.onto_visible - self.visible) / self.log_noise.exp()
        log_p = log_p + _log_normal(error, self.log_noise)
        return (torch.logsumexp(log_p - log_q, 0) - math.log(particles)).mean()

    def values(self) -> dict[str, np.ndarray]:
        """Return what is learned of the generative model, by the keys of a machine."""
        own = {
            "hidden1->visible": self.onto_visible,
            "visible": self.visible,
            "hidden2->hidden1": self.onto_hidden,
            "hidden1": self.hidden,
            "visible log deviation": self.log_noise,
        }
        return {f"generative/{key}": value.detach().numpy() for key, value in own.items()}


def _log_normal(standardised: Tensor, log_deviation: Tensor) -> Tensor:
    return (-(standardised**2) / 2 - log_deviation - math.log(2 * math.pi) / 2).sum(-1)


def learned_by_autoencoder(
    values: Mapping[str, np.ndarray],
    data: np.ndarray,
    particles: int,
    epochs: int,
    batch: int,
    rate: float,
    decay: float,
    seed: int,
    *,
    learns_noise: bool = True,
) -> dict[str, np.ndarray]:
    """Return the parameters of a model that started at given values and learned."""
    torch.manual_seed(seed)
    model = Autoencoder(values, learns_noise=learns_noise)
    samples = torch.tensor(np.asarray(data, np.float64))
    fitted(model, samples, particles, epochs, batch, rate, decay)
    return model.values()


def fitted(
    model: nn.Module,
    samples: Tensor,
    particles: int,
    epochs: int,
    batch: int,
    rate: float,
    decay: float,
) -> None:
    """Raise the bound of a model by Adam, on one thread, at a rate that falls to a share."""
    torch.set_num_threads(1)
    optimiser = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=rate)
    steps = epochs * -(-len(samples) // batch)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, decay ** (1 / steps))
    for _ in range(epochs):
        for rows_of in torch.randperm(len(samples)).split(batch):
            optimiser.zero_grad()
            (-model.bound(samples[rows_of], particles)).backward()
            optimiser.step()
            schedule.step()
