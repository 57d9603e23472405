import base64
import hashlib
import html
import json
import re

import pytest
import torch

from autoencode.errors import StorageError
from autoencode.evaluation.explorer import explorer_page, write_explorer
from autoencode.evaluation.explorer.sprite import sprite


@pytest.fixture(scope="module")
def page(content):
    return explorer_page(content())


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_names_cannot_end_the_script(page):
    assert "middle</script>" not in page
    assert data_of(page)["classes"][1] == "middle</script><b>"


def test_the_rules_seal_the_script_and_the_style(page):
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    for tag in ("script", "style"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        seal = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{seal}'" in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy


def test_it_names_nothing_outside_itself(page):
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_sliders_are_ranked_by_what_they_tell(content):
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
    made = sprite(torch.rand(5, 1, 28, 20))
    assert (made["columns"], made["width"], made["height"]) == (3, 20, 28)


def test_the_sheet_shrinks_each_picture_by_itself():
    import io

    import numpy as np
    from PIL import Image

    pictures = torch.zeros(4, 1, 96, 96)
    pictures[1] = pictures[2] = 1
    made = sprite(pictures)
    with Image.open(io.BytesIO(base64.b64decode(made["uri"].partition(",")[2]))) as sheet:
        pixels = np.array(sheet)
    assert pixels.shape == (96, 96)
    for place, value in (((0, 0), 0), ((0, 48), 255), ((48, 0), 255), ((48, 48), 0)):
        assert (pixels[place[0] : place[0] + 48, place[1] : place[1] + 48] == value).all()


def test_it_is_written_whole(tmp_path, content):
    write_explorer(tmp_path / "new" / "e.html", content())
    assert (tmp_path / "new" / "e.html").read_text(encoding="utf-8").endswith("</html>\n")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_explorer(tmp_path / "file" / "e.html", content())
