import pytest
import torch

from autoencode import tasks
from autoencode.errors import CapabilityError, UnknownNameError
from autoencode.latent.choose_prior import choose_prior
from autoencode.latent.encoding import sample_codes
from autoencode.latent.ex_post import ex_post_priors, read_prior_record
from autoencode.runtime.seeding import derive_seed
from support.fitted import rescored
from support.reporters import Recorder


def test_its_own_where_none_was_fitted(run):
    chosen = choose_prior(run)
    assert (chosen.kind, chosen.reason, chosen.fitted) == ("own", "codes from the model's own prior", None)


def test_the_one_under_which_held_out_codes_are_likelier(run):
    tasks.fit_prior(run, "normal")
    rescored(run, 3.0, 3.5)
    better = choose_prior(run)
    assert better.kind == "normal"
    assert "held-out codes cost 3.00 nats, and 3.50 under the model's own" in better.reason
    rescored(run, 3.5, 3.0)
    worse = choose_prior(run)
    assert worse.kind == "own"
    assert "held-out codes cost 3.00 nats, and 3.50 under the fitted normal prior" in worse.reason
    assert choose_prior(run, "ex-post").kind == "normal"
    assert choose_prior(run, "own").reason.endswith("as asked")


def test_a_kind_is_fitted_once_and_kept(run):
    recorder = Recorder()
    first = choose_prior(run, "normal", reporter=recorder)
    assert first.kind == "normal"
    assert any("fitting a normal prior" in line for line in recorder.of("note"))
    assert read_prior_record(run.path).kind == "normal"
    recorder.calls.clear()
    assert choose_prior(run, "normal", reporter=recorder).kind == "normal"
    assert recorder.calls == []
    # another kind lies beside it and does not take its place
    choose_prior(run, "gmm", reporter=recorder)
    assert recorder.calls
    assert read_prior_record(run.path).kind == "normal"
    assert read_prior_record(run.path / "priors" / "mixture").kind == "mixture"
    recorder.calls.clear()
    assert choose_prior(run, "mixture", reporter=recorder).kind == "mixture"
    assert recorder.calls == []


def test_a_plain_autoencoder_has_none_until_one_is_fitted(plain):
    for wanted in (None, "own"):
        with pytest.raises(CapabilityError, match="a plain autoencoder has no distribution over codes"):
            choose_prior(plain, wanted)
    with pytest.raises(CapabilityError, match="no prior was fitted"):
        choose_prior(plain, "ex-post")
    assert "fitted to the model's codes" in choose_prior(plain, "normal").reason
    assert choose_prior(plain).kind == "normal"


def test_unknown_names(run):
    with pytest.raises(UnknownNameError, match="no prior is called 'gauss'; there are: own, ex-post, flow"):
        choose_prior(run, "gauss")


def test_densities_are_the_priors(run):
    z = torch.randn(7, 2)
    torch.testing.assert_close(choose_prior(run).log_prob(run)(z), -0.5 * (z**2).sum(1) - 1.8378770664093453)
    fitted = choose_prior(run, "normal")
    torch.testing.assert_close(fitted.log_prob(run)(z), -fitted.fitted.nll(z))
    z.requires_grad_()
    assert torch.autograd.grad(fitted.log_prob(run)(z).sum(), z)[0].abs().sum() > 0


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    return tasks.train("digits", "conditional-vae", out=tmp_path_factory.mktemp("c") / "run", steps=5, command="test")


def test_a_conditional_model_is_compared_given_the_context(conditional):
    fitted = tasks.fit_prior(conditional, "normal")
    assert fitted.record.nll_own is not None
    part = conditional.data.validation
    z = sample_codes(conditional, part, derive_seed(0, 22)).reshape(-1, *conditional.model.latent_shape)
    own = -conditional.model.prior_for(part.conditioning()).log_prob(z)
    assert fitted.record.nll_own.value == pytest.approx(own.mean().item(), rel=1e-5)
    assert tasks.generate(conditional, 4, prior="normal")[0].shape == (4, 1, 8, 8)


def test_long_codes_are_refused_before_anything_is_encoded(run, monkeypatch):
    monkeypatch.setattr(ex_post_priors["mixture"], "max_dims", 1)
    monkeypatch.setattr("autoencode.latent.ex_post.fit_prior.sample_codes", None)
    with pytest.raises(CapabilityError, match="codes of 2 numbers are too long for the covariances of a mixture prior"):
        choose_prior(run, "mixture")
