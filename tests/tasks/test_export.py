"""Files that run without this library, each compared before it is kept."""

import json
from collections.abc import Iterator
from dataclasses import replace

import jaxtyping
import numpy as np
import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, CapabilityError, UnknownNameError
from autoencode.tasks.export import export_formats, onnx


@pytest.fixture(autouse=True)
def unchecked_shapes() -> Iterator[None]:
    """Sizes are symbols while PyTorch records, which the tests' checks of annotations refuse."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def test_onnx_files_run_alone_and_say_what_they_are(digits_run, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    done = tasks.export(digits_run, "onnx", tmp_path / "out")
    assert [path.name for path in done.files] == ["encoder.onnx", "decoder.onnx", "export.json", "README.md"]
    assert done.difference < 1e-5
    facts = json.loads(done.files[2].read_text())
    assert facts["encoder"]["inputs"] == [{"name": "x", "shape": ["batch", 1, 8, 8], "type": "float32"}]
    assert facts["units"] == "values of the data between 0 and 255, scaled to 0 and 1"
    x = digits_run.data.test.inputs(slice(0, 9))
    encoder, decoder = (runtime.InferenceSession(path) for path in done.files[:2])
    (z,) = encoder.run(None, {"x": x.numpy()})
    np.testing.assert_allclose(z, digits_run.encode(x), rtol=1e-4, atol=1e-5)
    (back,) = decoder.run(None, {"z": z})
    np.testing.assert_allclose(back, digits_run.reconstruct(x), rtol=1e-4, atol=1e-5)
    readme = done.files[3].read_text()
    assert "`x` float32 (batch, 1, 8, 8) → `z` float32 (batch, 2)" in readme
    assert 'encoder.run(None, {"x": x})' in readme


@pytest.mark.filterwarnings("ignore:No complete tensor")
def test_a_program_of_torch_export(plain_run, tmp_path):
    done = tasks.export(plain_run, "pt2", tmp_path / "out")
    x = plain_run.data.test.inputs(slice(0, 4))
    encode = torch.export.load(done.files[0]).module()
    np.testing.assert_allclose(encode(x).detach(), plain_run.encode(x), rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:No complete tensor")
def test_classes_are_an_input_with_names(tmp_path):
    data = load("digits", limit=50)
    run = tasks.train(data, "conditional-vae", out=tmp_path / "run", steps=1)
    done = tasks.export(run, "pt2")
    facts = json.loads(done.files[2].read_text())
    assert done.files[0].parent == run.path / "pt2"
    assert facts["decoder"]["inputs"][1]["type"] == "int64"
    assert facts["classes"] == [str(number) for number in range(10)]
    assert "encode(x, context)" in done.files[3].read_text()
    tasks.export(run, "pt2")  # its own files are replaced


@pytest.mark.filterwarnings("ignore:No complete tensor")
def test_standardised_columns_come_with_their_means(tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(60, 4)) * [1, 10, 100, 3] + 7)
    run = tasks.train(tmp_path / "x.npy", out=tmp_path / "run", steps=1)
    facts = json.loads(tasks.export(run, "pt2").files[2].read_text())
    assert facts["standardisation"]["mean"] == list(run.standardisation.mean)
    assert facts["units"].startswith("each column minus its mean")


def test_a_file_that_computes_something_else_is_not_kept(digits_run, tmp_path, monkeypatch):
    form = export_formats["pt2"]

    def read(content):
        run = form.read(content)
        return lambda arguments: run(arguments) * (1 + 1e-4)

    monkeypatch.setitem(export_formats._entries, "pt2", replace(form, read=read))
    with pytest.raises(CapabilityError, match=r"encoder differs from PyTorch by .* nothing was written"):
        tasks.export(digits_run, "pt2", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_missing_or_unknown_is_said(digits_run, tmp_path, monkeypatch):
    with pytest.raises(UnknownNameError):
        tasks.export(digits_run, "tflite")
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(ArgumentError, match="is there already: choose another --out"):
        tasks.export(digits_run, "onnx", tmp_path)
    monkeypatch.setattr(onnx, "find_spec", lambda name: None)
    with pytest.raises(CapabilityError, match=r"pip install onnx onnxscript onnxruntime"):
        tasks.export(digits_run, "onnx", tmp_path / "out")
