"""Data sets are copied at once, read again with another mapping, and their dependents are named."""

import os

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.records import Completion, SourcedRecord
from studio.data.readers.outright import LARGEST_FILE_BYTES
from tests.services.conftest import planned, write_table


@pytest.fixture
def unknown(tmp_path):
    """A table whose columns nobody can tell apart."""
    path = tmp_path / "three.csv"
    rows = "".join(f"a{number},b{number},c{number}\n" for number in range(40))
    path.write_text("a,b,c\n" + rows)
    return path


def test_a_file_is_copied_at_once_and_may_go_away(closed, table):
    view = closed.add_dataset(table, "Sums: äöü $(x) -rf.csv")
    table.unlink()
    assert view.report.kept == 60
    assert view.name == "Sums: äöü $(x) -rf"
    assert view.preview[0] == SourcedRecord(2, Completion("What is 0 plus one?", "It is 1."))
    assert view.rows[0].cells == {"question": "What is 0 plus one?", "answer": "It is 1."}
    assert [known.id for known in closed.datasets()] == [view.id]


def test_the_same_file_again_is_the_same_data_set(closed, table):
    assert closed.add_dataset(table, table.name).id == closed.add_dataset(table, table.name).id
    assert closed.add_dataset(write_table(table, 30), table.name).id != closed.datasets()[-1].id
    assert len(closed.datasets()) == 2


def test_looking_at_a_file_keeps_nothing(closed, table):
    assert closed.check(table).kept == 60
    assert closed.datasets() == ()


def test_a_file_that_cannot_be_used_is_refused_and_leaves_nothing(closed, tmp_path, home):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.7\n\x00\x01")
    with pytest.raises(Refused):
        closed.add_dataset(path, path.name)
    with pytest.raises(Refused, match="There is no file"):
        closed.add_dataset(tmp_path / "gone.csv", "gone.csv")
    assert list((home / "datasets").iterdir()) == []


@pytest.mark.parametrize(
    "what", ["missing", "folder", "fifo", "device", "link", "empty", "huge", "ending", "long"]
)
def test_what_nobody_need_open_is_refused_before_it_is_copied(closed, tmp_path, monkeypatch, what):
    path = tmp_path / {"long": "n" * 300, "ending": "model.pkl"}.get(what, "table.csv")
    makers = {
        "folder": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
        "device": lambda: path.symlink_to("/dev/zero"),
        "link": lambda: path.symlink_to(tmp_path / "nowhere"),
        "empty": path.touch,
        "ending": lambda: path.write_text("a,b"),
        "huge": lambda: path.touch() or os.truncate(path, LARGEST_FILE_BYTES + 1),
    }
    makers.get(what, lambda: None)()

    def copied(*paths):
        raise AssertionError("it was copied")

    monkeypatch.setattr("shutil.copyfile", copied)
    with pytest.raises(Refused) as refused:
        closed.add_dataset(path, path.name)
    try:
        said = closed.check(path).issues[0].message
    except Refused as checked:
        said = checked.message
    if what not in ("missing", "link", "long"):
        assert said == refused.value.message


@pytest.mark.parametrize(
    ("file", "name"), [("x" * 200 + ".csv", "x" * 119 + "…"), (" .csv", "data"), ("a b.csv", "a b")]
)
def test_a_name_made_from_a_file_is_never_refused(closed, table, file, name):
    assert closed.add_dataset(table, file).name == name


def test_names_that_are_no_text_are_refused(closed, table, tiny_model_folder):
    with pytest.raises(Refused, match=r"The name of the file holds .*udcff"):
        closed.add_dataset(table, "bad\udcff.csv")
    config = planned(closed, table, tiny_model_folder)
    run = closed.start(config)
    for verb in (
        lambda: closed.rename_dataset(config.dataset, "a\ud800"),
        lambda: closed.rename_run(run, "a\ud800"),
        lambda: closed.annotate_run(run, "a\ud800"),
        lambda: closed.start(config, "a\ud800"),
        lambda: closed.check_model("a\ud800"),
        lambda: closed.check_model("m" * 5000),
        lambda: closed.check_model("m" * 500),
        lambda: closed.check_model(""),
        lambda: closed.plan(config.dataset, model="m\ud800"),
        lambda: closed.ask("a\ud800", run),
    ):
        with pytest.raises(Refused):
            verb()


def test_a_table_that_nobody_can_tell_is_shown_and_waits_for_its_mapping(closed, unknown):
    view = closed.add_dataset(unknown, unknown.name)
    assert view.preview == ()
    assert dict(view.rows[0].cells) == {"a": "a0", "b": "b0", "c": "c0"}
    with pytest.raises(Refused, match="column"):
        closed.plan(view.id)
    mapped = closed.remap(view.id, {"input": "b", "output": "c"})
    assert mapped.preview[0].record == Completion("b0", "c0")
    assert mapped.version != view.version
    assert closed.plan(view.id).dataset_version == mapped.version


def test_a_mapping_to_a_column_that_is_not_there_is_refused_and_changes_nothing(closed, table):
    view = closed.add_dataset(table, table.name)
    with pytest.raises(Refused, match="no column"):
        closed.remap(view.id, {"input": "question", "output": "reply"})
    assert closed.dataset(view.id) == view


def test_what_hangs_on_a_data_set_is_named_and_runs_keep_their_rows(closed, table, tiny_model_folder, home):
    config = planned(closed, table, tiny_model_folder)
    run = closed.start(config, "My run")
    assert closed.dataset_dependents(config.dataset) == (
        "the run 'My run' learned from it, and keeps its own copy of the rows",
    )
    assert closed.dataset(config.dataset).runs == ("My run",)
    closed.delete_dataset(config.dataset)
    assert closed.datasets() == ()
    assert (home / "runs" / run / "records.jsonl").stat().st_size > 0


def test_a_data_set_is_renamed_and_an_empty_name_refused(closed, table):
    view = closed.add_dataset(table, table.name)
    assert closed.rename_dataset(view.id, " Arithmetic ").name == "Arithmetic"
    for name in ("  ", "x" * 121):
        with pytest.raises(Refused):
            closed.rename_dataset(view.id, name)


@pytest.mark.parametrize("name", ["", "..", "../runs", "aaaaaaaaaaaaaaaa"])
def test_an_id_that_was_never_made_is_refused(closed, name):
    with pytest.raises(Refused, match="no data set"):
        closed.dataset(name)


def test_every_sample_is_read_without_a_row_lost(closed):
    samples = closed.samples()
    assert len(samples) >= 4
    for sample in samples:
        view = closed.add_sample(sample.id)
        assert view.report.kept == sample.rows
        assert view.name == sample.title
        assert closed.add_sample(sample.id).id == view.id
    with pytest.raises(Refused, match="Known: support"):
        closed.add_sample("nothing")


def test_the_learning_view_shows_context_and_answer_of_one_row(closed, table, tiny_model_folder):
    view = closed.add_dataset(table, table.name)
    row, spans = closed.learning_view(view.id, 2, model=str(tiny_model_folder))
    assert row == 4
    assert "".join(span.text for span in spans if span.role == "learned") == "It is 3.<|im_end|>"
    assert "What is 2 plus one?" in spans[0].text
    _, cut = closed.learning_view(view.id, 2, model=str(tiny_model_folder), max_length=40)
    assert cut[-1].role == "cut"
    with pytest.raises(Refused, match="no example number 1001"):
        closed.learning_view(view.id, 1000, model=str(tiny_model_folder))
    with pytest.raises(StudioError, match="not on this machine"):
        closed.learning_view(view.id, 0, model="owner/name")


def test_the_learning_view_says_that_an_answer_is_compared_where_a_reward_is_learned_from(
    closed, table, tiny_model_folder, rewarded_objective
):
    view = closed.add_dataset(table, table.name)
    _, spans = closed.learning_view(view.id, 2, model=str(tiny_model_folder), objective=rewarded_objective)
    assert {span.role for span in spans} == {"context", "expected"}
    assert "".join(span.text for span in spans if span.role == "expected") == "It is 3.<|im_end|>"


def test_texts_with_labels_are_planned_and_shown_as_question_and_answer(closed, tmp_path, tiny_model_folder):
    path = tmp_path / "reviews.csv"
    lines = (f"review {number} says so,{'good' if number % 2 else 'bad'}\n" for number in range(40))
    path.write_text("text,label\n" + "".join(lines))
    view = closed.add_dataset(path, path.name)
    assert view.report.format == "labelled"
    assert closed.plan(view.id).dataset == view.id
    row, spans = closed.learning_view(view.id, 1, model=str(tiny_model_folder))
    assert row == 3
    assert "".join(span.text for span in spans if span.role == "learned") == "good<|im_end|>"


def test_the_learning_view_shows_a_question_once_with_the_better_and_the_worse_answer(
    closed, tmp_path, tiny_model_folder
):
    path = tmp_path / "pairs.csv"
    path.write_text("prompt,chosen,rejected\n" + "".join(f"How {n}?,so {n},not {n}\n" for n in range(12)))
    view = closed.add_dataset(path, path.name)
    _, spans = closed.learning_view(view.id, 3, model=str(tiny_model_folder), objective="dpo")
    answers = [(span.role, span.text) for span in spans if span.role != "context"]
    assert answers == [("learned", "so 3<|im_end|>"), ("avoided", "not 3<|im_end|>")]
    assert sum("How 3?" in span.text for span in spans) == 1


def test_the_learning_view_tells_an_answer_rated_bad_from_a_good_one(closed, tmp_path, tiny_model_folder):
    path = tmp_path / "rated.csv"
    lines = (f"How {n}?,so {n},{'good' if n % 2 else 'bad'}\n" for n in range(12))
    path.write_text("prompt,completion,rating\n" + "".join(lines))
    view = closed.add_dataset(path, path.name)
    shown = [
        closed.learning_view(view.id, at, model=str(tiny_model_folder), objective="kto")[1] for at in (0, 1)
    ]
    roles = [{span.role for span in spans} for spans in shown]
    assert roles == [{"context", "avoided"}, {"context", "learned"}]


def test_two_answers_of_which_one_is_better_are_learned_as_preferences_and_not_as_chat(closed, tmp_path):
    path = tmp_path / "pairs.csv"
    rows = "".join(f"question {n},good answer {n},bad answer {n}\n" for n in range(12))
    path.write_text("prompt,chosen,rejected\n" + rows)
    view = closed.add_dataset(path, path.name)
    assert view.report.kept == 12
    assert closed.plan(view.id, objective="dpo").objective == "dpo"
    with pytest.raises(Refused, match="cannot be learned as 'chat'"):
        closed.plan(view.id, objective="chat")


META = '{"version": 1, "name": "a", "file_name": "b", "created_at": "x", "current": "c", "history": []}'
DAMAGE = {
    "meta.json": ["", "[]", '{"version": 1}', META, None],
    "report.json": ["", '{"version": 1}', None],
    "rows.json": ['{"version": 1}', None],
    "records.jsonl": ["3\n", None],
}


@pytest.mark.parametrize(("file", "content"), [(file, each) for file, all in DAMAGE.items() for each in all])
def test_a_damaged_data_set_is_named_and_stands_in_nobodys_way(closed, table, home, file, content):
    bad = closed.add_dataset(table, table.name).id
    path = next((home / "datasets" / bad).rglob(file))
    sound = path.read_bytes()
    path.write_text(content) if content is not None else path.unlink()
    other = write_table(table.with_name("other.csv"), 30)
    good = [closed.add_dataset(other, other.name).id, closed.add_sample("support").id]
    assert {view.id for view in closed.datasets()} == set(good)
    assert [problem for problem in closed.worker().damage if bad in problem and file in problem]
    with pytest.raises(StudioError, match=file):
        closed.dataset(bad)
    assert closed.models()
    path.write_bytes(sound)
    assert {view.id for view in closed.datasets()} == {bad, *good}
    assert closed.worker().damage == ()


def test_a_damaged_run_keeps_nobody_from_the_data_sets(closed, table, tiny_model_folder, home):
    run = closed.start(planned(closed, table, tiny_model_folder))
    (home / "runs" / run / "config.json").write_text("")
    other = write_table(table.with_name("other.csv"), 30)
    assert closed.add_dataset(other, other.name).runs == ()
    assert len(closed.datasets()) == 2
    assert [model.id for model in closed.models()] == ["starter"]


def test_a_home_without_room_is_one_plain_sentence(closed, table, home, monkeypatch):
    real = type(home).mkdir

    def read_only(path, *arguments, **named):
        if path.name.startswith(".staging"):
            raise OSError(30, "Read-only file system")
        real(path, *arguments, **named)

    monkeypatch.setattr(type(home), "mkdir", read_only)
    with pytest.raises(StudioError, match="could not be written: Read-only file system"):
        closed.add_dataset(table, table.name)
