"""The conversation on the screen: texts stay texts, answers say how they ended, programs find their lines."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from studio.core.talk import Exchange, Found, Spoken, Talk
from studio.services.rating import RatingView
from studio.services.views import RunView
from studio.services.views_of_talks import ServerView
from studio.ui.panels import chat as panel
from studio.ui.panels import door

ATTACK = "<script>alert(1)</script>\"'>"
OPEN = ServerView("open", "http://127.0.0.1:8000/v1", "", ("run1", "starter"), 2, 1)


def talk(said: Spoken, question: str = "Why?") -> Talk:
    return Talk(
        "t1", "me", 0.0, (Exchange("e1", question, {"run1": said, "base:run1": Spoken("No.", "stop")}),)
    )


@pytest.fixture
def runs(run_view: Callable[..., RunView]) -> list[RunView]:
    return [run_view(), run_view(id="run2", name=ATTACK, status="finished")]


def test_texts_of_people_and_models_stay_texts(runs: list[RunView]) -> None:
    hostile = talk(Spoken(ATTACK, "stop", 3, 1.0, 5, "ab", (Found(ATTACK, ATTACK),), ATTACK), ATTACK)
    ratings = {("e1", "run1"): RatingView(False, ATTACK)}
    shown = (
        panel.conversation(hostile, runs, ratings)
        + panel.earlier([hostile], "")
        + panel.who(runs, runs[0], ["run1"])
    )
    shown += door.door(ServerView("failed", note=ATTACK), {})
    shown += door.door(ServerView("open", "http://127.0.0.1:8000/v1", ATTACK, (ATTACK,)), {ATTACK: ATTACK})
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_an_answer_without_a_word_yet_says_that_it_is_on_its_way(runs: list[RunView]) -> None:
    assert ">Getting ready to answer<" in panel.conversation(talk(Spoken()), runs, {})
    assert "Getting ready" not in panel.conversation(talk(Spoken("It is")), runs, {})


def test_a_growing_answer_moves_and_can_be_neither_rated_nor_asked_again(runs: list[RunView]) -> None:
    growing = panel.conversation(talk(Spoken("It is", note="Loading")), runs, {})
    assert 'data-live="said-e1-run1">It is<' in growing
    assert 'data-live="note-e1-run1">Loading<' in growing
    assert 'aria-busy="true"' in growing
    assert "Ask again" not in growing
    done = panel.conversation(talk(Spoken("It is.", "stop", 3, 2.0, 5)), runs, {("e1", "run1"): None})
    assert "data-live" not in done
    assert "3 tokens in 2 s · step 5" in done
    assert done.count('class="rate"') == 2, "the thumbs of one answer, and what can be done with the question"
    assert 'data-value="Why?"' in done


def test_passages_that_all_have_read_stand_there_once(runs: list[RunView]) -> None:
    found, other = (Found("manual.md", "Seven days."),), (Found("manual.md", "Nine days."),)

    def shown(*read: tuple[Found, ...]) -> str:
        answers = {f"run{n}": Spoken("So.", "stop", found=each) for n, each in enumerate(read, 1)}
        return panel.conversation(Talk("t1", "me", 0.0, (Exchange("e1", "Why?", answers),)), runs, {})

    together = shown(found, found)
    assert together.count("Seven days.") == 1
    assert together.index("</article></div>") < together.index("All of them read this")
    assert shown(found).count("Read before the answer") == 1
    assert shown(found, other).count("Read before the answer") == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Spoken("So", "length", 2, 1.0), "cut off at the longest answer"),
        (Spoken("So", "stopped", 2, 1.0), "stopped by you"),
        (Spoken("", "failed", note="Out of memory."), "Out of memory."),
    ],
)
def test_an_answer_says_how_it_ended(runs: list[RunView], said: Spoken, words: str) -> None:
    assert words in panel.conversation(talk(said), runs, {})


def test_only_runs_that_write_and_have_saved_are_offered(
    runs: list[RunView], run_view: Callable[..., RunView]
) -> None:

    labels = run_view(id="labels", config=replace(runs[0].config, objective="classification"))
    fresh = run_view(id="fresh", checkpoints=())
    shown = panel.who([*runs, labels, fresh], runs[0], ["run1"])
    offered = [
        voice for voice in ("run1", "base:run1", "run2", "labels", "fresh") if f'value="{voice}"' in shown
    ]
    assert offered == ["run1", "base:run1", "run2"]
    assert shown.count(" checked") == 1
    assert (
        panel.who_title(runs, ["run1", "gone"]) == "Who answers: Support, Quick look · A run that was deleted"
    )


def test_an_open_server_shows_lines_that_name_its_models_and_its_key() -> None:
    assert "Authorization" not in door.curl(OPEN)
    sent = door.curl(OPEN).split("-d ")[1].strip().strip("'")
    assert json.loads(sent)["model"] == "run1"
    with_key = ServerView("open", OPEN.address, "sesame", OPEN.names)
    assert "Bearer sesame" in door.curl(with_key)
    assert 'api_key="sesame"' in door.python(with_key)
    compile(door.python(with_key), "python", "exec")
    shown = door.door(OPEN, {"run1": "Support, Quick look"})
    assert "run1</code> <small>Support, Quick look<" in shown
    assert "2 answers under way, 1 waiting" in shown
    assert "Stop the server" in shown
    assert door.title(OPEN) == "For your programs: open at http://127.0.0.1:8000/v1"
    assert "Open a server" in door.door(None, {})
    assert "Cancel" in door.door(ServerView("opening"), {})


def test_each_run_that_is_served_can_be_put_away_and_the_base_stays() -> None:
    shown = door.door(replace(OPEN, names=("run1", "starter"), runs=("run1",)), {})
    assert shown.count('data-event="away"') == 1
    assert 'data-id="run1"' in shown
    alone = door.door(replace(OPEN, names=()), {})
    assert "None is left." in alone
    assert "curl" not in alone
