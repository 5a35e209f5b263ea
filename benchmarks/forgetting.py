"""What the remedies against forgetting do: the same run without and with each, and what is left of the rest.

    python -m benchmarks.forgetting                          all remedies, on the sample `medical`
    python -m benchmarks.forgetting --sample support --rows 96

One round of LoRA with its default rate through the same rows of one sample. Learned: nats per token of the
answers of its held-out rows. Kept: on texts of `assets/probe`, which no run has seen, the perplexity beside
the untouched model's and KL(untouched || tuned) per token; on that model's own answers to instructions of
`assets/probe`, which are none of those for replay, the same KL. A replay takes further steps: its answers
come beside the rows. Prints the Markdown table of benchmarks/LOG.md.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.ground import ROOT, Ground, ground, machine
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio.core.examples import Example
    from studio.core.replies import Reply
    from studio.engine.preparation import Prepared

REMEDIES: dict[str, dict[str, float]] = {
    "none": {},
    "`base_kl` 0.1": {"base_kl": 0.1},
    "`base_kl` 1": {"base_kl": 1.0},
    "`replay_percent` 5": {"replay_percent": 5.0},
    "`replay_percent` 25": {"replay_percent": 25.0},
    "`base_kl` 1, `replay_percent` 25": {"base_kl": 1.0, "replay_percent": 25.0},
}
HEAD = (
    "| remedy | steps | seconds | held-out loss | perplexity of texts | KL, texts | KL, own answers |\n"
    "|---|---|---|---|---|---|---|"
)
TEXTS, LONGEST_TEXT, ASKED = 32, 96, 16
PROBE = ROOT / "assets" / "probe"


@dataclass(frozen=True)
class Rest:
    """What a model could do before: texts, and its own answers, both as examples."""

    texts: tuple[Example, ...]
    answers: tuple[Example, ...]


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--sample", default="medical")
    reader.add_argument("--rows", type=int, default=128)
    reader.add_argument("--held-out", type=int, default=64)
    reader.add_argument("--max-length", type=int, default=192)
    reader.add_argument("--only", nargs="+", choices=list(REMEDIES), default=list(REMEDIES))
    asked = reader.parse_args()
    prepare_process()
    print(f"{machine()}; {asked.sample}, {asked.rows} rows\n\n{HEAD}")
    land = ground(asked.sample, asked.rows)
    rest = Rest(_texts(land), _own_answers(land))
    replies, seconds = _replies(land, asked)
    print(_before(land, rest, asked))
    for name in asked.only:
        print(_line(name, land, rest, replies, asked), flush=True)
    print(f"\n{len(replies)} replies took {seconds:.0f} s")


def _texts(land: Ground) -> tuple[Example, ...]:
    from studio.core.records import Text
    from studio.engine.objectives import text

    lines = (PROBE / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    every = [json.loads(line)["text"] for line in lines]
    chosen = every[:: max(1, len(every) // TEXTS)][:TEXTS]
    return tuple(text.encode(Text(each), land.template, max_length=LONGEST_TEXT, row=1) for each in chosen)


def _own_answers(land: Ground) -> tuple[Example, ...]:
    from studio.engine.replay import usable, write_replies

    lines = (PROBE / "instructions.jsonl").read_text(encoding="utf-8").splitlines()
    every = [json.loads(line)["instruction"] for line in lines]
    group = tuple(every[:: max(1, len(every) // ASKED)][:ASKED])
    (found,) = write_replies(land.source, land.tokenizer, land.template, [group], lambda: False)
    return _examples(usable(found, land.template, max_length=LONGEST_TEXT * 2))


def _replies(land: Ground, asked: argparse.Namespace) -> tuple[tuple[Example, ...], float]:
    """Return as many as the remedy with the most of them needs, and how long they took to write."""
    from studio.core.replies import wanted
    from studio.engine.generate import PROMPTS_AT_ONCE
    from studio.engine.replay import reply_groups, usable, write_replies

    most = max(wanted(REMEDIES[name].get("replay_percent", 0.0), asked.rows) for name in asked.only)
    groups = reply_groups(land.template)[: -(-most // (PROMPTS_AT_ONCE - 2))]  # some may be too long
    began = time.monotonic()
    found = write_replies(land.source, land.tokenizer, land.template, groups, lambda: False)
    replies = [reply for group in found for reply in group] if most else []
    made = _examples(usable(replies, land.template, max_length=asked.max_length))
    assert len(made) >= most, "too few replies fit"
    return made, time.monotonic() - began


def _examples(found: Iterable[tuple[Reply, Example]]) -> tuple[Example, ...]:
    return tuple(example for _, example in found)


def _before(land: Ground, rest: Rest, asked: argparse.Namespace) -> str:
    loss = _loss(_prepared(land, {}, asked), _held_out(land, asked))
    return f"| the untouched model | | | {loss:.3f} | 1.000 | 0.000 | 0.000 |"


def _line(name: str, land: Ground, rest: Rest, replies: Sequence[Example], asked: argparse.Namespace) -> str:
    prepared = _prepared(land, REMEDIES[name], asked)
    steps, seconds = _train(prepared, land, replies, REMEDIES[name], asked)
    held_out = _loss(prepared, _held_out(land, asked))
    nats, on_texts = _apart(prepared, rest.texts)
    _, on_answers = _apart(prepared, rest.answers)
    return (
        f"| {name} | {steps} | {seconds:.0f} | {held_out:.3f} | {math.exp(nats):.3f} | {on_texts:.3f} "
        f"| {on_answers:.3f} |"
    )


def _prepared(land: Ground, knobs: dict[str, float], asked: argparse.Namespace) -> Prepared:
    from studio.core.config import RunConfig
    from studio.engine.preparation import prepare

    settings = {**knobs, "epochs": 1.0, "max_length": asked.max_length}
    return prepare(RunConfig("d", "1", knobs=settings), land.source, land.tokenizer)


def _train(
    prepared: Prepared,
    land: Ground,
    replies: Sequence[Example],
    knobs: dict[str, float],
    asked: argparse.Namespace,
) -> tuple[int, float]:
    """Take one round as a run does; return its steps and the seconds they took."""
    from studio.core.config import Optimisation
    from studio.core.replies import wanted
    from studio.engine.batches import rows_of_step
    from studio.engine.preparation import TOKENS_AT_ONCE
    from studio.engine.replay import Mixed
    from studio.engine.schedule import learning_rate, plan_steps
    from studio.engine.steps import take_step

    own = land.examples(land.training, asked.max_length)
    mixed = Mixed(own, replies[: wanted(knobs.get("replay_percent", 0.0), len(own))])
    settings = Optimisation(epochs=1.0)
    schedule, began = plan_steps(settings, len(mixed)), time.monotonic()
    step_of = partial(rows_of_step, rows=len(mixed), batch_size=settings.batch_size, seed=settings.seed)
    for step in range(schedule.steps):
        take_step(
            prepared.machinery,
            [mixed[row] for row in step_of(step)],
            learning_rate=learning_rate(step + 1, settings=settings, schedule=schedule),
            clip=settings.gradient_clip,
            token_budget=TOKENS_AT_ONCE[prepared.device],
            between=lambda: None,
        )
    return schedule.steps, time.monotonic() - began


def _held_out(land: Ground, asked: argparse.Namespace) -> tuple[Example, ...]:
    return land.examples(land.held_out[: asked.held_out], asked.max_length)


def _loss(prepared: Prepared, examples: Sequence[Example]) -> float:
    from studio.engine.preparation import TOKENS_AT_ONCE
    from studio.engine.steps import measure

    budget = TOKENS_AT_ONCE[prepared.device]
    return measure(prepared.machinery, examples, token_budget=budget, between=lambda: None)[0]


def _apart(prepared: Prepared, examples: Sequence[Example]) -> tuple[float, float]:
    """Return the nats by which the loss grew, and KL(untouched || tuned) by torch's function, per token."""
    import torch
    from torch.nn.functional import kl_div, nll_loss

    from studio.engine.batches import collate
    from studio.engine.losses import logits_where_learned

    model, grown, apart, tokens = prepared.machinery.model.eval(), 0.0, 0.0, 0
    with torch.no_grad():
        for example in examples:
            batch = collate([example]).to(prepared.device)
            tuned = logits_where_learned(model, batch).float().log_softmax(-1)
            with prepared.tuning.reference(model) as base:
                untouched = logits_where_learned(base, batch).float().log_softmax(-1)
            grown += nll_loss(tuned, batch.targets, reduction="sum").item()
            grown -= nll_loss(untouched, batch.targets, reduction="sum").item()
            apart += kl_div(tuned, untouched, log_target=True, reduction="sum").item()
            tokens += len(batch.targets)
    return grown / tokens, apart / tokens


if __name__ == "__main__":
    main()
