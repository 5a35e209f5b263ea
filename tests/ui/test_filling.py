"""Rows that were set aside on the screen: shown as the file has them, filled in one by one, taken back."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from studio.data.blanks import Blank
from studio.services.views import DatasetView
from studio.services.views_of_data import RowsToFill, RowToFill
from studio.ui.panels.cells import LONGEST_EDITED
from studio.ui.panels.filling import filling, typed
from studio.ui.panels.fixing import Trial
from studio.ui.session import Session
from studio.ui.shell import Shell
from tests.ui.test_data_health import Visitor

EMPTY = Trial("incomplete", "The answer is empty.", "fill_in")
ATTACK = "<script>x</script>\"'&"


@pytest.fixture
def view(shell: Shell, tmp_path: Path) -> DatasetView:
    """14 rows, the last two without an answer."""
    rows = [f"What about subject {n}?,The answer to it is number {n * 37}." for n in range(12)]
    path = tmp_path / "gaps.csv"
    path.write_text("\n".join(["question,answer", *rows, "Where?,", "When?,"]), encoding="utf-8")
    return shell.studio.add_dataset(path, path.name)


def fields(shown: str) -> list[dict[str, object]]:
    """Return what the first dialog of a panel would ask for."""
    return json.loads(unescape(re.search(r'data-fields="([^"]*)"', shown)[1]))


def test_empty_answers_are_filled_in_one_after_the_other_and_taken_back(
    shell: Shell, view: DatasetView
) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=EMPTY.key())
    visitor.try_out()
    shown = visitor.report()
    assert shown.count('data-event="fill"') == 2
    assert [(each["title"], each["text"], each["missing"]) for each in fields(shown)] == [
        ("question", "Where?", False),
        ("answer", "", True),
    ]
    assert visitor.said(visitor.press("fill", row="14", text='{"cell:answer": "Here."}')) == ""
    assert Session(**visitor.document).trial, "the next row can be filled in at once"
    visitor.try_out()
    shown = visitor.report()
    assert shown.count('data-event="fill"') == 1
    assert "Done: Fill in by hand." in shown
    assert "Filled in: 1 row." in shown
    assert "13 of 14 examples are ready." in shown
    assert shell.studio.records_of(view.id, [14])[0].record.completion == "Here."
    assert "Undone." in visitor.said(visitor.press("undo"))
    assert "12 of 14 examples are ready." in visitor.report()


@pytest.mark.parametrize("text", ["{}", '{"cell:answer": " "}', "", "[1]", '{"cell:answer": 3}'])
def test_a_row_that_is_still_empty_stays_and_one_sentence_says_so(
    shell: Shell, view: DatasetView, text: str
) -> None:
    visitor = Visitor(shell, view.id)
    said = visitor.said(visitor.press("fill", row="14", text=text))
    assert "Row 14 cannot be used yet. The answer is empty." in said
    assert shell.studio.history(view.id) == ()
    assert "No row was named." in visitor.said(visitor.press("fill", row="x", text=text))


def test_a_finding_that_is_gone_closes_what_was_open(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=Trial("incomplete", "The question is empty.", "fill_in").key())
    assert "no longer there" in visitor.said(visitor.try_out())
    assert Session(**visitor.document).trial == ""


def test_turns_that_are_whole_stand_in_the_dialog_to_be_read() -> None:
    asked = Blank("turn:0", "user", "q" * 3000, is_missing=False, is_open=False)
    answer = Blank("turn:1", "assistant", "", is_missing=True)
    shown = filling(RowsToFill((RowToFill(3, (asked, answer)),), 40, "v"))
    assert "The first 1 of 40 are shown." in shown
    assert '<th scope="col">Conversation</th>' in shown
    read, written = fields(shown)
    assert (read["open"], len(read["text"])) == (False, 2001)
    assert (written["open"], written["missing"]) == (True, True)


def test_a_text_too_long_for_the_page_is_not_handed_to_it() -> None:
    long = Blank("cell:question", "question", "q" * (LONGEST_EDITED + 1), is_missing=False)
    shown = filling(RowsToFill((RowToFill(3, (long, Blank("cell:a", "a", "", True))),), 1, "v"))
    assert [each["open"] for each in fields(shown)] == [False, True]
    assert len(shown) < LONGEST_EDITED


def test_no_text_of_a_row_becomes_markup() -> None:
    blank = Blank(ATTACK, ATTACK, ATTACK, is_missing=True)
    shown = filling(RowsToFill((RowToFill(3, (blank,)),), 1, "v"))
    assert "<script>" not in shown
    assert fields(shown)[0]["text"] == ATTACK


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "null"])
def test_what_no_dialog_sends_is_nothing_typed(text: str) -> None:
    assert typed(text) == {}
    assert typed('{"a": "b"}') == {"a": "b"}
