"""Evaluates an objective on a part of the data."""

from collections import defaultdict
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import torch
from torch import nn

from autoencode.data import Subset, sequential_batches
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.seeding import preserved_rng, seed_rng

_VALIDATION_STREAM = 7


def validate(
    model: Autoencoder,
    objective: Objective,
    part: Subset,
    *,
    seed: int = 0,
    batch_size: int = 500,
    cancel: CancelToken | None = None,
) -> dict[str, float]:
    """The means of the loss and each of its terms over a part of the data, in nats per example.

    Schedules have their final value. The same seed gives the same noise, so that two epochs differ by their weights
    alone.

    Args:
        model: the model; its mode (training or evaluation) is restored afterwards.
        objective: whose terms are reported; its auxiliary networks are put into evaluation mode, too.
        part: the examples; each counts once.
        seed: of the noise.
        batch_size: codes decoded at a time; it affects the speed only.
        cancel: ends the evaluation before the next batch.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    device = next(model.parameters()).device
    sums: dict[str, float] = defaultdict(float)
    with ExitStack() as inside, torch.no_grad(), preserved_rng(device):
        for network in (model, *(auxiliary.network.to(device) for auxiliary in objective.auxiliary_networks.values())):
            inside.enter_context(eval_mode(network))
        seed_rng(seed, _VALIDATION_STREAM)
        for batch in sequential_batches(part, max(1, batch_size // objective.n_samples)):
            if cancel is not None:
                cancel.raise_if_cancelled()
            output = objective(model, batch.to(device))
            for name, value in {"loss": output.loss.expand(len(batch)), **output.terms}.items():
                sums[name] += value.double().sum().item()
    return {name: total / len(part) for name, total in sums.items()}


@contextmanager
def eval_mode(module: nn.Module) -> Generator[None]:
    """Puts the module into evaluation mode inside the block, and restores its own mode after it."""
    was_training = module.training
    module.eval()
    try:
        yield
    finally:
        module.train(was_training)
