"""Fixes on the screen, on a real data set: tried first, applied once, taken back, told."""

from pathlib import Path

import gradio as gr
import pytest

from studio.services.studio import Studio
from studio.services.views import DatasetView
from studio.ui.panels.fixing import Trial
from studio.ui.session import Facts, Session
from studio.ui.shell import Shell
from studio.ui.tabs.data import DataTab
from studio.ui.wiring import Updates, told

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

    def report(self) -> str:
        session = Session(**self.document)
        view = self._shell.studio.dataset(session.dataset)
        return self.tab.show(Facts(session, view, None, False), entering=True)[self.tab.health.report]


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
