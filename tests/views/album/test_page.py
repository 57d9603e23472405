import base64
import html
import json
import re

from autoencode.compression.browser import decoder_script, model_files
from autoencode.views.album import AlbumContent, album_page, write_album

HOSTILE = "</script><img src=x onerror=alert(1)>.aec"


def made(name=HOSTILE, archive=b"\x93AEC"):
    return album_page(AlbumContent(name, archive, {"name": "00", "payload": "", "shape": [1, 1], "digest": ""}))


def block(page, name):
    return re.search(rf'<script type="[^"]*" id="{name}">(.*?)</script>', page, re.DOTALL)[1]


def test_it_holds_the_file_the_models_and_the_decoder():
    page = made()
    assert base64.b64decode(block(page, "archive")) == b"\x93AEC"
    for name, content in model_files().items():
        assert base64.b64decode(block(page, name)) == content
    assert decoder_script() in page


def test_a_name_is_only_shown():
    page = made()
    assert HOSTILE not in page
    assert json.loads(block(page, "data"))["name"] == HOSTILE
    assert f"<h1>{html.escape(HOSTILE)}</h1>" in page


def test_it_names_nothing_outside_itself_and_may_run_beside_the_page():
    page = made("photos.aec")
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "worker-src blob:" in page
    assert "&#x27;wasm-unsafe-eval&#x27;" in page


def test_it_is_written_whole(tmp_path):
    write_album(tmp_path / "photos.html", AlbumContent("photos.aec", b"", {}))
    assert (tmp_path / "photos.html").read_text(encoding="utf-8").endswith("</html>\n")
