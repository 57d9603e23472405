import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from autoencode.distributions import AttributeMixtures, kl_by_knowledge, tempered, with_known_values
from autoencode.priors import AttributePrior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def p() -> AttributeMixtures:
    prior = AttributePrior([3, 2], 2, 4)
    for logits in prior.logits:
        torch.nn.init.normal_(logits)
    return prior.requires_grad_(False)()


def normal(batch: int) -> Independent:
    return Independent(Normal(torch.randn(batch, 8), torch.rand(batch, 8) + 0.2), 1)


def test_the_density_is_the_product_of_mixtures_and_a_normal(p: AttributeMixtures) -> None:
    z = torch.randn(5, 8)
    expected = Normal(0.0, 1.0).log_prob(z[:, 4:]).sum(1)
    for block, own in zip(p.blocks, (z[:, :2], z[:, 2:4]), strict=True):
        each = [
            weight.log() + MultivariateNormal(loc, torch.diag(scale**2)).log_prob(own)
            for weight, loc, scale in zip(block.logits.softmax(0), block.loc, block.scale, strict=True)
        ]
        expected = expected + torch.stack(each).logsumexp(0)
    assert torch.allclose(p.log_prob(z), expected, rtol=1e-12)
    assert p.block(1) == slice(2, 4)


def test_draws_have_mean_and_variance(p: AttributeMixtures) -> None:
    z = p.sample((20_000,))
    assert_mean(z, p.mean)
    assert_mean((z - p.mean).square(), p.variance)
    narrow = tempered(p, 0.5)
    assert isinstance(narrow, AttributeMixtures)
    assert torch.allclose(narrow.blocks[0].scale, 0.5 * p.blocks[0].scale)
    assert torch.allclose(narrow.rest.stddev, torch.full((4,), 0.5))


def test_the_value_of_a_code_at_the_mean_of_its_normal(p: AttributeMixtures) -> None:
    z = torch.cat([p.blocks[0].loc[[2, 0]], p.blocks[1].loc[[1, 1]], torch.zeros(2, 4)], 1)
    posterior = [joint.softmax(-1) for joint in p.log_joint(z)]
    assert torch.equal(p.values_of(z), torch.stack([each.argmax(-1) for each in posterior], -1))


def test_known_blocks_are_drawn_from_their_values_and_the_others_stay(p: AttributeMixtures) -> None:
    z = torch.randn(1, 8).expand(20_000, 8)
    drawn = with_known_values(p, z, torch.tensor([[2, -1]]).expand(len(z), 2))
    assert torch.equal(drawn[:, 2:], z[:, 2:])
    assert_mean(drawn[:, :2], p.blocks[0].loc[2])
    assert_mean((drawn[:, :2] - p.blocks[0].loc[2]).square(), p.blocks[0].scale[2] ** 2)


def test_the_kl_of_known_values_is_exact_and_that_of_unknown_ones_an_estimate(p: AttributeMixtures) -> None:
    q = normal(4)
    z, values = q.sample(), torch.tensor([[0, 1], [2, -1], [-1, 0], [-1, -1]])
    other, known = kl_by_knowledge(q, p, z, values)
    loc, scale = q.base_dist.loc, q.base_dist.scale
    for row in range(4):
        expected, of_known = kl_divergence(Normal(loc[row, 4:], scale[row, 4:]), Normal(0.0, 1.0)).sum(), 0.0
        for k, block in enumerate(p.blocks):
            own, value = slice(2 * k, 2 * k + 2), values[row, k]
            mine = Normal(loc[row, own], scale[row, own])
            if value >= 0:
                of_known += kl_divergence(mine, Normal(block.loc[value], block.scale[value])).sum()
                of_known -= block.logits.log_softmax(0)[value]
            else:
                expected = expected + mine.log_prob(z[row, own]).sum() - block.log_prob(z[row, own])
        assert other[row].item() == pytest.approx(expected.item(), rel=1e-10)
        assert float(known[row]) == pytest.approx(float(of_known), rel=1e-10)


def test_without_known_values_it_is_the_kl_to_the_prior(p: AttributeMixtures) -> None:
    q = Independent(Normal(torch.randn(1, 8).expand(20_000, 8), torch.full((20_000, 8), 0.3)), 1)
    z = q.sample()
    other, known = kl_by_knowledge(q, p, z, torch.full((len(z), 2), -1))
    assert not known.any()
    assert_mean(other - (q.log_prob(z) - p.log_prob(z)), torch.zeros(()))
