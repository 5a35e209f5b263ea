"""Every export that holds weights, of every tuning: whether it answers as in the studio, and how large it is.

    python -m benchmarks.parity                              the starter, every tuning and kind
    python -m benchmarks.parity --tunings lora --kinds merged onnx

A few steps on the support sample, so that the weights are tuned ones; then each export as a person asks for
it, by the worker. Prints a Markdown table: the parity test of the export itself, the size that was told
before beside the true one, the seconds, and the most memory that the process held while it was made.
"""

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ground import machine
from benchmarks.training import pairs
from studio.core.system import peak_memory_bytes, prepare_process, reset_peak_memory
from studio.core.words import size
from studio.engine.tunings import TUNINGS
from studio.exporters import EXPORTERS
from studio.exporters.job import LARGEST_LOGIT_DIFFERENCE
from studio.services.studio import Studio
from studio.services.views import Duty

KINDS = [kind for kind, exporter in EXPORTERS.items() if exporter.HAS_WEIGHTS]
HEAD = (
    "| tuning | export | answers equal | largest logit difference | told | files | seconds | peak memory |\n"
    "|---|---|---|---|---|---|---|---|"
)
ENDED = ("finished", "failed", "stopped", "interrupted")


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--tunings", nargs="+", choices=list(TUNINGS), default=list(TUNINGS))
    reader.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    reader.add_argument("--model", default="starter")
    reader.add_argument("--steps", type=int, default=4)
    reader.add_argument("--rows", type=int, default=40)
    asked = reader.parse_args()
    prepare_process()
    print(f"{machine()}; a logit may differ by {LARGEST_LOGIT_DIFFERENCE:g}\n\n{HEAD}", flush=True)
    with TemporaryDirectory() as place:
        studio = Studio(Path(place) / "home")
        studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
        try:
            dataset = studio.add_dataset(_table(Path(place) / "support.csv", asked.rows), "support.csv").id
            for tuning in asked.tunings:
                run = _trained(studio, dataset, tuning, asked)
                for kind in asked.kinds:
                    print(_line(studio, run, tuning, kind), flush=True)
                studio.delete_run(run)
        finally:
            studio.close()


def _table(file: Path, rows: int) -> Path:
    with file.open("w", newline="", encoding="utf-8") as opened:
        lines = csv.writer(opened)
        lines.writerow(["question", "answer"])
        lines.writerows(pairs(rows))
    return file


def _trained(studio: Studio, dataset: str, tuning: str, asked: argparse.Namespace) -> str:
    knobs = {"steps": asked.steps, "batch_size": 2, "evaluations": 1, "max_length": 128}
    config = studio.plan(dataset, "quick", model=asked.model, tuning=tuning, knobs=knobs)
    run = studio.start(config)
    _wait(lambda: studio.run(run).status in ENDED)
    found = studio.run(run)
    assert found.status == "finished", f"{tuning}: {found.verdict.sentence}"
    return run


def _line(studio: Studio, run: str, tuning: str, kind: str) -> str:
    told = studio.export_sizes(run).get(kind)
    if told is None:
        return f"| `{tuning}` | `{kind}` | {EXPORTERS[kind].refusal(studio.run(run).config)} |  |  |  |  |  |"
    reset_peak_memory()
    job, began = studio.start_export(run, kind), time.monotonic()

    def status() -> str:
        return next((each.status for each in studio.run(run).jobs if each.id == job), "")

    _wait(lambda: status() in ENDED)
    seconds = time.monotonic() - began
    made = next((each for each in studio.exports(run) if each.kind == kind), None)
    if made is None or made.parity is None:
        return f"| `{tuning}` | `{kind}` | {status()} |  | {size(told)} |  | {seconds:.0f} |  |"
    parity, files = made.parity, sum(file.bytes for file in made.files)
    return (
        f"| `{tuning}` | `{kind}` | {parity.equal_answers} of {parity.prompts} "
        f"| {parity.max_logit_difference:.1g} | {size(told)} | {size(files)} | {seconds:.0f} "
        f"| {size(peak_memory_bytes())} |"
    )


def _wait(over: Callable[[], bool]) -> None:
    while not over():
        time.sleep(0.1)


if __name__ == "__main__":
    main()
