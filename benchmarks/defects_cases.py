"""What is measured: every check with the defects that it is to find, in the order of the table."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.defects_broken import Broken
from benchmarks.defects_files import FILE_CASES, FileCase
from benchmarks.defects_judged import JUDGED_CASES, JUDGED_FILES
from benchmarks.defects_measures import NO_TARGET, Line, Remark, Score, Target
from benchmarks.defects_notations import (
    CSV,
    JSON,
    JSONL,
    QUOTED,
    conversations,
    cut,
    in_conversation,
    left_open,
    miscounted,
    mistyped,
    named_twice,
    nulled,
    out_of_order,
    said_nothing,
    spoken_by_nobody,
    spoken_twice,
)
from benchmarks.defects_parts import (
    in_two_parts,
    leaked,
    lengthened,
    nearly_leaked,
    nearly_too_long,
    rows_nearly_leaked,
)
from benchmarks.defects_personal import SAID, told
from benchmarks.defects_planting import (
    Planting,
    contradicted,
    copied,
    emptied,
    misspelt,
    nearly_copied,
    nearly_relabelled,
    relabelled,
)
from benchmarks.defects_runs import LABELS, QUESTIONS, Case, measure
from benchmarks.defects_sets import LABELLED, LONG_LABELLED, SETS, labelled_rows, long_labelled_rows
from benchmarks.defects_special import (
    LOOKALIKES,
    TIMES_CHANCE,
    clean_text_left_alone,
    lookalikes,
    wrong_labels,
)
from benchmarks.defects_split import Bound, by_copy, by_group
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
    Case("conflicting labels", "conflicts", Planting(relabelled, copies=True, both=True), Target(0.98, 0.95),
         sets=LABELLED, mapping=LABELS, rows_of=labelled_rows),
    Case("conflicting labels, nearly the same text", "conflicts",
         Planting(nearly_relabelled, copies=True, both=True), sets=LONG_LABELLED, mapping=LABELS,
         rows_of=long_labelled_rows),
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
_CHAT = {"messages": "messages"}

BROKEN = (
    Broken("half-cut rows, JSONL", "unusable", cut, JSONL),
    Broken("too few or too many cells, CSV", "unusable", miscounted, CSV),
    Broken("quotation marks never closed, CSV", "unusable", left_open, QUOTED),
    Broken("something else than text, JSONL", "unusable", mistyped, JSONL),
    Broken("a key twice, JSONL", "unusable", named_twice, JSONL),
    Broken("a key twice, JSON", "unusable", named_twice, JSON),
    Broken("no or null cells, JSONL", "incomplete", nulled, JSONL),
    Broken("unknown roles", "unusable", in_conversation(spoken_by_nobody), JSONL, conversations, _CHAT),
    Broken("two turns of one side", "unusable", in_conversation(spoken_twice), JSONL, conversations, _CHAT),
    Broken("turns out of order", "unusable", in_conversation(out_of_order), JSONL, conversations, _CHAT),
    Broken("null or empty turns", "incomplete", in_conversation(said_nothing), JSONL, conversations, _CHAT),
)
BOUND = (
    Bound("split: the same question on one side", by_copy(contradicted), Target(1)),
    Bound("split: near copies on one side", by_copy(nearly_copied), Target(0.98)),
    Bound("split: rows of one group on one side", by_group, Target(1)),
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


WRONG, CLEAN = "wrong labels: the first k listed", "clean text of ten languages"


def _line(case: Broken | Bound | FileCase, target: Target, rounds: int) -> Results:
    return [Line(case.name, case.measure(rounds), target)]


def _measures() -> Iterator[Measure]:
    for broken in BROKEN:
        yield Measure(broken.name, broken.check, partial(_line, broken, NO_TARGET))
    for case in (*CASES, *JUDGED_CASES):
        yield Measure(case.name, case.check, partial(_case, case))
    yield Measure(WRONG, "wrong_labels", partial(_wrong_labels, WRONG))
    for bound in BOUND:
        yield Measure(bound.name, "split", partial(_line, bound, bound.target))
    for kind in SAID:
        name = f"personal data: {kind}"
        yield Measure(name, "personal_data", partial(_personal, name, kind))
    for file_case in (*FILE_CASES, *JUDGED_FILES):
        yield Measure(file_case.name, file_case.check, partial(_line, file_case, NO_TARGET))
    yield Measure(CLEAN, "broken_decoding", partial(_clean_text, CLEAN))


MEASURES: dict[str, Measure] = {measure.name: measure for measure in _measures()}


def results_of(name: str, rounds: int) -> Results:
    """Measure one alone: what another process can be asked for by its name."""
    return list(MEASURES[name].results(rounds))
