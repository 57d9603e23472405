"""What a frame of map.html costs while it is dragged, with as many points as the page takes.

    python benchmarks/map.py [--points 60000] [--screenshot map.png]

The codes are made up: ten overlapping normals in a plane. The page is opened in a headless Chromium without a GPU, at
1280 x 900 and as a phone of 390 x 844 with two pixels to a CSS pixel, and dragged to and fro, all in view and zoomed in
eight times. A frame is what the page itself counts, all that its script does; beside it stands the time from one frame
to the next, which holds the browser's own drawing by software as well. Medians and, in brackets, 95 % points.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

FRAMES = 200
SCREENS = {"1280 x 900": {"width": 1280, "height": 900}, "390 x 844": {"width": 390, "height": 844, "phone": True}}
WATCH = """(() => {
  window.frames = [];
  window.gaps = [];
  let seen = map.drawn.frames, last = 0;
  const look = (now) => {
    if (map.drawn.frames !== seen) {
      frames.push(map.drawn.milliseconds);
      if (last) gaps.push(now - last);
      last = now;
    } else last = 0;
    seen = map.drawn.frames;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


def main() -> None:
    """Prints a row for each screen and zoom."""
    from support.chromium import Browser

    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--screenshot", type=Path, help="a PNG of the first screen")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file, size = write(Path(folder) / "map.html", given.points, given.seed)
        print(f"{given.points:,} points, {size / 1e6:.1f} MB")
        print(f"{'screen':12} {'zoom':>5} {'ms a frame':>16} {'ms between frames':>20}")
        browser = Browser(Path(folder) / "profile")
        try:
            for number, (name, view) in enumerate(SCREENS.items()):
                page = browser.open(file.as_uri(), **view)
                page.wait("window.map && map.drawn.frames > 0")
                if given.screenshot and not number:
                    page.screenshot(given.screenshot)
                page.run(WATCH)
                for zoom in (1, 8):
                    page.run(f"map.zoom({zoom})")
                    frames, gaps = drag(page)
                    print(f"{name:12} {zoom:5} {middle(frames):>16} {middle(gaps):>20}", flush=True)
                page.close()
        finally:
            browser.close()


def write(path: Path, n: int, seed: int) -> tuple[Path, int]:
    """The page of made-up codes, and its size in bytes."""
    import torch

    from autoencode.views.map import MapContent, write_map_page

    noise = torch.Generator().manual_seed(seed)
    labels = torch.randint(10, (n,), generator=noise)
    centres = 1.5 * torch.randn(10, 2, generator=noise)
    names = [f"test {i}" for i in range(1, n + 1)]
    classes = [f"class {i}" for i in range(10)]
    points = centres[labels] + torch.randn(n, 2, generator=noise)
    lead = f"{n:,} made-up codes."
    content = MapContent("made-up codes", lead, points, ("first number", "second number"), labels, classes, names, None)
    return path, write_map_page(path, content).bytes


def drag(page: Any) -> tuple[list[float], list[float]]:
    """Milliseconds of the script in each frame, and from frame to frame, while the map is dragged to and fro."""
    x, y, half, _ = page.middle("#marks")
    page.run("frames.length = gaps.length = 0")
    while page.run("gaps.length") < FRAMES:
        for a, b in ((-0.4, 0.4), (0.4, -0.4)):
            page.drag((x + a * half, y + a * half / 2), (x + b * half, y + b * half / 2), steps=60)
    return page.run("frames"), page.run("gaps")


def middle(times: list[float]) -> str:
    """The median and the 95 % point."""
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.1f} ({ordered[int(0.95 * len(ordered))]:.1f})"


if __name__ == "__main__":
    main()
