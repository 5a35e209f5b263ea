"""Answers to the exam's questions: many at once as the exam writes them, beside one by one.

    python -m benchmarks.answers
    python -m benchmarks.answers --rows 48 --tokens 64 --at-once 8 16 32

The starter answers held-back questions of the support sample, greedily and with a cache of keys and values:
`generate` of transformers for each question by itself, and the groups of like length of the exam. Both end at
the token that ends an answer and at the same number of tokens. Contestants take turns with a few questions
each, so that a changing pace of the machine meets all alike. Tokens are those of the answers.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from benchmarks.training import pairs
from studio.core.records import Completion, SourcedRecord
from studio.core.system import prepare_process
from studio.data.templates import ChatTemplate
from studio.engine.device import choose_device
from studio.engine.generate import write_group
from studio.engine.models import load_model, load_tokenizer
from studio.engine.objectives import chat
from studio.engine.sources import resolve
from studio.evaluation.questions import questions

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Prompts = list[list[int]]


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--rows", type=int, default=64)
    reader.add_argument("--tokens", type=int, default=64, help="an answer has at most so many")
    reader.add_argument("--at-once", type=int, nargs="+", default=[16])
    asked = reader.parse_args()
    prepare_process()
    model, tokenizer, prompts = starter_and_prompts(asked.rows)
    contestants: dict[str, Callable[[Prompts], int]] = {
        "one by one": lambda given: one_by_one(model, given, tokenizer.eos_token_id, asked.tokens)
    }
    for size in asked.at_once:
        contestants[f"{size} at once"] = lambda given, size=size: sum(
            written.tokens
            for at in range(0, len(given), size)
            for written in write_group(
                model, tokenizer, given, range(at, min(at + size, len(given))), asked.tokens
            )
        )
    show(measure(contestants, prompts, max(asked.at_once)), len(prompts))


def measure(
    contestants: dict[str, Callable[[Prompts], int]], prompts: Prompts, turn: int
) -> dict[str, tuple[int, float]]:
    """Return tokens and seconds of each, `turn` questions at a time."""
    found = dict.fromkeys(contestants, (0, 0.0))
    for start in range(0, len(prompts), turn):
        for name, write in contestants.items():
            began = time.monotonic()
            tokens = write(prompts[start : start + turn])
            found[name] = (found[name][0] + tokens, found[name][1] + time.monotonic() - began)
    return found


def show(found: dict[str, tuple[int, float]], questions: int) -> None:
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, {questions} questions\n")
    print("| answers | tokens | seconds | tokens/s | against one by one |\n|---|---|---|---|---|")
    tokens, seconds = found["one by one"]
    alone = tokens / seconds
    for name, (tokens, seconds) in found.items():
        pace = tokens / seconds
        print(f"| {name} | {tokens:,} | {seconds:.0f} | {pace:.0f} | {pace / alone:.1f} x |")


def starter_and_prompts(rows: int) -> tuple["PreTrainedModel", "PreTrainedTokenizerBase", Prompts]:
    """Return the model, its tokenizer and prompts sorted by length, as the exam asks them."""
    source, choice = resolve("starter"), choose_device()
    tokenizer = load_tokenizer(source)
    records = [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(pairs(rows), start=1)]
    asked = questions(records, chat, ChatTemplate(tokenizer))
    model = load_model(source, dtype=choice.torch_dtype, device=choice.device).eval()
    return model, tokenizer, sorted((list(question.prompt) for question in asked), key=len)


@torch.inference_mode()
def one_by_one(model: "PreTrainedModel", prompts: Prompts, end: int, most: int) -> int:
    """Return how many tokens `generate` wrote, greedily and with its cache, the end of each among them."""
    tokens = 0
    for prompt in prompts:
        given = torch.tensor([prompt], device=model.device)
        written = model.generate(
            given,
            attention_mask=torch.ones_like(given),
            do_sample=False,
            max_new_tokens=most,
            eos_token_id=end,
            pad_token_id=end,
        )
        tokens += written.shape[1] - len(prompt)
    return tokens


if __name__ == "__main__":
    main()
