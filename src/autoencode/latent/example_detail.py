"""Detail that a code does not hold, from the pictures that the model learned from."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional as F

from autoencode.data.augmentation import Augmentation
from autoencode.errors import CapabilityError
from autoencode.latent.encoding import check_has_code, reconstruct_examples
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_MOST, _AT_ONCE = 1_000, 64
"""Training pictures whose detail is used, mirror images included; pictures that are sharpened together."""
_COPY = 0.8
"""The share of windows from one picture, above which a result is nearly a copy of it."""
_LIKELIEST = 16
"""Windows among which the seams decide."""
_WHOLE, _SMALL = 0.05, 16
"""Weight of the likeness of whole pictures beside that of windows; the side to which they are scaled for it."""


@dataclass(frozen=True)
class DetailSources:
    """Where the detail of a picture comes from, as means over pictures.

    Args:
        pictures: how many training pictures gave some of it.
        largest_share: of the windows, from that which gave most.
    """

    pictures: float
    largest_share: float

    def __str__(self) -> str:
        share = f"{self.largest_share:.0%}".replace("%", " %")
        return (
            f"detail from the training pictures: {self.pictures:.0f} of them in each picture, and the one that gave "
            f"most gave {share} of it{', which is nearly a copy' if self.largest_share > _COPY else ''}"
        )


class ExampleDetail:
    """Adds to decoded pictures the detail of training pictures that look alike where it is added.

    A picture of few numbers is blurred, since the mean of all pictures with this code is. What is missing in a training
    picture is known: it is the picture minus its own reconstruction. So each window of a decoded picture is compared
    with windows near the same place in all these reconstructions, and gets the detail of one of the likeliest, that
    which fits best to its neighbours; windows overlap by half, and their weights fade out at the edges.

        decoded window ─► the 16 most alike in reconstructions of training pictures ─► the one whose detail fits ─► sum

    Nothing is learned, and colours and shapes stay those of the decoder. The detail is likely, not true: of a
    reconstruction it increases the squared error.

    Args:
        x: training pictures, (m, channels, height, width).
        coarse: their reconstructions.
        mirrored: whether mirror images of both are used besides.
        bounded: whether values stay between 0 and 1.
        reporter: receives the progress of the task "adding detail", in pictures.
        cancel: ends it early.

    References:
        Freeman, Jones and Pasztor, "Example-based super-resolution", IEEE Computer Graphics and Applications 2002 (one
        pass over windows whose seams agree); Liu, Shum and Freeman, "Face hallucination: theory and practice", IJCV
        2007 (a model of the whole picture first, windows at their places).
    """

    def __init__(
        self,
        x: Float[Tensor, "m channels height width"],
        coarse: Float[Tensor, "m channels height width"],
        *,
        mirrored: bool = False,
        bounded: bool = True,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self._bounded, self._reporter, self._cancel = bounded, resolve_reporter(reporter), cancel
        self._n = len(x)
        self._coarse = torch.cat([coarse, coarse.flip(-1)]) if mirrored else coarse
        self._detail = (torch.cat([x, x.flip(-1)]) if mirrored else x) - self._coarse
        self._windows = Windows.of_size((x.shape[-2], x.shape[-1]))
        self._pictures, self._largest, self._count = 0.0, 0.0, 0

    @classmethod
    def of_run(
        cls, run: Run, *, reporter: Reporter | None = None, cancel: CancelToken | None = None
    ) -> "ExampleDetail":
        """The detail of the pictures that a model learned from: of at most 1,000, mirror images included.

        Mirror images are used where they were in training.

        Raises:
            CapabilityError: a model of other data, or one that restores pictures and has no code.
        """
        if not run.modality.spatial:
            raise CapabilityError(
                f"detail is added to pictures, and {run.path} makes {run.modality.noun}: leave --sharpen out"
            )
        check_has_code(run)
        part = run.data.train.subsample(_MOST)
        x = part.inputs()
        coarse = reconstruct_examples(run, x, part.conditioning() if run.model.is_conditional else None)
        mirrored = 2 * len(x) <= _MOST and Augmentation.parse(run.folder.plan.augment).mirror
        return cls(x, coarse, mirrored=mirrored, bounded=run.modality.bounded, reporter=reporter, cancel=cancel)

    @property
    def sources(self) -> DetailSources:
        """Of all pictures so far."""
        n = max(1, self._count)
        return DetailSources(self._pictures / n, self._largest / n)

    @tuned_cpu()
    @torch.no_grad()
    def __call__(self, x: Float[Tensor, "n channels height width"]) -> Float[Tensor, "n channels height width"]:
        """Pictures with detail.

        Args:
            x: as the decoder gives them, in the model's units.

        Raises:
            CancelledError: the token asked for it.
        """
        found: list[Tensor] = []
        with track(self._reporter, "adding detail", len(x), "pictures", cancel=self._cancel) as progress:
            for some in x.split(_AT_ONCE):
                sharp, chosen = self._sharpen(some)
                self._count_sources(chosen)
                found.append(sharp.clamp(0, 1) if self._bounded else sharp)
                progress.advance(len(some))
        return torch.cat(found)

    def _sharpen(self, x: Tensor) -> tuple[Tensor, Int64[Tensor, "n places"]]:
        """Pictures with detail, and which example gave it at each place."""
        windows, n = self._windows, len(x)
        rows, total, weights = torch.arange(n), torch.zeros_like(x), x.new_zeros(n, 1, *x.shape[-2:])
        unlike_wholes = _WHOLE * windows.area * _squared_distances(_small(x), _small(self._coarse)) / _SMALL**2
        chosen: list[Tensor] = []
        for place in windows.places:
            window, known = windows.at(x, place), windows.near(self._coarse, place)
            unlike = _squared_distances(_centred(window), _centred(known.flatten(0, 1)))
            unlike = unlike.unflatten(1, known.shape[:2]) + unlike_wholes[:, :, None]
            unlike, which = unlike.flatten(1).topk(min(_LIKELIEST, known.shape[0] * known.shape[1]), largest=False)
            offered = window[:, None] + windows.near(self._detail, place).flatten(0, 1)[which]
            there, weight = windows.at(total, place), windows.at(weights, place)
            seams = (offered - (there / weight.clamp_min(1e-9))[:, None]) * (weight > 0)[:, None]
            best = (unlike + seams.square().flatten(2).sum(2)).argmin(1)
            there += windows.fade * offered[rows, best]
            weight += windows.fade
            chosen.append(which[rows, best] // known.shape[1])
        return total / weights, torch.stack(chosen, 1)

    def _count_sources(self, chosen: Int64[Tensor, "n places"]) -> None:
        counts = torch.zeros(len(chosen), self._n)
        counts.scatter_add_(1, chosen % self._n, torch.ones(chosen.shape))
        self._pictures += (counts > 0).sum().item()
        self._largest += (counts.amax(1) / chosen.shape[1]).sum().item()
        self._count += len(chosen)


@dataclass(frozen=True)
class Windows:
    """Square windows that overlap by half and cover a picture.

    Args:
        size: (height, width) of the picture.
        side: of a window, in pixels.
        shifts: by how much a window may lie elsewhere, in both directions.
    """

    size: tuple[int, int]
    side: int
    shifts: tuple[int, ...]

    @classmethod
    def of_size(cls, size: tuple[int, int]) -> "Windows":
        """Windows of an eighth of the picture's shorter side, of 4 pixels at least, shifted by up to a quarter.

        Example:
            >>> windows = Windows.of_size((64, 48))
            >>> windows.side, windows.shifts, len(windows.places)
            (6, (-1, 0, 1), 315)
        """
        side = min(*size, max(4, 2 * round(min(size) / 16)))
        step = max(1, side // 8)
        return cls(size, side, tuple(range(-(side // 4), side // 4 + 1, step)))

    @property
    def area(self) -> int:
        """Of a window, in pixels."""
        return self.side**2

    @property
    def places(self) -> list[tuple[int, int]]:
        """The upper left corners, row by row."""
        starts = [
            sorted({*range(0, length - self.side + 1, max(1, self.side // 2)), length - self.side})
            for length in self.size
        ]
        return [(y, x) for y in starts[0] for x in starts[1]]

    @property
    def fade(self) -> Float[Tensor, "side side"]:
        """Weights, above 0, that are largest in the middle."""
        along = torch.hann_window(self.side + 2, periodic=False)[1:-1]
        return along[:, None] * along

    def at(self, x: Tensor, place: tuple[int, int]) -> Float[Tensor, "n channels side side"]:
        """The window of each picture at a place: a view."""
        return x[..., place[0] : place[0] + self.side, place[1] : place[1] + self.side]

    def near(self, x: Tensor, place: tuple[int, int]) -> Float[Tensor, "n shifts channels side side"]:
        """The windows of each picture at a place and at those near it; beyond an edge its last pixel is repeated."""
        far = max(self.shifts)
        rows, columns = (
            torch.arange(start - far, start + self.side + far).clamp(0, length - 1)
            for start, length in zip(place, self.size, strict=True)
        )
        around = x[:, :, rows[:, None], columns]
        shifted = [self.at(around, (far + dy, far + dx)) for dy in self.shifts for dx in self.shifts]
        return torch.stack(shifted, 1)


def _small(x: Tensor) -> Float[Tensor, "n values"]:
    return F.adaptive_avg_pool2d(x, _SMALL).flatten(1)


def _centred(windows: Float[Tensor, "n channels side side"]) -> Float[Tensor, "n values"]:
    """Windows without their mean colour, so that the structure decides."""
    return (windows - windows.mean((2, 3), keepdim=True)).flatten(1)


def _squared_distances(a: Float[Tensor, "n values"], b: Float[Tensor, "m values"]) -> Float[Tensor, "n m"]:
    return (a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T).clamp_min(0)
