"""The perceptual loss: images compared by the feature maps of a network."""

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
    """The distance between the feature maps of an image and of its reconstruction: Σ_l mean of ½ (Φ_l(x) − Φ_l(x̃))².

    x̃ is the mean of p(x|z). Features respond to edges and shapes, so a blurred image is further away than one that is
    shifted by a pixel. The network is trained beside the model on the same images, without labels: images are rotated
    by multiples of 90°, and it predicts the rotation.

    Args:
        network: images of any size → (batch, 4), the logits of the four rotations; or a `VggFeatures`, which is
            pretrained and fixed.
        learning_rate: of the network's Adam; 0 leaves it unchanged.

    Terms: `perceptual`, not in nats. The mean over a map is multiplied by the number of values in an example, so that
    it grows with the image as `nll` does. Only the first code of each example is used.

    References:
        Hou, Shen, Sun and Qiu, "Deep feature consistent variational autoencoder", WACV 2017, equations 3 and 4, where
        the network is VGG-19, trained on labelled photographs. Rotations: Gidaris, Singh and Komodakis, "Unsupervised
        representation learning by predicting image rotations", ICLR 2018, equations 2 and 3.
    """

    of_batch = None

    network: FeatureExtractor | VggFeatures
    learning_rate: float = 1e-3

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The network, unless it is pretrained."""
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
    """The cross-entropy of the predicted rotations, in nats."""
    parts = [(turns, x[turns::4]) for turns in range(min(4, len(x)))]
    logits = [network(torch.rot90(part, turns, (-2, -1))) for turns, part in parts]
    truth = torch.cat([torch.full((len(part),), turns, device=x.device) for turns, part in parts])
    return cross_entropy(full_precision(torch.cat(logits)), truth)


def _distance(pairs: Tensor) -> Tensor:
    x, y = pairs.chunk(2)
    return 0.5 * (x - y).square().flatten(1).mean(1)
