"""Takes the marks off files: pictures of one size are compared with each other."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoencode.cleaning.documents import open_document
from autoencode.cleaning.marks.shared_mark import SharedMark, find_shared_mark
from autoencode.cleaning.page import CleanedPage
from autoencode.errors import DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, track

Bytes = npt.NDArray[np.uint8]
Size = tuple[int, int]
FEWEST = 8
"""Pictures that are compared, at least."""
_MOST, _MOST_LAYERS = 24, 3
_MOST_PIXELS = 40_000_000


class MarkRemover:
    """Knows the marks of pictures by their size.

    Args:
        marks: of the pictures of a size, the one that lies on top first.
        counts: how many pictures there are of a size.
    """

    def __init__(self, marks: dict[Size, list[SharedMark]], counts: dict[Size, int]) -> None:
        self._marks, self._counts = marks, counts

    @classmethod
    def compared(
        cls, sources: Sequence[Path], *, check: bool, reporter: Reporter, cancel: CancelToken | None = None
    ) -> "MarkRemover":
        """Compares all pictures of one size, at most 24 of them.

        Args:
            sources: pictures and PDF files; those that cannot be read are passed over.
            check: only what is surely a translucent mark.
            reporter: receives the progress of the task "comparing", in sizes, and a note on each mark.
            cancel: checked between sizes.

        Raises:
            CancelledError: `cancel` asked for it.
        """
        places = _by_size(sources)
        counts = {size: len(pages) for size, pages in places.items()}
        marks = dict[Size, list[SharedMark]]()
        wanted = [size for size, n in counts.items() if n >= FEWEST and size[0] * size[1] <= _MOST_PIXELS]
        with track(reporter, "comparing", len(wanted), "sizes", cancel=cancel) as progress:
            for size in wanted:
                marks[size] = layers_of(_read(places[size]), check=check)
                if marks[size]:
                    reporter.note(_described(size, counts[size], marks[size]))
                progress.advance(1)
        return cls(marks, counts)

    def clean(self, page: Bytes, strength: float = 1.0, *, check: bool = True, ensemble: bool = True) -> CleanedPage:
        """The picture without its marks, or as it was.

        Args:
            page: (height, width) or (height, width, 3), 8 bits.
            strength: 1 for all of it, 0.5 for half.
            check: leave it as it was where it does not carry the mark of the others.
            ensemble: changes nothing.
        """
        size = page.shape[0], page.shape[1]
        if size not in self._marks:
            return CleanedPage(page, self._not_compared(size))
        colour, shown = in_colour(page), False
        for mark in self._marks[size]:
            if not check or mark.shows_in(colour):
                colour, shown = mark.removed(colour, strength), True
        if not shown:
            others = "it does not carry the mark of the others" if self._marks[size] else "no shared mark was found"
            return CleanedPage(page, others)
        return CleanedPage(colour if page.ndim == 3 else np.rint(colour.mean(-1)).astype(np.uint8), None)

    def _not_compared(self, size: Size) -> str:
        if size[0] * size[1] > _MOST_PIXELS:
            return f"it has more than {_MOST_PIXELS // 1_000_000} million pixels, too many to compare"
        n, high, wide = self._counts.get(size, 1), *size
        return (
            f"a mark is found by comparing {FEWEST} or more pictures of one size that carry it, and "
            f"{'one is' if n == 1 else f'{n} are'} of {wide}x{high} pixels"
        )


def in_colour(page: Bytes) -> Bytes:
    """The page as (height, width, 3)."""
    return np.ascontiguousarray(np.broadcast_to(np.atleast_3d(page), (*page.shape[:2], 3)))


def _by_size(sources: Sequence[Path]) -> dict[Size, list[tuple[Path, int]]]:
    """The pages of each size: their files and numbers."""
    found = defaultdict[Size, list[tuple[Path, int]]](list)
    for source in sources:
        for number, page in _pages(source):
            found[page.shape[0], page.shape[1]].append((source, number))
    return found


def _pages(source: Path) -> Iterator[tuple[int, Bytes]]:
    """The pictures in a file, none of one that cannot be read: that is said when it is cleaned."""
    try:
        with open_document(source) as document:
            for number, page in enumerate(document.pages()):
                if page is not None:
                    yield number, page.pixels
    except DataError:
        return


def _read(places: Sequence[tuple[Path, int]]) -> Bytes:
    """At most 24 of the pages, from first to last."""
    some = [places[place] for place in np.unique(np.linspace(0, len(places) - 1, _MOST).astype(int))]
    wanted = defaultdict[Path, set[int]](set)
    for source, number in some:
        wanted[source].add(number)
    return np.stack([in_colour(x) for source in wanted for number, x in _pages(source) if number in wanted[source]])


def layers_of(pictures: Bytes, *, check: bool) -> list[SharedMark]:
    """The marks: what is found after one was taken off has another colour, such as an outline."""
    found = list[SharedMark]()
    while len(found) < _MOST_LAYERS and (mark := find_shared_mark(pictures, check=check)) is not None:
        found.append(mark)
        pictures = np.stack([mark.removed(picture) for picture in pictures])
    return found


def _described(size: Size, n: int, marks: Sequence[SharedMark]) -> str:
    shown = [
        f"rgb({', '.join(f'{255 * c:.0f}' for c in mark.colour)}) with an opacity of "
        f"{float(np.quantile(mark.opacity[mark.opacity > 0], 0.8)):.2f} on "
        f"{float((mark.opacity > 0).mean()):.1%} of the picture".replace("%", " %")
        for mark in marks
    ]
    return f"{n} pictures of {size[1]}x{size[0]} share a mark: {'; and '.join(shown)}"
