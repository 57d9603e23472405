import io
import os
import pty
import subprocess
import sys

import numpy as np
from PIL import Image


def page():
    pixels = np.full((120, 160), 190, np.uint8)
    pixels[40:44, 20:140] = 30
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def autoencode(*words, **options):
    return subprocess.run([sys.executable, "-m", "autoencode", *words], capture_output=True, **options)


def test_files_in_and_files_out(tmp_path):
    (tmp_path / "a.png").write_bytes(page())
    done = autoencode("clean", "a.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines() == ["1 file written", "see      clean/sheet.png"]
    assert sorted(file.name for file in (tmp_path / "clean").iterdir()) == ["a.png", "sheet.png"]
    again = autoencode("clean", "a.png", cwd=tmp_path)
    assert again.returncode == 2
    message = "autoencode: clean/a.png is there already: give --force to replace, or another --out"
    assert again.stderr.decode().strip() == message


def test_in_a_pipe():
    done = autoencode("clean", "-", input=page())
    assert done.returncode == 0, done.stderr
    with Image.open(io.BytesIO(done.stdout)) as written:
        assert (written.format, written.size) == ("PNG", (160, 120))
    assert b"no picture that can be read" in autoencode("clean", "-", input=b"rubbish").stderr


def test_a_terminal_is_no_pipe():
    terminal, other = pty.openpty()
    try:
        done = autoencode("clean", "-", stdin=other)
    finally:
        os.close(terminal)
        os.close(other)
    assert done.returncode == 2
    assert b"- is for pipes: autoencode clean - < in.png > out.png" in done.stderr
