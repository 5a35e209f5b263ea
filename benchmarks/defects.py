"""What the checks find of the defects that a seeded script plants, and what they name that is none.

    python -m benchmarks.defects [--rounds 5]

Defects are planted at 0, 0.5, 2 and 10 % of the rows into the four shipped samples and a made-up set, the
rows are written to a file, and the file is read and checked as the studio does it. Scores are pooled over
sets, rates and rounds. A clean row that was named before anything was planted counts as neither; the table
says how many there are. Ends with 1 where a target of the issue is missed.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator

from benchmarks.defects_measures import HEADER, Line, Score, Target
from benchmarks.defects_parts import (
    in_two_parts,
    leaked,
    lengthened,
    nearly_leaked,
    nearly_too_long,
    rows_nearly_leaked,
)
from benchmarks.defects_personal import SAID, told
from benchmarks.defects_planting import Planting, contradicted, copied, emptied, misspelt, nearly_copied
from benchmarks.defects_runs import LABELS, QUESTIONS, Case, measure
from benchmarks.defects_sets import SETS, labelled_rows
from benchmarks.defects_special import (
    LABELLED,
    LOOKALIKES,
    beginning_alike,
    clean_text_left_alone,
    files,
    imbalanced,
    lookalikes,
    of_few_rows,
    wrong_labels,
)
from benchmarks.defects_texts import control_token, echoed, foreign, hidden, insulted, misread, remnant

ALL = Target(1, 1)
TIMES_CHANCE = 5
PROSE = tuple(name for name in SETS if name != "code")
"""HTML in a row that is a program is its subject, and is not named."""

TEMPLATED = ("legal",)
"""In the sample of licences all of a row but the licence's name is a template: that name alone tells a copy
with a few words changed from the row of another licence. Also shown by itself, without a target."""

_PARTS = QUESTIONS | {"split": "split"}
_PARTED = ("exact", "near")

CASES = (
    Case("empty cells and placeholders", "incomplete", Planting(emptied), ALL),
    Case("exact copies", "duplicates", Planting(copied, copies=True), ALL),
    Case("near copies", "near_duplicates", Planting(nearly_copied, copies=True), Target(0.98, 0.98)),
    Case("near copies in a file of one template", "near_duplicates", Planting(nearly_copied, copies=True),
         sets=TEMPLATED),
    Case("conflicting answers", "conflicts", Planting(contradicted, copies=True, both=True),
         Target(0.98, 0.95)),
    Case("label spellings", "label_spellings", Planting(misspelt), sets=LABELLED, mapping=LABELS,
         rows_of=labelled_rows),
    Case("too long: cut", "lengths", Planting(lengthened("answer")), ALL, kinds=("cut",),
         rows_of=nearly_too_long),
    Case("too long: nothing left", "lengths", Planting(lengthened("question")), ALL, kinds=("nothing_left",),
         rows_of=nearly_too_long),
    Case("control tokens", "control_tokens", Planting(control_token), ALL),
    Case("leakage, the same question", "leakage", Planting(leaked, copies=True), Target(0.98), kinds=_PARTED,
         rows_of=in_two_parts, mapping=_PARTS),
    Case("leakage, nearly the same", "leakage", Planting(nearly_leaked, copies=True), Target(0.98),
         kinds=_PARTED, rows_of=in_two_parts, mapping=_PARTS),
    Case("leakage, nearly the same row", "leakage", Planting(rows_nearly_leaked, copies=True), Target(0.98),
         kinds=_PARTED, rows_of=in_two_parts, mapping=_PARTS),
    Case("broken letters", "broken_decoding", Planting(misread), Target(0.95)),
    Case("HTML remnants", "html_remnants", Planting(remnant), sets=PROSE),
    Case("invisible, bidi, look-alikes", "invisible", Planting(hidden)),
    Case("another language", "languages", Planting(foreign)),
    Case("toxic words", "toxic", Planting(insulted)),
    Case("answer in the question", "echo", Planting(echoed)),
)  # fmt: skip

PERSONAL = {
    "card": Target(0.98, 0.95),
    "iban": Target(0.98, 0.95),
    "national_id": Target(0.98, 0.95),
    "phone": Target(0.95, 0.95),
}
FILES = (
    ("imbalance (files)", "imbalance", imbalanced),
    ("openings alike (files)", "constant_prefix", beginning_alike),
    ("too few rows (files)", "too_few", of_few_rows),
)


def personal_lines(rounds: int) -> Iterator[Line]:
    """The look-alikes count as clean rows of every kind."""
    false = lookalikes()
    for kind in SAID:
        case = Case(f"personal data: {kind}", "personal_data", Planting(told(kind)), kinds=(kind,))
        score, _ = measure(case, rounds)
        score += Score(clean=LOOKALIKES, false=false.get(kind, 0))
        yield Line(case.name, score, PERSONAL.get(kind, Target(0, 0.95)))


def lines(rounds: int) -> Iterator[Line]:
    for case in CASES:
        yield Line(case.name, measure(case, rounds)[0], case.target)
    yield from personal_lines(rounds)
    for name, check, make in FILES:
        yield Line(name, files(check, make, rounds))


def told_apart(rounds: int) -> Iterator[tuple[str, str]]:
    """Return what the table has no column for, each with what is missed."""
    score, times = wrong_labels(rounds)
    said = f"wrong labels: of the first k rows listed, k as many as were planted ({score.planted:,}), "
    said += f"{score.precision.shown()} were planted: {times:.1f} x chance (asked for: {TIMES_CHANCE} x)"
    missed = f"wrong labels: {times:.1f} x chance is below {TIMES_CHANCE} x"
    yield said, missed * (times < TIMES_CHANCE)
    alone = clean_text_left_alone()
    changed = alone.total - alone.hits
    said = f"clean text of ten languages: the repair of letters changed {changed} of {alone.total:,}"
    yield said, f"{changed} clean texts were changed" * bool(changed)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores; {rounds} rounds\n\n{HEADER}")
    missed = []
    for line in lines(rounds):
        print(line.markdown(), flush=True)
        missed += line.missed
    print()
    for said, problem in told_apart(rounds):
        print(f"- {said}", flush=True)
        missed += [problem] * bool(problem)
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
