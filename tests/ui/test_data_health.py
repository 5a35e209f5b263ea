"""Fixes on the screen, on a real data set: tried first, applied once, taken back, told."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from studio.services import changing
from studio.services.studio import Studio
from studio.services.views import DatasetView
from studio.ui.live import Live, Watched
from studio.ui.panels.fixing import Trial
from studio.ui.session import Facts, Session
from studio.ui.shell import Shell
from studio.ui.tabs.data import DataTab
from studio.ui.wiring import Updates, told
from tests.services.conftest import wait_for

REDACT = Trial("personal_data", "email", "redact").key()


@pytest.fixture
def view(studio: Studio, tmp_path: Path) -> DatasetView:
    """20 rows, the first of them with an e-mail address."""
    rows = [f"What about subject {n}?,The answer to it is number {n * 37}." for n in range(20)]
    rows[0] += " Write to anna@example.org."
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "\n".join(rows), encoding="utf-8")
    return studio.add_dataset(path, path.name)


class Visitor:
    """One page on the Data step: presses buttons and keeps the session that comes back."""

    def __init__(self, shell: Shell, dataset: str) -> None:
        self.tab, self._shell = DataTab(shell), shell
        self.document: object = Session(dataset=dataset).document()

    def press(self, handler: str, **details: str) -> Updates:
        event = gr.EventData(None, details)
        takes = (self.document, event) if details else (self.document,)
        updates = told(self.tab.notice)(getattr(self.tab.health, handler))(*takes)
        self.document = updates.get(self._shell.session, self.document)
        return updates

    def try_out(self) -> Updates:
        """Do what the page does where a trial waits: have it made, then have it told."""
        self.tab.health.try_out(self.document)
        return self.press("tried")

    def said(self, updates: Updates) -> str:
        return updates[self.tab.notice]

    def table(self) -> str:
        session = Session(**self.document)
        view = self._shell.studio.dataset(session.dataset)
        return self.tab.show(Facts(session, view, None), entering=True)[self.tab.rows.table]

    def report(self) -> str:
        session = Session(**self.document)
        view = self._shell.studio.dataset(session.dataset)
        return self.tab.show(Facts(session, view, None), entering=True)[self.tab.health.report]


def test_a_fix_is_tried_then_applied_then_taken_back_and_made_again(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=REDACT)
    assert "data-fetch" in visitor.report(), "the page then asks for the trial"
    visitor.try_out()
    assert "<ins>[EMAIL_1]</ins>" in visitor.report()
    assert shell.studio.dataset(view.id).version == view.version, "nothing is changed yet"
    visitor.press("apply")
    assert "Done: Replace with placeholders." in visitor.report()
    assert shell.studio.dataset(view.id).version != view.version
    assert "Undone." in visitor.said(visitor.press("undo"))
    assert shell.studio.dataset(view.id).version == view.version
    visitor.press("redo")
    assert "Done: Replace with placeholders." in visitor.report()


def test_the_button_of_an_open_trial_closes_it(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=REDACT)
    visitor.press("offer", trial=REDACT)
    assert 'class="trial"' not in visitor.report()


def test_what_was_not_tried_on_these_rows_is_not_applied(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=REDACT)
    assert "not tried on these rows" in visitor.said(visitor.press("apply"))
    visitor.try_out()
    shell.studio.edit_cell(view.id, 3, "completion", "Another page wrote this.")
    assert "not tried on these rows" in visitor.said(visitor.press("apply"))
    assert len(shell.studio.history(view.id)) == 1


def test_a_finding_that_is_gone_closes_its_trial_with_the_reason(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=Trial("conflicts", "", "drop").key())
    assert "no longer there" in visitor.said(visitor.try_out())
    assert Session(**visitor.document).trial == ""


def test_rows_of_a_finding_are_edited_one_after_the_other(shell: Shell, tmp_path: Path) -> None:
    labels = ["cat" if n % 2 else "dog" for n in range(120)]
    labels[4], labels[9] = "cat", "dog"
    lines = [
        f"it {'meows softly' if n % 2 else 'barks loudly'} {n},{label}" for n, label in enumerate(labels)
    ]
    path = tmp_path / "labels.csv"
    path.write_text("text,label\n" + "\n".join(lines), encoding="utf-8")
    view = shell.studio.add_dataset(path, path.name)
    issue = next(issue for issue in view.report.issues if issue.fix == "edit")
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=Trial(issue.check, issue.kind, "edit").key())
    visitor.try_out()
    assert f'data-event="edit" data-row="{issue.rows[0]}"' in visitor.report()
    visitor.press("edit", row=str(issue.rows[0]), role="label", text="dog")
    assert Session(**visitor.document).trial, "the next row can be edited at once"
    (changed,) = shell.studio.records_of(view.id, issue.rows[:1])
    assert changed.record.label == "dog"


def test_a_text_of_the_table_is_edited_and_an_empty_one_refused(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("edit", row="4", role="completion", text="Mine.")
    assert shell.studio.dataset(view.id).preview[2].record.completion == "Mine."
    assert "The new text is empty." in visitor.said(
        visitor.press("edit", row="4", role="completion", text=" ")
    )
    assert "No row was named." in visitor.said(visitor.press("edit", row="x", role="completion", text="a"))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold every change before its first row; nobody waits for it."""
    go_on, real = threading.Event(), changing._Change._make

    def slow(change: changing._Change) -> None:
        assert go_on.wait(30)
        real(change)

    monkeypatch.setattr(changing, "SMALL_ROWS", 0)
    monkeypatch.setattr(changing._Change, "_make", slow)
    yield go_on
    go_on.set()


def shown_change(visitor: Visitor, shell: Shell, dataset: str) -> str:
    facts = Facts(Session(dataset=dataset), shell.studio.dataset(dataset), None)
    return visitor.tab.show(facts, entering=False)[visitor.tab.health.changing]


def test_a_large_change_is_shown_on_every_page_until_it_is_done(
    shell: Shell, view: DatasetView, held: threading.Event
) -> None:
    visitor, live = Visitor(shell, view.id), Live(shell.studio)

    def poll() -> dict[str, Any]:
        return live.reply(Watched("", dataset=view.id), since=-1)

    visitor.press("offer", trial=REDACT)
    visitor.try_out()
    quiet = poll()
    assert visitor.said(visitor.press("apply")) == ""
    assert Session(**visitor.document).trial == ""
    assert "being changed at the moment" in visitor.said(visitor.press("undo"))
    for page in (visitor, Visitor(shell, view.id)):
        assert "replace with placeholders" in shown_change(page, shell, view.id)
        assert 'data-event="stop"' in shown_change(page, shell, view.id)
        assert 'data-event="edit"' not in page.table(), "a text that was written would be refused"
    assert poll()["reading"]
    assert poll()["bars"] == {"change": 0}
    assert poll()["tag"] != quiet["tag"]
    held.set()
    wait_for(lambda: shell.studio.change(view.id) is None)
    assert poll()["tag"] not in (quiet["tag"], "")
    assert "reading" not in poll()
    assert shown_change(visitor, shell, view.id) == ""
    assert "Done: Replace with placeholders." in visitor.report()


def test_a_change_is_given_up_by_its_button(shell: Shell, view: DatasetView, held: threading.Event) -> None:
    visitor = Visitor(shell, view.id)
    shell.studio.start_fix(view.id, "personal_data", "email", "redact")
    visitor.press("stop")
    assert "Stopping" in shown_change(visitor, shell, view.id)
    held.set()
    wait_for(lambda: shell.studio.change(view.id) is None)
    assert shell.studio.history(view.id) == ()


def test_why_a_change_could_not_be_made_stands_there_until_it_is_put_away(
    shell: Shell, view: DatasetView, held: threading.Event
) -> None:
    visitor = Visitor(shell, view.id)
    shell.studio.start_fix(view.id, "conflicts", "", "drop")
    held.set()  # Let go before, it may have failed by the time one asks, and is told at once.
    wait_for(lambda: shell.studio.change(view.id).state == "failed")
    assert "no longer there" in shown_change(visitor, shell, view.id)
    visitor.press("close")
    assert shown_change(visitor, shell, view.id) == ""


def test_a_second_press_on_apply_changes_nothing_more(shell: Shell, view: DatasetView) -> None:
    visitor = Visitor(shell, view.id)
    visitor.press("offer", trial=REDACT)
    visitor.try_out()
    visitor.press("apply")
    assert visitor.said(visitor.press("apply")) == ""
    assert len(shell.studio.history(view.id)) == 1
