import pytest
import torch
from torch.distributions import Bernoulli, kl_divergence

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.objectives import AuxKLoss, L1Penalty, Reconstruction, SparsityPenalty, forward_pass
from autoencode.objectives.sparsity import bernoulli_kl
from autoencode.posteriors import ReluPosterior, SigmoidPosterior, TopKPosterior
from autoencode.recipes import sparse_ae, topk_ae, undercomplete_ae

pytestmark = pytest.mark.usefixtures("double")


def test_the_divergence_of_coin_flips_is_torch_s() -> None:
    rates = torch.rand(20)
    wanted = kl_divergence(Bernoulli(probs=torch.tensor(0.05)), Bernoulli(probs=rates))
    assert torch.allclose(bernoulli_kl(0.05, rates), wanted)
    assert bernoulli_kl(0.05, torch.tensor([0.0, 1.0])).isfinite().all()


def test_l1_is_the_sum_of_sizes() -> None:
    model, _ = sparse_ae((4,), latent_dim=9)
    fwd = forward_pass(model, Batch(torch.randn(5, 4)))
    output = L1Penalty().evaluate(fwd, None)
    assert torch.allclose(output.terms["l1"], fwd.z[0].abs().sum(1))
    assert torch.allclose(output.loss, output.terms["l1"].mean())
    assert torch.allclose(output.terms["active_fraction"], (fwd.z[0] > 0).double().mean(1))


def test_the_rate_is_the_mean_over_the_batch() -> None:
    model, _ = sparse_ae((4,), latent_dim=9, penalty="kl")
    fwd = forward_pass(model, Batch(torch.randn(50, 4)))
    wanted = bernoulli_kl(0.2, fwd.z[0].mean(0)).sum()
    assert torch.allclose(SparsityPenalty(0.2).evaluate(fwd, None).loss, wanted)


def test_the_rate_s_penalty_draws_units_to_the_target() -> None:
    model, _ = sparse_ae((4,), latent_dim=9, penalty="kl")
    x = torch.randn(200, 4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.04)
    for _ in range(150):
        loss = SparsityPenalty(0.1)(model, Batch(x)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert torch.allclose(model.encode(x).mean.mean(0), torch.tensor(0.1), atol=0.02)


def test_a_fresh_sigmoid_unit_has_the_target_activation() -> None:
    posterior = SigmoidPosterior(6, 20, mean_activation=0.05)
    assert torch.allclose(posterior(torch.zeros(3, 6)).mean, torch.tensor(0.05))
    with pytest.raises(ArgumentError, match="between 0 and 1, not 0"):
        SigmoidPosterior(6, 20, mean_activation=0.0)


def test_what_counts_as_active_is_the_unit_s_own() -> None:
    sigmoid, rectified = SigmoidPosterior(1, 3), ReluPosterior(1, 3)
    for posterior in (sigmoid, rectified):
        with torch.no_grad():
            posterior.head.weight.zero_()
            posterior.head.bias.copy_(torch.tensor([-1.0, 1e-3, 2.0]))
        q = posterior(torch.zeros(2, 1))
        assert q.active.tolist() == [[False, True, True]] * 2
        assert torch.allclose(q.active_fraction, torch.tensor(2 / 3))


def test_codes_that_know_nothing_of_activity_are_active_where_they_are_not_zero() -> None:
    model, _ = undercomplete_ae((4,), latent_dim=2)
    assert L1Penalty()(model, Batch(torch.randn(3, 4))).terms["active_fraction"].tolist() == [1.0] * 3


def test_exactly_k_units_are_kept_and_they_are_the_largest() -> None:
    posterior = TopKPosterior(6, 20, k=4)
    with torch.no_grad():
        posterior.head.bias += 1.0  # more than k are above zero
    features = torch.randn(30, 6)
    q = posterior(features)
    units = torch.relu(posterior.head(features))
    kept = q.mean != 0
    assert (kept.sum(1) <= 4).all()
    assert torch.equal(q.mean[kept], units[kept])
    assert (q.mean.sum(1) - units.topk(4).values.sum(1)).abs().max() < 1e-12


def test_idle_steps_are_counted_and_use_forgives() -> None:
    posterior = TopKPosterior(3, 5, k=1, patience=2)
    with torch.no_grad():
        posterior.head.weight.zero_()
        posterior.head.bias.copy_(torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0]))
    for _ in range(2):
        posterior.adapt(posterior(torch.zeros(4, 3)))
    assert posterior.dead.tolist() == [False, True, True, True, True]
    with torch.no_grad():
        posterior.head.bias[1] = 9.0
    posterior.adapt(posterior(torch.zeros(4, 3)))
    assert posterior.dead.tolist() == [False, False, True, True, True]
    assert posterior.dead_topk(posterior(torch.zeros(1, 3))).tolist() == [[0, 0, 3.0, 0, 0]]


def test_encoding_changes_no_counter() -> None:
    model, _ = topk_ae((4,), latent_dim=9, k=2)
    model.encode(torch.randn(5, 4))
    assert not model.posterior.idle.any()
    model.train()
    forward_pass(model, Batch(torch.randn(5, 4)))
    assert model.posterior.idle.any()


def test_dead_units_get_a_gradient_and_live_models_none() -> None:
    model, _ = topk_ae((4,), latent_dim=30, k=2, dead_after=1)
    batch = Batch(torch.randn(50, 4))
    fwd = forward_pass(model.eval(), batch)
    assert AuxKLoss().evaluate(fwd, None).loss == 0
    model.posterior.idle[:10] = 5
    with torch.no_grad():
        model.posterior.head.bias[:10] = 0.5
    fwd = forward_pass(model, batch)
    output = AuxKLoss().evaluate(fwd, None)
    assert torch.allclose(output.terms["dead_fraction"], torch.tensor(1 / 3))
    output.loss.backward()
    moved = (model.posterior.head.weight.grad != 0).any(1)
    assert moved[:10].any()
    assert not moved[10:].any()


def test_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ArgumentError, match="between 0 and 1, not 1"):
        SparsityPenalty(1.0)
    with pytest.raises(ArgumentError, match="--penalty takes l1 or kl, not l2"):
        sparse_ae((4,), penalty="l2")
    with pytest.raises(ArgumentError, match="between 1 and the 5 units"):
        TopKPosterior(3, 5, k=6)
    model, _ = undercomplete_ae((4,), latent_dim=2)
    fwd = forward_pass(model, Batch(3 * torch.randn(50, 4)))
    with pytest.raises(CapabilityError, match="TopKPosterior"):
        AuxKLoss().evaluate(fwd, None)
    with pytest.raises(CapabilityError, match="SigmoidPosterior"):
        SparsityPenalty().evaluate(fwd, None)
    assert Reconstruction().evaluate(fwd, None).loss.isfinite()
