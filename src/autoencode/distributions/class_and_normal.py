"""The joint distribution of a class and of a normal code given the class."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Normal, constraints
from torch.distributions.kl import register_kl


class ClassAndNormal(Distribution):
    """q(y) q(z|y): a class y, and a code z that is normal given the class.

    A value is the concatenation of y as a one-hot vector and z. Draws pass gradients to the normals and not to the
    classes; for these, sum over all classes (`rsample_per_class`) with the weights `class_log_probs`.

    Args:
        logits: of the classes, (*batch, n_classes).
        loc: means of z for each class, (*batch, n_classes, latent_dim).
        scale: standard deviations of z for each class, (*batch, n_classes, latent_dim).

    Example:
        >>> d = ClassAndNormal(torch.zeros(5, 3), torch.zeros(5, 3, 2), torch.ones(5, 3, 2))
        >>> d.batch_shape, d.event_shape, d.rsample((4,)).shape
        (torch.Size([5]), torch.Size([5]), torch.Size([4, 5, 5]))
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(
        self,
        logits: Float[Tensor, "*batch classes"],
        loc: Float[Tensor, "*batch classes latent"],
        scale: Float[Tensor, "*batch classes latent"],
    ) -> None:
        self.class_log_probs = logits.log_softmax(-1)
        self.loc, self.scale = loc, scale
        self.n_classes = logits.shape[-1]
        super().__init__(logits.shape[:-1], torch.Size([self.n_classes + loc.shape[-1]]), validate_args=False)

    @property
    def support(self) -> constraints.Constraint:
        """Real vectors; whether the first numbers are one-hot is not checked."""
        return constraints.real_vector

    @property
    def mean(self) -> Tensor:
        """The probabilities of the classes, and the mean of z."""
        classes = self.class_log_probs.exp()
        return torch.cat([classes, (classes[..., None] * self.loc).sum(-2)], -1)

    @property
    def variance(self) -> Tensor:
        """The variance of each number, by the law of total variance."""
        classes = self.class_log_probs.exp()
        mean = (classes[..., None] * self.loc).sum(-2, keepdim=True)
        within = classes[..., None] * (self.scale.square() + (self.loc - mean).square())
        return torch.cat([classes * (1 - classes), within.sum(-2)], -1)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch, n_classes + latent_dim)."""
        shape = self._extended_shape(torch.Size(sample_shape))[:-1]
        flat = self.class_log_probs.exp().expand(*shape, self.n_classes).reshape(-1, self.n_classes)
        drawn = torch.multinomial(flat.detach(), 1).reshape(shape)
        y = torch.nn.functional.one_hot(drawn, self.n_classes).to(self.loc)
        loc, scale = ((y[..., None] * numbers).sum(-2) for numbers in (self.loc, self.scale))
        return torch.cat([y, loc + scale * torch.randn_like(loc)], -1)

    def rsample_per_class(self) -> Float[Tensor, "classes *batch event"]:
        """One draw of z for each class, concatenated with that class."""
        z = (self.loc + self.scale * torch.randn_like(self.loc)).movedim(-2, 0)
        eye = torch.eye(self.n_classes, dtype=z.dtype, device=z.device)
        y = eye.reshape(self.n_classes, *[1] * len(self.batch_shape), self.n_classes).expand(*z.shape[:-1], -1)
        return torch.cat([y, z], -1)

    def log_prob(self, value: Tensor) -> Tensor:
        """log q(y) + log q(z|y), in nats."""
        y, z = value[..., : self.n_classes], value[..., self.n_classes :]
        each = Normal(self.loc, self.scale, validate_args=False).log_prob(z.unsqueeze(-2)).sum(-1)
        return (y * (self.class_log_probs + each)).sum(-1)


def kl_per_class(q: ClassAndNormal, p: ClassAndNormal) -> Float[Tensor, "*batch classes"]:
    """KL(q(z|y) ‖ p(z|y)) for each class y, in nats."""
    q_z, p_z = (Normal(d.loc, d.scale, validate_args=False) for d in (q, p))
    return torch.distributions.kl_divergence(q_z, p_z).sum(-1)


@register_kl(ClassAndNormal, ClassAndNormal)
def _kl(q: ClassAndNormal, p: ClassAndNormal) -> Tensor:
    each = kl_per_class(q, p) + q.class_log_probs - p.class_log_probs
    return (q.class_log_probs.exp() * each).sum(-1)
