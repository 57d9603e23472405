import json
import sys
from functools import partial

import pytest
import torch
from scipy import stats
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError, RunError, UnknownNameError
from autoencode.latent.encoding import sample_codes
from autoencode.latent.ex_post import ExPostPrior, ex_post_prior, ex_post_priors, load_fitted, read_prior_record
from autoencode.recipes import recipes
from autoencode.runs.run import Run
from autoencode.runs.tensor_file import load_tensors, save_tensors
from support.reporters import Recorder
from support.statistics import assert_at_most, assert_mean, assert_within_standard_errors

SHORT = {
    "mixture": {"n_components": 3},
    "normal": {},
    "flow": {"epochs": 2},
    "two-stage": {"epochs": 1, "hidden": 16},
}
every = pytest.mark.parametrize("kind", ex_post_priors)


def truth(dims: int = 3) -> MixtureSameFamily:
    """Three normals with correlations, of unequal weights, in no way standardised."""
    locs = torch.tensor([[10.0, 0.0, 1.0], [0.0, 60.0, 2.0], [-10.0, -60.0, 1.5]])[:, :dims]
    factors = torch.tensor([[2.0, 0.0, 0.0], [5.0, 9.0, 0.0], [0.05, 0.03, 0.1]]).expand(3, 3, 3)[:, :dims, :dims]
    return MixtureSameFamily(Categorical(torch.tensor([0.5, 0.3, 0.2])), MultivariateNormal(locs, scale_tril=factors))


# Densities ---------------------------------------------------------------------------------------------------------


def test_a_mixture_finds_the_density_of_a_mixture():
    p = truth()
    prior = ex_post_priors["mixture"](3, n_components=3)
    prior.fit(p.sample((20_000,)), p.sample((10,)), seed=0)
    z = p.sample((5_000,))
    # What is lost by fitting is, on average, half the parameters (29) over the number of codes.
    excess = prior.nll(z) + p.log_prob(z)
    assert_within_standard_errors(excess.mean(), 29 / 2 / 20_000, excess.std() / 5_000**0.5)


def test_one_normal_is_scipys():
    z, held_out = truth().sample((2_000,)), truth().sample((50,))
    prior = ex_post_priors["normal"](3)
    prior.fit(z, held_out, seed=0)
    covariance = torch.cov(z.double().T, correction=0) + 1e-6 * torch.diag(z.double().var(0, correction=0))
    expected = stats.multivariate_normal(z.double().mean(0), covariance).logpdf(held_out.double().numpy())
    torch.testing.assert_close(-prior.nll(held_out).double(), torch.as_tensor(expected), rtol=1e-4, atol=1e-4)


@every
def test_samples_are_from_the_density_that_log_prob_has(kind):
    """E[r(z) / p(z)] = 1 for draws from p and any density r: shift and scale are accounted for on both sides."""
    prior = ex_post_priors[kind](2, **SHORT[kind])
    prior.fit(truth(2).sample((1_000,)), truth(2).sample((200,)), seed=0)
    with torch.no_grad():
        z = prior.sample(3_000)
    likely = z[prior.nll(z).argmin()]  # r lies inside of p: between two parts of p the ratio would have no variance
    r = MultivariateNormal(likely, torch.cov(z.T) / 25)
    ratio = (r.log_prob(z) + prior.nll(z)).exp()
    if kind == "two-stage":  # its nll is an upper bound, so the ratio is too large on average
        assert_at_most(torch.ones(3_000), ratio)
    else:
        assert_mean(ratio, 1.0)


@pytest.mark.parametrize(("kind", "options"), [("flow", {"epochs": 8}), ("two-stage", {"epochs": 40, "hidden": 64})])
def test_what_is_learned_beats_one_normal(kind, options):
    p = truth()
    train, held_out = p.sample((4_000,)), p.sample((500,))
    one, learned = ex_post_priors["normal"](3), ex_post_priors[kind](3, **options)
    for prior in (one, learned):
        prior.fit(train, held_out, seed=0)
    z = p.sample((2_000,))
    assert_at_most(learned.nll(z) + 0.3, one.nll(z))  # a third of a nat at least
    assert_at_most(-p.log_prob(z), learned.nll(z))


@every
def test_a_dimension_that_never_varies_does_no_harm(kind):
    z = torch.randn(300, 3)
    z[:, 1] = 4.0
    prior = ex_post_priors[kind](3, **SHORT[kind])
    prior.fit(z, z[:100], seed=0)
    assert prior.nll(z).isfinite().all()
    assert prior.sample(50).isfinite().all()


def test_a_flow_stops_when_held_out_codes_are_no_likelier():
    recorder = Recorder()
    prior = ex_post_priors["flow"](2, epochs=60)
    train, held_out = torch.randn(40, 2), torch.randn(200, 2)
    prior.fit(train, held_out, seed=0, reporter=recorder)
    epochs = [call[4] for call in recorder.calls if call[0] == "update" and call[4]]
    assert 5 <= len(epochs) < 60
    best = min(float(detail.split()[2]) for detail in epochs)
    standard = prior.log_prob_standardised(prior._standardise(held_out)).mean().item()
    assert -standard <= best + 1e-3  # the weights of the best epoch, and not of the last


# Runs --------------------------------------------------------------------------------------------------------------


@every
def test_the_same_seed_gives_the_same_prior(plain, kind):
    one, two = (tasks.fit_prior(plain, kind, seed=3, **SHORT[kind]) for _ in range(2))
    assert one.record.nll == two.record.nll
    assert all(
        torch.equal(a, b) for a, b in zip(one.prior.state_dict().values(), two.prior.state_dict().values(), strict=True)
    )
    assert tasks.fit_prior(plain, kind, seed=4, **SHORT[kind]).prior is not one.prior


@every
def test_a_plain_autoencoder_generates_once_a_prior_is_fitted(plain, tmp_path, kind):
    with pytest.raises(CapabilityError, match="autoencode fit-prior"):
        tasks.generate(plain, 4)
    fitted = tasks.fit_prior(plain, kind, **SHORT[kind])
    assert fitted.record.nll_own is None
    assert fitted.record.n_codes == 1437
    assert fitted.record.nll.n == 180
    again = Run(plain.path)
    x, files = tasks.generate(again, 4, tmp_path / "new", seed=1)
    assert x.shape == (4, 1, 8, 8)
    assert files[-1].exists()
    assert torch.equal(x, tasks.generate(again, 4, tmp_path / "new", seed=1, prior="ex-post")[0])
    assert not torch.equal(x, tasks.generate(again, 4, tmp_path / "new", seed=2)[0])
    with pytest.raises(CapabilityError, match="a plain autoencoder"):
        tasks.generate(again, 4, prior="own")


def test_codes_of_a_variational_model_are_draws(run):
    part = run.data.validation
    one, again, other = (sample_codes(run, part, seed) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    q = run.model.encode(part.inputs())
    assert_mean((one - q.mean) / q.stddev, 0.0)
    assert_mean(((one - other) / q.stddev).square(), 2.0)


def test_a_variational_model_has_two_priors(run, tmp_path):
    own, _ = tasks.generate(run, 4, tmp_path / "own")
    with pytest.raises(CapabilityError, match="no prior was fitted"):
        tasks.generate(run, 4, prior="ex-post")
    fitted = tasks.fit_prior(run, "normal")
    z = sample_codes(run, run.data.validation, 5)
    assert fitted.record.nll_own is not None
    p = stats.norm.logpdf(z.double().numpy()).sum(1)
    assert_within_standard_errors(fitted.record.nll_own.value, -p.mean(), 2 * fitted.record.nll_own.standard_error)
    assert torch.equal(own, tasks.generate(run, 4, tmp_path / "own", prior="own")[0])
    assert not torch.equal(own, tasks.generate(run, 4, tmp_path / "new")[0])
    text = tasks.report(run).read_text()
    assert "Samples from the fitted normal prior" in text
    assert "codes under the normal prior" in text
    assert "codes under the model" in text


def test_evaluating_and_reporting_a_plain_autoencoder_with_a_prior(plain):
    tasks.fit_prior(plain, "mixture", n_components=2)
    again = Run(plain.path)
    tasks.evaluate(again, importance_examples=0)
    text = tasks.report(again).read_text()
    assert "Samples from the fitted mixture prior" in text
    assert (plain.path / "figures" / "samples-ex-post.png").exists()


def test_prior_json_says_what_was_fitted(plain):
    fitted = tasks.fit_prior(plain, "mixture", seed=7, n_components=2)
    facts = json.loads((plain.path / "prior.json").read_text())
    assert (facts["kind"], facts["options"], facts["seed"], facts["part"]) == (
        "mixture",
        {"n_components": 2},
        7,
        "train",
    )
    assert facts["nll"]["value"] == fitted.record.nll.value


def reseal(file, change):
    """Writes a prior whose facts were changed, with a checksum that fits them."""
    tensors, facts = load_tensors(file)
    save_tensors(file, tensors, {**facts, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "normal"}, "'n_components'"),
        ({"kind": "os.system"}, "a kind of prior that is not in this version of autoencode: 'os.system'"),
        ({"kind": 7}, "'kind' should be text, not 7: fit it again"),
        ({"options": {"n_components": 5}}, "holds the weights of another model"),
        ({"options": {"n_components": 10**9}}, "names a model that is larger than its weights"),
        ({"options": {"n_components": {"a": 1}}}, r"'options.n_components' should be a number"),
        ({"options": None}, "'options' input should be a valid dictionary"),
        ({"nll": None}, "'nll' input should be a dictionary"),
        ({"nll": {"value": "x", "standard_error": 1.0, "n": 3}}, "'nll.value' input should be a valid number"),
        ({"n_codes": -1}, "'n_codes' should be from 0"),
        ({"part": "all"}, "'part' input should be 'train', 'validation' or 'test'"),
        ({"more": 1}, "'more' extra inputs are not permitted"),
    ],
)
def test_a_prior_with_other_facts_is_refused(plain, change, message):
    tasks.fit_prior(plain, "mixture", n_components=2)
    reseal(plain.path / "prior.safetensors", change)
    with pytest.raises(RunError, match=message) as caught:
        ex_post_prior(Run(plain.path))
    assert "\n" not in str(caught.value)


def test_a_file_that_was_tampered_with_is_refused(plain):
    tasks.fit_prior(plain, "mixture", n_components=2)
    file = plain.path / "prior.safetensors"
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)
    with pytest.raises(RunError, match="checksum"):
        ex_post_prior(Run(plain.path))
    file.unlink()
    assert ex_post_prior(Run(plain.path)) is None


@pytest.mark.parametrize("name", ["weights", "locs"])
def test_sealed_weights_that_are_no_density_are_refused(plain, name):
    tasks.fit_prior(plain, "mixture", n_components=2)
    tensors, facts = load_tensors(plain.path / "prior.safetensors")
    tensors[name] = torch.tensor([-1.0, 3.0]) if name == "weights" else torch.full_like(tensors[name], 3e38)
    tensors["scale"] = torch.full_like(tensors["scale"], 1e30)
    save_tensors(plain.path / "prior.safetensors", tensors, facts)
    with pytest.raises(RunError, match="no codes can be drawn: fit it again"):
        ex_post_prior(Run(plain.path))


def test_what_is_read_is_one_file(plain):
    tasks.fit_prior(plain, "mixture", n_components=2)
    (plain.path / "prior.json").write_text("a copy for people")
    assert read_prior_record(plain.path).kind == "mixture"
    assert ex_post_prior(Run(plain.path)) is not None


def test_a_prior_of_other_weights_is_refused(plain):
    tasks.fit_prior(plain, "normal")
    with torch.no_grad():
        next(plain.model.parameters()).add_(1e-3)
    with pytest.raises(RunError, match="fitted to the codes of other weights"):
        load_fitted(plain.path, plain.model)
    assert ex_post_prior(plain) is None


def test_resuming_fits_the_same_kind_anew(plain):
    tasks.fit_prior(plain, "mixture", seed=2, n_components=2)
    before = json.loads((plain.path / "prior.json").read_text())
    resumed = tasks.resume(plain.path, epochs=2)
    after = json.loads((plain.path / "prior.json").read_text())
    assert (after["options"], after["seed"]) == ({"n_components": 2}, 2)
    assert after["model"] != before["model"]
    assert ex_post_prior(resumed) is not None


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_prior_whose_fit_was_killed_is_fitted_by_a_resume(monkeypatch, tmp_path):
    module = sys.modules["autoencode.tasks.train"]

    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, "fit_prior", killed)
        with pytest.raises(Killed):
            tasks.train("digits", "rae", out=tmp_path / "run", epochs=1, network="dense", command="test")
    assert Run(tmp_path / "run").folder.record.status == "complete"
    run = tasks.resume(tmp_path / "run")
    assert ex_post_prior(run) is not None
    weights = (run.path / "model.safetensors").read_bytes()
    with pytest.raises(RunError, match=r"is complete after 12 steps \(1 epoch\): give more --epochs"):
        tasks.resume(run.path)
    assert (run.path / "model.safetensors").read_bytes() == weights


def test_the_earlier_prior_stays_until_the_new_one_is_whole(plain, monkeypatch):
    tasks.fit_prior(plain, "mixture", seed=2, n_components=2)
    before = (plain.path / "prior.safetensors").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(ExPostPrior, "fit", lambda *_, **__: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            tasks.resume(plain.path, epochs=2)
    assert (plain.path / "prior.safetensors").read_bytes() == before
    with pytest.raises(RunError, match="fitted to the codes of other weights"):
        tasks.generate(Run(plain.path), 1)
    resumed = tasks.resume(plain.path)
    assert read_prior_record(plain.path).options == {"n_components": 2}
    assert ex_post_prior(resumed) is not None


def test_a_recipe_can_ask_for_a_prior(monkeypatch, tmp_path):
    shortened = partial(tasks.fit_prior, epochs=1, hidden=8)
    monkeypatch.setattr(sys.modules["autoencode.tasks.train"], "fit_prior", shortened)
    run = tasks.train("digits", "two-stage-vae", out=tmp_path / "run", epochs=1, network="dense", command="test")
    assert recipes["two-stage-vae"].ex_post == "two-stage"
    assert json.loads((run.path / "prior.json").read_text())["kind"] == "two-stage"
    assert ex_post_prior(run) is not None


def test_errors(plain):
    with pytest.raises(UnknownNameError, match=r"no prior to fit is called 'gmm'; there are: flow, mixture, normal"):
        tasks.fit_prior(plain, "gmm")
    with pytest.raises(ArgumentError, match="a fitted normal prior does not take n_components"):
        tasks.fit_prior(plain, "normal", n_components=3)
    with pytest.raises(ArgumentError, match="1 component or more"):
        tasks.fit_prior(plain, "mixture", n_components=0)
    with pytest.raises(ArgumentError, match="normals of 8 numbers need"):
        tasks.fit_prior(plain, "mixture", n_components=5_000)


def test_what_a_killed_fit_left_is_removed_by_the_next(plain):
    (plain.path / ".prior.json.0123abcd.part").write_text("half")
    tasks.fit_prior(plain, "normal")
    assert not list(plain.path.glob(".*.part"))
