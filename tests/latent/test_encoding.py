import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.latent.encoding import encode_example, interpolate_context, posterior_means, sample_codes
from autoencode.views.outputs import to_pil_image


def test_an_example_of_the_data_by_its_number(digits_run):
    one = encode_example(digits_run, "test:17")
    x = digits_run.data.test.inputs()[16:17]
    assert one.name == "test-17"
    assert torch.equal(one.x, x)
    torch.testing.assert_close(one.z, digits_run.model.encode(x).mean.detach())
    assert one.note is None
    assert one.context is None
    assert torch.equal(encode_example(digits_run, "train:1").x, digits_run.data.train.inputs()[:1])
    for wrong in ("test:0", "test:181"):
        with pytest.raises(ArgumentError, match="the test part has 180, counted from 1"):
            encode_example(digits_run, wrong)


def test_a_file_is_fitted_and_noted(digits_run, tmp_path):
    x = digits_run.data.test.inputs()[0]
    to_pil_image(x).save(tmp_path / "own.png")
    one = encode_example(digits_run, tmp_path / "own.png")
    assert one.note is None
    torch.testing.assert_close(one.x[0], x, atol=1 / 255, rtol=0)
    Image.new("RGB", (64, 48), "red").save(tmp_path / "large.png")
    assert (
        encode_example(digits_run, tmp_path / "large.png").note == "large.png: 64x48 pixels, fitted to the model's 8x8"
    )


def test_unreadable_files_and_vectors(digits_run, vector_run, tmp_path):
    (tmp_path / "no.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"no\.png: no picture"):
        encode_example(digits_run, tmp_path / "no.png")
    with pytest.raises(DataError, match=r"none\.png"):
        encode_example(digits_run, tmp_path / "none.png")
    with pytest.raises(DataError, match="takes vectors of 5 numbers"):
        encode_example(vector_run, tmp_path / "no.png")


def test_words_of_a_codebook_are_refused(tmp_path):
    run = tasks.train("digits", "vq-vae", out=tmp_path / "run", steps=2, command="test", n_codes=4, channels=(4, 4))
    for refused in (
        lambda: encode_example(run, "test:1"),
        lambda: sample_codes(run, run.data.test, 0),
        lambda: tasks.morph(run, "test:1", "test:2"),
        lambda: tasks.traverse(run),
        lambda: tasks.generate(run, 2, of_class=3),
        lambda: tasks.edit(run, "test:1", ["3+1"]),
    ):
        with pytest.raises(CapabilityError, match="words of a codebook"):
            refused()


def test_means_of_chunks_are_those_of_the_whole(digits_run):
    part = digits_run.data.train[:600]
    torch.testing.assert_close(posterior_means(digits_run, part), digits_run.model.encode(part.inputs()).mean.detach())


def test_the_context_between_two(digits_run):
    from dataclasses import replace

    one = encode_example(digits_run, "test:1")
    assert interpolate_context(one, one, torch.ones(3)) is None
    a, b = (replace(one, context=torch.full((1, 1, 2, 2), value)) for value in (0.0, 1.0))
    assert interpolate_context(a, b, torch.tensor([0.0, 0.25, 1.0]))[:, 0, 0, 0].tolist() == [0, 0.25, 1]
    c, d = (replace(one, context=torch.tensor([number])) for number in (3, 5))
    assert interpolate_context(c, c, torch.ones(2)).tolist() == [3, 3]
    with pytest.raises(ArgumentError, match="of two classes"):
        interpolate_context(c, d, torch.ones(2))
