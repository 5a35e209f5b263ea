"""Which processor trains and in which number format, each with its reason in words."""

import platform
from dataclasses import dataclass

import torch
import transformers


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """`dtype` is the format of weights that stay frozen; weights that are trained are always float32."""

    device: str
    dtype: str
    reasons: tuple[str, ...]

    @property
    def torch_dtype(self) -> torch.dtype:
        return getattr(torch, self.dtype)


def choose_device() -> DeviceChoice:
    """Return the fastest processor this studio was tried on, and why it and its number format."""
    if torch.cuda.is_available():
        return _graphics_card()
    cores = torch.get_num_threads()
    place = f"Training runs on the processor ({cores} {'thread' if cores == 1 else 'threads'}): "
    if torch.backends.mps.is_available():
        place += "Apple's graphics unit is not used, since this studio was not tried on it."
    else:
        place += "no graphics card that PyTorch can use was found."
    capabilities = torch.cpu.get_capabilities()
    if capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"):
        return DeviceChoice(
            "cpu",
            "bfloat16",
            (
                place,
                "Frozen weights are held in 16 bits (bfloat16), which this processor multiplies directly.",
            ),
        )
    return DeviceChoice(
        "cpu",
        "float32",
        (place, "Weights are held in 32 bits: this processor has no instructions for 16-bit products."),
    )


def ran_out_of_memory(error: RuntimeError) -> bool:
    """Return whether PyTorch found no room: it has a class for graphics cards, words for the processor."""
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)


def _graphics_card() -> DeviceChoice:
    name = torch.cuda.get_device_name()
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return DeviceChoice(
            "cuda",
            "bfloat16",
            (
                f"Training runs on the graphics card ({name}).",
                "Frozen weights are held in 16 bits (bfloat16), which this card multiplies directly.",
            ),
        )
    return DeviceChoice(
        "cuda",
        "float32",
        (
            f"Training runs on the graphics card ({name}).",
            "Weights are held in 32 bits: this card has no instructions for bfloat16.",
        ),
    )


def computed_by() -> tuple[str, ...]:
    """Return what the last bits of every number depend on beside the model: versions, processor, cards."""
    capability = torch.backends.cpu.get_cpu_capability()
    cards = [torch.cuda.get_device_name(at) for at in range(torch.cuda.device_count())]
    return (torch.__version__, transformers.__version__, platform.machine(), capability, *cards)
