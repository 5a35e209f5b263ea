"""Export the adapter: the trained add-on alone, as `peft` reads it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import RunConfig
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named
from studio.exporters import judging, sorting
from studio.exporters.job import ExportJob
from studio.exporters.origin import GET_BASE, origin_of

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

TITLE = "Add-on (adapter)"
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
    tuning = tuning_named(config.tuning)
    if not tuning.MERGES and objective_named(config.objective).HEAD != "language":
        return f"The head on top of the model cannot be handed over beside what {tuning.TITLE} learned."
    if tuning.PEFT or not tuning.MERGES:
        return ""
    if tuning.BITS < 16:
        return (
            "The adapter was learned beside weights of 4 bits and answers otherwise beside the original "
            "ones: take the whole model, which holds both."
        )
    return f"{tuning.TITLE} changes the model itself: there is no adapter beside it."


def write(model: PeftModel | PreTrainedModel, job: ExportJob, folder: Path) -> None:
    """Write what was learned, and the way to the base it belongs to."""
    from studio.exporters import adapter_files as files  # peft: not before the first page

    origin, tuning = origin_of(job.source), tuning_named(job.config.tuning)
    if tuning.PREPENDS:
        files.write_opening(model, origin, folder)
    elif tuning.PEFT:
        files.write_adapter(model, origin, folder)
        if job.source.labels:
            from studio.exporters.head_file import add_head  # torch: not before the first page

            add_head(model, folder)
    else:
        files.write_bottlenecks(model, folder)
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
    if not tuning_named(job.config.tuning).PEFT:
        from studio.exporters.adapter_files import attach_bottlenecks

        return attach_bottlenecks(base, folder)
    return PeftModel.from_pretrained(base, folder)


def how_to_load(job: ExportJob) -> str:
    """Return the Python lines for the model card."""
    config = "AutoConfig, " if job.source.labels else ""
    if tuning_named(job.config.tuning).PEFT:
        library, attached = "from peft import PeftModel\n", "PeftModel.from_pretrained(base, folder)"
    else:
        library, attached = "from load_adapter import attach  # in this folder\n", "attach(base, folder)"
    return (
        f"import torch\n{library}"
        f"from transformers import {config}{sorting.auto_class(job.source)}, AutoTokenizer\n\n"
        'folder = "."  # this folder\n'
        f"{sorting.lines_for_the_base(job.source)}"
        f"model = {attached}\n"
        f"tokenizer = AutoTokenizer.from_pretrained(folder)\n{judging.how_to_use(job.config)}"
    )
