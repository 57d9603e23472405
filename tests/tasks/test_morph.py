import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError, DataError, UnknownNameError
from autoencode.tasks import morph, save_morph
from support.reporters import Recorder


@pytest.fixture(scope="module")
def made(digits_run):
    return morph(digits_run, "test:1", "test:2", frames=5)


def test_it_leads_from_code_to_code(digits_run, made):
    x = digits_run.data.test.inputs()[:2]
    ends = digits_run.model.encode(x).mean.detach()
    torch.testing.assert_close(made.codes[[0, -1]], ends)
    torch.testing.assert_close(made.codes[2], ends.mean(0))
    torch.testing.assert_close(made.examples, digits_run.decode(made.codes))


def test_the_density_path_is_likelier(run):
    recorder = Recorder()
    line = morph(run, "test:1", "test:2", frames=8)
    for prior in ("own", "normal"):
        bent = morph(run, "test:1", "test:2", frames=8, path="density", prior=prior, reporter=recorder)
        density = tasks.choose_prior(run, prior).log_prob(run)
        assert density(bent.codes).mean() > density(line.codes).mean()
        torch.testing.assert_close(bent.codes[[0, -1]], line.codes[[0, -1]])
    assert [note for note in recorder.of("note") if "path" in note] == [
        f"the path follows the density of {which} prior" for which in ("its own", "the fitted normal")
    ]
    # the one that is kept is followed where none is named
    assert torch.equal(morph(run, "test:1", "test:2", frames=8, path="density").codes, bent.codes)
    straight = morph(run, "test:1", "test:2", frames=8, path="density", density_weight=0.0)
    torch.testing.assert_close(straight.codes, line.codes)


def test_a_bound_is_no_density_to_follow(plain):
    tasks.fit_prior(plain, "two-stage", epochs=1, hidden=8)
    with pytest.raises(CapabilityError, match="only a bound on the density of codes is known"):
        morph(plain, "test:1", "test:2", frames=4, path="density")


def test_a_moving_picture_goes_there_and_back(digits_run, made, tmp_path):
    path = save_morph(digits_run, made, tmp_path / "ab.gif", size=64)
    with Image.open(path) as film:
        assert film.n_frames == 8  # 1 2 3 4 5 4 3 2
        assert film.size == (64, 64)
        assert film.info["loop"] == 0


def test_a_strip_of_several_paths_a_folder_and_the_default_place(digits_run, made, tmp_path):
    one = save_morph(digits_run, made, tmp_path / "one.png")
    two = save_morph(digits_run, [made, made], tmp_path / "two.png")
    with Image.open(one) as low, Image.open(two) as high:
        assert high.height > 1.5 * low.height
    folder = save_morph(digits_run, made, tmp_path / "frames")
    assert len(list(folder.glob("*.png"))) == 5
    with Image.open(folder / "0001.png") as picture:
        assert picture.size == (8, 8)
    assert save_morph(digits_run, made).name == "test-1-test-2.gif"


def test_vectors_become_an_array(vector_run, tmp_path):
    made = morph(vector_run, "test:1", "test:2", frames=4)
    assert np.load(save_morph(vector_run, made, tmp_path / "ab.npy")).shape == (4, 5)
    with pytest.raises(ArgumentError, match=r"written to \.npy \(the numbers\), and not"):
        save_morph(vector_run, made, tmp_path / "ab.gif")


def test_notes(digits_run, tmp_path):
    Image.new("L", (32, 16), 200).save(tmp_path / "a.png")
    recorder = Recorder()
    same = morph(digits_run, tmp_path / "a.png", tmp_path / "a.png", frames=3, reporter=recorder)
    assert "fitted to the model's 8x8" in recorder.of("note")[0]
    assert recorder.of("note")[-1] == "A and B are the same example: nothing will move"
    assert torch.equal(same.codes[0], same.codes[-1])
    assert morph(digits_run, "test:1", "test:1", path="spherical", frames=3).codes.isfinite().all()


def test_wrong_input(digits_run, made, tmp_path):
    with pytest.raises(ArgumentError, match="2 frames at least"):
        morph(digits_run, "test:1", "test:2", frames=1)
    with pytest.raises(UnknownNameError, match="did you mean 'linear'"):
        morph(digits_run, "test:1", "test:2", path="linnear")
    with pytest.raises(DataError, match=r"no\.png"):
        morph(digits_run, "no.png", "test:2")
    with pytest.raises(ArgumentError, match=r"not to 'ab\.jpg'"):
        save_morph(digits_run, made, tmp_path / "ab.jpg")
    with pytest.raises(ArgumentError, match=r"give --out a name in \.png"):
        save_morph(digits_run, [made, made], tmp_path / "ab.gif")


def test_codes_on_a_sphere_take_the_great_circle(tmp_path):
    run = tasks.train("digits", "hyperspherical-vae", out=tmp_path / "r", steps=2, network="dense", command="t")
    assert morph(run, "test:1", "test:2", frames=3).kind == "spherical"


@pytest.mark.parametrize(("recipe", "kind"), [("conditional-vae", "linear"), ("hyperspherical-vae", "spherical")])
def test_the_path_that_suits_the_codes(recipe, kind, tmp_path):
    run = tasks.train("digits", recipe, out=tmp_path / "run", steps=3, command="test")
    numbers = (run.data.test.labels == 3).nonzero().flatten()[:2] + 1
    made = morph(run, *(f"test:{number}" for number in numbers), frames=3)
    assert made.kind == kind
    assert made.examples.shape == (3, 1, 8, 8)
