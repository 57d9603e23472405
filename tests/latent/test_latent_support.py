import pytest
import torch

from autoencode import tasks
from autoencode.latent.latent_support import has_density_over_reals, within_support
from autoencode.latent.sampling import FromPrior, NearExample
from autoencode.recipes import recipes
from autoencode.runtime.reporter import Reporter
from autoencode.tasks import train


def on_sphere(z):
    return torch.allclose(z.norm(dim=-1), torch.ones(()))


def are_shares(z):
    return bool((z > 0).all()) and torch.allclose(z.sum(-1), torch.ones(()))


LIMITED = {
    "bernoulli-vae": lambda z: bool(((z == 0) | (z == 1)).all()),
    "dirichlet-vae": are_shares,
    "hyperspherical-vae": on_sphere,
    "gamma-vae": lambda z: bool((z > 0).all()),
}


@pytest.mark.parametrize("name", LIMITED)
def test_codes_of_a_limited_kind_are_compared_with_no_fitted_prior_and_stay_within_it(name, tmp_path):
    run = train("digits", name, out=tmp_path / "run", steps=3, command="test")
    fitted = tasks.fit_prior(run, "normal")
    assert fitted.record.nll_own is None
    chosen = tasks.choose_prior(run)
    assert chosen.kind == "own"
    assert "the fitted normal prior cannot be compared with it" in chosen.reason
    within = LIMITED[name]
    shape = (200, *run.model.latent_shape)
    assert not within(fitted.prior.sample(200).reshape(shape))
    assert within(tasks.choose_prior(run, "ex-post").sample(run, 200, temperature=2.0))
    for source in (FromPrior(of_class="3", temperature=2.0), NearExample("test:1", spread=0.9)):
        z = source.sampler(run, 200, Reporter()).draw(200, None)
        assert z.shape == shape
        assert within(z)


@pytest.mark.parametrize(("name", "expected"), [("dense-vae", True), ("categorical-vae", False), ("m2-vae", False)])
def test_which_priors_are_densities_over_real_numbers(name, expected):
    options = {"n_classes": 10} if name == "m2-vae" else {}
    model, _ = recipes[name]((1, 8, 8), **options)
    assert has_density_over_reals(model) is expected
    z = within_support(model, torch.randn(5, *model.latent_shape))
    assert z.shape == (5, *model.latent_shape)
    if not expected:
        assert model.prior_for().log_prob(z).isfinite().all()
