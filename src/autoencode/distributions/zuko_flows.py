"""Normalizing flows from zuko: trainable densities over vectors."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.distributions import Distribution, Transform

from autoencode.errors import ArgumentError
from autoencode.kernels.torch_private import validates_arguments
from autoencode.registry import Registry

flows: Registry[Callable[..., nn.Module]] = Registry("flow", "autoencode list flows")
"""name → make(dims, context, transforms=…, hidden_features=…) → a module whose call gives a distribution."""


@flows.register("nsf")
def nsf(dims: int, context: int = 0, **options: Any) -> nn.Module:
    """Neural spline flow, autoregressive: the most flexible (Durkan et al., NeurIPS 2019)."""
    return zuko().flows.NSF(dims, context, **options)


@flows.register("maf")
def maf(dims: int, context: int = 0, **options: Any) -> nn.Module:
    """Masked autoregressive flow, affine: fast to evaluate (Papamakarios et al., NeurIPS 2017)."""
    return zuko().flows.MAF(dims, context, **options)


@flows.register("iaf")
def iaf(dims: int, context: int = 0, **options: Any) -> nn.Module:
    """Inverse autoregressive flow, affine: fast to sample from (Kingma et al., NeurIPS 2016)."""
    return InverseFlow(zuko().flows.MAF(dims, context, **options))


@flows.register("inverse-nsf")
def inverse_nsf(dims: int, context: int = 0, **options: Any) -> nn.Module:
    """Inverse of a neural spline flow: flexible and fast to sample from."""
    return InverseFlow(zuko().flows.NSF(dims, context, **options))


@flows.register("coupling")
def coupling(dims: int, context: int = 0, **options: Any) -> nn.Module:
    """Real NVP, affine coupling: fast to evaluate and to sample from (Dinh et al., ICLR 2017)."""
    return zuko().flows.RealNVP(dims, context, **options)


def flow(kind: str, dims: int, context: int = 0, *, transforms: int = 3, hidden: tuple[int, ...] = (64, 64)) -> Any:
    """A trainable density over vectors: a module that returns a distribution with `log_prob` and `rsample`.

    It starts as the standard normal: the last layer of each transform's network is zero.

    Args:
        kind: nsf, maf, iaf, inverse-nsf or coupling; see `flows`.
        dims: dimensions of a vector.
        context: dimensions of a context, (batch, context), with which the flow is then called; 0 for none.
        transforms: number of transforms.
        hidden: units of the hidden layers of each transform's network.

    Returns:
        A module whose call gives a distribution with batch shape () or (batch,) and event shape (dims,).

    Raises:
        UnknownNameError: an unknown kind.
        ArgumentError: fewer than one transform, or fewer than two dimensions for a coupling flow.

    Example:
        >>> import torch
        >>> flow("nsf", 2)().log_prob(torch.zeros(2))
        tensor(-1.8379, grad_fn=<AddBackward0>)
    """
    if transforms < 1 or dims < 1:
        raise ArgumentError(f"a flow needs 1 transform or more and 1 dimension or more, not {transforms} and {dims}")
    if kind == "coupling" and dims < 2:
        raise ArgumentError("a coupling flow needs 2 dimensions or more: use an nsf or maf flow")
    made = flows[kind](dims, context, transforms=transforms, hidden_features=hidden)
    last = f".hyper.{2 * len(hidden)}."
    for name, weight in made.named_parameters():
        if last in name or ".phi." in name:  # with one dimension, transforms have parameters in place of a network
            nn.init.zeros_(weight)
    return made


class InverseFlow(nn.Module):
    """The inverse of a flow: sampling is as fast as the density of the flow, and the density as slow as its sampling.

    Args:
        flow: a flow of zuko.
    """

    def __init__(self, flow: Any) -> None:
        super().__init__()
        self.flow = flow

    def transform(self, context: Tensor | None = None) -> Transform:
        """The transform from the base distribution to the vectors."""
        return self.flow.transform(context).inv

    def forward(self, context: Tensor | None = None) -> Distribution:
        """The distribution with event shape (dims,)."""
        forwards = self.flow(context)
        return zuko().distributions.NormalizingFlow(forwards.transform.inv, forwards.base)


def zuko() -> Any:
    """The module zuko, imported at the first use and without its side effect.

    Importing it disables the validation of `torch.distributions` for the whole process; here that is undone.
    """
    before = validates_arguments()
    try:
        import zuko
    finally:
        Distribution.set_default_validate_args(before)
    return zuko
