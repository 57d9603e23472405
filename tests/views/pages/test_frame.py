import base64
import hashlib
import html
import re

import pytest

from autoencode.views.pages import page

SCRIPT = 'document.title = "</"'


def made(**more):
    return page("kind", "title", "lead", "<p>main</p>", style="p { margin: 1px; }", **more)


def policy_of(text):
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])
    return dict(rule.split(maxsplit=1) for rule in policy.split("; "))


def seal_of(text, tag):
    inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"


def test_a_page_allows_its_own_style_and_nothing_else():
    assert policy_of(made()) == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "style-src": seal_of(made(), "style"),
    }
    assert "<script" not in made()
    assert "<noscript" not in made()


@pytest.mark.parametrize(("wasm", "more"), [(False, ""), (True, " 'wasm-unsafe-eval'")])
def test_a_page_allows_its_own_script(wasm, more):
    text = made(script=SCRIPT, wasm=wasm)
    assert policy_of(text)["script-src"] == seal_of(text, "script") + more
    assert "<noscript>" in text


def test_names_are_only_shown():
    text = page("<i>", "</title><b>$x", "<script>1</script>", "", style="")
    assert not re.search("<i>|<b>|<script>", text)
    assert text.count("&lt;/title&gt;&lt;b&gt;$x") == 2
    assert "<title>&lt;/title&gt;&lt;b&gt;$x · &lt;i&gt; · autoencode</title>" in text


def test_all_is_at_its_place():
    text = made(notes="<p>n</p>", facts="<dl>f</dl>", foot="Last words.", data="<i>d</i>", script="1")
    order = ["<title>", "<h1>", "lead</p>", "<p>n</p>", "<main>", "main</p>", "<footer>", "<dl>f", "Last words."]
    places = [text.index(each) for each in [*order, "<i>d</i>", "<script>1</script>"]]
    assert places == sorted(places)
