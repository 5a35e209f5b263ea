"""Export the adapter: the trained add-on alone, as `peft` reads it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import RunConfig
from studio.engine.tunings import tuning_named
from studio.exporters import sorting
from studio.exporters.job import ExportJob
from studio.exporters.origin import GET_BASE, origin_of

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

TITLE = "Adapter"
SUMMARY = "Only what was learned, a few megabytes. Whoever uses it needs the base model too."
SOURCE = "arXiv:2106.09685; the file format of peft"
HAS_WEIGHTS = True
LIBRARY = "peft"
NEEDS_BASE = True


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return why this run has no adapter to hand over; "" where it has."""
    if tuning_named(config.tuning).FROZEN_BASE:
        return ""
    return "Full fine-tuning changes the whole model: there is no adapter beside it."


def write(model: PeftModel, job: ExportJob, folder: Path) -> None:
    """Write the adapter's tensors and settings, and the way to the base it belongs to."""
    origin = origin_of(job.source)
    settings = model.peft_config["default"]
    settings.base_model_name_or_path = origin.loads_elsewhere  # a path of this machine helps nobody
    settings.revision = origin.revision or None
    model.save_pretrained(folder, save_embedding_layers=False)
    if job.source.labels:
        sorting.add_head(model, folder)
    _sort_lists(folder / "adapter_config.json")
    if origin.steps:
        shutil.copyfile(GET_BASE, folder / GET_BASE.name)


def load(job: ExportJob, folder: Path) -> PreTrainedModel:
    """Load the folder in float32 as a stranger would, with plain transformers and peft.

    Only the base's configuration passes the list of known keys first: its files are another's, and a plain
    read of them would follow what they name, kernels of the hub for one.
    """
    import torch  # heavy: not before the first page
    import transformers
    from peft import PeftModel

    from studio.engine.models import model_config

    # The files of a hub model are taken from where the run found them: the same bytes, without a network.
    base = getattr(transformers, sorting.auto_class(job.source)).from_pretrained(
        job.source.path,
        config=model_config(job.source),
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
    )
    return PeftModel.from_pretrained(base, folder)


def how_to_load(job: ExportJob) -> str:
    """Return the Python lines for the model card."""
    config = "AutoConfig, " if job.source.labels else ""
    return (
        "import torch\n"
        "from peft import PeftModel\n"
        f"from transformers import {config}{sorting.auto_class(job.source)}, AutoTokenizer\n\n"
        'folder = "."  # this folder\n'
        f"{sorting.lines_for_the_base(job.source)}"
        "model = PeftModel.from_pretrained(base, folder)\n"
        "tokenizer = AutoTokenizer.from_pretrained(folder)\n"
    )


def _sort_lists(path: Path) -> None:
    """peft writes sets in the order of the moment; equal adapters shall give equal files."""
    settings = json.loads(path.read_text(encoding="utf-8"))
    for name, value in settings.items():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            settings[name] = sorted(value)
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
