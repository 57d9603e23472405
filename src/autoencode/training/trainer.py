"""What a training holds, and what it does at each step and after each epoch."""

import time
from dataclasses import dataclass, field

from autoencode.data import Batches, Subset
from autoencode.errors import DivergenceError
from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.plan import Plan
from autoencode.runs.record import Status
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.processes import Processes
from autoencode.runtime.reporter import Reporter
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.settings import Settings
from autoencode.training.checkpoint import TrainerState
from autoencode.training.events import EpochFinished, PlanChanged, StepFinished, TrainingFinished, TrainingStarted
from autoencode.training.execution.step_executor import StepExecutor
from autoencode.training.execution.train_step import check_finite
from autoencode.training.history import History
from autoencode.training.learner import Learner
from autoencode.training.lr_schedules import lr_schedules
from autoencode.training.time_budget import TimeBudget
from autoencode.training.training_files import TrainingFiles
from autoencode.training.validate import validate

TASK = "training"
"""The name of its task, for reporters."""


@dataclass
class Trainer:
    """A training that is ready to run; `fit` calls its methods in a loop.

        begin ─► step, step, …, finish_epoch ─► step, … ─► complete or interrupt ─► close

    Args:
        learner: the model and all that is updated with it.
        executor: makes the steps.
        batches: of the training part.
        validation: the validation part.
        settings: of the training.
        plan: what was decided; its `total_steps` may change when minutes limit the training.
        files: what is written.
        reporter: receives progress and events.
        budget: estimates the steps that fit into the minutes; None without a limit.
        state: how far the training is.
        history: of the epochs so far.
        processes: that share the training.
    """

    learner: Learner
    executor: StepExecutor
    batches: Batches
    validation: Subset
    settings: Settings
    plan: Plan
    files: TrainingFiles
    reporter: Reporter
    budget: TimeBudget | None = None
    state: TrainerState = field(default_factory=TrainerState)
    history: History = field(default_factory=History)
    processes: Processes = field(default_factory=Processes)

    def begin(self) -> None:
        """Starts the clocks, and notes in run.json and for the reporter that training runs."""
        self._last_tick = self._epoch_began = time.monotonic()
        self._epoch_first_step = self.state.step
        if self.epoch_is_pending:  # the last step is that of an earlier process
            self._set_learning_rate(self.state.step - 1)
        if not self.all_steps_made:
            self.files.begin(self._last_tick, self.settings, self.plan)
        steps_per_epoch = self.batches.steps_per_epoch
        epoch = self.history.epoch_at(self.state.step, steps_per_epoch)
        self.reporter.event(TrainingStarted(self.state.step, steps_per_epoch, self.plan, epoch))

    @property
    def is_running(self) -> bool:
        """Whether the training has not ended yet."""
        return self.history.status is Status.RUNNING

    @property
    def all_steps_made(self) -> bool:
        """Whether no step is left."""
        return self.state.step >= self.plan.total_steps

    @property
    def epoch_is_over(self) -> bool:
        """Whether the last step ended an epoch, or the training."""
        return self.state.step % self.batches.steps_per_epoch == 0 or self.state.step == self.plan.total_steps

    @property
    def epoch_is_pending(self) -> bool:
        """Whether the steps of an epoch are made and it is not validated yet."""
        return self.epoch_is_over and self.state.step > self._validated_step

    @property
    def epoch_is_missing(self) -> bool:
        """Whether no step was made since the last epoch ended, and the history does not have that epoch."""
        return not self.state.term_sums and self.state.step != self._validated_step

    @property
    def _validated_step(self) -> int:
        """The step after which the last epoch ended; 0 before the first one."""
        return self.history.epochs[-1].step if self.history.epochs else 0

    def step(self) -> None:
        """Trains on one batch."""
        step, state, began = self.state.step, self.state, time.monotonic()
        self._set_learning_rate(step)
        try:
            with seeded_rng(derive_seed(self.settings.seed, step), self.batches.device):
                rows = self.batches.gather(step)
                values = self.executor.run(rows, step)
        except DivergenceError:
            self._end(Status.DIVERGED)
            raise
        self.learner.ema.update(step)
        for name, value in values.items():
            state.term_sums[name] = state.term_sums.get(name, 0.0) + value
        state.step = step + 1
        self.reporter.update(TASK, state.step)
        self.reporter.event(StepFinished(state.step, len(rows), values))
        if self.budget:
            self._replan(self.budget, self.processes.of_first(time.monotonic() - began))
        if self.files.is_checkpoint_due(time.monotonic()) and not self.epoch_is_over:
            self._checkpoint()

    def _set_learning_rate(self, step: int) -> None:
        self.learner.set_learning_rate(lr_schedules[self.settings.schedule]((step + 1) / (self.plan.total_steps + 1)))

    def _replan(self, budget: TimeBudget, seconds: float) -> None:
        """Changes the number of steps where they take more or less time than estimated."""
        is_due = budget.add_step(seconds) or self.state.step == self.plan.total_steps
        if not is_due or not budget.plan(self.state.step, self.processes.of_first(self._elapsed())):
            return
        wanted = self.plan.max_steps
        total_steps = budget.steps if wanted is None else min(wanted, budget.steps)
        self.plan = self.plan.replace(total_steps=total_steps, budget_steps=budget.steps)
        self.files.change_plan(self.plan)
        self.reporter.update(TASK, total=self.plan.total_steps)
        self.reporter.event(PlanChanged(self.plan))

    def finish_epoch(self, cancel: CancelToken | None = None) -> None:
        """Validates, and keeps the weights and metrics of the epoch.

        Args:
            cancel: ends the validation early; nothing has changed then, and the epoch can be finished later.

        Raises:
            CancelledError: `cancel` asked for it.
        """
        state, steps_per_epoch = self.state, self.batches.steps_per_epoch
        steps = state.step - self._validated_step  # fewer than in an epoch after a training that ended within one
        validating = time.monotonic()
        with self.learner.ema.applied():
            validation = self._validate(cancel)
            best = self._update_best(validation["loss"])
            self.files.keep(self.learner.model, best=best)
        metrics = EpochMetrics(
            step=state.step,
            epoch=self.history.epoch_at(state.step, steps_per_epoch),
            train={name: total / steps for name, total in state.term_sums.items()},
            validation=validation,
            learning_rate=self.learner.learning_rate,
            best=best,
            seconds=round(self._elapsed(), 3),
            examples_per_second=round(self._examples_per_second(validating - self._epoch_began), 1),
        )
        state.term_sums = {}
        self.history.epochs.append(metrics)
        if self.files.is_epoch_due(validating) or not self.is_running or self.all_steps_made:
            self._checkpoint()
        if self.budget:
            self.budget.add_validation(self.processes.of_first(time.monotonic() - validating))
        self.reporter.event(EpochFinished(metrics))
        self._epoch_began, self._epoch_first_step = time.monotonic(), state.step

    def _validate(self, cancel: CancelToken | None) -> dict[str, float]:
        learner, seed = self.learner, self.settings.seed
        validation = validate(learner.model, learner.objective, self.validation, seed=seed, cancel=cancel)
        try:
            check_finite(validation, f"in the validation after step {self.state.step}")
        except DivergenceError:
            self._end(Status.DIVERGED)
            raise
        return validation

    def _update_best(self, loss: float) -> bool:
        """Whether this is the best epoch so far; also counts the epochs without improvement, for early stopping.

        With auxiliary networks, losses of different epochs cannot be compared: the last epoch then counts as best.
        """
        state, settings = self.state, self.settings
        best = loss < state.best_loss or bool(self.learner.auxiliary.networks)
        state.best_loss = min(loss, state.best_loss)
        if loss < state.patience_best - settings.min_delta:
            state.patience_best, state.epochs_since_best = loss, 0
        else:
            state.epochs_since_best += 1
        if settings.patience and state.epochs_since_best >= settings.patience and not self.all_steps_made:
            self.history.status = Status.STOPPED_EARLY
        return best

    def _examples_per_second(self, seconds: float) -> float:
        per_step = len(self.batches.subset) / self.batches.steps_per_epoch
        return (self.state.step - self._epoch_first_step) * per_step / max(seconds, 1e-9)

    def _elapsed(self) -> float:
        """Seconds of training so far."""
        now = time.monotonic()
        self.state.seconds += now - self._last_tick
        self._last_tick = now
        return self.state.seconds

    def _checkpoint(self) -> None:
        self._elapsed()
        self.files.checkpoint(time.monotonic(), self.learner, self.state, self.history.epochs)

    def complete(self) -> None:
        """Ends the training, as all steps are made."""
        self.history.status = Status.COMPLETE

    def interrupt(self) -> None:
        """Ends the training and saves its state, so that it can resume with the next step."""
        self.history.status = Status.INTERRUPTED
        if not self.history.epochs:  # so that the run can be opened
            with self.learner.ema.applied():
                self.files.keep(self.learner.model, best=True)
        self._checkpoint()

    def close(self) -> None:
        """Leaves the model in evaluation mode with its best weights, and reports how the training ended."""
        if self.files.best_weights:
            self.learner.model.load_state_dict(self.files.best_weights)
        self.learner.model.eval()
        self._end(self.history.status)
        state, steps_per_epoch = self.state, self.batches.steps_per_epoch
        finished = TrainingFinished(self.history, state.step, steps_per_epoch, self.plan, state.seconds)
        if finished.learned_nothing:
            self.reporter.warn(f"{finished.shortfall}: the model has learned nothing yet; give more --minutes")
        elif finished.shortfall:
            self.reporter.note(finished.shortfall)
        self.reporter.event(finished)

    def _end(self, status: Status) -> None:
        self.files.end(status, self.history.epochs)
