"""JSON that is wrong: in its values, in its shape, or as text."""

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

_LONG = 1_000_000
VALUES: tuple[Callable[[Random], Any], ...] = (
    lambda _: None,
    lambda _: True,
    lambda r: r.choice([-1, 0, 1, 2, 7]),
    lambda r: r.choice([2**31, 2**53 + 1, 2**63, 2**64, -(2**63), 10**9, 10**400]),
    lambda r: r.choice([0.5, -0.0, 1e308, 5e-324, 1e9, -1e9]),
    lambda r: r.choice([math.nan, math.inf, -math.inf]),
    lambda r: r.choice(["", "1", "NaN", "yes", "dense-vae", "conv-ae", "0-255", "mixture", "cuda", "meta", "complete"]),
    lambda r: r.choice(["../../outside", "/etc/passwd", "/dev/zero", "~", "a/b", "C:\\x", "os:system", "x" * 300]),
    lambda r: r.choice(["[/bold]", "[red]", "\x1b[2J", "\x00", "\ud800", "\u202e", "<script>", "%s{0}", "a\nb"]),
    lambda _: "x" * _LONG,
    lambda r: r.choice([[], [[]], [None], [1, 2, 3], ["a"], [-1], [0], [10**9, 10**9], [1.5, "x"]]),
    lambda _: [0] * 100_000,
    lambda r: r.choice([{}, {"a": 1}, {"": None}, {"value": "x", "error": []}]),
    lambda _: _nested(400),
)
"""What takes the place of a value."""
BY_NAME: dict[str, tuple[Any, ...]] = {
    "data_shape": (
        [0, 8, 8],
        [1, 8],
        [64],
        [3, 8, 8],
        [1, 9, 9],
        [1, 100_000, 100_000],
        [1, -8, -8],
        [1, 8, 8, 1],
        [1.0, 8, 8],
    ),
    "latent_dim": (0, -3, 3, 10**9, 2.0, "2"),
    "hidden": (0, -1, 17, 10**9, [16], "16"),
    "channels": ([0], [], [8] * 40, [10**7], 8),
    "classes": ([], ["0"], ["0"] * 10, list(range(10)), {"0": 1}, "abc", ["[/]"] * 10, ["\x1b[31m"] * 10, [None] * 10),
    "n_classes": (0, 1, -1, 10**8, "10"),
    "values": ("0-1", "raw", "0-65535", "auto", "none"),
    "epoch": (-1, "two", math.nan, 10**12),
    "loss": (math.nan, math.inf, "low", None, [1]),
    "format": (0, 2, "1", None, 1.0, True),
    "status": ("running", "interrupted", "diverged", "stopped early", "", 5, "[bold]"),
    "recipe": ("conv-vae", "os:system", "campaigns.x:y", "", 5, None, "dense_vae", ["dense-vae"]),
    "source": ("", "mnist", "digit", "/", "/dev/zero", "..", "x" * 5000, "\0", 3),
    "kind": ("flow", "normal", "two-stage", "own", "", 3, None),
    "threads": (0, -1, 100_000, "2", 1.5),
    "device": ("meta", "cuda", "cuda:99", "", "mkldnn", "xla"),
    "batch_size": (0, -1, 10**12, 1.5),
    "created": ("", 5, None, "yesterday", "x" * 100),
    "seed": (-1, 2**64, "0", 1.5),
    "options": ([], None, {"x": 1}, {"seed": "x"}, "a", {"download": True}, {"n_components": 10**8}),
    "n_components": (0, -1, 10**8, 3, "5"),
}
"""Values that are wrong in a way of their own, by the name of the entry."""


def mutate_json(text: str, random: Random) -> tuple[str, str]:
    """The text of a JSON file with one to three things wrong, and what they are."""
    way = random.choices([_mutate_values, _mutate_text, _replace_all], [8, 2, 1])[0]
    return way(text, random)


def mutate_lines(text: str, random: Random) -> tuple[str, str]:
    """The same for a file with JSON in each line."""
    lines = text.splitlines() or ["{}"]
    place = random.randrange(len(lines))
    way = random.randrange(6)
    if way == 0:
        return text * 20_000, "20,000 times as long"
    if way == 1:
        return "\n\n" + text, "empty lines"
    lines[place], about = mutate_json(lines[place], random)
    return "\n".join(lines) + "\n", f"line {place + 1}: {about}"


def mutate_object(content: Any, random: Random) -> tuple[Any, str]:
    """A JSON value with one to three places changed."""
    said: list[str] = []
    for _ in range(random.choices([1, 2, 3], [6, 2, 1])[0]):
        content, about = _mutate_place(content, random)
        said.append(about)
    return content, "; ".join(said)


def _mutate_values(text: str, random: Random) -> tuple[str, str]:
    content, said = mutate_object(json.loads(text), random)
    return _dumped(content), said


def _mutate_place(content: Any, random: Random) -> tuple[Any, str]:
    places = list(_places(content, ()))
    if not places:
        return random.choice(VALUES)(random), "another value for all"
    path = random.choice(places)
    holder = content
    for step in path[:-1]:
        holder = holder[step]
    return content, _change(holder, path, random)


def _change(holder: Any, path: tuple[Any, ...], random: Random) -> str:
    key, name = path[-1], ".".join(map(str, path))
    way = random.random()
    if way < 0.15:
        del holder[key]
        return f"without {name}"
    if way < 0.2 and isinstance(holder, dict):
        holder[random.choice(["", "x", "__class__", "self", "data_shape", key + " "])] = holder.pop(key)
        return f"{name} by another name"
    own = BY_NAME.get(key) if isinstance(key, str) else None
    value = random.choice(own) if own and way < 0.65 else random.choice(VALUES)(random)
    holder[key] = value
    return f"{name} = {_shortened(value)}"


def _places(content: Any, before: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    found: list[tuple[Any, ...]] = []
    for key, value in items:
        found.append((*before, key))
        if len(before) < 12:
            found += _places(value, (*before, key))[:40]
    return found


def _mutate_text(text: str, random: Random) -> tuple[str, str]:
    place = random.randrange(max(1, len(text)))
    ways: list[tuple[str, str]] = [
        (text[:place], f"cut off after {place} characters"),
        ("", "empty"),
        (text + text, "twice"),
        ("\ufeff" + text, "with a byte order mark"),
        (text.replace('"', "'"), "with other quotes"),
        (text[:place] + "\x00" + text[place:], f"a zero byte at {place}"),
        (text.replace("{", "{" + '"format": 1, "format": 2, ', 1), "an entry twice"),
        ("[" * 100_000 + "]" * 100_000, "nested 100,000 times"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "objects nested 100,000 times"),
        (text.replace(": ", ": " + "9" * 5_000, 1), "a number of 5,000 digits"),
        (text[:place] + chr(random.randrange(0xD800, 0xE000)) + text[place:], f"half a surrogate at {place}"),
    ]
    return random.choice(ways)


def _replace_all(_: str, random: Random) -> tuple[str, str]:
    value = random.choice(VALUES)(random)
    return _dumped(value), f"{_shortened(value)} in place of all"


def _dumped(content: Any) -> str:
    return json.dumps(content, indent=2)


def _nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def _shortened(value: Any) -> str:
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        return "a value that cannot be printed"
    return text if len(text) < 60 else f"{text[:50]}… ({len(text):,} characters)"
