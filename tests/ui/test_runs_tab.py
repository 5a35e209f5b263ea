"""What the buttons of the list do: choosing to compare, deleting with care, beginning like an earlier run."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from studio.core.errors import Refused
from studio.services.studio import Studio
from studio.ui.live import Live, Watched
from studio.ui.session import Session, longest_example, look_up, read
from studio.ui.shell import Shell
from studio.ui.tabs.compare import CompareTab
from studio.ui.tabs.method import MethodTab
from studio.ui.tabs.train import TrainTab
from tests.services.conftest import planned, write_table
from tests.services.test_comparing_runs import finished


@pytest.fixture
def two(studio: Studio, tmp_path: Path, tiny_model_folder: Path) -> list[str]:
    table = write_table(tmp_path / "sums.csv")
    config = planned(studio, table, tiny_model_folder, rank=4, learning_rate=0.01)
    return [finished(studio, config, name, [3.0, 2.0]) for name in ("first", "second")]


@pytest.fixture
def tab(shell: Shell) -> TrainTab:
    return TrainTab(shell)


def pressed(**details: str) -> SimpleNamespace:
    return SimpleNamespace(**details)


def session_of(tab: TrainTab, updates: dict) -> Session:
    return read(updates[tab._shell.session])


def test_ticked_runs_are_set_side_by_side_and_stay_so_in_the_session(
    tab: TrainTab, studio: Studio, two: list[str]
) -> None:
    session = Session("train", run=two[0])
    for ticked in (two[:1], two):
        session = session_of(tab, tab.runs.pick(session.document(), pressed(value=" ".join(ticked))))
        shown = tab.runs.show(look_up(studio, session))[tab.runs.versus]
    assert session.chosen == tuple(two)
    assert "2 runs side by side" in shown
    session = session_of(tab, tab.runs.turn(session.document(), pressed(value="seconds")))
    assert session.axis == "seconds"
    assert session_of(tab, tab.runs.turn(session.document(), pressed(value="<b>"))).axis == "step"
    session = session_of(tab, tab.runs.pick(session.document(), pressed(value=two[1])))
    assert session.chosen == (two[1],)
    assert "Tick another run" in tab.runs.show(look_up(studio, session))[tab.runs.versus]
    assert session_of(tab, tab.runs.clear(session.document())).chosen == ()
    with pytest.raises(Refused, match="6 runs can be set side by side"):
        tab.runs.pick({}, pressed(value="a b c d e f g"))
    gone = look_up(studio, session_of(tab, tab.runs.pick({}, pressed(value=f"<b> {two[0]}")))).session
    assert gone.chosen == (two[0],)


def test_a_run_that_is_deleted_leaves_the_comparison_and_the_form(
    tab: TrainTab, studio: Studio, two: list[str]
) -> None:
    session = Session("train", compared=" ".join(two), like=two[0])
    tab.runs.remove(session.document(), pressed(id=two[0]))
    assert [view.id for view in studio.runs()] == [two[1]]
    known = look_up(studio, session).session
    assert (known.chosen, known.like) == ((two[1],), "")


def test_what_was_trained_is_deleted_only_after_the_word(
    tab: TrainTab, studio: Studio, two: list[str]
) -> None:
    (studio._home.runs.folder(two[0]).path / "checkpoints" / "step-000005").mkdir(parents=True)
    for text in ("", "yes", "delet"):
        with pytest.raises(Refused, match="Nothing was deleted"):
            tab.runs.remove({}, pressed(id=two[0], text=text))
    tab.runs.remove({}, pressed(id=two[0], text=" Delete "))
    assert len(studio.runs()) == 1


def test_a_run_like_an_earlier_one_begins_with_its_settings(
    tab: TrainTab, studio: Studio, two: list[str], tiny_model_folder: Path
) -> None:
    document = tab.runs.again(Session("train").document(), pressed(id=two[0]))[tab._shell.session]
    session = read(document)
    assert (session.step, session.like, session.place) == ("method", two[0], str(tiny_model_folder))
    method = MethodTab(tab._shell)
    tab._shell.entries.append(method)
    drawn = method.show(look_up(studio, session), entering=True)
    widgets = method.form.widgets
    assert (drawn[widgets["rank"]], drawn[widgets["steps"]]) == (4, 12)
    assert drawn[widgets["learning_rate"]] == 0.01
    assert "Filled in as for “first”" in drawn[method.like.told]

    other = method.choose("tuning")(document, "full")
    assert other[widgets["steps"]] == 12, "what applies to the other method too stays"
    assert other[widgets["learning_rate"]] != 0.01, "another method has its own step size"
    recipe = read(method.choose("recipe")(document, "quick")[tab._shell.session])
    assert recipe.like == ""
    begun = method.like.forget(document)[tab._shell.session]
    assert read(begun).like == ""

    values = [drawn.get(widgets[name], widgets[name].value) for name in method.form.names()]
    values[method.form.names().index("rank")] = 2
    started = read(method.start(document, "", *values)[tab._shell.session])
    config = studio.run(started.run).config
    assert (config.knobs["rank"], config.knobs["steps"], started.like) == (2, 12, "")
    assert studio.run(two[0]).config.knobs["rank"] == 4
    before = studio.runs()
    assert method.start(started.document(), "", *values) == {}, "pressed while the next step is being drawn"
    assert studio.runs() == before


def test_the_longest_example_that_was_typed_stands_over_that_of_the_earlier_run(
    tab: TrainTab, studio: Studio, tmp_path: Path, tiny_model_folder: Path
) -> None:
    config = planned(studio, write_table(tmp_path / "sums.csv"), tiny_model_folder, max_length=300)
    run = finished(studio, config, "short", [3.0, 2.0])
    pressed_again = tab.runs.again(Session("train", typed={"max_length": 900}).document(), pressed(id=run))
    session, method = session_of(tab, pressed_again), MethodTab(tab._shell)
    assert session.typed == {}, "what was typed for another run is not for this one"
    tab._shell.entries.append(method)
    names, box = method.form.names(), method.form.widgets["max_length"]

    def drawn_with(session: Session) -> dict:
        return method.show(look_up(studio, session), entering=True)

    drawn = drawn_with(session)
    assert (drawn[box], session_of(tab, drawn).typed) == (300, {"max_length": 300})
    recipe = longest_example(Session())
    assert recipe != 300
    for typed in (700, recipe):
        values = [drawn.get(method.form.widgets[name], method.form.widgets[name].value) for name in names]
        values[names.index("max_length")] = typed
        adjusted = session_of(tab, method.adjust(session_of(tab, drawn).document(), "", *values))
        assert drawn_with(adjusted)[box] == longest_example(adjusted) == typed
    begun = session_of(tab, method.like.forget(adjusted.document()))
    assert begun.typed == {}
    assert drawn_with(begun)[box] == recipe


def test_a_remedy_of_the_probe_begins_a_run_like_it_with_one_thing_changed(
    tab: TrainTab, studio: Studio, two: list[str]
) -> None:
    compare = CompareTab(tab._shell)
    document = Session("compare", run=two[0]).document()
    begun = session_of(tab, compare.probe.remedy(document, pressed(remedy="rate")))
    assert (begun.step, begun.like, begun.remedy) == ("method", two[0], "rate")
    method = MethodTab(tab._shell)
    tab._shell.entries.append(method)
    drawn = method.show(look_up(studio, begun), entering=True)
    assert drawn[method.form.widgets["learning_rate"]] == 0.005
    assert drawn[method.form.widgets["rank"]] == 4
    assert "Changed is one thing: half the step size (learning rate)." in drawn[method.like.told]
    again = session_of(tab, tab.runs.again(begun.document(), pressed(id=two[0])))
    assert again.remedy == "", "repeating a run as it was changes nothing"
    with pytest.raises(Refused, match="no remedy"):
        compare.probe.remedy(document, pressed(remedy="prayer"))


def test_examples_that_are_gone_are_told_before_the_method_step_opens(
    tab: TrainTab, studio: Studio, two: list[str]
) -> None:
    studio.delete_dataset(studio.run(two[0]).config.dataset)
    with pytest.raises(Refused, match="examples of this run were deleted"):
        tab.runs.again({}, pressed(id=two[0]))


def test_a_page_is_told_of_a_run_that_another_process_began_on_the_same_home(
    studio: Studio, tmp_path: Path, tiny_model_folder: Path
) -> None:
    live = Live(studio, fresh_seconds=0.0)
    before = live.reply(Watched(""), since=-1)
    other = Studio(studio._home.path)
    config = planned(other, write_table(tmp_path / "sums.csv"), tiny_model_folder)
    run = finished(other, config, "from elsewhere", [3.0, 2.0])
    after = live.reply(Watched(run), since=0)
    assert after["tag"] != before["tag"]
    assert after["points"]["held_out"] == {"x": [0, 5], "y": [3.0, 2.0]}
