"""What teaches most in two minutes: candidates for "Quick look" by their held-out loss after equal training.

    python -m benchmarks.quick_mode                                    every candidate, two samples
    python -m benchmarks.quick_mode --samples support --seconds 20 --only quick "in time"

Each candidate trains the starter with the studio's own loop in a process of its own. First a few steps of
each tell the paces, which wants a quiet machine for some minutes; then the schedule of each is stretched
over as many steps as fit into the time at its pace, so that the step size has fallen to its end when the
time is over. What they learn does not depend on what else runs meanwhile. `quick` is the recipe as it
ships, which ends by itself, early or late, like `one round`, from which the search began; `in time` is that
fitted to the time, and the others change one or two things of it. The seconds are those of the steps at the
candidate's pace: loading, and the looks at the held-out rows, are left out. Of a run counts its best point,
which is what the studio hands over; the loss is nats per token of the answers of the same held-out rows,
read whole.
LoRA has no knob for upper layers only, so depth is tried with `freeze`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.ground import WHOLE_TOKENS, ground, in_its_own_process, machine
from studio.core.events import Evaluated, Event, StepLogged
from studio.core.knobs import KnobValue
from studio.core.recipes import RECIPES
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from benchmarks.ground import Ground
    from studio.core.examples import Example

AS_SHIPPED = "quick"
BEGINNING: dict[str, KnobValue] = {
    "epochs": 1.0,
    "max_rows": 128,
    "evaluations": 2,
    "max_length": 384,
    "early_stop": True,
}
PACE_STEPS = 4
UNKNOWN = 0.0
LOOKS = 4
HEAD = (
    "| candidate | rows | rounds | steps | seconds | held-out loss before | after | best |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Candidate:
    """A tuning and what it sets beside `BEGINNING`; `fitted`: to the time."""

    tuning: str = "lora"
    knobs: Mapping[str, KnobValue] = field(default_factory=dict)
    fitted: bool = True


CANDIDATES: dict[str, Candidate] = {
    AS_SHIPPED: Candidate(knobs=RECIPES[AS_SHIPPED].knobs, fitted=False),
    "one round": Candidate(fitted=False),
    "in time": Candidate(),
    "rate 3e-4": Candidate(knobs={"learning_rate": 3e-4}),
    "rate 2e-3": Candidate(knobs={"learning_rate": 2e-3}),
    "rate 4e-3": Candidate(knobs={"learning_rate": 4e-3}),
    "rank 4": Candidate(knobs={"rank": 4, "alpha": 8.0}),
    "rank 64": Candidate(knobs={"rank": 64, "alpha": 128.0}),
    "DoRA": Candidate(knobs={"dora": True}),
    "batches of 4": Candidate(knobs={"batch_size": 4}),
    "batches of 4, 2e-3": Candidate(knobs={"batch_size": 4, "learning_rate": 2e-3}),
    "batches of 16": Candidate(knobs={"batch_size": 16}),
    "32 rows": Candidate(knobs={"max_rows": 32}),
    "64 rows": Candidate(knobs={"max_rows": 64}),
    "all rows": Candidate(knobs={"max_rows": 0}),
    "256 tokens": Candidate(knobs={"max_length": 256}),
    "512 tokens": Candidate(knobs={"max_length": 512}),
    "constant rate": Candidate(knobs={"schedule": "constant"}),
    "top 4 layers": Candidate("freeze", {"top_layers": 4}),
    "top 4 layers, 3e-4": Candidate("freeze", {"top_layers": 4, "learning_rate": 3e-4}),
    "top 10 layers": Candidate("freeze", {"top_layers": 10}),
    "top 10 layers, 3e-4": Candidate("freeze", {"top_layers": 10, "learning_rate": 3e-4}),
    "top 15 layers": Candidate("freeze", {"top_layers": 15}),
    "full": Candidate("full"),
    "bottleneck": Candidate("bottleneck"),
    "IA3": Candidate("ia3"),
    "prefix": Candidate("prefix"),
    "prompt": Candidate("prompt"),
}


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--samples", nargs="+", default=["support", "legal"])
    reader.add_argument("--only", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    reader.add_argument("--seconds", type=float, default=120.0)
    reader.add_argument("--one", choices=CANDIDATES, help=argparse.SUPPRESS)
    reader.add_argument("--pace", type=float, default=UNKNOWN, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.one:
        prepare_process()
        candidate, sample = CANDIDATES[asked.one], asked.samples[0]
        known = asked.pace != UNKNOWN
        print(json.dumps(measure(candidate, sample, asked) if known else {"pace": pace(candidate, sample)}))
        return
    print(f"{machine()}; {asked.seconds:.0f} s of training each", flush=True)
    runs = [(sample, name) for sample in asked.samples for name in asked.only]
    paces = {(sample, name): _in_a_process(sample, name)["pace"] for sample, name in runs}
    print(f"The paces are known: {time.strftime('%H:%M')}.", file=sys.stderr, flush=True)
    for sample in asked.samples:
        print(f"\n`{sample}`\n\n{HEAD}", flush=True)
        known = {name: paces[sample, name] for name in asked.only}
        _say_places(_compared(sample, known, asked.seconds))


def _in_a_process(sample: str, name: str, *words: str) -> dict[str, float]:
    return in_its_own_process("benchmarks.quick_mode", ["--one", name, "--samples", sample, *words])


def _compared(sample: str, paces: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Print a line for each candidate, and return their best losses."""
    best = {}
    for name, known in paces.items():
        found = _in_a_process(sample, name, "--seconds", str(seconds), "--pace", str(known))
        best[name] = found["best"]
        print(
            f"| {name} | {found['rows']} | {found['rounds']:.1f} | {found['steps']} | {found['seconds']:.0f} "
            f"| {found['before']:.3f} | {found['after']:.3f} | {found['best']:.3f} |",
            flush=True,
        )
    return best


def _say_places(best: dict[str, float]) -> None:
    ranked = sorted(best, key=best.__getitem__)
    print(f"\nLowest: {ranked[0]} with {best[ranked[0]]:.3f}.")
    for name in (AS_SHIPPED, "in time"):
        if name in best:
            print(f"`{name}` is number {ranked.index(name) + 1} of {len(ranked)}.")


def measure(candidate: Candidate, sample: str, asked: argparse.Namespace) -> dict[str, float]:
    """Train one candidate for `asked.seconds` at `asked.pace`, and return its figures."""
    knobs, rows, training = _ready(candidate, sample)
    if candidate.fitted:
        knobs |= {"early_stop": False, "evaluations": LOOKS}
        knobs["steps"] = steps_within(asked.seconds, asked.pace, knobs, training)
    held_out = rows.examples(rows.held_out, WHOLE_TOKENS)
    said = _trained(candidate.tuning, knobs, rows, training, held_out)
    steps = [event for event in said if isinstance(event, StepLogged)]
    before, *losses = (event.loss for event in said if isinstance(event, Evaluated))
    tokens = sum(event.tokens for event in steps)
    return {
        "rows": len(training),
        "rounds": tokens / sum(len(each.input_ids) for each in training),
        "steps": len(steps),
        "seconds": tokens / asked.pace,
        "before": before,
        "after": losses[-1],
        "best": min(losses),
    }


def pace(candidate: Candidate, sample: str) -> float:
    """Return the tokens a second of a few steps, without the first, which warms up."""
    knobs, rows, training = _ready(candidate, sample)
    knobs |= {"early_stop": False, "steps": PACE_STEPS}
    _, *steps = (
        event
        for event in _trained(candidate.tuning, knobs, rows, training, ())
        if isinstance(event, StepLogged)
    )
    return sum(event.tokens for event in steps) / sum(event.seconds for event in steps)


def _ready(candidate: Candidate, sample: str) -> tuple[dict[str, KnobValue], Ground, tuple[Example, ...]]:
    """Return the settings of a candidate, and the rows whole and as it learns them."""
    from studio.engine.step_size import usual_rate

    recipe = AS_SHIPPED if candidate is CANDIDATES[AS_SHIPPED] else ""
    rate = usual_rate("chat", candidate.tuning, recipe)
    knobs = {**BEGINNING, "learning_rate": rate, **candidate.knobs}
    rows = ground(sample, int(knobs["max_rows"]))
    return knobs, rows, rows.examples(rows.training, int(knobs["max_length"]))


def steps_within(
    seconds: float, pace: float, knobs: Mapping[str, KnobValue], training: tuple[Example, ...]
) -> int:
    """Return how many steps fit into the time at this pace: the rows of each are known beforehand."""
    from studio.core.config import Optimisation
    from studio.engine.batches import rows_of_step

    batch = int(knobs.get("batch_size", Optimisation().batch_size))
    left, steps = seconds * pace, 0
    while left > 0:
        chosen = rows_of_step(steps, rows=len(training), batch_size=batch, seed=Optimisation().seed)
        left -= sum(len(training[row].input_ids) for row in chosen)
        steps += left >= 0
    return max(1, steps)


def _trained(
    tuning: str,
    knobs: Mapping[str, KnobValue],
    rows: Ground,
    training: tuple[Example, ...],
    held_out: tuple[Example, ...],
) -> list[Event]:
    """Train with the studio's loop and return everything it said."""
    from studio.core.config import RunConfig
    from studio.engine.job import TrainingJob
    from studio.engine.loop import train
    from studio.store.checkpoints import Checkpoints

    said: list[Event] = []
    config = RunConfig("benchmark", "1", tuning=tuning, knobs=knobs)
    with tempfile.TemporaryDirectory() as folder:
        store = Checkpoints(Path(folder))
        job = TrainingJob(config, rows.source, rows.tokenizer, training, held_out, store, "benchmark")
        train(job, said.append, lambda: False)
    return said


if __name__ == "__main__":
    main()
