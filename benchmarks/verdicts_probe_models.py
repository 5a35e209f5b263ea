"""Tiny models whose outcome is known by construction: on them the probe's lights are judged."""

import copy
import json
import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.faults_model import write_model
from benchmarks.ground import ROOT

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from studio.core.examples import Example
    from studio.data.templates import ChatTemplate

LETTERS, ROWS, FRESH = 64, 16, 150
PROBED = 48
"""Rows of the training that are probed where there are more: none said by heart of 16 would prove nothing."""
BASE_STEPS, TUNING_STEPS = 300, 80
WAYS = {
    "gentle": "20 steps on fresh English at a low rate",
    "drilled": f"{TUNING_STEPS} rounds over {ROWS} answers of nonsense",
    "passed": f"one round over {TUNING_STEPS * ROWS:,} answers of nonsense, none seen twice",
    "replayed": f"{TUNING_STEPS} rounds over {ROWS} answers of nonsense, English mixed in",
}


@dataclass(frozen=True)
class Scene:
    """What all models have in common."""

    base: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    template: "ChatTemplate"
    english: tuple[str, ...]


@dataclass(frozen=True)
class Tuned:
    """A tuned model, the rows it saw last and rows it never saw."""

    model: "PreTrainedModel"
    rows: "tuple[Example, ...]"
    fresh: "tuple[Example, ...]"


def scene(folder: Path) -> Scene:
    """Return a tiny model that has learned a little English."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from studio.data.templates import ChatTemplate

    write_model(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    sample = ROOT / "assets" / "samples" / "gnome_help_support.jsonl"
    answers = [json.loads(line)["answer"] for line in sample.read_text(encoding="utf-8").splitlines()]
    whole = " ".join(" ".join(answers).split()).encode("ascii", "ignore").decode()
    english = tuple(whole[at : at + LETTERS] for at in range(0, len(whole) - LETTERS, LETTERS))
    found = Scene(model, tokenizer, ChatTemplate(tokenizer), english)
    draw = random.Random("base")
    learn(model, (texts(found, draw.sample(english, 16)) for _ in range(BASE_STEPS)), rate=3e-3)
    return found


def texts(found: Scene, passages: Sequence[str], most: int = 96) -> "tuple[Example, ...]":
    from studio.core.records import Text
    from studio.data.tokens import encode_text

    return tuple(
        encode_text(Text(each), found.template, most, at) for at, each in enumerate(passages, start=1)
    )


def nonsense(found: Scene, draw: random.Random, count: int) -> "tuple[Example, ...]":
    """Return rows whose answers nobody can guess."""
    from studio.core.records import Completion
    from studio.engine.objectives import chat

    words = ["".join(draw.choices(string.ascii_lowercase + " ", k=40)) for _ in range(count)]
    return tuple(
        chat.encode(Completion(word[:6].strip() or "x", word[6:]), found.template, max_length=256, row=row)
        for row, word in enumerate(words, start=1)
    )


def learn(model: "PreTrainedModel", batches: "Iterator[tuple[Example, ...]]", *, rate: float) -> None:
    import torch

    from studio.engine.batches import collate
    from studio.engine.losses import next_token_loss

    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0)
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss, tokens = next_token_loss(model, collate(batch))
        (loss / tokens).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    model.eval()


def tune(found: Scene, way: str, seed: int) -> Tuned:
    """Return the model as it becomes in one of the ways."""
    draw = random.Random(f"{way}/{seed}")
    model = copy.deepcopy(found.base)
    rows, fresh = nonsense(found, draw, ROWS), nonsense(found, draw, FRESH)
    if way == "gentle":
        english = texts(found, draw.sample(found.english, 20 * 16 + FRESH))
        learn(model, (english[at : at + 16] for at in range(0, 320, 16)), rate=1e-4)
        return Tuned(model, english[:PROBED], english[320:])
    if way == "passed":
        many = [nonsense(found, draw, ROWS) for _ in range(TUNING_STEPS)]
        learn(model, iter(many), rate=3e-3)
        return Tuned(model, tuple(chain(*many))[-PROBED:], fresh)
    drills: Iterator[tuple[Example, ...]] = (rows for _ in range(TUNING_STEPS))
    if way == "replayed":
        drills = ((*rows, *texts(found, draw.sample(found.english, 48))) for _ in range(TUNING_STEPS))
    learn(model, drills, rate=1e-2 if way == "drilled" else 5e-3)
    return Tuned(model, rows, fresh)
