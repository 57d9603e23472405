"""Penalties of regularised autoencoders: on the norm of codes, and on the decoder."""

from dataclasses import dataclass

import torch

from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class CodeNormPenalty(Objective):
    """½ ‖z‖² for each example.

    Terms: `code_norm`, in squared units of the code.

    References:
        Ghosh, Sajjadi, Vergari, Black and Schölkopf, "From variational to deterministic autoencoders", ICLR 2020,
        equation 9.
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `code_norm` for each example."""
        norm = 0.5 * fwd.z.mean(0).square().flatten(1).sum(1)
        return ObjectiveOutput(norm.mean(), {"code_norm": norm})


@dataclass(frozen=True)
class DecoderWeightPenalty(Objective):
    """The sum of the squared weights of the decoder, ‖θ‖² (RAE-L2).

    Terms: `decoder_weights`, the sum, repeated for each example.

    References:
        Ghosh et al., ICLR 2020, section 3 ("Tikhonov regularization").
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and the term."""
        total = torch.stack([p.square().sum() for p in fwd.model.decoder.parameters() if p.ndim > 1]).sum()
        return ObjectiveOutput(total, {"decoder_weights": total.expand(len(fwd.batch))})


@dataclass(frozen=True)
class DecoderGradientPenalty(Objective):
    """‖∂D/∂z‖²_F, the squared norm of the decoder's Jacobian, estimated by one vector of random signs (RAE-GP).

    E |vᵀ ∂D/∂z|² = ‖∂D/∂z‖²_F for random signs v over the decoder's outputs.

    Terms: `decoder_gradient`, for each example.

    References:
        Ghosh et al., ICLR 2020, section 3 ("Gradient penalty", ‖∇D_θ(E_φ(x))‖²).
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `decoder_gradient` for each example; gradients are computed in evaluation too."""
        grows = torch.is_grad_enabled()
        with torch.enable_grad():
            z = fwd.z[0] if grows and fwd.z.requires_grad else fwd.z[0].detach().requires_grad_()
            out = fwd.model.decoder_features(z, fwd.batch.context)
            signs = 2 * torch.bernoulli(torch.full_like(out, 0.5)) - 1
            (row,) = torch.autograd.grad(out, z, signs, create_graph=grows)
        norm = row.flatten(1).square().sum(1)
        return ObjectiveOutput(norm.mean(), {"decoder_gradient": norm})
