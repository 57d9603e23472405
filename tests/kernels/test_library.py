"""How the compiled operations are built and found."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autoencode.kernels import build_kernels, kernels_are_built, kernels_by_default, library, use_kernels
from autoencode.kernels.library import build_candidates, compiled_library

compiler = pytest.mark.skipif(compiled_library() is None, reason="there is no C++ compiler")


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a new process, and afterwards as it was."""
    before = library._enabled
    monkeypatch.setattr(library, "compiled_library", library.compiled_library.__wrapped__)
    monkeypatch.delenv(library.ENVIRONMENT_VARIABLE, raising=False)
    library._enabled = True
    yield
    library._enabled = before


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with nothing in it."""
    monkeypatch.setattr(library.platformdirs, "user_cache_dir", lambda _: str(tmp_path))
    return tmp_path / "kernels"


@compiler
def test_it_is_built_once_and_then_found(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not kernels_are_built()
    assert build_kernels()
    (made,) = empty.iterdir()
    assert made.suffix == ".so"
    assert kernels_are_built()
    monkeypatch.setattr(library.subprocess, "run", None)  # nothing is compiled again
    assert build_kernels()


@pytest.mark.parametrize("compiler", ["/bin/false", "/no/such/compiler"])
def test_a_compiler_that_fails_leaves_it_to_pytorch(
    empty: Path, compiler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library.shutil, "which", lambda _: compiler)
    assert not build_kernels()
    assert not list(empty.iterdir())


@compiler
def test_a_compiler_that_fails_is_followed_by_the_next(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "/bin/false --of 'two words'")
    assert build_candidates()[0].command[:3] == ("/bin/false", "--of", "two words")
    assert build_kernels()


@pytest.mark.parametrize("named", ["", "no-such-compiler"])
def test_a_variable_that_names_no_compiler_does_no_harm(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", named)
    assert build_kernels() == (library.shutil.which("g++") is not None)


def test_without_a_compiler_it_is_left_to_pytorch(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library.shutil, "which", lambda _: None)
    assert not build_kernels()
    assert kernels_are_built()  # nothing to wait for


HALF = """
import torch, torch.nn.functional as F
from autoencode import kernels
from autoencode.kernels import convolve, convolve_upsampled, convolve_few_outputs, library
kernels.use_kernels()
assert kernels.build_kernels() and not kernels.has_bfloat16()
assert not any("512" in word for word in library.build_candidates()[0].command)

def check(ours, theirs, *sizes):
    given = [torch.randn(size) for size in sizes]
    found = []
    for function, dtype in ((ours, torch.float32), (theirs, torch.float64)):
        some = [x.to(dtype).requires_grad_(place > 0 or x.shape[1] > 4) for place, x in enumerate(given)]
        out = function(*some)
        found.append([out, *torch.autograd.grad(out.square().sum(), [x for x in some if x.requires_grad])])
        assert dtype == torch.float64 or "Backward" in out.grad_fn.name() and "Convolution" not in out.grad_fn.name()
    for a, b in zip(*found):
        assert (a - b).norm() < 1e-5 * b.norm()

def pooled(x, weight):
    return F.max_pool2d(F.conv2d(x, weight, padding=1), 2, ceil_mode=True).relu()

def doubled(x, weight):
    return F.conv2d(F.interpolate(x, scale_factor=2), weight, padding=1)

for ci in (1, 16):
    check(lambda x, w: convolve(x, w, None, 1, 1, relu=True, pooled=True), pooled, (4, ci, 15, 13), (32, ci, 3, 3))
check(lambda x, w: convolve(x, w, None, 2, 1), lambda x, w: F.conv2d(x, w, None, 2, 1), (9, 16, 16, 15), (32, 16, 3, 3))
check(lambda x, w: convolve_upsampled(x, w, None), doubled, (9, 16, 8, 9), (32, 16, 3, 3))
check(lambda x, w: convolve_upsampled(x, w, None), doubled, (9, 16, 8, 9), (1, 16, 3, 3))
check(lambda x, w: convolve_few_outputs(x, w, None), lambda x, w: F.conv2d(x, w, None, 1, 1), (9, 16, 8, 19), (3, 16, 3, 3))
a, b = torch.randn(33, 70), torch.randn(70, 41)
assert (kernels.matmul(a, b, None, False) - a.double() @ b.double()).norm() < 1e-4
"""


@compiler
def test_on_a_processor_with_vectors_of_half_the_width() -> None:
    """As this one is, if it is told so."""
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": "avx2"}
    subprocess.run([sys.executable, "-c", HALF], check=True, env=environment)


@compiler
def test_threads_are_those_of_pytorch(empty: Path) -> None:
    """A second OpenMP's would wait beside them."""
    made = build_candidates()[0].load()
    assert made is not None
    assert b"omp.so" not in Path(made._name).read_bytes()


@pytest.mark.parametrize("error", [OSError, AttributeError])
def test_without_threads_it_is_left_to_pytorch(
    empty: Path, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: object) -> None:
        raise error

    monkeypatch.setattr(library, "openmp_functions", library.openmp_functions.__wrapped__)
    monkeypatch.setattr(library, "function_pointers", none)
    assert not build_kernels()
    assert not library.lacks_compiler()


def test_an_older_processor_is_left_to_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    assert not build_kernels()


@compiler
def test_a_file_that_is_no_library_is_built_again(empty: Path) -> None:
    file = build_candidates()[0].file
    file.parent.mkdir()
    file.write_bytes(b"half a file")
    assert build_candidates()[0].load() is not None


@compiler
@pytest.mark.parametrize("whose", ["file", "folder"])
def test_what_others_could_have_written_is_not_loaded(empty: Path, whose: str) -> None:
    build = build_candidates()[0]
    assert build.load() is not None
    (build.file if whose == "file" else empty).chmod(0o777)
    if whose == "file":  # it is made again, as this user's own
        assert build.load() is not None
        assert not build.file.stat().st_mode & 0o022
    else:
        assert build.load() is None


def test_a_cache_that_cannot_be_written_leaves_it_to_pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("a file, where a folder is to be")
    monkeypatch.setattr(library.platformdirs, "user_cache_dir", lambda _: str(tmp_path / "taken"))
    assert not build_kernels()


def test_a_folder_that_cannot_be_looked_into_is_one_where_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", refused)
    assert kernels_are_built() == (not build_candidates())


@pytest.mark.parametrize(("said", "used"), [(None, True), ("0", False), ("1", True)])
def test_a_variable_switches_it_off(said: str | None, used: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if said is not None:
        monkeypatch.setenv(library.ENVIRONMENT_VARIABLE, said)
    use_kernels()
    assert (library.enabled_library() is not None) == (used and library.compiled_library() is not None)


def test_kernels_are_used_by_default_in_a_block_and_not_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    library._enabled = None
    assert library.enabled_library() is None
    with kernels_by_default(), kernels_by_default():
        assert library.kernels_are_wanted()
        monkeypatch.setenv(library.ENVIRONMENT_VARIABLE, "0")
        assert not library.kernels_are_wanted()
    assert not library.kernels_are_wanted()


def test_what_was_chosen_holds_in_a_block_too() -> None:
    for wanted in (False, True):
        use_kernels(wanted)
        with kernels_by_default():
            assert library.kernels_are_wanted() == wanted
        assert library.kernels_are_wanted() == wanted
