"""The three models in plain PyTorch, for all contenders that train with it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from speed.jobs import Job


class Vae(nn.Module):
    """A VAE; called with pictures it gives the loss, in nats for each example."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, beta: float) -> None:
        super().__init__()
        self.encoder, self.decoder, self.beta = encoder, decoder, beta

    def forward(self, x: Tensor) -> Tensor:
        """The mean over the batch of −log p(x|z) + β KL."""
        mean, log_var = self.encoder(x).float().chunk(2, dim=-1)
        logits = self.decoder(mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)).float()
        nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum()
        return (nll + self.beta * kl) / len(x)


class Denoiser(nn.Module):
    """A denoising autoencoder; called with clean pictures it gives the squared error of each example."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, noise: float) -> None:
        super().__init__()
        self.encoder, self.decoder, self.noise = encoder, decoder, noise

    def forward(self, x: Tensor) -> Tensor:
        """The mean over the batch."""
        made = self.decoder(self.encoder(salt_and_pepper(x, self.noise))).float()
        return F.mse_loss(made, x, reduction="sum") / len(x)


def model_of(job: Job) -> nn.Module:
    """A module that takes pictures, (batch, 1, 28, 28), and gives their loss."""
    encoder, decoder = networks(job)
    return Denoiser(encoder, decoder, job.noise) if job.noise else Vae(encoder, decoder, job.beta)


def networks(job: Job) -> tuple[nn.Module, nn.Module]:
    """Encoder and decoder with PyTorch's initialisation; the denoiser has Glorot's, as in the recipes."""
    return {"dense-vae": _dense, "fashion-vae": _conv, "fashion-denoise": _pooled}[job.recipe]()


def parameters(model: nn.Module) -> int:
    """The number of parameters."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def salt_and_pepper(x: Tensor, share: float) -> Tensor:
    """A share of the pixels become black or white."""
    u = torch.rand_like(x)
    return torch.where(u < share / 2, 0.0, torch.where(u > 1 - share / 2, 1.0, x))


def _dense() -> tuple[nn.Module, nn.Module]:
    return (
        nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 4)),
        nn.Sequential(nn.Linear(2, 256), nn.ReLU(), nn.Linear(256, 784), nn.Unflatten(1, (1, 28, 28))),
    )


def _conv() -> tuple[nn.Module, nn.Module]:
    encoder = nn.Sequential(
        *(nn.Conv2d(1, 32, 3, 1, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, 1, 1), nn.ReLU(), nn.Conv2d(64, 64, 3, 1, 1), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(64 * 14 * 14, 32), nn.ReLU(), nn.Linear(32, 4)),
    )
    decoder = nn.Sequential(
        *(nn.Linear(2, 64 * 14 * 14), nn.ReLU(), nn.Unflatten(1, (64, 14, 14))),
        *(nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(), nn.Conv2d(32, 1, 3, 1, 1)),
    )
    return encoder, decoder


def _pooled() -> tuple[nn.Module, nn.Module]:
    encoder, decoder = list[nn.Module](), list[nn.Module]()
    for n_in, n_out in ((1, 64), (64, 32), (32, 16)):
        encoder += [nn.Conv2d(n_in, n_out, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)]
    for n_in, n_out, side in ((16, 16, 7), (16, 32, 14), (32, 64, 28)):
        decoder += [nn.Conv2d(n_in, n_out, 3, 1, 1), nn.ReLU(), nn.Upsample((side, side))]
    decoder += [nn.Conv2d(64, 1, 3, 1, 1), nn.Sigmoid()]
    for layer in (*encoder, *decoder):
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*encoder), nn.Sequential(*decoder)
