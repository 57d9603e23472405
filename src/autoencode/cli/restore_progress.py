"""The bar that a person sees while pictures are restored."""

from pathlib import Path
from types import TracebackType

from rich.markup import escape

from autoencode.cli.console import errors, print_skipped
from autoencode.cli.progress_bar import progress_bar
from autoencode.data import SkippedFile
from autoencode.data.images.scan import printable
from autoencode.tasks import RestoreCallback


class RestoreProgress(RestoreCallback):
    """A bar over the pixels of all pictures, which moves with every tile; files that are skipped are told at once."""

    def __init__(self) -> None:
        self._bar = progress_bar(width=24, seconds=60, disable=not errors.is_terminal)
        self._task = self._bar.add_task("looking at the files", total=None)
        self._pictures = self._written = 0

    def __enter__(self) -> "RestoreProgress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if error is not None and self._written:
            errors.print(f"{self._written} of {self._pictures} were restored before and are kept")

    def on_begin(self, pictures: int, pixels: int) -> None:
        """Starts the bar."""
        self._pictures = pictures
        self._bar.update(self._task, total=pixels)

    def on_file_begin(self, file: Path, number: int) -> None:
        """Names the picture."""
        text = f"restoring {number}/{self._pictures} {escape(printable(Path(file.name)))}"
        self._bar.update(self._task, description=text)

    def on_progress(self, pixels: float) -> None:
        """Moves the bar."""
        self._bar.advance(self._task, pixels)

    def on_file_end(self, file: Path) -> None:
        """Counts."""
        self._written += 1

    def on_skip(self, skipped: SkippedFile) -> None:
        """Writes a line."""
        print_skipped(skipped)
