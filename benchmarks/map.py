"""The time of a frame of map.html while it is dragged, with the largest number of points.

    python benchmarks/map.py [--points 60000] [--screenshot map.png]

The codes are synthetic: ten overlapping normals in a plane. The page is opened in a headless Chromium without a GPU, at
1280 x 900 and as a phone of 390 x 844 with two pixels per CSS pixel, and dragged back and forth, with all points in
view and zoomed in eight times. The time of a frame is measured by the page itself and includes all of its script; the
time from one frame to the next includes the browser's software rendering. Medians and, in brackets, 95th percentiles.
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
        print(f"{'screen':12} {'zoom':>5} {'ms per frame':>16} {'ms between frames':>20}")
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
    """The page of synthetic codes, and its size in bytes."""
    import torch

    from autoencode.views.map import MapContent, write_map_page

    noise = torch.Generator().manual_seed(seed)
    labels = torch.randint(10, (n,), generator=noise)
    centres = 1.5 * torch.randn(10, 2, generator=noise)
    names = [f"test {i}" for i in range(1, n + 1)]
    classes = [f"class {i}" for i in range(10)]
    points = centres[labels] + torch.randn(n, 2, generator=noise)
    lead = f"{n:,} synthetic codes."
    content = MapContent("synthetic codes", lead, points, ("first number", "dimension 2"), labels, classes, names, None)
    return path, write_map_page(path, content).bytes


def drag(page: Any) -> tuple[list[float], list[float]]:
    """Milliseconds of the script in each frame, and from frame to frame, while the map is dragged back and forth."""
    x, y, half, _ = page.middle("#marks")
    page.run("frames.length = gaps.length = 0")
    while page.run("gaps.length") < FRAMES:
        for a, b in ((-0.4, 0.4), (0.4, -0.4)):
            page.drag((x + a * half, y + a * half / 2), (x + b * half, y + b * half / 2), steps=60)
    return page.run("frames"), page.run("gaps")


def middle(times: list[float]) -> str:
    """The median and the 95th percentile."""
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.1f} ({ordered[int(0.95 * len(ordered))]:.1f})"


if __name__ == "__main__":
    main()
