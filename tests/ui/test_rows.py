"""The table of the rows: its pages, a row by its number, the rows of one finding, a pencil at every text."""

import re
from pathlib import Path

import gradio as gr
import pytest

from studio.services.studio import Studio
from studio.services.views import DatasetView
from studio.ui.panels.rows import ROWS_SHOWN, finding_key
from studio.ui.session import Facts, Session
from studio.ui.shell import Shell
from studio.ui.tabs.data import DataTab
from studio.ui.wiring import Updates, told

ROWS = 34
EMAILS = range(21, 34)
EMPTY_ROW = 8


@pytest.fixture
def view(studio: Studio, tmp_path: Path) -> DatasetView:
    """34 rows, on lines 2 to 35 of the file: one without an answer, the last 13 with an e-mail address."""
    rows = [f"What about subject {n}?,The answer to it is number {n * 37}." for n in range(ROWS)]
    for n in EMAILS:
        rows[n] += f" Write to a{n}@example.org."
    rows[EMPTY_ROW - 2] = "Is anybody there?,"
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "\n".join(rows), encoding="utf-8")
    return studio.add_dataset(path, path.name)


class Reader:
    """One page on the Data step that looks at the table."""

    def __init__(self, shell: Shell, dataset: str) -> None:
        self.tab, self._shell = DataTab(shell), shell
        self.document: object = Session(dataset=dataset).document()

    def press(self, handler: str, **details: str) -> Updates:
        event = gr.EventData(None, details)
        takes = (self.document, event) if details else (self.document,)
        updates = told(self.tab.notice)(getattr(self.tab.rows, handler))(*takes)
        self.document = updates.get(self._shell.session, self.document)
        return updates

    def html(self) -> str:
        session = Session(**self.document)
        facts = Facts(session, self._shell.studio.dataset(session.dataset), None)
        return self.tab.show(facts, entering=False)[self.tab.rows.table]

    def rows(self) -> list[int]:
        return [int(row) for row in re.findall(r'<th scope="row">(\d+)</th>', self.html())]

    def button(self, words: str) -> re.Match[str]:
        found = re.search(rf'data-top="(\d+)" aria-label="{words}"( disabled)?', self.html())
        assert found is not None
        return found

    def turn(self, words: str) -> None:
        self.press("turn", top=self.button(words).group(1))


def test_all_rows_are_paged_through_and_every_text_has_its_pencil(shell: Shell, view: DatasetView) -> None:
    reader, seen = Reader(shell, view.id), []
    assert reader.button("Rows before").group(2)
    while True:
        seen += reader.rows()
        assert reader.html().count('data-event="edit"') == 2 * len(reader.rows())
        if reader.button("Rows after").group(2):
            break
        reader.turn("Rows after")
    assert seen == [row for row in range(2, 2 + ROWS) if row != EMPTY_ROW]
    assert "31 to 33 of 33" in reader.html()
    reader.turn("Rows before")
    assert reader.rows() == seen[20:30]


def test_a_row_is_found_by_the_number_it_has_in_the_file(shell: Shell, view: DatasetView) -> None:
    reader = Reader(shell, view.id)
    assert reader.press("jump", value="30")[reader.tab.notice] == ""
    assert reader.rows()[0] == 30
    said = reader.press("jump", value=str(EMPTY_ROW))[reader.tab.notice]
    assert "Row 8 is not among the examples." in said
    assert reader.rows()[0] == EMPTY_ROW + 1
    assert "Row 35 is the last." in reader.press("jump", value="1,000")[reader.tab.notice]
    assert reader.rows() == [35]
    assert "no number of a row" in reader.press("jump", value="seven")[reader.tab.notice]
    assert reader.rows() == [35]


def test_the_rows_of_a_finding_are_shown_alone_until_all_are_asked_for(
    shell: Shell, view: DatasetView
) -> None:
    reader = Reader(shell, view.id)
    issue = next(issue for issue in view.report.issues if issue.kind == "email")
    reader.press("turn", top="20")
    reader.press("of_finding", finding=finding_key(issue))
    named = [n + 2 for n in EMAILS]
    assert reader.rows() == named[:ROWS_SHOWN]
    assert "Only the rows of one finding" in reader.html()
    reader.turn("Rows after")
    assert reader.rows() == named[ROWS_SHOWN:]
    reader.press("all")
    assert reader.rows()[0] == 2


def test_a_finding_that_is_mended_gives_way_to_all_rows(shell: Shell, view: DatasetView) -> None:
    reader = Reader(shell, view.id)
    issue = next(issue for issue in view.report.issues if issue.kind == "email")
    reader.press("of_finding", finding=finding_key(issue))
    shell.studio.apply_fix(view.id, issue.check, issue.kind, "redact")
    assert len(reader.rows()) == ROWS_SHOWN
    assert "Only the rows of one finding" not in reader.html()


def test_a_page_beyond_the_end_is_the_last_one(shell: Shell, view: DatasetView) -> None:
    reader = Reader(shell, view.id)
    reader.press("turn", top="5000")
    assert reader.rows() == [33, 34, 35]


def test_only_findings_whose_rows_are_records_offer_to_show_them(shell: Shell, view: DatasetView) -> None:
    reader = Reader(shell, view.id)
    facts = Facts(Session(dataset=view.id), view, None)
    report = reader.tab.show(facts, entering=False)[reader.tab.health.report]
    assert {issue.check for issue in view.report.issues if issue.rows} >= {"incomplete", "personal_data"}
    assert report.count('data-event="rows"') == sum(
        1 for issue in view.report.issues if issue.rows and issue.check != "incomplete"
    )
