"""Chooses how training steps are made."""

from autoencode.errors import CapabilityError
from autoencode.runtime.reporter import Reporter
from autoencode.settings import Settings
from autoencode.training.execution.compiled_step import CompiledStep, is_worth_compiling
from autoencode.training.execution.step_executor import EagerStep, StepExecutor


def choose_executor(eager: EagerStep, settings: Settings, steps: int, reporter: Reporter) -> StepExecutor:
    """The compiled step where the settings ask for it, or where it saves time; otherwise the eager one.

    Args:
        eager: the step, eagerly.
        settings: `compile` says what is wanted; "auto" does not compile where `minutes` limit the training.
        steps: the planned number of steps.
        reporter: receives a note when compiling begins, and a warning when it fails.

    Raises:
        CapabilityError: compiling is always wanted, and this step cannot be compiled.
    """
    wanted, device = settings.compile, eager.batches.device
    if wanted == "never":
        return eager
    if wanted == "auto" and (settings.minutes or not is_worth_compiling(eager.train_step, steps, device)):
        return eager
    reporter.note(
        "recording the training step (experimental: never run on a GPU by us)"
        if device.type == "cuda"
        else "compiling the training step, which can take a minute"
    )
    try:
        return CompiledStep(eager, settings.seed, steps)
    except CapabilityError as error:
        if wanted == "always":
            raise CapabilityError(f"{error}; leave --compile out") from error
        reporter.warn(f"{error}; training continues without compiling")
        return eager
