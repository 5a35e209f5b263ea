"""Which rows are learned from and which are held out for the exam: between checked records and tokens."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Preference, Record, SourcedRecord


@dataclass(frozen=True, slots=True)
class Split:
    """Both parts in the order of the file. `left_out` rows are in neither, because `max_rows` was reached."""

    training: tuple[SourcedRecord, ...]
    held_out: tuple[SourcedRecord, ...]
    left_out: int = 0


def split(
    records: Sequence[SourcedRecord], held_out_percent: float, max_rows: int = 0, seed: int = 0
) -> Split:
    """Divide the rows; the same records, percentage and seed give the same parts.

    Rows that ask the same (case and white space aside) stay together, so that no question of the exam was
    trained on. The held-out rows do not depend on `max_rows` (0: all) nor on the order of the file.

    Raises Refused where no two different questions are left to divide.
    """
    groups: dict[str, list[SourcedRecord]] = {}
    for sourced in records:
        groups.setdefault(question_key(sourced.record), []).append(sourced)
    if len(groups) < 2:
        raise Refused(
            f"{len(records)} usable rows with {len(groups)} different questions cannot be divided into rows "
            "to learn from and rows to test on.",
            "Add rows with different questions.",
        )
    held_out_keys = _draw(groups, max(1, round(len(records) * held_out_percent / 100)), seed)
    held_out = [sourced for sourced in records if question_key(sourced.record) in held_out_keys]
    training = [sourced for sourced in records if question_key(sourced.record) not in held_out_keys]
    chosen = _sample(training, max_rows, seed) if max_rows else training
    return Split(tuple(chosen), tuple(held_out), len(training) - len(chosen))


def question_key(record: Record) -> str:
    """Return what a record asks, so that two records with one key would give each other's answer away."""
    match record:
        case Completion(prompt, _) | Preference(prompt, _, _):
            text = prompt
        case Conversation(messages):
            last = max(at for at, message in enumerate(messages) if message.role == "assistant")
            text = "\0".join(f"{message.role} {message.content}" for message in messages[:last])
        case _:
            text = record.text
    return " ".join(text.casefold().split())


def _draw(groups: dict[str, list[SourcedRecord]], wanted: int, seed: int) -> set[str]:
    """Choose whole groups by the hash of their question until `wanted` rows are held out, never more.

    Where the groups are too large for that, the smallest is taken: an exam of one question beats none.
    """
    drawn: set[str] = set()
    rows = 0
    order = sorted(groups, key=lambda key: _rank(seed, "held out", key))
    for key in order:
        if rows + len(groups[key]) <= wanted and len(drawn) + 1 < len(groups):
            drawn.add(key)
            rows += len(groups[key])
    return drawn or {min(order, key=lambda key: len(groups[key]))}


def _sample(training: list[SourcedRecord], most: int, seed: int) -> list[SourcedRecord]:
    ranked = sorted(
        training,
        key=lambda sourced: (_rank(seed, "training", question_key(sourced.record)), sourced.row),
    )
    chosen = {id(sourced) for sourced in ranked[:most]}
    return [sourced for sourced in training if id(sourced) in chosen]


def _rank(seed: int, purpose: str, key: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{purpose}\0{key}".encode("utf-8", "surrogatepass")).digest()
