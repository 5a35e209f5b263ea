"""Should one fine-tune at all: the other ways to answer the same rows, with what each of them takes."""

from collections.abc import Iterator

from studio.core.bake_off import BakeOff, Cost
from studio.core.exam import Exam
from studio.core.measures import MEASURES
from studio.core.words import decimals, duration, listed, size
from studio.evaluation.advice import advise, deciding_measure
from studio.evaluation.arms import ARMS, instructed
from studio.exporters.facts import RunFacts
from studio.exporters.report import markup
from studio.exporters.report.markup import not_measured, paragraph, quoted, section, shown, table
from studio.exporters.report.results import earlier, score, verdict_word

NAME, TITLE = "arms", "Should one fine-tune at all?"
HOW = (
    "To measure it: “Should you fine-tune at all?” in the Compare step, or "
    f"`python -m studio exam RUN --arms {' '.join(ARMS)}`."
)
SHOWN = 3
"""So many metrics: the one that the ways are ranked by, then others in the exam's own order."""


def arms(facts: RunFacts) -> str:
    """Return the bake-off; where none was held, how to hold it."""
    exam = facts.exam
    if exam is None or exam.bake_off is None:
        return section(NAME, TITLE, not_measured("Not measured.", HOW))
    found = exam.bake_off
    return section(NAME, TITLE, earlier(facts), _advice(exam, found), _table(exam, found), _given(found))


def title(arm: str, found: BakeOff) -> str:
    """Return the name of a way, and whether it read the user's instruction too, as markup."""
    also = found.prompt.strip() and arm != "prompt" and instructed(arm)
    return f"{shown(ARMS[arm].TITLE)}{'<small>and your instructions</small>' if also else ''}"


def _advice(exam: Exam, found: BakeOff) -> str:
    """Return what the screen says of it too: tuning beside the best way that leaves the model untouched."""
    said = advise(exam, found)
    if said is None:
        return paragraph("No way beside training was measured on a metric that all of them have.")
    return markup.verdict(said)


def _names(exam: Exam) -> list[str]:
    """Return the metrics that all ways have, the deciding one first."""
    common = set.intersection(*(set(scores) for scores in exam.arms.values()))
    named = [name for name in exam.arms["base"] if name in common and name in MEASURES]
    first = deciding_measure(exam.arms)
    return sorted(named, key=lambda name: name != first)


def _table(exam: Exam, found: BakeOff) -> str:
    names = [name for name in _names(exam) if MEASURES[name].better is not None][:SHOWN]
    columns = ("Way to answer", *(MEASURES[name].title for name in names))
    rows = (_row(arm, names, exam, found) for arm in exam.arms)
    costs = ("Seconds per answer", "Preparation", "Largest memory", "Words read (tokens)")
    taken = ((title(arm, found), *_cost(found.costs[arm])) for arm in exam.arms if arm in found.costs)
    note = paragraph(found.memory_measured, "small") if found.memory_measured else ""
    return (
        table("Quality of each way", columns, rows)
        + table("What each way takes", ("Way to answer", *costs), taken)
        + note
    )


def _row(arm: str, names: list[str], exam: Exam, found: BakeOff) -> Iterator[str]:
    yield title(arm, found)
    for name in names:
        change = found.against_base.get(arm, {}).get(name)
        word = f" {verdict_word(change)}" if change else ""
        yield f"{score(MEASURES[name], exam.arms[arm][name])}{word}"


def _cost(cost: Cost) -> tuple[str, ...]:
    memory = size(cost.peak_memory_bytes) if cost.peak_memory_bytes else "not told"
    preparation = duration(cost.preparation_seconds) if cost.preparation_seconds else "–"
    return (decimals(cost.seconds_per_answer, 2), preparation, memory, decimals(cost.prompt_tokens, 0))


def _given(found: BakeOff) -> str:
    instruction = f"<h3>The instruction</h3>{quoted(found.prompt)}" if found.prompt.strip() else ""
    looked_up = f"Looked up in the training rows and in {listed(found.documents)}." if found.documents else ""
    return instruction + (paragraph(looked_up) if looked_up else "")
