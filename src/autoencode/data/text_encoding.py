"""How the characters of a text file are written."""

import codecs

from autoencode.errors import DataError


def text_encoding(sample: bytes, what: str, expected: str) -> str:
    """The encoding of a text by its beginning, by Python's name.

    UTF-8 and UTF-16 are known by their bytes; anything else is read as Windows-1252.

    Args:
        sample: the first bytes.
        what: the file's name, for the message.
        expected: what the file should be, for the message.

    Raises:
        DataError: no text.
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in sample:
        raise DataError(f"{what} is no text: expected {expected}")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
