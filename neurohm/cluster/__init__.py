"""Many fits at a time, or one fit by many workers, with Dask (extra ``cluster``)."""

from neurohm.cluster.engine import engine
from neurohm.cluster.many import fit_many
from neurohm.cluster.one import fit_together
from neurohm.cluster.plan import SweepPlan
from neurohm.cluster.sweep import SweepResult, sweep

__all__ = ["SweepPlan", "SweepResult", "engine", "fit_many", "fit_together", "sweep"]
