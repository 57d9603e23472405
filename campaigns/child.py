"""One command in a process of its own, with limits: forked, so that PyTorch is imported once for thousands of them."""

import contextlib
import faulthandler
import json
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.capabilities import drop_override
from campaigns.fault import Fault, place_in_dump, place_of

SECONDS = 20.0
"""Computing, or waiting for something, for longer is a hang."""
MEMORY = 2 * 2**30
"""Bytes beyond what the imports take."""
LONGEST_LINE = 2_000
"""Characters: an error message is a line that a person reads."""
_HARD_STOP = 30 * SECONDS  # on the wall, which a busy machine needs
_TICK = 0.005


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Args:
        status: the exit code; minus the signal's number if a signal ended it.
        seconds: on the wall.
        stderr: what it printed there.
        stdout: what it printed there.
        faults: what was wrong with it.
    """

    status: int
    seconds: float
    stdout: str
    stderr: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Limits:
    """What a child may use.

    Args:
        seconds: of computing or of waiting.
        memory: bytes.
        privileged: whether root stays what it is; otherwise it keeps to files' modes as anybody else has to.
    """

    seconds: float = SECONDS
    memory: int = MEMORY
    privileged: bool = False


def autoencode(*words: str) -> Callable[[], None]:
    """The command line of autoencode, to be run in a child."""

    def command() -> None:
        from autoencode.cli.main import main

        sys.argv = ["autoencode", *words]
        main()

    return command


def run(
    command: Callable[[], None],
    said: Sequence[str],
    *,
    cwd: Path,
    log: Path,
    limits: Limits | None = None,
    before: Callable[[], None] = lambda: None,
) -> Ended:
    """Runs a function in a forked child and waits for it.

    Args:
        command: what the child does.
        said: the words of the command, for the faults.
        cwd: the child's working folder.
        log: a folder for what it prints, outside `cwd`.
        limits: what it may use.
        before: called in the child before the command.
    """
    limits = limits or Limits()
    log.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _be_child(command, cwd, log, limits, before)
    status, hung = _wait(pid, limits.seconds)
    return _ended(status, hung, time.monotonic() - began, log, " ".join(said))


def _be_child(command: Callable[[], None], cwd: Path, log: Path, limits: Limits, before: Callable[[], None]) -> None:
    """Never returns."""
    code = 99
    try:
        _redirect(log)
        os.setsid()
        trace = (log / "trace").open("w")
        faulthandler.enable(trace)
        faulthandler.register(signal.SIGUSR1, trace, all_threads=True, chain=False)
        _limit_memory(limits.memory)
        if not limits.privileged:
            drop_override()
        os.chdir(cwd)
        code = _run(command, log, before)
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _redirect(log: Path) -> None:
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(log / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # New ones: the parent may have put something else in their place, as pytest does.
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    for name in ("error", "trace"):
        (log / name).unlink(missing_ok=True)


def _limit_memory(extra: int) -> None:
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + extra, size + extra))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(command: Callable[[], None], log: Path, before: Callable[[], None]) -> int:
    error_file = os.open(log / "error", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def warn(message: object, category: type, filename: str, lineno: int, *_: object) -> None:
        _note(error_file, "warning", f"{Path(filename).name}:{lineno}", f"{category.__name__}: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = warn  # type: ignore[assignment]
        try:
            before()
            command()
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        except BaseException as error:  # that is what a campaign is for
            memory = isinstance(error, MemoryError) or "allocate memory" in str(error)
            text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            _note(error_file, "memory" if memory else "traceback", place_of(error), text)
            return 98
    return 0


def _note(file: int, kind: str, place: str, text: str) -> None:
    os.write(file, (json.dumps([kind, place, text[:300]]) + "\n").encode())


def _wait(pid: int, seconds: float) -> tuple[int, bool]:
    """Waits for a child; one that computes, or sleeps, for too long is killed. The status, and whether that was so."""
    began = last_tick = time.monotonic()
    idle, used, pause = 0.0, 0.0, _TICK
    while True:
        done, status, _ = os.wait4(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
        now = time.monotonic()
        state, cpu = _look(pid)
        idle = idle + now - last_tick if state != "R" and cpu <= used + 0.011 else 0.0
        used, last_tick = max(used, cpu) if idle == 0.0 else used, now
        if cpu > seconds or idle > seconds or now - began > _HARD_STOP:
            return _stop(pid), True


def _look(pid: int) -> tuple[str, float]:
    """A process' state, and the seconds that it has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stop(pid: int) -> int:
    os.kill(pid, signal.SIGUSR1)  # says where it is
    time.sleep(0.3)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.wait4(pid, 0)[1])


def _ended(status: int, hung: bool, seconds: float, log: Path, said: str) -> Ended:
    out, err, trace = (_read(log / name) for name in ("stdout", "stderr", "trace"))
    faults = [Fault(*json.loads(line), said) for line in _read(log / "error").splitlines()]
    if hung:
        faults.append(Fault("hang", place_in_dump(trace), f"stopped after {seconds:.0f} s", said))
    elif status < 0:
        faults.append(Fault("signal", place_in_dump(trace), signal.Signals(-status).name, said))
    elif status != 98:
        faults += _wrong_messages(status, out, err, said)
    return Ended(status, seconds, out, err, tuple(faults))


def _wrong_messages(status: int, out: str, err: str, said: str) -> list[Fault]:
    """What a person could not read, or a terminal would obey."""
    faults: list[Fault] = []
    text = out + err
    if any((ord(sign) < 32 and sign not in "\n\r\t") or ord(sign) in range(0x7F, 0xA0) for sign in text):
        faults.append(Fault("message", "control codes reach the terminal", repr(text[:200]), said))
    if max(map(len, err.splitlines()), default=0) > LONGEST_LINE:
        faults.append(Fault("message", f"an error line of over {LONGEST_LINE:,} characters", err[:200], said))
    _, found, message = err.partition("autoencode:")
    if status == 1 and (not found or len(message.strip().splitlines()) != 1):
        faults.append(Fault("message", "an error that is not one line", repr(err[-300:]), said))
    return faults


def _read(file: Path) -> str:
    return file.read_text(errors="replace") if file.is_file() else ""
