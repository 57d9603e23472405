"""What a file without an ending is, by its first bytes."""

from pathlib import Path

from autoencode.errors import AutoencodeError
from autoencode.storage import open_regular

_STARTS = (
    (b"\x93NUMPY", ".npy"),
    (b"\x89HDF\r\n\x1a\n", ".h5"),
    (b"MATLAB 5.0", ".mat"),
    (b"PAR1", ".parquet"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"\x1f\x8b", ".tgz"),
)
_RIFF, _WEBP = b"RIFF", b"WEBP"
_BRANDS = {b"heic": ".heic", b"heix": ".heic", b"mif1": ".heif", b"avif": ".avif"}
_NIFTI = ".nii.gz"
_DICOM, _DICOM_PLACE = b"DICM", 128
_ZIP, _ZIP_NAME, _TAR, _TAR_PLACE = b"PK\3\4", 30, b"ustar", 257


def suffix_of(path: Path) -> str:
    """The ending of a file's name in lower case; without one, that of what its content is, or "".

    Args:
        path: where it lies; a folder, or what cannot be opened, has none.
    """
    if path.name.lower().endswith(_NIFTI):
        return _NIFTI
    if path.suffix and not _only_digits(path.suffix):
        return path.suffix.lower()
    try:
        if not path.is_file():
            return ""
        with open_regular(path, follow=True) as file:
            return suffix_of_content(file.read(512))
    except (OSError, AutoencodeError):
        return ""


def _only_digits(suffix: str) -> bool:
    """Whether a dot only parts the numbers of a name, as in those of DICOM files: 1.2.840.113619."""
    return suffix[1:].isdigit()


def suffix_of_content(start: bytes) -> str:
    """The ending that a file should have, by its first 512 bytes; "" where they are not known.

    Example:
        >>> suffix_of_content(b"GIF89a..."), suffix_of_content(b"hello")
        ('.gif', '')
    """
    if start.startswith(_ZIP):
        name = start[_ZIP_NAME : _ZIP_NAME + int.from_bytes(start[26:28], "little")]
        return ".npz" if name.endswith(b".npy") else ".zip"
    if start.startswith(_RIFF) and start[8:12] == _WEBP:
        return ".webp"
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], "")
    if start[_DICOM_PLACE:].startswith(_DICOM):
        return ".dcm"
    if start[_TAR_PLACE:].startswith(_TAR):
        return ".tar"
    return next((ending for magic, ending in _STARTS if start.startswith(magic)), "")
