"""What the Chat step asks the studio for, and what the polls tell it."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from studio.core.errors import Refused
from studio.core.talk import Exchange, Manner, Spoken, Talk
from studio.services.rating import RatingView
from studio.services.studio import Studio
from studio.services.views import RunView
from studio.services.views_of_talks import ServerView
from studio.ui import voices
from studio.ui.session import Facts, Session, lock, look_up, read
from studio.ui.shell import Shell
from studio.ui.tabs.chat import ChatTab

SESSION = Session("chat", run="run1", talk="t1")
FIELDS = (0.0, 200, "", False)
TALK = Talk("t1", "me", 0.0, (Exchange("e1", "Why?", {"run2": Spoken("So.", "stop")}),))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, run_view: Callable[..., RunView]) -> list[tuple[Any, ...]]:
    """What is asked of a studio that has two runs and one conversation."""
    said: list[tuple[Any, ...]] = []
    runs = (run_view(), run_view(id="run2", name="Other"))
    for verb in ("say", "say_again", "rate_talk", "open_server", "stop_talking", "delete_talk"):
        monkeypatch.setattr(
            Studio, verb, lambda self, *values, verb=verb: said.append((verb, *values)) or "t2"
        )
    for name, found in (("runs", runs), ("talks", (TALK,)), ("talk", TALK), ("server", None)):
        monkeypatch.setattr(Studio, name, lambda self, *ids, found=found: found)
    monkeypatch.setattr(Studio, "talk_ratings", lambda self, talk: {("e1", "run2"): None})
    monkeypatch.setattr(Studio, "why_no_arm", lambda self, run, arm: "")
    return said


@pytest.fixture
def tab(shell: Shell, asked: list[tuple[Any, ...]]) -> ChatTab:
    return ChatTab(shell)


def test_a_question_goes_to_who_is_ticked_in_the_manner_that_is_set(tab: ChatTab, asked: list) -> None:
    ticked = Session("chat", run="run1", talk="t1", voices="run2 base:run1 gone").document()
    updates = tab.ask(ticked, "Why?", 0.5, 30, None, True)
    manner = Manner(0.5, 30, "", True)
    assert asked == [("say", "Why?", ("run2", "base:run1"), manner, "t1")]
    assert read(updates[tab._shell.session]).talk == "t2"
    assert updates[tab.question] == ""
    tab.ask(SESSION.document(), "Why?", *FIELDS)
    assert asked[-1][2] == ("run1",), "where nobody is ticked the open run answers"


def test_the_last_question_is_put_again_as_it_was_or_as_it_was_edited(tab: ChatTab, asked: list) -> None:
    tab.again(SESSION.document(), *FIELDS, SimpleNamespace())
    tab.again(SESSION.document(), *FIELDS, SimpleNamespace(text="Who?"))
    assert [(verb, question) for verb, _, question, *_ in asked] == [
        ("say_again", "Why?"),
        ("say_again", "Who?"),
    ]


def test_ticks_add_and_take_away_and_one_model_stays(tab: ChatTab) -> None:
    def chosen(session: Session, voice: str, checked: bool) -> str:
        event = SimpleNamespace(value=voice, checked=str(checked).lower())
        return read(tab.choose(session.document(), event)[tab._shell.session]).voices

    assert chosen(SESSION, "base:run1", True) == "run1 base:run1"
    assert chosen(Session("chat", run="run1", voices="run1 run2"), "run1", False) == "run2"
    assert chosen(SESSION, "run1", False) == ""
    full = Session("chat", run="run1", voices="run1 run2 base:run1 base:run2")
    with pytest.raises(Refused, match="4 models"):
        chosen(full, "run3", True)


def test_an_earlier_conversation_goes_on_with_who_answered_there(tab: ChatTab, asked: list) -> None:
    opened = read(
        tab.open(Session("chat", run="run1").document(), SimpleNamespace(id="t1"))[tab._shell.session]
    )
    assert (opened.talk, opened.voices) == ("t1", "run2")
    assert read(tab.begin(SESSION.document())[tab._shell.session]).talk == ""
    tab.remove(SESSION.document(), SimpleNamespace(id="t1"))
    assert asked == [("delete_talk", "t1")]


def test_a_thumb_is_kept_with_its_answer(tab: ChatTab, asked: list) -> None:
    html = tab.rate(SESSION.document(), SimpleNamespace(who="e1/run2", said="good"))[tab.talk]
    assert asked == [("rate_talk", "t1", "e1", "run2", RatingView(True))]
    assert 'data-who="e1/run2"' in html


def test_while_an_answer_is_written_it_can_be_stopped_and_nothing_sent(
    tab: ChatTab, monkeypatch: pytest.MonkeyPatch, run_view: Callable[..., RunView]
) -> None:
    facts = Facts(SESSION, None, run_view(status="finished"))
    idle = tab.show(facts, entering=True)
    assert (idle[tab.send].visible, idle[tab.stop].visible) == (True, False)
    assert "training run is at work" in idle[tab.beside], "one of the two runs is"
    growing = Talk("t1", "me", 0.0, (Exchange("e1", "Why?", {"run1": Spoken("So", note="n")}),))
    monkeypatch.setattr(Studio, "talk", lambda self, talk: growing)
    busy = tab.show(facts, entering=False)
    assert (busy[tab.send].visible, busy[tab.stop].visible) == (False, True)
    assert voices.texts(growing, None) == {"said-e1-run1": "So", "note-e1-run1": "n"}
    assert voices.texts(TALK, ServerView("open", answering=1)) == {"server-load": "1 answer under way"}
    assert voices.state_of(growing, None) != voices.state_of(TALK, None) != voices.state_of(None, None)


def test_the_step_is_open_to_runs_that_write_and_have_saved(run_view: Callable[..., RunView]) -> None:
    def why_locked(**changes: Any) -> str | None:
        return lock(Facts(SESSION, None, run_view(**changes)), "chat")

    assert why_locked() is None
    assert why_locked(checkpoints=()) == "After the first save"
    labels = replace(run_view().config, objective="classification")
    assert why_locked(config=labels) == "This run writes no answers"


def test_a_conversation_that_is_gone_is_let_go(
    studio: Studio, asked: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Studio, talk: str) -> None:
        raise Refused("There is no conversation.", "")

    monkeypatch.setattr(Studio, "talk", gone)
    assert look_up(studio, SESSION).session.talk == ""
