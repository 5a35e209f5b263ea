"""The files of what was learned beside a frozen model, each kind in the form that it is read in elsewhere."""

import json
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from peft import PeftModel, PrefixTuningConfig, PromptLearningConfig, PromptTuningConfig
from safetensors.torch import save_file
from transformers import PreTrainedModel

from studio.engine.openings import Opening, Prefix, opening_of
from studio.engine.tunings import bottleneck
from studio.exporters.origin import Origin

SCRIPT = Path(__file__).parent / "scripts" / "load_adapter.py"
BOTTLENECKS = "bottlenecks.safetensors"


def write_adapter(model: PeftModel, origin: Origin, folder: Path) -> None:
    """Write an adapter of peft's own, and the base that it belongs to."""
    settings = model.peft_config["default"]
    settings.base_model_name_or_path = origin.loads_elsewhere  # a path of this machine helps nobody
    settings.revision = origin.revision or None
    model.save_pretrained(folder, save_embedding_layers=False)
    _sort_lists(folder / "adapter_config.json")


def write_opening(model: PreTrainedModel, origin: Origin, folder: Path) -> None:
    """Write learned places before a row as the prefix or prompt of peft, whose layout they have."""
    opening = opening_of(model)
    assert opening is not None
    settings = _opening_settings(opening)
    settings.base_model_name_or_path, settings.revision = origin.loads_elsewhere, origin.revision or None
    settings.save_pretrained(folder)
    _sort_lists(folder / "adapter_config.json")
    values = {"prompt_embeddings": opening.values.detach().cpu().contiguous()}
    save_file(values, folder / "adapter_model.safetensors", metadata={"format": "pt"})


def _opening_settings(opening: Opening) -> PromptLearningConfig:
    common = {
        "task_type": "CAUSAL_LM",
        "num_virtual_tokens": opening.places,
        "num_transformer_submodules": 1,
        "inference_mode": True,
    }
    if not isinstance(opening, Prefix):
        return PromptTuningConfig(**common, token_dim=opening.values.shape[1])
    layers, heads, width = opening.shape
    return PrefixTuningConfig(**common, num_layers=layers, num_attention_heads=heads, token_dim=heads * width)


def write_bottlenecks(model: PreTrainedModel, folder: Path) -> None:
    """Write the small networks by the place they stand at, and the script that puts them there."""
    mark = f".bottlenecks.{bottleneck.NAME}"
    learned = bottleneck.state(model)
    tensors = {name.replace(mark, ""): each.cpu().contiguous() for name, each in learned.items()}
    save_file(tensors, folder / BOTTLENECKS, metadata={"format": "pt"})
    shutil.copyfile(SCRIPT, folder / SCRIPT.name)


def attach_bottlenecks(base: PreTrainedModel, folder: Path) -> PreTrainedModel:
    """Put exported networks into their base as the script in the folder does."""
    described = spec_from_file_location("load_adapter", folder / SCRIPT.name)
    assert described is not None
    assert described.loader is not None
    script = module_from_spec(described)
    described.loader.exec_module(script)
    return script.attach(base, str(folder))


def _sort_lists(path: Path) -> None:
    """peft writes sets in the order of the moment; equal adapters shall give equal files."""
    settings = json.loads(path.read_text(encoding="utf-8"))
    for name, value in settings.items():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            settings[name] = sorted(value)
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
