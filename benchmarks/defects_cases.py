"""What is measured: every check with the defects that it is to find, in the order of the table."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.defects_measures import Line, Remark, Score, Target
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
from benchmarks.defects_sets import LABELLED, SETS, labelled_rows
from benchmarks.defects_special import (
    LOOKALIKES,
    TIMES_CHANCE,
    Files,
    beginning_alike,
    clean_text_left_alone,
    files,
    imbalanced,
    lookalikes,
    of_few_rows,
    wrong_labels,
)
from benchmarks.defects_texts import control_token, echoed, foreign, hidden, insulted, misread, remnant

Results = Iterable[Line | Remark]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured on its own. `check` chooses it, `results` takes the number of rounds."""

    name: str
    check: str
    results: Callable[[int], Results]


ALL = Target(1, 1)
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


def _case(case: Case, rounds: int) -> Results:
    return [Line(case.name, measure(case, rounds)[0], case.target)]


def _personal(name: str, kind: str, rounds: int) -> Results:
    """The look-alikes count as clean rows of every kind."""
    case = Case(name, "personal_data", Planting(told(kind)), kinds=(kind,))
    score = measure(case, rounds)[0] + Score(clean=LOOKALIKES, false=lookalikes().get(kind, 0))
    return [Line(name, score, PERSONAL.get(kind, Target(0, 0.95)))]


def _wrong_labels(name: str, rounds: int) -> Results:
    score = sum((wrong_labels(name, labelled_rows(name), rounds) for name in LABELLED), Score())
    return [Line(name, score, Target(times_chance=TIMES_CHANCE))]


def _clean_text(name: str, rounds: int) -> Results:
    """The same texts whatever the number of rounds."""
    alone = clean_text_left_alone()
    changed = alone.total - alone.hits
    said = f"{name}: the repair of letters changed {changed} of {alone.total:,}"
    return [Remark(said, (f"{changed} clean texts were changed",) * bool(changed))]


def _files(name: str, check: str, make: Files, rounds: int) -> Results:
    return [Line(name, files(check, make, rounds))]


WRONG, CLEAN = "wrong labels: the first k listed", "clean text of ten languages"


def _measures() -> Iterator[Measure]:
    for case in CASES:
        yield Measure(case.name, case.check, partial(_case, case))
    yield Measure(WRONG, "wrong_labels", partial(_wrong_labels, WRONG))
    for kind in SAID:
        name = f"personal data: {kind}"
        yield Measure(name, "personal_data", partial(_personal, name, kind))
    for name, check, make in FILES:
        yield Measure(name, check, partial(_files, name, check, make))
    yield Measure(CLEAN, "broken_decoding", partial(_clean_text, CLEAN))


MEASURES: dict[str, Measure] = {measure.name: measure for measure in _measures()}


def results_of(name: str, rounds: int) -> Results:
    """Measure one alone: what another process can be asked for by its name."""
    return list(MEASURES[name].results(rounds))
