"""Speed and memory of trained models in use, compared with their bare networks.

    python benchmarks/inference.py                three minutes
    python benchmarks/inference.py --only speed   or memory

Speed: encode, reconstruct, generate and restore with the library, and with nothing but the modules called in a loop
over batches of the same size, in turn; medians of `--repeats`, and their minimum and maximum. Both keep all results in
one tensor. Memory: the peak of a process that generated or reconstructed so many examples, with all files.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autoencode.runs.run import Run

EXAMPLES = {"dense-vae": 50_000, "fashion-vae": 5_000}
PAGE = 1_500
GROWING = (500, 2_000, 8_000, 32_000)
VECTOR = 10


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="measures the use of trained models")
    parser.add_argument("--only", choices=["speed", "memory"])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--held", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.held:
        print(json.dumps(held(Path(options.held[0]), options.held[1], int(options.held[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        runs = {recipe: trained(Path(folder), recipe) for recipe in ("dense-vae", "fashion-vae", "restorer")}
        if options.only != "memory":
            speeds(runs, options.repeats)
        if options.only != "speed":
            memory(runs["dense-vae"], of_vectors(Path(folder)))


def trained(folder: Path, recipe: str) -> Path:
    """A run folder of a model trained for twenty steps; its quality does not matter here."""
    from autoencode import tasks

    options = {"corruption": "gaussian:0.1"} if recipe == "restorer" else {}
    tasks.train("fashion-mnist", recipe, out=folder / recipe, steps=20, **options)
    return folder / recipe


def of_vectors(folder: Path) -> Path:
    """A run folder of a model of vectors with ten values."""
    import numpy as np

    from autoencode import tasks

    np.save(folder / "x.npy", np.random.default_rng(0).random((1_000, VECTOR), dtype=np.float32))
    tasks.train(folder / "x.npy", "dense-vae", out=folder / "vectors", likelihood="normal", steps=20)
    return folder / "vectors"


def speeds(runs: dict[str, Path], repeats: int) -> None:
    """Examples per second of each use, and megapixels per second of a page."""
    import torch

    from autoencode.runs.restorer import Restorer
    from autoencode.runs.run import Run

    print(f"{'':32}{'bare network':>21}{'the library':>21}    the library / bare")
    for recipe in ("dense-vae", "fashion-vae"):
        of_a_vae(Run(runs[recipe], device="cpu"), recipe, repeats)
    restorer = Restorer(Run(runs["restorer"], device="cpu"))
    network = restorer.run.model_for_size((PAGE, PAGE)).encoder
    page = torch.randint(0, 256, (1, PAGE, PAGE), dtype=torch.uint8)
    units = page[None].float() / 255
    name, megapixels = f"restorer, {PAGE} × {PAGE}", PAGE**2 / 1e6
    compare(name, "Mpixel/s", megapixels, lambda: network(units), lambda: restorer(page), repeats)


def of_a_vae(run: "Run", recipe: str, repeats: int) -> None:
    """Encoding, reconstructing, generating."""
    import torch

    from autoencode.latent.encoding import posterior_means, reconstruct_examples
    from autoencode.latent.sampling import sample_examples

    examples = EXAMPLES[recipe]
    model, part = run.model, run.data.train[:examples]
    x, n = part.inputs(), model.latent_shape[0]
    encoder, decoder = torch.nn.Sequential(model.encoder, model.posterior.head), model.decoder

    def bare_encode() -> None:
        torch.cat([encoder(some) for some in x.split(run.batch_size)])

    def bare_both() -> None:
        torch.cat([decoder(encoder(some)[:, :n]).sigmoid() for some in x.split(run.batch_size)])

    def bare_decode() -> None:
        torch.cat([decoder(some).sigmoid() for some in torch.randn(examples, n).split(run.batch_size)])

    compare(f"{recipe}, encode", "images/s", examples, bare_encode, lambda: posterior_means(run, part), repeats)
    compare(f"{recipe}, reconstruct", "images/s", examples, bare_both, lambda: reconstruct_examples(run, x), repeats)
    compare(f"{recipe}, generate", "images/s", examples, bare_decode, lambda: sample_examples(run, examples), repeats)


def compare(
    name: str, unit: str, amount: float, bare: Callable[[], object], ours: Callable[[], object], repeats: int
) -> None:
    """Measures both in turn, without gradients, and prints medians and ratios."""
    import torch

    found: list[tuple[float, float]] = []
    with torch.no_grad():
        for _ in range(repeats + 1):
            times = []
            for function in (bare, ours):
                start = time.perf_counter()
                function()
                times.append(amount / (time.perf_counter() - start))
            found.append((times[0], times[1]))
    one, other = (statistics.median(pair[k] for pair in found[1:]) for k in (0, 1))
    ratios = sorted(b / a for a, b in found[1:])
    print(
        f"{name:32}{one:12,.4g} {unit}{other:12,.4g} {unit}    "
        f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})",
        flush=True,
    )


def memory(pictures: Path, vectors: Path) -> None:
    """Peak memory of new processes, in MB."""
    print(f"\n{'examples':>10}{'generate':>14}{'reconstruct':>14}{'of vectors':>14}   peak memory, MB")
    for n in GROWING:
        peaks = []
        for run, use in ((pictures, "generate"), (pictures, "reconstruct"), (vectors, "reconstruct")):
            command = [sys.executable, __file__, "--held", str(run), use, str(n)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peaks.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"{n:>10,}" + "".join(f"{peak:>14,.0f}" for peak in peaks), flush=True)


def held(path: Path, use: str, n: int) -> float:
    """Peak memory of this process in MB after `n` examples were generated, or read and reconstructed."""
    import numpy as np

    from autoencode import tasks

    run = tasks.Run(path, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        if use == "generate":
            tasks.generate(run, n, folder)
        else:
            draw = np.random.default_rng(0)
            some = (
                draw.integers(0, 256, (500, 28, 28), np.uint8)
                if run.is_pictures
                else draw.random((500, VECTOR), np.float32)
            )
            x = np.lib.format.open_memmap(f"{folder}/x.npy", "w+", some.dtype, (n, *some.shape[1:]))
            for start in range(0, n, 500):
                x[start : start + 500] = some
            del x
            tasks.reconstruct(run, [f"{folder}/x.npy"], f"{folder}/out")
    status = Path(
        "/proc/self/status"
    ).read_text()  # getrusage would include the parent's peak if that is larger (Linux)
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
