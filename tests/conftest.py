"""What every test gets: shape checks at run time, one thread, and a seed of its own."""

import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jaxtyping import install_import_hook

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait leave the core to the other test processes
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # processes that tests start would compile the package, 3 s each time
sys.dont_write_bytecode = False
install_import_hook("autoencode", "beartype.beartype")  # before the first import of autoencode
sys.path.append(str(Path(__file__).parent))  # for `from support import ...`
pytest.register_assert_rewrite("support")
pytest_plugins = ["support.run_fixtures", "support.training_fixtures"]

import torch  # noqa: E402

from autoencode.data.music import fluidsynth, synthesizer  # noqa: E402
from autoencode.kernels import use_kernels  # noqa: E402
from support.chromium import CHROMIUM, Browser  # noqa: E402

torch.set_num_threads(1)
use_kernels()  # as whatever trains or opens a run does, so that tests do not depend on what came before


@pytest.fixture(autouse=True)
def own_seed(request: pytest.FixtureRequest) -> Iterator[None]:
    """The same noise in every run of a test, whatever ran before it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(zlib.crc32(request.node.nodeid.encode()))
        yield


@pytest.fixture(autouse=True)
def own_synthesizer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound is the same whether FluidSynth is installed or not."""
    monkeypatch.setattr(synthesizer, "find_fluidsynth", lambda: None)


@pytest.fixture
def find_installed_fluidsynth() -> Callable[[], fluidsynth.FluidSynth | None]:
    """Finds the program that is installed on this machine."""
    return fluidsynth.find_fluidsynth


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What costs time is put where it costs least.

    Lines are traced in the first case of each test that is not slow: tracing all takes half as long again and covers
    the same lines. Of several processes none has a long file left at the end: those with slow tests come first, then by
    number.
    """
    seen = set[str]()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if name in seen or item.get_closest_marker("slow"):
            item.add_marker("no_cover")
        seen.add(name)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    count = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -count[item.path]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what needs a browser, all in one line of the summary, as they are all skipped from here."""
    if item.get_closest_marker("browser") and CHROMIUM is None:
        pytest.skip("there is no Chromium here: tests in a browser were skipped")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture
def stop_noise(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """After a call, what is drawn is the same for every example: a parameter of its distribution, or a middle."""

    def filled(value: float) -> Callable[..., torch.Tensor]:
        def make(*size: Any, generator: Any = None, **options: Any) -> torch.Tensor:
            shape = size if size and isinstance(size[0], int) else size[0] if size else options.pop("size")
            return torch.full(tuple(shape), value, **options)

        return make

    def stop() -> None:
        monkeypatch.setattr(torch, "randn", filled(0.0))
        monkeypatch.setattr(torch, "rand", filled(0.4))
        monkeypatch.setattr(torch, "randn_like", torch.zeros_like)
        monkeypatch.setattr(torch, "rand_like", lambda x, **options: torch.full_like(x, 0.4, **options))
        monkeypatch.setattr(torch, "normal", lambda mean, *_, **__: mean)
        monkeypatch.setattr(torch, "bernoulli", lambda x, **_: (x > 0.5).to(x))
        monkeypatch.setattr(torch, "poisson", lambda x, **_: x.round())
        monkeypatch.setattr(torch, "_standard_gamma", lambda x: x)
        monkeypatch.setattr(torch, "_sample_dirichlet", lambda x: x / x.sum(-1, keepdim=True))
        monkeypatch.setattr(torch.Tensor, "normal_", lambda x, *_, **__: x.zero_())
        monkeypatch.setattr(torch.Tensor, "uniform_", lambda x, low=0.0, high=1.0, **_: x.fill_(0.6 * low + 0.4 * high))
        monkeypatch.setattr(torch.Tensor, "exponential_", lambda x, *_, **__: x.fill_(1.0))

    return stop


@pytest.fixture
def double() -> Iterator[None]:
    """New tensors are float64: `pytestmark = pytest.mark.usefixtures("double")`."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder with the downloaded data sets."""
    folder = os.environ.get("AUTOENCODE_DATA")
    if not folder:
        pytest.skip("AUTOENCODE_DATA is not set: no data sets to test with")
    return Path(folder)
