"""Lines of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, final

from jaxtyping import Float32, Shaped
from torch import Tensor

from autoencode.data.modality.contract import Modality
from autoencode.data.row_files import RowFile
from autoencode.data.text.line_file import LineFile
from autoencode.data.text.vocabulary import Vocabulary, Words

_NO_WORDS = Words(())


@final
@dataclass(frozen=True)
class TextLines(Modality):
    """Lines of text, as rows of tokens: words or characters, the end, and padding.

    Args:
        data_shape: (length,) of a row, the end included.
        display_range: as for every modality.
        vocabulary: by which lines are read and written.
    """

    vocabulary: Vocabulary = _NO_WORDS

    noun = unit = "lines"
    recipe_kind = "text"
    network = "dense"
    n_compared = 20
    rows_suffix = ".txt"
    rows_noun = "lines"
    reads_text = True
    has_distances = False
    n_between = 10

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """None: text is known by its vocabulary, not by its shape."""
        return None

    def row_file(self, file: BinaryIO) -> RowFile:
        """A line for each row."""
        return LineFile(file, self.vocabulary)

    def lines(self, x: Shaped[Tensor, "n length"]) -> list[str]:
        """Rows of tokens as lines."""
        return self.vocabulary.decode(x)

    def encode_lines(self, lines: Sequence[str]) -> tuple[Float32[Tensor, "n length"], str | None]:
        """Lines as rows of tokens, and a line where some are not known to the model, or a line was cut."""
        return self.vocabulary.read(lines, self.data_shape[0])

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "lines of up to 26 words, 4,557 different"."""
        vocabulary = self.vocabulary
        return f"lines of up to {self.data_shape[0] - 1} {vocabulary.noun}, {len(vocabulary.entries):,} different"
