"""The training loop."""

import time
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch.optim import Optimizer

from autoencode.data import Batches, Dataset, in_order, turned
from autoencode.errors import ArgumentError, CapabilityError, DataError, ShapeError
from autoencode.hardware import describe
from autoencode.kernels import are_built, lack_a_compiler
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.settings import Settings
from autoencode.training.averaging import WeightAverage
from autoencode.training.budget import TimeBudget, steps_in
from autoencode.training.checkpoint import load_checkpoint
from autoencode.training.compiled import CompiledStep, is_worth_compiling
from autoencode.training.history import Epoch, History, Status
from autoencode.training.interrupt import Interruption, listening
from autoencode.training.layers import is_ours, may_be_ours
from autoencode.training.optimizers import optimizers
from autoencode.training.players import Players
from autoencode.training.precision import is_slow_here, resolve_device, resolve_precision
from autoencode.training.processor import prepare_processor
from autoencode.training.resident import resident
from autoencode.training.run_folder import RunFolder
from autoencode.training.schedules import schedules
from autoencode.training.seeding import own_noise
from autoencode.training.step import TrainStep
from autoencode.training.threads import choose_threads, on_threads
from autoencode.training.under_way import Training
from autoencode.training.watch import Watch
from autoencode.training.weights import load_tensors


def fit(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings | None = None,
    *,
    folder: RunFolder | None = None,
    watch: Watch | None = None,
) -> History:
    """Trains a model, and leaves it with the weights that were best on the validation part.

    The same seed, data and settings give the same weights to the bit on the same processor. With a folder, a killed
    training loses at most the steps since its last checkpoint: call `fit` again in the same way, and it goes on exactly
    where it was. Ctrl-C ends the step, saves, and returns with `history.status` "interrupted".

    Where players judge the model, losses of different epochs cannot be compared, and the last weights are kept.

    Args:
        model: trained in place.
        objective: what is minimised, in nats for each example.
        data: its training part is learned from, its validation part decides which weights are kept; the test part is
            never touched.
        settings: how; `Settings()` by default.
        folder: where checkpoints, weights and metrics go; nothing is written without one.
        watch: who is told of the progress.

    Returns:
        The epochs' numbers and how the training ended.

    Raises:
        CapabilityError: compiling was asked for, and this step cannot be compiled.
        DataError: the likelihood cannot hold the data.
        DivergenceError: a term became NaN or infinite.
        StorageError: the disk is full.
    """
    settings, watch = settings or Settings(), watch or Watch()
    with on_threads(_threads(settings, folder, watch)):
        training = _prepare(model, objective, data, settings, folder, watch)
        watch.begin(training.progress.step, training.last_step, training.batches.steps_per_epoch)
        with own_noise(training.batches.device), listening() as interruption:
            _train(training, interruption)
        training.close()
    watch.end(training.history)
    return training.history


def _train(training: Training, interruption: Interruption) -> None:
    progress, history = training.progress, training.history
    while history.status is Status.RUNNING:
        if progress.step >= training.last_step:
            history.status = Status.COMPLETE
        elif interruption.asked:
            history.status = Status.INTERRUPTED
            training.interrupt()
        else:
            training.step()
            if training.epoch_is_over:
                training.finish_epoch()


def _threads(settings: Settings, folder: RunFolder | None, watch: Watch) -> int:
    """As many as a run had before, so that it goes on to the bit; else what is fastest now."""
    most = torch.get_num_threads()
    if resolve_device(settings.device).type != "cpu":
        return most
    kept = folder.facts.get("decided", {}).get("threads", most + 1) if folder else most + 1
    count = choose_threads(settings.threads or (kept if kept <= most else None))
    if settings.threads is None and count < most:
        why = "as this run did before" if kept <= most else "other work kept cores busy"
        watch.note(f"computing on {count} of {most} threads: {why} (--threads {most} for all)")
    return count


def _prepare(
    model: Autoencoder, objective: Objective, data: Dataset, settings: Settings, folder: RunFolder | None, watch: Watch
) -> Training:
    began = time.monotonic()
    prepare_processor()
    check_settings(settings, data)
    check_data(model, data)
    device = resolve_device(settings.device)
    model.to(device).train()
    model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]  # only touches images' weights
    transform = partial(turned, share=settings.turned) if settings.turned else None
    data = replace(data, train=resident(data.train, device), validation=resident(data.validation, device))
    batches = Batches(data.train, settings.batch_size, seed=settings.seed, transform=transform, device=device)
    kernels = _make_kernels(model, resolve_precision(settings.precision, device, model), device, watch)
    decided = _decide(model, objective, data, settings, batches, folder)
    if is_slow_here(decided["precision"], device):
        watch.note("this processor does not multiply bfloat16: --precision float32 would be faster")
    train_step = TrainStep(model, objective, decided["precision"])
    optimizer = _optimizer(model, settings)
    compiled = _compiled(train_step, optimizer, batches, settings, decided["last_step"], watch)
    if folder:
        folder.update(decided={**folder.facts["decided"], "kernels": kernels, "compiled": compiled is not None})
    training = Training(
        model=model,
        train_step=train_step,
        optimizer=optimizer,
        players=Players(objective, device),
        average=WeightAverage(model, settings.average),
        batches=batches,
        validation=data.validation,
        settings=settings,
        most_steps=decided["most_steps"],
        last_step=decided["last_step"],
        compiled=compiled,
        budget=TimeBudget(settings.minutes, decided["steps_in_minutes"], batches.steps_per_epoch)
        if settings.minutes
        else None,
        folder=folder,
        watch=watch,
    )
    if folder and folder.checkpoint_file.is_file():
        _restore(training, folder)
    training.progress.seconds += time.monotonic() - began
    return training


def _make_kernels(model: Autoencoder, precision: str, device: torch.device, watch: Watch) -> bool:
    """Whether some of the layers are ours; they are compiled here, before they are timed, and a note says so."""
    if device.type != "cpu" or not any(may_be_ours(layer, precision) for layer in model.modules()):
        return False
    if not are_built():
        watch.note("compiling layers for this processor, once, which takes some seconds")
    if lack_a_compiler():
        watch.note("a C++ compiler, such as g++, would make this training faster")
    return any(is_ours(layer, precision) for layer in model.modules())


def _compiled(
    train_step: TrainStep, optimizer: Optimizer, batches: Batches, settings: Settings, steps: int, watch: Watch
) -> CompiledStep | None:
    wanted = settings.compile
    if wanted == "auto" and (settings.minutes or not is_worth_compiling(train_step, steps, batches.device)):
        return None
    if wanted == "never":
        return None
    on_gpu = batches.device.type == "cuda"
    watch.note("recording the training step" if on_gpu else "compiling the training step, which can take a minute")
    try:
        return CompiledStep(train_step, optimizer, batches, settings.seed, settings.clip, steps)
    except CapabilityError as error:
        if wanted == "always":
            raise CapabilityError(f"{error}: leave --compile out") from error
        watch.note(f"{error}; training goes on without")
        return None


def _decide(
    model: Autoencoder,
    objective: Objective,
    data: Dataset,
    settings: Settings,
    batches: Batches,
    folder: RunFolder | None,
) -> dict[str, Any]:
    """What depends on this machine: decided once, and kept with the run so that a resumed one decides the same."""
    kept = folder.facts.get("decided", {}) if folder else {}
    precision = kept.get("precision") or resolve_precision(settings.precision, batches.device, model)
    steps = settings.steps or planned_steps(settings, batches.steps_per_epoch)
    decided = {"precision": precision, "most_steps": steps, "last_step": steps}
    if settings.minutes is not None:
        known = kept["steps_in_minutes"] if kept.get("minutes") == settings.minutes else None
        fits = known or steps_in(
            settings.minutes, model, objective, batches, data.validation, settings.optimizer, precision
        )
        decided |= {"minutes": settings.minutes, "steps_in_minutes": fits, "last_step": min(steps, fits)}
    device = str(batches.device)
    machine = {"device": device, "threads": torch.get_num_threads(), "hardware": describe(device)}
    decided = {**kept, **machine, **decided}
    if folder:
        folder.update(decided=decided, status=str(Status.RUNNING))
    return decided


def planned_steps(settings: Settings, steps_per_epoch: int) -> int:
    """The steps of whole epochs: as many epochs as are set, or more where that would be fewer than `least_steps`."""
    return max(settings.epochs, -(-settings.least_steps // steps_per_epoch)) * steps_per_epoch


def _optimizer(model: Autoencoder, settings: Settings) -> Optimizer:
    rate = {} if settings.learning_rate is None else {"learning_rate": settings.learning_rate}
    optimizer = optimizers[settings.optimizer](model, **rate)
    for group in optimizer.param_groups:
        group["highest_lr"] = group["lr"]
    return optimizer


def _restore(training: Training, folder: RunFolder) -> None:
    """Goes back to the last checkpoint; what was written after it is forgotten, and will be made again."""
    progress = load_checkpoint(
        folder.checkpoint_file, training.model, training.optimizer, training.players, training.average
    )
    training.resume(progress, [Epoch(**line) for line in folder.metrics() if line["step"] <= progress.step])
    if training.history.best:
        training.best_weights, _ = load_tensors(folder.model_file)


def check_settings(settings: Settings, data: Dataset) -> None:
    """Raises unless the optimizer, the schedule and the device are there, and what shall be turned can be.

    Raises:
        UnknownNameError: no such optimizer or schedule.
        ArgumentError: no such device; vectors to be turned, or context that would not turn with its picture.
    """
    _ = optimizers[settings.optimizer], schedules[settings.schedule], resolve_device(settings.device)
    told = data.train.context
    if settings.turned and (len(data.data_shape) != 3 or (told is not None and told.shape[2:] != data.data_shape[1:])):
        raise ArgumentError(
            f"--turned is for pictures that are told no more than a class or others of their size, not for {data.name}"
        )


def check_objective(objective: Objective, data: Dataset) -> None:
    """Raises unless the objective can make of an example what the model is to be shown.

    Raises:
        DataError: a watermark's file that cannot be read.
        ShapeError: a corruption of pictures, and the examples are vectors.
    """
    with own_noise(torch.device("cpu")):
        objective.prepare(next(in_order(data.train[:1], 1)))


def check_data(model: Autoencoder, data: Dataset) -> None:
    """Raises unless the model takes the data and its likelihood can hold all of it.

    Raises:
        ShapeError: examples of another shape than the model's.
        DataError: values outside the likelihood's support, or no context for a model that must be told one.
    """
    if data.data_shape != model.data_shape:
        raise ShapeError(f"the model takes examples of shape {model.data_shape}, and {data.name} has {data.data_shape}")
    if model.is_conditional and data.train.context_of([0]) is None:
        raise DataError(
            f"the model must be told a class or another context of each example, and {data.name} has none: put the "
            "pictures of each class into a folder of their own, or choose another recipe"
        )
    for part in (data.train, data.validation, data.test):
        for start in range(0, len(part), 10_000):
            rows = slice(start, start + 10_000)
            targets = part.targets(rows)
            model.likelihood.check(part.units(rows) if targets is None else targets)
