"""Model files: HDF5, versioned, without pickles."""

from neurohm.storage.machine_tree import machine_from_tree, machine_to_tree, parameters_from_tree
from neurohm.storage.model_file import read_model, write_model
from neurohm.storage.tree import Tree, keyed, numbered, read_tree, write_tree

__all__ = [
    "Tree",
    "keyed",
    "machine_from_tree",
    "machine_to_tree",
    "numbered",
    "parameters_from_tree",
    "read_model",
    "read_tree",
    "write_model",
    "write_tree",
]
