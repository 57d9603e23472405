"""Everything a person does with a model whose codes are a grid of codewords."""

import pytest

from autoencode import tasks
from autoencode.errors import CapabilityError

CASES = {
    "fsq-vae": ({"levels": (3, 3)}, "4 codewords out of 9"),
    "residual-vq-vae": ({"n_codes": 8, "n_stages": 3, "channels": (8, 8)}, "12 codewords out of 8"),
    "vq-vae": ({"n_codes": 16, "channels": (8, 8)}, "4 codewords out of 16"),
}


@pytest.mark.parametrize("name", CASES)
def test_all_tasks_work(name: str, tmp_path) -> None:
    arguments, words = CASES[name]
    run = tasks.train("digits", name, out=tmp_path / "run", steps=3, command="test", **arguments)
    measured = tasks.evaluate(run, importance_samples=3, importance_examples=20)
    text = tasks.report(run, measured).read_text()
    assert words in text
    assert "codeword perplexity" in text
    assert {path.stem for path in (run.path / "figures").iterdir()} == {"codes", "curves", "reconstructions", "samples"}
    assert tasks.generate(run, 2)[0].shape == (2, 1, 8, 8)
    assert tasks.reconstruct(run).reconstructions.shape[1:] == (1, 8, 8)
    with pytest.raises(CapabilityError, match="words of a codebook"):
        tasks.fit_prior(run, "normal")
