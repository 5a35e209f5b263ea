"""How defects come into rows: cells changed where they stand, and copies put in behind their original."""

import random
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from benchmarks.defects_sets import Cells


@dataclass(frozen=True, slots=True)
class Row:
    """`origin` is its place in the clean set, -1 for a row put in. What `is_planted` must be named."""

    cells: Cells
    origin: int
    is_planted: bool = False


Change = Callable[[random.Random, Cells, Sequence[Cells]], Cells | None]
"""Takes a clean row and all rows; returns the row with a defect, None where this one is not fit for it."""


@dataclass(frozen=True, slots=True)
class Planting:
    """What is planted. `copies`: the defect is a second row; `both`: its original must be named as well."""

    change: Change
    copies: bool = False
    both: bool = False

    def into(
        self, rows: Sequence[Cells], wanted: int, source: random.Random, named: Collection[int]
    ) -> list[Row]:
        """Return the rows with up to `wanted` defects; rows `named` in the clean set are left as they are."""
        changed: dict[int, Cells] = {}
        for at in source.sample(range(len(rows)), len(rows)):
            if len(changed) == wanted:
                break
            new = None if at in named else self.change(source, rows[at], rows)
            if new is not None and new != (None if self.copies else rows[at]):
                changed[at] = new
        if not self.copies:
            return [Row(changed.get(at, cells), at, at in changed) for at, cells in enumerate(rows)]
        planted = [Row(cells, at, self.both and at in changed) for at, cells in enumerate(rows)]
        places = [(source.randint(at + 1, len(rows)), at) for at in changed]
        for place, at in sorted(places, reverse=True):
            planted.insert(place, Row(changed[at], -1, True))
        return planted


# --- the defects


def emptied(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    blank = source.choice(("", " ", "\n \t", "\u200b", "\ufeff \u2060", "\u00a0"))
    place = source.choice(
        ("n/a", "N/A", "TODO", "[todo]", "tbd", "None", "null", "-", "...", "???", "your answer here")
    )
    return source.choice((cells | {"question": blank}, cells | {"answer": blank}, cells | {"answer": place}))


def copied(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    return dict(cells)


def words_changed(text: str, source: random.Random, rows: Sequence[Cells]) -> str | None:
    """Return the text with one to four of every 40 words replaced by words of other rows; None: too short."""
    pieces = re.split(r"(\s+)", text.strip())
    places = range(0, len(pieces), 2)
    if len(places) < 40:
        return None
    for at in source.sample(places, round(source.randint(1, 4) * len(places) / 40)):
        others = source.choice(list(source.choice(rows).values())).split()
        pieces[at] = source.choice([word for word in others if word != pieces[at]] or ["another"])
    return "".join(pieces)


def nearly_copied(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Change words of the question and of the answer, as if they were one text."""
    words = len(cells["question"].split())
    whole = words_changed(f"{cells['question']}\n\n{cells['answer']}", source, rows)
    if whole is None:
        return None
    end = [match.end() for match in re.finditer(r"\S+", whole)][words - 1]
    return {"question": whole[:end], "answer": whole[end:].strip()}


def contradicted(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Ask the same, in another case, spacing or with another mark at the end; answer as another row does."""
    other = source.choice(rows)["answer"]
    if other.casefold().split() == cells["answer"].casefold().split():
        return None
    asked = cells["question"]
    asked = source.choice(
        (asked, asked, asked.upper(), asked.lower(), asked.replace(" ", "  "), f"{asked} ?")
    )
    return {"question": asked, "answer": other}


def mislabelled(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    labels = sorted({row["label"] for row in rows} - {cells["label"]})
    return cells | {"label": source.choice(labels)}


def relabelled(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    """Give the same text, in another case or spacing at times, another label."""
    text = cells["text"]
    text = source.choice((text, text, text.upper(), text.replace(" ", "  "), f"{text} ?"))
    return mislabelled(source, cells, rows) | {"text": text}


def nearly_relabelled(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Give a text of 40 words or more another label, and change one to four of every 40 words."""
    text = words_changed(cells["text"], source, rows)
    return mislabelled(source, cells, rows) | {"text": text} if text else None


def misspelt(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Write the label in another case, with other spaces or marks; where it is frequent, with a slip."""
    label = cells["label"]
    ways = [label.upper(), label.lower(), f"{label} ", f"{label}.", f'"{label}"', label.replace(" ", "_")]
    if len(label) >= 5 and sum(row["label"] == label for row in rows) >= 60:
        at = source.randrange(1, len(label) - 1)
        ways += [label[:at] + label[at + 1 :], label[:at] + source.choice("aeinrst") + label[at:]] * 2
    ways = [way for way in ways if way.strip() != label and all(way != row["label"] for row in rows)]
    return cells | {"label": source.choice(ways)} if ways else None


def inside(source: random.Random, text: str, piece: str, joined: str = " ") -> str:
    """Return the text with a piece between two of its words."""
    words = text.split(" ")
    at = source.randint(0, len(words))
    return joined.join(filter(None, (" ".join(words[:at]), piece, " ".join(words[at:]))))


def somewhere(source: random.Random, cells: Cells, piece: str) -> Cells:
    """Put a piece into the question or into the answer."""
    column = source.choice(("question", "answer"))
    return cells | {column: inside(source, cells[column], piece)}
