"""How the C++ is compiled, kept and loaded again."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoencode.kernels import build, cache_folder, library
from autoencode.kernels.build import KernelBuild, build_candidates
from support.cpp import small_sources

pytestmark = pytest.mark.skipif(library.compiled_library() is None, reason="there is no C++ compiler")


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were compiled."""
    compiled, compile_file = list[Path](), KernelBuild._compile

    def count(self: KernelBuild, folder: Path) -> None:
        compiled.append(self.file)
        compile_file(self, folder)

    monkeypatch.setattr(KernelBuild, "_compile", count)
    return compiled


@pytest.fixture
def built(tmp_path: Path, compilations: list[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[KernelBuild]:
    """A small library that is compiled, not yet loaded, under the default umask of Ubuntu and Fedora."""
    monkeypatch.setattr(cache_folder.platformdirs, "user_cache_dir", lambda _: str(tmp_path))
    small_sources(tmp_path, monkeypatch)
    before = os.umask(0o002)
    candidate = build_candidates()[0]
    candidate._compile(cache_folder.private_cache_folder("kernels"))
    compilations.clear()
    yield candidate
    os.umask(before)


def test_it_is_compiled_once_whatever_the_umask(built: KernelBuild, compilations: list[Path]) -> None:
    built.load()
    assert not compilations
    assert stat.S_IMODE(built.file.stat().st_mode) == 0o700
    assert sorted(path.name for path in built.file.parent.iterdir()) == [built.file.name, f"{built.file.name}.sha256"]
    again = build_candidates()[0]
    assert again.is_built
    again.load()
    assert not compilations


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_was_cut_off_is_compiled_again(built: KernelBuild, compilations: list[Path], share: float) -> None:
    """Loading it would end the process with a bus error."""
    content = built.file.read_bytes()
    built.file.write_bytes(content[: int(share * len(content))])
    assert not built.is_built
    built.load()
    assert len(compilations) == 1
    assert built.is_built


def test_a_file_whose_checksum_is_lost_is_compiled_again(built: KernelBuild, compilations: list[Path]) -> None:
    built.file.with_name(f"{built.file.name}.sha256").unlink()
    built.load()
    assert len(compilations) == 1


def test_a_whole_file_that_cannot_be_loaded_is_compiled_again(built: KernelBuild, compilations: list[Path]) -> None:
    """As one that a machine with other libraries made, in a home folder on a network."""
    built.file.write_bytes(b"no library")
    cache_folder.seal(built.file)
    built.load()
    assert len(compilations) == 1


def test_a_file_that_others_can_write_to_is_compiled_again(built: KernelBuild, compilations: list[Path]) -> None:
    built.file.chmod(0o777)
    built.load()
    assert len(compilations) == 1
    assert not built.file.stat().st_mode & 0o022


def test_a_folder_that_others_can_write_to_is_refused(built: KernelBuild, compilations: list[Path]) -> None:
    built.file.parent.chmod(0o777)
    with pytest.raises(PermissionError, match="other users can write"):
        built.load()
    assert not compilations


def test_threads_are_those_of_pytorch() -> None:
    """Those of a second OpenMP would wait beside them."""
    assert b"omp.so" not in Path(library.library_path()).read_bytes()


def test_the_sources_are_in_the_package() -> None:
    assert {path.name for path in build._SOURCES} >= {"convolution.cpp", "gemm.cpp", "winograd.h"}
    assert all(path.parent == Path(build.__file__).parent / "cpp" for path in build._SOURCES)
