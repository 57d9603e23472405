import pytest
import torch

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.evaluation import encode_all
from autoencode.tasks import save_traversal, traverse


def test_one_dimension_moves_at_a_time_and_the_largest_kl_comes_first(digits_run):
    made = traverse(digits_run, n_steps=5, max_std=2.0)
    kl = encode_all(digits_run.model, digits_run.data.test).kl.mean(0)
    torch.testing.assert_close(made.relevances, kl.sort(descending=True).values)
    assert made.dims.tolist() == (kl.argsort(descending=True) + 1).tolist()
    assert made.steps.tolist() == [-2, -1, 0, 1, 2]
    first = made.dims[0] - 1
    torch.testing.assert_close(made.codes[0, :, first], made.steps)
    assert made.codes[0, :, 1 - first].abs().max() == 0
    torch.testing.assert_close(made.examples[0], digits_run.decode(made.codes[0]))
    assert made.measure == "KL"


def test_through_an_example_the_others_keep_its_code(digits_run):
    z = digits_run.model.encode(digits_run.data.test.inputs()[2:3]).mean.detach()[0]
    made = traverse(digits_run, "test:3", dims=[2], n_steps=3)
    assert made.dims.tolist() == [2]
    assert made.codes[0, :, 1].tolist() == [-3, 0, 3]
    torch.testing.assert_close(made.codes[0, :, 0], z[0].expand(3))


def test_without_a_kl_dimensions_are_ranked_by_variance_in_units_of_the_codes(plain_run):
    made = traverse(plain_run, n_steps=3)
    codes = plain_run.model.encode(plain_run.data.test.inputs()).mean.detach().flatten(1)
    assert made.measure == "variance"
    torch.testing.assert_close(made.relevances, codes.var(0, correction=0).sort(descending=True).values[:10])
    dim = made.dims[0] - 1
    expected = codes.mean(0)[dim] + made.steps * codes.std(0, correction=0)[dim]
    torch.testing.assert_close(made.codes.flatten(2)[0, :, dim], expected, rtol=1e-4, atol=1e-4)


def test_files_and_wrong_input(digits_run, vector_run, tmp_path):
    made = traverse(digits_run, "test:1", n_steps=3)
    assert save_traversal(digits_run, made, tmp_path / "t.png").exists()
    assert save_traversal(digits_run, traverse(digits_run, n_steps=3)).name == "traversal.png"
    for wrong in (0, 3):
        with pytest.raises(ArgumentError, match=f"no latent dimension {wrong}: this model has 2, counted from 1"):
            traverse(digits_run, dims=[wrong])
    with pytest.raises(ArgumentError, match="2 steps or more"):
        traverse(digits_run, n_steps=1)
    with pytest.raises(ArgumentError, match=r"written as \.png"):
        save_traversal(digits_run, made, tmp_path / "t.gif")
    vectors = traverse(vector_run, n_steps=3)
    assert vectors.examples.shape == (2, 3, 5)
    with pytest.raises(CapabilityError, match="vectors"):
        save_traversal(vector_run, vectors)
