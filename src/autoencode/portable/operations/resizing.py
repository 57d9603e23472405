"""Pictures of another size."""

from autoencode.portable.operations.registry import Call, Sink, entered
from autoencode.portable.program import size


@entered("upsample_nearest2d", "_upsample_nearest_exact2d")
def _nearest(sink: Sink, call: Call) -> None:
    _resize(sink, call, "nearest_exact" if "exact" in call.name else "nearest")


@entered("upsample_bilinear2d")
def _bilinear(sink: Sink, call: Call) -> None:
    _resize(sink, call, "corners" if call["align_corners"] else "bilinear")


def _resize(sink: Sink, call: Call, kind: str) -> None:
    x = call.args[0]
    number = sink.step(
        "resize", [sink.number(x)], call.out.shape, maps=size(x.shape[:2]), size=list(x.shape[2:]),
        to=list(call.out.shape[2:]), kind=kind, scale=_factors(call),
    )  # fmt: skip
    sink.bind(call.out, number)


def _factors(call: Call) -> list[float]:
    """How far two pixels of the result lie apart in the input, both ways."""
    given = call.arguments.get("scale_factors") or [call.arguments.get("scales_h"), call.arguments.get("scales_w")]
    sides = zip(call.args[0].shape[2:], call.out.shape[2:], given, strict=True)
    return [1 / factor if factor else before / after for before, after, factor in sides]
