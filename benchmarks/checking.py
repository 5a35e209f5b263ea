"""How fast a large file is checked, and in how much memory.

    python -m benchmarks.checking [--rows 1000000] [--pace-rows 50000]
    python -m benchmarks.checking --reading-only

Rows of 260 characters, made of runs of words of the samples, with 1 % of each kind of defect. A process of
its own inspects the file as an upload does: all checks, the starter model's lengths, the records written to
the disk. Then each check goes alone over fewer rows. `--reading-only` reads 1 GB of JSONL and of CSV into
records instead. Seconds of a check are those of the processor, for a machine that does other things as well.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

from benchmarks.checking_rows import write_csv, write_jsonl
from studio.core import system
from studio.core.records import SourcedRecord
from studio.data.checks import CHECKS, Scene, Seen
from studio.data.first_findings import first_findings
from studio.data.formats.cells import RowProblem
from studio.data.inspect import Conditions, inspect
from studio.data.readers import read_table
from studio.data.reading import reading_of
from studio.data.templates import ChatTemplate
from studio.store.records import RecordWriter

MAX_LENGTH = 512
FIRST_SECONDS, ALL_SECONDS, CHECKED_BYTES, READ_BYTES = 3, 360, 2_000_000_000, 1_000_000_000
"""What the issue asks for; the seconds are for 1,000,000 rows."""
BYTES_TO_READ = 1_000_000_000


def checked(path: Path) -> dict[str, Any]:
    """Inspect the file as an upload does; return seconds, bytes and what was found."""
    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve

    tokenizer = load_tokenizer(resolve("starter"))
    before = system.process_memory_bytes()
    began, processor = time.perf_counter(), time.process_time()
    first_findings(path, path.name)
    first = time.perf_counter() - began
    writer = RecordWriter(path.with_suffix(".records"))
    conditions = Conditions(tokenizer, MAX_LENGTH)
    report = inspect(path, path.name, sink=writer, conditions=conditions).report
    writer.close()
    return {
        "rows": report.total,
        "first_seconds": first,
        "seconds": time.perf_counter() - began,
        "processor_seconds": time.process_time() - processor,
        "peak_bytes": system.peak_memory_bytes(),
        "before_bytes": before,
        "found": {f"{issue.check} {issue.kind}"[:60]: issue.count for issue in report.issues},
    }


def records_of(path: Path) -> Iterator[SourcedRecord]:
    """Yield what the rows become, those that are set aside left out."""
    table = read_table(path, path.name)
    first = tuple(islice(table.rows, 200))
    reading = reading_of(table, first, {"input": "question", "output": "answer"})
    for row in chain(first, table.rows):
        with suppress(RowProblem):
            yield reading.record(row)


def read(path: Path) -> dict[str, Any]:
    """Read the file into records and keep none."""
    began = time.perf_counter()
    rows = sum(1 for _ in records_of(path))
    return {"rows": rows, "seconds": time.perf_counter() - began, "peak_bytes": system.peak_memory_bytes()}


def paces(path: Path) -> dict[str, float]:
    """Return the processor's seconds of each check alone, findings included; of all rows together."""
    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve

    template = ChatTemplate(load_tokenizer(resolve("starter")))
    began = time.process_time()
    records = list(records_of(path))
    found = {"reading": time.process_time() - began}
    for name, module in CHECKS.items():
        watch = module.begin(Scene(template, MAX_LENGTH, "pairs"))
        seen = [Seen(index, record) for index, record in enumerate(records)]
        began = time.process_time()
        for each in seen:
            watch.see(each)
        watch.findings()
        found[name] = time.process_time() - began
    return found


TASKS: dict[str, Callable[[Path], dict[str, Any]]] = {"checked": checked, "read": read, "paces": paces}


def in_its_own_process(task: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.checking", "--one", task, "--file", str(path)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    return json.loads(done.stdout.splitlines()[-1])


def check_files(rows: int, pace_rows: int, folder: Path) -> list[str]:
    """Print what checking takes; return what is missed."""
    path = folder / "rows.jsonl"
    write_jsonl(path, rows=rows)
    result = in_its_own_process("checked", path)
    print(
        f"{result['rows']:,} rows ({path.stat().st_size / 1e6:.0f} MB): first findings after "
        f"{result['first_seconds']:.1f} s, all after {result['seconds']:.0f} s (of the processor "
        f"{result['processor_seconds']:.0f} s); at most {result['peak_bytes'] / 1e9:.2f} GB, of which "
        f"{result['before_bytes'] / 1e9:.2f} GB were taken before by Python and the tokenizer\n"
    )
    print(
        "found: " + ", ".join(f"{name.strip()} {count:,}" for name, count in result["found"].items()) + "\n"
    )
    write_jsonl(path, rows=pace_rows)
    found = in_its_own_process("paces", path)
    print(f"| check | processor seconds for {pace_rows:,} rows |\n|---|---|")
    for name, seconds in sorted(found.items(), key=lambda item: -item[1]):
        print(f"| {name} | {seconds:.2f} |")
    print(f"| all | {sum(found.values()):.2f} |")
    asked = (
        ("first findings, seconds", result["first_seconds"], FIRST_SECONDS),
        ("all findings, seconds", result["seconds"], ALL_SECONDS * max(1, rows / 1_000_000)),
        ("memory, bytes", result["peak_bytes"], CHECKED_BYTES),
    )
    return [f"{what}: {value:,.1f} of {most:,}" for what, value, most in asked if value > most]


def read_files(folder: Path) -> list[str]:
    missed = []
    print("| 1 GB of | rows | seconds | most memory |\n|---|---|---|---|")
    for name, write in (("rows.jsonl", write_jsonl), ("rows.csv", write_csv)):
        path = folder / name
        write(path, size=BYTES_TO_READ)
        result = in_its_own_process("read", path)
        path.unlink()
        print(
            f"| {name} | {result['rows']:,} | {result['seconds']:.0f} | {result['peak_bytes'] / 1e9:.2f} GB |"
        )
        if result["peak_bytes"] > READ_BYTES:
            missed.append(f"{name}: {result['peak_bytes'] / 1e9:.2f} GB")
    return missed


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pace-rows", type=int, default=50_000)
    parser.add_argument("--reading-only", action="store_true")
    parser.add_argument("--one", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        print(json.dumps(TASKS[chosen.one](chosen.file)))
        return
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        missed = (
            read_files(place) if chosen.reading_only else check_files(chosen.rows, chosen.pace_rows, place)
        )
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
