"""Repeating a learning rule over batches: the loop, its callbacks and checkpoints."""

from neurohm.training.averaging import Averaging
from neurohm.training.batches import ArrayBatches, Batches, as_batches
from neurohm.training.binarised import BinarisedBatches
from neurohm.training.callbacks import Callback, Progress
from neurohm.training.checkpoint import Checkpoint, Interrupted
from neurohm.training.checkpoint_files import (
    latest_checkpoint,
    previous_of,
    read_checkpoint,
    remove_checkpoint,
)
from neurohm.training.early_stopping import EarlyStopping
from neurohm.training.fisher_monitor import FisherMonitor
from neurohm.training.gist import GistReadout
from neurohm.training.layer_monitor import LayerMonitor
from neurohm.training.loop import TrainingResult, train
from neurohm.training.restarts import train_restarts
from neurohm.training.revival import Revival
from neurohm.training.run import History, Run
from neurohm.training.schedule import Cosine, Decay, Schedule, Steps, WarmUp, as_schedule

__all__ = [
    "ArrayBatches",
    "Averaging",
    "Batches",
    "BinarisedBatches",
    "Callback",
    "Checkpoint",
    "Cosine",
    "Decay",
    "EarlyStopping",
    "FisherMonitor",
    "GistReadout",
    "History",
    "Interrupted",
    "LayerMonitor",
    "Progress",
    "Revival",
    "Run",
    "Schedule",
    "Steps",
    "TrainingResult",
    "WarmUp",
    "as_batches",
    "as_schedule",
    "latest_checkpoint",
    "previous_of",
    "read_checkpoint",
    "remove_checkpoint",
    "train",
    "train_restarts",
]
