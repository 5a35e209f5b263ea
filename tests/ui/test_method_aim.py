"""The Method step offers what the rows allow: aims where there are several, and the ways of each."""

from pathlib import Path

import pytest

from studio.core.config import RunConfig
from studio.engine.aims import aim_of
from studio.ui.session import Session
from studio.ui.shell import Shell
from studio.ui.tabs.method_aim import AimPart

ROWS = {
    "pairs": ("question,answer", "q{n},a{n}"),
    "preference": ("prompt,chosen,rejected", "q{n},a{n},b{n}"),
}


@pytest.fixture
def opened(shell: Shell, tmp_path: Path, rewarded_objective: str):
    """Return the part and a session on rows of a kind."""

    def open_rows(kind: str) -> tuple[AimPart, Session]:
        header, row = ROWS[kind]
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join([header, *(row.format(n=n) for n in range(12))]))
        part = AimPart(shell)
        part.lay_out()
        return part, Session("method", dataset=shell.studio.add_dataset(path, path.name).id)

    return open_rows


def offered(part: AimPart, session: Session, objective: str) -> tuple[list[str], bool, list[str]]:
    """Return the aims, whether there is a choice between them, and the objectives of the chosen one."""
    updates = part.drawn(session, RunConfig(session.dataset, "", objective=objective))
    aims, objectives = updates[part.aim], updates[part.objective]
    return [name for _, name in aims.choices], aims.visible, [name for _, name in objectives.choices]


def test_questions_with_answers_can_be_copied_or_rewarded(opened) -> None:
    part, session = opened("pairs")
    aims, is_choice, objectives = offered(part, session, "chat")
    assert (aims, is_choice) == (["answers", "reward"], True)
    assert objectives == ["chat", "completion", "distillation"]
    assert {aim_of(name) for name in offered(part, session, "tried")[2]} == {"reward"}


def test_pairs_leave_one_aim_with_its_ways_and_say_in_plain_words_what_happens(opened) -> None:
    part, session = opened("preference")
    aims, is_choice, objectives = offered(part, session, "dpo")
    assert (aims, is_choice) == (["preferences"], False)
    assert objectives == ["dpo", "orpo", "simpo", "reward"]
    updates = part.drawn(session, RunConfig(session.dataset, "", objective="dpo"))
    assert "weighed against each other" in updates[part.said]
    assert updates[part.fold].label == "What is learned: Learn from preferences (DPO)"


def test_where_answers_are_learned_as_they_are_nothing_more_is_said(opened) -> None:
    part, session = opened("pairs")
    assert part.drawn(session, RunConfig(session.dataset, "", objective="chat"))[part.said] == ""


def test_another_aim_takes_its_first_way(opened) -> None:
    part, session = opened("pairs")
    drawn: list[Session] = []
    choose = part.choosing(lambda chosen: drawn.append(chosen) or {})
    for aim in ("reward", "answers", "preferences"):
        choose(session.document(), aim)
    assert [aim_of(each.objective) for each in drawn] == ["reward", "answers", "answers"]
    assert drawn[1].objective == "chat"
