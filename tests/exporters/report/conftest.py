"""The facts of one run that learned to answer and of one that learned to sort, as their folders tell them."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.cleaning import Step
from studio.core.config import RunConfig
from studio.core.events import Evaluated, Recorded, RunFinished, RunStarted, StepLogged, Warned
from studio.core.exam import ClassScores, Difference, Exam, ExamRow, Score
from studio.core.foreseen import Foreseen
from studio.core.progress import fold
from studio.core.report import DatasetReport, Issue
from studio.engine.sources import ModelSource
from studio.exporters.facts import DatasetFacts, RunFacts

STEP = 20
KNOBS = {"rank": 16, "learning_rate": 0.001, "max_length": 384, "held_out_percent": 12.0, "seed": 7}
STARTED = RunStarted("w", 0, STEP, 300, 45, 1_000, 90_000, "cpu", "float32", ("float32: a CPU.",), "e" * 64)
EVENTS = (
    STARTED,
    Evaluated(0, 2.5, 900, 45),
    *(
        StepLogged(step, 2.5 - 0.05 * step, 120, 200, 1e-3, 1.0, 0.5, 900_000_000)
        for step in range(1, STEP + 1)
    ),
    Evaluated(10, 2.0, 900, 45, 0.01),
    Evaluated(STEP, 1.6, 900, 45, 0.01),
    Warned("2 rows are longer than the limit.", "They are cut."),
    RunFinished(STEP, STEP, 95.0, 900_000_000),
)
FINDINGS = DatasetReport(
    "note", "csv", "pairs", total=350, kept=345, set_aside=5,
    issues=(
        Issue("personal_data", "warning", 3, (2, 9, 11), "3 rows hold e-mail addresses.", "Redact them.",
              kind="email"),
        Issue("duplicates", "note", 7, (4,), "7 rows are exact copies.", "Keep one of each."),
    ),
)  # fmt: skip
CLEANED = Step("a" * 12, "personal_data", "phone", "redact", "Redact", 12, 0, 0, at=1.0, by="me")


def table(sorts: bool = False) -> tuple[ExamRow, ...]:
    if sorts:
        labels = ("good", "bad")
        return tuple(
            ExamRow(row, f"text {row}", labels[row % 2], 0.9, 0.2 + row / 100, 1, "bad", labels[row % 3 == 0])
            for row in range(2, 42)
        )
    return tuple(
        ExamRow(
            row,
            f"What is number {row}?",
            f"It is {row}.",
            2.5,
            1.0 + row / 100,
            6,
            "I do not know." if row < 34 else None,
            f"It is {row if row % 2 else 'lost'}." if row < 34 else None,
        )
        for row in range(2, 47)
    )


def exam_of(*metrics: str, rows: tuple[ExamRow, ...], classes: tuple[ClassScores, ...] = ()) -> Exam:
    base, tuned = Score(0.2, 0.1, 0.3), Score(0.6, 0.5, 0.7)
    return Exam(
        rows=len(rows), answered=sum(row.tuned is not None for row in rows), answer_tokens=64, step=STEP,
        dtype="float32", device="cpu", seconds=33.0,
        arms={"base": dict.fromkeys(metrics, base), "tuned": dict.fromkeys(metrics, tuned)},
        differences={metric: Difference(0.4, 0.3, 0.5, "better") for metric in metrics},
        table=rows, weights_hashes={"base": "b" * 64, "tuned": "c" * 64}, classes=classes,
        signatures={"chrf": "nrefs:1|case:mixed"} if "chrf" in metrics else {},
    )  # fmt: skip


@pytest.fixture
def facts() -> RunFacts:
    """A finished run that answers in words, with everything that can be known of it."""
    return RunFacts(
        config=RunConfig("d", "0123456789ab", knobs=KNOBS),
        dataset=DatasetFacts("help desk", "0123456789ab", "pairs", "CC BY-SA 4.0", (CLEANED,)),
        exam=exam_of("loss", "rougeL", "chrf", "answer_words", rows=table()),
        run="20261129-120000-aaaaaaaaaaaaaaaa",
        name="help desk, quick",
        created_at=1_795_000_000.0,
        step=STEP,
        story=fold(Recorded(float(at), event) for at, event in enumerate(EVENTS)),
        findings=FINDINGS,
        foreseen=Foreseen(80.0, 110.0, 1_000_000_000),
        base=ModelSource("starter", Path("/home/someone/starter"), "", "e" * 64, "apache-2.0"),
        environment={"studio": "0.1.0", "code": "abc", "python": "3.11", "packages": {"torch": "2.13.0"}},
        held_out_by="seed",
    )


@pytest.fixture
def sorting(facts: RunFacts) -> RunFacts:
    """The same of a run that sorts texts into two labels."""
    both = {name: Score(0.5, 0.4, 0.6) for name in ("precision", "recall", "f1")}
    classes = tuple(
        ClassScores(label, 20, {"base": both, "tuned": both}, Difference(0.3, 0.1, 0.5, "better"))
        for label in ("good", "bad")
    )
    exam = exam_of("loss", "accuracy", "f1_macro", rows=table(sorts=True), classes=classes)
    config = RunConfig("d", "0123456789ab", objective="classification", knobs=KNOBS)
    return replace(facts, exam=exam, config=config)
