"""All ways to tune the starter on one real set at equal budget: held-out loss, seconds, memory, size.

    python -m benchmarks.tunings                          every way
    python -m benchmarks.tunings --only lora ia3 --steps 16
    python -m benchmarks.tunings --only lora --rates 3e-4 1e-3 3e-3

Each way runs in a process of its own, so that its peak memory is its own. All take the same steps through the
same rows in the same order, each with its own rate; the loss is nats per learned token on rows that were
never trained on. Prints the Markdown table of the README.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.training import pairs
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from studio.core.examples import Example
    from studio.engine.preparation import Prepared
    from studio.engine.sources import ModelSource

ROOT = Path(__file__).parents[1]
HELD_OUT = 32
HEAD = (
    "| way to tune | rate | held-out loss before | after | seconds | peak memory | result |\n"
    "|---|---|---|---|---|---|---|"
)


def main() -> None:
    from studio.engine.tunings import TUNINGS

    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--only", nargs="+", choices=list(TUNINGS), default=list(TUNINGS))
    reader.add_argument("--rates", nargs="+", type=float, help="instead of the way's own rate")
    reader.add_argument("--model", default="starter")
    reader.add_argument("--rows", type=int, default=64)
    reader.add_argument("--steps", type=int, default=16)
    reader.add_argument("--max-length", type=int, default=384)
    reader.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.one:
        print(json.dumps(measure_one(asked)))
        return
    print(HEAD)
    for name in asked.only:
        for rate in asked.rates or [TUNINGS[name].LEARNING_RATE]:
            print(_line(name, rate, _in_own_process(name, rate, asked)), flush=True)


def _in_own_process(name: str, rate: float, asked: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.tunings", "--one", "--only", name, "--rates", str(rate)]
    for option in ("model", "rows", "steps", "max_length"):
        command += [f"--{option.replace('_', '-')}", str(getattr(asked, option))]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _line(name: str, rate: float, found: dict[str, float]) -> str:
    return (
        f"| `{name}` | {rate:g} | {found['before']:.3f} | {found['after']:.3f} | {found['seconds']:.0f} "
        f"| {found['peak'] / 1e9:.1f} GB | {found['bytes'] / 1e6:.2f} MB |"
    )


def measure_one(asked: argparse.Namespace) -> dict[str, float]:
    """Train one way and return its figures. The seconds are those of the steps alone."""
    prepare_process()
    from studio.core import system
    from studio.core.config import Optimisation, RunConfig
    from studio.engine.batches import rows_of_step
    from studio.engine.preparation import TOKENS_AT_ONCE, prepare
    from studio.engine.schedule import learning_rate, plan_steps
    from studio.engine.steps import take_step

    (name,), (rate,) = asked.only, asked.rates
    knobs = {"learning_rate": rate, "steps": asked.steps, "max_length": asked.max_length}
    config = RunConfig("d", "1", model=asked.model, tuning=name, knobs=knobs)
    source, tokenizer, training, held_out = _material(asked)
    system.reset_peak_memory()
    prepared = prepare(config, source, tokenizer)
    settings = config.part(Optimisation)
    schedule = plan_steps(settings, len(training))
    budget, before, seconds = TOKENS_AT_ONCE[prepared.device], _loss(prepared, held_out), 0.0
    for step in range(schedule.steps):
        rows = rows_of_step(step, rows=len(training), batch_size=settings.batch_size, seed=settings.seed)
        began = time.monotonic()
        take_step(
            prepared.machinery,
            [training[row] for row in rows],
            learning_rate=learning_rate(step + 1, settings=settings, schedule=schedule),
            clip=settings.gradient_clip,
            token_budget=budget,
            between=lambda: None,
        )
        seconds += time.monotonic() - began
    return {
        "before": before,
        "after": _loss(prepared, held_out),
        "seconds": seconds,
        "peak": prepared.peak_memory_bytes(),
        "bytes": 4 * prepared.trainable_parameters,
    }


def _material(
    asked: argparse.Namespace,
) -> tuple[ModelSource, PreTrainedTokenizerBase, list[Example], list[Example]]:
    """Return the model's files, its tokenizer, the rows to learn and those held out, which come first."""
    from studio.core.records import Completion
    from studio.data.templates import ChatTemplate
    from studio.engine.models import load_tokenizer
    from studio.engine.objectives import chat
    from studio.engine.sources import resolve

    source = resolve(asked.model)
    tokenizer = load_tokenizer(source)
    template = ChatTemplate(tokenizer)
    examples = [
        chat.encode(Completion(question, answer), template, max_length=asked.max_length, row=row)
        for row, (question, answer) in enumerate(pairs(asked.rows + HELD_OUT), start=1)
    ]
    telling = [example for example in examples if example.trained_tokens]
    return source, tokenizer, telling[HELD_OUT:], telling[:HELD_OUT]


def _loss(prepared: Prepared, examples: list[Example]) -> float:
    from studio.engine.preparation import TOKENS_AT_ONCE
    from studio.engine.steps import measure

    budget = TOKENS_AT_ONCE[prepared.device]
    return measure(prepared.machinery, examples, token_budget=budget, between=lambda: None)[0]


if __name__ == "__main__":
    main()
