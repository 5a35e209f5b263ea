"""What the buttons say, and how choices become what the studio is asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.services.studio import Studio
from studio.services.views import Answer, Comparison, ExportView, JobView, Parity, RunView
from studio.ui.session import HUB, Session, refuse_folder
from studio.ui.shell import Shell
from studio.ui.tabs.compare import CompareTab, exam_job
from studio.ui.tabs.export import ExportTab, export_job
from studio.ui.tabs.method import MethodTab, unfetched
from studio.ui.tabs.train import button_words


@pytest.mark.parametrize(
    ("status", "saved", "primary", "enabled", "other"),
    [
        ("running", True, "Compare now", True, "Stop, keep the best"),
        ("running", False, "See the result when it is done", False, "Stop, keep the best"),
        ("queued", False, "See the result when it is done", False, "Take it out of the queue"),
        ("finished", True, "See the result", True, ""),
        ("stopped", True, "See the result", True, "Go on training"),
        ("paused", True, "Resume from step 5", True, "See the result"),
        ("paused", False, "Start again", True, ""),
        ("interrupted", True, "Resume from step 5", True, "See the result"),
        ("interrupted", False, "Start again", True, ""),
        ("failed", True, "Try again from the last save", True, "See the result"),
        ("failed", False, "Choose other settings", True, ""),
    ],
)
def test_the_primary_button_says_what_happens(
    run_view: Callable[..., RunView], status: str, saved: bool, primary: str, enabled: bool, other: str
) -> None:
    run = run_view(status=status, checkpoints=(5,) if saved else ())
    assert button_words(run) == (primary, enabled, other)


def test_without_a_run_the_primary_button_leads_to_the_recipes() -> None:
    assert button_words(None) == ("Choose a recipe", True, "")


@pytest.mark.parametrize(
    ("question", "looked_up", "asked"), [("Why?", False, 0), ("Why?", True, 1), ("How?", False, 1)]
)
def test_a_question_that_is_being_answered_is_not_asked_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, question: str, looked_up: bool, asked: int
) -> None:
    put: list[str] = []
    writing = Comparison("1", "Why?", {"base": Answer("It is")})
    monkeypatch.setattr(Studio, "comparison", lambda self, comparison: writing)
    monkeypatch.setattr(Studio, "ask", lambda self, text, run, with_retrieval: put.append(text) or "2")
    session = Session("compare", run="run1", question="1").document()
    CompareTab(shell).put(session, question, looked_up)
    assert len(put) == asked


def test_the_newest_job_of_a_kind_is_the_one_that_counts(run_view: Callable[..., RunView]) -> None:
    jobs = (
        JobView("1", "exam", "failed"),
        JobView("2", "export merged", "running"),
        JobView("3", "exam", "running"),
    )
    run = run_view(jobs=jobs)
    assert exam_job(run) == jobs[2]
    assert export_job(run, "merged") == jobs[1]
    assert export_job(run, "adapter") is None


@pytest.mark.parametrize("name", ["starter", "owner/model", "gpt2", "owner/model-1.5_b"])
def test_a_visitor_from_elsewhere_may_name_models_of_the_hub(name: str) -> None:
    refuse_folder(name, {"starter"})


@pytest.mark.parametrize("name", ["/etc", "../models", "~/models", "a/b/c", "C:\\models", "studio/ui", ".."])
def test_a_visitor_from_elsewhere_names_no_folders(name: str) -> None:
    with pytest.raises(Refused, match="not a name on the hub"):
        refuse_folder(name, {"starter"})


@pytest.mark.parametrize("typed", ["owner/other", "", None])
def test_a_model_that_was_typed_and_not_fetched_does_not_start_the_one_before(
    shell: Shell, typed: str | None
) -> None:
    tab, session = MethodTab(shell), Session("method", place=HUB, elsewhere="owner/model")
    with pytest.raises(Refused, match="not ready yet") as refused:
        tab.start(session.document(), typed)
    assert "Get this model" in refused.value.hint
    button = tab.adjust(session.document(), typed)[tab.bar.primary]
    assert (button.value, button.interactive) == ("Get this model first", False)


def test_the_box_matters_only_where_the_model_comes_from_it() -> None:
    assert not unfetched(Session(place=HUB, elsewhere="owner/model"), " owner/model ")
    assert not unfetched(Session(), "owner/other")


def test_only_what_was_checked_as_a_model_is_given_a_model_card(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Predictions", encoding="utf-8")
    predictions = ExportView("run1", "predictions", str(tmp_path), (), None)
    adapter = ExportView("run1", "adapter", str(tmp_path), (), Parity(5, 5, 0.0, True))
    tab = ExportTab(shell)
    assert "About these files" in tab._result(predictions)
    assert "Model card" not in tab._result(predictions)
    assert "Model card" in tab._result(adapter)


def test_a_size_that_cannot_be_told_costs_nobody_the_page(
    shell: Shell, run_view: Callable[..., RunView]
) -> None:
    assert ExportTab(shell)._sizes(run_view(id="not there")) == {}
