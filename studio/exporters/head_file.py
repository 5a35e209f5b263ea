"""The head of a model that sorts, and its labels, put into an adapter's files where `peft` finds them."""

import json
from pathlib import Path

from peft import PeftModel
from safetensors.torch import load_file, save_file

from studio.engine.heads import head_modules, plain_of

HEAD_PREFIX = "base_model.model."
"""How the file of an adapter calls the model it belongs to."""


def add_head(model: PeftModel, folder: Path) -> None:
    """Put head and labels beside an adapter that was saved, where `peft` looks for them."""
    plain, weights = plain_of(model), folder / "adapter_model.safetensors"
    heads = head_modules(plain)
    tensors = load_file(weights)
    for name, head in heads:
        for key, tensor in head.state_dict().items():
            tensors[f"{HEAD_PREFIX}{name}.{key}"] = tensor.float().cpu().contiguous()
    save_file(tensors, weights, metadata={"format": "pt"})
    path = folder / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings |= {
        "task_type": "SEQ_CLS",
        "modules_to_save": sorted(name.rpartition(".")[2] for name, _ in heads),
    }
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    plain.config.save_pretrained(folder)
