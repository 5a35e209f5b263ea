"""Defects that need more than one row's text: examples too long for the model, and rows of two parts."""

import random
from collections.abc import Callable, Sequence

from benchmarks.defects_planting import nearly_copied, words_changed
from benchmarks.defects_runs import LIMIT_TOKENS, starter_template
from benchmarks.defects_sets import Cells, question_rows

HELD_OUT_SHARE = 0.2


def tokens(cells: Cells) -> int:
    """Count the tokens as the model's own template writes the row: transformers' way, not the studio's."""
    return _count([_said("user", cells["question"]), _said("assistant", cells["answer"])])


def tokens_before_the_answer(cells: Cells) -> int:
    return _count([_said("user", cells["question"])], add_generation_prompt=True)


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _count(messages: list[dict[str, str]], **options: bool) -> int:
    tokenizer = starter_template().tokenizer
    text = tokenizer.apply_chat_template(messages, tokenize=False, **options)
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def _is_cut(cells: Cells) -> bool:
    return tokens(cells) > LIMIT_TOKENS


def _has_nothing_left(cells: Cells) -> bool:
    return tokens_before_the_answer(cells) >= LIMIT_TOKENS


def lengthened(column: str) -> Callable[[random.Random, Cells, Sequence[Cells]], Cells | None]:
    """Return the change that writes more into a cell until the row is too long, by a token or by hundreds.

    A longer answer is cut, a longer question leaves no token of the answer.
    """
    is_enough = _is_cut if column == "answer" else _has_nothing_left

    def change(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
        if _is_cut(cells):
            return None
        while not is_enough(cells):
            words = source.choice(rows)["answer"].split()[:40]
            room = LIMIT_TOKENS - tokens(cells)
            piece = " ".join(words if room > 100 or source.random() < 0.1 else words[:1])
            cells = cells | {column: f"{cells[column]} {piece}"}
        return cells

    return change


def nearly_too_long(name: str) -> list[Cells]:
    """Return a set of which a fifth is as long as the model takes it, to the token or a few less."""
    source = random.Random(5)
    found = []
    for cells in question_rows(name):
        room = LIMIT_TOKENS - tokens(cells)
        if room > 0 and source.random() < 0.2:
            cells = _filled(cells, source.choice((0, 0, 1, 5)))
        found.append(cells)
    return found


def _filled(cells: Cells, left: int) -> Cells:
    """Return the row with words behind its answer until only so many tokens are left."""
    while (room := LIMIT_TOKENS - left - tokens(cells)) > 0:
        cells = cells | {"answer": cells["answer"] + " so" * max(1, room // 2)}
    return cells if tokens(cells) <= LIMIT_TOKENS else cells | {"answer": cells["answer"].removesuffix(" so")}


def in_two_parts(name: str) -> list[Cells]:
    """Return a set with a column that holds a fifth of its rows out, rows of one question on one side."""
    rows = question_rows(name)
    sides: dict[str, str] = {}
    source = random.Random(6)
    for cells in rows:
        key = " ".join(cells["question"].casefold().split())
        sides.setdefault(key, "test" if source.random() < HELD_OUT_SHARE else "train")
    return [cells | {"split": sides[" ".join(cells["question"].casefold().split())]} for cells in rows]


def leaked(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Ask a training question in the exam again, at times in another case, spacing or with another mark."""
    if cells["split"] != "train":
        return None
    asked = cells["question"]
    asked = source.choice((asked, asked.upper(), f" {asked}\n", f"{asked} ?"))
    return cells | {"question": asked, "split": "test"}


def nearly_leaked(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Ask a training question of 40 words or more with one to four of every 40 changed."""
    asked = words_changed(cells["question"], source, rows) if cells["split"] == "train" else None
    return cells | {"question": asked, "split": "test"} if asked else None


def rows_nearly_leaked(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Put a training row of 40 words or more into the exam with one to four of every 40 changed."""
    copy = nearly_copied(source, cells, rows) if cells["split"] == "train" else None
    return cells | copy | {"split": "test"} if copy else None
