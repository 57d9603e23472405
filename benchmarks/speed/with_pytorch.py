"""PyTorch by hand: the loop of the tutorials, and faster ones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value
from torch.utils.data import DataLoader, TensorDataset

from speed.gate import Gate
from speed.jobs import Job
from speed.pictures import orders, pictures
from speed.torch_models import model_of, parameters

Step = Callable[[Tensor], Tensor]
"""One step of training on a batch; it gives the loss."""


def train(job: Job, data: Path, gate: Gate, loop: str, precision: str = "float32", device: str = "cpu") -> None:
    """Trains endlessly.

    Args:
        job: what is trained.
        data: the pictures.
        gate: called after each step.
        loop: "plain", as in the tutorials; "best", channels-last, batches cut from one tensor and a fused Adam; or
            "graph", the whole step compiled as one graph.
        precision: of the networks.
        device: where; all but the tutorials' loop has the pictures there from the start.
    """
    torch.manual_seed(0)
    x, model = torch.from_numpy(pictures(data, job)), model_of(job).to(device)
    gate.open(parameters(model), torch=torch.__version__)
    if loop != "plain":
        torch.set_flush_denormal(True)
        model.to(memory_format=torch.channels_last)
        x = x.to(device)
    step = graph_step(model, precision) if loop == "graph" else eager_step(model, precision, fused=loop == "best")
    for batch in loaded(x, job.batch_size) if loop == "plain" else sliced(x, job.batch_size):
        gate(len(batch), step(batch.to(device)))


def loaded(x: Tensor, batch_size: int) -> Iterator[Tensor]:
    """Batches of a DataLoader, endlessly."""
    loader = DataLoader(TensorDataset(x), batch_size, shuffle=True)
    while True:
        for (batch,) in loader:
            yield batch


def sliced(x: Tensor, batch_size: int) -> Iterator[Tensor]:
    """Batches gathered from the tensor at once, endlessly."""
    for places in orders(len(x), batch_size):
        yield x[torch.from_numpy(places).to(x.device)]


def eager_step(model: nn.Module, precision: str, *, fused: bool) -> Step:
    """Forward, backward, Adam."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused or None)

    def step(x: Tensor) -> Tensor:
        optimizer.zero_grad()
        with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            loss = model(x)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def graph_step(model: nn.Module, precision: str) -> Step:
    """The same as one compiled graph: pictures in, weights changed."""
    weights = {name: p.detach() for name, p in model.named_parameters()}
    means, squares = ({name: torch.zeros_like(w) for name, w in weights.items()} for _ in range(2))
    count = torch.zeros((), device=next(model.parameters()).device)

    def loss_of(weights: dict[str, Tensor], x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            return functional_call(model, weights, (x,))

    @torch.compile(fullgraph=True, dynamic=False)
    def step(x: Tensor) -> Tensor:
        slopes, loss = grad_and_value(loss_of)(weights, x)
        count.add_(1)
        rate, scale = 1e-3 / (1 - 0.9**count), (1 - 0.999**count).sqrt()
        for name, slope in slopes.items():
            means[name].lerp_(slope, 0.1)
            squares[name].lerp_(slope.square(), 0.001)
            weights[name].sub_(rate * means[name] / (squares[name].sqrt() / scale + 1e-8))
        return loss

    return step
