"""Full-batch training to convergence."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor


def minimise(loss: Callable[[], Tensor], parameters: Iterable[Tensor], iterations: int = 500) -> float:
    """L-BFGS; gives the last loss."""
    optimizer = torch.optim.LBFGS(
        list(parameters),
        max_iter=iterations,
        tolerance_grad=1e-10,
        tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(closure)
    return loss().item()
