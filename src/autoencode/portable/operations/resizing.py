"""Pictures of another size."""

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering
from autoencode.portable.program import size


@register_lowering("upsample_nearest2d", "_upsample_nearest_exact2d")
def _nearest(graph: GraphBuilder, call: Call) -> None:
    _resize(graph, call, "nearest_exact" if "exact" in call.name else "nearest")


@register_lowering("upsample_bilinear2d")
def _bilinear(graph: GraphBuilder, call: Call) -> None:
    _resize(graph, call, "corners" if call["align_corners"] else "bilinear")


def _resize(graph: GraphBuilder, call: Call, kind: str) -> None:
    x = call.args[0]
    number = graph.step(
        "resize", [graph.number(x)], call.out.shape, maps=size(x.shape[:2]), size=list(x.shape[2:]),
        to=list(call.out.shape[2:]), kind=kind, scale=_factors(call),
    )  # fmt: skip
    graph.bind(call.out, number)


def _factors(call: Call) -> list[float]:
    """How far two pixels of the result lie apart in the input, both ways."""
    given = call.arguments.get("scale_factors") or [call.arguments.get("scales_h"), call.arguments.get("scales_w")]
    sides = zip(call.args[0].shape[2:], call.out.shape[2:], given, strict=True)
    return [1 / factor if factor else before / after for before, after, factor in sides]
