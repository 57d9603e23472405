"""The printed tables, and checks of the results."""

from collections.abc import Iterable

from speed.contenders import B16, F32
from speed.jobs import Job
from speed.rounds import LET_GO, Row

COLUMNS = ("", "setting", "precision", "images/s", "least", "most", "ours is", "of peak", "parameters", "loss")
NOTE = (
    f"In brackets: one slice only, as it was below {LET_GO:.0%} of the contender's best setting at this precision. "
    "`ours is`: this library's best divided by the row."
)


def table(letter: str, job: Job, rows: list[Row], peak: dict[str, float]) -> list[str]:
    """The lines of a job's table.

    Args:
        letter: of the job.
        job: what was trained.
        rows: what was found.
        peak: GFLOP/s that the machine can do, by precision.
    """
    head = (
        f"**{letter}**: `{job.recipe}` on {job.source}, batch {job.batch_size}, {job.flops / 1e6:,.1f} MFLOP per image"
    )
    ours = best(rows, ours=True)
    lines = [_line(job, row, peak, ours.speed if ours else None) for row in rows]
    return [head, "", _joined(COLUMNS), "|" + "---|" * len(COLUMNS), *lines, "", NOTE]


def _line(job: Job, row: Row, peak: dict[str, float], ours: float | None) -> str:
    who, speed = row.contender, row.speed
    named = (who.name, who.setting, who.precision)
    if speed is None:
        return _joined((*named, "–", row.failed or "not run", "", "", "", "", ""))
    spread = (f"{min(row.speeds):,.0f}", f"{max(row.speeds):,.0f}") if row.speeds else ("", "")
    share = f"{speed * job.flops / 1e9 / peak[who.precision]:.0%}"
    ratio = f"{ours / speed:.2f} ×" if ours else ""
    found = f"{speed:,.0f}" if row.speeds else f"({speed:,.0f})"
    return _joined((*named, found, *spread, ratio, share, f"{row.parameters:,}", f"{row.loss:.4g} after {row.steps}"))


def _joined(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def ratios(rows: list[Row]) -> dict[str, str]:
    """Ours against the fastest peer: at each precision, and each at its best."""
    found = dict[str, str]()
    for name, precision in ((f"{F32} against {F32}", F32), (f"{B16} against {B16}", B16), ("best against best", None)):
        mine, peer = best(rows, ours=True, precision=precision), best(rows, ours=False, precision=precision)
        if mine and peer:
            found[name] = f"{mine.speed / peer.speed:.2f} × the fastest peer ({peer.contender})"
    return found


def best(rows: list[Row], *, ours: bool, precision: str | None = None) -> Row | None:
    """The fastest row of ours, or of the peers."""
    among = [
        row
        for row in rows
        if row.speed and (row.contender.name == "ours") == ours and precision in (None, row.contender.precision)
    ]
    return max(among, key=lambda row: row.speed or 0, default=None)


def wrong(letter: str, job: Job, rows: list[Row]) -> list[str]:
    """Where a contender does not do the same work as the first one: another number of parameters, or another loss.

    Losses of fewer steps, of contenders that were too slow, are not compared.
    """
    done = [row for row in rows if row.loss is not None]
    problems = list[str]()
    for row in done:
        if row.parameters != job.parameters:
            problems.append(f"{letter}: {row.contender}: {row.parameters:,} parameters, not {job.parameters:,}")
        if row.steps == done[0].steps and not abs(row.loss / done[0].loss - 1) <= job.tolerance:
            problems.append(
                f"{letter}: {row.contender}: a loss of {row.loss:.4g} {job.loss} after {row.steps} steps, "
                f"where {done[0].contender} has {done[0].loss:.4g}"
            )
    return problems
