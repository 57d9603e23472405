"""Lines of text as a file."""

from typing import BinaryIO, final

from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.row_files import RowFile
from autoencode.data.text.vocabulary import Vocabulary


@final
class LineFile(RowFile):
    """A line for each row of tokens, in UTF-8.

    Args:
        file: empty, open for writing.
        vocabulary: by which tokens are written.
    """

    def __init__(self, file: BinaryIO, vocabulary: Vocabulary) -> None:
        super().__init__(file)
        self._vocabulary = vocabulary

    def add(self, x: Shaped[Tensor, "n length"]) -> None:
        """Adds rows of tokens."""
        self.file.write("".join(f"{line}\n" for line in self._vocabulary.decode(x)).encode())

    def finish(self) -> None:
        """Nothing is left to write."""
