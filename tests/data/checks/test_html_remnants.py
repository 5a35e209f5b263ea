"""Remnants of HTML are listed, but not in rows that are about HTML."""

from studio.core.records import Completion, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of
from studio.data.fixes import FIXES


def test_rows_with_remnants_are_listed_and_rows_about_html_are_not():
    pairs = [
        ("Who?", "<p>Ann &amp; Bob</p>"),
        ("How do I write bold in HTML?", "<b>bold</b>"),
        ("When is a < b?", "Where c > d"),
        ("What?", "one<br>two"),
    ]
    records = [SourcedRecord(row, Completion(*pair)) for row, pair in enumerate(pairs, 1)]
    (finding,) = findings_of("html_remnants", records, Scene())
    assert (list(finding.rows), finding.fix) == ([1, 4], "strip_html")
    assert f"“{FIXES[finding.fix].ACTION}”" in finding.hint, "the button says the same"
    assert finding.message == "2 rows have HTML left over in the text (<br>, &nbsp;)."
