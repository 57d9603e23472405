"""The decoder of a run, without PyTorch."""

import json
import sys

import pytest
import torch

from autoencode import tasks
from autoencode.distributions.token_sequences import LIKELIEST, TokenChoice
from autoencode.portable import Program, SequenceProgram


@pytest.mark.browser
def test_the_page_of_a_text_run_says_what_python_says(text_run, browser, tmp_path):
    """Codes of the test part and of the prior, in 32 bits, as tokens and as lines."""
    page = browser.open(tasks.explore(text_run, tmp_path / "e.html", examples=20).as_uri())
    page.settle()
    codes = torch.cat([torch.tensor(text_run.encode(text_run.data.test.inputs()[:32])), torch.randn(32, 4)])
    expected = text_run.model.decode(codes).draw(LIKELIEST)
    found = page.run(f"{json.dumps(codes.tolist())}.map((z) => [...explorer.decoder.run(Float32Array.from(z))])")
    assert found == expected.long().tolist()
    lines = page.run(f"{json.dumps(codes.tolist())}.map((z) => explorer.decode(z))")
    assert lines == text_run.lines(text_run.model.decode(codes).draw(TokenChoice(temperature=0.0, known_only=True)))
    assert "240 lines of all parts" in page.run("document.getElementById('pad-help').textContent")
    assert page.complaints() == []
    assert page.requests() == []
    page.close()


def test_tokens_are_never_computed_in_half_precision(text_run, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["autoencode.tasks.explore"], "_HALF_PRECISION_THRESHOLD", 0)
    assert '"precision":"float32"' in tasks.explore(text_run, tmp_path / "e.html", examples=5).read_text(
        encoding="utf-8"
    )


def test_a_decoder_that_reads_what_it_has_written_is_two_programs(text_run, digits_run):
    program = tasks.export_decoder(text_run)
    assert isinstance(program, SequenceProgram)
    assert (program.length, program.features) == (9, 4)
    assert program.multiplications > 8 * program.step.multiplications
    assert isinstance(tasks.export_decoder(digits_run), Program)
