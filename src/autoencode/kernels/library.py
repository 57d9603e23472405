"""The compiled operations: built once for this machine, and kept."""

import ctypes
import hashlib
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import platformdirs
import torch

ENVIRONMENT_VARIABLE = "AUTOENCODE_KERNELS"
"""Set to 0, PyTorch's own operations are used."""
_SOURCES = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in (".h", ".cpp"))
_ISA_FLAGS = {
    "AVX512": ("-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mfma"),
    "AVX2": ("-mavx2", "-mfma"),
}
_BFLOAT16 = ("-mavx512bf16",)
_FLAGS = ("-std=c++17", "-O3", "-shared", "-fPIC")
_FLOAT_FLAGS = ("-fno-math-errno", "-fno-signed-zeros", "-fno-trapping-math", "-ffp-contract=fast")
_COMPILE_TIMEOUT = 120.0
_OPENMP = ("GOMP_parallel", "GOMP_barrier", "omp_get_thread_num", "omp_get_num_threads", "omp_get_max_threads")
"""What threads need, by the names that GNU's OpenMP gave them; LLVM's and Intel's have them too."""
_enabled: bool | None = None
_blocks = 0
_lock = threading.Lock()


def use_kernels(wanted: bool = True) -> None:
    """From here on the layers of this library compute with these operations where they can, in the whole process.

    Args:
        wanted: False goes back to PyTorch's. So does AUTOENCODE_KERNELS=0 in the environment, whatever is asked.
    """
    global _enabled
    _enabled = wanted and os.environ.get(ENVIRONMENT_VARIABLE) != "0"


@contextmanager
def kernels_by_default() -> Generator[None]:
    """Inside the block kernels are used unless `use_kernels` was called; several threads may be in one at once."""
    global _blocks
    with _lock:
        _blocks += 1
    try:
        yield
    finally:
        with _lock:
            _blocks -= 1


def kernels_are_wanted() -> bool:
    """What `use_kernels` was told; where it was not called, whether a block of `kernels_by_default` is running."""
    if _enabled is None:
        return _blocks > 0 and os.environ.get(ENVIRONMENT_VARIABLE) != "0"
    return _enabled


def build_kernels() -> bool:
    """Compiles them where they are not yet, which takes some seconds; whether they are there and wanted."""
    return enabled_library() is not None


def kernels_are_built() -> bool:
    """Whether they lie ready or are not to be had, so that the first use need not wait seconds for a compiler."""
    return not kernels_are_wanted() or any(build.is_built for build in build_candidates()) or not build_candidates()


def lacks_compiler() -> bool:
    """Whether they are wanted, and this processor could do with them, but none of the compilers here makes them."""
    fits = torch.backends.cpu.get_cpu_capability() in _ISA_FLAGS and openmp_functions() is not None
    return kernels_are_wanted() and fits and compiled_library() is None


def enabled_library() -> ctypes.CDLL | None:
    """The compiled operations, or None where they are not wanted or cannot be had. The first call may build them."""
    return compiled_library() if kernels_are_wanted() else None


@cache
def compiled_library() -> ctypes.CDLL | None:
    """The compiled operations, wanted or not; None where they cannot be had."""
    return next((found for build in build_candidates() if (found := build.load()) is not None), None)


def library_path() -> str:
    """Where the compiled operations are, which must be there."""
    found = compiled_library()
    if found is None:
        raise AssertionError("there are no kernels")
    return found._name


def build_candidates() -> "list[KernelBuild]":
    """How they can be compiled here, the likeliest first."""
    capability = torch.backends.cpu.get_cpu_capability()
    flags = _ISA_FLAGS.get(capability)
    compilers = [shlex.split(os.environ.get("CXX", "c++")), ["g++"], ["clang++"]]
    found = [(path, *more) for name, *more in filter(None, compilers) if (path := shutil.which(name))]
    if flags is None or openmp_functions() is None:
        return []
    bfloat16 = capability == "AVX512" and torch.cpu._is_avx512_bf16_supported()  # pyright: ignore
    more = [_BFLOAT16, ()] if bfloat16 else [()]  # an old compiler does not know of it
    return [KernelBuild((*compiler, *_FLAGS, *_FLOAT_FLAGS, *flags, *last)) for compiler in found for last in more]


@cache
def torch_library() -> ctypes.CDLL:
    """PyTorch's own operations.

    Raises:
        OSError: they are no library of this name, as on other systems.
    """
    return ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"))


@cache
def openmp_functions() -> tuple[ctypes.c_void_p, ...] | None:
    """Where the OpenMP is that PyTorch computes with; None where it has none, or it is not to be found."""
    try:
        return function_pointers(_OPENMP)
    except (OSError, AttributeError):
        return None


def function_pointers(names: Sequence[str]) -> tuple[ctypes.c_void_p, ...]:
    """Of functions in PyTorch's library, or in those that it needs."""
    return tuple(ctypes.cast(getattr(torch_library(), name), ctypes.c_void_p) for name in names)


class KernelBuild:
    """A command that compiles them, and where the result is kept: of another source or command in another file.

    Args:
        command: without the names of files.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = tuple(command)
        sources = b"".join(path.read_bytes() for path in _SOURCES)
        digest = hashlib.sha256(sources + repr(self.command).encode()).hexdigest()[:16]
        self.file = Path(platformdirs.user_cache_dir("autoencode")) / "kernels" / f"kernels-{digest}.so"

    @property
    def is_built(self) -> bool:
        """Whether there is nothing to wait for."""
        try:
            return self.file.is_file()
        except OSError:  # a folder of another user's
            return False

    def load(self) -> ctypes.CDLL | None:
        """The operations, compiled where they are not yet; None where that cannot be done."""
        for again in (False, True):
            try:
                if again or not self.file.is_file():
                    self._compile()
                return _load_trusted(self.file)
            except (OSError, subprocess.SubprocessError):  # no folder, half a file from a full disk …
                continue
        return None

    def _compile(self) -> None:
        """Beside the file, whose place it then takes, so that two processes at once do no harm."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.file.parent) as folder:
            made = Path(folder) / self.file.name
            sources = [str(path) for path in _SOURCES if path.suffix == ".cpp"]
            command = [*self.command, *sources, "-o", str(made)]
            subprocess.run(command, check=True, capture_output=True, timeout=_COMPILE_TIMEOUT)  # noqa: S603  # our own sources
            with made.open("rb") as file:
                os.fsync(file.fileno())
            made.replace(self.file)


def _load_trusted(file: Path) -> ctypes.CDLL:
    """The library, which nobody but this user can have written.

    Raises:
        OSError: somebody else could have, or it is no library.
    """
    for path in (file, file.parent):
        about = path.stat()
        others = about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not file.is_absolute() or others or ("getuid" in dir(os) and about.st_uid != os.getuid()):
            raise PermissionError(f"{path} can be written by others")
    found = ctypes.CDLL(str(file))
    found.autoencode_set_openmp(*(openmp_functions() or ()))
    return found
