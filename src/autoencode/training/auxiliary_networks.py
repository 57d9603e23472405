"""The networks that are trained beside the model, and their optimizers."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from autoencode.objectives import Objective
from autoencode.runs.tensor_file import load_into
from autoencode.training.optimizers import load_state_tensors, state_tensors


class AuxiliaryNetworks:
    """The networks that an objective trains beside the model, such as critics, each with an Adam of its own.

        one forward pass ─► each network's loss ─► gradients of that network's weights alone ─► all are updated

    Args:
        objective: the objective that names them; most objectives have none.
        device: where they are computed.
    """

    def __init__(self, objective: Objective, device: torch.device | str = "cpu") -> None:
        self.networks: dict[str, nn.Module] = {}
        self.optimizers: dict[str, torch.optim.Adam] = {}
        for name, auxiliary in objective.auxiliary_networks.items():
            network = auxiliary.network.to(device).train()
            weights = [p for p in network.parameters() if p.requires_grad]
            optimizer = torch.optim.Adam(weights, lr=auxiliary.learning_rate, betas=auxiliary.betas, fused=True)
            for group in optimizer.param_groups:
                group["max_lr"] = group["lr"]
            self.networks[name], self.optimizers[name] = network, optimizer

    def backward(self, losses: Mapping[str, Tensor]) -> None:
        """Computes the gradient of each network's loss with respect to that network's weights."""
        for name, network in self.networks.items():
            self.optimizers[name].zero_grad(set_to_none=True)
            weights = [p for p in network.parameters() if p.requires_grad]
            losses[name].backward(inputs=weights, retain_graph=True)

    def step(self) -> None:
        """Updates every network once."""
        for optimizer in self.optimizers.values():
            optimizer.step()

    def set_learning_rate(self, factor: float) -> None:
        """Sets every learning rate to this share of its highest value."""
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = group["max_lr"] * factor

    def tensors(self) -> dict[str, Tensor]:
        """The state of networks and optimizers, by name, for a checkpoint."""
        found: dict[str, Tensor] = {}
        for name, network in self.networks.items():
            found |= {f"{name}.network.{key}": value for key, value in network.state_dict().items()}
            found |= {f"{name}.optimizer.{key}": v for key, v in state_tensors(self.optimizers[name]).items()}
        return found

    def load(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Restores the state that `tensors` returned.

        Args:
            tensors: the state.
            path: the file it was read from, for error messages.

        Raises:
            RunError: the state belongs to other networks.
        """
        for name, network in self.networks.items():
            load_into(network, _with_prefix(tensors, f"{name}.network."), path)
            load_state_tensors(self.optimizers[name], _with_prefix(tensors, f"{name}.optimizer."))


def _with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
