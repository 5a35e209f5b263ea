"""Export the code: a short script, and the same as a notebook, with this run's settings and rows.

Both need transformers and peft alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import DataSettings, Keeping, Optimisation, RunConfig
from studio.core.records import (
    Completion,
    Conversation,
    Labelled,
    Record,
    SourcedRecord,
    Text,
    as_conversation,
)
from studio.data.templates import PLAIN
from studio.engine.objectives import objective_named
from studio.engine.tunings import lora
from studio.exporters import card
from studio.exporters.job import Amounts, ExportJob
from studio.exporters.notebook import notebook
from studio.exporters.origin import GET_BASE, origin_of

if TYPE_CHECKING:
    from studio.engine.sources import ModelSource

TITLE = "The code"
SUMMARY = "A short script, and a notebook, that repeat this run outside the studio, with its rows."
SOURCE = "The documentation of transformers and peft"
HAS_WEIGHTS = False

SCRIPT = Path(__file__).parent / "scripts" / "train.py"
CODE_BYTES = 28_000
"""The script, the notebook, the description and, for some bases, how to build them."""
_BEGIN, _END = "# --- settings of this run ---\n", "# --- end of settings ---\n"


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return why this run cannot be repeated by the script; "" where it can."""
    if config.tuning not in ("lora", "full") or config.objective == "distillation":
        return f"There is no script yet for {config.objective!r} with {config.tuning!r}."
    objective = objective_named(config.objective)
    if not hasattr(objective, "loss"):
        return f"The script learns from examples alone; it cannot repeat “{objective.TITLE}”."
    if config.part(Keeping).base_kl:
        return "The script has no pull to the untouched model (base_kl), so it cannot repeat this run."
    if config.part(Keeping).replay_percent:
        return "The script mixes in no answers of the untouched model (replay_percent), as this run did."
    return ""


def expected_bytes(amounts: Amounts, settings: Config) -> int:
    """Return about how large the rows, the script and the notebook will be."""
    return amounts.rows_bytes + CODE_BYTES


def write(job: ExportJob, folder: Path) -> None:
    """Write the script, the rows of both parts in the order of the run, and how to start it."""
    program = script(job.config, job.source)
    (folder / "train.py").write_text(program, encoding="utf-8")
    (folder / "train.ipynb").write_text(notebook(program), encoding="utf-8")
    chat = objective_named(job.config.objective).CHAT
    _write_rows(folder / "train.jsonl", job.going_on(job.training), chat=chat)
    _write_rows(folder / "held_out.jsonl", job.going_on(job.held_out), chat=chat)
    if origin_of(job.source).steps:
        shutil.copyfile(GET_BASE, folder / GET_BASE.name)
    (folder / "README.md").write_text(_readme(job), encoding="utf-8")


def script(config: RunConfig, source: ModelSource) -> str:
    """Return the script with the settings of this run at its top."""
    before, rest = SCRIPT.read_text(encoding="utf-8").split(_BEGIN)
    after = rest.split(_END)[1]
    return before + _BEGIN + _settings(config, source) + _END + after


def _settings(config: RunConfig, source: ModelSource) -> str:
    origin = origin_of(source)
    optimisation, data = config.part(Optimisation), config.part(DataSettings)
    add_on, sorts = config.part(lora.Config), objective_named(config.objective).HEAD == "classes"
    rate = (optimisation.learning_rate, optimisation.schedule, optimisation.warmup_percent)
    length = (optimisation.epochs, optimisation.steps, optimisation.batch_size)
    lines = (
        f"BASE = {origin.loads_elsewhere!r}",
        f"REVISION = {origin.revision or None!r}",
        f"SORTS = {sorts}  # a head for the labels of train.jsonl",
        f"TUNING = {config.tuning!r}  # lora: an add-on beside the model; full: every weight",
        f"RANK, ALPHA, DROPOUT = {add_on.rank}, {add_on.alpha}, {add_on.dropout}",
        f"RSLORA, DORA = {add_on.rslora}, {add_on.dora}",
        f"MAX_LENGTH = {data.max_length}",
        f"LEARNING_RATE, SCHEDULE, WARMUP_PERCENT = {', '.join(map(repr, rate))}",
        f"EPOCHS, STEPS, BATCH_SIZE = {', '.join(map(repr, length))}  # STEPS 0: counted from the epochs",
        f"WEIGHT_DECAY, GRADIENT_CLIP = {optimisation.weight_decay}, {optimisation.gradient_clip}",
        f"EVALUATIONS, SEED = {optimisation.evaluations}, {optimisation.seed}",
        f"PLAIN_TEMPLATE = {PLAIN!r}  # for a model without a chat template",
    )
    return "\n".join(lines) + "\n"


def _write_rows(path: Path, rows: Iterable[SourcedRecord], *, chat: bool) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for sourced in rows:
            document = row_document(sourced.record, chat=chat)
            file.write(json.dumps(document, ensure_ascii=True) + "\n")


def row_document(record: Record, *, chat: bool) -> dict[str, object]:
    """Return a record as the columns of a JSON line; `chat`: whatever it is, as a conversation."""
    assert isinstance(record, Conversation | Completion | Labelled | Text), record
    if chat and not isinstance(record, Text):
        return {"messages": [asdict(message) for message in as_conversation(record).messages]}
    return asdict(record)


def _readme(job: ExportJob) -> str:
    origin = origin_of(job.source)
    base = [
        f"{origin.note}",
        *(["", "```sh", "pip install torch transformers gguf", *origin.steps, "```"] if origin.steps else []),
    ]
    return "\n".join(
        (
            "# Repeat this run",
            "",
            *base,
            "",
            "```sh",
            "pip install torch transformers peft",
            f"python train.py --base {json.dumps(origin.loads_elsewhere)} --out result",
            "```",
            "",
            "`train.ipynb` is the same as a notebook, part by part: open it in this folder with Jupyter.",
            "",
            "`train.py` holds every setting at its top and computes in float32, one row at a time; the",
            "studio may hold frozen weights in 16 bits and batches rows, so figures agree closely and not to",
            "the last digit. A row that spells out a control token is read as text by the studio",
            "and as control here.",
            "",
            "## What the studio measured",
            "",
            card.measured(job),
            "",
            "## Data",
            "",
            card.data(job),
            "",
            "`train.jsonl` and `held_out.jsonl` hold those rows in the order of the run.",
            "",
            "## Licences",
            "",
            card.licences(job),
            "",
        )
    )
