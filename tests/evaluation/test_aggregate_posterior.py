import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from autoencode.errors import ArgumentError
from autoencode.evaluation.aggregate_posterior import aggregate_posterior_quality, holes, mismatch, overlap


def test_codes_that_fill_the_prior_have_no_gaps() -> None:
    share = holes(torch.randn(20_000, 2), torch.randn(5_000, 2), torch.randn(5_000, 2))
    assert abs(share.value - 0.05) < 5 * share.standard_error


def test_codes_far_from_the_prior_leave_it_empty() -> None:
    known, held_out = torch.randn(1_000, 2) + 20, torch.randn(500, 2) + 20
    assert holes(known, held_out, torch.randn(1_000, 2)).value == 1.0


def test_a_hole_is_a_gap_of_its_own_mass() -> None:
    ring = torch.randn(200_000, 2)
    ring = ring[ring.norm(dim=1) > 1]
    inside = 1 - torch.exp(torch.tensor(-0.5)).item()  # P(|z| < 1) in the plane
    share = holes(ring[:60_000], ring[60_000:65_000], torch.randn(20_000, 2))
    assert inside * 0.95 < share.value < inside + 0.05


def test_overlap_of_two_normals_is_that_of_the_best_rule() -> None:
    def draw(n: int) -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.randint(2, (n,))
        return torch.randn(n, 1) + 2.0 * labels[:, None], labels

    (known, known_labels), (held_out, labels) = draw(20_000), draw(10_000)
    best = 0.5 * torch.special.erfc(torch.tensor(1.0 / 2**0.5)).item()  # Phi(-1)
    wrong = overlap(known, known_labels, held_out, labels)
    assert best - 5 * wrong.standard_error < wrong.value < 1.35 * best  # ten neighbours are a little worse


def test_mismatch_is_the_kl_of_the_fitted_normal() -> None:
    codes = torch.randn(400, 3).double() @ torch.randn(3, 3).double() + 1
    fitted = MultivariateNormal(codes.mean(0), codes.T.cov())
    standard = MultivariateNormal(torch.zeros(3).double(), torch.eye(3).double())
    assert mismatch(codes) == pytest.approx(kl_divergence(fitted, standard).item(), rel=1e-10)
    assert mismatch(torch.randn(100, 1)) < 0.1


def test_all_three_at_once_and_without_labels() -> None:
    found = aggregate_posterior_quality(torch.randn(500, 2), torch.randn(100, 2))
    assert found.overlap is None
    labels = torch.randint(3, (600,))
    assert (
        aggregate_posterior_quality(torch.randn(500, 2), torch.randn(100, 2), labels[:500], labels[500:]).overlap
        is not None
    )


def test_too_few_codes_are_an_error() -> None:
    with pytest.raises(ArgumentError, match="more than 2 codes, not 2"):
        mismatch(torch.randn(2, 2))
