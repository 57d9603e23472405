"""generate, morph, blend, edit and traverse as a person types them."""

import shutil

import pytest
from PIL import Image

from autoencode import tasks
from autoencode.cli.options import path_names, prior_names


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return tasks.train("digits", out=tmp_path_factory.mktemp("runs") / "run", epochs=1, limit=300, command="test").path


@pytest.fixture
def run(run, tmp_path, trained):
    """Runs a command in a folder with a run."""
    shutil.copytree(trained, tmp_path / "run")
    return run


GOOD = [
    (("generate", "run", "-n", "4", "--class", "3", "--temperature", "0.5", "-o", "x"), "fitted to those of '3'"),
    (("generate", "run", "-n", "4", "--like", "test:2", "--spread", "0.1", "-o", "x"), "codes near test-2"),
    (("generate", "run", "-n", "4", "--prior", "normal", "-o", "x"), "4 generated"),
    (("morph", "run", "test:1", "test:2", "-o", "ab.gif", "--frames", "4"), "4 frames; see  ab.gif"),
    (("morph", "run", "test:1", "test:2", "-o", "s.png", "--path", "linear", "--path", "spherical"), "10 frames"),
    (("blend", "run", "test:1", "test:2", "-o", "b.png", "--coarse", "A"), "for models with levels"),
    (("blend", "run", "test:1", "test:2", "test:3", "--grid"), "codes averaged; see  run/blends/sheet.png"),
    (("edit", "run", "test:1", "--attribute", "3+1", "-a", "4-0.5", "--strip"), "3 +1, 4 -0.5; see"),
    (("edit", "run", "--list"), "a class of the data"),
    (("traverse", "run", "test:1", "--dim", "2"), "1 of 2 dimensions; see  run/traversal.png"),
]


@pytest.mark.parametrize(("words", "said"), GOOD, ids=[" ".join(words[:6]) for words, _ in GOOD])
def test_what_a_person_gets(run, words, said):
    code, out, err = run(*words)
    assert code == 0, err
    assert said in out + err


WRONG = [
    (("generate", "run", "--class", "cat"), 2, "no class 'cat'; there are: 0, 1"),
    (("generate", "run", "--prior", "gauss"), 2, "no prior is called 'gauss'"),
    (("generate", "run", "--temperature", "0"), 2, "above 0"),
    (("generate", "run", "--like", "no.png"), 1, "no.png"),
    (("morph", "run", "test:1", "test:999"), 2, "no example test:999"),
    (("morph", "run", "test:1", "test:2", "-o", "a.jpg"), 2, "not to 'a.jpg'"),
    (("morph", "run", "test:1", "test:2", "--path", "round"), 2, "no path named 'round'"),
    (("blend", "run", "test:1"), 2, "takes two pictures, not 1"),
    (("blend", "run", "test:1", "test:2", "--coarse", "A", "--fine", "A"), 2, "name the same picture"),
    (("edit", "run", "-a", "3+1"), 2, "name the picture to edit"),
    (("edit", "run", "test:1", "-a", "3"), 2, "such as smiling+1.5"),
    (("edit", "run", "test:1", "-a", "a+1", "--from", "x"), 2, "give both"),
    (("edit", "run", "test:1", "-a", "a+1", "-a", "b+1", "--from", "x", "--to", "y"), 2, "give it once"),
    (("traverse", "run", "--dim", "9"), 2, "no latent dimension 9: this model has 2"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=[" ".join(words) for words, *_ in WRONG])
def test_wrong_input_is_one_clear_line(run, words, code, said):
    got, _, err = run(*words)
    assert got == code
    assert said in " ".join(err.split())
    assert "Traceback" not in err


def test_names_with_brackets_are_shown_as_they_are(run, tmp_path):
    _, out, _ = run("morph", "run", "test:1", "test:2", "-o", "a[b].gif", "--frames", 3)
    assert "see  a[b].gif" in out
    (tmp_path / "in").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "in" / "good.png")
    (tmp_path / "in" / "bad[x].png").write_bytes(b"no picture")
    _, out, err = run("reconstruct", "run", "in", "-o", "to[o]")
    assert "skipped in/bad[x].png" in err
    assert "to[o]/sheet.png" in out


def test_two_folders_are_an_attribute_that_is_kept(run, tmp_path):
    for name, number in (("plain", 1), ("odd", 2)):
        assert run("generate", "run", "-n", "3", "--seed", number, "-o", name)[0] == 0
        (tmp_path / name / "sheet.png").unlink()
    code, _, err = run("edit", "run", "test:1", "-a", "odd+1", "--from", "plain", "--to", "odd", "-o", "e.png")
    assert code == 0, err
    assert "direction of 'odd': 3 pictures without it, 3 with it" in err
    assert "odd" in run("edit", "run", "--list")[1]


def test_what_the_shell_offers():
    assert prior_names("m") == ["mixture"]
    assert "gmm" in prior_names("")
    assert path_names("s") == ["spherical"]


OVER = [
    ("morph", "run", "me.png", "test:2", "--frames", "3", "-o", "me.png"),
    ("blend", "run", "me.png", "test:2", "-o", "me.png"),
    ("edit", "run", "me.png", "-a", "3+1", "-o", "me.png"),
    ("traverse", "run", "me.png", "-o", "me.png"),
]


@pytest.mark.parametrize("words", OVER, ids=[words[0] for words in OVER])
def test_a_result_never_replaces_what_it_is_made_of(run, tmp_path, words):
    Image.new("L", (8, 8), 128).save(tmp_path / "me.png")
    before = (tmp_path / "me.png").read_bytes()
    for more in ((), ("--force",)):
        code, _, err = run(*words, *more)
        assert code == 2
        assert "me.png is one of the files that were given" in err
    assert (tmp_path / "me.png").read_bytes() == before


FOREIGN = [
    ("map", "run", "-o", "mine.html"),
    ("explore", "run", "-o", "mine.html"),
    ("traverse", "run", "test:1", "-o", "mine.png"),
    ("generate", "run", "-n", "2", "-o", "album"),
]


@pytest.mark.parametrize("words", FOREIGN, ids=[words[0] for words in FOREIGN])
def test_a_persons_file_is_replaced_with_force_only(run, tmp_path, words):
    (tmp_path / "album").mkdir()
    mine = tmp_path / ("album/0001.png" if words[-1] == "album" else words[-1])
    mine.write_bytes(b"mine")
    code, _, err = run(*words)
    assert code == 2
    assert "is there already" in err
    assert ": choose another --out, or replace it with --force" in err
    assert mine.read_bytes() == b"mine"
    assert run(*words, "--force")[0] == 0
    assert mine.read_bytes() != b"mine"
    assert run(*words)[0] == 0  # it is autoencode's now


def test_weights_are_never_replaced_by_a_page(run, tmp_path):
    before = (tmp_path / "run" / "model.safetensors").read_bytes()
    for command in ("map", "explore"):
        assert run(command, "run", "-o", "run/model.safetensors")[0] == 2
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == before
