"""Ctrl-C as a request, not an accident."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class CancelToken:
    """Whether someone asked to stop."""

    def __init__(self) -> None:
        self.cancelled = False


@contextmanager
def cancel_on_interrupt() -> Generator[CancelToken]:
    """Inside the block Ctrl-C (or a TERM signal) sets `cancelled`; a second one ends the process as usual."""
    cancel_token = CancelToken()
    if threading.current_thread() is not threading.main_thread():
        yield cancel_token
        return
    before: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def request_stop(number: int, frame: FrameType | None) -> None:
        cancel_token.cancelled = True
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in before:
        signal.signal(number, request_stop)
    try:
        yield cancel_token
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
