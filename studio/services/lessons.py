"""Learning from what people said: their feedback becomes a data set, each version of which can be undone.

The data set is one of its own, beside the one whose questions were answered: taken again later, it has a new
version with what was said meanwhile.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

from studio.core.cleaning import REMAPPED, Step, since_reading
from studio.core.errors import Refused
from studio.core.feedback import Standing, to_dict
from studio.core.lessons import LESSONS, Row
from studio.core.words import count
from studio.data.checks.too_few import FEWEST_ROWS
from studio.services import datasets
from studio.services.intake import NAME_LENGTH, conditions, content_of
from studio.services.views import DatasetView
from studio.services.voting import write_new
from studio.store.datasets import META, Content, DatasetFolder, DatasetMeta
from studio.store.feedback import FeedbackFile
from studio.store.files import readable, told_plainly, write_bytes
from studio.store.home import Home
from studio.store.turns import turn_to_write

FILE = "feedback.jsonl"
AGAIN = "What people said, taken again"


@dataclass(frozen=True, slots=True)
class LessonView:
    """A kind of rows that the feedback makes. `made` is the data set that was made of them; "" for none."""

    kind: str
    rows: int
    needed: int
    made: str = ""
    made_rows: int = 0


@dataclass(frozen=True, slots=True)
class LessonsView:
    """What can be learned from all that was said of answers to one data set's questions.

    `gone`: so much was said of answers of runs that were deleted since; it counts like the rest.
    """

    dataset: str
    lessons: tuple[LessonView, ...]
    gone: int = 0


def view(home: Home, dataset: str) -> LessonsView:
    """Return what the feedback of a data set teaches. Raises Refused where there is no such data set."""
    said = _said(home, dataset)
    made = {meta.lesson: folder for folder, meta in _all(home) if meta.lesson}
    found = []
    for kind, lesson in LESSONS.items():
        folder = made.get(_name(kind, dataset))
        rows = len(lesson.rows(said))
        known = (folder.id, folder.report(folder.meta().version).total) if folder else ("", 0)
        found.append(LessonView(kind, rows, FEWEST_ROWS, *known))
    runs = {folder.id for folder in home.runs.all()}
    return LessonsView(
        dataset, tuple(found), sum(each.run not in runs for each in (*said.votes, *said.ratings))
    )


def learn(home: Home, dataset: str, kind: str) -> DatasetView:
    """Make a data set of the feedback, or a new version of the one that was made before.

    Raises Refused where there is too little to learn from.
    """
    if kind not in LESSONS:
        raise Refused(f"There is no feedback of the kind {kind!r}.", f"Known: {', '.join(LESSONS)}.")
    source = home.datasets.folder(dataset)
    rows = LESSONS[kind].rows(_said(home, dataset))
    if len(rows) < FEWEST_ROWS:
        raise Refused(
            f"There {'is' if len(rows) == 1 else 'are'} {count(len(rows), LESSONS[kind].noun)} so far; "
            f"learning needs at least {FEWEST_ROWS}.",
            "Judge more answers in Compare; a few hundred make a good start.",
        )
    with told_plainly("The data set"), turn_to_write(source.path / "lessons"):
        made = _made(home, source, kind, rows)
    return datasets.view(home, made.id)


def everything(home: Home, dataset: str) -> str:
    """Return all that was said of answers and was not taken back as JSON lines, the oldest first.

    Raises Refused where nothing was said.
    """
    said = _said(home, dataset)
    lines = sorted((*said.votes, *said.ratings), key=attrgetter("at"))
    if not lines:
        raise Refused("Nothing was said of any answer yet.", "Vote on some questions first.")
    return "".join(json.dumps(to_dict(line), ensure_ascii=False) + "\n" for line in lines)


def write_everything(home: Home, run: str, target: Path) -> None:
    """Write what was said of answers to a run's data set into a file that is not there yet."""
    write_new(everything(home, home.runs.folder(run).config().dataset), target, "The feedback")


def _made(home: Home, source: DatasetFolder, kind: str, rows: Sequence[Row]) -> DatasetFolder:
    name = _name(kind, source.id)
    before = next((folder for folder, meta in _all(home) if meta.lesson == name), None)
    with home.datasets.workshop() as workshop:
        written = _written(workshop, rows)
        content = content_of(written, FILE, None, workshop=workshop, against=conditions())
        if before is not None:
            _renew(before, written, content)
            return before
        title = f"{LESSONS[kind].title}: {source.meta().name}"
        fitting = title if len(title) <= NAME_LENGTH else title[: NAME_LENGTH - 1] + "…"
        return home.datasets.add(written, DatasetMeta(fitting, FILE, 0.0, "", lesson=name), content)


def _written(workshop: Path, rows: Sequence[Row]) -> Path:
    path = workshop / "source"
    write_bytes(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    return path


def _renew(folder: DatasetFolder, written: Path, content: Content) -> None:
    """Add what was said meanwhile as a step that can be taken back; nothing where it is all in there."""
    with folder.turn_to_change():
        meta = folder.meta()
        if _as_read(meta) == content.version:
            return
        kept = content.report.kept
        step = Step(content.version, "", "", REMAPPED, AGAIN, kept, 0, 0, at=time.time(), by=meta.owner)
        steps = (*meta.steps, step)
        version = folder.add_version(written, replace(content, steps=steps))
        history = (*(known for known in meta.history if known != version), version)
        begun = meta.read_version if meta.steps else meta.version
        new = {"version": version, "history": history, "read_version": begun, "steps": steps, "undone": ()}
        with turn_to_write(folder.path / META):
            folder.write_meta(replace(folder.meta(), **new))  # Its name may have been changed meanwhile.


def _as_read(meta: DatasetMeta) -> str:
    """Return the version that the feedback was taken into last, before any fix."""
    taken = meta.steps[: len(meta.steps) - len(since_reading(meta.steps))]
    return taken[-1].version if taken else meta.read_version if meta.steps else meta.version


def _name(kind: str, dataset: str) -> str:
    return f"{kind}:{dataset}"


def _all(home: Home) -> list[tuple[DatasetFolder, DatasetMeta]]:
    return readable(home.datasets.all(), DatasetFolder.meta)[0]


def _said(home: Home, dataset: str) -> Standing:
    return FeedbackFile(home.datasets.folder(dataset).path).standing()
