"""How fast photographs are decoded by Python, by Node and by a page in headless Chromium, and that all give the same.

    python benchmarks/photograph_page.py FOLDER [--profiles fast small lossy]

MB/s are those of uncompressed pixels in seconds of the processor, with one thread (OMP_NUM_THREADS=1), writing of files
left out. Those of Chromium hold all that the page does: reading its text, decoding, and drawing small pictures.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image

from autoencode import tasks
from autoencode.compression.browser import decoder_script, model_files

if TYPE_CHECKING:
    from support.chromium import Browser

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

PROFILES: dict[str, tasks.Profile | int] = {"fast": tasks.Profile.FAST, "small": tasks.Profile.SMALL, "lossy": 60}
DRIVER = """
(async () => {
  const { readFileSync } = require("node:fs"), [lossless, lossy, file] = process.argv.slice(1);
  const bytes = (path) => new Uint8Array(readFileSync(path)), models = await Models.load(bytes(lossless), bytes(lossy));
  const started = process.cpuUsage(), archive = await Archive.open(bytes(file), models);
  let values = 0;
  for (const picture of archive.files) if (picture.kind === "picture") values += archive.pixels(picture).length;
  const { user, system } = process.cpuUsage(started);
  console.log(JSON.stringify([values, (user + system) / 1e6]));
})();
"""


def main() -> None:
    """Prints a line for each profile."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--profiles", nargs="+", choices=list(PROFILES), default=list(PROFILES))
    options = parser.parse_args()
    with TemporaryDirectory(ignore_cleanup_errors=True) as made:
        folder = Path(made)
        (folder / "pictures").mkdir()
        for number, file in enumerate(sorted(options.pictures.iterdir())):
            with Image.open(file) as image:
                image.convert("RGB").save(folder / "pictures" / f"{number}.ppm")
        for kind, content in model_files().items():
            (folder / kind).write_bytes(content)
        print(f"{'':6} {'Python':>8} {'Node':>8} {'Chromium':>9}   MB/s")
        for name in options.profiles:
            print(f"{name:6} {_measure(folder, name)}", flush=True)


def _measure(folder: Path, name: str) -> str:
    packed = folder / f"{name}.aec"
    tasks.compress_photographs([folder / "pictures"], packed, profile=PROFILES[name])
    started = time.process_time()
    tasks.decompress(packed, folder / "back", verify=True)
    python = time.process_time() - started
    values, node = _in_node(folder, packed)
    return f"{values / 1e6 / python:8.1f} {values / 1e6 / node:8.1f} {values / 1e6 / _in_chromium(folder, packed):9.1f}"


def _in_node(folder: Path, packed: Path) -> list[float]:
    """Values, and seconds of the processor; each block's digest is that of the pixels which Python compressed."""
    command = ["node", "-e", decoder_script() + DRIVER, folder / "lossless", folder / "lossy", packed]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def _in_chromium(folder: Path, packed: Path) -> float:
    """Seconds of the processor."""
    from support.chromium import Browser

    browser = Browser(folder / f"profile-{packed.stem}")
    try:
        address = tasks.album(packed, folder / "page.html").as_uri()
        browser.open("about:blank")
        before = _renderers(browser)
        page = browser.open(address)
        page.wait("document.getElementById('meter').classList.contains('done')")
        if trouble := page.run("document.querySelectorAll('.why, #notes li').length"):
            raise SystemExit(f"{packed.stem}: {trouble} pictures are not shown")
        return _renderers(browser) - before
    finally:
        browser.close()


def _renderers(browser: "Browser") -> float:
    found = browser.call("SystemInfo.getProcessInfo")["processInfo"]
    return sum(process["cpuTime"] for process in found if process["type"] == "renderer")


if __name__ == "__main__":
    main()
