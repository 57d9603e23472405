"""Who watches a training in a test."""

import os
import signal
from collections.abc import Mapping

from autoencode.training import Callback


class StopAt(Callback):
    """Presses Ctrl-C after a step; None: never."""

    def __init__(self, step: int | None) -> None:
        self.at = step

    def on_step_end(self, step: int, examples: int, terms: Mapping[str, float]) -> None:
        if step == self.at:
            os.kill(os.getpid(), signal.SIGINT)
