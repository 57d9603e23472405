"""Lines of text from training to use."""

import json
import shutil

import numpy as np
import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.data.text.byte_pairs import BYTES
from autoencode.distributions.token_sequences import token_counts
from autoencode.errors import ArgumentError, CapabilityError, DataError, RunError
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from support.reporters import CancelAfter, Recorder
from support.run_fixtures import little_sentences

SMALL = {"latent_dim": 3, "embedding": 8, "hidden": 12, "batch_size": 32, "word_dropout": 0.3}


@pytest.fixture
def run(text_run, tmp_path):
    shutil.copytree(text_run.path, tmp_path / "run")
    return Run(tmp_path / "run")


def notes(recorder):
    return [str(note) for note in recorder.of("note")]


def test_a_run_knows_its_words(text_run):
    assert text_run.folder.record.recipe == "text-vae"
    assert text_run.modality.description.startswith("lines of up to 8 words, ")
    assert text_run.model.data_shape == (9,)
    assert text_run.verdict.evidence.nats < 15
    assert "nats a line" in text_run.verdict.sentence
    assert "trigrams" in text_run.verdict.sentence


def test_lines_through_the_model_and_back(text_run):
    lines = little_sentences()[:5]
    back = text_run.reconstruct(lines)
    assert back.shape == (5, 9)
    assert all(line.endswith(".") for line in text_run.lines(torch.as_tensor(back)))
    assert text_run.encode(lines).shape == (5, 4)
    assert np.allclose(text_run.encode(lines[:2]), text_run.encode(lines)[:2], atol=1e-5)


def test_generate_writes_lines_that_read_like_the_data(run, tmp_path):
    x, (file,) = tasks.generate(run, 30, temperature=0.5)
    lines = file.read_text().splitlines()
    assert file == run.path / "samples" / "samples.txt"
    assert lines == run.lines(x)
    words = {word for line in little_sentences() for word in line.replace(".", " .").split()}
    assert {word for line in lines for word in line.replace(".", " .").split()} <= words
    again, _ = tasks.generate(run, 30, temperature=0.5)
    other, _ = tasks.generate(run, 30, temperature=0.5, seed=1)
    assert torch.equal(x, again)
    assert not torch.equal(x, other)


def test_options_of_words_reach_the_draws(run):
    likeliest, _ = tasks.generate(run, 40, top_k=1, seed=3)
    zero, _ = tasks.generate(run, 40, temperature=0.0, seed=3)
    free, _ = tasks.generate(run, 40, nucleus=1.0, seed=3)
    assert torch.equal(likeliest, zero)
    assert not torch.equal(likeliest, free)
    near, _ = tasks.generate(run, 5, like="the cat sees a ball.", spread=0.0, temperature=0.0)
    (back,) = run.lines(torch.as_tensor(run.reconstruct(["the cat sees a ball."])))
    assert run.lines(near) == [back] * 5


def test_every_line_begins_as_it_is_said(run):
    recorder = Recorder()
    x, (file,) = tasks.generate(run, 20, begin="The old man", reporter=recorder)
    assert all(line.startswith("the old man ") for line in file.read_text().splitlines())
    assert len({tuple(row) for row in x.tolist()}) > 1
    tasks.generate(run, 2, begin="the zebra", reporter=recorder)
    assert "1 of 2 words is new to the model, which reads <unknown>: zebra" in notes(recorder)
    with pytest.raises(DataError, match="a line holds no words"):
        tasks.generate(run, 2, begin=" ")


def test_options_of_words_are_refused_for_pictures(digits_run):
    with pytest.raises(ArgumentError, match="--begin is how lines of text begin"):
        tasks.generate(digits_run, 2, begin="a")
    with pytest.raises(ArgumentError, match="--top-k and --nucleus draw words of text"):
        tasks.generate(digits_run, 2, top_k=3)


def test_morph_from_one_sentence_to_another(run, tmp_path):
    recorder = Recorder()
    made = tasks.morph(run, "the cat sees a ball.", "A zebra finds my book today.", frames=6, reporter=recorder)
    assert made.examples.shape == (6, 9)
    assert notes(recorder) == ["1 of 7 words is new to the model, which reads <unknown>: zebra"]
    written = tasks.save_morph(run, made)
    assert written.name == "the-cat-sees-a-ball-A-zebra-finds-my-book-today.txt"
    assert written.read_text().splitlines() == run.lines(made.examples)
    (tmp_path / "one.txt").write_text("the cat sees a ball.\n")
    from_file = tasks.morph(run, tmp_path / "one.txt", "test:1", frames=2)
    assert torch.equal(from_file.examples[:1], made.examples[:1])
    for out in ("a.png", "a.gif", "folder"):
        with pytest.raises(ArgumentError, match=r"a morph of this model is written to \.txt \(the lines\), and not to"):
            tasks.check_suffix(run, tmp_path / out)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("", "a line holds no words"),
        ("no such file.txt", "no such file.txt"),
        ("x " * 3000, None),
    ],
)
def test_items_that_are_no_sentence(run, item, message):
    if message is None:
        recorder = Recorder()
        tasks.morph(run, item, "test:1", frames=2, reporter=recorder)
        assert "1 line is cut after 8 words, the longest of the training data" in notes(recorder)[0]
        return
    with pytest.raises(DataError, match=message):
        tasks.morph(run, item, "test:1", frames=2)


def test_reconstruct_files_and_the_test_part(run, tmp_path):
    (tmp_path / "two.txt").write_text("the cat sees a ball.\n\nmy zebra has some bread here.\n")
    recorder = Recorder()
    done = tasks.reconstruct(run, [tmp_path / "two.txt"], reporter=recorder)
    assert done.count == 2
    assert done.root_mean_squared_error is None
    assert 0 < done.tokens_back <= 1
    assert run.lines(done.originals) == ["the cat sees a ball.", "my <unknown> has some bread here."]
    assert done.files[0].read_text().splitlines() == run.lines(done.reconstructions)
    assert "1 of 13 words is new to the model" in str(recorder.of("warn"))
    assert tasks.reconstruct(run).count == 24


@pytest.mark.parametrize("name", ["a.png", "a.npy"])
def test_files_of_other_kinds_are_skipped_with_the_reason(run, tmp_path, name):
    np.save(tmp_path / "a.npy", np.zeros((3, 5)))
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"takes lines of up to 8 words|and the model takes"):
        tasks.reconstruct(run, [tmp_path / name])


def test_text_for_a_model_of_pictures_is_refused(digits_run, tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\nthree\n")
    with pytest.raises(DataError, match="this model takes grey pictures of 8x8, and not text"):
        tasks.reconstruct(digits_run, [tmp_path / "a.txt"])
    with pytest.raises(CapabilityError, match="is a model of pictures, and not of text"):
        digits_run.lines(torch.zeros(1, 5))


def test_evaluate_gives_nats_per_sequence_and_per_token(run):
    found = tasks.evaluate(run, importance_samples=5, importance_examples=10)
    test = run.data.test
    counts = token_counts(test.inputs().long())
    assert found.tokens == pytest.approx(counts.double().mean().item())
    assert found.squared_error is None
    assert found.baseline_error is None
    assert found.elbo_bpd is None
    assert found.elbo_per_token.value == pytest.approx(found.elbo.value / found.tokens)
    assert found.perplexity == pytest.approx(np.exp(-found.log_likelihood.value / found.tokens))
    assert 0 < found.tokens_back.value <= 1
    kept = json.loads((run.path / "evaluation.json").read_text())
    assert kept["tokens_back"]["value"] == pytest.approx(found.tokens_back.value)
    assert kept["perplexity"] == pytest.approx(found.perplexity)


def test_the_report_has_lines_and_what_became_of_them(run):
    page = tasks.report(run, tasks.evaluate(run, importance_samples=0)).read_text()
    originals = run.lines(run.data.test.inputs(slice(0, 20)))
    assert all(f"<p>{line}</p>" in page for line in originals)
    assert "Lines and their reconstructions" in page
    assert "New lines" in page
    assert "nats per token" in page
    assert "squared error" not in page


def test_encode_writes_a_row_for_each_line(run, tmp_path):
    (tmp_path / "two.txt").write_text("the cat sees a ball.\nmy bird has some bread here.\n")
    found = tasks.encode(run, [tmp_path / "two.txt"], tmp_path / "codes.csv")
    assert [name.rsplit("/", 1)[1] for name in found.names] == ["two.txt:1", "two.txt:2"]
    assert found.codes.shape == (2, 4)


def test_a_class_is_a_direction_in_which_a_sentence_changes(tmp_path):
    data = load("made-sentences", limit=400)
    run = tasks.train(data, out=tmp_path / "run", steps=60, learning_rate=1e-2, **SMALL)
    made = tasks.edit(run, "the cat eats some bread at home.", [tasks.AttributeChange("question", 2.0)])
    (file,) = tasks.save_edit(run, made)
    assert file.suffix == ".txt"
    assert file.read_text().splitlines() == run.lines(torch.cat([made.before, made.after]))
    assert tasks.generate(run, 4, of_class="question")[0].shape == (4, 15)


def test_similar_lines_are_shown(run):
    found = tasks.similar(run, "the cat sees a ball.", n=3)
    assert found.lines[0][0] == "the cat sees a ball."
    assert len(found.lines[0]) == 4
    assert found.sheet is None


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda run: tasks.save_traversal(run, tasks.traverse(run)),
            "a traversal is a sheet of pictures, and this model's examples are lines",
        ),
        (lambda run: tasks.latent_space(run), "and lines have none"),
        (lambda run: tasks.export(run), "makes an example a value at a time"),
    ],
)
def test_what_text_cannot_do_is_one_line(run, refused, message):
    with pytest.raises(CapabilityError, match=message):
        refused(run)


def test_a_training_that_stopped_goes_on_to_the_bit(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(little_sentences()))
    whole = tasks.train(tmp_path / "a.txt", out=tmp_path / "whole", epochs=3, **SMALL)
    cancel = CancelToken()
    stop = CancelAfter("training", 9, cancel)
    tasks.train(tmp_path / "a.txt", out=tmp_path / "parts", epochs=3, reporter=stop, cancel=cancel, **SMALL)
    parts = tasks.resume(tmp_path / "parts")
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, parts.model.state_dict()[name]), name


def test_weights_stand_for_the_words_of_their_own_data(run, tmp_path):
    (tmp_path / "b.txt").write_text("\n".join(line.replace("cat", "horse") for line in little_sentences()))
    with pytest.raises(DataError, match="knows other words than these data have"):
        tasks.train(tmp_path / "b.txt", init_from=run.path, out=tmp_path / "x", steps=2)
    again = tasks.train(run.data, init_from=run.path, out=tmp_path / "y", steps=2)
    assert again.model.data_shape == run.model.data_shape
    with_settings = tasks.train(tmp_path / "b.txt", config=run.path, out=tmp_path / "z", steps=2)
    assert with_settings.model.latent_shape == (4,)


@pytest.mark.parametrize(
    ("source", "recipe", "message"),
    [
        ("text", "dense-vae", "dense-vae learns from numbers, and a has lines: take --recipe text-vae"),
        ("digits", "text-vae", "text-vae learns from lines of text, and digits has none"),
    ],
)
def test_recipe_and_data_must_fit(tmp_path, source, recipe, message):
    (tmp_path / "a.txt").write_text("\n".join(little_sentences()))
    with pytest.raises(DataError, match=message):
        tasks.train(tmp_path / "a.txt" if source == "text" else source, recipe, out=tmp_path / "run", steps=1)


@pytest.mark.parametrize(
    "change",
    [
        {"noun": "letters"},
        {"entries": []},
        {"entries": ["a", "a"]},
        {"entries": ["a", "\x1b[2J"]},
        {"entries": ["a", "b" * 61]},
        {"entries": ["a", 3]},
        {"entries": ["a"], "more": 1},
    ],
)
def test_a_vocabulary_that_was_tampered_with_is_refused(run, change):
    file = run.path / "run.json"
    record = json.loads(file.read_text())
    record["data"]["vocabulary"] |= change
    file.write_text(json.dumps(record))
    with pytest.raises(RunError, match="vocabulary"):
        Run(run.path)


def test_a_vocabulary_that_is_shorter_than_the_weights_writes_unknown_words(run):
    file = run.path / "run.json"
    record = json.loads(file.read_text())
    record["data"]["vocabulary"]["entries"] = record["data"]["vocabulary"]["entries"][:2]
    file.write_text(json.dumps(record))
    lines = Run(run.path).lines(torch.tensor([[2.0, 3, 9, 0, 0, 0, 0, 0, 0]]))
    assert lines[0].endswith("<unknown>")


@pytest.fixture(scope="module")
def pairs_run(tmp_path_factory):
    """A VAE of byte pairs, trained for a moment."""
    folder = tmp_path_factory.mktemp("pairs")
    (folder / "a.txt").write_text("\n".join(little_sentences()))
    return tasks.train(folder / "a.txt", out=folder / "run", tokens="byte-pairs", steps=60, learning_rate=1e-2, **SMALL)


def test_a_run_of_byte_pairs_has_all_that_it_needs_in_its_folder(pairs_run, tmp_path):
    shutil.copytree(pairs_run.path, tmp_path / "run")
    run = Run(tmp_path / "run", data=pairs_run.folder.data.source)
    assert run.modality.vocabulary == pairs_run.data.vocabulary
    kept = json.loads((run.path / "run.json").read_text())["data"]
    assert (kept["vocabulary"]["noun"], kept["options"]["tokens"]) == ("byte-pairs", "byte-pairs")
    recorder = Recorder()
    lines = ["Zü!", "我们"]
    tasks.morph(run, *lines, frames=3, reporter=recorder)
    assert not [note for note in notes(recorder) if "unknown" in note or "cut" in note]
    x, _ = run.modality.encode_lines(lines)
    assert run.lines(x) == lines
    made = run.lines(tasks.generate(run, 5, begin="the z")[0])
    assert all(line.startswith("the z") for line in made)
    found = tasks.evaluate(run, importance_samples=0)
    assert 0 < found.tokens_back.value <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"merges": []},
        {"merges": [["t", "zz"]], "entries": [*BYTES, "tzz"]},
        {"merges": [["t", "\x1b"]]},
        {"merges": [["t", "h", "e"]]},
        {"merges": [["t", "h"], ["t", "h"]]},
        {"merges": ["th"]},
        {"merges": [["t", "h"]] * 100_001},
        {"noun": "words"},
        {"entries": ["a"]},
    ],
)
def test_byte_pairs_that_were_tampered_with_are_refused(pairs_run, tmp_path, change):
    shutil.copytree(pairs_run.path, tmp_path / "run")
    file = tmp_path / "run" / "run.json"
    record = json.loads(file.read_text())
    record["data"]["vocabulary"] |= change
    file.write_text(json.dumps(record))
    with pytest.raises(RunError, match="vocabulary"):
        Run(tmp_path / "run")


def test_data_that_give_other_pairs_than_the_run_knows_are_refused(pairs_run, tmp_path):
    shutil.copytree(pairs_run.path, tmp_path / "run")
    file = tmp_path / "run" / "run.json"
    record = json.loads(file.read_text())
    last = record["data"]["vocabulary"]["merges"].pop()
    record["data"]["vocabulary"]["entries"].remove("".join(last))
    file.write_text(json.dumps(record))
    with pytest.raises(RunError, match="gives other byte pairs than"):
        tasks.evaluate(Run(tmp_path / "run", data=pairs_run.folder.data.source), importance_samples=0)
