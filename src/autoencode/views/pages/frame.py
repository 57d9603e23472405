"""The frame of a page: head, title, footer, and the rules that a browser holds it to."""

import hashlib
from string import Template

from autoencode._version import __version__
from autoencode.views.pages.assets import asset
from autoencode.views.pages.html import tag, text
from autoencode.views.pages.packing import to_base64

_HERE = "autoencode.views.pages"
_NO_SCRIPT = "The script inside this page draws it: please allow JavaScript."


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
) -> str:
    """A whole page. Its own rules let a browser apply its own style and run its own script, and forbid every request.

    Args:
        kind: of page, in a few words, as a browser's tab says it.
        title: plain text.
        lead: a sentence or two, plain text.
        main: HTML.
        style: CSS; it follows what all pages share.
        notes: HTML below the lead.
        facts: HTML at the foot.
        foot: HTML, the last words.
        data: HTML, what `data_block` gave.
        script: JavaScript, or "" for a page that runs none.
        wasm: whether the script may assemble WebAssembly.
    """
    style = asset(_HERE, "base.css") + style
    return Template(asset(_HERE, "frame.html")).substitute(
        policy=text(_policy(style, script, wasm)),
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


def _policy(style: str, script: str, wasm: bool) -> str:
    rules = [
        "default-src 'none'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        f"style-src {_csp_hash(style)}",
    ]
    if script:
        rules.append(f"script-src {_csp_hash(script)}" + (" 'wasm-unsafe-eval'" if wasm else ""))
    return "; ".join(rules)


def _csp_hash(content: str) -> str:
    """What a policy calls a text by: browsers run and apply no other one."""
    return f"'sha256-{to_base64(hashlib.sha256(content.encode()).digest())}'"
