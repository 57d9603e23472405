"""A request to stop a long operation, from another thread, from Ctrl-C or from a TERM signal."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from autoencode.errors import CancelledError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_DEFAULT_HANDLERS = (signal.SIG_DFL, signal.default_int_handler)


class CancelToken:
    """Carries a request to stop to the operation, which checks it between two steps.

    Safe to use from any thread: give the token to an operation in one thread, and call `cancel` in another.

    Example:
        >>> token = CancelToken()
        >>> token.cancel()
        >>> token.cancelled
        True
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._by_signal = False
        self.listening = False

    def cancel(self, *, by_signal: bool = False) -> None:
        """Asks the operation to stop. It cannot be taken back.

        Args:
            by_signal: whether Ctrl-C or a TERM signal asks for it.
        """
        self._by_signal = self._by_signal or by_signal
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether someone asked to stop."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Ends the operation here where someone asked to stop.

        Raises:
            CancelledError: someone did.
            KeyboardInterrupt: someone did by Ctrl-C or a TERM signal, as without a token.
        """
        if self._event.is_set():
            raise KeyboardInterrupt if self._by_signal else CancelledError("cancelled on request")

    def wait(self, seconds: int | float) -> bool:
        """Sleeps for so long, or until someone asks to stop; returns whether someone did."""
        return self._event.wait(seconds)


@contextmanager
def interrupt_on_terminate() -> Generator[None]:
    """Inside the block a TERM signal raises KeyboardInterrupt, as Ctrl-C does.

    It is for a process of our own, on its main thread; elsewhere, or where TERM is handled already, it does nothing.
    """
    handler = signal.getsignal(signal.SIGTERM)
    if handler is not signal.SIG_DFL or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


@contextmanager
def cancel_on_interrupt(cancel: CancelToken | None = None) -> Generator[CancelToken]:
    """Inside the block Ctrl-C or a TERM signal cancels the token; a second one acts as before the block.

    It is for operations that must finish a step before they stop, such as training: elsewhere Python's own
    KeyboardInterrupt answers sooner. Only the main thread can listen to signals: on another one the block installs
    nothing. Signals that the host program ignores or handles itself stay with it.

    Args:
        cancel: the token to cancel; a new one where None is given.
    """
    cancel = cancel or CancelToken()
    if cancel.listening or threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    before: dict[signal.Signals, Any] = {
        number: handler for number in _SIGNALS if (handler := signal.getsignal(number)) in _DEFAULT_HANDLERS
    }

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def request_stop(number: int, frame: FrameType | None) -> None:
        cancel.cancel(by_signal=True)
        restore()

    cancel.listening = True
    try:
        for number in before:
            signal.signal(number, request_stop)
        yield cancel
    finally:
        restore()
        cancel.listening = False
