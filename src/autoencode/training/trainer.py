"""A training under way: what the loop holds, and what it does at each turn."""

import time
from dataclasses import dataclass, field

import torch
from torch.optim import Optimizer

from autoencode.data import Batches, Subset
from autoencode.errors import DivergenceError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runs.folder import RunFolder
from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.plan import Plan
from autoencode.runs.record import Status
from autoencode.runtime.seeding import seed_rng
from autoencode.settings import Settings
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.callback import Callback
from autoencode.training.checkpoint import TrainerState, save_checkpoint
from autoencode.training.ema import ExponentialMovingAverage
from autoencode.training.execution.step_executor import StepExecutor
from autoencode.training.execution.train_step import check_finite
from autoencode.training.history import History
from autoencode.training.lr_schedules import lr_schedules
from autoencode.training.time_budget import TimeBudget
from autoencode.training.validate import validate

_MIN_SECONDS_BETWEEN_SAVES = 5.0
"""Between the files of two epochs."""


@dataclass
class Trainer:
    """A training under way: the parts of the loop, each a few lines."""

    model: Autoencoder
    objective: Objective
    executor: StepExecutor
    optimizer: Optimizer
    auxiliary: AuxiliaryNetworks
    ema: ExponentialMovingAverage
    batches: Batches
    validation: Subset
    settings: Settings
    plan: Plan
    folder: RunFolder | None
    callback: Callback
    state: TrainerState = field(default_factory=TrainerState)
    budget: TimeBudget | None = None
    history: History = field(default_factory=History)
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])

    def __post_init__(self) -> None:
        self._unsaved: dict[str, dict[str, torch.Tensor]] = {}
        self._has_saved = False
        self._start_clocks()

    def _start_clocks(self) -> None:
        self._last_tick = self._checkpointed = self._epoch_began = time.monotonic()
        self._timed_from = self.state.step

    def resume(self, state: TrainerState, epochs: list[EpochMetrics]) -> None:
        """Takes up where a checkpoint was written."""
        self.state, self.history = state, History(epochs)
        self._start_clocks()

    def step(self) -> None:
        """One batch."""
        step, settings, began = self.state.step, self.settings, time.monotonic()
        seed_rng(settings.seed, step)
        self._set_learning_rate(step)
        rows = self.batches.gather(step)
        try:
            values = self.executor.run(rows, step)
        except DivergenceError:
            self._write_status(Status.DIVERGED)
            raise
        self.ema.update(step)
        for name, value in values.items():
            self.state.term_sums[name] = self.state.term_sums.get(name, 0.0) + value
        self.state.step = step + 1
        self.callback.on_step_end(self.state.step, len(rows), values)
        if self.budget:
            self._replan(self.budget, time.monotonic() - began)
        if time.monotonic() - self._checkpointed > settings.checkpoint_seconds and not self.epoch_is_over:
            self.checkpoint()

    def _replan(self, budget: TimeBudget, seconds: float) -> None:
        """More steps, or fewer, where they go faster or slower than was thought."""
        look = budget.add_step(seconds) or self.state.step == self.plan.total_steps
        if not look or not budget.plan(self.state.step, self._elapsed()):
            return
        total_steps = min(self.plan.max_steps, budget.steps)
        self.plan = self.plan.replace(total_steps=total_steps, budget_steps=budget.steps)
        if self.folder:
            self.folder.update(plan=self.plan)
        self.callback.on_total_steps_change(total_steps)

    def _set_learning_rate(self, step: int) -> None:
        factor = lr_schedules[self.settings.schedule]((step + 1) / (self.plan.total_steps + 1))
        for group in self.optimizer.param_groups:
            group["lr"] = group["max_lr"] * factor
        self.auxiliary.set_learning_rate(factor)

    @property
    def epoch_is_over(self) -> bool:
        """Whether the step just done ended an epoch, or the training."""
        return self.state.step % self.batches.steps_per_epoch == 0 or self.state.step == self.plan.total_steps

    def finish_epoch(self) -> None:
        """Validates, keeps what is best, writes it all down."""
        state, steps_per_epoch = self.state, self.batches.steps_per_epoch
        steps = (state.step - 1) % steps_per_epoch + 1
        validating = time.monotonic()
        trained = validating - self._epoch_began
        with self.ema.applied():
            validation = validate(self.model, self.objective, self.validation, seed=self.settings.seed)
            self._check_validation(validation)
            best = self._update_best(validation["loss"])
            self._snapshot(best)
        record = EpochMetrics(
            step=state.step,
            epoch=state.step / steps_per_epoch,
            train={name: total / steps for name, total in state.term_sums.items()},
            validation=validation,
            learning_rate=max(group["lr"] for group in self.optimizer.param_groups),
            best=best,
            seconds=round(self._elapsed(), 3),
            examples_per_second=round(self._examples_per_second(trained), 1),
        )
        state.term_sums = {}
        self.history.epochs.append(record)
        if self._is_time_to_save(validating):
            self.checkpoint()
        if self.budget:
            self.budget.add_validation(time.monotonic() - validating)
        self.callback.on_epoch_end(record)
        self._epoch_began, self._timed_from = time.monotonic(), state.step

    def _examples_per_second(self, seconds: float) -> float:
        per_step = len(self.batches.subset) / self.batches.steps_per_epoch
        return (self.state.step - self._timed_from) * per_step / max(seconds, 1e-9)

    def _check_validation(self, validation: dict[str, float]) -> None:
        try:
            check_finite(validation, f"in the validation after step {self.state.step}")
        except DivergenceError:
            self._write_status(Status.DIVERGED)
            raise

    def _snapshot(self, best: bool) -> None:
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        self._unsaved["last"] = weights
        if best:
            self.best_weights = self._unsaved["best"] = weights

    def _save_epochs(self) -> None:
        """Writes the weights that were kept since the last time, and the numbers of their epochs."""
        if self.folder and self._unsaved:
            self.folder.save_weights(**self._unsaved)
            self.folder.write_metrics(self.history.epochs)
        self._unsaved = {}

    def _update_best(self, loss: float) -> bool:
        """Whether this is the best epoch so far; also counts the epochs without improvement, for early stopping.

        With auxiliary networks, losses of different epochs cannot be compared: the last epoch then counts as best.
        """
        state, settings = self.state, self.settings
        best = loss < state.best_loss or bool(self.auxiliary.networks)
        state.best_loss = min(loss, state.best_loss)
        if loss < state.patience_best - settings.min_delta:
            state.patience_best, state.epochs_since_best = loss, 0
        else:
            state.epochs_since_best += 1
        if settings.patience and state.epochs_since_best >= settings.patience and state.step < self.plan.total_steps:
            self.history.status = Status.STOPPED_EARLY
        return best

    def _elapsed(self) -> float:
        now = time.monotonic()
        self.state.seconds += now - self._last_tick
        self._last_tick = now
        return self.state.seconds

    def _is_time_to_save(self, now: float) -> bool:
        """Not at the end of each epoch where epochs take a second, of which the files would take a twentieth."""
        over = self.history.status is not Status.RUNNING or self.state.step == self.plan.total_steps
        recent = now - self._checkpointed < min(_MIN_SECONDS_BETWEEN_SAVES, self.settings.checkpoint_seconds)
        return over or not recent or not self._has_saved

    def checkpoint(self) -> None:
        """Writes the weights that were kept, and all that an exact resume needs."""
        self._elapsed()
        self._save_epochs()
        self._has_saved = True
        if self.folder:
            save_checkpoint(
                self.folder.checkpoint_file, self.model, self.optimizer, self.auxiliary, self.ema, self.state
            )
        self._checkpointed = time.monotonic()

    def interrupt(self) -> None:
        """Saves all; before the end of the first epoch also the weights as they are, so that the run can be opened."""
        if not self.history.epochs:
            with self.ema.applied():
                self._snapshot(best=True)
        self.checkpoint()

    def close(self) -> None:
        """Leaves the model with its best weights, in evaluation mode."""
        if self.best_weights:
            self.model.load_state_dict(self.best_weights)
        self.model.eval()
        self._write_status(self.history.status)

    def _write_status(self, status: Status) -> None:
        self._save_epochs()
        if self.folder:
            self.folder.update(status=status)
