"""A trained segmenter as something that takes pictures of any size."""

from typing import cast

import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor
from torch.distributions import Normal
from torch.nn import functional as F

from autoencode.data import to_unit_floats
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.distributions import FeaturesAndNormal
from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.nn import FeaturesAndCode, FiniteReceptiveField, apply_tiled, smallest_tile
from autoencode.nn.positive import bounded_exp
from autoencode.runs.drawn_masks import DrawnMasks, summarise_draws
from autoencode.runs.restorer import N_ORIENTATIONS, oriented, upright
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, nested, resolve_reporter, track

_TILE = 1024
_LUMA = (0.299, 0.587, 0.114)


def require_masks(run: Run) -> MaskClasses:
    """The classes of the masks that a run learned from.

    Raises:
        CapabilityError: it learned from no masks.
    """
    if run.masks is None:
        raise CapabilityError(
            f"{run.path} learned from no masks: train a segmenter with autoencode train PICTURES/ --target MASKS/ "
            "--recipe segmenter"
        )
    return run.masks


class Segmenter:
    """Gives the probability of each class at each pixel, for pictures of any size.

        learned from patches at full size ─► the picture at its size, in tiles: the same as in one piece, to 1/255
        learned from pictures of one size ─► scaled as those were, all of it ─► probabilities scaled back

    A grey model takes the brightness of a colour picture; a colour model takes a grey picture as three equal channels.
    A model that draws masks has one code for the whole picture, whatever the tiles; without draws it is the mean one.

    Args:
        run: the trained model.
        ensemble: average over the picture's eight orientations, for pictures without a direction, such as cells. It
            takes eight times as long, and errors that depend on the orientation average out.

    Raises:
        CapabilityError: it learned from no masks, or its weights fit one size only.
    """

    def __init__(self, run: Run, *, ensemble: bool = False) -> None:
        self.classes = require_masks(run)
        if not run.accepts_any_size or not isinstance(run.model.encoder, FiniteReceptiveField):
            raise CapabilityError(f"{run.path} takes pictures of one size only: use --recipe segmenter")
        self.run, self.encoder = run, run.model.encoder
        self.ensemble = ensemble
        self.at_full_size = bool(run.folder.data.options.get("patch"))

    @property
    def white(self) -> float:
        """The number that is white in pictures of 16 bits."""
        high = self.run.folder.data.values.high
        return high if high is not None and high > 255 else 65_535.0

    @tuned_cpu()
    @torch.no_grad()
    def __call__(
        self,
        picture: Shaped[Tensor, "channels height width"],
        *,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Float[Tensor, "classes height width"]:
        """The probability of each class at each pixel.

        Args:
            picture: bytes, or floats in the model's units, on the processor; one channel or three, any size.
            reporter: receives the progress of the task "segmenting a picture", in tiles.
            cancel: checked after each batch of tiles.

        Raises:
            ShapeError: neither one channel nor three.
            CancelledError: `cancel` asked for it.
        """
        picture = self._in_channels(picture)
        if not self.ensemble:
            return self._segment(picture, reporter, cancel)
        total = torch.zeros(())
        with track(
            resolve_reporter(reporter), "segmenting a picture", N_ORIENTATIONS, "orientations", cancel=cancel
        ) as progress:
            for number in range(N_ORIENTATIONS):
                found = self._segment(oriented(picture, number), nested(progress, 1), cancel)
                total = total + upright(found, number)
        return total / N_ORIENTATIONS

    @property
    def draws(self) -> bool:
        """Whether the model can draw several plausible masks."""
        return isinstance(self.run.model.encoder, FeaturesAndCode)

    def check_draws(self, n: int) -> None:
        """Raises where masks are to be drawn and cannot be.

        Args:
            n: how many; 0 is always allowed.

        Raises:
            ArgumentError: a number below 0, or with an ensemble.
            CapabilityError: the model has no code to draw.
        """
        if n < 0:
            raise ArgumentError(f"draw no mask (0) or more, not {n}")
        if n and self.ensemble:
            raise ArgumentError("-n draws masks, and --ensemble averages over orientations: give one of them")
        if n and not self.draws:
            raise CapabilityError(
                f"{self.run.path} finds one mask for each picture and draws none: train with --recipe "
                "probabilistic-segmenter"
            )

    @tuned_cpu()
    @torch.no_grad()
    def draw(
        self,
        picture: UInt8[Tensor, "channels height width"],
        n: int,
        *,
        seed: int = 0,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> DrawnMasks:
        """Several plausible masks: each has a code of its own, drawn from what the picture says of it.

        Besides the draws, n bytes for each class and pixel, memory depends on the tiles alone.

        Args:
            picture: as for `__call__`.
            n: how many masks.
            seed: of the codes.
            reporter: as for `__call__`.
            cancel: checked after each batch of tiles.

        Raises:
            ArgumentError: fewer than one mask, or an ensemble.
            CapabilityError: the model has no code to draw.
            ShapeError: neither one channel nor three.
            CancelledError: `cancel` asked for it.
        """
        if n < 1:
            raise ArgumentError(f"draw one mask or more, not {n}")
        self.check_draws(n)
        picture = self._in_channels(picture)
        code = self._code(picture)
        noise = torch.randn(n, *code.loc.shape, generator=torch.Generator().manual_seed(seed)).to(code.loc)
        codes = code.loc + code.scale * noise
        planes = self._bytes(picture, codes, reporter, cancel).unflatten(0, (n, len(self.classes)))
        return summarise_draws(planes, self.classes)

    def _segment(self, picture: Tensor, reporter: Reporter | None, cancel: CancelToken | None) -> Tensor:
        codes = self._code(picture).loc[None] if self.draws else None
        if not self.at_full_size:
            return self._scaled(picture, codes)
        return self._bytes(picture, codes, reporter, cancel).float() / 255

    def _bytes(
        self, picture: Tensor, codes: Tensor | None, reporter: Reporter | None, cancel: CancelToken | None
    ) -> Tensor:
        """Probabilities in steps of 1/255, those of each code one after the other."""
        if not self.at_full_size:
            return (self._scaled(picture, codes) * 255).round().byte()
        least = smallest_tile(self.encoder.halo, self.encoder.multiple)
        return apply_tiled(
            picture,
            lambda x: self._probabilities(to_unit_floats(x.to(self.run.device)), codes),
            halo=self.encoder.halo,
            multiple=self.encoder.multiple,
            tile=max(_TILE, 2 * least),
            channels=len(self.classes) * (1 if codes is None else len(codes)),
            reporter=reporter,
            cancel=cancel,
        )

    def _code(self, picture: Tensor) -> Normal:
        """What the whole picture says of its code, (1, latent_dim)."""
        x = to_unit_floats(picture[None].to(self.run.device))
        encoder = cast("FeaturesAndCode", self.run.model.encoder)
        guess: Tensor = encoder.guess(x if self.at_full_size else self._fitted(x))
        loc, log_scale = guess.float().chunk(2, 1)
        return Normal(loc, bounded_exp(log_scale), validate_args=False)

    def _in_channels(self, picture: Tensor) -> Tensor:
        if picture.shape[0] not in (1, 3) or 0 in picture.shape:
            raise ShapeError(f"a picture to segment is (1 or 3, height, width), not {tuple(picture.shape)}")
        channels = self.run.model.data_shape[0]
        if len(picture) == channels:
            return picture
        if channels == 3:
            return picture.expand(3, -1, -1)
        weights = torch.tensor(_LUMA)[:, None, None]
        return (picture.float() * weights).sum(0, keepdim=True).round().byte()

    def _scaled(self, picture: Tensor, codes: Tensor | None) -> Tensor:
        size = picture.shape[1:]
        x = self._fitted(to_unit_floats(picture[None].to(self.run.device)))
        probabilities = self._probabilities(x, codes)
        if x.shape[2:] != size:
            probabilities = F.interpolate(probabilities, tuple(size), mode="bilinear")
        return probabilities[0].cpu()

    def _fitted(self, x: Tensor) -> Tensor:
        """All of the picture, with the scale at which pictures of its proportions were cropped to the model's size."""
        height, width = x.shape[2:]
        _, *size = self.run.model.data_shape
        factor = max(wanted / side for wanted, side in zip(size, (height, width), strict=True))
        scaled = (max(1, round(height * factor)), max(1, round(width * factor)))
        if scaled == (height, width):
            return x
        return F.interpolate(x, scaled, mode="bicubic", antialias=True).clamp(0, 1)

    def _probabilities(
        self, x: Float[Tensor, "n _channels height width"], codes: Float[Tensor, "draws one latent"] | None
    ) -> Float[Tensor, "n _planes height width"]:
        """Of each class at each pixel; with codes those of each one after the other."""
        model = self.run.model_for_size((x.shape[2], x.shape[3]))
        q = model.encode(x)
        if codes is None or not isinstance(q, FeaturesAndNormal):
            return model.decode(q.mean).mean
        return torch.cat([model.decode(q.at(code.expand(len(x), -1))).mean for code in codes], 1)
