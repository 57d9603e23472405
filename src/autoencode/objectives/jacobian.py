"""The contractive penalty: the norm of the encoder's Jacobian."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput

_EXACT_UP_TO = 32
_METHODS = ("auto", "exact", "hutchinson")


@dataclass(frozen=True)
class JacobianPenalty(Objective):
    """The squared Frobenius norm of the encoder's Jacobian, ‖∂z/∂x‖²_F, for each example.

    The code is the posterior's mean. The exact norm costs one backward pass for each dimension of the code, the
    estimate one for each probe: E |vᵀJ|² = ‖J‖²_F for random signs v.

    Args:
        method: "exact", "hutchinson" (random signs), or "auto": exact for codes of up to 32 dimensions.
        probes: random vectors of the estimate.

    Terms: `jacobian`, for each example.

    Raises:
        ArgumentError: an unknown method, or fewer than one probe.

    References:
        Rifai, Vincent, Muller, Glorot and Bengio, "Contractive auto-encoders", ICML 2011, equations 1 and 5;
        Hutchinson, "A stochastic estimator of the trace", 1989.
    """

    of_batch = None

    method: str = "auto"
    probes: int = 1

    def __post_init__(self) -> None:
        if self.method not in _METHODS:
            raise ArgumentError(f"the method of JacobianPenalty is one of {', '.join(_METHODS)}, not {self.method!r}")
        if self.probes < 1:
            raise ArgumentError(f"JacobianPenalty needs 1 probe or more, not {self.probes}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `jacobian` for each example; gradients are computed in evaluation too."""
        grows = torch.is_grad_enabled()
        with torch.enable_grad():
            norm = self.norm(fwd.model, fwd.batch.x, fwd.batch.context, create_graph=grows)
        norm = norm if grows else norm.detach()
        return ObjectiveOutput(norm.mean(), {"jacobian": norm})

    def norm(
        self, model: Autoencoder, x: Float[Tensor, "batch ..."], context: Tensor | None, *, create_graph: bool
    ) -> Float[Tensor, " batch"]:
        """‖∂z/∂x‖²_F for each example."""
        x = x.detach().requires_grad_()
        z = model.encode(x, context).mean.flatten(1)
        exact = self.method == "exact" or (self.method == "auto" and z.shape[1] <= _EXACT_UP_TO)
        directions = _basis_vectors(z) if exact else _rademacher(z, self.probes)
        total = torch.zeros(len(x), dtype=z.dtype, device=z.device)
        for direction in directions:
            (row,) = torch.autograd.grad(z, x, direction, create_graph=create_graph, retain_graph=True)
            total = total + row.flatten(1).square().sum(1)
        return total if exact else total / self.probes


def _basis_vectors(z: Tensor) -> list[Tensor]:
    return [torch.nn.functional.one_hot(torch.full((len(z),), i), z.shape[1]).to(z) for i in range(z.shape[1])]


def _rademacher(z: Tensor, probes: int) -> list[Tensor]:
    return [2 * torch.bernoulli(torch.full_like(z, 0.5)) - 1 for _ in range(probes)]
