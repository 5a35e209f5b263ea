"""Export the whole model: base and what was learned in one, as plain `transformers` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import RunConfig
from studio.engine.tunings import tuning_named
from studio.exporters import judging
from studio.exporters.job import ExportJob
from studio.exporters.sorting import auto_class

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TITLE = "Whole model"
SUMMARY = "One complete model in full precision that needs nothing else. Larger, and the simplest to use."
SOURCE = "arXiv:2106.09685, section 4.1 (no added latency); the file format of transformers"
HAS_WEIGHTS = True
LIBRARY = "transformers"
NEEDS_BASE = False


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return why what was learned cannot become part of the model's weights; "" where it can."""
    tuning = tuning_named(config.tuning)
    if tuning.MERGES:
        return ""
    if tuning.PREPENDS:
        return (
            "What was learned stands before every question and is no weight of the model; take the adapter."
        )
    return (
        "What was learned are small networks inside the model, which none of its own weights can stand for: "
        "take the adapter."
    )


def write(model: PreTrainedModel, job: ExportJob, folder: Path) -> None:
    """Merge and write in float32, so that nothing learned is rounded away. Consumes `model`."""
    tuning_named(job.config.tuning).merged(model).save_pretrained(folder)


def load(job: ExportJob, folder: Path) -> PreTrainedModel:
    """Load the folder in float32 as a stranger would, with plain transformers."""
    import torch  # heavy: not before the first page
    import transformers

    return getattr(transformers, auto_class(job.source)).from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False, local_files_only=True
    )


def how_to_load(job: ExportJob) -> str:
    """Return the Python lines for the model card."""
    kind = auto_class(job.source)
    return (
        "import torch\n"
        f"from transformers import {kind}, AutoTokenizer\n\n"
        'folder = "."  # this folder\n'
        f"model = {kind}.from_pretrained(folder, dtype=torch.float32)\n"
        f"tokenizer = AutoTokenizer.from_pretrained(folder)\n{judging.how_to_use(job.config)}"
    )
