"""What a training decides at its start."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Precision = Literal["float32", "bfloat16"]


class Plan(BaseModel):
    """What a training decides once, at its start, from its settings and this machine; `plan` in run.json.

    A resumed training follows the plan of the run, so that it ends with the same weights to the bit.

    Args:
        device: what computes, such as "cpu" or "cuda:0".
        hardware: the name of the processor or GPU.
        threads: of the processor.
        precision: of the networks.
        kernels: whether this library's own kernels compute some of the layers.
        compiled: whether the training step is compiled, or recorded on a GPU.
        grad_shards: into how many parts a batch is divided among processes; 1 where it is not divided.
        augment: how pictures change at random, as `Settings.augment` says, or as it was chosen from the data.
        max_steps: training steps that the settings ask for; None where only minutes limit the training.
        total_steps: training steps after which it ends: fewer where the minutes do not suffice for all.
        minutes: of training that are allowed, those before a resume included; None without a limit.
        budget_steps: how many steps are expected to fit into the minutes; None without a limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: str = Field(max_length=300)
    hardware: str = Field(max_length=300)
    threads: int = Field(ge=1)
    precision: Precision
    kernels: bool = False
    compiled: bool = False
    grad_shards: int = Field(1, ge=1, le=1024)
    augment: str = Field("none", max_length=100)
    max_steps: int | None = Field(ge=1)
    total_steps: int = Field(ge=1)
    minutes: float | None = Field(None, gt=0, allow_inf_nan=False)
    budget_steps: int | None = Field(None, ge=1)

    def replace(self, **changes: object) -> "Plan":
        """The same plan with these values in place of its own."""
        return Plan.model_validate({**self.model_dump(), **changes})
