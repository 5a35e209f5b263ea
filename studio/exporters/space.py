"""Export a Space: a folder ready to be pushed to Hugging Face Spaces, where others try the tuned model.

The model lies in it: whole where what was learned can become part of its weights, else the base with the
adapter beside it. So nothing is fetched when it starts, and what runs there is what was checked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import RunConfig
from studio.exporters import adapter, merged
from studio.exporters.job import Amounts, ExportJob, Parity
from studio.exporters.sizes import BYTES_A_WEIGHT, CARD_BYTES
from studio.exporters.space_page import MODEL, holds

if TYPE_CHECKING:
    from studio.evaluation.questions import Question
    from studio.exporters.parity import Answered

TITLE = "A web page (Space)"
SUMMARY = "A web page with your model in it, ready for Hugging Face Spaces, where others can try it."
SOURCE = "https://huggingface.co/docs/hub/spaces-config-reference"
HAS_WEIGHTS = True
NEEDS_BASE = False

STAGES = 6


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return why no page can hold this model; "" where one can."""
    return {"merged": merged, "adapter": adapter}[holds(config)].refusal(config)


def expected_bytes(amounts: Amounts, settings: Config) -> int:
    """Return about how large the page will be: the whole model in float32, or base and adapter apart."""
    if not amounts.base_bytes:
        return BYTES_A_WEIGHT * amounts.all_parameters + amounts.tokenizer_bytes + CARD_BYTES
    adapter_bytes = BYTES_A_WEIGHT * amounts.trained_parameters + amounts.tokenizer_bytes
    return amounts.base_bytes + adapter_bytes + CARD_BYTES


def fill(
    job: ExportJob,
    folder: Path,
    *,
    progress: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
) -> Parity | None:
    """Write the model, checked as any export is, and the page around it; then ask the page itself.

    None where it was stopped. Raises StudioError where page or files answer differently from the model.
    """
    from studio.exporters import space_app, weights  # torch: not before the first page

    (folder / MODEL).mkdir()
    asked: list[tuple[Question, Answered]] = []
    parity = weights.fill(
        holds(job.config),
        job,
        folder / MODEL,
        progress=lambda done, total, said: progress(done, STAGES, said),
        should_stop=should_stop,
        witness=lambda questions, answers: asked.extend(zip(questions, answers, strict=True)),
    )
    if parity is None or should_stop():
        return None
    progress(STAGES - 2, STAGES, "Writing the page")
    space_app.write(job, folder)
    progress(STAGES - 1, STAGES, "Asking the page")
    return parity if space_app.check(job, folder, asked, should_stop) else None
