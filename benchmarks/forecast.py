"""The forecast beside the truth: memory and time of short runs, foreseen by a rehearsal and then measured.

    python -m benchmarks.forecast [--only NAME ...] [--steps 12]

Each run has a home of its own. A first process rehearses, as an idle studio does; a second trains with the
command line, which writes what was foreseen beside what it took. `memory` is the peak of the process that
trains, `time` from its first word to its last, loading the model included. Prints a line for each run, then
the median of the errors and the largest.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.training import pairs
from studio.core.system import prepare_process

ROOT = Path(__file__).parents[1]
ROWS, HELD_OUT_PERCENT = 96, 12.0
LONG = 6
"""So many answers of the sample make a long one."""
HEAD = (
    "| run | memory foreseen | took | error | time foreseen | took | error |\n|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Setting:
    """One run: a way to tune, a model, and rows that are short or long."""

    tuning: str
    model: str = "starter"
    rows: str = "short"
    objective: str = "chat"
    knobs: dict[str, int | float] = field(default_factory=dict)


SETTINGS = {
    "lora": Setting("lora"),
    "lora, batch 2": Setting("lora", knobs={"batch_size": 2}),
    "lora, long": Setting("lora", rows="long", knobs={"max_length": 1024, "batch_size": 4}),
    "lora, cut at 128": Setting("lora", knobs={"max_length": 128}),
    "full": Setting("full"),
    "full, long": Setting("full", rows="long", knobs={"batch_size": 4}),
    "qlora": Setting("qlora"),
    "freeze": Setting("freeze", knobs={"batch_size": 16}),
    "prefix": Setting("prefix", knobs={"batch_size": 4}),
    "bottleneck": Setting("bottleneck", rows="long", knobs={"batch_size": 2}),
    "ia3": Setting("ia3"),
    "small, lora": Setting("lora", model="small"),
    "small, full": Setting("full", model="small", knobs={"batch_size": 32}),
    "small, full, long": Setting("full", model="small", rows="long", knobs={"max_length": 1024}),
}


@dataclass(frozen=True)
class Outcome:
    """What was foreseen and what a run took; the time foreseen is the middle of its range."""

    memory_foreseen: float
    memory: float
    seconds_foreseen: float
    seconds: float

    @property
    def memory_error(self) -> float:
        """Return how far off it was, of the truth: 0.1 is 10 % too much."""
        return self.memory_foreseen / self.memory - 1

    @property
    def time_error(self) -> float:
        return self.seconds_foreseen / self.seconds - 1


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--only", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    reader.add_argument("--steps", type=int, default=12)
    reader.add_argument("--rehearse", type=Path, metavar="HOME", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.rehearse:
        print(rehearse(asked.rehearse, SETTINGS[asked.only[0]], asked.steps))
        return
    print(HEAD)
    found = []
    for name in asked.only:
        with tempfile.TemporaryDirectory() as home:
            found.append(measure(name, Path(home), asked.steps))
        print(line(name, found[-1]), flush=True)
    print("\n".join(summary(found)))


def line(name: str, found: Outcome) -> str:
    """Return a line of the table."""
    return (
        f"| {name} | {found.memory_foreseen / 1e9:.2f} GB | {found.memory / 1e9:.2f} GB "
        f"| {found.memory_error:+.0%} | {found.seconds_foreseen:.0f} s | {found.seconds:.0f} s "
        f"| {found.time_error:+.0%} |"
    )


def summary(found: list[Outcome]) -> Iterator[str]:
    """Yield a sentence on memory and one on time. The largest factor is that of the worse direction."""
    for what, errors in (
        ("memory", [each.memory_error for each in found]),
        ("time", [each.time_error for each in found]),
    ):
        median = statistics.median(map(abs, errors))
        factor = max(max(1 + error, 1 / (1 + error)) for error in errors)
        yield f"{what}: median error {median:.0%}, worst off by {factor:.2f} times, {len(errors)} runs"


def measure(name: str, home: Path, steps: int) -> Outcome:
    """Rehearse and train in processes of their own."""
    command = [sys.executable, "-m", "benchmarks.forecast", "--rehearse", str(home), "--only", name]
    config = _said([*command, "--steps", str(steps)])
    studio = [sys.executable, "-m", "studio", "--home", str(home), "--json"]
    run = json.loads(_said([*studio, "train", config]))["run"]
    shown = json.loads(_said([*studio, "show", run]))
    foreseen = shown["forecast"]
    between = (foreseen["seconds_low"] * foreseen["seconds_high"]) ** 0.5
    return Outcome(foreseen["memory_bytes"], shown["peak_memory_bytes"], between, shown["seconds"])


def _said(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def rehearse(home: Path, setting: Setting, steps: int) -> Path:
    """Add the rows, rehearse the run, and return the file of its description."""
    prepare_process()
    from studio.core.config import to_dict
    from studio.services.rehearsals import Rehearsals
    from studio.services.studio import Studio
    from studio.store.home import Home

    table, studio = home / "rows.jsonl", Studio(home)
    table.write_text("".join(json.dumps(row) + "\n" for row in rows(setting.rows)), encoding="utf-8")
    model = setting.model if setting.model == "starter" else str(small_model(home / "small"))
    knobs: dict[str, Any] = {
        "steps": steps,
        "evaluations": 1,
        "held_out_percent": HELD_OUT_PERCENT,
        **setting.knobs,
    }
    config = studio.plan(
        studio.add_dataset(table, table.name).id,
        model=model,
        objective=setting.objective,
        tuning=setting.tuning,
        knobs=knobs,
    )
    rehearsals = Rehearsals(Home(home))
    rehearsals.ask(config)
    rehearsals.do_next(lambda: False)
    path = home / "config.json"
    path.write_text(json.dumps(to_dict(config)), encoding="utf-8")
    return path


def rows(which: str) -> list[dict[str, str]]:
    """Return rows of the sample, for `long` with several answers in one."""
    found = pairs(ROWS)
    if which == "long":
        answers = [answer for _, answer in found]
        found = [
            (question, "\n\n".join((answers * 2)[at : at + 1 + at % LONG]))
            for at, (question, _) in enumerate(found)
        ]
    return [{"question": question, "answer": answer} for question, answer in found]


def small_model(folder: Path) -> Path:
    """Write a model of 21 million random weights that has the starter's tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve

    tokenizer = load_tokenizer(resolve("starter"))
    torch.manual_seed(0)
    shape = {"hidden_size": 320, "intermediate_size": 960, "num_hidden_layers": 6, "num_attention_heads": 5}
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            num_key_value_heads=5,
            max_position_embeddings=2048,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            **shape,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    main()
