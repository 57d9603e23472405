"""The semi-supervised bound: only some examples have a label."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor

from autoencode.distributions import ClassAndNormal, kl_per_class
from autoencode.errors import ArgumentError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class SemiSupervised(Objective):
    """The negative bound on log p(x, y) of labelled and on log p(x) of unlabelled examples, plus α · label_nll.

        labelled      L(x, y) = −log p(x|y, z) + KL(q(z|x, y) ‖ p(z)) − log p(y)
        unlabelled    U(x)    = Σ_y q(y|x) (L(x, y) + log q(y|x))

    Both are Σ_y w_y (L(x, y) + log w_y), with w = q(y|x), or all weight on the label. Classes are summed over, not
    drawn, so each example is decoded once for each class.

    Args:
        alpha: weight of −log q(y|x), averaged over the labelled examples of the batch.

    Terms: `nll` and `kl` (of class and code), whose sum is L or U, and `label_nll`, 0 for an unlabelled example; in
    nats per example. A label below 0, or a batch without context, means unlabelled.

    Raises:
        ArgumentError: alpha is below 0.

    References:
        Kingma, Rezende, Mohamed and Welling, "Semi-supervised learning with deep generative models", NeurIPS 2014,
        equations 6 (L), 7 (U), 8 and 9 (α). There α is 0.1 · N beside sums over all N examples, which is 0.1 beside
        means.
    """

    of_batch = "the number of labels in a batch"

    alpha: float = 0.1

    def __post_init__(self) -> None:
        if self.alpha < 0:
            raise ArgumentError(f"alpha must be 0 or more, not {self.alpha}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and its terms for each example.

        Raises:
            ArgumentError: the model's codes contain no class, or a label is out of range.
        """
        q, p = fwd.q, fwd.p_z
        if not isinstance(q, ClassAndNormal) or not isinstance(p, ClassAndNormal):
            raise ArgumentError("SemiSupervised needs a posterior and a prior with classes: ClassAndNormalPosterior")
        labels = _labels(fwd, q)
        has = labels >= 0
        log_w = _log_weights(q.class_log_probs, labels)
        nll = -fwd.model.decode(q.rsample_per_class()).log_prob(fwd.batch.target).T
        rate = kl_per_class(q, p) + log_w - p.class_log_probs
        terms = {
            "nll": _weighted(log_w, nll),
            "kl": _weighted(log_w, rate),
            "label_nll": -torch.where(has, q.class_log_probs.gather(1, labels.clamp_min(0)[:, None])[:, 0], 0.0),
        }
        of_labels = terms["label_nll"].sum() / has.sum().clamp_min(1)
        return ObjectiveOutput((terms["nll"] + terms["kl"]).mean() + self.alpha * of_labels, terms)


def _labels(fwd: ForwardPass, q: ClassAndNormal) -> Int64[Tensor, " batch"]:
    """The label of each example, −1 for none."""
    context = fwd.batch.context
    if context is None:
        return torch.full((len(fwd.batch),), -1, device=q.loc.device)
    if context.dtype != torch.int64 or context.ndim != 1 or int(context.max()) >= q.n_classes:
        raise ArgumentError(
            f"SemiSupervised needs a class from 0 to {q.n_classes - 1} for each example, or -1 for none, not a context "
            f"of shape {tuple(context.shape)} and type {context.dtype} up to {context.max().item()}"
        )
    return context


def _log_weights(class_log_probs: Tensor, labels: Tensor) -> Float[Tensor, "batch classes"]:
    """log w: that of q(y|x), or 0 for the label and −∞ for all else."""
    is_label = F.one_hot(labels.clamp_min(0), class_log_probs.shape[1]).bool()
    log_one_hot = torch.zeros_like(class_log_probs).masked_fill(~is_label, -torch.inf)
    return torch.where((labels >= 0)[:, None], log_one_hot, class_log_probs)


def _weighted(log_w: Tensor, values: Tensor) -> Float[Tensor, " batch"]:
    """Σ_y w_y · value_y, where values of weight 0 are ignored even if they are infinite."""
    return (log_w.exp() * values.masked_fill(log_w == -torch.inf, 0.0)).sum(1)
