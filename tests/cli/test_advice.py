"""Advice in a message works when it is followed: the options that it names exist, and a command that takes it succeeds.

Every message of the package that names an option is in `ADVICE`, with the commands that may show it. A new message has
to be entered here, and then its options must be options of those commands.
"""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

import autoencode
from autoencode.cli import preparse
from autoencode.cli.commands import load_commands
from autoencode.cli.main import build
from autoencode.recipes import recipes
from autoencode.runs.run import Run

SOURCES = Path(autoencode.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")

READ = "train reconstruct encode similar generate morph blend edit traverse"
USE = "reconstruct encode similar generate morph blend edit traverse"
OF_DATA = (
    "evaluate report generate morph blend edit traverse explore map latent-space fit-prior reconstruct inspect encode "
    "similar export"
)
WRITE = (
    "restore reconstruct encode similar export generate morph blend edit traverse explore map corrupt "
    "compare-objectives"
)

ADVICE = {
    "a mark is found by comparing pictures": "clean",
    "--samples takes 1 to": "impute",
    "has learned from the column": "detect",
    "the likelihood is that of a table": "train",
    "--same-class needs data with classes": "generate",
    "--same-class is for an example whose class": "generate",
    "--same-class says how examples differ": "generate",
    "--cut-out writes shapes": "generate",
    "a volume needs a model of a known range": "train",
    # shards
    "name it with --array COLUMN": "train",
    "--labels {}: {} has no such column": "train",
    "pictures in shards are read as 0-255": "train",
    "numbers in shards are standardised": "train",
    "standardised by the training part (--values": "train",
    "(height x width) from {}, --size to choose": "train",
    "--part takes a part and how many": "encode restore compress detect",
    "would be overwritten: choose another folder": "encode restore compress detect",
    "holds the results of another run or of other options": "encode restore compress detect",
    "Ray is not installed": "encode restore compress detect",
    "there is no Ray cluster at": "encode restore compress detect",
    "a process of the pool has ended": "encode restore compress detect",
    # music
    "say --grid for another": "train",
    "leave --voices tune out": "train",
    "say another --bars": "train",
    "--bars takes how many": "train",
    "--sample-rate takes": "train",
    "--seconds takes": "train",
    "columns of --size": "train",
    "beside the subfolders of the parts; say --parts random": "train",
    "(say --seconds for another": "train",
    "--augment transpose moves": "train",
    "--augment excerpt cuts": "train",
    "learns from numbers, and {} has": "train",
    "draw words of text and notes of tunes": "generate",
    "--connected chooses among maps": "generate",
    "--connected holds for none": "generate",
    "--connected is a rule for maps": "generate",
    "--connected names": "generate",
    "--connected takes symbols": "generate",
    "{} --connected {}; {}": "generate",
    "--connected {} chooses among floor plans": "generate",
    "--symbols takes each symbol": "train",
    "the symbols likelihood takes maps": "train",
    # frames in order
    "frames are scaled to {}x{} (height x width; say --": "train",
    "frames in a row{}, which a window of --past": "train",
    "windows of {} + {} frames (say --past": "train",
    "--past goes with --future": "train",
    "and --at {} asks for a later one": "predict",
    "--at counts frames of a folder": "predict",
    "predicts no frames: train one": "train",
    "--frames and --at are counted from 1": "predict",
    "frames in order, with --future": "train",
    # masks
    "holds several parts: name one array of pictures": "train",
    "holds no array of masks; --target": "train",
    "needs a mask: say where they": "train",
    "give a folder of pictures or volumes with --target": "train",
    "there may be {} classes": "train",
    "of the masks in {} have values between": "train",
    "learns from masks of shape": "train",
    "learned from no masks": "train",
    "takes pictures of one size only: use --recipe segmenter": "train",
    "finds one mask for each picture and draws none": "train",
    "-n draws masks, and --ensemble": "segment",
    "--truth takes a folder": "segment",
    "masks (--target masks/, or": "train",
    # reading data
    "there is no such file; it takes auto": "train",
    "--fit letterbox keeps all": "train",
    "--fit crop has no bars": "train",
    "say --size to choose; {})": "train",
    "holds parts with labels of their own": "train",
    "holds no array of examples; expected": "train",
    "or as --labels": "train",
    "there is no such column": "train",
    "--labels {} does not work": "train",
    "a table holds no brightness": "train",
    "cells are missing, and only standardised": "train",
    "all four channels are kept": "train",
    "the fourth channel is transparency": "train",
    "transparency needs values": READ,
    "(say --axes to decide": "train",
    "is the channels? Say --axes": READ,
    "--axes {} names {} axes": READ,
    "channels, which are not {}: say": READ,
    "--axes takes auto": READ,
    "--channels-are takes auto": READ,
    "(--colour grey drops it)": "train",
    "(--parts random divides all anew)": "train",
    "classes in '{}'": "train",
    "labels from {} subfolders": "train",
    "--unlabelled takes one of": "train",
    "--unlabelled -1 makes it": "train",
    "--n-labels": "train",
    "holds values {}; leave --values out": "train compare-objectives",
    "a picture holds brightness": USE,
    "leave --values standardised out": USE,
    "not brightness: leave --values": USE,
    "--size takes height x width": "train",
    "--labels none uses no labels": "train",
    "--patch takes the side": "train",
    "--parts regions divides pictures": "train",
    "regions, some of which are held out": "train",
    "--patch cuts pictures": "train",
    "--frames takes an odd number": "train",
    "the data bring a {} part": "train",
    "--limit takes the number of examples": "train",
    "(say --values to decide": READ,
    "(--values 0-{} makes": "train",
    "standardised: each column minus": "train",
    ", --values 0-255 if they": "train",
    "--values standardised is for vectors": READ,
    "outside {}; say --values": READ,
    "say what is black and white with --values": USE,
    "--values takes auto": READ,
    # parts of models
    "has no density, so there is no KL": "train",
    "a temperature scales": "generate",
    ", or draw from a prior fitted": "generate",
    "a smaller --beta": "train",
    "more --warmup-steps": "train",
    "some --free-bits": "train",
    "Train longer, or with a lower": "train",
    "Train longer, such as --minutes": "train",
    "(--likelihood discretized-logistic)": "train",
    "the loss was still falling: train on": "train",
    "fit one to its codes (--prior mixture": "generate morph latent-space",
    "the data of {} have no labels: give two": "edit",
    "lies in the span of the other": "edit",
    "no attribute {}; there are": "edit",
    "say --class, or take an example": "similar generate morph blend edit traverse",
    "say which with --class": "morph blend",
    "with a smaller --latent-dim": "train",
    "try fit-prior with --flow": "fit-prior",
    "take --n-components": "fit-prior",
    "which has no gradients": "morph",
    "--spread goes from": "generate",
    "detail is added to pictures": "generate blend",
    "do not come from a prior: leave": "generate",
    "takes the {} levels": "train compare-objectives",
    "takes counts (0, 1, 2, …)": "train compare-objectives",
    "likelihood takes values from 0 to 1": "train compare-objectives",
    "to draw from: train a variational one": "train",
    "raise --mmd-weight": "train",
    "name one with --recipe": "train",
    "takes images (channels, height, width)": "train",
    "see --recipe module:function": "train",
    "--init-from takes a run of the same": "train",
    "--encoder-from takes a run whose": "train",
    "--encoder-from those of its encoder": "train",
    "for parts of words, as suits languages": "train",
    "--config takes the settings of a run": "train",
    "where they fit, with --init-from": "train",
    # runs and files
    "is not conditioned on pictures: leave": "generate",
    "is there already: choose another --out": "train",
    ", or go on with --resume": "train",
    "and --resume goes on from it": "train",
    "by torchrun or by --processes": "train",
    "or train anew with --grad-shards": "train",
    "was not trained yet": "train",
    "would run that code": f"{OF_DATA} train restore",
    "to be opened with --trust-paths": f"{OF_DATA} train",
    "--out {} is a file": "restore corrupt clean",
    "choose another folder with --out": "restore corrupt reconstruct morph blend edit traverse",
    "is there already{}: choose another --out": WRITE,
    "and the result is one file: give its whole name": "traverse edit map explore similar detect impute",
    "--clean {}: there is no": "restore",
    "was trained on numbers as they are": "train",
    "--tile {} is all halo": "restore",
    "and its data have no labels: leave --class": "generate",
    "is not conditioned on classes: leave --class": "reconstruct encode similar generate morph blend edit traverse",
    "--data PLACE": OF_DATA,
    "or allow what it names with --trust-paths": f"{OF_DATA} train",
    "to be read with --trust-paths": f"{OF_DATA} train",
    "this machine has no such device": f"{OF_DATA} train restore",
    # detectors
    # text
    "(say --tokens {} for the other way)": "train",
    "--temperature must be": "generate",
    "--top-k takes how many": "generate",
    "--nucleus takes a probability": "generate",
    "--top-k and --nucleus draw words": "generate",
    "--begin is how lines": "generate",
    "or a column of text by --array": "train",
    "--array {}: there is no such column": "train",
    "name another one with --array": "train",
    "with its settings where you like, by --config": "train",
    "--contamination takes a share": "detect",
    "--label {}: the table has no such column": "detect",
    "holds no detector: autoencode train": "train",
    # cleaning
    "--strength is {}": "clean",
    "give --force to replace, or another --out": "clean",
    "a PDF cannot come through a pipe": "clean",
    "pages the first was taken: give the file": "clean",
    # commands
    "codes are written as": "encode",
    "--std makes two arrays": "encode",
    "and --std makes two": "encode",
    "or name --out in .csv": "encode",
    "leave --std out": "encode",
    "or export --to pt2": "export",
    "--duplicates takes a distance": "similar",
    "levels are mixed or codes are averaged": "blend",
    "this model has no levels": "blend",
    "--levels goes from": "blend",
    "attributes are taken whole": "blend",
    "learned no attributes": "edit blend",
    "(--attributes FILE.csv)": "train",
    "there is no such file; it takes a .csv": "train",
    "--weight goes from": "blend",
    "--attribute takes a name": "edit",
    "say what to change": "edit",
    "--examples must be": "explore",
    "depend on the picture and --spread": "generate",
    "--limit takes 4 to": "map",
    "give --out a name in .png": "morph",
    "take --path linear": "morph",
    "say it with --class": "reconstruct encode",
    "--importance-samples are for": "reproduce",
    "give more --epochs, --steps or": "train",
    ", or more --patience": "train",
    "the likelihood is normal, with": "train",
    "--method umap": "map",
    "is no probability mass on levels, and only": "train",
    "the model codes arrays of bytes and uncompressed pictures": "compress",
    "--quality codes it with loss": "compress",
    "--pixels-only codes": "compress",
    "with --quality {}": "compress",
    "will come back as PNG, nearly the same": "compress",
    "is not whole in it: see --salvage": "decompress",
    "compressed with another model than that of": "decompress",
    "give back what is whole with --salvage": "decompress",
    "which is not under runs/: name it with --run": "decompress",
    "decompress it without --page": "decompress",
    # training
    "--augment needs pictures": "train",
    "--augment takes": "train",
    "augmentation that suits": "train",
    "leave --compile out": "train",
    "try a lower --learning-rate": "train",
    "training steps are few": "train",
    "--epochs or --minutes for a longer": "train",
    "columns differ in scale": "train",
    ", or --augment auto": "train",
    "(--threads {} for all)": "train",
    "--precision float32 would be": "train",
    "give more --minutes": "train",
}
"""The beginning or another part of a message: the commands that may show it. What only a training can follow is shown
elsewhere, too, and said so that this is clear."""


def messages() -> list[tuple[str, str]]:
    """Every text in the code that names an option, with its place: no docstrings, no declarations of options."""
    found: list[tuple[str, str]] = []
    for file in sorted(SOURCES.rglob("*.py")):
        place = file.relative_to(SOURCES).as_posix()
        if not place.startswith("cli/") and place != "settings.py":
            found += [(place, text) for text in _texts(ast.parse(file.read_text())) if OPTION.search(text)]
    return [(place, text) for place, text in found if not re.fullmatch(rf"{OPTION.pattern}( \{{\}})?", text)]


def _texts(tree: ast.AST) -> list[str]:
    """Texts in the order of the file; what is computed inside one is `{}`."""
    skipped: set[ast.AST] = set()
    texts: list[str] = []
    for node in ast.walk(tree):
        body = node.body if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) else []
        skipped |= {line.value for line in body if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)}
        if isinstance(node, ast.JoinedStr):
            skipped |= {part for part in node.values if isinstance(part, ast.Constant)}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            texts.append("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
    return texts


@cache
def options_of(command: str) -> frozenset[str]:
    """The options of a command; of a training those of every recipe."""
    words = [["train", "x", "--recipe", name] for name in recipes] if command == "train" else [[command]]
    found: set[str] = {"--debug"}
    for line in words:
        group = typer.main.get_command(build(line))
        (own,) = [one for name, one in group.commands.items() if name == command]  # pyright: ignore[reportAttributeAccessIssue]
        found |= {option for parameter in own.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return frozenset(found)


def test_there_are_messages() -> None:
    assert len(messages()) > 80


@pytest.mark.parametrize(("place", "text"), messages(), ids=lambda text: text[:50])
def test_every_option_in_a_message_is_one_of_the_commands_that_show_it(place: str, text: str) -> None:
    rows = [row for row in ADVICE if row in text]
    if not rows and re.match(r"autoencode [a-z-]+ --help$", text):
        rows = ["--help"]
    assert rows, f"{place}: a new message that names an option: enter it in ADVICE with the commands that may show it"
    named = set(OPTION.findall(text)) - {"--help"}
    for row in rows:
        for command in ADVICE.get(row, "").split():
            assert named <= options_of(command) | own_commands(text), f"{place}: {command} has no {named}"


def own_commands(text: str) -> frozenset[str]:
    """The options of commands that a message spells out, such as `autoencode train PLACE --resume RUN`."""
    named = set(re.findall(r"(?:autoencode|try) ([a-z-]+) ", text)) & load_commands().keys()
    return frozenset(option for command in named for option in options_of(command))


def test_every_row_is_of_a_message() -> None:
    texts = [text for _, text in messages()]
    assert not [row for row in ADVICE if not any(row in text for text in texts)]


@pytest.mark.parametrize("file", sorted((SOURCES / "cli" / "commands").glob("*.py")), ids=lambda file: file.stem)
def test_what_a_command_says_itself_names_its_own_options(file: Path) -> None:
    if file.stem in ("__init__", "listing"):
        return
    command = file.stem.replace("_", "-")
    texts = [text for text in _texts(ast.parse(file.read_text())) if not text.startswith("-") and "\b" not in text]
    named = {option for text in texts for option in OPTION.findall(text)} - {"--help"}
    assert named <= options_of(command)


# Messages and what a person does next.

Call = Callable[..., tuple[int, str, str]]
QUICK = ("--steps", "1", "--no-report")
RNG = np.random.default_rng(0)


def _pictures(folder: str, count: int = 12, *, colour: bool = False, size: int = 8) -> None:
    Path(folder).mkdir(parents=True)
    for number in range(count):
        pixels = RNG.integers(0, 256, (size, size, 3) if colour else (size, size), np.uint8)
        Image.fromarray(pixels).save(f"{folder}/{number}.png")


def make_signals() -> None:
    np.save("x.npy", np.sin(RNG.random((60, 8)) * 6).astype("f4"))


def make_counts() -> None:
    np.save("x.npy", RNG.poisson(3, (60, 4)))


def make_unlike() -> None:
    np.save("x.npy", RNG.normal(size=(300, 4)) * [1e6, 1, 1, 1e-4])


def make_deep() -> None:
    np.save("x.npy", (RNG.random((40, 8, 8)) * 4095).astype("u2"))


def make_signed() -> None:
    np.save("x.npy", (RNG.random((40, 8, 8)) * 2 - 1).astype("f4"))


def make_floats() -> None:
    np.save("x.npy", (RNG.random((40, 8, 8)) * 200).astype("f4"))


def make_cubes() -> None:
    np.save("x.npy", RNG.integers(0, 256, (30, 8, 8, 8), np.uint8))


def make_bands() -> None:
    np.save("x.npy", RNG.integers(0, 256, (30, 8, 8, 4), np.uint8))


def make_labelled() -> None:
    np.savez("x.npz", x=RNG.random((40, 5)), y=RNG.integers(-1, 3, 40))


def make_parts() -> None:
    np.savez("x.npz", x_train=RNG.random((40, 5)), x_test=RNG.random((9, 5)))


def make_pictures() -> None:
    _pictures("x", colour=True)


def make_classes() -> None:
    for name in ("cats", "dogs"):
        _pictures(f"x/{name}")


TRAININGS = [
    (make_signals, "train x.npy --values 0-255", "say --values auto", "train x.npy --values auto"),
    (make_signals, "train x.npy", "(say --values raw", "train x.npy --values raw"),
    (make_signals, "train x.npy", "(say --likelihood for another)", "train x.npy --likelihood laplace"),
    (make_signals, "train x.npy --likelihood bernoulli", "use --likelihood normal", "train x.npy --likelihood normal"),
    (make_signals, "train x.npy -r conv-vae", "use --recipe dense-vae", "train x.npy --recipe dense-vae"),
    (make_signals, "train x.npy --augment mirror", "leave --augment out", "train x.npy"),
    (make_counts, "train x.npy", "--values 0-255 if they are brightness", "train x.npy --values 0-255"),
    (
        make_counts,
        "train x.npy --likelihood poisson --values standardised",
        "--values raw",
        "train x.npy --likelihood poisson --values raw",
    ),
    (make_unlike, "train x.npy --values raw", "say --values standardised", "train x.npy --values standardised"),
    (make_deep, "train x.npy", "(--values 0-4095 makes 4095 white)", "train x.npy --values 0-4095"),
    (make_deep, "train x.npy --values 0-255", "say --values 0-65535", "train x.npy --values 0-65535"),
    (make_deep, "train x.npy --values standardised", "leave it out, or say raw", "train x.npy --values raw -r conv-ae"),
    (
        make_signed,
        "train x.npy -r dense-vae",
        "use --likelihood normal",
        "train x.npy -r dense-vae --likelihood normal",
    ),
    (make_signed, "train x.npy -r dense-vae", "black and white", "train x.npy -r dense-vae --values -1..1"),
    (make_floats, "train x.npy --values 0-1", "say --values 0-255", "train x.npy --values 0-255"),
    (make_cubes, "train x.npy", "Say --axes nchw or --axes nhwc", "train x.npy --axes nchw"),
    (
        make_cubes,
        "train x.npy --axes nhwc --channels-are rgb",
        "say --channels-are bands",
        "train x.npy --axes nhwc --channels-are bands",
    ),
    (make_bands, "train x.npy", "--channels-are rgba if", "train x.npy --channels-are rgba"),
    (make_labelled, "train x.npz", "--unlabelled -1 makes", "train x.npz --unlabelled -1"),
    (make_labelled, "train x.npz", "(--labels none leaves", "train x.npz --labels none"),
    (make_parts, "train x.npz --test 5", "leave --test out", "train x.npz"),
    (make_parts, "train x.npz --test 5", "say --parts random", "train x.npz --test 5 --parts random"),
    (make_pictures, "train x --patch 8 --size 8x8", "leave --size out", "train x --patch 8 -r conv-ae"),
    (make_pictures, "train x", "(--colour grey drops it)", "train x --colour grey"),
    (make_classes, "train x", "(--labels none leaves", "train x --labels none"),
]


@pytest.mark.parametrize(("make", "first", "said", "then"), TRAININGS, ids=[f"{row[1]}: {row[2]}" for row in TRAININGS])
def test_advice_on_a_training_works(run: Call, make: Callable[[], None], first: str, said: str, then: str) -> None:
    make()
    _, _, err = run(*first.split(), "--out", "first", *([] if "--steps" in first else QUICK))
    assert said in " ".join(err.split())
    assert "Traceback" not in err
    code, _, err = run(*then.split(), "--out", "then", *([] if "--steps" in then else QUICK))
    assert code == 0, err


def test_advice_on_folders_that_are_there_works(run: Call) -> None:
    make_signals()
    assert run("train", "x.npy", "-o", "a", *QUICK)[0] == 0
    _, _, err = run("train", "x.npy", "-o", "a", *QUICK)
    assert "go on with --resume a" in err
    _, _, err = run("train", "--resume", "a")
    assert "give more --epochs, --steps or --minutes" in err
    assert run("train", "--resume", "a", "--steps", "2", "--no-report")[0] == 0
    Path("plain").mkdir()
    Path("plain/note.txt").write_text("mine")
    _, _, err = run("train", "x.npy", "-o", "plain", *QUICK)
    assert "choose another --out" in err
    assert "--resume" not in err
    Path("mine").mkdir()
    np.save("mine/samples.npy", np.zeros(3))
    _, _, err = run("generate", "a", "-o", "mine")
    assert "choose another --out, or replace it with --force" in err
    assert run("generate", "a", "-o", "mine", "--force")[0] == 0
    Path("x.npy").rename("y.npy")
    _, _, err = run("evaluate", "a")
    assert "say where it is now with --data PLACE" in err
    assert run("evaluate", "a", "--data", "y.npy")[0] == 0
    Path("y.npy").rename("z.npy")
    assert run("train", "z.npy", "--resume", "a", "--steps", "3", "--no-report")[0] == 0


def test_advice_on_numbers_of_new_files_works(run: Call) -> None:
    np.save("x.npy", RNG.integers(0, 256, (40, 8, 8), np.uint8))
    np.savez("x.npz", x=np.load("x.npy"))
    np.save("deep.npy", (RNG.random((5, 8, 8)) * 4095).astype("u2"))
    np.save("raw.npy", RNG.normal(size=(40, 8, 8)) * 100)
    assert run("train", "x.npz", "-o", "a", *QUICK)[0] == 0
    assert run("reconstruct", "a", "x.npz")[0] == 0
    _, _, err = run("reconstruct", "a", "deep.npy")
    assert "(say --values to decide otherwise)" in err
    code, _, err = run("reconstruct", "a", "deep.npy", "--values", "0-4095", "-o", "scaled")
    assert code == 0
    assert "--values" not in err
    _, _, err = run("reconstruct", "a", "raw.npy")
    assert "say what is black and white with --values" in err
    assert run("reconstruct", "a", "raw.npy", "--values", "-600..600", "-o", "raw")[0] == 0
    assert run("train", "raw.npy", "-r", "conv-ae", "-o", "b", *QUICK)[0] == 0
    Image.fromarray(np.zeros((8, 8), np.uint8)).save("p.png")
    _, _, err = run("reconstruct", "b", "p.png")
    assert "say --values raw" in err
    assert run("reconstruct", "b", "p.png", "--values", "raw", "-o", "p")[0] == 0


def test_advice_on_models_without_a_prior_works(run: Call, plain: Run) -> None:
    code, _, err = run("generate", plain.path, "-n", "2", "-o", "a")
    assert code
    assert "--prior mixture" in err
    recipe = err.split("DATA --recipe ")[1].split(")")[0]
    assert run("generate", plain.path, "-n", "2", "-o", "a", "--prior", "mixture")[0] == 0
    make_signals()
    assert run("train", "x.npy", "--recipe", recipe, "-o", "b", *QUICK)[0] == 0
    assert run("generate", "b", "-n", "2")[0] == 0


def test_advice_on_classes_works(run: Call) -> None:
    np.savez("x.npz", x=RNG.random((40, 5)), y=np.arange(40) % 2)
    np.save("new.npy", RNG.random((1, 5)))
    assert run("train", "x.npz", "-r", "conditional-vae", "-o", "a", *QUICK)[0] == 0
    for words, said in (
        (("reconstruct", "a", "new.npy"), "say it with --class"),
        (("generate", "a", "--like", "new.npy"), "say --class, or take an example"),
    ):
        _, _, err = run(*words)
        assert said in err
        assert run(*words, "--class", "1")[0] == 0
    _, _, err = run("morph", "a", "test:1", "test:2")
    if "of two classes" in err:
        assert run("morph", "a", "test:1", "test:2", "--class", "1")[0] == 0


def test_a_message_outside_the_table_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text('raise ValueError(f"{1} is wrong: say --no-such-option 3")\n')
    found = [text for text in _texts(ast.parse((tmp_path / "new.py").read_text())) if OPTION.search(text)]
    assert found == ["{} is wrong: say --no-such-option 3"]
    with pytest.raises(AssertionError, match="enter it in ADVICE"):
        test_every_option_in_a_message_is_one_of_the_commands_that_show_it("new.py", found[0])


def test_the_parser_knows_the_flags() -> None:
    assert set(preparse.FLAGS) <= options_of("train") | {"--help", "-h", "--debug"}
