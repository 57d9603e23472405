"""A training under way: what the loop holds, and what it does at each turn."""

import time
from dataclasses import dataclass, field

import torch
from torch.optim import Optimizer

from autoencode.data import Batch, Batches, Part
from autoencode.errors import DivergenceError
from autoencode.model import Autoencoder
from autoencode.settings import Settings
from autoencode.training.averaging import WeightAverage
from autoencode.training.budget import TimeBudget
from autoencode.training.checkpoint import Progress, save_checkpoint
from autoencode.training.compiled import CompiledStep
from autoencode.training.history import Epoch, History, Status
from autoencode.training.players import Players
from autoencode.training.run_folder import RunFolder
from autoencode.training.schedules import schedules
from autoencode.training.seeding import seed_noise
from autoencode.training.step import TrainStep, check_finite, take
from autoencode.training.validate import validate
from autoencode.training.watch import Watch

_SECONDS_BETWEEN = 5.0
"""Between the files of two epochs."""


@dataclass
class Training:
    """A training under way: the parts of the loop, each a few lines."""

    model: Autoencoder
    train_step: TrainStep
    optimizer: Optimizer
    players: Players
    average: WeightAverage
    batches: Batches
    validation: Part
    settings: Settings
    most_steps: int
    last_step: int
    folder: RunFolder | None
    watch: Watch
    progress: Progress = field(default_factory=Progress)
    compiled: CompiledStep | None = None
    budget: TimeBudget | None = None
    history: History = field(default_factory=History)
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])

    def __post_init__(self) -> None:
        self._unsaved: dict[str, dict[str, torch.Tensor]] = {}
        self._has_saved = False
        self._start_clocks()

    def _start_clocks(self) -> None:
        self._clock = self._checkpointed = self._epoch_began = time.monotonic()
        self._timed_from = self.progress.step

    def resume(self, progress: Progress, epochs: list[Epoch]) -> None:
        """Takes up where a checkpoint was written."""
        self.progress, self.history = progress, History(epochs)
        self._start_clocks()

    def step(self) -> None:
        """One batch."""
        step, settings, began = self.progress.step, self.settings, time.monotonic()
        seed_noise(settings.seed, step)
        self._set_learning_rate(step)
        rows = self.batches.rows(step)
        try:
            values = self._learn(rows, step)
        except DivergenceError:
            self._mark("diverged")
            raise
        self.average.update(step)
        for name, value in values.items():
            self.progress.sums[name] = self.progress.sums.get(name, 0.0) + value
        self.progress.step = step + 1
        self.watch.step(self.progress.step, len(rows), values)
        if self.budget:
            self._plan(self.budget, time.monotonic() - began)
        if time.monotonic() - self._checkpointed > settings.checkpoint_seconds and not self.epoch_is_over:
            self.checkpoint()

    def _learn(self, rows: Batch, step: int) -> dict[str, float]:
        if self.compiled is not None and self.compiled.fits(rows):
            return self.compiled(rows, step)
        batch = self.batches.finished(rows)
        return take(self.train_step, self.optimizer, self.players, batch, step, self.settings.clip)

    def _plan(self, budget: TimeBudget, seconds: float) -> None:
        """More steps, or fewer, where they go faster or slower than was thought."""
        look = budget.trained(seconds) or self.progress.step == self.last_step
        if not look or not budget.plan(self.progress.step, self._seconds()):
            return
        self.last_step = min(self.most_steps, budget.steps)
        if self.folder:
            planned = {"last_step": self.last_step, "steps_in_minutes": budget.steps}
            self.folder.update(decided={**self.folder.facts["decided"], **planned})
        self.watch.plan(self.last_step)

    def _set_learning_rate(self, step: int) -> None:
        factor = schedules[self.settings.schedule]((step + 1) / (self.last_step + 1))
        for group in self.optimizer.param_groups:
            group["lr"] = group["highest_lr"] * factor
        self.players.set_learning_rate(factor)

    @property
    def epoch_is_over(self) -> bool:
        """Whether the step just done ended an epoch, or the training."""
        return self.progress.step % self.batches.steps_per_epoch == 0 or self.progress.step == self.last_step

    def finish_epoch(self) -> None:
        """Validates, keeps what is best, writes it all down."""
        progress, steps_per_epoch = self.progress, self.batches.steps_per_epoch
        steps = (progress.step - 1) % steps_per_epoch + 1
        validating = time.monotonic()
        trained = validating - self._epoch_began
        with self.average.applied():
            validation = validate(self.model, self.train_step.objective, self.validation, seed=self.settings.seed)
            self._check(validation)
            best = self._judge(validation["loss"])
            self._keep(best)
        record = Epoch(
            step=progress.step,
            epoch=progress.step / steps_per_epoch,
            train={name: total / steps for name, total in progress.sums.items()},
            validation=validation,
            learning_rate=max(group["lr"] for group in self.optimizer.param_groups),
            best=best,
            seconds=round(self._seconds(), 3),
            examples_per_second=round(self._examples_per_second(trained), 1),
        )
        progress.sums = {}
        self.history.epochs.append(record)
        if self._is_time_to_save(validating):
            self.checkpoint()
        if self.budget:
            self.budget.validated(time.monotonic() - validating)
        self.watch.epoch(record)
        self._epoch_began, self._timed_from = time.monotonic(), progress.step

    def _examples_per_second(self, seconds: float) -> float:
        per_step = len(self.batches.part) / self.batches.steps_per_epoch
        return (self.progress.step - self._timed_from) * per_step / max(seconds, 1e-9)

    def _check(self, validation: dict[str, float]) -> None:
        try:
            check_finite(validation, f"in the validation after step {self.progress.step}")
        except DivergenceError:
            self._mark("diverged")
            raise

    def _keep(self, best: bool) -> None:
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        self._unsaved["last"] = weights
        if best:
            self.best_weights = self._unsaved["best"] = weights

    def _save_epochs(self) -> None:
        """Writes the weights that were kept since the last time, and the numbers of their epochs."""
        if self.folder and self._unsaved:
            self.folder.save_weights(**self._unsaved)
            self.folder.write_metrics([epoch.as_dict() for epoch in self.history.epochs])
        self._unsaved = {}

    def _judge(self, loss: float) -> bool:
        """Whether this is the best epoch so far; it also counts the patience, and stops when it is at its end.

        Losses that players judge cannot be compared between epochs, as the players learn: the last epoch is then best.
        """
        progress, settings = self.progress, self.settings
        best = loss < progress.best or bool(self.players.networks)
        progress.best = min(loss, progress.best)
        if loss < progress.reference - settings.min_change:
            progress.reference, progress.epochs_since_best = loss, 0
        else:
            progress.epochs_since_best += 1
        if settings.patience and progress.epochs_since_best >= settings.patience and progress.step < self.last_step:
            self.history.status = Status.STOPPED_EARLY
        return best

    def _seconds(self) -> float:
        now = time.monotonic()
        self.progress.seconds += now - self._clock
        self._clock = now
        return self.progress.seconds

    def _is_time_to_save(self, now: float) -> bool:
        """Not at the end of each epoch where epochs take a second, of which the files would take a twentieth."""
        over = self.history.status is not Status.RUNNING or self.progress.step == self.last_step
        recent = now - self._checkpointed < min(_SECONDS_BETWEEN, self.settings.checkpoint_seconds)
        return over or not recent or not self._has_saved

    def checkpoint(self) -> None:
        """Writes the weights that were kept, and all that an exact resume needs."""
        self._seconds()
        self._save_epochs()
        self._has_saved = True
        if self.folder:
            save_checkpoint(
                self.folder.checkpoint_file, self.model, self.optimizer, self.players, self.average, self.progress
            )
        self._checkpointed = time.monotonic()

    def interrupt(self) -> None:
        """Saves all; before the end of the first epoch also the weights as they are, so that the run can be opened."""
        if not self.history.epochs:
            with self.average.applied():
                self._keep(best=True)
        self.checkpoint()

    def close(self) -> None:
        """Leaves the model with its best weights, in evaluation mode."""
        if self.best_weights:
            self.model.load_state_dict(self.best_weights)
        self.model.eval()
        self._mark(self.history.status)

    def _mark(self, status: str) -> None:
        self._save_epochs()
        if self.folder:
            self.folder.update(status=str(status))
