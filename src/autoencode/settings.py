"""How a model is trained: everything that is not part of the model."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from autoencode.errors import ArgumentError

_MANY = 2**40
"""More epochs or steps than anyone makes."""


class Settings(BaseModel):
    """The settings of a training; each is an option of `autoencode train`.

    A recipe has its own defaults, which `--help` shows. At least one of `epochs`, `steps` and `minutes` limits the
    training.

    Raises:
        ArgumentError: a value outside its range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    epochs: int | None = Field(30, ge=1, le=_MANY, description="passes through the training data")
    min_steps: int = Field(
        0,
        ge=0,
        le=_MANY,
        description="make at least this many training steps, by more epochs for small data; not used with --epochs",
    )
    max_steps: int | None = Field(
        None,
        ge=1,
        le=_MANY,
        description="make at most this many training steps, by fewer epochs for large data; not used with --epochs "
        "or --minutes",
    )
    steps: int | None = Field(None, ge=1, le=_MANY, description="training steps in all; replaces --epochs")
    minutes: float | None = Field(
        None,
        gt=0,
        description="train for about this many minutes at most, estimated by timing steps; "
        "with --resume, this many more",
    )
    batch_size: int = Field(128, ge=1, le=_MANY, description="examples per training step")
    augment: str = Field(
        "none",
        max_length=100,
        description="how pictures change at random: mirror, flip, rotate (eight positions), shift:N (up to N"
        " pixels), separated by commas; auto: what suits the data; or none",
    )
    optimizer: str = Field("adam", description="optimizer; see: autoencode list optimizers")
    learning_rate: float | None = Field(
        None, gt=0, description="highest learning rate; by default the one of the optimizer"
    )
    schedule: str = Field("constant", description="schedule of the learning rate; see: autoencode list schedules")
    grad_clip: float | None = Field(None, gt=0, description="largest norm of the gradient; larger ones are scaled down")
    ema_decay: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="decay of the moving average of the weights, such as 0.999; the averaged weights are kept; "
        "0: no average",
    )
    patience: int | None = Field(
        None, ge=1, le=_MANY, description="stop after this many epochs without a better validation loss"
    )
    min_delta: float = Field(
        0.0, ge=0, description="decrease of the validation loss, in nats, from which --patience counts it as better"
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="precision of the networks; auto: bfloat16 for models without a prior on processors and GPUs that "
        "are fast at it",
    )
    compile: Literal["auto", "always", "never"] = Field(
        "auto",
        description="compile the training step by the C++ compiler, or record it on an NVIDIA GPU (experimental: never "
        "run on a GPU by us); auto: compile it on the processor if there are 8,000 steps or more and this library's "
        "kernels compute its convolutions",
    )
    device: str = Field("auto", description="where to compute: cpu, cuda, cuda:1, …; auto: on a GPU if there is one")
    threads: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="threads of the processor; by default one per core, or fewer if other programs keep cores busy",
    )
    seed: int = Field(
        0,
        ge=0,
        lt=2**31,
        description="seed of weights, batches and noise; the same seed and number of threads give the same result",
    )
    grad_shards: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="parts of each batch whose gradients are computed apart and added in their order: the same weights "
        "for any number of processes; by default as many as processes at the start",
    )
    checkpoint_seconds: float = Field(
        30.0, gt=0, description="longest time between checkpoints: what is lost if the process is killed"
    )

    def __init__(self, /, **values: Any) -> None:  # a stranger's file may hold a value named self
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ArgumentError(_message(error)) from None

    @model_validator(mode="after")
    def _is_limited(self) -> "Settings":
        if self.epochs is None and self.steps is None and self.minutes is None:
            raise ValueError("give epochs, steps or minutes: without one of them training would never end")
        return self

    def replace(self, **changes: Any) -> "Settings":
        """The same settings with these values in place of their own.

        Raises:
            ArgumentError: a value outside its range.
        """
        return Settings(**{**self.model_dump(), **changes})


def _message(error: ValidationError) -> str:
    problem = error.errors()[0]
    text = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return text
    flag = "--" + str(problem["loc"][0]).replace("_", "-")
    return f"{flag} {problem['input']}: {text[0].lower()}{text[1:]}"
