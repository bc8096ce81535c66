"""How fast neurohm learns, beside the same work in other libraries and the bare matrix products."""

from neurohm.benchmarks.arena import measure
from neurohm.benchmarks.registry import WORKLOADS, chosen
from neurohm.benchmarks.results import Result, read_results
from neurohm.benchmarks.workload import Variant, Workload

__all__ = ["WORKLOADS", "Result", "Variant", "Workload", "chosen", "measure", "read_results"]
