"""Generates new examples."""

import time
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data.images.scan import SHEET
from autoencode.distributions.token_sequences import END, TokenChoice
from autoencode.errors import ArgumentError
from autoencode.latent.drawn_by_rule import DrawnByRule
from autoencode.latent.encoding import Item
from autoencode.latent.example_detail import ExampleDetail
from autoencode.latent.sampling import CodeSampler, CodeSource, FromPrior, NearExample
from autoencode.runs.replacing import check_replaceable, remove_series
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.views.figures import grid, save_figure
from autoencode.views.outputs import ExampleFiles

_SHOWN = 400
_COMPARED = 1_000
"""Training examples are enough to know by how much two differ."""
USUAL_NUCLEUS = 0.9
"""Of the words of text, where a person says nothing else."""


@tuned_cpu()
def generate(
    run: Run,
    n: int = 64,
    out: str | Path | None = None,
    *,
    seed: int = 0,
    prior: str | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
    like: Item | None = None,
    spread: float = 0.5,
    same_class: bool = False,
    cut_out: bool = False,
    temperature: float = 1.0,
    top_k: int | None = None,
    nucleus: float | None = None,
    begin: str | None = None,
    connected: str | None = None,
    sharpen: bool = False,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Tensor, list[Path]]:
    """Samples codes, decodes them, and writes the examples and a sheet of the first 400.

        a prior, the codes of a class, or the codes near a picture ─► z ─► decoder ─► new examples

    At most two thousand examples are in memory at once. Numbered pictures and a sheet of an earlier call in the same
    folder are removed, so that the folder holds what was generated now.

    Args:
        run: the trained model.
        n: how many.
        out: where to write; `samples/` in the run folder by default.
        seed: the same seed and prior give the same examples.
        prior: "own", "ex-post" for the one that `fit_prior` fitted, or a kind, which is fitted if it was not; by
            default the one under which held-out codes are likelier.
        of_class: the name or number of a class. A class-conditional model is given it; for any other model a normal is
            fitted to the class's training codes.
        condition: a picture, for a model conditioned on pictures; by default pictures of the test part.
        like: a picture, or an example such as `test:17`, near whose code the codes are sampled.
        spread: how far from it: 0 gives its reconstruction, 1 any code of the data (or the class).
        same_class: whether they differ from `like` as examples of one class do; with a spread of 1 they are any of its
            class. The class need not be known, but the training data have classes.
        cut_out: whether grey pictures of shapes, white on black, become white shapes on a transparent ground.
        temperature: factor on the standard deviations of what is sampled from; of text it also divides the logarithms
            of the probabilities of words, and 0 takes the likeliest.
        top_k: of text, only the so many likeliest words are drawn each time.
        nucleus: of text, only the likeliest words that together have this probability; 0.9 where it is left out.
        begin: of text, how every line begins.
        connected: of maps of symbols, a rule such as "D:FSM": only maps are kept in which all cells with D can be
            reached from each other over cells with F, S or M. Of floor plans "rooms": those are drawn again that
            leave their outline or cut off a room, in up to fifty rounds. A note says how many were drawn for it.
        sharpen: of pictures, whether they get the detail of training pictures that look alike where it is added; see
            `autoencode.latent.example_detail.ExampleDetail`.
        reporter: receives the progress of the task "drawing", in examples, a note of what was sampled from and why, and
            what is kept where it ends early.
        cancel: ends it early; pictures that are written are kept.

    Returns:
        The first 400, (n, *data_shape), and the files: `0001.png` … and `sheet.png` with these, or `samples.npy` for
        vectors, `samples.csv` for rows of a table, `samples.txt` for lines of text. Each picture says in its PNG text
        "Description" what it was sampled from.

    Raises:
        ArgumentError: there is no such class, options exclude each other, or a file is there that autoencode did not
            write.
        CancelledError: `cancel` asked for it.
        CapabilityError: there is no such prior: a plain autoencoder has none until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    if n < 1:
        raise ArgumentError(f"-n must be 1 or more, not {n}")
    reporter, folder = resolve_reporter(reporter), Path(out) if out else run.path / "samples"
    files, names = ExampleFiles(run.modality, folder, "samples", cut_out=cut_out), _names(n)
    for path in files.paths(names):
        check_replaceable(path)
    choice = _token_choice(run, temperature, top_k, nucleus, _beginning(run, begin, reporter))
    of_codes = 1.0 if choice and (like or temperature == 0) else temperature
    source = _code_source(prior, of_class, condition, like, spread, of_codes, same_class=same_class)
    sampler = source.sampler(run, n, reporter, cancel)
    chosen = None if connected is None else DrawnByRule(sampler, connected)
    sampler = sampler if chosen is None else chosen.sampler
    reporter.note(sampler.source)
    detail = ExampleDetail.of_run(run, reporter=reporter, cancel=cancel) if sharpen else None
    if run.modality.drawable:
        remove_series(folder, names)
    started = time.perf_counter()
    shown, paths = _write(sampler, names, seed, files, choice, detail, reporter, cancel)
    if like is not None and len(shown) > 1 and run.modality.has_distances:
        ms = 1000 * (time.perf_counter() - started) / n
        reporter.note(f"{_unlikeness(run, shown)}; {ms:.3g} ms for each, files included")
    if chosen is not None:
        of = f"{chosen.follow:,} of {chosen.drawn:,} {run.modality.noun} drawn follow"
        kept = f"{chosen.missing:,} of those kept do not" if chosen.missing else "only such are kept"
        reporter.note(f"{of} --connected {connected}; {kept}")
    return shown, paths


def _unlikeness(run: Run, x: Tensor) -> str:
    """How much examples differ, beside training examples."""
    own, usual = (_difference(some) for some in (x, run.data.train.subsample(_COMPARED).inputs()))
    noun = run.modality.noun
    return f"two of these {noun} differ by {own:.3g} (root mean square of a value), two training {noun} by {usual:.3g}"


def _difference(x: Tensor) -> float:
    """The root of the mean squared difference of a value of two examples, over all pairs."""
    return float((2 * x.flatten(1).double().var(0).mean()).sqrt()) if len(x) > 1 else 0.0


def _names(n: int) -> list[Path]:
    width = max(4, len(str(n)))
    return [Path(f"{number:0{width}d}.png") for number in range(1, n + 1)]


def _write(
    sampler: CodeSampler,
    names: list[Path],
    seed: int,
    files: ExampleFiles,
    choice: TokenChoice | None,
    detail: ExampleDetail | None,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> tuple[Tensor, list[Path]]:
    """Writes examples, and for pictures a sheet of the first ones, which are returned."""
    n, first, done, drawable = len(names), list[Tensor](), 0, files.modality.drawable
    description = f"{sampler.source}; seed {seed}" + ("" if detail is None else "; detail from the training pictures")
    with (
        files.open(description) as add,
        note_what_is_kept(reporter, lambda: f"{done:,} of {n:,} are in {files.folder}" if done and drawable else ""),
        track(reporter, "drawing", n, "examples", cancel=cancel) as progress,
    ):
        for x in sampler.examples(n, seed, choice):
            x = x if detail is None else detail(x)
            add(names[done : done + len(x)], x)
            first += [x[: _SHOWN - done]] if done < _SHOWN else []
            done += len(x)
            progress.update(done)
    shown = torch.cat(first)
    if detail is not None:
        reporter.note(str(detail.sources))
    if drawable:
        if files.scale:
            reporter.note(files.scale)
        save_figure(files.folder / SHEET, grid(files.modality.shown(shown)), description)
    return shown, files.paths(names)


def _beginning(run: Run, begin: str | None, reporter: Reporter) -> tuple[int, ...]:
    """The tokens that every line begins with."""
    if begin is None:
        return ()
    if not run.modality.reads_text:
        raise ArgumentError(f"--begin is how lines of text begin, and {run.path} makes {run.modality.noun}")
    x, note = run.modality.encode_lines([begin])
    if note:
        reporter.note(note)
    return tuple(int(token) for token in x[0].tolist() if token != END)


def _token_choice(
    run: Run, temperature: float, top_k: int | None, nucleus: float | None, begin: tuple[int, ...]
) -> TokenChoice | None:
    """How words are drawn; None for a model of other data. Unknown ones never are."""
    if run.model.likelihood.n_tokens is not None:
        mass = USUAL_NUCLEUS if nucleus is None else nucleus
        return TokenChoice(temperature, top_k, mass, known_only=True, begin=begin)
    if top_k is not None or nucleus is not None:
        raise ArgumentError(
            f"--top-k and --nucleus draw words of text and notes of tunes, and {run.path} makes {run.modality.noun}"
        )
    return None


def _code_source(
    prior: str | None,
    of_class: str | int | None,
    condition: str | Path | None,
    like: Item | None,
    spread: float,
    temperature: float,
    *,
    same_class: bool,
) -> CodeSource:
    if like is None:
        if same_class:
            raise ArgumentError("--same-class says how examples differ from --like: give --like or leave it out")
        return FromPrior(prior, of_class, condition, temperature)
    given = {"prior": prior, "condition": condition, "temperature": None if temperature == 1 else temperature}
    for name, value in given.items():
        if value is not None:
            raise ArgumentError(
                f"codes near a picture depend on the picture and --spread: leave --like or --{name} out"
            )
    return NearExample(like, spread, of_class, same_class)
