"""How many threads and steps a training takes."""

import math
import os

import torch

from autoencode.errors import ArgumentError
from autoencode.runs.plan import Plan
from autoencode.runtime.device import resolve_device
from autoencode.runtime.reporter import Reporter
from autoencode.runtime.threads import choose_threads
from autoencode.settings import Settings
from autoencode.training.history import History, format_steps

_ROUNDING_OF_EPOCHS = 1e-6
_ROUNDING = {
    "hardware": "hardware",
    "device": "device",
    "threads": "threads",
    "kernels": "this library's kernels",
    "compiled": "compiled steps",
}
"""What decides the rounding besides the precision, which a resumed run keeps."""


def plan_shards(settings: Settings, before: Plan | None, processes: int) -> int:
    """Into how many parts a batch is divided: as this run has it, or the settings, or as many as there are processes.

    Args:
        settings: of the training.
        before: the plan of a run that is resumed, whose weights depend on it.
        processes: that share the training.
    """
    return before.grad_shards if before else settings.grad_shards or processes


def plan_threads(settings: Settings, before: Plan | None, shards: int, reporter: Reporter) -> int:
    """The number of threads: what the settings say, or as many as this run had before, or what is fastest now.

    Args:
        settings: of the training.
        before: the plan of a run that is resumed: other numbers of threads round differently.
        shards: into how many parts a batch is divided; each then has its share of the threads, however many processes
            compute them.
        reporter: receives a note where not all threads are used.
    """
    most = torch.get_num_threads()
    if resolve_device(settings.device).type != "cpu":
        return most
    if shards > 1 and settings.threads is None:
        return before.threads if before else max(1, (os.cpu_count() or 1) // shards)
    kept = before.threads if before and before.threads <= most else None
    count = choose_threads(settings.threads or kept)
    if settings.threads is None and count < most:
        why = "as this run did before" if kept else "other programs keep cores busy"
        reporter.note(f"computing on {count} of {most} threads: {why} (--threads {most} for all)")
    return count


def planned_steps(settings: Settings, steps_per_epoch: int, made: History | None = None) -> int | None:
    """The number of training steps that the settings ask for, minutes aside; None where only minutes limit them.

    Without `steps` they are whole epochs: `epochs`, or more where that would be fewer than `min_steps`; and of these no
    more than `max_steps`.

    Args:
        settings: of the training.
        steps_per_epoch: training steps in a pass through the data.
        made: the epochs before a resume, some of which may have had batches of another size.
    """
    if settings.steps is not None or settings.epochs is None:
        return settings.steps
    planned = _planned_epochs(settings, steps_per_epoch, made)
    return planned if settings.max_steps is None else min(planned, settings.max_steps)


def _planned_epochs(settings: Settings, steps_per_epoch: int, made: History | None) -> int:
    """The steps of `epochs`, which must not be None, and of as many as `min_steps` need."""
    epochs = settings.epochs or 0
    last = made.epochs[-1] if made and made.epochs else None
    if made and last and made.epoch_at(last.step, steps_per_epoch) != last.step / steps_per_epoch:
        rest = math.ceil((epochs - last.epoch) * steps_per_epoch - _ROUNDING_OF_EPOCHS)
        return max(last.step + rest, settings.min_steps)
    return max(epochs, -(-settings.min_steps // steps_per_epoch)) * steps_per_epoch


def check_not_behind(settings: Settings, max_steps: int | None, made: int, epochs: float) -> None:
    """Raises where a resumed training is to end before the step it has reached.

    Args:
        settings: of the training.
        max_steps: that they ask for.
        made: steps made before.
        epochs: passes through the data made before.

    Raises:
        ArgumentError: more steps were made.
    """
    if max_steps is not None and made > max_steps:
        asked = f"--steps {settings.steps}" if settings.steps else f"--epochs {settings.epochs}"
        raise ArgumentError(f"{asked} is less than the {format_steps(made, epochs)} that this run has made: give more")


def describe_changes(before: Plan, now: Plan) -> str | None:
    """One line on what makes a resumed training round differently from before; None where nothing does.

    Args:
        before: the plan of the run.
        now: what was decided at the resume.
    """
    changes = [
        f"{name} {_shown(getattr(before, field))} before and {_shown(getattr(now, field))} now"
        for field, name in _ROUNDING.items()
        if getattr(before, field) != getattr(now, field)
    ]
    if not changes:
        return None
    return f"the last digits will differ from those of an uninterrupted training: {', '.join(changes)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
