"""Lines of text on the command line, as a person types them."""

import pytest

from support.run_fixtures import little_sentences

SMALL = ("--steps", "30", "--embedding", "8", "--hidden", "12", "--latent-dim", "3", "--batch-size", "32")


@pytest.fixture
def trained(run, tmp_path):
    (tmp_path / "sentences.txt").write_text("\n".join(little_sentences()))
    return run("train", "sentences.txt", *SMALL)


def test_from_a_file_to_new_lines(run, trained, tmp_path):
    code, out, err = trained
    assert code == 0, err
    assert "read as text, a line an example, made of words" in err
    assert "nats a line" in out
    assert "nats per token" in out
    assert "next     autoencode reconstruct runs/sentences-text-vae" in out
    code, out, _ = run("generate", "last", "-n", 30, "--temperature", 0.5, "--top-k", 5, "--nucleus", 0.95)
    *lines, last = out.splitlines()
    assert (code, len(lines), last) == (0, 20, "30 generated; see  runs/sentences-text-vae/samples/samples.txt")
    assert lines == (tmp_path / "runs/sentences-text-vae/samples/samples.txt").read_text().splitlines()[:20]
    assert run("generate", "last", "-n", 3)[0] == 0  # the file is its own and may be replaced
    code, out, _ = run("morph", "last", "the cat sees a ball.", "a dog has my book.", "--frames", 4)
    assert (code, len(out.splitlines())) == (0, 5)
    assert "4 frames; see  runs/sentences-text-vae/morphs/the-cat-sees-a-ball-a-dog-has-my-book.txt" in out
    code, out, _ = run("reconstruct", "last", "sentences.txt")
    assert (code, len(out.splitlines())) == (0, 42)
    assert out.startswith(f"{little_sentences()[0]}\n")
    assert "240 reconstructed, " in out
    assert "% of the tokens come back in their place" in out
    code, out, _ = run("similar", "last", "the cat sees a ball.", "-n", 2)
    assert code == 0
    assert out.splitlines()[0].endswith("the cat sees a ball.")
    assert "lines of up to 8 words" in run("inspect", "last")[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("generate", "last", "--temperature", -1), "--temperature must be 0 or more"),
        (("generate", "last", "--nucleus", 0), "--nucleus takes a probability above 0 and up to 1"),
        (("morph", "last", "nothing.txt", "a dog."), "nothing.txt"),
        (("morph", "last", "a dog.", "a cat.", "-o", "a.gif"), "a morph of this model is written to .txt"),
        (("restore", "last", "sentences.txt"), "restoring takes one of grey or colour pictures"),
        (("traverse", "last"), "this model's examples are lines"),
        (("latent-space", "last"), "and lines have none"),
        (("export", "last"), "makes an example a value at a time"),
        (("train", "sentences.txt", "-r", "conv-vae"), "conv-vae learns from numbers, and sentences has lines"),
        (("train", "sentences.txt", "--labels", "x.csv"), "--labels does not apply to sentences.txt"),
        (("train", "empty.txt"), "holds no line of text"),
        (("train", "picture.txt"), "is no text"),
    ],
)
def test_what_does_not_fit_is_one_line(run, trained, tmp_path, words, message):
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    code, _, err = run(*words)
    assert code in (1, 2)
    assert message in err
    assert len(err.strip().splitlines()) == 1
