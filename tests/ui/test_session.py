"""What one browser tab looks at, and which steps are open."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.core.report import DatasetReport, Issue
from studio.core.waits import Wait
from studio.services.views import DatasetView, RunView
from studio.ui.navigation import navigation, run_status
from studio.ui.session import Session, lock, look_up, read, welcome

UNUSABLE = Issue("not_a_table", "error", 1, (), "This is a picture.", "Save a table.")


class Shelf:
    """A studio that knows one dataset and some runs."""

    def __init__(
        self, *runs: RunView, verdict: str = "accept", preview: tuple[SourcedRecord, ...] = ()
    ) -> None:
        issues = (UNUSABLE,) if verdict == "reject" else ()
        mapping = {"input": "q", "output": "a"}
        report = DatasetReport(verdict, "csv", "pairs", 30, 30, 0, mapping=mapping, issues=issues)
        self._runs, self._dataset = runs, DatasetView("data1", "v1", "S", "s.csv", 0.0, report, preview, ())

    def runs(self) -> tuple[RunView, ...]:
        return self._runs

    def dataset(self, ident: str) -> DatasetView:
        if ident != "data1":
            raise Refused("There is no such dataset.", "")
        return self._dataset


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "train",
        {"step": "admin"},
        {"dataset": 7, "run": ["x"], "example": -3, "recipe": "best", "tuning": "none"},
        {"typed": {"max_length": 15}},
        {"typed": {"max_length": True, "early_stop": 7, "no setting": 3}},
        {"typed": ["max_length"]},
    ],
)
def test_what_does_not_belong_into_a_session_is_left_out(document: object) -> None:
    assert read(document) == Session()


def test_a_session_comes_back_as_it_was() -> None:
    session = Session(
        "train", "data1", "run1", "c1", "quick", "hub", "owner/model", "full", "completion", "merged", 4
    )
    session = replace(session, typed={"max_length": 2048, "learning_rate": 0.5, "schedule": "linear"})
    assert read(session.document()) == session


def test_ids_that_name_nothing_any_more_are_dropped() -> None:
    facts = look_up(Shelf(), Session("compare", "gone", "gone", "gone"))
    assert facts.session == Session("data")
    assert facts.dataset is None
    assert facts.run is None


def test_a_run_brings_its_dataset_along(run_view: Callable[..., RunView]) -> None:
    facts = look_up(Shelf(run_view()), Session("train", run="run1"))
    assert facts.dataset is not None
    assert facts.session.dataset == "data1"


def test_steps_are_locked_with_a_reason_until_they_make_sense(run_view: Callable[..., RunView]) -> None:
    nothing = look_up(Shelf(), Session())
    reasons = [lock(nothing, step) for step in ("data", "method", "train", "compare", "export")]
    assert reasons == [
        None,
        "Add examples first",
        "Choose a recipe first",
        "After training",
        "After training",
    ]
    unsaved = look_up(Shelf(run_view(checkpoints=())), Session("train", run="run1"))
    assert lock(unsaved, "export") == "After the first save"
    saved = look_up(Shelf(run_view()), Session("train", run="run1"))
    assert [lock(saved, step) for step in ("method", "train", "compare", "export")] == [None] * 4
    rejected = look_up(Shelf(verdict="reject"), Session(dataset="data1"))
    assert lock(rejected, "method") == "These examples cannot be used yet"


def test_a_locked_step_gives_way_to_one_that_is_open(run_view: Callable[..., RunView]) -> None:
    facts = look_up(Shelf(run_view(checkpoints=())), Session("compare", run="run1"))
    assert facts.session.step == "train"


def test_a_bare_address_opens_the_run_that_is_live(run_view: Callable[..., RunView]) -> None:
    shelf = Shelf(run_view(status="finished", id="old"), run_view())
    assert welcome(shelf, Session(), addressed=False) == Session("train", "data1", "run1")
    assert welcome(shelf, Session(), addressed=True) == Session()
    assert welcome(Shelf(), Session(), addressed=False) == Session()


def test_the_navigation_marks_the_current_step_and_disables_locked_ones() -> None:
    html = navigation(look_up(Shelf(), Session()))
    assert html.count("<button") == 6
    assert html.count("aria-current=step") == 1
    assert html.count(" disabled") == 5
    assert "Choose a recipe first" in html


@pytest.mark.parametrize(
    ("severities", "set_aside", "said"),
    [
        ((), 0, "12 examples, all good"),
        (("note",), 0, "12 examples, all good"),
        (("warning", "error", "note"), 0, "12 examples, 2 worth a look"),
        (("warning",), 3, "12 examples, 3 set aside"),
    ],
)
def test_the_navigation_does_not_say_that_all_is_good_where_the_report_says_otherwise(
    severities: tuple[str, ...], set_aside: int, said: str
) -> None:
    issues = tuple(
        Issue("conflicts", severity, 1, (2,), "Two answers.", "Choose.") for severity in severities
    )
    facts = look_up(Shelf(), Session(dataset="data1"))
    report = replace(facts.dataset.report, total=12 + set_aside, kept=12, set_aside=set_aside, issues=issues)
    facts = replace(facts, dataset=replace(facts.dataset, report=report))
    assert said in navigation(facts)


def test_an_objective_that_does_not_take_the_rows_gives_way_to_one_that_does() -> None:
    turns = Conversation((Message("user", "q"), Message("assistant", "a")))
    wanted = Session("method", dataset="data1", objective="completion")
    chats = look_up(Shelf(preview=(SourcedRecord(1, turns),)), wanted)
    assert (chats.session.objective, chats.session.step) == ("chat", "method")
    pairs = look_up(Shelf(preview=(SourcedRecord(1, Completion("q", "a")),)), wanted)
    assert pairs.session.objective == "completion"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Step 5 of 10"),
        ({"step": 0}, "Getting ready"),
        ({"status": "queued", "wait": Wait(1)}, "Waiting, number 2"),
        ({"status": "queued", "wait": Wait(1, 600, 840)}, "Waiting, number 2, starts in about 10 to 14 min"),
        ({"status": "finished", "seconds": 708.0}, "Finished in 11 min 48 s"),
        ({"status": "stopped"}, "Stopped at step 5"),
        ({"status": "interrupted"}, "Cut off at step 5"),
        ({"status": "failed"}, "Failed"),
    ],
)
def test_a_runs_state_is_said_in_a_few_words(
    run_view: Callable[..., RunView], changes: dict[str, object], said: str
) -> None:
    assert run_status(run_view(**changes)) == said


def test_a_model_elsewhere_is_the_name_that_was_typed() -> None:
    assert Session().model == "starter"
    assert Session(place="hub", elsewhere=" owner/model ").model == "owner/model"
    assert Session(place="folder").model == ""
