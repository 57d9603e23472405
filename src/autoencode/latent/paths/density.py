"""The path that bends to where codes are likely."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.latent.paths.linear import linear
from autoencode.latent.paths.path import LogDensity, latent_paths

DENSITY_WEIGHT = 16.0
"""How much a nat counts beside half a squared length: enough to walk from class to class rather than between them."""
_STEPS = 100


@latent_paths.register("density")
def density(
    a: Float[Tensor, " numbers"],
    b: Float[Tensor, " numbers"],
    n: int,
    log_density: LogDensity | None = None,
    density_weight: float = DENSITY_WEIGHT,
) -> Float[Tensor, "n numbers"]:
    """The path of least action from a to b, in the landscape of −log p.

        E(γ) = ∫ ½ ‖γ′(t)‖² − density_weight · log p(γ(t)) dt,     γ(0) = a, γ(1) = b

    Short paths have little of the first term and likely ones of the second; for density_weight → 0 it is the straight
    line. It is found from there by L-BFGS, and since the straight line has the least first term, the mean log density
    along the path is never below the straight line's. It lingers where codes are likely and hurries where they are not.

    Distances count in the units of the codes: scale them to a standard deviation of about 1 first.

    Args:
        a: the first code.
        b: the last one.
        n: codes on the path; E is the sum over these, which stand at even times.
        log_density: of codes, in nats.
        density_weight: the weight of the density.

    Raises:
        ArgumentError: no density, or a weight below 0.

    References:
        The discretised energy of curves: Shao, Kumar and Fletcher, "The Riemannian geometry of deep generative models",
        CVPR workshops 2018, section 4; Arvanitidis, Hansen and Hauberg, "Latent space oddity", ICLR 2018, where the
        metric comes from the decoder. Here the decoder's part is played by the density of codes, as a potential; it
        costs no passes through the decoder.
    """
    if log_density is None or density_weight < 0:
        raise ArgumentError(
            f"a path that follows a density needs one, and a weight of 0 or more, not {density_weight:g}"
        )
    straight = linear(a.double(), b.double(), n)
    waves = _sine_basis(n).to(straight)
    amounts = torch.zeros(n - 2, a.shape[0], dtype=straight.dtype, device=straight.device, requires_grad=True)

    def path() -> Tensor:
        return straight + F.pad(waves @ amounts, (0, 0, 1, 1))

    best = _minimise(amounts, path, lambda curve: energy(curve, lambda z: log_density(z.to(a)).to(z), density_weight))
    return torch.cat([a[None], best[1:-1].to(a), b[None]])


def energy(curve: Float[Tensor, "n numbers"], log_density: LogDensity, density_weight: float) -> Float[Tensor, ""]:
    """E of a path that stands at even times, by differences and by the trapezoidal rule.

    Args:
        curve: codes.
        log_density: of codes, in nats.
        density_weight: the weight of the density.
    """
    pieces = len(curve) - 1
    action = 0.5 * pieces * curve.diff(dim=0).square().sum()
    values = log_density(curve)
    return action - density_weight * (values.sum() - 0.5 * (values[0] + values[-1])) / pieces


def _sine_basis(n: int) -> Float[Tensor, "inner inner"]:
    """Sine waves that are 0 at both ends, each scaled so that its amount costs ½ amount² of action.

    In these coordinates the first term of E is as curved in every direction, so that few steps are enough.
    """
    times = torch.arange(1, n - 1, dtype=torch.float64) / (n - 1)
    numbers = torch.arange(1, n - 1, dtype=torch.float64)
    pieces = n - 1
    costs = 2 * pieces * torch.sin(math.pi * numbers / (2 * pieces))  # of sines of size 1: the discrete π k
    return torch.sin(math.pi * times[:, None] * numbers) * math.sqrt(2) / costs


def _minimise(amounts: Tensor, path: Callable[[], Tensor], cost: Callable[[Tensor], Tensor]) -> Tensor:
    """L-BFGS from the straight line; the best path of all that were tried."""
    optimizer = torch.optim.LBFGS([amounts], max_iter=_STEPS, line_search_fn="strong_wolfe", tolerance_change=1e-10)
    best, least = path().detach(), math.inf

    def closure() -> float:
        nonlocal best, least
        curve = path()
        value = cost(curve)
        (amounts.grad,) = torch.autograd.grad(value, [amounts])  # not backward: the prior's weights want no gradients
        if value.item() < least:
            best, least = curve.detach().clone(), value.item()
        return value.item()

    if len(amounts):
        optimizer.step(closure)
    return best
