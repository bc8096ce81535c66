"""Other ways to find assemblies, that those of a Helmholtz machine are compared with."""

from neurohm.comparison.detectors.base import AssemblyDetector, PatternDetector
from neurohm.comparison.detectors.cad import CADAssemblies
from neurohm.comparison.detectors.ica import ICAAssemblies, marchenko_pastur_bound
from neurohm.comparison.detectors.nmf import NMFAssemblies
from neurohm.comparison.detectors.rbm import RBMAssemblies
from neurohm.comparison.detectors.spade import SPADEAssemblies

__all__ = [
    "AssemblyDetector",
    "CADAssemblies",
    "ICAAssemblies",
    "NMFAssemblies",
    "PatternDetector",
    "RBMAssemblies",
    "SPADEAssemblies",
    "marchenko_pastur_bound",
]
