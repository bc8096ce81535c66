"""Repeating a learning rule over batches: the loop, its callbacks and checkpoints."""

from neurohm.training.batches import ArrayBatches, Batches, as_batches
from neurohm.training.callbacks import Callback, EarlyStopping, Progress
from neurohm.training.checkpoint import Checkpoint, Interrupted, read_checkpoint
from neurohm.training.loop import TrainingResult, train
from neurohm.training.run import History, Run
from neurohm.training.schedule import Decay, as_schedule

__all__ = [
    "ArrayBatches",
    "Batches",
    "Callback",
    "Checkpoint",
    "Decay",
    "EarlyStopping",
    "History",
    "Interrupted",
    "Progress",
    "Run",
    "TrainingResult",
    "as_batches",
    "as_schedule",
    "read_checkpoint",
    "train",
]
