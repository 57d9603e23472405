"""The training loop."""

import time
from dataclasses import replace
from functools import partial

import torch
from torch.optim import Optimizer

from autoencode.data import Batches, Dataset, augment, sequential_batches
from autoencode.errors import ArgumentError, DataError, ShapeError
from autoencode.kernels import kernels_are_built, lacks_compiler
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runs.folder import RunFolder
from autoencode.runs.plan import Plan
from autoencode.runs.record import Status
from autoencode.runs.tensor_file import load_tensors
from autoencode.runtime.cancellation import CancelToken, cancel_on_interrupt
from autoencode.runtime.cpu_tuning import configure_cpu
from autoencode.runtime.device import resolve_device
from autoencode.runtime.hardware import describe_device
from autoencode.runtime.seeding import preserved_rng
from autoencode.runtime.threads import choose_threads, use_threads
from autoencode.settings import Settings
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.callback import Callback
from autoencode.training.checkpoint import load_checkpoint
from autoencode.training.ema import ExponentialMovingAverage
from autoencode.training.execution.choose_executor import choose_executor
from autoencode.training.execution.custom_kernels import has_custom_kernel, supports_custom_kernel
from autoencode.training.execution.gpu_cache import cache_on_gpu
from autoencode.training.execution.precision import is_emulated, resolve_precision
from autoencode.training.execution.step_executor import EagerStep
from autoencode.training.execution.train_step import TrainStep
from autoencode.training.history import History
from autoencode.training.lr_schedules import lr_schedules
from autoencode.training.optimizers import optimizers
from autoencode.training.time_budget import TimeBudget, estimate_steps
from autoencode.training.trainer import Trainer


def fit(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings | None = None,
    *,
    folder: RunFolder | None = None,
    callback: Callback | None = None,
) -> History:
    """Trains a model, and leaves it with the weights that were best on the validation part.

    The same seed, data and settings give the same weights to the bit on the same processor. With a folder, a killed
    training loses at most the steps since its last checkpoint: call `fit` again in the same way, and it goes on exactly
    where it was. Ctrl-C ends the step, saves, and returns with `history.status` "interrupted".

    Where adversaries judge the model, losses of different epochs cannot be compared, and the last weights are kept.

    Args:
        model: trained in place.
        objective: what is minimised, in nats for each example.
        data: its training part is learned from, its validation part decides which weights are kept; the test part is
            never touched.
        settings: how; `Settings()` by default.
        folder: where checkpoints, weights and metrics go; nothing is written without one.
        callback: who is told of the progress.

    Returns:
        The epochs' numbers and how the training ended.

    Raises:
        CapabilityError: compiling was asked for, and this step cannot be compiled.
        DataError: the likelihood cannot hold the data.
        DivergenceError: a term became NaN or infinite.
        StorageError: the disk is full.
    """
    settings, callback = settings or Settings(), callback or Callback()
    with use_threads(_choose_threads(settings, folder, callback)):
        trainer = _prepare(model, objective, data, settings, folder, callback)
        callback.on_train_start(trainer.state.step, trainer.plan.total_steps, trainer.batches.steps_per_epoch)
        with preserved_rng(trainer.batches.device), cancel_on_interrupt() as cancel_token:
            _train(trainer, cancel_token)
        trainer.close()
    callback.on_train_end(trainer.history)
    return trainer.history


def _train(trainer: Trainer, cancel_token: CancelToken) -> None:
    state, history = trainer.state, trainer.history
    while history.status is Status.RUNNING:
        if state.step >= trainer.plan.total_steps:
            history.status = Status.COMPLETE
        elif cancel_token.cancelled:
            history.status = Status.INTERRUPTED
            trainer.interrupt()
        else:
            trainer.step()
            if trainer.epoch_is_over:
                trainer.finish_epoch()


def _choose_threads(settings: Settings, folder: RunFolder | None, callback: Callback) -> int:
    """As many as a run had before, so that it goes on to the bit; else what is fastest now."""
    most = torch.get_num_threads()
    if resolve_device(settings.device).type != "cpu":
        return most
    before = _kept_plan(folder)
    kept = before.threads if before else most + 1
    count = choose_threads(settings.threads or (kept if kept <= most else None))
    if settings.threads is None and count < most:
        why = "as this run did before" if kept <= most else "other work kept cores busy"
        callback.on_message(f"computing on {count} of {most} threads: {why} (--threads {most} for all)")
    return count


def _prepare(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings,
    folder: RunFolder | None,
    callback: Callback,
) -> Trainer:
    began = time.monotonic()
    configure_cpu()
    check_settings(settings, data)
    check_data(model, data)
    device = resolve_device(settings.device)
    model.to(device).train()
    model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]  # only touches images' weights
    transform = partial(augment, p=settings.augment) if settings.augment else None
    data = replace(data, train=cache_on_gpu(data.train, device), validation=cache_on_gpu(data.validation, device))
    batches = Batches(data.train, settings.batch_size, seed=settings.seed, transform=transform, device=device)
    kernels = _build_kernels(model, resolve_precision(settings.precision, device, model), device, callback)
    plan = _make_plan(model, objective, data, settings, batches, kernels, folder)
    if is_emulated(plan.precision, device):
        callback.on_message("this processor does not multiply bfloat16: --precision float32 would be faster")
    train_step = TrainStep(model, objective, plan.precision)
    optimizer = _optimizer(model, settings)
    auxiliary = AuxiliaryNetworks(objective, device)
    eager = EagerStep(train_step, optimizer, auxiliary, batches, settings.grad_clip)
    executor = choose_executor(eager, settings, plan.total_steps, callback.on_message)
    plan = plan.replace(compiled=executor.is_compiled)
    if folder:
        folder.update(plan=plan, status=Status.RUNNING)
    trainer = Trainer(
        model=model,
        objective=objective,
        executor=executor,
        optimizer=optimizer,
        auxiliary=auxiliary,
        ema=ExponentialMovingAverage(model, settings.ema_decay),
        batches=batches,
        validation=data.validation,
        settings=settings,
        plan=plan,
        budget=TimeBudget(plan.minutes, plan.budget_steps, batches.steps_per_epoch)
        if plan.minutes and plan.budget_steps
        else None,
        folder=folder,
        callback=callback,
    )
    if folder and folder.checkpoint_file.is_file():
        _restore(trainer, folder)
    trainer.state.seconds += time.monotonic() - began
    return trainer


def _build_kernels(model: Autoencoder, precision: str, device: torch.device, callback: Callback) -> bool:
    """Whether some of the layers are ours; they are compiled here, before they are timed, and a note says so."""
    if device.type != "cpu" or not any(supports_custom_kernel(layer, precision) for layer in model.modules()):
        return False
    if not kernels_are_built():
        callback.on_message("compiling layers for this processor, once, which takes some seconds")
    if lacks_compiler():
        callback.on_message("a C++ compiler, such as g++, would make this training faster")
    return any(has_custom_kernel(layer, precision) for layer in model.modules())


def _kept_plan(folder: RunFolder | None) -> Plan | None:
    """The plan of a run that goes on; None for a new one."""
    return folder.record.plan if folder else None


def _make_plan(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings,
    batches: Batches,
    kernels: bool,
    folder: RunFolder | None,
) -> Plan:
    """What depends on this machine: decided once, and kept with the run so that a resumed one decides the same."""
    kept, device = _kept_plan(folder), str(batches.device)
    precision = kept.precision if kept else resolve_precision(settings.precision, batches.device, model)
    steps = total = settings.steps or planned_steps(settings, batches.steps_per_epoch)
    fits: int | None = None
    if settings.minutes is not None:
        known = kept.budget_steps if kept and kept.minutes == settings.minutes else None
        fits = known or estimate_steps(
            settings.minutes, model, objective, batches, data.validation, settings.optimizer, precision
        )
        total = min(steps, fits)
    return Plan.model_validate(
        {
            "device": device,
            "hardware": describe_device(device),
            "threads": torch.get_num_threads(),
            "precision": precision,
            "kernels": kernels,
            "max_steps": steps,
            "total_steps": total,
            "minutes": settings.minutes,
            "budget_steps": fits,
        }
    )


def planned_steps(settings: Settings, steps_per_epoch: int) -> int:
    """The steps of whole epochs: as many epochs as are set, or more where that would be fewer than `min_steps`."""
    return max(settings.epochs, -(-settings.min_steps // steps_per_epoch)) * steps_per_epoch


def _optimizer(model: Autoencoder, settings: Settings) -> Optimizer:
    rate = {} if settings.learning_rate is None else {"learning_rate": settings.learning_rate}
    optimizer = optimizers[settings.optimizer](model, **rate)
    for group in optimizer.param_groups:
        group["max_lr"] = group["lr"]
    return optimizer


def _restore(trainer: Trainer, folder: RunFolder) -> None:
    """Goes back to the last checkpoint; what was written after it is forgotten, and will be made again."""
    state = load_checkpoint(folder.checkpoint_file, trainer.model, trainer.optimizer, trainer.auxiliary, trainer.ema)
    trainer.resume(state, [epoch for epoch in folder.metrics() if epoch.step <= state.step])
    if trainer.history.best:
        trainer.best_weights, _ = load_tensors(folder.model_file)


def check_settings(settings: Settings, data: Dataset) -> None:
    """Raises unless the optimizer, the schedule and the device are there, and what shall be turned can be.

    Raises:
        UnknownNameError: no such optimizer or schedule.
        ArgumentError: no such device; vectors to be turned, or context that would not turn with its picture.
    """
    _ = optimizers[settings.optimizer], lr_schedules[settings.schedule], resolve_device(settings.device)
    told = data.train.context
    same_size = told is None or told.shape[2:] == data.data_shape[1:]
    if settings.augment and not (data.modality.can_augment and same_size):
        raise ArgumentError(
            f"--augment is for pictures that are told no more than a class or others of their size, not for {data.name}"
        )


def check_objective(objective: Objective, data: Dataset) -> None:
    """Raises unless the objective can make of an example what the model is to be shown.

    Raises:
        DataError: a watermark's file that cannot be read.
        ShapeError: a corruption of pictures, and the examples are vectors.
    """
    with preserved_rng(torch.device("cpu")):
        objective.prepare(next(sequential_batches(data.train[:1], 1)))


def check_data(model: Autoencoder, data: Dataset) -> None:
    """Raises unless the model takes the data and its likelihood can hold all of it.

    Raises:
        ShapeError: examples of another shape than the model's.
        DataError: values outside the likelihood's support, or no context for a model that must be told one.
    """
    if data.data_shape != model.data_shape:
        raise ShapeError(f"the model takes examples of shape {model.data_shape}, and {data.name} has {data.data_shape}")
    if model.is_conditional and data.train.conditioning([0]) is None:
        raise DataError(
            f"the model must be told a class or another context of each example, and {data.name} has none: put the "
            "pictures of each class into a folder of their own, or choose another recipe"
        )
    for part in (data.train, data.validation, data.test):
        for start in range(0, len(part), 10_000):
            rows = slice(start, start + 10_000)
            targets = part.targets(rows)
            model.likelihood.check(part.inputs(rows) if targets is None else targets)
