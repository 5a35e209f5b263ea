"""A conversation comes back from its file as it was, and a model is told what it said itself."""

import json

import pytest

from studio.core.records import Message
from studio.core.talk import Exchange, Found, Manner, Spoken, Talk, from_dict, is_untouched, run_of, to_dict

FIRST = Exchange("e1", "Why?", {"run": Spoken("So.", "stop"), "base:run": Spoken("", "stopped")}, at=1.0)
SECOND = Exchange(
    "e2",
    "And then?",
    {"run": Spoken("Ask\u2028on.", "length", 3, 0.5, 8, "ab12", (Found("a.md", "text"),), "note")},
    Manner(0.7, 20, " Be brief. ", True),
    2.0,
)
TALK = Talk("t1", "me", 1.0, (FIRST, SECOND))


def test_it_comes_back_from_json_as_it_was() -> None:
    assert from_dict(json.loads(json.dumps(to_dict(TALK)))) == TALK
    assert TALK.voices == ("run",)
    assert Talk("t1", "me", 1.0).voices == ()


@pytest.mark.parametrize(
    "path", [("begun_at",), ("exchanges", 0, "question"), ("exchanges", 1, "answers", "run", "finish")]
)
def test_a_file_that_holds_something_else_is_refused(path: tuple[str | int, ...]) -> None:
    document = json.loads(json.dumps(to_dict(TALK)))
    *way, last = path
    place = document
    for step in way:
        place = place[step]
    place[last] = ["no such thing"]
    with pytest.raises(TypeError):
        from_dict(document)


def test_a_voice_knows_the_turns_that_it_answered_and_the_instruction_before_them() -> None:
    asked, answered = Message("user", "Why?"), Message("assistant", "So.")
    assert TALK.before("e2", "run") == (Message("system", "Be brief."), asked, answered)
    assert TALK.before("e2", "base:run") == (Message("system", "Be brief."),), (
        "what it did not say it knows not"
    )
    assert TALK.before("e1", "run") == ()


def test_a_voice_names_its_run() -> None:
    assert (run_of("base:run"), is_untouched("base:run")) == ("run", True)
    assert (run_of("run"), is_untouched("run")) == ("run", False)
