"""The second decoder, in JavaScript, gives what the first one gives, or an error."""

import base64
import io
import lzma
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from autoencode import tasks
from autoencode.compression.container import Reader, Writer
from support.node import NODE, decode_in_node

sys.path.append(str(Path(__file__).parents[3] / "scripts"))

import golden_photographs as golden

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node here: the decoder for browsers was not run")
SMALL = ("a", "b", "grey", "tiny")


class Memory(io.BytesIO):
    """A file in memory, as the annotations want it."""

    name, mode = "memory", "r+b"


@pytest.fixture(scope="module", params=list(golden.PROFILES))
def profile(request):
    return request.param


def decompressed(file, folder):
    """The pixels of each picture, as Python gives them."""
    tasks.decompress(file, folder)
    return {path.name: pixels_of(path.read_bytes()) for path in folder.iterdir() if path.suffix != ".txt"}


def pixels_of(content):
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image).tobytes()


@pytest.fixture(scope="module")
def wanted(profile, tmp_path_factory):
    return decompressed(golden.golden(profile), tmp_path_factory.mktemp("wanted"))


def test_golden_files_give_the_same_pixels(profile, wanted):
    (found,) = decode_in_node([golden.golden(profile).read_bytes()])
    assert not found["lost"]
    assert not found["cut"]
    assert found["files"].pop("notes.txt") == {"stored": b"no picture\n" * 9}
    assert {name: file["pixels"] for name, file in found["files"].items()} == wanted


@pytest.fixture(scope="module")
def compressed(profile, wanted):
    """A file of small pictures, and the pixels of each."""
    content = rewritten(golden.golden(profile).read_bytes(), keep=lambda meta: meta["kind"] == "pictures")
    return content, {name: pixels for name, pixels in wanted.items() if not name.startswith("large")}


def test_a_browser_without_webassembly_gives_the_same_pixels(compressed):
    content, wanted = compressed
    (found,) = decode_in_node([content], plain=True)
    assert {name: file["pixels"] for name, file in found["files"].items()} == wanted


def flipped(content, random):
    damaged = bytearray(content)
    damaged[random.integers(len(content))] ^= 1 << int(random.integers(8))
    return bytes(damaged)


def flipped_behind_a_digest(content, random):
    reader, written = Reader(Memory(content)), Memory()
    blocks = [block for block in reader.scan() if block.meta["kind"] != "index"]
    chosen, writer = random.integers(len(blocks)), Writer(written, reader.header)
    for number, block in enumerate(blocks):
        writer.add(block.meta, flipped(block.payload, random) if number == chosen else block.payload)
    writer.finish({"complete": True, "files": len(SMALL)})
    return written.getvalue()


def test_flips_and_cuts_give_an_error_or_the_right_pictures(compressed):
    content, wanted = compressed
    random = np.random.default_rng(0)
    damaged = [flipped(content, random) for _ in range(60)]
    hostile = [flipped_behind_a_digest(content, random) for _ in range(20)]
    cut = [content[:length] for length in random.integers(len(content), size=20)]
    results = decode_in_node([*damaged, *hostile, *cut])
    for found in results:
        for name, file in found.get("files", {}).items():
            assert file.get("error") or file["pixels"] == wanted[name], name
    assert any("error" in found for found in results)
    assert all(any(file.get("error") for file in found["files"].values()) for found in results[60:80])
    assert all("error" in found or len(found["files"]) < len(SMALL) or found["cut"] for found in results[80:])


def test_a_damaged_block_leaves_the_others(compressed):
    content, wanted = compressed
    with Memory(content) as file:
        reader = Reader(file)
        first = reader.index()["offsets"][0]
        size = reader.block(first).size
    damaged = bytearray(content)
    damaged[first + size - 1] ^= 1
    (found,) = decode_in_node([bytes(damaged)])
    errors = {name: file["error"] for name, file in found["files"].items() if "error" in file}
    assert set(errors.values()) == {"it is damaged"}
    assert 0 < len(errors) < len(wanted)
    assert all(file.get("pixels") in (None, wanted[name]) for name, file in found["files"].items())


def rewritten(content, header=None, change=lambda meta: meta, keep=lambda meta: True, payload=b""):
    """A file with another header, other or fewer descriptions, or only a stored file of other bytes; digests are right.

    Args:
        payload: of the stored file; without it, everything stays.
    """
    reader, written = Reader(Memory(content)), Memory()
    writer = Writer(written, reader.header | (header or {}))
    for block in reader.scan():
        kind = block.meta["kind"]
        if kind != "index" and keep(block.meta) and (kind == "stored" or not payload):
            writer.add(change(block.meta), payload or block.payload)
    writer.finish({"complete": True})
    return written.getvalue()


def test_another_model_or_profile_is_refused(compressed):
    content, _ = compressed
    headers = [{"model": "00"}, {"quality": None, "profile": "other"}, {"codec": "bits-back"}]
    errors = [found["error"] for found in decode_in_node([rewritten(content, header) for header in headers])]
    assert "another version of the ready-made model" in errors[0]
    assert "a profile that this page has not" in errors[1]
    assert "the trained model that compressed it" in errors[2]


HOSTILE = {
    "shape": [[1 << 15, 1 << 14, 3], [1 << 40, 1], [3], [0, 5], [2.5, 2], "wide", None],
    "name": ["../a", "/a", "a/./b", "a\nb", "", 5, "a" * 5000],
    "number": [-1, 0.5, "0", None, 1 << 60],
}


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_hostile_descriptions_take_no_memory_and_name_no_other_folder(compressed, kind):
    content, _ = compressed

    def changed(value):
        def change(meta):
            file = meta["files"][0]
            own = {
                "shape": {"form": file["form"] | {"shape": value}},
                "name": {"name": value},
                "number": {"file": value},
            }
            return meta | {"files": [file | own[kind], *meta["files"][1:]]}

        return change

    results = decode_in_node([rewritten(content, change=changed(value)) for value in HOSTILE[kind]])
    for found in results:
        assert found["lost"] >= 1 or any(file.get("error") for file in found["files"].values())
        assert not any(".." in name or "\n" in name for name in found["files"])


def test_files_are_saved_as_they_were_or_as_png(compressed, profile):
    content, wanted = compressed
    (found,) = decode_in_node([content], saved=True)
    for name, file in found["files"].items():
        assert pixels_of(file["png"]) == wanted[name]
        if isinstance(golden.PROFILES[profile], int):
            assert "file" not in file
        else:
            assert pixels_of(file["file"]) == wanted[name]
            assert Image.open(io.BytesIO(file["file"])).format == ("BMP" if name == "b.bmp" else "PPM")


def test_the_profile_of_colours_is_in_the_png(compressed):
    content, wanted = compressed
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    def with_profile(meta):
        more = {"profile": base64.b64encode(profile).decode()}
        return meta | {"files": [file | {"form": file["form"] | more} for file in meta["files"]]}

    (found,) = decode_in_node([rewritten(content, change=with_profile)], saved=True)
    for name, file in found["files"].items():
        assert Image.open(io.BytesIO(file["png"])).info["icc_profile"] == profile
        assert pixels_of(file["png"]) == wanted[name]


def test_tiles_and_whole_files(tmp_path):
    """A picture of four tiles, files that are packed or not, and one with other bytes at its start."""
    y, x = np.mgrid[:1100, :1030]
    large, random = ((x // 9 + y // 7) % 256).astype(np.uint8), np.random.default_rng(0)
    Image.fromarray(large).save(tmp_path / "large.pgm")
    Image.fromarray(golden.pixels("b")).save(tmp_path / "start.bmp", dpi=(300, 300))
    (tmp_path / "noise.bin").write_bytes(random.bytes(500))
    words = [random.bytes(int(count)) * int(times) for count, times in random.integers(1, 99, (400, 2))]
    (tmp_path / "mixed.bin").write_bytes(b"".join(words) + random.bytes(90_000) + Path(__file__).read_bytes())
    (tmp_path / "empty.txt").write_bytes(b"")
    files = sorted(tmp_path.iterdir())
    tasks.compress_photographs(files, tmp_path / "a.aec")
    (found,) = decode_in_node([(tmp_path / "a.aec").read_bytes()], saved=True)
    assert found["files"]["large.pgm"]["pixels"] == large.tobytes()
    for path in files:
        kind = "file" if path.suffix in (".pgm", ".bmp") else "stored"
        assert found["files"][path.name][kind] == path.read_bytes(), path.name


def test_what_is_packed_in_another_way_or_damaged_is_refused():
    content = golden.golden("fast").read_bytes()
    reader = Reader(Memory(content))
    (block,) = (block for block in reader.scan() if block.meta["kind"] == "stored")
    payloads = [
        lzma.compress(b"no picture\n" * 9, filters=[{"id": lzma.FILTER_DELTA, "dist": 1}, {"id": lzma.FILTER_LZMA2}]),
        b"none",
        block.payload[:40],
        *(flipped(block.payload, np.random.default_rng(seed)) for seed in range(20)),
    ]
    results = decode_in_node([rewritten(content, payload=payload) for payload in payloads])
    found = [result["files"]["notes.txt"] for result in results]
    assert "in another way" in found[0]["error"]
    assert "is damaged" in found[1]["error"]
    assert "ends too early" in found[2]["error"]
    assert all(file.get("error") or len(file["stored"]) == 99 for file in found)
