"""A checkup shows every record to every check once, and its issues keep all that a finding says."""

import pytest

from studio.core.records import Completion, SourcedRecord
from studio.core.report import ROWS_NAMED
from studio.data.checks import CHECKS, Finding, Scene
from studio.data.checkup import Checkup, findings_of, issue_of


class Counting:
    """A check that lists every row it was shown."""

    TITLE, SOURCE = "Counting", ""

    def __init__(self, scene=None):
        self.rows = []

    begin = classmethod(lambda cls, scene: cls(scene))

    def see(self, seen):
        self.rows.append((seen.index, seen.row, seen.question, seen.answer))

    def findings(self):
        rows = [row for _, row, _, _ in self.rows]
        return [Finding("note", "m", "h", rows, "k", "drop")] if rows else []

    @staticmethod
    def figures(watch):
        return {"rows": float(len(watch.rows))}

    @staticmethod
    def chart(watch):
        return {"rows": [row for _, row, _, _ in watch.rows]} if watch.rows else {}


@pytest.fixture
def counting(monkeypatch):
    monkeypatch.setitem(CHECKS, "counting", Counting)


ROWS = [SourcedRecord(row, Completion(f"q{row}", f"a{row}")) for row in (3, 5)]


def test_every_record_is_shown_once_in_order_and_everything_found_is_kept(counting):
    checkup = Checkup(Scene(), ("counting",))
    for sourced in ROWS:
        checkup.see(sourced)
    assert checkup.watches["counting"].rows == [(0, 3, "q3", "a3"), (1, 5, "q5", "a5")]
    (issue,) = checkup.issues()
    assert (issue.check, issue.kind, issue.rows, issue.count) == ("counting", "k", (3, 5), 2)
    assert issue.fix == "drop"
    assert checkup.figures() == {"rows": 2.0}
    assert checkup.charts() == {"counting": {"rows": [3, 5]}}
    assert checkup.kept == 2


def test_rows_that_nobody_can_read_yet_are_only_counted(counting):
    checkup = Checkup(Scene(), ("counting",))
    checkup.see(None)
    assert (checkup.kept, checkup.issues(), checkup.charts()) == (1, [], {})


def test_an_issue_names_the_first_rows_of_a_finding_that_has_them_all():
    issue = issue_of("c", Finding("note", "m", "h", range(1, 5000)))
    assert (issue.count, len(issue.rows)) == (4999, ROWS_NAMED)
    assert issue_of("c", Finding("note", "m", "h", count=7)).count == 7


def test_one_check_alone_names_all_its_rows():
    copies = [SourcedRecord(row, Completion("q", "a")) for row in range(3000)]
    (found,) = findings_of("duplicates", copies, Scene())
    assert len(found.rows) == 2999
