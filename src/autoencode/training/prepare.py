"""Everything that a training needs before its first step."""

import hashlib
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from autoencode._version import __version__
from autoencode.data import Augmentation, Batch, Batches, Dataset, Subset
from autoencode.data.augmentation import AUTO
from autoencode.errors import RunError
from autoencode.kernels import kernels_are_built, why_no_kernels
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runs.folder import RunFolder
from autoencode.runs.plan import Plan
from autoencode.runs.tensor_file import load_tensors
from autoencode.runtime.device import resolve_device
from autoencode.runtime.hardware import describe_device
from autoencode.runtime.processes import Processes
from autoencode.runtime.reporter import Reporter
from autoencode.runtime.seeding import seeded_rng
from autoencode.settings import Settings
from autoencode.training.checkpoint import Checkpoint, TrainerState
from autoencode.training.checks import check_training
from autoencode.training.choose_augmentation import choose_augmentation
from autoencode.training.execution.choose_executor import choose_executor
from autoencode.training.execution.custom_kernels import has_custom_kernel, supports_custom_kernel
from autoencode.training.execution.gpu_cache import cache_on_gpu
from autoencode.training.execution.precision import is_emulated, resolve_precision
from autoencode.training.execution.sharded_step import ShardedStep
from autoencode.training.execution.step_executor import EagerStep, StepExecutor
from autoencode.training.execution.train_step import TrainStep
from autoencode.training.history import History
from autoencode.training.learner import make_learner
from autoencode.training.planning import check_not_behind, describe_changes, planned_steps
from autoencode.training.time_budget import TimeBudget, estimate_steps
from autoencode.training.trainer import Trainer
from autoencode.training.training_files import MakeFolder, TrainingFiles

_MOST_FIRST_EXAMPLES, _MOST_COPIES = 2_000, 7
"""Examples that initial weights are set from; changed copies of each."""


def prepare(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings,
    folder: RunFolder | MakeFolder | None,
    before: Plan | None,
    shards: int,
    reporter: Reporter,
    processes: Processes,
) -> Trainer:
    """Checks, moves the model to its device, compiles, plans, and reads the checkpoint of a run that is resumed.

    Nothing is written.

    Args:
        model: the model to train.
        objective: computes its loss.
        data: whose training and validation parts are used.
        settings: of the training.
        folder: the run folder, or what makes one; not used here but to read the checkpoint of a run that is resumed.
        before: the plan of a run that is resumed: what it decided stays.
        shards: into how many parts a batch is divided among processes; 1 where it is not divided.
        reporter: receives notes on what takes time or is not as wished.
        processes: that share the training.

    Raises:
        ArgumentError: parts of a batch do not add up to the whole, or there are more processes than shards.
        RunError: the processes do not have the same data, options or version.
    """
    check_training(model, objective, data, settings)
    resumed = folder if isinstance(folder, RunFolder) and folder.checkpoint_file.is_file() else None
    checkpoint = Checkpoint.read(resumed.checkpoint_file) if resumed else None
    device = resolve_device(settings.device)
    precision = before.precision if before else resolve_precision(settings.precision, device, model)
    if is_emulated(precision, device):
        reporter.warn("this processor only emulates bfloat16: --precision float32 would be faster")
    augmentation = _augmentation(settings, data, before, reporter)
    if checkpoint is None:
        _initialise(model, data.train, augmentation, settings.seed)
    _move(model, device)
    batches, validation = _batches(data, settings, augmentation, device)
    kernels = _build_kernels(model, precision, device, reporter)

    train_step = TrainStep(model, objective, precision)
    state = checkpoint.state if checkpoint else TrainerState()
    history = _history(resumed, state)
    max_steps = planned_steps(settings, batches.steps_per_epoch, history)
    check_not_behind(settings, max_steps, state.step, history.epoch_at(state.step, batches.steps_per_epoch))
    budget_steps = processes.of_first(_budget_steps(train_step, batches, validation, settings, before, state))
    total_steps = min(steps for steps in (max_steps, budget_steps) if steps is not None)
    learner = make_learner(model, objective, settings)
    eager = EagerStep(train_step, learner.optimizer, learner.auxiliary, batches, settings.grad_clip)
    if shards > 1:
        executor: StepExecutor = ShardedStep(eager, settings.seed, shards, processes)
    else:
        executor = choose_executor(eager, settings, total_steps, reporter)
    plan = Plan(
        device=str(device),
        hardware=describe_device(str(device)),
        threads=torch.get_num_threads(),
        precision=precision,
        kernels=kernels,
        compiled=executor.is_compiled,
        grad_shards=shards,
        augment=str(augmentation),
        max_steps=max_steps,
        total_steps=total_steps,
        minutes=settings.minutes,
        budget_steps=budget_steps,
    )
    if before and state.step and (changes := describe_changes(before, plan)):
        reporter.warn(changes)
    trainer = Trainer(
        learner=learner,
        executor=executor,
        batches=batches,
        validation=validation,
        settings=settings,
        plan=plan,
        files=TrainingFiles(folder if processes.is_first else None, settings.checkpoint_seconds),
        reporter=reporter,
        budget=_time_budget(plan, batches.steps_per_epoch),
        processes=processes,
    )
    if resumed and checkpoint:
        _restore(trainer, checkpoint, resumed)
    if processes.count > 1:
        processes.check_same(_facts(trainer, data))
    return trainer


def _facts(trainer: Trainer, data: Dataset) -> dict[str, str]:
    """What all processes of a training must have alike."""
    weights = [p.detach().cpu().contiguous().numpy().tobytes() for p in trainer.learner.model.parameters()]
    return {
        "version": __version__,
        "data": data.fingerprint,
        "settings": trainer.settings.model_dump_json(),
        "plan": trainer.plan.model_dump_json(),
        "step": str(trainer.state.step),
        "weights": hashlib.sha256(b"".join(weights)).hexdigest(),
    }


def _move(model: Autoencoder, device: torch.device) -> None:
    model.to(device).train()
    model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]  # changes 4-dimensional weights only


def _augmentation(settings: Settings, data: Dataset, before: Plan | None, reporter: Reporter) -> Augmentation:
    """How pictures change at random: as the settings or the plan of a resumed run say, or what suits the data."""
    if settings.augment != AUTO:
        return Augmentation.parse(settings.augment)
    if before:
        return Augmentation.parse(before.augment)
    context = data.train.context
    same_size = context is None or context.dtype == torch.int64 or context.shape[2:] == data.data_shape[1:]
    modality = data.modality
    if not ((modality.can_augment or modality.can_shift) and same_size):
        return Augmentation()
    chosen = choose_augmentation(data.train, mirrored=modality.can_augment, stretched=not modality.can_augment)
    reporter.note(f"augmentation that suits these {modality.noun}: {chosen} (--augment to choose)")
    return chosen


def _initialise(model: Autoencoder, train: Subset, augmentation: Augmentation, seed: int) -> None:
    """Lets a model set its initial weights from training examples, if it does so."""
    if model.initialise is not None:
        some = train.subsample(_MOST_FIRST_EXAMPLES).inputs()
        with seeded_rng(seed):
            model.initialise(model, some, partial(_with_copies, augmentation))


def _with_copies(augmentation: Augmentation, examples: Tensor) -> Tensor:
    """Examples, and changed copies of them where they are few."""
    copies = min(_MOST_COPIES, _MOST_FIRST_EXAMPLES // len(examples)) if augmentation else 0
    return torch.cat([examples, *(augmentation(Batch(examples, examples)).x for _ in range(copies))])


def _batches(
    data: Dataset, settings: Settings, augmentation: Augmentation, device: torch.device
) -> tuple[Batches, Subset]:
    """The batches of the training part, and the validation part; both on the device where it has room for them."""
    data = replace(data, train=cache_on_gpu(data.train, device), validation=cache_on_gpu(data.validation, device))
    batches = Batches(
        data.train, settings.batch_size, seed=settings.seed, transform=augmentation or None, device=device
    )
    return batches, data.validation


def _build_kernels(model: Autoencoder, precision: str, device: torch.device, reporter: Reporter) -> bool:
    """Whether this library's kernels compute some of the layers; compiles them, before steps are timed."""
    if device.type != "cpu" or not any(supports_custom_kernel(layer, precision) for layer in model.modules()):
        return False
    if not kernels_are_built():
        reporter.note("compiling layers for this processor, once, which takes some seconds")
    if problem := why_no_kernels():
        reporter.warn(problem)
    return any(has_custom_kernel(layer, precision) for layer in model.modules())


def _budget_steps(
    train_step: TrainStep,
    batches: Batches,
    validation: Subset,
    settings: Settings,
    before: Plan | None,
    state: TrainerState,
) -> int | None:
    """How many steps fit into the minutes, those made before a resume included; an earlier estimate is kept."""
    if settings.minutes is None:
        return None
    if before and before.minutes == settings.minutes and before.budget_steps:
        return before.budget_steps
    left = settings.minutes - state.seconds / 60
    more = estimate_steps(left, train_step, batches, validation, settings.optimizer) if left > 0 else 0
    return max(1, state.step + more)


def _time_budget(plan: Plan, steps_per_epoch: int) -> TimeBudget | None:
    if plan.minutes is None or plan.budget_steps is None:
        return None
    return TimeBudget(plan.minutes, plan.budget_steps, steps_per_epoch)


def _history(folder: RunFolder | None, state: TrainerState) -> History:
    """The epochs before a resume; those that were written after its checkpoint will be trained again."""
    return History([epoch for epoch in folder.metrics() if epoch.step <= state.step] if folder else [])


def _is_new_objective(folder: RunFolder, history: History) -> bool:
    """Whether no epoch was validated since the recipe's arguments changed: earlier losses cannot be compared."""
    changed = [change.step for change in folder.record.changes if change.arguments]
    return bool(changed and history.epochs and history.epochs[-1].step <= changed[-1])


def _restore(trainer: Trainer, checkpoint: Checkpoint, folder: RunFolder) -> None:
    """Returns to the checkpoint; epochs that were written after it are forgotten, and will be trained again."""
    checkpoint.restore(trainer.learner)
    trainer.state = checkpoint.state
    trainer.history = _history(folder, checkpoint.state)
    if _is_new_objective(folder, trainer.history):
        trainer.state.forget_best()
    if trainer.settings.patience and trainer.state.epochs_since_best >= trainer.settings.patience:
        trainer.state.epochs_since_best = 0  # a resumed run that had stopped early would stop again after one epoch
    if trainer.epoch_is_missing:
        raise RunError(
            f"{folder.path} has a checkpoint after step {trainer.state.step:,}, and no line about the epoch that ended "
            "there in metrics.jsonl: copy the run folder again"
        )
    if trainer.history.best:
        trainer.files.best_weights, _ = load_tensors(folder.model_file)
