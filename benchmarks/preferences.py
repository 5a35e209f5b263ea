"""Whether preferences are learned: how many held-out pairs, which no run saw, one gets right afterwards.

    python -m benchmarks.preferences                            DPO and the reward model, on the sample `wit`
    python -m benchmarks.preferences --only dpo kto --rows 0

The starter model and LoRA, default settings but for the step size; the rows of one sample, divided as the
studio divides them. For `kto` each answer of a pair is rated by itself. Right is: the better answer gained
more by tuning than the worse one (what DPO is trained on), a rated one more or less than other answers, or
has the higher reward. “Likelier” is another thing: whether the model would rather write the better answer.
Beside them stands how many pairs one gets right that takes the longer answer for the better one.
Prints the Markdown table of the README; intervals are Wilson's for 95 %.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.defects_measures import Share
from benchmarks.ground import machine
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerBase

    from studio.core.examples import Example
    from studio.core.records import SourcedRecord
    from studio.data.split import Split
    from studio.engine.preparation import Prepared
    from studio.engine.sources import ModelSource

RATES = {"dpo": 3e-4, "orpo": 3e-4, "simpo": 1e-4, "kto": 3e-4, "reward": 3e-4}
HEAD = (
    "| objective | rate | steps | seconds | held-out loss | right | margin | likelier before | after |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Land:
    """The starter model and the pairs in two parts."""

    source: ModelSource
    tokenizer: PreTrainedTokenizerBase
    parts: Split
    asked: argparse.Namespace


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--sample", default="wit")
    reader.add_argument("--held-out-percent", type=float, default=25.0)
    reader.add_argument("--rows", type=int, default=192, help="learn from so many; 0 from all")
    reader.add_argument("--rounds", type=float, default=1.0)
    reader.add_argument("--max-length", type=int, default=192)
    reader.add_argument("--only", nargs="+", choices=list(RATES), default=["dpo", "reward"])
    reader.add_argument("--rate", type=float, default=0.0, help="instead of each objective's own")
    asked = reader.parse_args()
    prepare_process()
    land = _land(asked)
    learned, held_out = len(land.parts.training), len(land.parts.held_out)
    print(f"{machine()}; {asked.sample}, {learned} pairs to learn from, {held_out} held out")
    print(f"the longer answer is the better one: {longer_is_better(land.parts.held_out)}\n\n{HEAD}")
    for name in asked.only:
        print(_line(name, land), flush=True)


def _land(asked: argparse.Namespace) -> Land:
    from studio.data.inspect import inspect
    from studio.data.samples import SAMPLES
    from studio.data.split import split
    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve

    records: list[SourcedRecord] = []
    inspect(SAMPLES[asked.sample].path, SAMPLES[asked.sample].file, sink=records)
    source = resolve("starter")
    parts = split(records, asked.held_out_percent, asked.rows)
    return Land(source, load_tokenizer(source), parts, asked)


def longer_is_better(pairs: Sequence[SourcedRecord]) -> str:
    """Return how many pairs one gets right that looks at nothing but the length."""
    from studio.core.records import Preference

    lengths = [
        (len(each.record.chosen), len(each.record.rejected))
        for each in pairs
        if isinstance(each.record, Preference)
    ]
    return Share(sum(chosen > rejected for chosen, rejected in lengths), len(lengths)).shown()


def _line(name: str, land: Land) -> str:
    prepared = _prepared(name, land)
    held_out = examples(name, land, land.parts.held_out)
    before = _likelier(name, land, prepared)
    first, _ = _look(prepared, held_out)
    learned = examples(name, land, land.parts.training)
    steps, seconds = _train(prepared, learned, rate=_rate(name, land), rounds=land.asked.rounds)
    last, measures = _look(prepared, held_out)
    right = Share(round(measures["accuracy"] * len(held_out)), len(held_out)).shown()
    after = _likelier(name, land, prepared)
    return (
        f"| `{name}` | {_rate(name, land):g} | {steps} | {seconds:.0f} | {first:.3f}, then {last:.3f} "
        f"| {right} | {measures['margin']:.2f} | {before} | {after} |"
    )


def _rate(name: str, land: Land) -> float:
    return land.asked.rate or RATES[name]


def _prepared(name: str, land: Land) -> Prepared:
    from studio.core.config import RunConfig
    from studio.engine.outputs import outputs_of
    from studio.engine.preparation import prepare

    knobs = {"max_length": land.asked.max_length}
    source = replace(land.source, labels=outputs_of(name, ()))
    return prepare(RunConfig("d", "1", objective=name, knobs=knobs), source, land.tokenizer)


def examples(name: str, land: Land, pairs: Sequence[SourcedRecord]) -> tuple[Example, ...]:
    """Return the pairs as tokens; where answers are rated one by one, each as two rows."""
    from studio.core.records import Preference, Rated
    from studio.data.templates import ChatTemplate
    from studio.engine.objectives import objective_named

    template = ChatTemplate(land.tokenizer)
    encode = partial(objective_named(name).encode, template=template, max_length=land.asked.max_length)
    found = []
    for each in pairs:
        assert isinstance(each.record, Preference)
        pair = each.record
        rated = (Rated(pair.prompt, pair.chosen, True), Rated(pair.prompt, pair.rejected, False))
        found += [encode(record, row=each.row) for record in (rated if name == "kto" else (pair,))]
    return tuple(found)


def _train(
    prepared: Prepared, examples: Sequence[Example], *, rate: float, rounds: float
) -> tuple[int, float]:
    """Take all rounds as a run does; return the steps and the seconds they took."""
    from studio.core.config import Optimisation
    from studio.engine.batches import rows_of_step
    from studio.engine.preparation import TOKENS_AT_ONCE
    from studio.engine.schedule import learning_rate, plan_steps
    from studio.engine.steps import take_step

    settings = Optimisation(epochs=rounds, learning_rate=rate)
    schedule, began = plan_steps(settings, len(examples)), time.monotonic()
    for step in range(schedule.steps):
        rows = rows_of_step(step, rows=len(examples), batch_size=settings.batch_size, seed=settings.seed)
        take_step(
            prepared.machinery,
            [examples[row] for row in rows],
            learning_rate=learning_rate(step + 1, settings=settings, schedule=schedule),
            clip=settings.gradient_clip,
            token_budget=TOKENS_AT_ONCE[prepared.device],
            between=lambda: None,
        )
    return schedule.steps, time.monotonic() - began


def _look(prepared: Prepared, examples: Sequence[Example]) -> tuple[float, dict[str, float]]:
    """Return the mean loss of the held-out rows, and what else the objective tells of them."""
    from studio.engine.held_out import mean_loss
    from studio.engine.preparation import TOKENS_AT_ONCE
    from studio.engine.steps import measure_parts

    budget = TOKENS_AT_ONCE[prepared.device]
    seen = measure_parts(prepared.machinery, examples, token_budget=budget, between=lambda: None)
    return mean_loss(seen.parts)[0], dict(seen.measures)


def _likelier(name: str, land: Land, prepared: Prepared) -> str:
    """Return of how many held-out pairs the better answer is the likelier; of a reward model nothing."""
    import torch

    from studio.data.packing import apart
    from studio.engine.batches import collate
    from studio.engine.log_probabilities import summed_by_row, token_log_probabilities

    if name == "reward":
        return ""
    model, hits = prepared.machinery.model.eval(), 0
    pairs = examples("dpo", land, land.parts.held_out)
    with torch.no_grad():
        for pair in pairs:
            batch = collate(apart(pair)).to(prepared.device)
            better, worse = summed_by_row(token_log_probabilities(model, batch), batch).tolist()
            hits += better > worse
    return Share(hits, len(pairs)).shown()


if __name__ == "__main__":
    main()
