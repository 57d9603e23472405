"""Clustering accuracy: how well clusters found without labels agree with the labels."""

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from autoencode.evaluation.latent import Codes
from autoencode.model import Autoencoder
from autoencode.priors import MixturePrior


def correctly_clustered(clusters: Int64[Tensor, " n"], labels: Int64[Tensor, " n"]) -> Bool[Tensor, " n"]:
    """Which examples are in the cluster that is assigned to their class; the mean is the clustering accuracy.

    At most one cluster is assigned to each class, such that as many examples as possible are right (the Hungarian
    algorithm). If there are more clusters than classes, some are assigned to none.

    Args:
        clusters: cluster of each example, from 0.
        labels: class of each example, from 0.

    References:
        Xie, Girshick and Farhadi, "Unsupervised deep embedding for clustering analysis", ICML 2016, equation 10.

    Example:
        >>> correctly_clustered(torch.tensor([2, 2, 0, 0, 0]), torch.tensor([0, 0, 1, 1, 0])).tolist()
        [True, True, True, True, False]
    """
    from scipy.optimize import linear_sum_assignment

    table = torch.zeros(int(clusters.max()) + 1, int(labels.max()) + 1, dtype=torch.int64)
    table.index_put_((clusters, labels), torch.ones_like(labels), accumulate=True)
    rows, columns = linear_sum_assignment(table.numpy(), maximize=True)
    class_of_cluster = torch.full((len(table),), -1)
    class_of_cluster[torch.as_tensor(rows)] = torch.as_tensor(columns)
    return class_of_cluster[clusters] == labels


@torch.no_grad()
def clustering(model: Autoencoder, codes: Codes) -> Bool[Tensor, " n"] | None:
    """Which examples are in the component of a mixture prior that is assigned to their class.

    An example's cluster is the component that is most probable given its mean code. None without a mixture prior or
    without labels.
    """
    if not isinstance(model.prior, MixturePrior) or codes.labels is None:
        return None
    device = next(model.parameters()).device
    clusters = torch.cat([model.prior.clusters(z.to(device)).cpu() for z in codes.means.split(5_000)])
    return correctly_clustered(clusters, codes.labels.cpu())
