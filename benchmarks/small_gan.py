"""A small GAN for few pictures, of FastGAN's shape, beside the default on the same pictures and in the same time.

    python benchmarks/small_gan.py --set portraits-300 --minutes 5

The generator: 256 random numbers, a transposed convolution to 4×4, gated upsampling blocks to 64×64, and skip-layer
excitation of the maps at 32×32 and 64×64 by those at 4×4 and 8×8. The discriminator: strided blocks to 8×8, and a small
decoder of its maps whose error on real pictures keeps it from learning them by heart. Hinge loss, Adam of β₁ = 0.5,
averaged weights, and differentiable augmentation (shifts, brightness, contrast) of what the discriminator sees. Widths
are a quarter of the paper's, since minutes are of one thread of the processor (`time.process_time`).

References: Liu, Zhu, Song and Elgammal, "Towards faster and stabilized GAN training for high-fidelity few-shot image
synthesis", ICLR 2021; Zhao et al., "Differentiable augmentation for data-efficient GAN training", NeurIPS 2020.
"""

import argparse
import copy
import itertools
import json
import time

import torch
from own_pictures import N_DRAWS, PLACE, features, folder
from torch import Tensor, nn
from torch.nn import functional as F

from autoencode.data import load
from autoencode.evaluation.frechet import frechet_distance
from autoencode.runtime.seeding import seeded_rng
from autoencode.storage import atomic_write
from autoencode.views.figures import grid, save_figure

NUMBERS, WIDTH, BATCH, DECAY = 256, 16, 16, 0.995


class Up(nn.Module):
    """Twice the size, by a convolution with a gate."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Upsample(scale_factor=2),
            nn.Conv2d(inside, 2 * outside, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * outside),
            nn.GLU(1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, h, w) to (n, outside, 2h, 2w)."""
        return self.layers(x)


class Excitation(nn.Module):
    """Channels of a large map weighted by what a small one holds."""

    def __init__(self, small: int, large: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.AdaptiveAvgPool2d(4), nn.Conv2d(small, large, 4), nn.SiLU(), nn.Conv2d(large, large, 1), nn.Sigmoid()
        )

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        """The large map."""
        return large * self.layers(small)


class Generator(nn.Module):
    """(n, 256) to (n, channels, 64, 64)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        sizes = [8 * WIDTH, 8 * WIDTH, 4 * WIDTH, 2 * WIDTH, WIDTH]
        self.first = nn.Sequential(
            nn.ConvTranspose2d(NUMBERS, 2 * sizes[0], 4, bias=False), nn.BatchNorm2d(2 * sizes[0]), nn.GLU(1)
        )
        self.ups = nn.ModuleList([Up(a, b) for a, b in itertools.pairwise(sizes)])
        self.excite = nn.ModuleList([Excitation(sizes[0], sizes[3]), Excitation(sizes[1], sizes[4])])
        self.last = nn.Conv2d(sizes[-1], channels, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        """Pictures between 0 and 1."""
        at4 = self.first(z[:, :, None, None])
        at8 = self.ups[0](at4)
        at32 = self.excite[0](at4, self.ups[2](self.ups[1](at8)))
        return torch.sigmoid(self.last(self.excite[1](at8, self.ups[3](at32))))


class Discriminator(nn.Module):
    """(n, channels, 64, 64) to a score for each place, and a small picture decoded from its maps."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        sizes, layers = [channels, WIDTH, 2 * WIDTH, 4 * WIDTH], list[nn.Module]()
        for a, b in itertools.pairwise(sizes):
            layers += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Sequential(nn.Conv2d(sizes[-1], sizes[-1], 3), nn.LeakyReLU(0.2), nn.Conv2d(sizes[-1], 1, 3))
        self.decode = nn.Sequential(
            Up(sizes[-1], 2 * WIDTH), Up(2 * WIDTH, WIDTH), nn.Conv2d(WIDTH, channels, 3, padding=1)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scores, (n, 1, 4, 4), and pictures at half the size."""
        maps = self.layers(x)
        return self.score(maps), torch.sigmoid(self.decode(maps))


def augmented(x: Tensor) -> Tensor:
    """Brightness, contrast and shifts by chance, with gradients."""
    bright, contrast = torch.rand(2, len(x), 1, 1, 1)
    x = x + (bright - 0.5) * 0.5
    x = (x - x.mean((1, 2, 3), keepdim=True)) * (contrast + 0.5) + x.mean((1, 2, 3), keepdim=True)
    by = torch.randint(-8, 9, (len(x), 2)).float() / 32
    turn = torch.eye(2).expand(len(x), 2, 2)
    place = F.affine_grid(torch.cat([turn, by[:, :, None]], 2), list(x.shape), align_corners=False)
    return F.grid_sample(x, place, align_corners=False)


def train(x: Tensor, minutes: float) -> tuple[Generator, int]:
    """A generator with averaged weights, and its steps."""
    generator, critic = Generator(x.shape[1]), Discriminator(x.shape[1])
    average = copy.deepcopy(generator)
    learners = [torch.optim.Adam(part.parameters(), 5e-4, betas=(0.5, 0.999)) for part in (generator, critic)]
    began, steps = time.process_time(), 0
    while time.process_time() - began < 60 * minutes:
        real = x[torch.randint(0, len(x), (BATCH,))]
        real = torch.where(torch.rand(BATCH, 1, 1, 1) < 0.5, real.flip(3), real)
        made = generator(torch.randn(BATCH, NUMBERS))
        seen = augmented(real)
        score, small = critic(seen)
        loss = F.relu(1 - score).mean() + F.relu(1 + critic(augmented(made.detach()))[0]).mean()
        loss = loss + (small - F.avg_pool2d(seen, 2)).abs().mean()
        learners[1].zero_grad()
        loss.backward()
        learners[1].step()
        learners[0].zero_grad()
        (-critic(augmented(made))[0].mean()).backward()
        learners[0].step()
        steps += 1
        with torch.no_grad():
            for name, value in average.state_dict().items():
                new = generator.state_dict()[name]
                value.lerp_(new, 1 - DECAY) if value.is_floating_point() else value.copy_(new)
    return average.eval(), steps


def main() -> None:
    """Trains one GAN, and prints its distance."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--set", default="portraits-300", help="as own_pictures.py names them")
    parser.add_argument("--minutes", type=float, default=5.0, help="of one thread; default 5")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    of, _, count = asked.set.partition("-")
    data = load(folder(of, int(count)))
    kept = PLACE / "gan.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    key = f"{asked.set} {asked.minutes:g} minutes"
    if key not in results:
        with seeded_rng(0):
            x, test = torch.cat([data.train.inputs(), data.validation.inputs()]), data.test.inputs()
            generator, steps = train(x, asked.minutes)
            with torch.no_grad():
                drawn = torch.cat([generator(torch.randn(100, NUMBERS)) for _ in range(N_DRAWS // 100)])
        save_figure(PLACE / "gan.png", grid(drawn[:64]))
        distance = frechet_distance(features(test).double(), features(drawn).double())
        results[key] = {"frechet": distance, "steps": steps}
        atomic_write(kept, json.dumps(results, indent=1))
    print(f"{key}: Fréchet {results[key]['frechet']:.3f}, {results[key]['steps']:,} steps")


if __name__ == "__main__":
    main()
