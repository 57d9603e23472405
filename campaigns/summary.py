"""What a campaign says at its end."""

from collections.abc import Sequence

from campaigns.fault import CaseResult, grouped


def summarise(name: str, seed: int, results: Sequence[CaseResult], seconds: float) -> str:
    """The counts, and a line for each place where something went wrong."""
    commands, refused = sum(one.commands for one in results), sum(one.refused for one in results)
    bad = sum(bool(one.faults) for one in results)
    lines = [
        f"{name}: {len(results):,} cases with seed {seed}, {commands:,} commands, {refused:,} refused in one line, "
        f"{bad:,} cases with a fault, {seconds / 60:.1f} minutes"
    ]
    for fault, count, first in grouped(results):
        lines.append(f"{count:5} × {fault.kind:9} {fault.place}: {fault.error}")
        lines.append(f"        --seed {seed} --only {first.number}  ({first.about}; autoencode {fault.command})")
    return "\n".join(lines)
