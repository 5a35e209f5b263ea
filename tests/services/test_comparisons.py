"""Questions wait, are answered word by word, can be cancelled, and are put back when work must come first."""

import pytest

from studio.core.errors import Refused, StudioError
from studio.services.comparisons import KEPT, Questions
from studio.services.views import Answer
from studio.store.home import Home


@pytest.fixture
def questions():
    return Questions()


def test_a_question_has_two_empty_answers_until_it_is_taken(questions):
    name = questions.ask("Why?", "run")
    view = questions.view(name)
    assert view.answers == {"base": Answer(), "run": Answer()}
    assert view.waiting
    assert questions.take() == (name, "Why?", "run")
    assert questions.take() is None


def test_an_answer_grows_and_the_wait_is_over(questions):
    name = questions.ask("Why?", "run")
    questions.take()
    questions.write(name, "base", Answer("Be"))
    questions.write(name, "base", Answer("Because", done=True, weights_hash="h"))
    view = questions.view(name)
    assert view.answers["base"] == Answer("Because", done=True, weights_hash="h")
    assert view.answers["run"] == Answer()
    assert view.waiting == ""


def test_a_question_put_back_is_the_next_one_and_empty_again(questions):
    first, second = questions.ask("first", "run"), questions.ask("second", "run")
    questions.take()
    questions.write(first, "base", Answer("half an ans"))
    questions.put_back(first, "Waiting for a stop.")
    assert questions.view(first).answers["base"] == Answer()
    assert questions.view(first).waiting == "Waiting for a stop."
    assert questions.take()[0] == first
    assert questions.take()[0] == second


def test_a_cancelled_question_is_settled_and_never_taken(questions):
    name = questions.ask("Why?", "run")
    questions.cancel(name)
    assert questions.take() is None
    assert all(answer.done for answer in questions.view(name).answers.values())
    assert questions.cancelled(name)


def test_a_failure_settles_both_answers_with_its_reason(questions):
    name = questions.ask("Why?", "run")
    questions.take()
    questions.fail(name, StudioError("The disk is gone.", "Mount it."))
    view = questions.view(name)
    assert view.error == "The disk is gone. Mount it."
    assert all(answer.done for answer in view.answers.values())


def test_old_questions_are_forgotten_but_never_one_that_waits(questions):
    waiting = questions.ask("waits", "run")
    for number in range(KEPT + 10):
        questions.ask(str(number), "run")
    assert questions.view(waiting).question == "waits"
    with pytest.raises(Refused, match="not known any more"):
        questions.view("another process's")


def test_what_is_told_while_the_models_load_reaches_the_question_that_was_taken(questions):
    taken, waiting = questions.ask("first", "run"), questions.ask("second", "run")
    questions.take()
    questions.tell("The model's files are checked.")
    for name in (taken, waiting):
        assert questions.view(name).waiting.startswith("The model's files are checked. ")


def test_the_expected_wait_is_what_loading_and_the_work_in_between_took_the_last_time(questions):
    assert "known after the first answer" in questions.view(questions.ask("first", "run")).waiting
    questions.measured(load_seconds=3.2)
    questions.measured(turn_seconds=2.1)
    assert "About 5 s" in questions.view(questions.ask("second", "run")).waiting
    questions.measured(turn_seconds=0.0)
    assert "About 3 s" in questions.view(questions.ask("third", "run")).waiting


def test_the_question_that_is_being_answered_is_never_forgotten(questions):
    name = questions.ask("Why?", "run")
    questions.take()
    for number in range(KEPT + 10):
        questions.ask(str(number), "run")
    questions.write(name, "base", Answer("Because"))
    assert questions.view(name).answers["base"] == Answer("Because")


def test_a_failure_of_a_question_that_is_not_known_any_more_hurts_nobody(questions):
    questions.fail("long gone", StudioError("The disk is gone.", "Mount it."))


def test_how_many_wait_is_told_of_all_and_of_one_person(questions, tmp_path):
    home = Home(tmp_path)
    for run in ("ada's", "ada's", "bob's"):
        questions.ask("Why?", run)
    seen = questions.seen_in(home.owned_by("ada"))
    seen._home.runs.has = lambda run: run == "ada's"
    assert (questions.waiting(), seen.waiting()) == (3, 2)
    questions.take()
    assert seen.waiting() == 1
