"""How soon first findings on a large file are on the screen, in a studio that was opened a moment ago.

    python -m benchmarks.checking_first [--megabytes 200]

The same rows in every kind of file. For each a process of its own opens a studio, which begins to load the
heavy packages, and hands it the file at once; the clock stops when the upload's view has first findings. The
copy of the file into the home is in it, the start of Python and the way through the browser are not.
"""

import argparse
import csv
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as pq
import xlsxwriter

from benchmarks.checking import FIRST_SECONDS
from benchmarks.checking_rows import rows_with_defects
from studio.services.studio import Studio

DIFFERENT_ROWS = 20_000
ROW_BYTES = 280
MOST_SHEET_ROWS = 200_000
"""Of the workbook: it takes a minute to write."""

Row = dict[str, str]


def rows(number: int) -> Iterator[Row]:
    """Yield rows that differ in their number at least."""
    known = list(islice(rows_with_defects(), DIFFERENT_ROWS))
    for at in islice(count(), number):
        cells = known[at % len(known)]
        yield {"question": f"{cells['question']} {at}", "answer": cells["answer"]}


def write_csv(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["question", "answer"])
        writer.writeheader()
        writer.writerows(rows(number))


def write_jsonl(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(number))


def dump(path: Path, value: object, indent: int | None = None) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=indent)


def columns(number: int) -> dict[str, list[str]]:
    pairs = [(row["question"], row["answer"]) for row in rows(number)]
    return {name: [pair[at] for pair in pairs] for at, name in enumerate(("question", "answer"))}


def write_parquet(path: Path, number: int) -> None:
    pq.write_table(arrow.table(columns(number)), path)


def write_sheet(path: Path, number: int) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["question", "answer"])
        for at, row in enumerate(rows(min(number, MOST_SHEET_ROWS)), 1):
            sheet.write_row(at, 0, row.values())


def write_gzip(path: Path, number: int) -> None:
    with gzip.open(path, "wt", compresslevel=3, encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(number))


def write_zip(path: Path, number: int) -> None:
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
    with packed as archive, archive.open("rows.jsonl", "w", force_zip64=True) as file:
        for row in rows(number):
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


KINDS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "rows.csv": ("CSV", write_csv),
    "rows.jsonl": ("JSONL", write_jsonl),
    "list.json": ("JSON, a list in one line", lambda path, number: dump(path, list(rows(number)))),
    "pretty.json": ("JSON, pretty-printed", lambda path, number: dump(path, list(rows(number)), indent=2)),
    "wrapped.json": (
        "JSON, rows under a key",
        lambda path, number: dump(path, {"version": 1, "data": list(rows(number))}),
    ),
    "columns.json": ("JSON, by columns", lambda path, number: dump(path, columns(number))),
    "rows.parquet": ("Parquet", write_parquet),
    "rows.xlsx": ("Excel", write_sheet),
    "rows.jsonl.gz": ("JSONL, gzip", write_gzip),
    "rows.zip": ("JSONL, zip", write_zip),
}


def first_seconds(path: Path) -> tuple[float, int]:
    """Return the seconds until a studio that was just opened shows first findings, and on how many rows."""
    with tempfile.TemporaryDirectory(dir=path.parent) as home:
        studio = Studio(Path(home))
        studio.open()
        began = time.perf_counter()
        upload = studio.start_upload(path, path.name)
        while (view := studio.upload(upload)).partial is None and view.state == "reading":
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        studio.stop_upload(upload)
        studio.close()
    if view.state == "failed":
        raise SystemExit(f"{path.name}: {view.error}")
    return seconds, view.partial.total if view.partial is not None else view.rows


def in_its_own_process(path: Path) -> tuple[float, int]:
    command = [sys.executable, "-m", "benchmarks.checking_first", "--one", str(path)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    seconds, on_rows = json.loads(done.stdout.splitlines()[-1])
    return seconds, on_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(first_seconds(chosen.one)))
        return
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores\n")
    print("| file | MB | first findings after | on rows |\n|---|---|---|---|")
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.kinds:
            title, write = KINDS[name]
            path = Path(folder) / name
            write(path, chosen.megabytes * 1_000_000 // ROW_BYTES)
            seconds, on_rows = in_its_own_process(path)
            print(
                f"| {title} | {path.stat().st_size / 1e6:.0f} | {seconds:.1f} s | {on_rows:,} |", flush=True
            )
            path.unlink()
            if seconds > FIRST_SECONDS:
                missed.append(f"{title}: {seconds:.1f} s")
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
