"""The frame of a page: head, title, footer and content security policy."""

import hashlib
from string import Template

from autoencode._version import __version__
from autoencode.views.pages.assets import asset
from autoencode.views.pages.html import tag, text
from autoencode.views.pages.packing import to_base64

_HERE = "autoencode.views.pages"
_NO_SCRIPT = "This page is drawn by a script inside it: please allow JavaScript."


def page(
    kind: str,
    title: str,
    lead: str,
    main: str,
    *,
    style: str,
    notes: str = "",
    facts: str = "",
    foot: str = "",
    data: str = "",
    script: str = "",
    wasm: bool = False,
    worker: bool = False,
) -> str:
    """A complete page. Its content security policy allows its own style and script, and forbids every request.

    Args:
        kind: of page, in a few words, for the title of the browser tab.
        title: plain text.
        lead: a sentence or two, plain text.
        main: HTML.
        style: CSS, added to the common style.
        notes: HTML below the lead.
        facts: HTML at the foot.
        foot: HTML, the last sentence of the footer.
        data: HTML from `data_block`.
        script: JavaScript, or "" for a page without a script.
        wasm: whether the script may compile WebAssembly.
        worker: whether the script may run itself a second time beside the page.
    """
    style = asset(_HERE, "base.css") + style
    return Template(asset(_HERE, "frame.html")).substitute(
        policy=text(_policy(style, script, wasm=wasm, worker=worker)),
        version=text(__version__),
        kind=text(kind),
        title=text(title),
        lead=text(lead),
        style=style,
        notes=notes + (tag("noscript", _NO_SCRIPT) if script else ""),
        main=main,
        facts=facts,
        foot=foot,
        scripts=data + (tag("script", script) if script else ""),
    )


def _policy(style: str, script: str, *, wasm: bool, worker: bool) -> str:
    rules = [
        "default-src 'none'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        f"style-src {_csp_hash(style)}",
    ]
    if script:
        rules.append(f"script-src {_csp_hash(script)}" + (" 'wasm-unsafe-eval'" if wasm else ""))
    if worker:
        rules.append("worker-src blob:")
    return "; ".join(rules)


def _csp_hash(content: str) -> str:
    """The hash by which a content security policy allows a script or style."""
    return f"'sha256-{to_base64(hashlib.sha256(content.encode()).digest())}'"
