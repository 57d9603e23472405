"""Trains a model: prepare, loop, close."""

from contextlib import ExitStack, closing, suppress

from autoencode.data import Dataset
from autoencode.errors import CancelledError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runs.folder import RunFolder
from autoencode.runtime.cancellation import CancelToken, cancel_on_interrupt
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.processes import current_processes
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.threads import use_threads
from autoencode.settings import Settings
from autoencode.training.history import History
from autoencode.training.planning import plan_shards, plan_threads
from autoencode.training.prepare import prepare
from autoencode.training.trainer import TASK, Trainer
from autoencode.training.training_files import MakeFolder


def fit(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings | None = None,
    *,
    folder: RunFolder | MakeFolder | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> History:
    """Trains a model, and leaves it in evaluation mode with the weights that were best on the validation part.

    The same seed, data, settings and number of threads give the same weights to the bit on the same processor. With a
    folder, a killed training loses at most the steps since its last checkpoint: call `fit` again in the same way, and
    it resumes exactly there. Ctrl-C, a TERM signal or the cancel token end the training after the current step; its
    state is saved, and `history.status` is "interrupted".

    Several processes that torchrun started (`autoencode.runtime.processes.joined_processes`) share the steps when each
    calls `fit` in the same way; the first one alone writes.

    Losses of different epochs cannot be compared while auxiliary networks learn; then the last weights are kept.

    Args:
        model: trained in place.
        objective: what is minimised, in nats per example.
        data: its training part is learned from, its validation part decides which weights are kept; the test part is
            not used.
        settings: how to train; `Settings()` by default.
        folder: where checkpoints, weights and metrics go, or a function that makes it: it is called when all checks
            have passed and the first step is next. Without a folder nothing is written.
        reporter: receives the progress of the task "training", notes, and the events of `autoencode.training.events`.
        cancel: ends the training early.

    Returns:
        The metrics of all epochs, and how the training ended.

    Raises:
        ArgumentError: there is no such device, the data cannot be augmented, or a resumed training is to end before
            the step it has reached.
        CapabilityError: compiling is always wanted, and this step cannot be compiled.
        DataError: the likelihood cannot hold the data.
        DivergenceError: a term became NaN or infinite.
        RunError: the folder holds the state of another training, or another process writes into it.
        ShapeError: the examples have another shape than the model's.
        StorageError: the folder cannot be written, for instance because the disk is full.
        UnknownNameError: there is no such optimizer or schedule.
    """
    settings, reporter, processes = settings or Settings(), resolve_reporter(reporter), current_processes()
    with ExitStack() as held:
        before = None
        if isinstance(folder, RunFolder):
            before = folder.record.plan
            if processes.is_first:
                held.enter_context(folder.lock())
        shards = plan_shards(settings, before, processes.count)
        held.enter_context(use_threads(processes.of_first(plan_threads(settings, before, shards, reporter))))
        held.enter_context(tuned_cpu())
        trainer = prepare(model, objective, data, settings, folder, before, shards, reporter, processes)
        held.enter_context(closing(trainer.files))
        with cancel_on_interrupt(cancel) as cancel:
            _train(trainer, cancel)
        trainer.close()
    return trainer.history


def _train(trainer: Trainer, cancel: CancelToken) -> None:
    trainer.begin()
    with track(trainer.reporter, TASK, trainer.plan.total_steps, "steps", trainer.state.step):
        while trainer.is_running:
            stopping = trainer.processes.any(value=cancel.cancelled)
            if trainer.epoch_is_pending and not stopping:
                with suppress(CancelledError, KeyboardInterrupt):
                    trainer.finish_epoch(cancel if trainer.processes.count == 1 else None)
            elif trainer.all_steps_made and not trainer.epoch_is_pending:
                trainer.complete()
            elif stopping:
                trainer.interrupt()
            else:
                trainer.step()
