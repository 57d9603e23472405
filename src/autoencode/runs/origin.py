"""Whether this computer's autoencode wrote a part of run.json, so that the paths it names may be opened."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from autoencode.storage import open_regular

_KEY_BYTES = 32


def sign(content: Mapping[str, Any]) -> str:
    """The signature of a part of run.json by this user's key: 64 hexadecimal digits; "" where no key can be kept.

    A run folder from elsewhere may name any file of this computer. It cannot be signed, as the key never leaves the
    user's own state folder.

    References:
        Krawczyk, Bellare and Canetti, "HMAC: keyed-hashing for message authentication", RFC 2104.
    """
    key = _key()
    text = json.dumps(content, sort_keys=True).encode()
    return "" if key is None else hmac.new(key, text, hashlib.sha256).hexdigest()


def is_signed(content: Mapping[str, Any], signature: str) -> bool:
    """Whether `sign` gave this signature for this content, with the same key."""
    return bool(signature) and hmac.compare_digest(sign(content).encode(), signature.encode(errors="replace"))


def _key() -> bytes | None:
    """The user's secret, made when it is first needed; None where it cannot be kept or others could have read it."""
    file = Path(platformdirs.user_state_dir("autoencode")) / "signing-key"
    with suppress(OSError):
        if not file.exists():
            _make_key(file)
        with open_regular(file) as opened:
            about, key = os.fstat(opened.fileno()), opened.read(_KEY_BYTES)
        private = os.name != "posix" or (about.st_uid == os.getuid() and not about.st_mode & 0o077)
        return key if private and len(key) == _KEY_BYTES else None
    return None


def _make_key(file: Path) -> None:
    """Writes a new key, unless another process is faster."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_bytes(_KEY_BYTES))
        with suppress(FileExistsError):
            os.link(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
