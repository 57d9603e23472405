import os
import signal
import threading

import pytest

from autoencode.runtime.cancellation import cancel_on_interrupt


@pytest.fixture(autouse=True)
def usual():
    """Ctrl-C as at a keyboard: a process that a shell starts in the background is born deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_is_a_request_and_the_second_is_not():
    with cancel_on_interrupt() as cancel_token:
        assert not cancel_token.cancelled
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel_token.cancelled
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
        with cancel_on_interrupt() as cancel_token:
            seen.append(cancel_token.cancelled)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
