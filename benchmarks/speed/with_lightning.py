"""Lightning: its Trainer, without what it would write and print."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from speed.gate import Gate
from speed.jobs import Job
from speed.pictures import pictures
from speed.torch_models import model_of, parameters
from speed.with_pytorch import sliced


class Module(lightning.LightningModule):
    """The model, its loss and its optimizer."""

    def __init__(self, job: Job, *, fused: bool) -> None:
        super().__init__()
        self.model, self.fused = model_of(job), fused

    def training_step(self, batch: Any, place: int) -> Tensor:
        """The loss of a batch."""
        return self.model(batch if isinstance(batch, Tensor) else batch[0])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(self.parameters(), lr=1e-3, fused=self.fused or None)


class Slices:
    """An epoch's batches, each gathered from the tensor at once."""

    def __init__(self, x: Tensor, batch_size: int) -> None:
        self.batches, self.n = sliced(x, batch_size), len(x) // batch_size

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[Tensor]:
        return islice(self.batches, self.n)


class GateCallback(Callback):
    """Calls the gate after each step."""

    def __init__(self, gate: Gate, batch_size: int) -> None:
        self.gate, self.batch_size = gate, batch_size

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, place: int) -> None:
        """Calls the gate."""
        self.gate(self.batch_size, outputs["loss"].detach())


def train(job: Job, data: Path, gate: Gate, loop: str, precision: str = "32-true") -> None:
    """Trains endlessly, with DataLoader and Adam by default ("plain"), or as PyTorch is fastest ("best")."""
    lightning.seed_everything(0)
    x, module = torch.from_numpy(pictures(data, job)), Module(job, fused=loop == "best")
    gate.open(parameters(module), lightning=lightning.__version__, torch=torch.__version__)
    if loop == "best":
        torch.set_flush_denormal(True)
        module.to(memory_format=torch.channels_last)
        batches = Slices(x, job.batch_size)
    else:
        batches = DataLoader(TensorDataset(x), job.batch_size, shuffle=True)
    silent = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    trainer = lightning.Trainer(
        max_epochs=-1,
        accelerator="cpu",
        precision=precision,
        callbacks=[GateCallback(gate, job.batch_size)],
        **dict.fromkeys(silent, False),
    )
    trainer.fit(module, batches)
