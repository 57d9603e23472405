"""The name of the hardware, for reports."""

import os
import platform
from pathlib import Path

import torch


def describe_device(device: str) -> str:
    """The name of a GPU, or that of the processor with the number of cores that this process may use.

    Args:
        device: "cpu", "cuda:0" and the like.
    """
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    cores = len(os.sched_getaffinity(0)) if "sched_getaffinity" in dir(os) else os.cpu_count()
    return f"{_cpu_name()}, {cores} cores"


def _cpu_name() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return " ".join((named or [platform.processor() or platform.machine()])[0].split())
