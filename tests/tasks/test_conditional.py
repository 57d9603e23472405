"""Models conditioned on classes or pictures, from training to new examples."""

import pytest
import torch

from autoencode.data import load
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.condition_picture import read_condition
from autoencode.runs.run import Run
from autoencode.tasks import evaluate, generate, reconstruct, report, train
from autoencode.views.outputs import to_pil_image


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    data = load("digits", limit=400)
    return train(
        data, "conditional-vae", epochs=3, network="dense", out=tmp_path_factory.mktemp("runs") / "conditional"
    )


def test_the_classes_are_counted_from_the_data(run: Run) -> None:
    assert run.folder.record.arguments["n_classes"] == 10


def test_draws_of_one_class_by_name_or_number_and_of_all(run: Run, tmp_path) -> None:
    some = generate(run, 20, tmp_path / "a")[0]
    threes = generate(run, 20, tmp_path / "b", of_class="3")[0]
    assert some.shape == threes.shape == (20, 1, 8, 8)
    assert torch.equal(generate(run, 20, tmp_path / "c", of_class=3)[0], threes)
    assert not torch.equal(some, threes)
    assert run.contexts(20).tolist() == [i // 2 for i in range(20)]
    with pytest.raises(ArgumentError, match="no class 'cat'; there are: 0, 1, 2"):
        generate(run, 2, tmp_path / "d", of_class="cat")


def test_evaluation_report_and_reconstruction_bring_the_context(run: Run, tmp_path) -> None:
    measured = evaluate(run, importance_samples=5, importance_examples=20)
    assert measured.log_likelihood.value > measured.elbo.value - 5 * measured.elbo.standard_error
    assert report(run, measured).is_file()
    assert reconstruct(run, out=tmp_path / "back").reconstructions.shape[1:] == (1, 8, 8)
    picture = generate(run, 1, tmp_path / "one")[1][0]
    with pytest.raises(ArgumentError, match="--class"):
        reconstruct(run, [picture], tmp_path / "back2")
    assert len(reconstruct(run, [picture], tmp_path / "back3", of_class=3).files) == 2


def test_the_class_is_used(run: Run) -> None:
    x = run.data.test.inputs(slice(0, 50))
    right = run.data.test[:50].conditioning()
    wrong = (right + 5) % 10

    def nll(context) -> float:
        z = run.model.encode(x, context).mean
        return -run.model.decode(z, context).log_prob(x).mean().item()

    assert nll(right) < nll(wrong)


def test_data_without_labels_are_refused_before_training(tmp_path) -> None:
    with pytest.raises(DataError, match="conditional-vae learns from labels, and array has none"):
        train(load(torch.rand(100, 6)), "conditional-vae", steps=1, out=tmp_path / "run")


def test_a_model_without_classes_takes_none(tmp_path) -> None:
    plain = train(load(torch.rand(40, 1, 8, 8)), "dense-vae", steps=1, out=tmp_path / "run")
    with pytest.raises(ArgumentError, match="not conditioned on classes, and its data have no labels"):
        generate(plain, 2, tmp_path / "x", of_class=1)
    with pytest.raises(ArgumentError, match="not conditioned on pictures"):
        generate(plain, 2, tmp_path / "x", condition=tmp_path / "x.png")


def test_plans_fill_outlines(tmp_path) -> None:
    data = load("floor-plans", limit=200)
    run = train(data, "floor-plan-vae", steps=3, out=tmp_path / "run", network="dense")
    assert run.folder.record.arguments["context_shape"] == (1, 32, 32)
    again = Run(tmp_path / "run")
    assert generate(again, 6, tmp_path / "s")[0].shape == (6, 1, 32, 32)
    assert torch.equal(again.contexts(4), data.test.subsample(4).conditioning())
    outline = to_pil_image(data.test[:1].conditioning()[0])
    outline.save(tmp_path / "outline.png")
    context = read_condition(again, tmp_path / "outline.png", 3)
    assert context.shape == (3, 1, 32, 32)
    assert torch.equal(context, data.test[:1].conditioning().expand(3, -1, -1, -1))
    outline.resize((128, 96)).save(tmp_path / "large.png")
    assert read_condition(again, tmp_path / "large.png", 2).shape == (2, 1, 32, 32)
    one = generate(again, 3, tmp_path / "u", condition=tmp_path / "outline.png")[0]
    assert torch.equal(one, generate(again, 3, tmp_path / "v", condition=tmp_path / "outline.png")[0])
    assert not torch.equal(one, generate(again, 3, tmp_path / "w")[0])
    with pytest.raises(DataError, match=r"none\.png"):
        generate(again, 2, tmp_path / "t", condition=tmp_path / "none.png")
    for also in ({}, {"condition": tmp_path / "outline.png"}):
        with pytest.raises(ArgumentError, match="not conditioned on classes"):
            generate(again, 2, tmp_path / "t", of_class=1, **also)
