"""Where the numbers of a training go besides metrics.jsonl, if a person wants it: a table, TensorBoard, a tracker.

Each is a `Reporter` that writes what it receives. None is used unless it is named.
"""

from autoencode.registry import import_submodules
from autoencode.training.logs.log import LogFacts, TrainingLog, open_logs, training_logs

__all__ = ["LogFacts", "TrainingLog", "open_logs", "training_logs"]

import_submodules(__name__)
