"""What keeps the codes of a deterministic autoencoder small and its decoder smooth."""

from dataclasses import dataclass

import torch

from autoencode.objectives.forward import Forward
from autoencode.objectives.objective import Objective, Output


@dataclass(frozen=True)
class CodeNorm(Objective):
    """½ ‖z‖² for each example. Terms: `code_norm`.

    References:
        Ghosh, Sajjadi, Vergari, Black and Schölkopf, "From variational to deterministic autoencoders", ICLR 2020,
        equation 9.
    """

    def judge(self, seen: Forward, step: int | None) -> Output:
        """The loss, and `code_norm` for each example."""
        norm = 0.5 * seen.z.mean(0).square().flatten(1).sum(1)
        return Output(norm.mean(), {"code_norm": norm})


@dataclass(frozen=True)
class DecoderWeights(Objective):
    """The sum of the squares of the decoder's weights, ‖θ‖² (RAE-L2). Terms: `decoder_weights`, the same for all.

    References:
        Ghosh et al., ICLR 2020, section 3 ("Tikhonov regularization").
    """

    def judge(self, seen: Forward, step: int | None) -> Output:
        """The loss, and the term."""
        total = torch.stack([p.square().sum() for p in seen.model.decoder.parameters() if p.ndim > 1]).sum()
        return Output(total, {"decoder_weights": total.expand(len(seen.batch))})


@dataclass(frozen=True)
class DecoderGradient(Objective):
    """‖∇_z D(z)‖² estimated by one random sign vector over the decoder's outputs (RAE-GP). Terms: `decoder_gradient`.

    E |vᵀ ∂D/∂z|² = ‖∂D/∂z‖²_F, the squared Frobenius norm of the decoder's Jacobian.

    References:
        Ghosh et al., ICLR 2020, section 3 ("Gradient penalty", ‖∇D_θ(E_φ(x))‖²).
    """

    def judge(self, seen: Forward, step: int | None) -> Output:
        """The loss, and `decoder_gradient` for each example; gradients are taken in evaluation too."""
        grows = torch.is_grad_enabled()
        with torch.enable_grad():
            z = seen.z[0] if grows and seen.z.requires_grad else seen.z[0].detach().requires_grad_()
            out = seen.model.features(z, seen.batch.context)
            signs = 2 * torch.bernoulli(torch.full_like(out, 0.5)) - 1
            (row,) = torch.autograd.grad(out, z, signs, create_graph=grows)
        norm = row.flatten(1).square().sum(1)
        return Output(norm.mean(), {"decoder_gradient": norm})
