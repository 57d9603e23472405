"""How the C++ in `cpp/` is compiled on this machine, once, and kept in the user's cache folder."""

import ctypes
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch

from autoencode.kernels import torch_private
from autoencode.kernels.cache_folder import check_private, is_intact, private_cache_folder, private_cache_path, seal

_SOURCES = sorted(path for path in (Path(__file__).parent / "cpp").iterdir() if path.suffix in (".h", ".cpp"))
_FOLDER = "kernels"
_ISA_FLAGS = {
    "AVX512": ("-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mfma"),
    "AVX2": ("-mavx2", "-mfma"),
}
_BFLOAT16_FLAGS = ("-mavx512bf16",)
_FLAGS = ("-std=c++17", "-O3", "-shared", "-fPIC")
_FLOAT_FLAGS = ("-fno-math-errno", "-fno-signed-zeros", "-fno-trapping-math", "-ffp-contract=fast")
_COMPILE_TIMEOUT = 120.0
_OPENMP_FUNCTIONS = (
    "GOMP_parallel",
    "GOMP_barrier",
    "omp_get_thread_num",
    "omp_get_num_threads",
    "omp_get_max_threads",
)
"""What `autoencode_set_openmp` takes, by the names of GNU's OpenMP, which LLVM's and Intel's have as well."""


def suits_processor() -> bool:
    """Whether the C++ was written for this processor and for the threads that PyTorch has here."""
    return torch.backends.cpu.get_cpu_capability() in _ISA_FLAGS and openmp_functions() is not None


def build_candidates() -> "list[KernelBuild]":
    """The ways to compile them here, in the order in which they are tried; none where they cannot be used."""
    if not suits_processor() or torch_private.kernels_problem() is not None:
        return []
    capability = torch.backends.cpu.get_cpu_capability()
    named = [shlex.split(os.environ.get("CXX", "c++")), ["g++"], ["clang++"]]
    compilers = [(path, *more) for name, *more in filter(None, named) if (path := shutil.which(name))]
    bfloat16 = capability == "AVX512" and torch_private.has_avx512_bf16()
    optional = [_BFLOAT16_FLAGS, ()] if bfloat16 else [()]  # an old compiler does not know the flag
    flags = (*_FLAGS, *_FLOAT_FLAGS, *_ISA_FLAGS[capability])
    return [KernelBuild((*compiler, *flags, *last)) for compiler in compilers for last in optional]


@cache
def openmp_functions() -> tuple[ctypes.c_void_p, ...] | None:
    """The functions of the OpenMP that PyTorch runs its threads by; None where they are not found."""
    try:
        return torch_private.function_pointers(_OPENMP_FUNCTIONS)
    except (OSError, AttributeError):
        return None


class KernelBuild:
    """A command that compiles the kernels, and the file for its result, whose name is a hash of command and sources.

    Args:
        command: the compiler and its options, without the names of files.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = tuple(command)
        sources = b"".join(path.read_bytes() for path in _SOURCES)
        digest = hashlib.sha256(sources + repr(self.command).encode()).hexdigest()[:16]
        self.file = private_cache_path(_FOLDER) / f"kernels-{digest}.so"

    @property
    def is_built(self) -> bool:
        """Whether the file is there and whole, so that loading it does not have to wait for the compiler."""
        return is_intact(self.file)

    def load(self) -> ctypes.CDLL:
        """Loads the library; it is compiled first where it is missing, damaged or not loadable.

        Raises:
            OSError: the cache folder is not private or not writable, or the library cannot be loaded.
            subprocess.SubprocessError: the compiler failed.
        """
        folder = private_cache_folder(_FOLDER)
        if self.is_built:
            try:
                return self._open()
            except OSError:  # other users can write to the file, or another machine made it
                pass
        self._compile(folder)
        return self._open()

    def _compile(self, folder: Path) -> None:
        """Writes to a file of its own, which then takes its place, so that processes can compile at the same time."""
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            partial = Path(scratch) / self.file.name
            sources = [str(path) for path in _SOURCES if path.suffix == ".cpp"]
            command = [*self.command, *sources, "-o", str(partial)]
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=_COMPILE_TIMEOUT)  # noqa: S603  # our own sources
            partial.chmod(0o700)  # the umask may let a group write, and then the file would be refused
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            partial_seal = seal(partial)
            partial.replace(self.file)
            partial_seal.replace(folder / partial_seal.name)

    def _open(self) -> ctypes.CDLL:
        check_private(self.file)
        library = ctypes.CDLL(str(self.file))
        library.autoencode_set_openmp(*(openmp_functions() or ()))
        return library


def failure_reason(error: OSError | subprocess.SubprocessError) -> str:
    """Why a build failed, in one line: what the compiler printed first, where it is the compiler that failed."""
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{error.cmd[0]} took more than {_COMPILE_TIMEOUT:.0f} seconds"
    if isinstance(error, subprocess.CalledProcessError):
        printed = error.stderr.strip().splitlines()
        return printed[0] if printed else f"{error.cmd[0]} ended with status {error.returncode}"
    return str(error)
