"""pythae: its pipeline, with these networks as its encoder and decoder."""

import tempfile
from pathlib import Path
from typing import Any

import torch
from pythae.models import AE, AEConfig, BetaVAE, BetaVAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.pipelines import TrainingPipeline
from pythae.trainers import BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
from torch import Tensor, nn

from speed.gate import Gate
from speed.jobs import Job
from speed.pictures import pictures
from speed.torch_models import networks, parameters, salt_and_pepper


class Encoder(BaseEncoder):
    """A network whose output is mean and logarithm of the variance, or the code of pictures that it corrupts itself."""

    def __init__(self, network: nn.Module, noise: float) -> None:
        super().__init__()
        self.network, self.noise = network, noise

    def forward(self, x: Tensor) -> ModelOutput:
        """The output that pythae needs from an encoder."""
        if self.noise:
            return ModelOutput(embedding=self.network(salt_and_pepper(x, self.noise)).flatten(1))
        mean, log_var = self.network(x).chunk(2, dim=-1)
        return ModelOutput(embedding=mean, log_covariance=log_var)


class Decoder(BaseDecoder):
    """A network from codes to pictures in [0, 1]."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> ModelOutput:
        """The output that pythae needs from a decoder."""
        return ModelOutput(reconstruction=self.layers(z))


class GateCallback(TrainingCallback):
    """Calls the gate after each step."""

    def __init__(self, gate: Gate, batch_size: int) -> None:
        super().__init__()
        self.gate, self.batch_size, self.loss = gate, batch_size, torch.zeros(())

    def note(self, model: nn.Module, inputs: Any, output: ModelOutput) -> None:
        """Records the loss as the model returns it, since pythae does not report it."""
        self.loss = output.loss.detach()

    def on_train_step_end(self, training_config: BaseTrainerConfig, **kwargs: Any) -> None:
        """Calls the gate."""
        self.gate(self.batch_size, self.loss)


def model_of(job: Job) -> nn.Module:
    """pythae's β-VAE, or its autoencoder."""
    encoder, decoder = networks(job)
    shape = (1, 28, 28)
    if job.noise:
        decoder = Decoder(nn.Unflatten(1, (16, 4, 4)), decoder)
        return AE(AEConfig(input_dim=shape, latent_dim=256), Encoder(encoder, job.noise), decoder)
    config = BetaVAEConfig(input_dim=shape, latent_dim=2, reconstruction_loss="bce", beta=job.beta)
    return BetaVAE(config, Encoder(encoder, 0), Decoder(decoder, nn.Sigmoid()))


def train(job: Job, data: Path, gate: Gate, fused: bool) -> None:
    """Trains endlessly."""
    torch.manual_seed(0)
    model, callback = model_of(job), GateCallback(gate, job.batch_size)
    model.register_forward_hook(callback.note)
    gate.open(parameters(model), pythae="0.1.2", torch=torch.__version__)
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            output_dir=folder,
            per_device_train_batch_size=job.batch_size,
            num_epochs=1_000_000,
            learning_rate=1e-3,
            optimizer_params={"fused": True} if fused else None,
            no_cuda=True,
        )
        TrainingPipeline(model=model, training_config=config)(train_data=pictures(data, job), callbacks=[callback])
