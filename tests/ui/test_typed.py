"""What was typed on the Method step is still there after a look at another step."""

from pathlib import Path

import pytest

from studio.services.studio import Studio
from studio.ui.session import Facts, Session, look_up, read
from studio.ui.shell import Shell
from studio.ui.tabs.method import MethodTab
from studio.ui.typed import applying, read_typed


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (
            {"rank": 4, "schedule": "linear", "learning_rate": 1},
            {"rank": 4, "schedule": "linear", "learning_rate": 1.0},
        ),
        ({"rank": 4.0}, {"rank": 4}),
        ({"rank": 10**9, "schedule": "zigzag", "learning_rate": None, "no setting": 1, "epochs": [2]}, {}),
        ([("rank", 4)], {}),
        ("rank", {}),
    ],
)
def test_of_what_a_browser_kept_only_settings_with_a_value_that_they_may_have_are_read(
    sent: object, kept: dict
) -> None:
    assert read_typed(sent) == kept


def test_what_does_not_belong_to_what_is_learned_now_waits_beside_it() -> None:
    typed = {"steps": 7, "rank": 4}
    assert applying(typed, "chat", "lora") == typed
    assert applying(typed, "chat", "full") == {"steps": 7}


def test_settings_and_rewards_are_there_again_and_go_with_another_method(
    shell: Shell, studio: Studio, tmp_path: Path, tiny_model_folder: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "".join(f"What is {n}?,It is {n}.\n" for n in range(20)))
    view, tab = studio.add_dataset(path, path.name), MethodTab(shell)
    session = Session("method", view.id, place="folder", elsewhere=str(tiny_model_folder), objective="grpo")
    names = tab.form.names()
    shown = tab.show(Facts(session, view, None), entering=True)
    values = {name: shown.get(tab.form.widgets[name], tab.form.widgets[name].value) for name in names}
    changed = {"steps": 7, "rank": 4, "exact_weight": 2.0}
    adjusted = tab.adjust(session.document(), session.elsewhere, *{**values, **changed}.values())
    left = read(adjusted[shell.session])
    assert left.typed == changed
    back = look_up(studio, read(left.at("data").document())).session.at("method")
    again = tab.show(Facts(back, view, None), entering=True)
    assert {name: again[tab.form.widgets[name]] for name in changed} == changed
    assert again[tab.rewards.boxes["exact"]].value is True
    assert read(tab.choose("tuning")(back.document(), "ia3")[shell.session]).typed == {}
