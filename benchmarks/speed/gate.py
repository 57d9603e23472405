"""Where a training pauses between the time slices that are measured."""

import time
from collections.abc import Callable
from typing import Any, SupportsFloat

Tell = Callable[[dict[str, Any]], None]
"""Says something to the driver."""

Asked = Callable[[], float]
"""Waits until the driver asks for a slice, and gives its seconds."""


class Gate:
    """Called by a training loop after each step; it returns when the loop may continue.

        first steps: the losses are recorded ─► ready ─► [ wait ─► a slice of time ─► images and seconds ] …

    Args:
        send: to the driver.
        requests: from the driver.
        steps: whose losses are recorded.
        patience: seconds that they may take; a slow contender is ready with those that it did.
    """

    def __init__(self, send: Tell, requests: Asked, steps: int, patience: float) -> None:
        self._tell, self._asked, self._steps, self._patience = send, requests, steps, patience
        self._facts: dict[str, Any] = {}
        self._losses: list[tuple[int, float]] = []
        self._pauses: list[float] = []
        self._step = self._images = 0
        self._paused = self._began = self._until = 0.0
        self._warm = steps
        self._pause_every = 1
        self.checking = True
        """Whether losses are still noted: afterwards they need not be right."""

    def open(self, parameters: int, **versions: str) -> None:
        """To be called before the first step: reports the number of parameters and the versions of packages."""
        self._facts = {"parameters": parameters, "versions": versions}

    def pauses_every(self, images: int, steps: int) -> None:
        """Every so many images there is a pause (a validation); the first one, after `steps`, is not in a slice."""
        self._pause_every, self._warm = images, max(self._steps, steps + 1)

    def pause(self, seconds: float) -> None:
        """A pause of so many seconds. Each slice is charged with its share of the pauses, wherever they fall."""
        self._pauses.append(seconds)
        self._paused += seconds

    def __call__(self, images: int, loss: SupportsFloat, steps: int = 1) -> None:
        """So many images are learned from, in so many steps; `loss` is their mean, and may still be computed."""
        if self.checking:
            self._check(loss, steps)
        else:
            self._measure(images, loss)

    def _check(self, loss: SupportsFloat, steps: int) -> None:
        if not self._step:
            self._tell({"first": True})
            self._until = time.perf_counter() + self._patience
        self._step += steps
        if self._step - steps < self._steps:
            self._losses.append((self._step, float(loss)))
        if self._step >= self._warm or time.perf_counter() > self._until:
            self.checking = False
            self._tell({**self._facts, "steps": self._losses[-1][0], "loss": late(self._losses)})
            self._wait()

    def _measure(self, images: int, loss: SupportsFloat) -> None:
        self._images += images
        if time.perf_counter() < self._until:
            return
        float(loss)  # waits for computations that are still running
        seconds = time.perf_counter() - self._began - self._paused
        if self._pauses:
            seconds += self._images / self._pause_every * sum(self._pauses) / len(self._pauses)
        self._tell({"images": self._images, "seconds": seconds})
        self._wait()

    def _wait(self) -> None:
        seconds = self._asked()
        self._images, self._paused, self._began = 0, 0.0, time.perf_counter()
        self._until = self._began + seconds


def late(losses: list[tuple[int, float]]) -> float:
    """The mean over the last third of the steps, of pairs of a step and the mean loss since the pair before it."""
    last = losses[-1][0]
    of_steps = zip([0, *(step for step, _ in losses)], losses, strict=False)
    weighted = [(step - before, loss) for before, (step, loss) in of_steps if step > last * 2 / 3]
    return sum(steps * loss for steps, loss in weighted) / sum(steps for steps, _ in weighted)
