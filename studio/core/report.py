"""What was found in a file: the health report that stands between rows and training."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["note", "warning", "error"]
Verdict = Literal["accept", "note", "reject"]

ROWS_NAMED = 1000
"""An issue names at most this many rows; `count` is always the true number."""


ADVICE = ("few_judged",)
"""Checks that say how more rows would help. Nothing is wrong with the file: its verdict is left alone."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `rows` are 1-based lines of the user's own file; `hint` says what to do next.

    (`check`, `kind`) names it: `kind` tells the findings of one check apart ("email"). `fix` is the name of
    the fix that is recommended.
    """

    check: str
    severity: Severity
    count: int
    rows: tuple[int, ...]
    message: str
    hint: str
    fix: str | None = None
    kind: str = ""

    @property
    def is_set_aside(self) -> bool:
        """Whether its rows became no records: such a finding is named by the very reason."""
        return self.check in ("unusable", "incomplete") and self.kind == self.message

    @classmethod
    def of_rows(
        cls, check: str, severity: Severity, rows: tuple[int, ...], message: str, hint: str
    ) -> "Issue":
        """Build an issue whose count is the number of its rows; names the first `ROWS_NAMED` of them."""
        return cls(check, severity, len(rows), rows[:ROWS_NAMED], message, hint)


def verdict_on(issues: Iterable[Issue]) -> Verdict:
    """Return what is said of a file of which rows can be used."""
    return "note" if any(issue.check not in ADVICE for issue in issues) else "accept"


@dataclass(frozen=True, slots=True)
class Lengths:
    """Token counts of the kept rows against the model's limit. `cut` rows lose part of their answer.

    `cut` and `nothing_left` are always counted; `sampled`: the others come from a sample of the rows.
    """

    median_tokens: int
    longest_tokens: int
    limit_tokens: int
    cut: int
    nothing_left: int
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """The verdict on a file. Invariant: `kept + set_aside == total`.

    `mapping`: role -> column. `suggested`: the same for columns that nobody has chosen and that may be meant.
    `figures`: single numbers by name ("distinct_questions": 0.93). `charts`: small numbers to draw, by check.
    """

    verdict: Verdict
    file_type: str
    format: str
    total: int
    kept: int
    set_aside: int
    columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    first: Mapping[str, Any] | None = None
    lengths: Lengths | None = None
    issues: tuple[Issue, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    charts: Mapping[str, Any] = field(default_factory=dict)
    suggested: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.kept + self.set_aside == self.total, (self.kept, self.set_aside, self.total)


def to_dict(report: DatasetReport) -> dict[str, Any]:
    """Return the JSON form that is kept beside the dataset."""
    return {"version": 1, **asdict(report)}


def from_dict(document: dict[str, Any]) -> DatasetReport:
    """Inverse of `to_dict`."""
    fields = {name: value for name, value in document.items() if name != "version"}
    fields["columns"] = tuple(fields["columns"])
    fields["lengths"] = Lengths(**fields["lengths"]) if fields["lengths"] else None
    fields["issues"] = tuple(Issue(**{**issue, "rows": tuple(issue["rows"])}) for issue in fields["issues"])
    return DatasetReport(**fields)
