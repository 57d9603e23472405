"""Chooses how training steps are made."""

from collections.abc import Callable

from autoencode.errors import CapabilityError
from autoencode.settings import Settings
from autoencode.training.execution.compiled_step import CompiledStep, is_worth_compiling
from autoencode.training.execution.step_executor import EagerStep, StepExecutor


def choose_executor(eager: EagerStep, settings: Settings, steps: int, note: Callable[[str], None]) -> StepExecutor:
    """The compiled step where the settings ask for it, or where it saves time; otherwise the eager one.

    Args:
        eager: the step, eagerly.
        settings: `compile` says what is wanted; "auto" does not compile where `minutes` limit the training.
        steps: the planned number of steps.
        note: receives a line when compiling begins or fails.

    Raises:
        CapabilityError: compiling is always wanted, and this step cannot be compiled.
    """
    wanted, device = settings.compile, eager.batches.device
    if wanted == "never":
        return eager
    if wanted == "auto" and (settings.minutes or not is_worth_compiling(eager.train_step, steps, device)):
        return eager
    note(
        "recording the training step"
        if device.type == "cuda"
        else "compiling the training step, which can take a minute"
    )
    try:
        return CompiledStep(eager, settings.seed, steps)
    except CapabilityError as error:
        if wanted == "always":
            raise CapabilityError(f"{error}; leave --compile out") from error
        note(f"{error}; training continues without compiling")
        return eager
