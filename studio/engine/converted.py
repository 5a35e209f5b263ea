"""A GGUF file becomes a folder of safetensors, once: the starter's own and those that users bring.

Importable without torch: whether a model is ready is asked before the first page.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.engine.weight_files import sha256

MANIFEST = "converted.json"

Progress = Callable[[str], None]


def cache_folder() -> Path:
    """Return where models of this user are kept; STUDIO_CACHE overrides it."""
    if chosen := os.environ.get("STUDIO_CACHE"):
        return Path(chosen)
    place = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(place) if place else Path.home() / ".cache") / "fine-tuning-studio"


def converted_here(gguf: Path) -> Path | None:
    """Return the folder that a GGUF file was turned into earlier; None where it was not, or is damaged."""
    folder = place_of(gguf)
    return folder if verifies(folder / MANIFEST) else None


def place_of(gguf: Path) -> Path:
    """Return where the folder of a GGUF file belongs: the same bytes, the same place."""
    return cache_folder() / "gguf" / sha256(gguf)


def licence_of(folder: Path) -> str:
    """Return the licence that the GGUF file of a converted folder named."""
    return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["licence"])


def convert(gguf: Path, target: Path, dtype: str) -> None:
    """Save the model and the tokenizer of a GGUF file as safetensors of one number format."""
    import torch  # heavy, and the question whether a model is ready needs none of it
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    safely: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=torch.float32,
        # Without this, saving fails: "quantized with gguf and is not serializable".
        quantization_config=GgufConfig(dequantize=True),
        **safely,
    )
    model.to(getattr(torch, dtype)).save_pretrained(target)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name, **safely).save_pretrained(target)


def write_manifest(manifest: Path, facts: dict[str, str]) -> None:
    """Note the hash of every file beside `manifest`."""
    files = {path.name: sha256(path) for path in sorted(manifest.parent.iterdir())}
    manifest.write_text(json.dumps({"version": 1, **facts, "files": files}, indent=1), encoding="utf-8")


def verifies(manifest: Path) -> bool:
    """Return whether every byte is the one that was installed; a torn or flipped one is noticed."""
    if not manifest.exists():
        return False
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    except (ValueError, KeyError):
        return False
    folder = manifest.parent
    return all((folder / name).exists() and sha256(folder / name) == known for name, known in files.items())


def move_into_place(built: Path, folder: Path, manifest: str) -> None:
    """Give a finished folder its name."""
    try:
        built.rename(folder)
    except OSError:
        # Another process installed the same bytes meanwhile; theirs is as good.
        if not verifies(folder / manifest):
            raise
