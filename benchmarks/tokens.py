"""Rows to tokens: how fast, how much memory, and whether training costs more where there are more rows.

    python -m benchmarks.tokens [--rows 1000000] [--few 10000] [--steps 12]

Made-up rows of 260 characters are turned into tokens of the starter model, written as a run writes them;
then a second process takes them from the cache, and a third trains with LoRA (batches of 8) on them. All of
it for `--few` rows and for `--rows`, each in a process of its own. Reading and dividing the rows is left out.
Memory for the tokens is what making them added to the process; the peak is that of training.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from array import array
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.checking_rows import rows_with_defects
from studio.core import system

if TYPE_CHECKING:
    from studio.services.training import Material
    from studio.store.token_files import TokenFile

ROOT = Path(__file__).parents[1]
HELD_OUT, WARM_UP = 64, 3
STAGES = ("make", "again", "train")
HEAD = (
    "| rows | tokens | made in | rows/s | memory for it | from the cache in "
    "| training: seconds per 1,000 tokens | peak memory |\n|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--rows", type=int, default=1_000_000)
    reader.add_argument("--few", type=int, default=10_000)
    reader.add_argument("--steps", type=int, default=12, help=f"of training, the first {WARM_UP} not timed")
    reader.add_argument("--one", choices=STAGES, help=argparse.SUPPRESS)
    reader.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.one:
        print(json.dumps(_stage(asked)))
        return
    print(HEAD)
    for rows in (asked.few, asked.rows):
        with tempfile.TemporaryDirectory() as folder:
            write_rows(Path(folder) / "records.jsonl", rows)
            found = {stage: _in_own_process(stage, rows, Path(folder), asked.steps) for stage in STAGES}
        print(line(rows, found), flush=True)


def write_rows(path: Path, rows: int) -> None:
    """Write records as a data set's version holds them; rows without question or answer are not kept."""
    from studio.core.records import Completion, SourcedRecord
    from studio.store.records import write_records

    usable = (cells for cells in rows_with_defects() if cells["question"] and cells["answer"])
    records = (Completion(cells["question"], cells["answer"]) for cells in islice(usable, rows))
    write_records(path, (SourcedRecord(row, record) for row, record in enumerate(records, start=1)))


def line(rows: int, found: dict[str, dict[str, float]]) -> str:
    """Return a line of the table."""
    made, again, trained = (found[stage] for stage in STAGES)
    return (
        f"| {rows:,} | {made['tokens']:,} | {made['seconds']:.1f} s | {rows / made['seconds']:,.0f} "
        f"| {made['added'] / 1e6:.0f} MB | {again['seconds']:.2f} s "
        f"| {1000 * trained['seconds'] / trained['tokens']:.2f} | {trained['peak'] / 1e9:.2f} GB |"
    )


def _in_own_process(stage: str, rows: int, folder: Path, steps: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.tokens", "--one", stage, "--folder", str(folder)]
    command += ["--rows", str(rows), "--steps", str(steps)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _stage(asked: argparse.Namespace) -> dict[str, float]:
    system.prepare_process()
    gathered = _gathered(asked.folder / "records.jsonl", asked.rows, asked.steps)
    gathered.template.tokenizer.encode("warm")
    system.reset_peak_memory()
    before, began = system.process_memory_bytes(), time.perf_counter()
    tokens = _tokens(gathered, asked.folder / "tokens")
    seconds = time.perf_counter() - began
    if asked.one == "train":
        return _train(gathered, tokens, asked.folder)
    return {
        "seconds": seconds,
        "added": system.peak_memory_bytes() - before,
        "tokens": (asked.folder / "tokens").joinpath(*_entry(asked.folder), "ids.bin").stat().st_size // 4,
    }


def _entry(folder: Path) -> tuple[str, ...]:
    return tuple(each.name for each in (folder / "tokens").iterdir())


def _gathered(path: Path, rows: int, steps: int) -> "Material":
    """Return what a run on these rows is made of; the first rows are held out."""
    from studio.core.config import RunConfig
    from studio.data.templates import ChatTemplate
    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve
    from studio.services.setting_aside import Parts
    from studio.services.training import Material
    from studio.store.files import digest
    from studio.store.records import ChosenRecords, RecordFile

    source, records = resolve("starter"), RecordFile(path)
    tokenizer = load_tokenizer(source)
    places = array("Q", range(rows))
    parts = Parts(ChosenRecords(records, places[HELD_OUT:]), ChosenRecords(records, places[:HELD_OUT]))
    config = RunConfig("d", "0" * 12, knobs={"steps": steps, "evaluations": 1, "max_length": 512})
    return Material(config, source, tokenizer, ChatTemplate(tokenizer), digest(path), parts)


def _tokens(gathered: "Material", folder: Path) -> "TokenFile":
    from studio.engine.weight_files import never
    from studio.services.tokenising import Watch, tokens_of
    from studio.store.token_cache import TokenCache

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    found = tokens_of(gathered, TokenCache(folder), watch=Watch(say, never, lambda event: None))
    assert found is not None
    return found


def _train(gathered: "Material", file: "TokenFile", folder: Path) -> dict[str, float]:
    from studio.core.events import StepLogged
    from studio.engine.job import TrainingJob
    from studio.engine.loop import train
    from studio.store.checkpoints import Checkpoints
    from studio.store.token_files import Tokens

    said: list[Any] = []
    (folder / "run").mkdir()
    job = TrainingJob(
        config=gathered.config,
        source=gathered.source,
        tokenizer=gathered.tokenizer,
        training=Tokens(file).of_records(gathered.parts.training.places),
        held_out=Tokens(file).of_records(gathered.parts.held_out.places),
        checkpoints=Checkpoints(folder / "run"),
        worker="benchmark",
    )
    train(job, said.append, lambda: False)
    steps = [event for event in said if isinstance(event, StepLogged)][WARM_UP:]
    return {
        "seconds": sum(step.seconds for step in steps),
        "tokens": sum(step.tokens for step in steps),
        "peak": said[-1].peak_memory_bytes,
    }


if __name__ == "__main__":
    main()
