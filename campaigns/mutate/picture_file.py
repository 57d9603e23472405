"""Pictures of every kind, and files that only look like one."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from campaigns.mutate import file_bytes

ENDINGS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "bmp": "BMP", "tif": "TIFF", "webp": "WEBP", "ppm": "PPM"}
_PNG_START = b"\x89PNG\r\n\x1a\n"


def plain_picture(random: Random, side: int = 8) -> Image.Image:
    """Noise, in one of Pillow's modes."""
    numbers = np.random.default_rng(random.randrange(2**32))
    height, width = (side, side) if random.random() < 0.8 else (random.choice([1, 3, 40]), random.choice([1, 5, 33]))
    return Image.fromarray(numbers.integers(0, 256, (height, width, 3), dtype=np.uint8))


def write_picture(file: Path, random: Random) -> None:
    """A sound picture in the format of its name's ending."""
    kind = ENDINGS[file.suffix[1:]]
    mode = random.choice(["RGB", "L", "P", "RGBA", "1", "LA", "I;16"]) if kind == "PNG" else random.choice(["RGB", "L"])
    image = plain_picture(random)
    made = Image.fromarray(np.asarray(image.convert("L")).astype("u2") * 16) if mode == "I;16" else image.convert(mode)
    made.save(file, kind)


def spoil_picture(file: Path, random: Random) -> str:
    """Damages a picture in a way of its format, or as any file."""
    ways: list[Callable[[Path, Random], str]] = [file_bytes.in_bytes]
    if file.suffix == ".png":
        ways += [_png_header, _png_rows, _png_chunk]
    if file.suffix == ".jpg":
        ways += [_jpeg_size, _jpeg_exif]
    if file.suffix == ".gif":
        ways += [_gif_frames]
    return random.choice(ways)(file, random)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 0, more: bytes = b"") -> bytes:
    """A PNG file of these numbers, whether they go together or not."""
    header = struct.pack(">IIBBBBB", width % 2**32, height % 2**32, depth, colour, 0, 0, 0)
    return _PNG_START + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _png_header(file: Path, random: Random) -> str:
    """A size, depth or kind that is not the pixels'."""
    width = random.choice([0, 1, 8, 2**31, 2**32 - 1, 89_000_000, 30_000])
    height = random.choice([0, 1, 8, 2**31, 2**32 - 1, 89_000_000, 30_000])
    depth, colour = random.choice([1, 2, 4, 8, 16, 3]), random.choice([0, 2, 3, 4, 6, 5])
    file.write_bytes(png(width, height, b"\0" * 100, depth=depth, colour=colour))
    return f"PNG of {width} × {height}, depth {depth}, kind {colour}, with 100 bytes of pixels"


def _png_rows(file: Path, random: Random) -> str:
    """Fewer rows than the header says, each of them sound."""
    side = random.choice([8, 100, 400])
    there = random.choice([0, 1, side // 2, side - 1])
    file.write_bytes(png(side, side, (b"\0" + random.randbytes(side)) * there))
    return f"{there} of {side} rows"


def _png_chunk(file: Path, random: Random) -> str:
    """A chunk beside the pixels that holds nonsense, or very much."""
    bomb = zlib.compress(b"\0" * 50_000_000)
    extras = {
        "a text that unpacks to 50 MB": chunk(b"zTXt", b"x\0\0" + bomb),
        "a colour profile that unpacks to 50 MB": chunk(b"iCCP", b"x\0\0" + bomb),
        "broken EXIF": chunk(b"eXIf", b"MM\0*\0\0\0\x08" + random.randbytes(30)),
        "EXIF that points to itself": chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\4\0\0\0\1\0\0\0\x08\0\0\0\0"),
        "a palette of nothing": chunk(b"PLTE", b""),
        "an unknown critical chunk": chunk(b"ABCD", b"x"),
        "a transparency that does not fit": chunk(b"tRNS", b"\0" * 300),
        "a chunk without an end": struct.pack(">I", 2**31) + b"tEXt",
        "10,000 chunks of text": chunk(b"tEXt", b"a\0b") * 10_000,
    }
    said = random.choice(list(extras))
    file.write_bytes(png(8, 8, (b"\0" + bytes(8)) * 8, more=extras[said]))
    return said


def _jpeg_size(file: Path, random: Random) -> str:
    content = bytearray(file.read_bytes())
    place = content.find(b"\xff\xc0") + 5
    height, width = random.choice([0, 1, 65_535, 20_000]), random.choice([0, 1, 65_535, 20_000])
    content[place : place + 4] = struct.pack(">HH", height, width)
    file.write_bytes(content)
    return f"JPEG that says {width} × {height}"


def _jpeg_exif(file: Path, random: Random) -> str:
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + random.randbytes(random.choice([0, 4, 60]))
    content = file.read_bytes()
    file.write_bytes(content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:])
    return "JPEG with broken EXIF"


def _gif_frames(file: Path, random: Random) -> str:
    frames = [plain_picture(random).convert("P").resize((8, 8)) for _ in range(random.choice([2, 50]))]
    packed = io.BytesIO()
    frames[0].save(packed, "GIF", save_all=True, append_images=frames[1:])
    content = bytearray(packed.getvalue())
    content[6:10] = struct.pack("<HH", random.choice([0, 8, 65_535]), random.choice([0, 8, 65_535]))
    file.write_bytes(content)
    return f"GIF of {len(frames)} frames with another size"
