"""Cascades: hidden units that are added one by one, each driving all before it."""

from neurohm.learning.cascade.conversion import cascade_machine, cascade_network
from neurohm.learning.cascade.expectation import Learner, learn_unit
from neurohm.learning.cascade.growth import Grower, Growth, Trial
from neurohm.learning.cascade.network import CascadeNetwork
from neurohm.learning.cascade.rule import Cascade

__all__ = [
    "Cascade",
    "CascadeNetwork",
    "Grower",
    "Growth",
    "Learner",
    "Trial",
    "cascade_machine",
    "cascade_network",
    "learn_unit",
]
