"""Pictures compared by what a network sees in them."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from autoencode.nn import FeatureExtractor, VggFeatures, full_precision
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Perceptual(Objective):
    """A reconstruction judged by the maps of every layer of a network: Σ_l of the mean of ½ (Φ_l(x) − Φ_l(x̃))².

    x̃ is the mean of p(x|z). The network sees edges and shapes, so that a blurred picture is further away than one that
    is off by a pixel. It learns from the same pictures, beside the model and without labels: each is shown upright or
    turned, and the network says by how much.

    Args:
        network: pictures of any size → (batch, 4), the logits of the four quarter turns; or a `VggFeatures`, which
            has learned already and stays as it is.
        learning_rate: of the network's Adam; 0 leaves it as it is.

    Terms: `perceptual`, no nats. The mean over a map's values is multiplied by the number of values in an example, so
    that it grows with the picture as `nll` does. Only the first code of each example is used.

    References:
        Hou, Shen, Sun and Qiu, "Deep feature consistent variational autoencoder", WACV 2017, equations 3 and 4, where
        the network is VGG-19, trained on labelled photographs. The turns: Gidaris, Singh and Komodakis, "Unsupervised
        representation learning by predicting image rotations", ICLR 2018, equations 2 and 3.
    """

    network: FeatureExtractor | VggFeatures
    learning_rate: float = 1e-3

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The network, where it learns."""
        if isinstance(self.network, VggFeatures):
            return {}
        return {"features": AuxiliaryNetwork(self.network, self.learning_rate, betas=(0.9, 0.999))}

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The distance for each example, and the network's own loss."""
        x = fwd.batch.target
        self.network.to(x.device)
        maps = self.network.feature_maps(torch.cat([x, fwd.p_x.mean[0]]))
        distance = torch.stack([_distance(full_precision(each)) for each in maps]).sum(0) * x[0].numel()
        losses = {"features": _rotation_loss(self.network, x)} if isinstance(self.network, FeatureExtractor) else {}
        return ObjectiveOutput(distance.mean(), {"perceptual": distance}, losses)


def _rotation_loss(network: FeatureExtractor, x: Tensor) -> Tensor:
    """How badly the network tells by how many quarters pictures are turned, in nats."""
    parts = [(turns, x[turns::4]) for turns in range(min(4, len(x)))]
    logits = [network(torch.rot90(part, turns, (-2, -1))) for turns, part in parts]
    truth = torch.cat([torch.full((len(part),), turns, device=x.device) for turns, part in parts])
    return cross_entropy(full_precision(torch.cat(logits)), truth)


def _distance(pairs: Tensor) -> Tensor:
    x, y = pairs.chunk(2)
    return 0.5 * (x - y).square().flatten(1).mean(1)
