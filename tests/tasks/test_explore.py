"""explorer.html of trained runs, and what cannot be explored."""

import base64
import html
import json
import re
import shutil
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from autoencode.cli.main import build
from autoencode.data import load
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.latent.choose_prior import choose_prior
from autoencode.latent.ex_post.fit_prior import fit_prior
from autoencode.latent.latent_support import latent_support
from autoencode.runs.run import Run
from autoencode.tasks import explore, export_decoder, train
from autoencode.views.outputs import to_pil_image
from support.fitted import rescored


def data_of(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)[1])


def bytes_of(pictures):
    return torch.stack([torch.from_numpy(np.asarray(to_pil_image(picture)).copy()) for picture in pictures]).float()


def pixels(page, codes, contexts):
    levels = page.run(f"{json.dumps(codes.tolist())}.map((z, i) => [...explorer.decode(z, {contexts}[i])])")
    return torch.tensor(levels, dtype=torch.float32)


@pytest.mark.browser
def test_the_page_of_a_run_has_pytorch_s_pixels(digits_run, browser, tmp_path):
    path = explore(digits_run, tmp_path / "e.html", examples=20)
    page = browser.open(path.as_uri())
    page.settle()
    codes = 2 * torch.randn(200, 2)
    found = pixels(page, codes, [0] * 200)
    expected = bytes_of(digits_run.decode(codes)).flatten(1)
    assert (found - expected).abs().max() <= 1
    assert (found != expected).float().mean() < 1e-3
    start = torch.tensor(page.run("explorer.code"))
    assert page.complaints() == []
    assert page.requests() == []
    page.close()
    assert start.abs().max() < 6


def test_few_test_pictures_are_shown_with_all_others(tmp_path):
    run = train("digits", "dense-vae", limit=47, validation=6, test=6, out=tmp_path / "few", steps=1, command="test")
    data = data_of(explore(run))
    assert len(data["placeLabels"]) == len(data["examples"]["labels"]) == 59
    assert data["examples"]["noun"] == "pictures of all parts"
    assert "59 pictures of all parts, 59 of them in this file" in (run.path / "explorer.html").read_text()


@pytest.fixture(scope="module")
def conditional_run(tmp_path_factory) -> Run:
    return train(
        "digits", "conditional-vae", out=tmp_path_factory.mktemp("runs") / "conditional", steps=20, command="test"
    )


@pytest.mark.browser
def test_a_model_conditioned_on_a_class(conditional_run, browser, tmp_path):
    path = explore(conditional_run, tmp_path / "e.html", examples=30)
    page = browser.open(path.as_uri())
    page.settle()
    assert page.run("document.getElementById('context').options.length") == 10
    codes, classes = torch.randn(10, 8), list(range(10))
    expected = bytes_of(conditional_run.decode(codes, torch.arange(10))).flatten(1)
    assert (pixels(page, codes, classes) - expected).abs().max() <= 1
    page.key("n")
    assert len(page.run("explorer.code")) == 8
    page.close()


def test_what_the_page_of_a_variational_run_says(digits_run):
    path = explore(digits_run, examples=20)
    assert path == digits_run.path / "explorer.html"
    data = data_of(path)
    assert data["latent"]["measure"] == "KL"
    assert data["latent"]["circles"]
    assert data["prior"]["kind"] == "normal"
    assert len(data["examples"]["labels"]) == 20
    assert len(data["placeLabels"]) == len(digits_run.data.test)
    assert data["classes"] == [str(i) for i in range(10)]
    scale, mean = (np.array(data["latent"][name]) for name in ("scale", "mean"))
    assert (np.abs(mean) < 1).all()
    assert ((scale > 0.5) & (scale < 2)).all()  # a VAE's codes as a whole are about standard normal
    path.unlink()


def test_a_plain_run_draws_from_a_normal_of_its_codes_until_a_prior_is_fitted(plain_run, tmp_path):
    data = data_of(explore(plain_run, tmp_path / "e.html", examples=5))
    assert data["latent"]["measure"] == "variance"
    assert data["prior"]["kind"] == "mixture"
    assert "mean and covariance" in data["prior"]["words"]
    assert "principal component 1" in data["latent"]["axes"][0]
    fit_prior(plain_run, "flow", epochs=1)
    try:
        data = data_of(explore(plain_run, tmp_path / "e.html", examples=5))
    finally:
        for file in plain_run.path.glob("prior.*"):
            file.unlink()
    assert data["prior"]["kind"] == "draws"
    assert data["prior"]["words"].startswith("codes from the flow prior that was fitted to the model's codes; one of")


def test_random_draws_what_generate_draws_by_default(digits_run, tmp_path):
    shutil.copytree(digits_run.path, tmp_path / "run")
    run = Run(tmp_path / "run")
    fit_prior(run, "normal")
    for own, kind in ((3.5, "mixture"), (2.5, "normal")):
        rescored(run, 3.0, own)
        page = explore(run, tmp_path / "e.html", examples=5)
        why = choose_prior(run).reason
        assert (data_of(page)["prior"]["kind"], data_of(page)["prior"]["words"]) == (kind, why)
        assert f"<dt>Random</dt><dd>{html.escape(why)}</dd>" in page.read_text(encoding="utf-8")


def test_draws_for_each_context_are_its_own(tmp_path):
    run = train("digits", "conditional-vae", out=tmp_path / "run", steps=1, command="test")
    head = run.model.prior.head
    with torch.no_grad():
        head.weight.copy_(torch.cat([torch.arange(10.0).expand(8, 10), torch.zeros(8, 10)]))
        head.bias.copy_(torch.cat([torch.zeros(8), torch.full((8,), -3.0)]))
    prior = data_of(explore(run, tmp_path / "e.html", examples=5))["prior"]
    codes = torch.frombuffer(bytearray(base64.b64decode(prior["codes"])), dtype=torch.float32).view(10, -1, 8)
    assert prior["byContext"]
    assert torch.equal(codes.round(), torch.arange(10.0)[:, None, None].expand(codes.shape))
    assert codes.std(1).min() > 0


def test_codes_that_are_no_numbers_are_reported(tmp_path):
    run = train(load(torch.rand(20, 1, 8, 8)), "conv-ae", out=tmp_path / "run", steps=1, command="test")
    with torch.no_grad():
        next(run.model.posterior.parameters()).fill_(torch.nan)
    with pytest.raises(CapabilityError, match="some codes are no finite numbers"):
        explore(run, tmp_path / "e.html")


def test_one_test_example(tmp_path):
    run = train(load(torch.rand(10, 1, 8, 8)), "conv-ae", out=tmp_path / "run", steps=1, command="test")
    assert len(run.data.test) == 1
    assert "mean and covariance" in data_of(explore(run, tmp_path / "e.html"))["prior"]["words"]


def test_every_number_of_a_one_hot_code_has_a_slider(tmp_path):
    small = {"n_latents": 3, "n_categories": 4, "steps": 2}
    run = train("digits", "categorical-vae", out=tmp_path / "run", command="test", **small)
    latent = data_of(explore(run, examples=5))["latent"]
    assert sorted(latent["order"]) == list(range(12))
    assert len(latent["relevance"]) == 12
    assert latent["measure"] == "variance"  # the KL is of four numbers together


def test_the_same_seed_gives_the_same_page(digits_run, tmp_path):
    pages = [explore(digits_run, tmp_path / f"{i}.html", examples=10, seed=s) for i, s in enumerate((0, 0, 1))]
    one, again, other = (page.read_bytes() for page in pages)
    assert one == again
    assert one != other


def test_vectors_have_no_pictures(vector_run, tmp_path):
    with pytest.raises(CapabilityError, match="decodes vectors, and the explorer shows pictures"):
        explore(vector_run, tmp_path / "e.html")


def test_grids_have_no_map(local_run, tmp_path):
    with pytest.raises(CapabilityError, match=r"are grids \(.*explore a model whose codes are vectors"):
        explore(local_run, tmp_path / "e.html")


def test_no_examples(digits_run):
    with pytest.raises(ArgumentError, match="--examples must be 1 or more, not 0"):
        explore(digits_run, examples=0)


def test_the_decoder_as_data(digits_run):
    program = export_decoder(digits_run)
    assert program.shape == (1, 8, 8)
    assert [step.op for step in program.steps].count("dense") == 2
    assert program.contexts == 1
    assert export_decoder(digits_run).weight_bytes() == program.weight_bytes()


def test_a_heavy_decoder_is_kept_in_half_precision_where_that_is_not_seen(tmp_path):
    data = load(torch.rand(40, 1, 24, 24))
    run = train(data, "dense-vae", out=tmp_path / "run", steps=2, command="test", hidden=800)
    page = explore(run, tmp_path / "e.html", examples=5)
    assert data_of(page)["precision"] == "float16"
    assert page.stat().st_size < 1_400_000 + 300_000


SUPPORTS = {
    "dense-vae": "real",
    "interval-vae": "unit",
    "bernoulli-vae": "unit",
    "gamma-vae": "positive",
    "dirichlet-vae": "simplex",
    "hyperspherical-vae": "sphere",
    "conv-ae": "real",
}


@pytest.mark.parametrize("name", SUPPORTS)
def test_where_codes_may_lie(name):
    from autoencode.recipes import recipes

    model, _ = recipes[name]((1, 8, 8))
    assert latent_support(model.encode(torch.rand(1, 1, 8, 8))) == SUPPORTS[name]


def test_on_the_command_line(digits_run, tmp_path):
    out = tmp_path / "e.html"
    words = ["explore", str(digits_run.path), "-o", str(out), "--examples", "5"]
    result = CliRunner().invoke(build(words), words)
    assert result.exit_code == 0, result.output
    assert "opens in any browser" in result.output
    assert out.exists()
    shown = CliRunner().invoke(build(["explore", "--help"]), ["explore", "--help"]).output
    assert "autoencode explore runs/fashion-mnist-fashion-vae" in shown


def test_pictures_have_the_names_of_their_files(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    pixels = rng.integers(0, 256, (30, 8, 8), np.uint8)
    for number, picture in enumerate(pixels):
        Image.fromarray(picture).save(tmp_path / "photos" / f"photo_{number:02}.png")
    run = train(tmp_path / "photos", "dense-vae", out=tmp_path / "run", steps=1)
    part, names, noun = sys.modules["autoencode.tasks.explore"]._shown_examples(run, 0)
    assert noun == "pictures of all parts"
    assert sorted(names) == [f"photo_{number:02}.png" for number in range(30)]
    for x, name in zip(part.x, names, strict=True):
        np.testing.assert_array_equal(x[0], pixels[int(name[6:8])])
    assert '"photo_07.png"' in explore(run).read_text()


def test_examples_that_are_no_files_have_no_names(digits_run):
    assert sys.modules["autoencode.tasks.explore"]._shown_examples(digits_run, 0)[1] == []
