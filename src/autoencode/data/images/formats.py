"""The picture formats that are read, and the file names that have them."""

from functools import cache

from PIL import Image

# Plain raster formats only. Pillow knows others, but EPS would start Ghostscript, and BUFR, GRIB, HDF5, MPEG and WMF
# are only recognised, not read.
_RASTER = (
    *("AVIF", "BMP", "DIB", "GIF", "ICO", "JPEG", "JPEG2000", "PCX"),
    *("PNG", "PPM", "QOI", "SGI", "TGA", "TIFF", "WEBP"),
)


@cache
def formats() -> tuple[str, ...]:
    """The formats that this build of Pillow reads, by Pillow's names."""
    Image.init()
    return tuple(name for name in _RASTER if name in Image.OPEN)


@cache
def suffixes() -> frozenset[str]:
    """The endings of file names of those formats, in lower case and with their dot."""
    readable = formats()
    return frozenset(suffix.lower() for suffix, name in Image.registered_extensions().items() if name in readable)
