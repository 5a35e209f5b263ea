"""The Alpaca format: instruction, input (may be empty) and output -> a question with its answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.core.records import Completion, Conversation
from studio.data.formats import pairs
from studio.data.formats.names import plain
from studio.data.mapping import Guess
from studio.data.tables import SourceRow

TITLE = "Instructions (Alpaca)"
NEEDS = ("input", "context", "output")
TAKES = ("system",)


def recognises(columns: Sequence[str], rows: Sequence[SourceRow]) -> Guess | None:
    named = {plain(column): column for column in columns}
    if not {"instruction", "input", "output"} <= set(named):
        return None
    mapping = {"input": named["instruction"], "context": named["input"], "output": named["output"]}
    return Guess(mapping | ({"system": named["system"]} if "system" in named else {}))


def to_record(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> Completion | Conversation:
    """Return the instruction, its input below it, and the answer. Raises RowProblem where one is blank."""
    return pairs.to_record(cells, mapping)
