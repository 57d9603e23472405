import pytest

from support.chromium import Browser, Page
from support.kernels import kernels_page


@pytest.fixture(scope="session")
def kernels(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A tab with the kernels."""
    path = tmp_path_factory.mktemp("kernels") / "kernels.html"
    path.write_text(kernels_page(), encoding="utf-8")
    return browser.open(path.as_uri())
