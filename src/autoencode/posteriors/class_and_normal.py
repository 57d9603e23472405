"""The posterior of a class and of a normal code given the class."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.distributions import ClassAndNormal
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.posteriors.posterior import Posterior


class ClassAndNormalPosterior(Posterior):
    """q(y|x) q(z|x, y): the probabilities of the classes, and for each class a normal distribution of z.

    The classifier reads the first `class_features` features and q(z|x, y) the others, so that they need not share
    weights.

        features ─┬─ class_features ─► logits of y
                  └─ code_features ──► + one vector for each y ─► SiLU ─► mean and log standard deviation of z

    Args:
        class_features: number of features of the classifier.
        code_features: number of features of q(z|x, y).
        n_classes: number of classes.
        latent_dim: dimensions of z.
        hidden: units of the layer that combines class and features.

    References:
        Kingma, Rezende, Mohamed and Welling, "Semi-supervised learning with deep generative models", NeurIPS 2014,
        equation 4.

    Example:
        >>> import torch
        >>> q = ClassAndNormalPosterior(8, 16, 3, 2)(torch.zeros(5, 24))
        >>> q.batch_shape, q.event_shape
        (torch.Size([5]), torch.Size([5]))
    """

    def __init__(
        self, class_features: int, code_features: int, n_classes: int, latent_dim: int, hidden: int = 128
    ) -> None:
        super().__init__((n_classes + latent_dim,))
        self.sizes = [class_features, code_features]
        self.classifier = Linear(class_features, n_classes)
        self.feature_layer, self.class_embedding = Linear(code_features, hidden), nn.Embedding(n_classes, hidden)
        self.code = Linear(hidden, 2 * latent_dim)

    def forward(self, features: Float[Tensor, "batch features"]) -> ClassAndNormal:
        """q(y, z|x) with batch shape (batch,) and event shape (n_classes + latent_dim,)."""
        class_features, code_features = features.split(self.sizes, -1)
        met = F.silu(self.feature_layer(code_features)[:, None] + self.class_embedding.weight)
        loc, log_scale = self.code(met).chunk(2, -1)
        return ClassAndNormal(self.classifier(class_features), loc, bounded_exp(log_scale))
