"""One set with its planted defects through one check, and what comes of it as a score."""

import json
import random
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path

from benchmarks.defects_measures import NO_TARGET, Score, Target
from benchmarks.defects_planting import Planting, Row
from benchmarks.defects_sets import SETS, Cells, question_rows
from studio.data.checks import Finding
from studio.data.readers import read_table
from studio.data.reading import reading_of
from studio.data.row_pass import ROWS_TO_GUESS_FROM, Conditions, RowPass
from studio.data.templates import ChatTemplate

RATES = (0.0, 0.005, 0.02, 0.1)
QUESTIONS = {"input": "question", "output": "answer"}
LABELS = {"text": "text", "label": "label"}
LIMIT_TOKENS = 512
NEED_A_MODEL = {"lengths", "control_tokens"}

Named = Mapping[str, Sequence[int]]
"""The rows that a check names, counted from 0 and in its order, by kind of finding."""


@dataclass(frozen=True, slots=True)
class Case:
    """One check with one kind of defect. `kinds`: which findings count, all where it is empty.

    `rows_of` gives the clean rows of a set by its name.
    """

    name: str
    check: str
    planting: Planting
    target: Target = NO_TARGET
    sets: tuple[str, ...] = SETS
    kinds: tuple[str, ...] = ()
    mapping: Mapping[str, str] | None = None
    rows_of: Callable[[str], list[Cells]] = question_rows

    def named(self, rows: Iterable[Cells]) -> set[int]:
        found = named(self.check, rows, self.mapping or QUESTIONS)
        return {
            at for kind, numbers in found.items() if not self.kinds or kind in self.kinds for at in numbers
        }


@cache
def starter_template() -> ChatTemplate:
    from studio.engine.models import load_tokenizer
    from studio.engine.sources import resolve

    return ChatTemplate(load_tokenizer(resolve("starter")))


def named(check: str, rows: Iterable[Cells], mapping: Mapping[str, str]) -> Named:
    """Return which rows a check names."""
    found: dict[str, list[int]] = {}
    for finding in findings(check, rows, mapping):
        found.setdefault(finding.kind, []).extend(number - 1 for number in finding.rows)
    return found


def findings(check: str, rows: Iterable[Cells], mapping: Mapping[str, str]) -> list[Finding]:
    """Write the rows as a file and read it as the studio does, with this check alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        return findings_in(path, (check,), mapping)


def findings_in(path: Path, checks: Sequence[str], mapping: Mapping[str, str]) -> list[Finding]:
    """Read a file as the studio does, with these checks alone."""
    table = read_table(path, path.name)
    first = tuple(islice(table.rows, ROWS_TO_GUESS_FROM))
    template = starter_template() if NEED_A_MODEL.intersection(checks) else None
    conditions = Conditions(max_length=LIMIT_TOKENS)
    reading = reading_of(table, first, mapping)
    row_pass = RowPass(table, reading, conditions, template=template, checks=checks)
    row_pass.go(chain(first, table.rows), None, path.stat().st_size)
    return [found for watch in row_pass.checkup.watches.values() for found in watch.findings()]


def measure(case: Case, rounds: int) -> tuple[Score, dict[str, set[int]]]:
    """Return the score over sets, rates and rounds, and the rows of each clean set that were named before."""
    score, before = Score(), {}
    for name in case.sets:
        rows = case.rows_of(name)
        before[name] = case.named(rows)
        score += Score(named_before=len(before[name]))
        for rate in RATES:
            for turn in range(rounds if rate else 1):
                source = random.Random(f"{case.name} {name} {rate} {turn}")
                wanted = max(1, round(rate * len(rows))) if rate else 0
                planted = case.planting.into(rows, wanted, source, before[name])
                score += _score(planted, case.named(row.cells for row in planted), before[name])
    return score, before


def _score(rows: Sequence[Row], found: set[int], before: set[int]) -> Score:
    planted = {at for at, row in enumerate(rows) if row.is_planted}
    clean = {at for at, row in enumerate(rows) if not row.is_planted and row.origin not in before}
    return Score(len(planted), len(planted & found), len(clean), len(clean & found))
