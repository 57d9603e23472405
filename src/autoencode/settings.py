"""How a model is trained: the numbers that are no part of the model."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autoencode.errors import ArgumentError


class Settings(BaseModel):
    """The settings of a training, each an option of `autoencode train`.

    A recipe has its own defaults; `--help` shows them.

    Raises:
        ArgumentError: a value outside its range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(30, ge=1, description="passes through the training data")
    min_steps: int = Field(
        0, ge=0, description="more epochs for small data, to make at least so many steps; not where --epochs is given"
    )
    steps: int | None = Field(None, ge=1, description="training steps in all, in place of epochs")
    minutes: float | None = Field(
        None, gt=0, description="shorten the training to about so many minutes, by timing its steps"
    )
    batch_size: int = Field(128, ge=1, description="examples in a step")
    augment: float = Field(0.0, ge=0, le=1, description="share of the pictures that are turned and mirrored by chance")
    optimizer: str = Field("adam", description="see: autoencode list optimizers")
    learning_rate: float | None = Field(None, gt=0, description="the highest one; by default the optimizer's own")
    schedule: str = Field("constant", description="see: autoencode list schedules")
    grad_clip: float | None = Field(
        None, gt=0, description="the largest norm of the gradient; larger ones are scaled down"
    )
    ema_decay: float = Field(
        0.0, ge=0, lt=1, description="decay of the running average of the weights that is kept (0.999, say); 0: none"
    )
    patience: int | None = Field(None, ge=1, description="stop after so many epochs without a better validation loss")
    min_delta: float = Field(0.0, ge=0, description="how much better, in nats, counts as better for patience")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="arithmetic of the networks; auto: bfloat16 for models without a prior, "
        "where the processor is fast at it",
    )
    compile: Literal["auto", "always", "never"] = Field(
        "auto",
        description="make one program of a training step, by the C++ compiler, or by recording it on an NVIDIA GPU; "
        "auto: where the training is long (8,000 steps), its convolutions are this library's own, and the processor "
        "computes",
    )
    device: str = Field("auto", description="where to compute: cpu, cuda, cuda:1 …; auto: a GPU where there is one")
    threads: int | None = Field(
        None, ge=1, description="of the processor; by default one a core, or fewer where other work keeps cores busy"
    )
    seed: int = Field(
        0,
        ge=0,
        lt=2**31,
        description="of weights, batches and noise; the same seed gives the same run, on as many threads",
    )
    checkpoint_seconds: float = Field(30.0, gt=0, description="at most so much work is lost when the process is killed")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ArgumentError(_message(error)) from None

    def replace(self, **changes: Any) -> "Settings":
        """The same settings with these values in place of theirs."""
        return Settings(**{**self.model_dump(), **changes})


def _message(error: ValidationError) -> str:
    problem = error.errors()[0]
    field = str(problem["loc"][0])
    flag = "--" + field.replace("_", "-")
    return f"{flag} {problem['input']}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
