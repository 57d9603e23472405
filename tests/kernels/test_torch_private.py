"""A release of PyTorch that changes a private name costs speed, and nothing else."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import autoencode
from autoencode.data import load
from autoencode.errors import CapabilityError
from autoencode.kernels import cache_folder, convolve, library, torch_private
from autoencode.kernels.torch_private import compile_graph, is_transformed, kernels_problem, prefer_gnu, trace_graph
from autoencode.portable import trace
from autoencode.recipes import recipes
from autoencode.settings import Settings
from autoencode.training import fit
from support.reporters import Recorder

SOURCES = Path(autoencode.__file__).parent
DISTRIBUTION_PROTOCOL = {"_extended_shape", "_validate_args", "_validate_sample"}


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is tested or loaded yet."""
    monkeypatch.setattr(library, "_enabled", True)
    monkeypatch.setattr(library, "_load", library._load.__wrapped__)
    kernels_problem.cache_clear()
    yield
    kernels_problem.cache_clear()


def gone(owner: object, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.delattr(owner, name)


def changed(owner: object, name: str, value: object) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(owner, name, value)


RELEASES = {
    "dispatch modes are not counted": gone(torch._C, "_len_torch_dispatch_stack"),
    "dispatch modes are counted elsewhere": changed(torch._C, "_len_torch_dispatch_stack", lambda: 0),
    "transforms have no stack": gone(torch._C._functorch, "peek_interpreter_stack"),
    "transforms are always there": changed(torch._C._functorch, "peek_interpreter_stack", lambda: 1),
    "forward mode has no level": gone(torch.autograd.forward_ad, "_current_level"),
    "AMX is asked for elsewhere": gone(torch.cpu, "_is_amx_tile_supported"),
    "bfloat16 takes an argument": changed(torch.cpu, "_is_avx512_bf16_supported", lambda device: True),
}


def test_this_release_has_all_of_them(new_process: None) -> None:
    assert kernels_problem() is None


@pytest.mark.usefixtures("new_process")
@pytest.mark.parametrize("release", [name for name in RELEASES if name != "transforms are always there"])
def test_another_release_has_pytorchs_layers_and_one_note(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    RELEASES[release](monkeypatch)
    x, weight = torch.randn(4, 16, 16, 16), torch.randn(16, 16, 3, 3, requires_grad=True)
    out = convolve(x, weight, None, 1, 1)
    assert torch.equal(out, F.conv2d(x, weight, None, 1, 1))
    assert out.grad_fn is not None
    assert out.grad_fn.name().startswith("Convolution")
    recorder = Recorder()
    fit(*recipes["fashion-vae"]((1, 8, 8)), load(torch.rand(40, 1, 8, 8)), Settings(steps=1), reporter=recorder)
    warnings = [text for text in recorder.of("warn") if f"PyTorch {torch.__version__} changed torch." in text]
    assert len(warnings) == library.build.suits_processor()
    assert all(text.endswith("its own layers are used, which are slower") for text in warnings)


def test_a_transform_that_is_always_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed by the kernels then, so that it does no harm that the self-test passes."""
    RELEASES["transforms are always there"](monkeypatch)
    assert is_transformed(tracing_custom_ops=False)


@pytest.mark.usefixtures("new_process")
def test_without_the_names_every_call_counts_as_transformed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_transformed(tracing_custom_ops=False)
    monkeypatch.delattr(torch._C, "_len_torch_dispatch_stack")
    assert is_transformed(tracing_custom_ops=False)


COMPILERS = {
    "no such function": lambda monkeypatch: monkeypatch.delattr(torch._inductor, "compile"),
    "no such option": lambda monkeypatch: monkeypatch.setattr(
        torch_private, "_COMPILE_OPTIONS", {**torch_private._COMPILE_OPTIONS, "renamed": True}
    ),
    "other codes": lambda monkeypatch: monkeypatch.setitem(torch_private._AOTI_CODES, "aoti_torch_dtype_uint8", 1),
    "no such C function": lambda monkeypatch: monkeypatch.setitem(torch_private._AOTI_CODES, "aoti_torch_renamed", 1),
}


@pytest.mark.parametrize("release", COMPILERS)
def test_another_compiler_leaves_the_step_as_it_is_and_says_so_once(
    release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch._inductor

    from autoencode.kernels import inductor_shims
    from autoencode.training.execution import compiled_step

    if "code" in release or "C function" in release:
        if library.compiled_library() is None:
            pytest.skip("there is no C++ compiler")
        monkeypatch.setattr(library, "_enabled", True)
        monkeypatch.setattr(inductor_shims, "_make_callable", inductor_shims._make_callable.__wrapped__)
    COMPILERS[release](monkeypatch)
    monkeypatch.setattr(compiled_step, "_MIN_STEPS", 2)
    data, recorder = load("digits"), Recorder()
    model, objective = recipes["dense-vae"](data.data_shape, hidden=4)
    assert fit(model, objective, data, Settings(steps=2, compile="auto"), reporter=recorder).status == "complete"
    warnings = [text for text in recorder.of("warn") if f"PyTorch {torch.__version__} changed" in text]
    assert len(warnings) == 1
    with pytest.raises(CapabilityError, match=r"changed .*which autoencode uses"):
        fit(model, objective, data, Settings(steps=2, compile="always"))


COMPILE = """
import sys
from pathlib import Path
import torch
from autoencode.kernels.torch_private import compile_graph, trace_graph

graph = trace_graph(lambda x: (x + 1,), [torch.zeros(3)])
(found,) = compile_graph(graph, [torch.zeros(3)], {})(torch.ones(3))
assert found.tolist() == [2, 2, 2]
folder = Path(sys.argv[1])
assert folder.stat().st_mode & 0o777 == 0o700
folder.chmod(0o770)
compile_graph(graph, [torch.zeros(3)], {})
"""


@pytest.mark.skipif(library.compiled_library() is None, reason="there is no C++ compiler")
def test_programs_are_kept_in_the_users_own_cache_folder_alone(tmp_path: Path) -> None:
    """And not in the temporary folder, where another user could have made PyTorch's folder before."""
    temporary, home = tmp_path / "temporary", tmp_path / "home"
    temporary.mkdir()
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "TORCHINDUCTOR_CACHE_DIR"}
    environment |= {"TMPDIR": str(temporary), "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    folder = home / "cache" / "autoencode" / "inductor"
    command = [sys.executable, "-c", COMPILE, folder]
    done = subprocess.run(command, env=environment, umask=0o002, capture_output=True, text=True)
    assert "other users can write to" in done.stderr.splitlines()[-1], done.stderr
    assert list(folder.rglob("*.so"))
    assert not list(temporary.iterdir())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch's own, when its compiler is imported
@pytest.mark.parametrize("before", [None, "/elsewhere"])
def test_the_environment_is_as_it_was(tmp_path: Path, before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch._inductor

    monkeypatch.setattr(cache_folder.platformdirs, "user_cache_dir", lambda _: str(tmp_path))
    monkeypatch.setattr(torch._inductor, "compile", lambda *_: os.environ["TORCHINDUCTOR_CACHE_DIR"])
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)
    if before:
        monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", before)
    graph = trace_graph(lambda x: x + 1, [torch.zeros(3)])
    assert compile_graph(graph, [torch.zeros(3)], {}) == str(tmp_path / "inductor")
    assert os.environ.get("TORCHINDUCTOR_CACHE_DIR") == before


@pytest.mark.parametrize("name", ["g++", "g++-12", "/usr/bin/c++", "icpx"])
def test_other_compilers_than_clang_are_kept(name: str) -> None:
    assert prefer_gnu((None, name)) == (None, name)


def test_single_attributes_have_a_public_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    normal = torch.distributions.MultivariateNormal(torch.zeros(3, 2), scale_tril=torch.eye(2))
    assert torch_private.unbroadcast_scale_tril(normal).shape == (2, 2)
    del normal._unbroadcasted_scale_tril
    normal.scale_tril = torch.eye(2).expand(3, 2, 2)
    assert torch_private.unbroadcast_scale_tril(normal).shape == (3, 2, 2)
    layer = nn.ReLU()
    assert not torch_private.has_hooks(layer)
    del layer._forward_hooks
    assert torch_private.has_hooks(layer)
    monkeypatch.delattr(torch.distributions.Distribution, "_validate_args")
    assert torch_private.validates_arguments()


def test_without_dispatch_modes_the_explorer_says_so() -> None:
    program = """
import sys
sys.modules["torch.utils._python_dispatch"].TorchDispatchMode = None
del sys.modules["torch.utils._python_dispatch"].TorchDispatchMode
import torch
from autoencode.errors import CapabilityError
from autoencode.portable import trace
try:
    trace(lambda z, _: z + 1, torch.zeros(1, 2))
except CapabilityError as error:
    assert "changed TorchDispatchMode" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", "import torch\n" + program], check=True)
    assert trace(lambda z, _: z + 1, torch.zeros(1, 2)).steps


def private_names_of_others(file: Path, own: set[str]) -> list[str]:
    """Private attributes and imports in a file that this library does not define itself."""
    found = list[str]()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            found.append(node.attr)
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("autoencode"):
            found += [part for part in (node.module or "").split(".") if part.startswith("_")]
            found += [alias.name for alias in node.names if alias.name.startswith("_")]
            found += ["experimental"] * ("experimental" in (node.module or ""))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [word for word in ("aoti_torch_", "AtenTensorHandle", "_local_scalar_dense") if word in node.value]
    return [name for name in found if name not in own]


def defined_names(file: Path) -> set[str]:
    """Attributes of `self` or `cls`, functions and names that a file defines."""
    found = set[str]()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    return found


def test_no_other_file_uses_private_names() -> None:
    files = sorted(set(SOURCES.rglob("*.py")) - {Path(torch_private.__file__)})
    own = (
        set[str]().union(*map(defined_names, files)) | DISTRIBUTION_PROTOCOL | {"_replace", "_exit"}
    )  # of a named tuple, and of os: documented
    assert not {
        str(file.relative_to(SOURCES)): names for file in files if (names := private_names_of_others(file, own))
    }
