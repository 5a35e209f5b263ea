"""The Data step on real files: what it shows of the columns is what it asks for when nothing was changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from studio.data.mapping import ABOUT_ROWS, ROLES
from studio.services.studio import Studio
from studio.services.views import DatasetView
from studio.ui.columns import NONE, kind_of
from studio.ui.navigation import navigation
from studio.ui.session import Facts, Session, longest_example, read
from studio.ui.shell import Shell
from studio.ui.tabs.data import DataTab
from studio.ui.tabs.method import MethodTab

TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
SPOKEN = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
ROWS = {
    "chat": {"messages": TURNS, "id": 7},
    "sharegpt": {"conversations": SPOKEN, "system": "Be brief."},
    "alpaca": {"instruction": "Add", "input": "1 and 2", "output": "3", "system": "Be brief."},
    "pairs": {"question": "q", "context": "c", "answer": "a", "system": "Be brief."},
    "text": {"text": "words", "number": 3},
}
BY_POSITION = {"left": "q", "right": "a"}


@pytest.fixture
def open_rows(studio: Studio, tmp_path: Path) -> Callable[[dict], DatasetView]:
    def add(row: dict) -> DatasetView:
        path = tmp_path / "rows.jsonl"
        path.write_text("\n".join(json.dumps(row) for _ in range(12)), encoding="utf-8")
        return studio.add_dataset(path, path.name)

    return add


def learned(tab: DataTab, session: Session) -> str:
    """Do what the page does where an example waits: have it read, then have it shown."""
    tab.learn(session.document())
    return tab.learned(session.document())[tab.learning]


def shown(tab: DataTab, view: DatasetView) -> dict[str, tuple[str, bool]]:
    """Return what the dropdown of each role says, and whether it is in view."""
    facts = Facts(Session(dataset=view.id), view, None)
    updates, roles = tab.show(facts, entering=True), tab.columns.roles
    return {role: (updates[roles[role]].value, updates[roles[role]].visible) for role in ROLES}


@pytest.mark.parametrize("row", [*ROWS.values(), BY_POSITION], ids=[*ROWS, "by position"])
def test_reading_the_file_again_unchanged_gives_the_same_version(
    shell: Shell, open_rows: Callable[[dict], DatasetView], row: dict
) -> None:
    tab, view = DataTab(shell), open_rows(row)
    values = [value for value, _ in shown(tab, view).values()]
    tab.columns.change(Session(dataset=view.id).document(), kind_of(view), "", *values)
    again = shell.studio.dataset(view.id)
    assert (again.version, again.report.mapping) == (view.version, view.report.mapping)


def test_rows_of_which_nothing_can_be_learned_are_called_not_ready_everywhere(
    shell: Shell, open_rows: Callable[[dict], DatasetView]
) -> None:
    tab, view = DataTab(shell), open_rows({"prompt": "q", "completion": "a", "label": "true"})
    facts = Facts(Session(dataset=view.id), view, None)
    updates = tab.show(facts, entering=True)
    assert "see what is missing" in updates[tab.head]
    assert "12 examples, not ready yet" in navigation(facts)


def test_the_columns_that_were_understood_are_all_shown(
    shell: Shell, open_rows: Callable[[dict], DatasetView]
) -> None:
    for name, row in ROWS.items():
        view = open_rows(row)
        assert view.report.format == name
        dropdowns = shown(DataTab(shell), view)
        chosen = {role: value for role, (value, visible) in dropdowns.items() if value != NONE and visible}
        assert chosen == view.report.mapping


def test_roles_that_make_no_sense_for_the_file_are_hidden(
    shell: Shell, open_rows: Callable[[dict], DatasetView]
) -> None:
    def visible(row: dict) -> set[str]:
        roles = shown(DataTab(shell), open_rows(row)).items()
        return {role for role, (_, seen) in roles if seen and role not in ABOUT_ROWS}

    assert visible({"messages": TURNS}) == {"messages"}
    assert visible(BY_POSITION) == {"input", "output"}
    assert visible(ROWS["chat"]) == {"messages"}
    assert visible({"conversations": SPOKEN, "instruction text": "Be brief."}) == {"messages", "system"}


def test_an_example_is_coloured_as_the_chosen_recipe_and_model_will_read_it(
    shell: Shell, open_rows: Callable[[dict], DatasetView], tiny_model_folder: Path
) -> None:
    tab = DataTab(shell)
    view = open_rows({"question": "q", "answer": "a" * 500})

    session = Session(dataset=view.id, place="folder", elsewhere=str(tiny_model_folder))
    assert "[cut off]" in learned(tab, replace(session, recipe="quick")), "384 tokens, one for each byte"
    assert "[cut off]" not in learned(tab, replace(session, recipe="thorough"))
    longer = replace(session, recipe="quick", typed={"max_length": 2000})
    assert "[cut off]" not in learned(tab, longer), "as typed"


def test_an_example_is_coloured_as_what_is_chosen_to_be_learned(
    shell: Shell, open_rows: Callable[[dict], DatasetView], tiny_model_folder: Path
) -> None:
    tab = DataTab(shell)
    view = open_rows({"question": "Who?", "answer": "Ada"})
    session = Session(dataset=view.id, place="folder", elsewhere=str(tiny_model_folder))
    assert "im_start" in learned(tab, session)
    continued = learned(tab, replace(session, objective="completion"))
    assert "im_start" not in continued
    assert "[context] </span>Who?</span>" in continued
    assert "[learned] </span>\nAda" in continued


def test_the_longest_example_that_was_typed_is_kept_for_the_first_step_until_a_recipe_is_chosen(
    shell: Shell, studio: Studio, tmp_path: Path, tiny_model_folder: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "".join(f"What is {n}?,It is {n}.\n" for n in range(20)))
    view, tab = studio.add_dataset(path, path.name), MethodTab(shell)
    session = Session("method", view.id, place="folder", elsewhere=str(tiny_model_folder))
    names = tab.form.names()

    def settings(shown: dict) -> list:
        return [shown.get(tab.form.widgets[name]) for name in names]

    first = settings(tab.show(Facts(session, view, None), entering=True))
    typed = [700 if name == "max_length" else value for name, value in zip(names, first, strict=True)]
    adjusted = read(tab.adjust(session.document(), session.elsewhere, *typed)[shell.session])
    assert (adjusted.typed, longest_example(adjusted)) == ({"max_length": 700}, 700)
    again = settings(tab.show(Facts(adjusted, view, None), entering=True))
    assert again == typed
    assert read(tab.adjust(adjusted.document(), session.elsewhere, *first)[shell.session]).typed == {}
    assert set(tab.ways.outputs()) <= set(tab.adjust(adjusted.document(), session.elsewhere, *first))
    assert tab.adjust(adjusted.at("data").document(), session.elsewhere, *first) == {}, "asked before leaving"
    assert read(tab.choose("recipe")(adjusted.document(), "quick")[shell.session]).typed == {}


def test_an_example_that_was_read_too_late_is_not_shown_for_another(
    shell: Shell, open_rows: Callable[[dict], DatasetView], tiny_model_folder: Path
) -> None:
    tab, view = DataTab(shell), open_rows(BY_POSITION)
    session = Session(dataset=view.id, place="folder", elsewhere=str(tiny_model_folder))
    tab.learn(session.document())
    waits = [tab.learned(replace(session, example=at).document())[tab.learning] for at in (1, 2)]
    assert all("data-fetch" in wait for wait in waits)
    assert waits[0] != waits[1], "the page asks again where something has changed"
    assert "1 of 12" in tab.learned(session.document())[tab.learning]


def test_why_an_example_cannot_be_read_is_told_until_one_comes_back(
    shell: Shell, open_rows: Callable[[dict], DatasetView]
) -> None:
    tab, view = DataTab(shell), open_rows(BY_POSITION)
    session = Session(dataset=view.id, place="hub")
    assert "No model is named yet" in learned(tab, session)
    facts = Facts(session, view, None)
    assert "No model is named yet" in tab.show(facts, entering=False)[tab.learning]
    assert "data-fetch" in tab.show(facts, entering=True)[tab.learning]


def test_a_visitor_from_elsewhere_has_no_example_read_by_a_folder_of_this_machine(
    shell: Shell, open_rows: Callable[[dict], DatasetView], tiny_model_folder: Path
) -> None:
    tab, view = DataTab(replace(shell, local=False)), open_rows(BY_POSITION)
    session = Session(dataset=view.id, place="folder", elsewhere=str(tiny_model_folder))
    assert "not a name on the hub" in learned(tab, session)


def test_one_press_uses_the_columns_for_the_split_and_the_group_that_were_noticed(
    shell: Shell, studio: Studio, tmp_path: Path
) -> None:
    lines = [f"What about {n}?,It is {n}.,{'test' if n % 5 == 0 else 'train'},p{n // 2}" for n in range(20)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["question,answer,use,patient id", *lines]), encoding="utf-8")
    view, tab = studio.add_dataset(path, path.name), DataTab(shell)
    assert view.report.mapping == {"input": "question", "output": "answer"}
    for role, column in (("split", "use"), ("group", "patient id")):
        updates = tab.show(Facts(Session(dataset=view.id), view, None), entering=True)
        button, values = updates[tab.columns.uses[role]], shown(tab, view)
        assert button.visible
        assert f"“{column}”" in button.value
        pressed = tab.columns.use(
            role, Session(dataset=view.id).document(), "pairs", "", *(v for v, _ in values.values())
        )
        assert pressed[tab.columns.roles[role]] == column, "a large file is read long after"
        assert not pressed[tab.columns.uses[role]].visible
        view = studio.dataset(view.id)
        assert view.report.mapping[role] == column
        updates = tab.show(Facts(Session(dataset=view.id), view, None), entering=True)
        assert not updates[tab.columns.uses[role]].visible


def test_behind_the_last_example_there_is_none_to_go_back_from(
    shell: Shell, open_rows: Callable[[dict], DatasetView]
) -> None:
    tab, view = DataTab(shell), open_rows(BY_POSITION)
    session = Session(dataset=view.id, example=40)
    back = tab.move(session.document(), gr.EventData(None, {"move": "-1"}))
    assert read(back[shell.session]).example == view.report.kept - 2
