"""A trained model, opened."""

import math
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.distributions import Distribution

from autoencode.data import Dataset, Modality, Standardisation, modality_of
from autoencode.data.arrays.layout import parse_axes, parse_channels
from autoencode.data.loading import Source
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.new_examples import NewExamples
from autoencode.data.options import ReadOptions, read_size
from autoencode.data.tables.columns import is_frame
from autoencode.data.values import TrainedValues, parse_value_range
from autoencode.errors import ArgumentError, AutoencodeError, CapabilityError
from autoencode.model import Autoencoder
from autoencode.nn import FiniteReceptiveField
from autoencode.objectives import Objective
from autoencode.runs.checked import one_line
from autoencode.runs.folder import RunFolder
from autoencode.runs.run_data import read_run_data
from autoencode.runs.verdict import Verdict
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.device import resolve_device
from autoencode.runtime.reporter import current_reporter, resolve_reporter, track
from autoencode.runtime.seeding import preserved_rng

_MAX_BATCH, _MAX_VALUES = 2_000, 2**24


class Nearest(NamedTuple):
    """The nearest neighbours of some examples.

    Args:
        indices: in the training part, (m, n).
        distances: between codes, (m, n).
        examples: (m, n, *data_shape), in the units of the data.
    """

    indices: NDArray[np.int64]
    distances: NDArray[np.float32]
    examples: NDArray[np.floating]


class Run:
    """A run folder with its model, its objective and, when it is asked for, its data.

    Args:
        path: the run folder.
        last: take the weights after the last epoch in place of the best ones.
        device: where the model shall be; "auto" is a GPU where there is one.
        data: the data, or where they lie now: what `autoencode.data.load` takes. By default they are where they were
            when the run was trained. Where they fit, the place is kept in run.json.
        trust: the recipe outside this package, `module:function`, that the folder was trained by: opening it runs that
            code, which only you can allow.
        trust_paths: whether files outside the run folder that run.json names may be opened, though someone else or
            another computer wrote it.
        values: what the numbers of new examples mean, as for `autoencode.data.load`; "auto" reads them as those of the
            training data, or by their own range where they cannot be the same kind.
        axes: the order of the axes of new arrays; "auto" is that of the training data, or one that fits the model.
        channels_are: what their channels are; "auto" as in training.

    Raises:
        RunError: no run folder, one of another version, or weights that are missing, truncated or tampered with.

    Example:
        >>> Run("runs/no-such-run")
        Traceback (most recent call last):
        autoencode.errors.RunError: there is no folder runs/no-such-run: see `autoencode list runs`
    """

    def __init__(
        self,
        path: str | Path,
        *,
        last: bool = False,
        device: str = "auto",
        data: Source | Dataset | None = None,
        trust: str | None = None,
        trust_paths: bool = False,
        values: str = "auto",
        axes: str = "auto",
        channels_are: str = "auto",
    ) -> None:
        self._new_options = ReadOptions(
            values=parse_value_range(values), axes=parse_axes(axes), channels=parse_channels(channels_are)
        )
        self.folder = RunFolder(path, trust=trust, trust_paths=trust_paths)
        with preserved_rng():
            self.model, self._objective = self.folder.load_model(last=last)
        self.device = resolve_device(device)
        self.model.to(self.device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self._data = data
        self._resized: Autoencoder | None = None

    def __repr__(self) -> str:
        return "\n  ".join([f"Run({str(self.path)!r})", *(f"{name:10}{fact}" for name, fact in self.facts.items())])

    @property
    def facts(self) -> dict[str, str]:
        """Recipe, data, examples, code, training and verdict, a line each; what is not known is left out.

        Example:
            >>> list(getfixture("digits_run").facts)
            ['recipe', 'data', 'examples', 'code', 'training', 'verdict']
        """
        record, epochs = self.folder.record, self.folder.metrics()
        weights = sum(parameter.numel() for parameter in self.model.parameters())
        sizes = record.data and record.data.sizes
        made = f", {epochs[-1].step:,} steps in {epochs[-1].seconds / 60:.1f} minutes" if epochs else ""
        known = {
            "recipe": f"{record.recipe or 'a model assembled by hand'}, {weights:,} parameters",
            "data": record.data
            and sizes
            and f"{record.data.name}: {sizes.train:,} train, {sizes.validation:,} validation, {sizes.test:,} test",
            "examples": self.modality.description if record.data else None,
            "code": " x ".join(map(str, self.model.latent_shape))
            + (" number" if self.latent_size == 1 else " numbers"),
            "training": f"{record.status}{made}",
            "verdict": record.verdict and one_line(record.verdict.sentence),
        }
        return {name: one_line(fact) for name, fact in known.items() if fact}

    @property
    def objective(self) -> Objective:
        """What the model was trained by.

        Raises:
            RunError: it reads files that run.json names, which were not trusted.
        """
        self.folder.check_argument_files()
        return self._objective

    @property
    def verdict(self) -> Verdict | None:
        """What the training came to, in a sentence and in numbers; None before it has ended."""
        return self.folder.record.verdict

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @property
    def name(self) -> str:
        """The run folder's name."""
        return self.folder.path.resolve().name

    @cached_property
    def modality(self) -> Modality:
        """What the model's examples are."""
        data = self.folder.data
        known = data.table_columns, data.known_tokens
        return modality_of(self.model.data_shape, data.options, data.display_range, *known)

    @cached_property
    def new_examples(self) -> NewExamples:
        """Reads new examples in the units of the model."""
        data, own = self.folder.data, self._new_options
        options = ReadOptions(
            values=own.values,
            axes=own.axes or parse_axes(data.options.get("axes", "auto")),
            channels=own.channels or parse_channels(data.options.get("channels_are", "auto")),
            array=data.options.get("array"),
            fit=data.options.get("fit", "crop"),
            voices=data.options.get("voices", "auto"),
            grid=data.options.get("grid", "auto"),
            bars=data.options.get("bars"),
            sample_rate=data.options.get("sample_rate"),
            seconds=data.options.get("seconds"),
            size=read_size(data.options.get("size")),
        )
        values = TrainedValues(data.values, data.display_range, pictures=self.modality.drawable)
        from_files = "patch" in data.options
        return NewExamples(self.modality, values, options, from_files, self.standardisation)

    def lines(self, x: torch.Tensor) -> list[str]:
        """Examples of a model of text as lines.

        Args:
            x: rows of tokens, (n, length), as the model takes and gives them.

        Raises:
            CapabilityError: a model of other data.
        """
        lines = self.modality.lines(x)
        if lines is None:
            raise CapabilityError(f"{self.path} is a model of {self.modality.noun}, and not of text")
        return lines

    @property
    def masks(self) -> MaskClasses | None:
        """The classes of the masks that it learned from; None where it learned from no masks."""
        record = self.folder.record.data
        return None if record is None else record.mask_classes

    @cached_property
    def standardisation(self) -> Standardisation | None:
        """What brought the columns of the training data to mean 0 and standard deviation 1, or None."""
        record = self.folder.record.data
        return None if record is None or record.standardisation is None else record.standardisation.value()

    def to_data_units(self, x: torch.Tensor) -> torch.Tensor:
        """Examples in the model's units in those of the data: standardisation is undone, in 64 bits.

        Args:
            x: (..., *data_shape), on the processor. Where the data were not standardised it is returned as it is.
        """
        return x if self.standardisation is None else self.standardisation.undo(x)

    @property
    def batch_size(self) -> int:
        """How many examples go through the model at once: two thousand, fewer of large ones."""
        return max(1, min(_MAX_BATCH, _MAX_VALUES // math.prod(self.model.data_shape)))

    @property
    def latent_size(self) -> int:
        """How many numbers a code has."""
        return math.prod(self.model.latent_shape)

    @cached_property
    def data(self) -> Dataset:
        """The data that it was trained on, cut as then.

        Raises:
            DataError: they are no longer where they were.
            RunError: they have changed since.
        """
        return read_run_data(self.folder, self._data, reporter=current_reporter())

    @cached_property
    def accepts_any_size(self) -> bool:
        """Whether the weights fit pictures of any size, as those of a fully convolutional model do.

        It is tried at half the size (on the grid that a `FiniteReceptiveField` encoder asks for): at a larger one the
        fully connected layers of another model might not fit into memory.
        """
        if not self.modality.resizable:
            return False
        step = self.model.encoder.multiple if isinstance(self.model.encoder, FiniteReceptiveField) else 1
        channels, *sides = self.model.data_shape
        try:
            other = self._build((channels, *(_other_side_length(side, step) for side in sides)))
        except AutoencodeError:
            return False
        own, others = self.model.state_dict(), other.state_dict()
        return own.keys() == others.keys() and all(own[name].shape == others[name].shape for name in own)

    def model_for_size(self, size: tuple[int, int]) -> Autoencoder:
        """The model for pictures of another size, with the same weights. The last one is kept for the next time.

        Args:
            size: (height, width) in pixels.

        Raises:
            CapabilityError: the weights fit one size only (`accepts_any_size` says so), or the data are vectors.
        """
        for model in (self.model, self._resized):
            if model is not None and model.data_shape[1:] == size:
                return model
        if not self.accepts_any_size:
            raise CapabilityError(
                f"the weights of {self.path} fit {self.modality.description} only, not {size[0]}x{size[1]}: train a "
                "fully convolutional recipe for pictures of any size"
            )
        self._resized = self._build((self.model.data_shape[0], *size))
        self._resized.load_state_dict(self.model.state_dict())
        self._resized.to(self.device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        return self._resized.eval()

    def _build(self, data_shape: tuple[int, ...]) -> Autoencoder:
        """The recipe's model for examples of another shape, with fresh weights; global noise stays as it was."""
        with preserved_rng():
            return self.folder.build(data_shape)[0]

    @torch.no_grad()
    @tuned_cpu()
    def encode(self, x: ArrayLike, context: torch.Tensor | None = None) -> NDArray[np.float32]:
        """The posterior means of examples as a NumPy array, (n, *latent_shape).

        Args:
            x: examples as an array or a tensor, (n, *data_shape), in the model's units: 0 to 1 for pictures. Whole
                numbers of 8 bits are divided by 255. Grey pictures may come without the axis of channels. Vectors of a
                model that was trained on standardised columns are in the units of the data. Rows of a table may
                come as a pandas.DataFrame, lines of text as a list of str.
            context: for a conditional model, (n, …).

        Raises:
            ShapeError: examples of another shape than the model's.
        """
        return self._means(self._examples(x), context)

    @torch.no_grad()
    @tuned_cpu()
    def _means(self, x: torch.Tensor, context: torch.Tensor | None) -> NDArray[np.float32]:
        """Posterior means of examples in the model's units."""
        return torch.cat([q.mean for q in self._posteriors(x, context)]).cpu().numpy()

    @torch.no_grad()
    @tuned_cpu()
    def reconstruct(self, x: ArrayLike, context: torch.Tensor | None = None) -> NDArray[np.floating]:
        """Examples through the model and back as a NumPy array, (n, *data_shape), from their posterior means.

        The result is in the units of `x`; of standardised columns in 64 bits.

        Args:
            x: as for `encode`.
            context: for a conditional model, (n, …).

        Raises:
            ShapeError: examples of another shape than the model's.
        """
        means = torch.cat([q.mean for q in self._posteriors(self._examples(x), context)])
        return self.decode(means, context).numpy()

    def generate(
        self,
        n: int = 8,
        *,
        seed: int = 0,
        prior: str | None = None,
        of_class: str | int | None = None,
        temperature: float = 1.0,
    ) -> NDArray[np.floating]:
        """New examples as a NumPy array, (n, *data_shape), in the units of the data; `tasks.generate` writes files.

        Args:
            n: how many.
            seed: the same seed and prior give the same examples.
            prior: "own", "ex-post" for the one that was fitted, or a kind that is fitted if it was not; by default the
                one under which held-out codes are likelier.
            of_class: the name or number of a class.
            temperature: factor on the standard deviations of what is sampled from.

        Raises:
            ArgumentError: fewer than one, or there is no such class.
            CapabilityError: a plain autoencoder has no prior until one is fitted.
        """
        if n < 1:
            raise ArgumentError(f"at least 1 example can be generated, not {n}")
        sampling = import_module("autoencode.latent.sampling")  # by name, since it is a layer above this one
        drawn = sampling.sample_examples(self, n, seed, prior=prior, of_class=of_class, temperature=temperature)
        return drawn.numpy()

    def nearest(self, x: ArrayLike, n: int = 12, context: torch.Tensor | None = None) -> "Nearest":
        """The training examples whose codes are nearest to those of some examples.

        Args:
            x: as for `encode`.
            n: how many neighbours of each.
            context: of `x`, for a conditional model.

        Returns:
            Indices in the training part, Euclidean distances between posterior means, and the examples, the nearest
            first.

        Raises:
            ArgumentError: fewer than one neighbour.
            DataError: the data are no longer where they were.
        """
        if n < 1:
            raise ArgumentError(f"at least 1 neighbour can be found, not {n}")
        codes = self._train_codes
        queries = torch.from_numpy(self.encode(x, context)).flatten(1)
        found = [
            torch.cdist(rows, codes, compute_mode="donot_use_mm_for_euclid_dist").topk(
                min(n, len(codes)), largest=False
            )
            for rows in queries.split(max(1, _MAX_VALUES // len(codes)))
        ]
        indices = torch.cat([each.indices for each in found])
        examples = self.to_data_units(self.data.train.inputs(indices.flatten())).unflatten(0, tuple(indices.shape))
        return Nearest(indices.numpy(), torch.cat([each.values for each in found]).numpy(), examples.numpy())

    @cached_property
    def _train_codes(self) -> torch.Tensor:
        """Posterior means of the training part, (n, numbers), on the processor."""
        train = self.data.train
        context = train.conditioning() if self.is_conditional else None
        return torch.from_numpy(self._means(train.inputs(), context)).flatten(1)

    def _examples(self, x: ArrayLike) -> torch.Tensor:
        """Examples as the model takes them."""
        if is_frame(x):
            return self.new_examples.read_frame(x)
        if self.modality.reads_text and not isinstance(x, torch.Tensor):
            given = np.asarray(x)
            if given.dtype.kind == "U":
                return self.modality.encode_lines([str(line) for line in np.atleast_1d(given)])[0]
        given = x if isinstance(x, torch.Tensor) else torch.as_tensor(np.ascontiguousarray(x))
        if self.standardisation is not None and tuple(given.shape[1:]) == self.model.data_shape:
            return self.standardisation.apply(given.detach().cpu())
        units = given.float() / 255 if given.dtype == torch.uint8 else given.float()
        without_channels = self.model.data_shape[0] == 1 and tuple(units.shape[1:]) == self.model.data_shape[1:]
        return units.unsqueeze(1) if without_channels and len(self.model.data_shape) == 3 else units

    def _posteriors(self, x: torch.Tensor, context: torch.Tensor | None) -> Iterator[Distribution]:
        """q(z|x) for a batch of the examples at a time."""
        contexts = [None] * len(x) if context is None else context.to(self.device).split(self.batch_size)
        with track(resolve_reporter(None), "encoding", len(x), "examples") as progress:
            for some, of_them in zip(x.to(self.device).split(self.batch_size), contexts, strict=False):
                yield self.model.encode(some, of_them)
                progress.advance(len(some))

    @torch.no_grad()
    @tuned_cpu()
    def decode(self, z: ArrayLike, context: torch.Tensor | None = None) -> torch.Tensor:
        """The means of p(x|z), (n, *data_shape), on the processor, a batch at a time, in the units of the data.

        Those are the model's units, but for standardised columns. Codes may be an array, as `encode` gives them.
        """
        return self.to_data_units(self.decode_to_model_units(torch.as_tensor(z), context))

    @torch.no_grad()
    @tuned_cpu()
    def decode_to_model_units(self, z: torch.Tensor, context: torch.Tensor | None = None) -> torch.Tensor:
        """The means of p(x|z) as the model gives them, as `decode` besides."""
        contexts = [None] * len(z) if context is None else context.to(self.device).split(self.batch_size)
        batches = zip(z.to(self.device).split(self.batch_size), contexts, strict=False)
        decoded = [self.model.decode(some, context).mean.cpu() for some, context in batches]
        return decoded[0] if len(decoded) == 1 else torch.cat(decoded)  # cat would copy

    def contexts(self, n: int, of_class: str | int | None = None, rows: slice = slice(None)) -> torch.Tensor | None:
        """The context of a conditional model for `n` new examples, or None for any other model.

        Args:
            n: how many.
            rows: of which of them it is wanted.
            of_class: the name or the number of one class; without it every class has its share, in order. A model
                conditioned on pictures gets those of the test part, at even distances.

        Raises:
            ArgumentError: no such class, or a class for a model that knows none.
        """
        classes = self.n_classes
        if of_class is not None:
            if classes is None:
                raise ArgumentError(f"{self.path} is not conditioned on classes: leave --class out")
            return torch.full((n,), self.class_index(of_class))[rows]
        if not self.is_conditional:
            return None
        if classes is not None:
            return (torch.arange(n) * classes // n)[rows]
        return self.data.test.subsample(n)[torch.arange(n)[rows] % min(n, len(self.data.test))].conditioning()

    @cached_property
    def is_conditional(self) -> bool:
        """Whether the model needs a context."""
        return self.model.is_conditional

    @property
    def n_classes(self) -> int | None:
        """How many classes the model is conditioned on; None for one that is not."""
        return self.folder.record.arguments.get("n_classes") if self.is_conditional else None

    @property
    def classes(self) -> list[str]:
        """The names of the classes 0, 1, … of the data; none where they have no labels."""
        if self.folder.data.classes:
            return list(self.folder.data.classes)
        if self.n_classes is not None:
            return [str(number) for number in range(self.n_classes)]
        labels = self.data.train.labels
        return [] if labels is None else [str(number) for number in range(int(labels.max()) + 1)]

    def class_index(self, wanted: str | int) -> int:
        """The number of a class by its name, however it is capitalised, or by its number, unless names are numbers.

        Raises:
            ArgumentError: no such class.
        """
        names, word = self.classes, str(wanted)
        if not names:
            raise ArgumentError(
                f"{self.path} is not conditioned on classes, and its data have no labels: leave --class out"
            )
        if word in names:
            return names.index(word)
        alike = [number for number, name in enumerate(names) if name.lower() == word.lower()]
        if len(alike) == 1:
            return alike[0]
        numeric = any(name.lstrip("-").isdecimal() for name in names)
        if not numeric and word.isdecimal() and int(word) < len(names):
            return int(word)
        raise ArgumentError(f"there is no class {wanted!r}; there are: {', '.join(names)}")


def _other_side_length(side: int, step: int) -> int:
    """Another side than this one on a grid of `step`: half of it, where that is another."""
    half = max(step, side // 2 // step * step)
    return half if half != side else side + step
