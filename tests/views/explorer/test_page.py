import base64
import json
import re

import pytest
import torch

from autoencode.errors import StorageError
from autoencode.views.explorer import explorer_page, write_explorer
from autoencode.views.explorer.sprite import sprite


@pytest.fixture(scope="module")
def page(content):
    return explorer_page(content())


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_names_cannot_end_the_script(page):
    assert "middle</script>" not in page
    assert data_of(page)["classes"][1] == "middle</script><b>"


def test_it_names_nothing_outside_itself(page):
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_sliders_are_ranked_by_kl(content):
    latent = data_of(explorer_page(content(5)))["latent"]
    assert latent["order"] == [4, 3, 2, 1, 0]
    assert latent["measure"] == "KL"


def test_what_it_holds(page):
    data = data_of(page)
    assert data["program"]["shape"] == [1, 8, 8]
    assert len(base64.b64decode(data["places"])) == 4 * 2 * 300
    assert len(base64.b64decode(data["examples"]["codes"])) == 4 * 2 * 40
    assert data["colours"] == ["#3f90da", "#ffa90e", "#bd1f01"]
    assert "<h1>two ramps</h1>" in page
    assert "What a ramp draws." in page


def test_large_pictures_are_shrunk_on_the_sheet():
    made = sprite(torch.rand(5, 3, 96, 48))
    assert (made["columns"], made["width"], made["height"]) == (3, 24, 48)


def test_it_is_written_whole(tmp_path, content):
    write_explorer(tmp_path / "new" / "e.html", content())
    assert (tmp_path / "new" / "e.html").read_text(encoding="utf-8").endswith("</html>\n")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_explorer(tmp_path / "file" / "e.html", content())
