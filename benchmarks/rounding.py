"""What each form of numbers of a GGUF file changes: by transformers, and by llama.cpp where it is installed.

    python -m benchmarks.rounding                            the starter, tuned with LoRA, every form
    python -m benchmarks.rounding --forms f16 q8_0 --steps 60

Prints a Markdown table. The bounds of the tick are in studio/exporters/llama/bounds.py.
"""

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ground import machine
from benchmarks.training import pairs
from studio.core.system import prepare_process
from studio.core.words import size
from studio.exporters.gguf import BITS
from studio.exporters.llama.bounds import LARGEST_DIVERGENCE, LEAST_SAME
from studio.services.studio import Studio
from studio.services.views import Duty

HEAD = (
    "| numbers | file | answers equal | same next word likeliest | divergence, nats "
    "| largest logit difference | seconds | tick | also |\n|---|---|---|---|---|---|---|---|---|"
)
ENDED = ("finished", "failed", "stopped", "interrupted")


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--forms", nargs="+", choices=list(BITS), default=list(BITS))
    reader.add_argument("--model", default="starter")
    reader.add_argument("--steps", type=int, default=30)
    reader.add_argument("--rows", type=int, default=80)
    asked = reader.parse_args()
    prepare_process()
    print(
        f"{machine()}; the tick up to {LARGEST_DIVERGENCE:g} nats and from {LEAST_SAME:.0%}\n\n{HEAD}",
        flush=True,
    )
    with TemporaryDirectory() as place:
        studio = Studio(Path(place) / "home")
        studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
        try:
            run = _trained(studio, _table(Path(place) / "support.csv", asked.rows), asked)
            for form in asked.forms:
                print(_line(studio, run, form), flush=True)
        finally:
            studio.close()


def _table(file: Path, rows: int) -> Path:
    with file.open("w", newline="", encoding="utf-8") as opened:
        lines = csv.writer(opened)
        lines.writerow(["question", "answer"])
        lines.writerows(pairs(rows))
    return file


def _trained(studio: Studio, table: Path, asked: argparse.Namespace) -> str:
    dataset = studio.add_dataset(table, table.name).id
    knobs = {"steps": asked.steps, "batch_size": 2, "evaluations": 1, "max_length": 128}
    run = studio.start(studio.plan(dataset, "quick", model=asked.model, tuning="lora", knobs=knobs))
    _wait(lambda: studio.run(run).status in ENDED)
    assert studio.run(run).status == "finished", studio.run(run).verdict.sentence
    return run


def _ended(studio: Studio, run: str, job: str) -> tuple[str, float]:
    """Wait for a job; return how it ended, and the seconds since it was asked for."""
    began = time.monotonic()

    def status() -> str:
        return next((each.status for each in studio.run(run).jobs if each.id == job), "")

    _wait(lambda: status() in ENDED)
    return status(), time.monotonic() - began


def _wait(over: Callable[[], bool]) -> None:
    while not over():
        time.sleep(0.1)


def _line(studio: Studio, run: str, form: str) -> str:
    status, seconds = _ended(studio, run, studio.start_export(run, "gguf", settings={"gguf_type": form}))
    made = next((each for each in studio.exports(run) if each.kind == "gguf"), None)
    if status != "finished" or made is None or made.parity is None:
        said = next((each.message for each in studio.run(run).jobs[::-1]), "")
        return f"| `{form}` | {status}: {said} | | | | | {seconds:.0f} | | |"
    parity, whole = made.parity, next(each.bytes for each in made.files if each.name.endswith(".gguf"))
    return (
        f"| `{form}` | {size(whole)} | {parity.equal_answers} of {parity.prompts} | {parity.same_next:.1%} "
        f"| {parity.divergence:.2g} | {parity.max_logit_difference:.2g} | {seconds:.0f} "
        f"| {'yes' if parity.passed else 'no'} | {parity.also} |"
    )


if __name__ == "__main__":
    main()
