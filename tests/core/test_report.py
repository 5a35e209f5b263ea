"""A dataset's report keeps its sum and survives its JSON form."""

import json

import pytest

from studio.core.report import ROWS_NAMED, DatasetReport, Issue, Lengths, from_dict, to_dict

REPORT = DatasetReport(
    "note", "csv", "pairs", 10, 8, 2, ("q", "a"), {"input": "q"}, {"input": "x"}, Lengths(5, 9, 512, 0, 0),
    (Issue.of_rows("incomplete", "warning", (3, 7), "two rows", "fill them in"),),
)  # fmt: skip


def test_a_report_survives_json():
    assert from_dict(json.loads(json.dumps(to_dict(REPORT)))) == REPORT


def test_rows_that_are_neither_kept_nor_set_aside_cannot_be_reported():
    with pytest.raises(AssertionError):
        DatasetReport("accept", "csv", "pairs", 10, 8, 1)


def test_an_issue_counts_all_rows_and_names_the_first_thousand():
    issue = Issue.of_rows("c", "note", tuple(range(1, 5000)), "m", "h")
    assert issue.count == 4999
    assert len(issue.rows) == ROWS_NAMED
