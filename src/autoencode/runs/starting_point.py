"""What an earlier run gives to a training that begins with its weights (fine-tuning)."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from autoencode.data.text.vocabulary import Vocabulary
from autoencode.errors import ArgumentError, DataError, RunError
from autoencode.recipes import Recipe
from autoencode.runs.folder import RunFolder
from autoencode.runs.tensor_file import load_tensors
from autoencode.runtime.reporter import Reporter
from autoencode.storage import RUN_FILE

_OF_THE_DATA = {"n_examples", "n_tokens", "n_classes", "n_values", "context_shape", "mask_classes"}
"""Arguments of recipes that new data decide."""
_ENCODER = ("encoder.", "posterior.")
"""How the names of weights begin that make q(z|x)."""


def run_folder_of(path: str | Path) -> Path:
    """The folder of a run, given it or its run.json."""
    return Path(path).parent if Path(path).name == RUN_FILE and Path(path).is_file() else Path(path)


@dataclass(frozen=True)
class StartingPoint:
    """An earlier run whose weights, or whose settings alone, another training begins with.

    Args:
        folder: of the earlier run.
    """

    folder: RunFolder

    @property
    def recipe(self) -> Recipe:
        """The recipe of the earlier run.

        Raises:
            RunError: it was assembled by hand, or by a recipe that is not trusted.
        """
        return self.folder.recipe

    def arguments(self, recipe: Recipe) -> dict[str, Any]:
        """The arguments of the earlier run, where it has the same recipe; without those that the data decide.

        Raises:
            RunError: they name files that must not be opened.
        """
        if recipe.name != self.folder.record.recipe:
            return {}
        self.folder.check_argument_files()
        return {name: value for name, value in self.folder.record.arguments.items() if name not in _OF_THE_DATA}

    def check_same_vocabulary(self, vocabulary: Vocabulary | None) -> None:
        """Raises where new text has other words, or the data are text and the earlier ones were not.

        Raises:
            DataError: the weights would stand for other words.
        """
        data = self.folder.record.data
        if (None if data is None else data.known_tokens) != vocabulary:
            raise DataError(
                f"{self.folder.path} knows other words than these data have, and its weights stand for those: train a "
                "new run, with its settings where you like, by --config"
            )

    @property
    def media_options(self) -> dict[str, Any]:
        """The options of `load` by which pictures in files become what the earlier model was trained on."""
        data = self.folder.record.data
        if data is None or len(data.data_shape) < 3:
            return {}
        channels, *size = data.data_shape
        if data.options.get("future"):
            past, future = int(data.options["past"]), int(data.options["future"])
            colour = "grey" if channels == past else "rgb"
            return {"past": past, "future": future, "colour": colour, "size": size}
        cut = {name: data.options[name] for name in ("patch", "frames") if data.options.get(name)}
        return {"colour": "grey" if channels == 1 else "rgb", **(cut if "patch" in cut else {**cut, "size": size[-2:]})}

    @cached_property
    def weights(self) -> dict[str, Tensor]:
        """The best weights of the earlier run.

        Raises:
            RunError: they are missing or damaged.
        """
        tensors, _ = load_tensors(self.folder.model_file)
        if odd := next((name for name, value in tensors.items() if not value.isfinite().all()), None):
            raise RunError(f"{self.folder.model_file} holds NaN or infinity in '{odd}': begin with another run")
        return tensors

    def initialise_encoder(self, model: nn.Module, reporter: Reporter) -> None:
        """Gives a model the weights of its encoder and posterior; all others begin at random.

        Raises:
            ArgumentError: some of them are not there in the same shape.
            RunError: they are missing or damaged.

        References:
            Li et al., "A surprisingly effective fix for deep latent variable modeling of text", EMNLP 2019, section 3.
        """
        own = {name: value for name, value in model.state_dict().items() if name.startswith(_ENCODER)}
        if odd := next((name for name, value in own.items() if self._weight_shape(name) != value.shape), None):
            raise ArgumentError(
                f"{odd} of this model is not in {self.folder.path} in this shape: --encoder-from takes a run whose "
                f"encoder is built alike ({self.folder.record.recipe})"
            )
        model.load_state_dict({name: self.weights[name] for name in own}, strict=False)
        reporter.note(f"begins with the encoder of {self.folder.path}, and all else at random")

    def _weight_shape(self, name: str) -> tuple[int, ...] | None:
        return tuple(self.weights[name].shape) if name in self.weights else None

    def initialise(self, model: nn.Module, reporter: Reporter) -> None:
        """Gives a model those weights that it has by the same name and shape; what stays as it was is said.

        Raises:
            ArgumentError: less than half of the model's weight tensors are there.
            RunError: they are missing or damaged.
        """
        own = model.state_dict()
        there = {name for name, value in self.weights.items() if name in own and value.shape == own[name].shape}
        learned = {name for name, _ in model.named_parameters()}
        fresh = sorted(learned - there)
        if 2 * len(fresh) > len(learned):
            raise ArgumentError(
                f"of {len(learned)} weight tensors of this model {len(fresh)} are not in {self.folder.path} in this "
                f"shape: --init-from takes a run of the same recipe ({self.folder.record.recipe}) and options"
            )
        model.load_state_dict({name: self.weights[name] for name in there}, strict=False)
        reporter.note(f"begins with the weights of {self.folder.path}")
        if fresh:
            reporter.warn(
                f"{len(fresh)} of {len(learned)} weight tensors are not in {self.folder.path} in this shape and begin "
                f"at random, {fresh[0]} among them"
            )
