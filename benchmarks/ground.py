"""Level ground for comparing what was learned: the same rows to learn from and held out, one measure.

The rows of a sample are divided as the studio divides them by default; the held-out ones are read whole, so
that no contestant is measured on less of them because it trains on shorter examples.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedTokenizerBase

    from studio.core.examples import Example
    from studio.core.records import SourcedRecord
    from studio.data.templates import ChatTemplate
    from studio.engine.sources import ModelSource

ROOT = Path(__file__).parents[1]
WHOLE_TOKENS = 2048
"""No row of a sample is longer."""


@dataclass(frozen=True)
class Ground:
    """The starter model, and the rows of one sample in two parts."""

    source: ModelSource
    tokenizer: PreTrainedTokenizerBase
    template: ChatTemplate
    training: tuple[SourcedRecord, ...]
    held_out: tuple[SourcedRecord, ...]

    def examples(self, records: tuple[SourcedRecord, ...], max_length: int) -> tuple[Example, ...]:
        """Return rows as tokens; rows of which nothing would be learned at this length are left out."""
        from studio.engine.objectives import chat

        read = (
            chat.encode(each.record, self.template, max_length=max_length, row=each.row) for each in records
        )
        return tuple(example for example in read if example.trained_tokens)


def ground(sample: str, max_rows: int = 0) -> Ground:
    """Return the rows of a sample; `max_rows` draws so many to learn from, as a recipe does; 0 takes all."""
    from studio.core.config import DataSettings
    from studio.data.inspect import inspect
    from studio.data.samples import SAMPLES
    from studio.data.split import split
    from studio.data.templates import ChatTemplate
    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve

    records: list[SourcedRecord] = []
    inspect(SAMPLES[sample].path, SAMPLES[sample].file, sink=records)
    parts = split(records, DataSettings().held_out_percent, max_rows)
    source = resolve("starter")
    tokenizer = load_tokenizer(source)
    return Ground(source, tokenizer, ChatTemplate(tokenizer), parts.training, parts.held_out)


def answer_loss(model: nn.Module, examples: tuple[Example, ...]) -> float:
    """Return the mean nats per token of the answers, taken row by row in 32 bits with plain transformers."""
    import torch
    from torch.nn.functional import cross_entropy

    model.float().eval()
    nats = tokens = 0.0
    with torch.no_grad():
        for example in examples:
            logits = model(input_ids=torch.tensor([example.input_ids])).logits[0, :-1]  # (T - 1, V)
            following = torch.tensor(example.labels[1:])  # -100 where nothing is learned
            nats += cross_entropy(logits, following, reduction="sum").item()
            tokens += (following != -100).sum().item()
    return nats / tokens


def in_its_own_process(module: str, words: list[str]) -> dict[str, float]:
    """Run one contestant with memory and threads of its own; its last line of output is its result."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def machine() -> str:
    return f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores"
