"""The most memory that a piece of work held: of the graphics card where there is one, else of the process."""

import torch

from studio.core import system

OF_CARD = "the most memory that PyTorch reserved on the graphics card"
OF_PROCESS = "the most memory that the whole studio held, as the system counts it"


def reset_peak(device: str) -> bool:
    """Count from now on; return whether that is possible here."""
    counts_anew = system.reset_peak_memory()
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
        return True
    return counts_anew


def peak_bytes(device: str) -> int:
    """Return the most bytes since the last reset; 0 where the system does not tell."""
    return torch.cuda.max_memory_reserved() if device.startswith("cuda") else system.peak_memory_bytes()


def how_measured(device: str) -> str:
    """Say in words what the peak counts."""
    return OF_CARD if device.startswith("cuda") else OF_PROCESS
