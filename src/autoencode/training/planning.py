"""How many threads and steps a training takes."""

import torch

from autoencode.runs.plan import Plan
from autoencode.runtime.device import resolve_device
from autoencode.runtime.reporter import Reporter
from autoencode.runtime.threads import choose_threads
from autoencode.settings import Settings


def plan_threads(settings: Settings, before: Plan | None, reporter: Reporter) -> int:
    """The number of threads: what the settings say, or as many as this run had before, or what is fastest now.

    Args:
        settings: of the training.
        before: the plan of a run that is resumed: other numbers of threads round differently.
        reporter: receives a note where not all threads are used.
    """
    most = torch.get_num_threads()
    if resolve_device(settings.device).type != "cpu":
        return most
    kept = before.threads if before and before.threads <= most else None
    count = choose_threads(settings.threads or kept)
    if settings.threads is None and count < most:
        why = "as this run did before" if kept else "other programs keep cores busy"
        reporter.note(f"computing on {count} of {most} threads: {why} (--threads {most} for all)")
    return count


def planned_steps(settings: Settings, steps_per_epoch: int) -> int:
    """The number of training steps that the settings ask for, minutes aside.

    Without `steps` they are whole epochs: `epochs`, or more where that would be fewer than `min_steps`.
    """
    if settings.steps:
        return settings.steps
    return max(settings.epochs, -(-settings.min_steps // steps_per_epoch)) * steps_per_epoch
