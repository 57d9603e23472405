import pytest
import torch
from torch.distributions import Distribution, Independent, Normal, StudentT

from autoencode.distributions import Pushforward, flows, kl
from autoencode.posteriors import FlowPosterior
from autoencode.priors import StandardNormalPrior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")
every_kind = pytest.mark.parametrize("kind", flows)


def made(kind: str = "iaf", dims: int = 3, batch: int = 4) -> Pushforward:
    posterior = FlowPosterior(6, dims, kind, transforms=2, hidden=8)
    with torch.no_grad():
        for weight in posterior.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return posterior(torch.randn(batch, 6))


@every_kind
def test_a_draw_s_density_is_the_change_of_variables(kind: str) -> None:
    q = made(kind, batch=1)
    u = q.base.sample()

    def pushed(u: torch.Tensor) -> torch.Tensor:
        return q.transform.inv(u[None])[0]

    log_det = torch.linalg.slogdet(torch.autograd.functional.jacobian(pushed, u[0])).logabsdet
    wanted = q.base.log_prob(u)[0] - log_det
    assert torch.allclose(q.log_prob(pushed(u[0])[None])[0], wanted, rtol=1e-9)


@every_kind
def test_the_kept_density_is_the_computed_one(kind: str) -> None:
    q = made(kind)
    z = q.rsample((5,))
    assert torch.allclose(q.log_prob(z), q.log_prob(z.clone()), rtol=1e-9)


@every_kind
def test_integrates_to_one(kind: str) -> None:
    """By draws of another, wider distribution: E_g[q/g] = ∫ q."""
    q = made(kind, dims=2, batch=1)
    z = q.sample((4_000,))[:, 0]
    g = Independent(StudentT(3.0, z.mean(0), 1.5 * z.std(0)), 1)
    x = g.sample((20_000,))
    with torch.no_grad():
        assert_mean((q.log_prob(x[:, None])[:, 0] - g.log_prob(x)).exp(), 1.0)


@every_kind
def test_draws_follow_the_density(kind: str) -> None:
    """E_q[p/q] = 1 for a narrow p: importance weights average to one only for draws that follow the density."""
    q = made(kind, batch=1)
    z = q.sample((20_000,))
    p = torch.distributions.MultivariateNormal(q.mean[0], torch.cov(z[:, 0].T) / 4)
    with torch.no_grad():
        assert_mean((p.log_prob(z) - q.log_prob(z)).exp()[:, 0], 1.0)


def test_another_tensor_has_its_own_density() -> None:
    q = made()
    first = q.sample((5,))
    wanted = q.log_prob(first.clone())
    second = q.sample((5,))
    with torch.no_grad():
        assert torch.allclose(q.log_prob(first), wanted, rtol=1e-9)
        assert torch.allclose(q.log_prob(second + 0.1), q.log_prob((second + 0.1).clone()), rtol=1e-9)
        assert not torch.allclose(q.log_prob(second + 0.1), q.log_prob(second))


def test_a_draw_that_was_written_to_has_a_new_density() -> None:
    q = made()
    with torch.no_grad():
        z = q.sample((5,))
        z += 0.5
        assert torch.allclose(q.log_prob(z), q.log_prob(z.clone()), rtol=1e-12)


def test_draws_without_gradients_give_the_score() -> None:
    """After `sample`, the gradient of log q(z) is at fixed z, and its mean over draws is zero."""
    loc = torch.zeros(2_000, 2, requires_grad=True)
    q = Pushforward(Independent(Normal(loc, torch.ones(2_000, 2)), 1), made(dims=2, batch=1).transform)
    z = q.sample()
    score = torch.autograd.grad(q.log_prob(z).sum(), loc)[0]
    assert_mean(score, 0.0)
    assert (score != 0).any()


def test_works_in_inference_mode() -> None:
    q = made()
    with torch.inference_mode():
        z = q.sample((2,))
        assert torch.allclose(q.log_prob(z), q.log_prob(z.clone()), rtol=1e-12)


def test_the_rate_is_an_unbiased_estimate() -> None:
    q, p = made(batch=1), StandardNormalPrior(3)()
    with torch.no_grad():
        z = q.sample((40_000,))
        ratios = (q.log_prob(z) - p.log_prob(z))[:, 0]
        fresh = torch.stack([kl(q, p, q.rsample((100,))) for _ in range(100)])[:, 0]
    assert_mean(fresh, ratios.mean(), z=6)


def test_iaf_draws_in_one_pass_and_keeps_the_density(monkeypatch: pytest.MonkeyPatch) -> None:
    q, passes = made("iaf", dims=8), [0]
    import zuko

    original = zuko.nn.MaskedMLP.forward

    def counted(self, x):  # the network of one autoregressive transform
        passes[0] += 1
        return original(self, x)

    monkeypatch.setattr(zuko.nn.MaskedMLP, "forward", counted)
    z = q.rsample((2,))
    assert passes[0] == 2  # transforms
    q.log_prob(z)
    assert passes[0] == 2
    q.log_prob(z.clone())
    assert passes[0] > 2 * 8


@every_kind
def test_codes_of_one_number_and_a_fresh_start(kind: str) -> None:
    if kind == "coupling":
        return
    q = FlowPosterior(6, 1, kind)(torch.randn(4, 6))
    z = q.rsample((3,))
    assert torch.allclose(q.log_prob(z), q.base.log_prob(z), atol=1e-9)


def test_zuko_leaves_the_checks_of_torch_on() -> None:
    made()
    assert Distribution._validate_args


@pytest.mark.parametrize("kind", ["iaf", "inverse-nsf"])
def test_an_inverse_flow_as_a_distribution_has_the_density_of_the_inverse(kind: str) -> None:
    module = flows[kind](2, 0, transforms=2, hidden_features=(8,))
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
        x = torch.randn(20, 2)
        inverse = module.flow().transform.inv
        u = inverse(x)
        wanted = module.flow().base.log_prob(u) + inverse.log_abs_det_jacobian(x, u)
        assert torch.allclose(module().log_prob(x), wanted, rtol=1e-6, atol=1e-6)
        assert not torch.allclose(module().log_prob(x), module.flow().log_prob(x), atol=1e-2)
