"""Who trains the models, with which settings."""

from dataclasses import dataclass, field, replace
from typing import Any

F32, B16 = "float32", "bfloat16"

_KEEP = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""glibc keeps freed memory, as this library asks it to by itself."""


@dataclass(frozen=True)
class Contender:
    """A row of the tables.

    Args:
        name: what --contenders takes; rows of one name are settings of one contender.
        setting: in words.
        module: of this package, whose `train` is called.
        options: what it is called with.
        precision: of the networks.
        environment: "own", or one of `environments.PACKAGES`.
        environ: variables that its process has besides.
    """

    name: str
    setting: str
    module: str
    options: dict[str, Any]
    precision: str = F32
    environment: str = "own"
    environ: dict[str, str] = field(default_factory=dict[str, str])

    def on(self, device: str) -> "Contender":
        """The same, training on another device than the processor."""
        return replace(self, options={**self.options, "device": device})

    def __str__(self) -> str:
        return f"{self.name}, {self.setting}, {self.precision}"


def _pytorch(setting: str, loop: str, precision: str = F32) -> Contender:
    options = {"loop": loop, "precision": precision}
    return Contender("pytorch", setting, "with_pytorch", options, precision, environ={} if loop == "plain" else _KEEP)


def _keras(name: str, setting: str, precision: str = F32, **options: Any) -> Contender:
    backend = name.removeprefix("keras-")
    policy = "mixed_bfloat16" if precision == B16 else "float32"
    environment = {"tf": "tensorflow", "jax": "jax"}[backend]
    environ = {"KERAS_BACKEND": environment, **(_KEEP if options else {})}
    return Contender(name, setting, "with_keras", {"policy": policy, **options}, precision, environment, environ)


def _jax(setting: str, precision: str, *, scan: bool) -> Contender:
    return Contender("jax", setting, "with_jax", {"scan": scan, "precision": precision}, precision, "jax", _KEEP)


def _lightning(setting: str, loop: str, precision: str = F32) -> Contender:
    options = {"loop": loop, "precision": "bf16-mixed" if precision == B16 else "32-true"}
    environ = {} if loop == "plain" else _KEEP
    return Contender("lightning", setting, "with_lightning", options, precision, "lightning", environ)


_BEST = "channels-last, fused Adam"
_GRAPH = "the whole step as one compiled graph"
_TOGETHER = "steps_per_execution"

CONTENDERS = (
    Contender("ours", "as `autoencode train` does it", "ours", {"precision": F32}, F32),
    Contender("ours", "as `autoencode train` does it", "ours", {"precision": B16}, B16),
    _pytorch("DataLoader, Adam", "plain"),
    _pytorch(_BEST, "best"),
    _pytorch(_BEST, "best", B16),
    _pytorch(_GRAPH, "graph"),
    _pytorch(_GRAPH, "graph", B16),
    _keras("keras-tf", "as it comes"),
    _keras("keras-tf", f"{_TOGETHER}, no jit_compile", together=True, jit_compile=False),
    _keras("keras-tf", f"{_TOGETHER}, no jit_compile", B16, together=True, jit_compile=False),
    _keras("keras-tf", f"{_TOGETHER}, jit_compile", together=True, jit_compile=True),
    _keras("keras-tf", f"{_TOGETHER}, jit_compile", B16, together=True, jit_compile=True),
    _keras("keras-jax", "as it comes"),
    _keras("keras-jax", _TOGETHER, together=True),
    _keras("keras-jax", _TOGETHER, B16, together=True),
    _jax("jit of a step", F32, scan=False),
    _jax("jit of a step", B16, scan=False),
    _jax("scan over steps", F32, scan=True),
    _jax("scan over steps", B16, scan=True),
    _lightning("as it comes", "plain"),
    _lightning(_BEST, "best"),
    _lightning(_BEST, "best", B16),
    Contender("pythae", "as it comes", "with_pythae", {"fused": False}, environment="pythae"),
    Contender("pythae", "fused Adam", "with_pythae", {"fused": True}, environment="pythae", environ=_KEEP),
)

NAMES = tuple(dict.fromkeys(contender.name for contender in CONTENDERS))
