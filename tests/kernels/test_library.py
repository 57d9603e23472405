"""Whether the kernels are used in this process, and why not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autoencode.kernels import (
    build,
    build_kernels,
    cache_folder,
    kernels_are_built,
    kernels_by_default,
    library,
    torch_private,
    use_kernels,
    why_no_kernels,
)
from autoencode.kernels.library import compiled_library
from support.cpp import small_sources

compiler = pytest.mark.skipif(compiled_library() is None, reason="there is no C++ compiler")


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is loaded yet; afterwards all is as it was before."""
    before = library._enabled
    monkeypatch.setattr(library, "_load", library._load.__wrapped__)
    monkeypatch.delenv(library.ENVIRONMENT_VARIABLE, raising=False)
    library._enabled = True
    yield
    library._enabled = before


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with nothing in it."""
    monkeypatch.setattr(cache_folder.platformdirs, "user_cache_dir", lambda _: str(tmp_path))
    small_sources(tmp_path, monkeypatch)
    return tmp_path / "kernels"


@compiler
def test_they_are_compiled_once(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not kernels_are_built()
    assert build_kernels()
    assert kernels_are_built()
    assert why_no_kernels() is None
    monkeypatch.setattr(build.subprocess, "run", None)  # fails if it is called
    assert build_kernels()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("/bin/false", "could not be compiled, so PyTorch's own are used: /bin/false ended with status 1"),
        ("/no/such/compiler", r"could not be compiled, .*No such file or directory: '/no/such/compiler'"),
    ],
)
def test_a_compiler_that_fails_leaves_layers_to_pytorch_and_says_why(
    empty: Path, command: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build.shutil, "which", lambda _: command)
    assert not build_kernels()
    assert not list(empty.iterdir())
    if build.suits_processor():
        with pytest.raises(AssertionError, match=reason):
            raise AssertionError(why_no_kernels())


@compiler
def test_the_next_compiler_is_tried_after_one_that_fails(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "/bin/false --of 'two words'")
    assert build.build_candidates()[0].command[:3] == ("/bin/false", "--of", "two words")
    assert build_kernels()
    assert why_no_kernels() is None


@pytest.mark.parametrize("named", ["", "no-such-compiler"])
def test_a_variable_that_names_no_compiler_does_no_harm(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", named)
    assert build_kernels() == (build.shutil.which("g++") is not None)


def test_without_a_compiler_layers_are_left_to_pytorch(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build.shutil, "which", lambda _: None)
    assert not build_kernels()
    assert kernels_are_built()  # nothing to wait for
    assert build.suits_processor() == ("a C++ compiler, such as g++" in (why_no_kernels() or ""))


@pytest.mark.skipif("getuid" not in dir(os), reason="users and groups are those of POSIX")
def test_a_folder_of_others_is_named_and_nothing_is_compiled(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.mkdir()
    empty.chmod(0o777)
    monkeypatch.setattr(build.subprocess, "run", None)  # fails if it is called
    assert not build_kernels()
    if build.build_candidates():
        assert f"other users can write to {empty}: remove it" in (why_no_kernels() or "")


def test_a_cache_that_cannot_be_written_leaves_layers_to_pytorch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(cache_folder.platformdirs, "user_cache_dir", lambda _: str(tmp_path / "file"))
    assert not build_kernels()
    assert kernels_are_built() == (not build.build_candidates())


@pytest.mark.parametrize("error", [OSError, AttributeError])
def test_without_pytorchs_threads_layers_are_left_to_it(
    empty: Path, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> None:
        raise error

    monkeypatch.setattr(build, "openmp_functions", build.openmp_functions.__wrapped__)
    monkeypatch.setattr(torch_private, "function_pointers", missing)
    assert not build_kernels()
    assert why_no_kernels() is None


def test_an_older_processor_is_left_to_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    assert not build_kernels()
    assert why_no_kernels() is None


AVX2 = """
import torch, torch.nn.functional as F
from autoencode import kernels
from autoencode.kernels import convolve, convolve_upsampled, convolve_few_outputs, build
kernels.use_kernels()
assert kernels.build_kernels() and not kernels.has_bfloat16()
assert not any("512" in word for word in build.build_candidates()[0].command)

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
check(lambda x, w: convolve_few_outputs(x, w, None), lambda x, w: F.conv2d(x, w, None, 1, 1), (9, 16, 8, 19),
      (3, 16, 3, 3))
a, b = torch.randn(33, 70), torch.randn(70, 41)
assert (kernels.matmul(a, b, None, False) - a.double() @ b.double()).norm() < 1e-4
"""


@compiler
def test_on_a_processor_with_avx2_alone() -> None:
    """As which PyTorch treats this one if the environment says so."""
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": "avx2"}
    subprocess.run([sys.executable, "-c", AVX2], check=True, env=environment)


@pytest.mark.parametrize(("value", "used"), [(None, True), ("0", False), ("1", True)])
def test_an_environment_variable_switches_them_off(
    value: str | None, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv(library.ENVIRONMENT_VARIABLE, value)
    use_kernels()
    assert (library.enabled_library() is not None) == (used and compiled_library() is not None)


def test_kernels_are_used_by_default_in_a_block_and_not_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    library._enabled = None
    assert library.enabled_library() is None
    with kernels_by_default():
        with kernels_by_default():
            assert library.kernels_are_wanted()
        assert library.kernels_are_wanted()
    assert not library.kernels_are_wanted()
    monkeypatch.setenv(library.ENVIRONMENT_VARIABLE, "0")
    with kernels_by_default():
        assert not library.kernels_are_wanted()


def test_layers_do_not_read_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    library._enabled = None
    with kernels_by_default():
        monkeypatch.setattr(library, "os", None)
        assert library.kernels_are_wanted()


def test_what_was_chosen_holds_in_a_block_too() -> None:
    for wanted in (False, True):
        use_kernels(wanted)
        with kernels_by_default():
            assert library.kernels_are_wanted() == wanted
        assert library.kernels_are_wanted() == wanted
