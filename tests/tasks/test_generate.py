import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.latent.encoding import sample_codes
from autoencode.latent.sampling import sample_examples
from autoencode.tasks import generate, train
from support.reporters import Recorder


def test_of_a_class_for_an_unconditional_model(digits_run, tmp_path):
    recorder = Recorder()
    zeros, _ = generate(digits_run, 200, tmp_path / "a", of_class="0", reporter=recorder)
    assert recorder.of("note") == ["codes from a normal fitted to those of '0'"]
    train = digits_run.data.train
    places = (train.labels == 0, train.labels != 0)
    codes = (sample_codes(digits_run, train[place.nonzero().flatten()], 0) for place in places)
    own, others = (digits_run.decode(z).mean(0) for z in codes)
    assert (zeros.mean(0) - own).norm() < (zeros.mean(0) - others).norm()
    assert zeros.std(0).max() > 0
    assert torch.equal(sample_examples(digits_run, 200, of_class=0), zeros)


def test_a_class_of_a_plain_autoencoder_needs_no_prior(plain_run):
    assert sample_examples(plain_run, 3, of_class=7).shape == (3, 1, 8, 8)


def test_a_class_comes_from_no_prior(digits_run):
    with pytest.raises(ArgumentError, match="leave --class or --prior out"):
        sample_examples(digits_run, 3, of_class=7, prior="own")


def test_near_a_picture(digits_run, tmp_path):
    recorder = Recorder()
    same, _ = generate(digits_run, 3, tmp_path, like="test:1", spread=0.0, reporter=recorder)
    x = digits_run.data.test.inputs()[:1]
    again = digits_run.decode(digits_run.model.encode(x).mean.detach())
    torch.testing.assert_close(same, again.expand_as(same))
    assert recorder.of("note")[0] == "codes near test-1, 0 of the spread of all"
    near, far = (generate(digits_run, 64, tmp_path, like="test:1", spread=s)[0] for s in (0.1, 0.9))
    assert (near - again).square().mean() < (far - again).square().mean()


@pytest.mark.parametrize("also", [{"prior": "own"}, {"condition": "a.png"}, {"temperature": 0.5}])
def test_near_a_picture_excludes(digits_run, tmp_path, also):
    with pytest.raises(ArgumentError, match=f"leave --like or --{next(iter(also))} out"):
        generate(digits_run, 3, tmp_path, like="test:1", **also)


def test_a_low_temperature_keeps_to_the_middle(digits_run):
    middle = digits_run.decode(torch.zeros(1, 2))
    cold, warm = (sample_examples(digits_run, 64, temperature=t) for t in (0.01, 1.0))
    torch.testing.assert_close(cold, middle.expand_as(cold), atol=0.1, rtol=0)
    assert warm.std(0).mean() > 10 * cold.std(0).mean()
    assert torch.equal(warm, sample_examples(digits_run, 64))
    with pytest.raises(ArgumentError, match="above 0"):
        sample_examples(digits_run, 2, temperature=0.0)


@pytest.mark.parametrize("kind", ["normal", "flow", "two-stage"])
def test_fitted_priors_have_a_temperature(plain, kind):
    options = {"flow": {"epochs": 1}, "two-stage": {"epochs": 1, "hidden": 8}}.get(kind, {})
    prior = tasks.fit_prior(plain, kind, **options).prior
    spread = [prior.sample(500, t).std(0).mean().item() for t in (0.5, 1.0)]
    assert spread[1] / spread[0] == pytest.approx(2, rel=0.3)


def test_a_prior_without_scales_refuses(tmp_path):
    run = tasks.train(
        "digits", "dirichlet-vae", out=tmp_path / "r", steps=2, network="dense", command="t", latent_dim=2
    )
    with pytest.raises(CapabilityError, match="has none: leave --temperature out"):
        sample_examples(run, 2, temperature=0.5)


def test_a_class_of_a_model_that_guesses_classes(tmp_path):
    run = tasks.train("digits", "m2-vae", out=tmp_path / "run", steps=3, command="test", n_labels=100)
    recorder = Recorder()
    assert sample_examples(run, 4, of_class=3, reporter=recorder).shape == (4, 1, 8, 8)
    assert recorder.of("note") == ["codes of '3' from the model's own prior"]


def test_what_was_generated_before_does_not_stay_beside_the_new_sheet(digits_run, tmp_path):
    (tmp_path / "0099.png").write_bytes(b"a person's own")
    (tmp_path / "notes.txt").write_text("mine")
    generate(digits_run, 7, tmp_path)
    (tmp_path / "0006.png").write_bytes((tmp_path / "0099.png").read_bytes())  # a person's own now
    _, files = generate(digits_run, 4, tmp_path)
    assert [path.name for path in files] == ["0001.png", "0002.png", "0003.png", "0004.png", "sheet.png"]
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files} | {
        "0006.png",
        "0099.png",
        "notes.txt",
    }


def test_nothing_is_removed_or_written_where_a_persons_file_is_in_the_way(digits_run, tmp_path):
    generate(digits_run, 5, tmp_path)
    (tmp_path / "0002.png").write_bytes(b"a person's own")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ArgumentError, match=r"0002.png is there already, and autoencode did not write it"):
        generate(digits_run, 3, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_pictures_say_what_they_were_sampled_from(run, tmp_path):
    recorder = Recorder()
    for prior in (None, "normal"):
        _, files = generate(run, 2, tmp_path, seed=3, prior=prior, reporter=recorder)
        for file in files:
            with Image.open(file) as image:
                assert image.text["Description"] == f"{recorder.of('note')[-1]}; seed 3"
    assert "own prior" in recorder.of("note")[0]
    assert "fitted normal prior" in recorder.of("note")[-1]


def test_near_a_picture_as_its_class_varies_and_how_unlike_they_are(digits_run, tmp_path):
    recorder = Recorder()
    of_all = generate(digits_run, 64, tmp_path, like="test:1", spread=1.0)[0]
    of_class = generate(digits_run, 64, tmp_path, like="test:1", spread=1.0, same_class=True, reporter=recorder)[0]
    assert not torch.equal(of_class, of_all)
    differ = float(torch.pdist(of_class.flatten(1)).square().mean() / of_class[0].numel()) ** 0.5
    source, unlike = recorder.of("note")
    assert source == "codes near test-1, 1 of the spread of all of its class"
    assert unlike.startswith(f"two of these pictures differ by {differ:.3g} ")
    assert "ms for each" in unlike
    with pytest.raises(ArgumentError, match="give --like or leave it out"):
        generate(digits_run, 3, tmp_path, same_class=True)
    with pytest.raises(ArgumentError, match="leave --class or it out"):
        generate(digits_run, 3, tmp_path, like="test:1", of_class="3", same_class=True)


def test_shapes_on_a_transparent_ground(digits_run, tmp_path):
    made, files = generate(digits_run, 2, tmp_path, cut_out=True)
    with Image.open(files[0]) as picture:
        colours, alpha = np.asarray(picture)[..., :3], np.asarray(picture)[..., 3]
    assert (colours == 255).all()
    np.testing.assert_allclose(alpha, 255 * (4 * (made[0, 0] - 0.5) + 0.5).clamp(0, 1), atol=1)


def test_vectors_have_no_outline(tmp_path):
    run = train(np.random.default_rng(0).random((40, 5)).astype(np.float32), "dense-vae", out=tmp_path / "run", steps=1)
    with pytest.raises(ArgumentError, match="--cut-out writes shapes, which are grey pictures"):
        generate(run, 2, cut_out=True)
