"""A linear autoencoder against principal component analysis."""

import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from autoencode.data.batch import Batch
from autoencode.recipes import linear_ae

pytestmark = pytest.mark.usefixtures("double")


def test_trained_to_the_end_it_spans_the_principal_components() -> None:
    spread = torch.tensor([3.0, 2.0, 1.5, 1.0, 0.6, 0.4, 0.3, 0.2])
    rotation = torch.linalg.qr(torch.randn(8, 8)).Q
    x = 0.5 + (torch.randn(300, 8) * spread) @ rotation.mT
    model, objective = linear_ae((8,), latent_dim=3)
    with torch.no_grad():  # not at the solution, but at the data's own centre
        model.posterior.head.bias.copy_(-(model.posterior.head.weight @ x.mean(0)))
        model.decoder.linear.bias.copy_(x.mean(0))
    optimizer = torch.optim.LBFGS(
        model.parameters(), lr=1.0, max_iter=2000, max_eval=4000, tolerance_grad=1e-12, tolerance_change=0,
        history_size=50, line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = objective(model, Batch(x)).loss
        loss.backward()
        return loss

    optimizer.step(closure)
    pca = PCA(3).fit(x.numpy())
    angles = subspace_angles(model.decoder.linear.weight.detach().numpy(), pca.components_.T)
    assert angles.max() < 1e-6
    error = (model.decode(model.encode(x).mean).mean - x).square().sum(1).mean().item()
    left = ((pca.inverse_transform(pca.transform(x.numpy())) - x.numpy()) ** 2).sum(1).mean()
    assert error == pytest.approx(left, rel=1e-10)
    codes, scores = model.encode(x).mean.detach().numpy(), pca.transform(x.numpy())
    centred = codes - codes.mean(0)
    assert subspace_angles(centred, scores).max() < 1e-6  # the codes are a linear map of PCA's
