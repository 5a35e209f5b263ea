"""What an exam has done so far, line by line: one that was interrupted goes on after its last line.

Rows are scored alone and answers written in fixed groups, so that it ends as an undisturbed one would.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from studio.evaluation.marking import Paper

Line = Mapping[str, Any]


class Kept(Protocol):
    """Where the lines are kept; the studio has a file for them, a test a list."""

    def begin(self, key: str) -> list[dict[str, Any]]:
        """Return what was written under this very key; forget what was written under another."""
        ...

    def append(self, line: Line) -> None: ...


class Unkept:
    """For an exam that nobody wants to go on with."""

    def begin(self, key: str) -> list[dict[str, Any]]:
        return []

    def append(self, line: Line) -> None:
        pass


class Worksheet:
    """The lines of one exam. `seconds` counts those of earlier sittings too; `spent` gives this one's."""

    def __init__(self, kept: Kept, key: str, spent: Callable[[], float]) -> None:
        self._kept, self._spent = kept, spent
        self._lines = kept.begin(key)
        self._before = self._lines[-1]["spent"] if self._lines else 0.0

    @property
    def seconds(self) -> float:
        return self._before + self._spent()

    def add(self, line: Line) -> None:
        self._kept.append({**line, "spent": self.seconds})

    def part(self, arm: str, model: tuple[str, ...]) -> "Part":
        """Return what an arm has done. `model`: its weights' hash, number format and device, and where the
        arm is asked otherwise than the paper says, a name for that.

        Lines of other weights, of another processor or of other questions are not this arm's.
        """
        own: list[dict[str, Any]] = []
        for line in self._lines:
            if line["arm"] == arm:
                own = [line] if "model" in line else [*own, line]
        if not own or tuple(own[0]["model"]) != model:
            own = []
            self.add({"arm": arm, "model": model})
        return Part(self, arm, own[1:])


class Part:
    """One arm's scores and answers, by row of the user's file: those of earlier sittings, then new ones."""

    def __init__(self, sheet: Worksheet, arm: str, lines: Iterable[Line]) -> None:
        self._sheet, self._arm = sheet, arm
        self.nats: dict[int, float] = {}
        self.liked: dict[int, tuple[float, float]] = {}
        self.answers: dict[int, str] = {}
        self.seconds: dict[int, float] = {}
        self.written: dict[int, str] = {}
        self.choices: dict[int, str] = {}
        self.rephrased: dict[tuple[int, int], str] = {}
        self.peak_memory_bytes = 0
        for line in lines:
            self._take(line)

    def scored(self, row: int, nats: float, liked: tuple[float, float] | None = None) -> None:
        """Keep a row's nats, and how much both answers are liked where it is a pair."""
        pair = {} if liked is None else {"liked": [[row, *liked]]}
        self._add({"nats": [[row, nats]], **pair})

    def answered(self, answers: Iterable[tuple[int, str, float]]) -> None:
        """Keep (row, answer, seconds) of rows that were answered together."""
        self._add({"answers": [list(answer) for answer in answers]})

    def sorted(self, row: int, nats: float, label: str, seconds: float) -> None:
        self._add({"nats": [[row, nats]], "answers": [[row, label, seconds]]})

    def wrote(self, answers: Iterable[tuple[int, str]]) -> None:
        """Keep (row, answer) of rows that are sorted by writing, too."""
        self._add({"written": [list(answer) for answer in answers]})

    def chose(self, row: int, label: str) -> None:
        self._add({"choices": [[row, label]]})

    def answered_in_other_words(self, answers: Iterable[tuple[tuple[int, int], str]]) -> None:
        """Keep ((row, number of the phrasing), answer) of prompts that were answered together."""
        self._add({"rephrased": [[*place, answer] for place, answer in answers]})

    def held(self, peak_memory_bytes: int) -> None:
        """Keep the most memory that was held; of several sittings the largest counts."""
        if peak_memory_bytes > self.peak_memory_bytes:
            self._add({"memory": peak_memory_bytes})

    def _add(self, line: Line) -> None:
        self._sheet.add({"arm": self._arm, **line})
        self._take(line)

    def _take(self, line: Line) -> None:
        self.nats |= dict(line.get("nats", []))
        self.liked |= {row: (better, worse) for row, better, worse in line.get("liked", [])}
        self.written |= dict(line.get("written", []))
        self.choices |= dict(line.get("choices", []))
        self.rephrased |= {(row, way): answer for row, way, answer in line.get("rephrased", [])}
        self.peak_memory_bytes = max(self.peak_memory_bytes, line.get("memory", 0))
        for row, answer, seconds in line.get("answers", []):
            self.answers[row], self.seconds[row] = answer, seconds


def key_of(paper: Paper, *further: object) -> str:
    """Return what two exams have in common if and only if they ask the same in the same way."""
    found = hashlib.sha256()
    for part in _asked(paper, further):  # one after the other: all rows as one text would be held twice
        found.update(json.dumps(part).encode() + b"\n")
    return found.hexdigest()


def _asked(paper: Paper, further: tuple[object, ...]) -> Iterator[object]:
    yield len(paper.rows), len(paper.answered), paper.answer_tokens, paper.labels, further
    for row in paper.rows:
        yield [(each.row, each.input_ids, each.labels, each.label) for each in row]
    for example in paper.worse.values():
        yield example.row, example.input_ids, example.labels
    for question in paper.answered:
        yield question.row, question.prompt
