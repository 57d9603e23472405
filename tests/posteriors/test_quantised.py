import copy

import pytest
import torch

from autoencode.distributions.quantised import Quantised
from autoencode.posteriors import FiniteScalarPosterior, VectorQuantisedPosterior

pytestmark = pytest.mark.usefixtures("double")


def posteriors(grid: tuple[int, ...]) -> list[VectorQuantisedPosterior | FiniteScalarPosterior]:
    """One of each kind."""
    kinds = [VectorQuantisedPosterior(6, 3, grid, 8), VectorQuantisedPosterior(6, 3, grid, 8, n_stages=2)]
    return [*kinds, FiniteScalarPosterior(6, [3, 4, 2], grid)]


@pytest.mark.parametrize("grid", [(4,), (2, 3), (1, 1)])
def test_shapes(grid: tuple[int, ...]) -> None:
    for posterior in posteriors(grid):
        q = posterior(torch.randn(5, 6, *grid))
        assert posterior.latent_shape == (3, *grid)
        assert (q.batch_shape, q.event_shape) == ((5,), (3, *grid))
        assert q.rsample((4,)).shape == (4, 5, 3, *grid)


def test_each_position_is_quantised_on_its_own() -> None:
    for posterior in posteriors((2, 3)):
        h = torch.randn(5, 6, 2, 3)
        q, whole = posterior(h), posterior.head(h.movedim(1, -1))
        vectors = posterior.codes.bound(whole) if isinstance(posterior, FiniteScalarPosterior) else whole
        for i, j in [(0, 0), (1, 2), (0, 1)]:
            points, indices = posterior.codes.quantise(vectors[:, i, j].unsqueeze(1))
            assert torch.equal(q.mean[:, :, i, j], points[-1].squeeze(1))
            assert torch.equal(q.indices[:, :, 3 * i + j], indices.squeeze(-1))


def test_gradients_go_through_draws_to_every_weight() -> None:
    for posterior in posteriors((2, 3)):
        (posterior(torch.randn(5, 6, 2, 3)).rsample((4,)) * torch.randn(3, 2, 3)).sum().backward()
        assert all((weight.grad != 0).all() for weight in posterior.parameters())


def test_straight_through_is_as_if_nothing_were_rounded() -> None:
    for posterior in posteriors((4,)):
        h = torch.randn(5, 6, 4, requires_grad=True)
        q, weights = posterior(h), torch.randn(5, 3, 4)
        (rounded,) = torch.autograd.grad((weights * q.rsample()).sum(), h, retain_graph=True)
        (smooth,) = torch.autograd.grad((weights * q.unquantised).sum(), h)
        assert torch.equal(rounded, smooth)


def test_encoding_changes_no_state_and_adapting_does() -> None:
    posterior = VectorQuantisedPosterior(6, 3, (4,), 8)
    before = copy.deepcopy(posterior.state_dict())
    q = posterior(torch.randn(5, 6, 4))
    assert all(torch.equal(value, before[name]) for name, value in posterior.state_dict().items())
    kept = q.mean.clone()
    posterior.adapt(q)
    assert not torch.equal(posterior.codes.stages[0].codewords, before["codes.books.0.codewords"])
    assert torch.equal(q.mean, kept)


def test_adapting_uses_the_vectors_and_indices_of_the_same_position() -> None:
    posterior = VectorQuantisedPosterior(6, 3, (4,), 8, decay=0.0, patience=0)
    posterior.adapt(posterior(torch.randn(50, 6, 4)))
    q = posterior(torch.randn(50, 6, 4))
    posterior.adapt(q)
    vectors, chosen = q.unquantised.movedim(1, -1).flatten(0, 1), q.indices.flatten()
    for word in chosen.unique():
        mean = vectors[chosen == word].mean(0)
        assert torch.allclose(posterior.codes.stages[0].codewords[word], mean, rtol=1e-3)


def test_learning_makes_the_distance_smaller() -> None:
    posterior = VectorQuantisedPosterior(6, 3, (4,), 16, n_stages=2)
    h = torch.randn(100, 6, 4)
    first = posterior(h).distance.mean()
    for _ in range(10):
        posterior.adapt(posterior(h))
    assert posterior(h).distance.mean() < 0.3 * first
    assert isinstance(posterior(h), Quantised)
