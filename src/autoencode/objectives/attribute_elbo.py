"""The bound for examples with attributes, each of which has a block of the code."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from autoencode.distributions import AttributeMixtures, kl_by_knowledge
from autoencode.errors import ArgumentError
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.priors import value_places


@dataclass(frozen=True)
class AttributeElbo(Objective):
    """The negative bound on log p(x, y), and α times what it costs to read the attributes y from their blocks.

        y_k ─► p(z_k|y_k) ─► z_k ─┐                      loss = nll + β · kl(rest) + α Σ_k (kl_k − log p(y_k|z_k))
        x ─► q(rest|x) ────► rest ┴─► p(x|z)
        x ─► q(z_k|x)             is fitted to p(z_k|y_k), for pictures of which y_k is not known

    In training the block of an attribute that is known is drawn from the prior of its value, and not from the picture:
    so the decoder has to read the attribute there, and to store it in the rest as well would cost nats for nothing.
    Where an attribute is not known, its block comes from the picture, and its KL counts with weight β.

    Args:
        alpha: α.
        beta: the weight of the KL term; 1 gives the bound itself.

    Terms: `nll`; `kl` of what came from the picture, whose sum is the bound up to log p(y); `attribute_nll`,
    Σ_k KL(q(z_k|x) ‖ p(z_k|y_k)) − log p(y_k) − log p(y_k|z_k) over the attributes that are known; in nats per example.
    A value below 0, or a batch without context, means not known.

    Raises:
        ArgumentError: alpha or beta is below 0.

    References:
        Joy, Schmon, Torr, Siddharth and Rainforth, "Capturing label characteristics in VAEs", ICLR 2021, sections 4 and
        5. There the classifier q(y|z_c) is a network, and blocks come from the picture; here the classifier is Bayes'
        rule in the prior.
    """

    of_batch = None

    alpha: float = 100.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("alpha", self.alpha), ("beta", self.beta)):
            if value < 0:
                raise ArgumentError(f"{name} must be 0 or more, not {value}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and its terms for each example.

        Raises:
            ArgumentError: the codes have no blocks.
        """
        p, q = require_prior(fwd), _normal(fwd.q)
        if not isinstance(p, AttributeMixtures):
            raise ArgumentError(f"AttributeElbo needs an AttributePrior, not a prior that gives {type(p).__name__}")
        context = fwd.batch.context
        nothing = torch.full((len(fwd.batch), len(p.blocks)), -1, device=fwd.z.device)
        values = nothing if context is None else value_places(context)
        read = q.rsample()
        nll = -fwd.log_likelihood().mean(0)
        rate, of_known = kl_by_knowledge(q, p, read, values)
        cost = of_known + _values_nll(p, read, values)
        loss = nll + self.beta * rate + self.alpha * cost
        return ObjectiveOutput(loss.mean(), {"nll": nll, "kl": rate, "attribute_nll": cost})


def _normal(q: Distribution) -> Independent:
    if not isinstance(q, Independent) or not isinstance(q.base_dist, Normal):
        raise ArgumentError(f"AttributeElbo needs a diagonal normal posterior, not {type(q).__name__}")
    return q


def _values_nll(
    p: AttributeMixtures, z: Float[Tensor, "batch numbers"], values: Int64[Tensor, "batch attributes"]
) -> Float[Tensor, " batch"]:
    costs = [
        torch.where(given >= 0, -joint.log_softmax(-1).gather(1, given.clamp_min(0)[:, None])[:, 0], 0.0)
        for joint, given in zip(p.log_joint(z), values.T, strict=True)
    ]
    return torch.stack(costs).sum(0)
