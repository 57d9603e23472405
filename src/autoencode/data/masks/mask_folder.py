"""The classes of the masks that lie in a folder beside one of pictures."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_files import PictureFile
from autoencode.data.masks.find_classes import find_classes
from autoencode.data.masks.mask_classes import MaskKind, Values
from autoencode.data.masks.mask_files import MaskFile, read_mask_header, read_mask_values
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track


def with_mask_classes(
    sources: Sequence[PictureFile],
    folder: Path,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
    *,
    objects: bool = False,
) -> tuple[list[PictureFile], tuple[str, ...]]:
    """The same pictures with the classes of their masks, which are found in all of them.

    Args:
        sources: pictures with masks.
        folder: of the masks, for messages.
        reporter: receives the progress of the task "finding the classes of masks", in masks.
        cancel: ends it early.
        objects: whether values are the numbers of objects.

    Returns:
        The pictures, and one-line notes on what was found.

    Raises:
        DataError: the masks have no two classes, or are no masks.
        CancelledError: `cancel` asked for it.
    """
    if not sources:
        return [], ()
    files = [source.mask for source in sources if source.mask is not None]
    headers = [read_mask_header(file) for file in files]
    kind = _common_kind(headers)
    classes, notes = find_classes(
        _values(files, kind, resolve_reporter(reporter), cancel),
        str(folder),
        kind,
        headers[0].colours,
        lossy=any(header.lossy for header in headers),
        objects=objects,
    )
    return [source._replace(classes=classes) for source in sources], notes


def _common_kind(headers: Sequence[MaskFile]) -> MaskKind:
    """Of masks with one palette its places; of masks that differ, what their palettes show."""
    if len({(header.kind, header.colours) for header in headers}) == 1 or all(
        header.kind is MaskKind.LABELS for header in headers
    ):
        return headers[0].kind
    return MaskKind.COLOURS


def _values(files: Sequence[Path], kind: MaskKind, reporter: Reporter, cancel: CancelToken | None) -> Iterator[Values]:
    """The values of each mask; what cannot be read is left out here, and skipped with its reason when it is loaded."""
    with track(reporter, "finding the classes of masks", len(files), "masks", cancel=cancel) as progress:
        for file in files:
            with suppress(UnreadableError):
                yield read_mask_values(file, kind)
            progress.advance()
