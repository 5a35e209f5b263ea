"""How rows stand in a file of text, and what makes a row of it unusable."""

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

from benchmarks.defects_sets import question_rows

Rows = Sequence[Mapping[str, Any]]
Turns = list[dict[str, Any]]
MOST_EXCHANGES = 3


@dataclass(frozen=True, slots=True)
class Notation:
    """A row's text, and what is around and between rows. A row's number is its line, or they are counted."""

    ending: str
    write: Callable[[Mapping[str, Any]], str]
    head: str = ""
    between: str = "\n"
    tail: str = "\n"
    are_lines: bool = True

    def file(self, rows: Sequence[str]) -> str:
        return self.head + self.between.join(rows) + self.tail

    def numbers(self, rows: Sequence[str]) -> list[int]:
        """Return the number by which the studio names each row."""
        if not self.are_lines:
            return list(range(1, len(rows) + 1))
        lines = [f"{row}{self.between}".count("\n") for row in rows]
        return list(accumulate(lines[:-1], initial=1 + self.head.count("\n")))


def _cells(quoting: int, row: Mapping[str, Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerow(row.values())
    return text.getvalue().removesuffix("\n")


JSONL = Notation(".jsonl", json.dumps)
JSON = Notation(".json", json.dumps, "[\n", ",\n", "\n]", are_lines=False)
CSV = Notation(".csv", partial(_cells, csv.QUOTE_MINIMAL), "question,answer\n")
QUOTED = Notation(".csv", partial(_cells, csv.QUOTE_ALL), "question,answer\n", tail="")


def conversations(name: str) -> list[dict[str, Turns]]:
    """Return a set as conversations of one to three exchanges, some with instructions before them."""
    source, rows = random.Random(9), question_rows(name)
    found = []
    while rows:
        count = source.randint(1, MOST_EXCHANGES)
        turns = [_turn("system", "Answer the question.")] * (source.random() < 0.3)
        for row in rows[:count]:
            turns += [_turn("user", row["question"]), _turn("assistant", row["answer"])]
        found.append({"messages": turns})
        rows = rows[count:]
    return found


def _turn(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


# --- the defects


def cut(source: random.Random, text: str) -> str:
    """End the row anywhere."""
    return text[: source.randrange(1, len(text))]


def miscounted(source: random.Random, text: str) -> str:
    """Write one cell too few into a row of a CSV file, or one or two too many."""
    (cells,) = csv.reader(io.StringIO(text))
    more = [*cells, *source.choice((("and more",), ("", ""), ("7", "and more")))]
    chosen = source.choice((cells[:1], more))
    return _cells(csv.QUOTE_MINIMAL, dict(enumerate(chosen)))


def left_open(source: random.Random, text: str) -> str:
    """End a row of quoted cells inside of one, so that its quotation mark is never closed."""
    places = [at for at in range(2, len(text)) if text[:at].count('"') % 2 and text[at] != '"']
    return text[: source.choice(places)]


def mistyped(source: random.Random, text: str) -> str:
    """Put something else than text where the question or the answer belongs."""
    row = json.loads(text)
    row[source.choice(list(row))] = source.choice((7, 3.5, True, ["a", "b"], {"a": "b"}))
    return json.dumps(row)


def named_twice(source: random.Random, text: str) -> str:
    """Name a key twice, with one value or with two."""
    row = json.loads(text)
    key = source.choice(list(row))
    value = source.choice((row[key], "another", ""))
    return f"{text[:-1]}, {json.dumps(key)}: {json.dumps(value)}}}"


def nulled(source: random.Random, text: str) -> str:
    """Leave out the question or the answer, or write null for it."""
    row = json.loads(text)
    key = source.choice(list(row))
    return json.dumps(
        {name: value for name, value in row.items() if name != key} | source.choice(({}, {key: None}))
    )


def in_conversation(change: Callable[[random.Random, Turns], Turns]) -> Callable[[random.Random, str], str]:
    """Return the change of a row that changes its turns."""
    return lambda source, text: json.dumps({"messages": change(source, json.loads(text)["messages"])})


def spoken_by_nobody(source: random.Random, turns: Turns) -> Turns:
    source.choice(turns)["role"] = source.choice(("narrator", "moderator", "tool", "User 1", "", None, 3))
    return turns


def spoken_twice(source: random.Random, turns: Turns) -> Turns:
    """Let the user or the assistant speak twice, one message behind the other."""
    at = source.choice([at for at, turn in enumerate(turns) if turn["role"] != "system"])
    return [*turns[: at + 1], _turn(turns[at]["role"], "And one thing more."), *turns[at + 1 :]]


def out_of_order(source: random.Random, turns: Turns) -> Turns:
    """Begin with the assistant, end with the user, have no answer, or instructions further down."""
    first = next(at for at, turn in enumerate(turns) if turn["role"] == "user")
    ways = (
        [*turns[:first], *turns[first + 1 :]],
        turns[:-1],
        [turn for turn in turns if turn["role"] != "assistant"],
        [*turns[: first + 1], _turn("system", "Be short."), *turns[first + 1 :]],
    )
    return source.choice(ways)


def said_nothing(source: random.Random, turns: Turns) -> Turns:
    """Leave out what somebody says, or write nothing for it."""
    turn = source.choice(turns)
    turn["content"] = source.choice((None, "", [], "\u200b"))
    return turns
