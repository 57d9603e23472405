"""Who watches a training in a test."""

import os
import signal
from collections.abc import Mapping

from autoencode.training import Watch


class StopAt(Watch):
    """Presses Ctrl-C after a step; None: never."""

    def __init__(self, step: int | None) -> None:
        self.at = step

    def step(self, step: int, examples: int, terms: Mapping[str, float]) -> None:
        if step == self.at:
            os.kill(os.getpid(), signal.SIGINT)
