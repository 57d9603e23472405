"""Costs of explorer.html: its size, the time of a frame, and the difference of its pixels from PyTorch's.

    python benchmarks/explorer.py runs/fashion-mnist-fashion-vae [another run ...] [--screenshot explorer.png]

Each run's page is written and opened in a headless Chromium (with one process for rendering, without a GPU). The time
of a frame is measured by the page itself: decoder, bytes and canvas; medians and 95th percentiles of 300 frames of a
drag, and of the same decoder without WebAssembly. Pixels, or tokens of text and tunes, are compared for 200 codes,
sampled as the page samples them.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

FRAMES = 300
CODES = 200
PLAIN = """(() => {
  const text = (id) => document.getElementById(id).textContent;
  const data = JSON.parse(text("data"));
  const Kind = data.program.step ? SequenceDecoder : Decoder;
  const decoder = new Kind(data.program, readWeights(text("weights").trim(), data.precision), { plain: true });
  const times = [];
  for (let i = 0; i < 40; i++) {
    const began = performance.now();
    decoder.run(Float32Array.from(explorer.code));
    times.push(performance.now() - began);
  }
  return times.slice(10).sort((a, b) => a - b)[15];
})()"""


VALUES = """(z) => {
  if (explorer.decoder.step) return [...explorer.decoder.run(Float32Array.from(z))];
  const made = explorer.decode(z, 0);
  return [...(made.bytes ?? made)];
}"""


def main() -> None:
    """Prints a row for each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--screenshot", type=Path, help="a PNG of the first run's page after the drag")
    given = parser.parse_args()
    print(f"{'run':28} {'MB':>6} {'ms per frame':>20} {'plain ms':>9} {'levels off':>11} {'of values':>10}")
    for number, run in enumerate(given.runs):
        print(measure(run, given.seed, None if number else given.screenshot), flush=True)


def measure(path: Path, seed: int, screenshot: Path | None = None) -> str:
    """One row: size, frames, plain frames, the largest difference in grey levels, the share of values that differ."""
    import torch

    from autoencode.runs.run import Run
    from autoencode.tasks import explore
    from support.chromium import Browser

    torch.set_num_threads(1)
    run = Run(path, device="cpu")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page_file = explore(run, Path(folder) / "explorer.html", seed=seed)
        browser = Browser(Path(folder) / "profile")
        try:
            page = browser.open(page_file.as_uri())
            page.settle()
            frames = _frames(page)
            if screenshot is not None:
                page.settle()
                page.screenshot(screenshot)
            codes = torch.tensor(page.run(f"Array.from({{ length: {CODES} }}, () => explorer.draw())"))
            levels = page.run(f"{json.dumps(codes.tolist())}.map({VALUES})")
            plain = page.run(PLAIN)
        finally:
            browser.close()
        context = run.contexts(CODES, 0) if run.model.is_conditional else None
        exact = torch.as_tensor(run.decode(codes, context))
        if not run.model.likelihood.is_sequential:
            exact = (exact.clamp(0, 1) * 255).round().flatten(1)
        off = (torch.tensor(levels, dtype=torch.float32) - exact).abs()
        times = f"{frames[len(frames) // 2]:.1f} ({frames[int(0.95 * len(frames))]:.1f})"
        size = page_file.stat().st_size / 1e6
    share = f"{(off > 0).float().mean():.1e}"
    return f"{run.name:28} {size:6.2f} {times:>20} {plain:9.1f} {off.max():11.0f} {share:>10}"


def _frames(page: Any) -> list[float]:
    """Times of many frames while the code is dragged back and forth."""
    times: list[float] = []
    x, y, half, _ = page.middle("#pad")
    while len(times) < FRAMES:
        before = page.run("explorer.times.length")
        page.drag((x - 0.8 * half, y - 0.3 * half), (x + 0.8 * half, y + 0.3 * half), steps=40)
        fresh = page.run("explorer.times")
        times += fresh[min(before, len(fresh) - 40) :] if len(fresh) > before else fresh[-40:]
    return sorted(times[:FRAMES])


if __name__ == "__main__":
    main()
