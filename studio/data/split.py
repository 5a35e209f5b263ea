"""Which rows are learned from and which are held out for the exam: between checked records and tokens."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from studio.core.errors import Refused
from studio.core.records import Conversation, Record, SourcedRecord, question_and_answer
from studio.data.units import units_of

MOST_LABELS = 50
"""With no more different answers, each given at least twice, the answers are labels."""


@dataclass(frozen=True, slots=True)
class Split:
    """Both parts in the order of the file. `left_out` rows are in neither, because `max_rows` was reached."""

    training: tuple[SourcedRecord, ...]
    held_out: tuple[SourcedRecord, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Division:
    """A split as places in the file, counted from 0."""

    training: "array[int]"
    held_out: "array[int]"
    left_out: int = 0


def split(
    records: Sequence[SourcedRecord], held_out_percent: float, max_rows: int = 0, seed: int = 0
) -> Split:
    """Divide the rows as `divide` does and return the rows themselves."""
    rows = tuple(records)
    places = divide(rows, held_out_percent, max_rows, seed)
    training = tuple(rows[at] for at in places.training)
    return Split(training, tuple(rows[at] for at in places.held_out), places.left_out)


def divide(
    records: Iterable[SourcedRecord], held_out_percent: float, max_rows: int = 0, seed: int = 0
) -> Division:
    """Divide the rows; the same records, percentage and seed give the same parts.

    Rows that ask the same or nearly the same, near copies as a whole, and rows of one group stay together, so
    that nothing of the exam was trained on. Where the answers are labels, the exam has its share of each. The
    held-out rows do not depend on `max_rows` (0: all) nor on the order of the file. Where the user said which
    rows to hold out, it is exactly those.

    Raises Refused where no two different questions are left to divide.
    """
    rows = _Rows.of(tuple(records))
    held_out = {at for at, sourced in enumerate(rows.records) if sourced.part == "held_out"}
    if held_out:
        _refuse_all(len(held_out), len(rows.keys))
    else:
        held_out = _drawn(rows, held_out_percent, seed)
    training = [at for at in range(len(rows.keys)) if at not in held_out]
    chosen = _sample(training, rows, max_rows, seed) if max_rows else training
    return Division(array("Q", chosen), array("Q", sorted(held_out)), len(training) - len(chosen))


def question_key(record: Record) -> str:
    """Return what a record asks, so that two records with one key would give each other's answer away."""
    text = question_and_answer(record)[0]
    if isinstance(record, Conversation):
        last = max(at for at, message in enumerate(record.messages) if message.role == "assistant")
        text = "\0".join(f"{message.role} {message.content}" for message in record.messages[:last])
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the division looks at: one entry of each for every row of the file."""

    records: Sequence[SourcedRecord]
    keys: Sequence[str]
    answers: Sequence[bytes]

    @classmethod
    def of(cls, records: Sequence[SourcedRecord]) -> "_Rows":
        keys = [question_key(sourced.record) for sourced in records]
        answers = [_hash(question_and_answer(sourced.record)[1].strip())[:8] for sourced in records]
        return cls(records, keys, answers)


def _refuse_all(held_out: int, rows: int) -> None:
    if held_out == rows:
        raise Refused(
            f"All {rows:,} rows are marked as held out, and none is left to learn from.",
            "Mark some of them as train, or choose no column for the split.",
        )


def _drawn(rows: _Rows, held_out_percent: float, seed: int) -> set[int]:
    """Return the places of the rows that the seed holds out."""
    units = units_of(rows.records, rows.keys)
    wanted = max(1, round(len(rows.keys) * held_out_percent / 100))
    shares = _label_shares(rows.answers, wanted)
    drawn = _draw(units, wanted, seed, (rows.answers, shares))
    return {at for key in drawn for at in units[key]}


def _label_shares(answers: Sequence[bytes], wanted: int) -> Mapping[bytes, int] | None:
    """Return how many rows of each label the exam gets, by largest remainder; None where there are no labels.

    No label is held out as a whole.
    """
    counts = Counter(answers)
    if len(counts) > MOST_LABELS or len(counts) < 2 or min(counts.values()) < 2:
        return None
    exact = {label: wanted * count / len(answers) for label, count in counts.items()}
    shares = {label: int(share) for label, share in exact.items()}
    by_remainder = sorted(exact, key=lambda label: (shares[label] - exact[label], label))
    for label in by_remainder[: wanted - sum(shares.values())]:
        shares[label] += 1
    return {label: min(share, counts[label] - 1) for label, share in shares.items()}


def _draw(
    units: Mapping[str, Sequence[int]],
    wanted: int,
    seed: int,
    labels: tuple[Sequence[bytes], Mapping[bytes, int] | None],
) -> set[str]:
    """Choose whole units by the hash of their question until `wanted` rows are held out, never more.

    Where the units are too large for that, the smallest is taken: an exam of one question beats none.
    """
    answers, shares = labels
    order = sorted(units, key=lambda key: _rank(seed, "held out", key))
    drawn: set[str] = set()
    rows, left = 0, Counter(shares or {})
    for by_share in (True, False) if shares else (False,):
        for key in order:
            asked = Counter(answers[at] for at in units[key])
            fits = rows + len(units[key]) <= wanted and len(drawn) + 1 < len(units)
            if key in drawn or not fits or (by_share and not asked <= left):
                continue
            drawn.add(key)
            rows += len(units[key])
            left -= asked
    return drawn or {min(order, key=lambda key: len(units[key]))}


def _sample(training: Sequence[int], rows: _Rows, most: int, seed: int) -> list[int]:
    ranked = sorted(training, key=lambda at: (_rank(seed, "training", rows.keys[at]), rows.records[at].row))
    return sorted(ranked[:most])


def _rank(seed: int, purpose: str, key: str) -> bytes:
    return _hash(f"{seed}\0{purpose}\0{key}")


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass")).digest()
