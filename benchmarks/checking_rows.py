"""The large files that the benchmark of checking is held on: made-up rows with 1 % of each kind of defect."""

import csv
import json
import random
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from benchmarks.defects_personal import SAID, told
from benchmarks.defects_planting import Change, contradicted, copied, emptied, words_changed
from benchmarks.defects_sets import Cells, Recombined
from benchmarks.defects_texts import control_token, echoed, foreign, hidden, insulted, misread, remnant

SHARE = 0.01
QUESTION_CHARACTERS, ANSWER_CHARACTERS = 75, 155
"""A few words more are written: 260 in all."""

IN_PLACE: tuple[Change, ...] = (
    emptied, control_token, misread, remnant, hidden, foreign, insulted, echoed, *map(told, SAID),
)  # fmt: skip
REMEMBERED = 2000


def rows_with_defects(seed: int = 1) -> Iterator[Cells]:
    """Yield rows without end."""
    source, words = random.Random(seed), Recombined()
    latest: deque[Cells] = deque(maxlen=REMEMBERED)
    while True:
        cells = words.row(source, QUESTION_CHARACTERS, ANSWER_CHARACTERS)
        for change in IN_PLACE:
            if source.random() < SHARE:
                cells = change(source, cells, latest or [cells]) or cells
        latest.append(cells)
        yield cells
        for change in (copied, _nearly_copied, contradicted):
            if source.random() < SHARE:
                earlier = latest[source.randrange(len(latest))]
                yield change(source, earlier, latest) or earlier


def _nearly_copied(source: random.Random, cells: Cells, rows: "deque[Cells]") -> Cells | None:
    changed = words_changed(cells["answer"] + " " + cells["question"], source, rows)
    return cells | {"answer": changed} if changed else None


def write_jsonl(path: Path, *, rows: int = 0, size: int = 0) -> None:
    """Write so many rows, or rows until the file has so many bytes."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for at, cells in enumerate(rows_with_defects(), start=1):
            line = json.dumps(cells, ensure_ascii=False) + "\n"
            file.write(line)
            written += len(line)
            if at == rows or (size and written >= size):
                return


def write_csv(path: Path, *, size: int) -> None:
    """Write rows until the file has so many bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["question", "answer"])
        writer.writeheader()
        for at, cells in enumerate(rows_with_defects(), start=1):
            writer.writerow(cells)
            if at % 1000 == 0 and file.tell() >= size:
                return
