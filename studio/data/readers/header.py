"""Which row of a table names its columns, if any does, and which rows above it are a title.

A header is told by contrast: its cells are words that name things, where the cells below are numbers,
sentences or repeat themselves. In doubt the first row names the columns, as nearly always in practice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studio.core.report import Issue
from studio.data.tables import file_note

ROWS_COMPARED = 200
CELLS_COMPARED = 4000
MOST_TITLE_ROWS = 20

Row = Sequence[str]

# fmt: off
_NAMES = frozenset((
    "a", "q", "x", "y", "id", "ids", "no", "nr", "key", "name", "title", "subject", "text", "texts",
    "content", "body", "sentence", "document", "passage", "context", "background", "instruction",
    "instructions", "input", "inputs", "output", "outputs", "prompt", "prompts", "completion",
    "completions", "question", "questions", "query", "answer", "answers", "ans", "response",
    "responses", "reply", "request", "problem", "solution", "target", "source", "expected", "label",
    "labels", "class", "category", "categories", "tag", "tags", "sentiment", "intent", "topic", "type",
    "kind", "group", "split", "fold", "set", "score", "rating", "stars", "weight", "rank", "count",
    "number", "value", "values", "amount", "price", "date", "time", "timestamp", "year", "month", "day",
    "created", "updated", "language", "lang", "locale", "url", "link", "email", "phone", "address",
    "city", "country", "state", "region", "gender", "age", "user", "human", "assistant", "gpt", "model",
    "system", "role", "message", "messages", "conversation", "conversations", "dialogue", "chosen",
    "rejected", "preferred", "worse", "better", "column", "comment", "comments", "review", "reviews",
    "description", "summary", "notes", "note", "status", "priority", "index", "row", "product",
    "customer", "ticket", "reference", "code", "word", "term", "definition", "translation", "english",
    "german", "french", "spanish", "capital", "department", "author", "version", "frage", "fragen",
    "antwort", "antworten", "pregunta", "respuesta", "domanda", "risposta", "pergunta", "resposta",
    "vraag", "antwoord", "fråga", "svar", "réponse", "datum", "вопрос", "ответ", "问题", "問題", "答案",
    "回答", "質問", "答え", "질문", "답변", "سؤال", "جواب", "nom", "kategorie",
))
# fmt: on
"""Words that name columns. One of them, alone or with two more words, is no example to learn from."""

_MOST_WORDS = 3
_SHAPE = re.compile(r"[A-ZÄÖÜ][^\W\d_]*(?: [A-ZÄÖÜ][^\W\d_]*){0,2}")
_NUMBER = re.compile(r"[-+]?[\d.,:/\s%$€£T-]*\d[\d.,:/\s%$€£Z-]*(?:[eE][-+]?\d+)?")
_CLOSING = (".", "?", "!", "…", "。", "？", "！", "؟")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the table begins: rows before `at` are its title; row `at` names the columns if `is_named`."""

    at: int
    is_named: bool


def find_heading(rows: Sequence[Row], width: int, gaps: frozenset[int] = frozenset()) -> Heading:
    """Return the heading of a table whose rows mostly have `width` cells.

    `gaps` are the rows that have an empty line before them, as a title has behind it.
    """
    at = 0
    if not _names_itself(rows[0]):
        at = next((at for at in range(1, MOST_TITLE_ROWS) if _is_below_title(rows, at, width, gaps)), 0)
    elif _filled(rows[0]) == 1 < width:  # a title such as "Customer questions", or a header of one name
        at = next((at for at in range(1, MOST_TITLE_ROWS) if _is_surely_below_title(rows, at, width)), 0)
    return Heading(at, header_evidence(rows[at], rows[at + 1 :]) >= 0)


def header_evidence(first: Row, below: Sequence[Row]) -> int:
    """Return how much speaks for the first row naming the columns (above 0) or being data (below 0)."""
    most = min(ROWS_COMPARED, max(10, CELLS_COMPARED // max(1, len(first))))
    columns = [
        [row[at].strip() for row in below[:most] if at < len(row) and row[at].strip()]
        for at in range(len(first))
    ]
    names = [cell.strip() for cell in first]
    if _counts_up(names) and not all(map(_mostly_numbers, columns)):
        return 3
    # A header that stands again between the rows, as in files put together, is no sign of data.
    again = sum(list(row) == list(first) for row in below[:most])
    evidence = sum(_cell_evidence(*pair, again) for pair in zip(names, columns, strict=True) if pair[0])
    if evidence == 0 and len(below) >= 3 and all(_SHAPE.fullmatch(name) for name in names):
        evidence -= all(sum(map(bool, map(_SHAPE.fullmatch, cells))) >= 0.8 * len(cells) for cells in columns)
    return evidence


def heading_notes(titles: Sequence[str], columns: Sequence[str], *, is_named: bool) -> Iterator[Issue]:
    """Yield what there is to say about the lines above the rows."""
    if titles:
        told = "; ".join(f"“{title[:60]}”" for title in titles[:3])
        yield file_note(
            "title", f"Lines above the table were left out: {told}.", "Nothing to do if that is a title."
        )
    if not is_named:
        told = ", ".join(f"“{name}”" for name in columns[:3]) + (", …" if len(columns) > 3 else "")
        yield file_note(
            "header",
            f"The first line looks like a row, not like names; the columns were named {told}.",
            "Nothing to do, or add a header with names of your own.",
        )


def _is_below_title(rows: Sequence[Row], at: int, width: int, gaps: frozenset[int]) -> bool:
    """Return whether the table begins at a row, and what stands above it is a title."""
    if at >= len(rows) - 1 or len(rows[at]) != width or _filled(rows[at]) < min(width, 2) or width < 2:
        return False
    above = rows[:at]
    evidence = header_evidence(rows[at], rows[at + 1 :])
    if all(_filled(row) <= 1 for row in above):
        padded = any(len(row) == width for row in above)
        return evidence > 0 or padded or any(gap <= at for gap in gaps)
    return evidence >= 3 and not any(len(row) == width and _filled(row) == width for row in above)


def _is_surely_below_title(rows: Sequence[Row], at: int, width: int) -> bool:
    """Return whether a row names its columns itself, each with a name, and only single cells stand above."""
    if at >= len(rows) - 1 or len(rows[at]) != width or _filled(rows[at]) < max(2, width):
        return False
    return _names_itself(rows[at]) and all(_filled(row) <= 1 for row in rows[:at])


def _cell_evidence(name: str, cells: list[str], again: int) -> int:
    is_known = _is_known(name)
    if cells.count(name) > again:
        return -1 if is_known else -4
    if is_known:
        return 3
    if _is_number(name):
        return -2
    if cells and _mostly_numbers(cells):
        return 2
    alike = sum(_is_sentence(cell) and cell[-1] == name[-1] for cell in cells) if _is_sentence(name) else 0
    if _is_sentence(name):
        return 0 if cells and alike < 0.2 * len(cells) else -2 if alike >= 0.5 * len(cells) else -1
    return int(bool(cells) and sum(map(_is_sentence, cells)) >= 0.5 * len(cells))


def _names_itself(row: Row) -> bool:
    """Return whether every filled cell of a row is a name of a column, so that the row is no title."""
    return all(_is_known(cell.strip()) for cell in row if cell.strip())


def _is_known(name: str) -> bool:
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    if not any(word.casefold() in _NAMES for word in words) or name.endswith(_CLOSING):
        return False
    return max(len(words), len(name.split())) <= _MOST_WORDS


def _counts_up(names: list[str]) -> bool:
    numbers = [str(number) for number in range(len(names) + 1)]
    return len(names) > 1 and names in (numbers[:-1], numbers[1:])


def _mostly_numbers(cells: list[str]) -> bool:
    return bool(cells) and sum(map(_is_number, cells)) >= 0.8 * len(cells)


def _is_number(text: str) -> bool:
    return len(text) < 40 and _NUMBER.fullmatch(text) is not None


def _is_sentence(text: str) -> bool:
    return text.endswith(_CLOSING) or len(text) > 60 or text.count(" ") >= 5


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)
