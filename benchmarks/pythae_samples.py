"""Trains pythae's VAE or RAE and writes samples. Started by benchmarks/samples.py, in an environment with pythae.

    python pythae_samples.py FOLDER vae|rae EPOCHS SEED N
    FOLDER/train.npy, validation.npy       input: (n, 1, 28, 28), uint8
    FOLDER/NAME-normal.npy, NAME-gmm.npy   output: (N, 1, 28, 28), uint8

The networks are those of benchmarks/compared.py, layer by layer, with the same batches, optimizer, learning rate and
epochs.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from pythae.models import RAE_GP, VAE, RAE_GP_Config, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.pipelines import TrainingPipeline
from pythae.samplers import GaussianMixtureSampler, GaussianMixtureSamplerConfig, NormalSampler
from pythae.trainers import BaseTrainerConfig
from torch import nn

LATENT_DIM = 8


class Encoder(BaseEncoder):
    """32 and 64 channels, stride 2, a dense layer of 128; SiLU."""

    def __init__(self, variational: bool) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, 2, 1), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(), nn.Flatten()),
            *(nn.Linear(64 * 49, 128), nn.SiLU()),
        )
        self.mean = nn.Linear(128, LATENT_DIM)
        self.log_var = nn.Linear(128, LATENT_DIM) if variational else None

    def forward(self, x: torch.Tensor) -> ModelOutput:
        """The output that pythae needs from an encoder."""
        h = self.layers(x)
        if self.log_var is None:
            return ModelOutput(embedding=self.mean(h))
        return ModelOutput(embedding=self.mean(h), log_covariance=self.log_var(h))


class Decoder(BaseDecoder):
    """The layers of the encoder in reverse."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Linear(LATENT_DIM, 128), nn.SiLU(), nn.Linear(128, 64 * 49), nn.SiLU(), nn.Unflatten(1, (64, 7, 7))),
            *(nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.SiLU(), nn.ConvTranspose2d(32, 32, 3, 2, 1, 1), nn.SiLU()),
            nn.Conv2d(32, 1, 3, 1, 1),
        )

    def forward(self, z: torch.Tensor) -> ModelOutput:
        """The output that pythae needs from a decoder."""
        return ModelOutput(reconstruction=self.layers(z))


def main() -> None:
    """Trains, samples, writes."""
    folder, kind, epochs, seed, n = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6])
    torch.manual_seed(seed)
    train, validation = (np.load(folder / f"{part}.npy").astype(np.float32) / 255 for part in ("train", "validation"))
    shape = {"input_dim": (1, 28, 28), "latent_dim": LATENT_DIM}
    if kind == "vae":
        model = VAE(VAEConfig(**shape, reconstruction_loss="mse"), encoder=Encoder(variational=True), decoder=Decoder())
    else:
        model = RAE_GP(RAE_GP_Config(**shape), encoder=Encoder(variational=False), decoder=Decoder())
    config = BaseTrainerConfig(
        output_dir=str(folder / "pythae"),
        per_device_train_batch_size=128,
        per_device_eval_batch_size=500,
        num_epochs=epochs,
        learning_rate=1e-3,
        seed=seed,
        no_cuda=True,
    )
    began = time.process_time()
    TrainingPipeline(model=model, training_config=config)(train_data=train, eval_data=validation)
    minutes = (time.process_time() - began) / 60
    model.eval()
    normal = NormalSampler(model=model)
    mixture = GaussianMixtureSampler(model=model, sampler_config=GaussianMixtureSamplerConfig(n_components=10))
    mixture.fit(train)
    for name, sampler in (("normal", normal), ("gmm", mixture)):
        drawn = sampler.sample(num_samples=n, batch_size=500, return_gen=True)
        pixels = (drawn.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
        np.save(folder / f"{kind}-{name}.npy", pixels)
    (folder / f"{kind}.json").write_text(json.dumps({"minutes": minutes}))


if __name__ == "__main__":
    main()
