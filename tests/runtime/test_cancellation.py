import os
import signal
import threading

import pytest

from autoencode.errors import CancelledError
from autoencode.runtime.cancellation import CancelToken, cancel_on_interrupt, interrupt_on_terminate


@pytest.fixture(autouse=True)
def usual():
    """Ctrl-C as at a keyboard: a process that a shell starts in the background is born deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_is_a_request_and_the_second_is_not():
    with cancel_on_interrupt() as cancel:
        assert not cancel.cancelled
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.cancelled
        with pytest.raises(KeyboardInterrupt):
            cancel.raise_if_cancelled()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_handlers_come_back():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with cancel_on_interrupt():
        pass
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_other_threads_do_not_listen():
    seen = []

    def work():
        with cancel_on_interrupt() as cancel:
            seen.append(cancel.cancelled)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]


def test_a_token_is_cancelled_from_another_thread():
    cancel = CancelToken()
    cancel.raise_if_cancelled()
    thread = threading.Thread(target=cancel.cancel)
    thread.start()
    assert cancel.wait(60.0)
    thread.join()
    with pytest.raises(CancelledError):
        cancel.raise_if_cancelled()


def test_a_given_token_is_the_one_that_is_cancelled_and_a_block_inside_listens_no_second_time():
    cancel = CancelToken()
    with cancel_on_interrupt(cancel) as outer, cancel_on_interrupt(outer) as inner:
        assert inner is outer is cancel
        os.kill(os.getpid(), signal.SIGTERM)
        assert cancel.cancelled
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_handler_of_the_host_program_stays():
    received = []
    before = signal.signal(signal.SIGTERM, lambda number, _: received.append(number))
    try:
        with cancel_on_interrupt() as cancel:
            os.kill(os.getpid(), signal.SIGTERM)
            assert received == [signal.SIGTERM]
            assert not cancel.cancelled
    finally:
        signal.signal(signal.SIGTERM, before)


def test_in_a_command_a_term_signal_is_a_keyboard_interrupt():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interrupt_on_terminate():
        os.kill(os.getpid(), signal.SIGTERM)
    with interrupt_on_terminate(), cancel_on_interrupt() as cancel:
        os.kill(os.getpid(), signal.SIGTERM)
        assert cancel.cancelled
    assert signal.getsignal(signal.SIGTERM) is before
