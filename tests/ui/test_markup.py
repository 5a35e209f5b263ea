"""HTML of the screen: what a user wrote stays text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.cleaning import Step
from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.core.report import DatasetReport, Issue
from studio.core.verdict import Verdict
from studio.services.intake import NAME_LENGTH, checked_name
from studio.services.views import DatasetView, TableRow
from studio.services.views_of_data import Span
from studio.ui import markup, wiring
from studio.ui.panels import cells, data, health, rows, sources

ATTACK = "<script>alert(1)</script>\"'><img onerror=alert(1)>"


def dataset(text: str, record: Completion | Conversation) -> DatasetView:
    issue = Issue.of_rows("incomplete", "warning", (3,), text, text)
    columns = (text, "answer")
    report = DatasetReport("note", "csv", "pairs", 2, 1, 1, columns, {"input": text}, None, None, (issue,))
    row = TableRow(2, {text: text})
    return DatasetView("id", "v1", text, text, 0.0, report, (SourcedRecord(2, record),), (row,))


@pytest.mark.parametrize(
    "record",
    [Completion(ATTACK, ATTACK), Conversation((Message("user", ATTACK), Message("assistant", ATTACK)))],
)
def test_no_panel_of_the_data_step_lets_a_tag_of_the_data_through(
    record: Completion | Conversation,
) -> None:
    view = dataset(ATTACK, record)
    spans = (Span(ATTACK, "context"), Span(ATTACK, "learned"), Span(ATTACK, "cut"))
    shown = [
        rows.rows(rows.Page(view.preview, 0, 1, view.report.issues[0])),
        rows.file_rows(view),
        health.health(view.report, view.file_name, health.Mending()),
        sources.uploads([view], ""),
        data.learning(2, spans, index=0, total=1),
        markup.problem(Refused(ATTACK, ATTACK)),
        markup.folded(ATTACK, ""),
        data.mapping(view.report),
    ]
    for html in shown:
        assert "<script" not in html
        assert "<img" not in html


@given(st.text())
def test_escaped_text_holds_nothing_that_opens_a_tag_or_closes_an_attribute(text: str) -> None:
    escaped = markup.escape(text)
    assert not set("<>\"'") & set(escaped)


def test_html_parts_use_only_the_template_that_takes_values_as_they_are() -> None:
    part = wiring.html_part("some", "open")
    assert part.html_template == "${value}", "another template would run ${...} of a user's text"
    assert not part.apply_default_css


def test_a_long_cell_says_how_much_it_leaves_out() -> None:
    view = dataset("a", Completion("q", "x" * (cells.LONGEST_CELL + 1200)))
    html = rows.rows(rows.Page(view.preview, 0, 1))
    assert "1,200 more characters" in html


def test_no_longer_name_can_be_typed_than_is_taken() -> None:
    typed = sources.uploads([dataset("a", Completion("q", "x"))], "")
    assert f'data-limit="{NAME_LENGTH}"' in typed
    with pytest.raises(Refused):
        checked_name("x" * (NAME_LENGTH + 1))


def test_what_reading_anew_would_lose_is_said_beside_the_columns() -> None:
    step = Step("v2", "personal_data", "email", "redact", "Redact", 3, 0, 0, at=0.0, by="")
    report = dataset("a", Completion("q", "x")).report
    assert "not in your file" not in data.mapping(report, ())
    assert "The 2 changes made so far are not in your file." in data.mapping(report, (step, step))
    assert "The change made so far is not in your file." in data.mapping(report, (step,))
    assert "not in your file" not in data.mapping(report, (step, replace(step, fix="remap")))


def test_the_legend_names_only_what_is_there() -> None:
    kept = data.learning(2, (Span("a", "context"), Span("b", "learned")), index=0, total=1)
    cut = data.learning(2, (Span("a", "learned"), Span("b", "cut")), index=0, total=1)
    pair = data.learning(2, (Span("a", "learned"), Span("b", "avoided")), index=0, total=1)
    assert "cut off" not in kept
    assert "cut off" in cut
    rewarded = data.learning(2, (Span("a", "context"), Span("b", "expected")), index=0, total=1)
    shown = (kept, cut, pair, rewarded)
    assert ["worse" in each for each in shown] == [False, False, True, False]
    assert ["a reward can compare" in each for each in shown] == [False, False, False, True]
    assert ["learns to write it<" in each for each in shown] == [True, True, True, False]


def test_no_line_of_a_sentence_begins_with_a_percent_sign() -> None:
    html = markup.sentence(Verdict("good", "Better", "On 40 % of <them> (95 % interval)."))
    assert "40\N{NO-BREAK SPACE}% of &lt;them&gt; (95\N{NO-BREAK SPACE}% interval)." in html
    assert " %" not in html
