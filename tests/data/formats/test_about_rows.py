"""A split and a group are noticed by their columns, suggested with a note, and never applied."""

import pytest

from studio.data.formats.about_rows import suggested_roles
from studio.data.inspect import inspect
from studio.data.tables import SourceRow


def suggested(**columns: list[object]) -> dict[str, str]:
    names = tuple(name.replace("_", " ") for name in columns)
    cells = zip(*columns.values(), strict=True)
    rows = [SourceRow(at, dict(zip(names, row, strict=True))) for at, row in enumerate(cells, 1)]
    return suggested_roles(names, rows, ())


@pytest.mark.parametrize(
    "cells",
    [["train", "test"], ["Training", "DEV", ""], ["val", "train"], ["eval", "held-out", "Train "]],
)
def test_train_and_test_in_any_spelling_are_a_split_whatever_the_column_is_called(cells):
    assert suggested(x=cells) == {"split": "x"}


def test_a_file_that_begins_with_one_part_is_known_by_the_name_of_the_column():
    assert suggested(split=["train", "train"]) == {"split": "split"}
    assert suggested(answer=["train", "train"]) == {}


@pytest.mark.parametrize("cells", [["train", "bus"], ["", ""], [1, 0], ["train", None, 5]])
def test_other_words_are_no_split(cells):
    assert suggested(split=cells) == {}


AGAIN = ["a", "b", "c", "d", "e", "a"]


@pytest.mark.parametrize(
    "name", ["patient", "customer_id", "User_ID", "Thread_No", "conversation", "kunde", "document_key"]
)
def test_a_column_called_after_somebody_who_comes_again_is_a_group(name):
    assert suggested(**{name: AGAIN}) == {"group": name.replace("_", " ")}


@pytest.mark.parametrize(
    "name", ["id", "question", "customer_question", "name", "case_type", "user_document"]
)
def test_other_columns_are_no_group(name):
    assert suggested(**{name: AGAIN}) == {}


@pytest.mark.parametrize(
    "cells",
    [["a", "b", "c", "d", "e", "f"], ["a", "b", "a", "b", "a", "b"], [*AGAIN[:5], "a" * 100], [[1], [1]]],
    ids=["none comes again", "of two only", "a text", "lists"],
)
def test_what_does_not_come_again_or_is_no_name_is_no_group(cells):
    assert suggested(patient=cells) == {}


def test_a_column_that_plays_a_role_is_not_suggested():
    rows = [SourceRow(at, {"user": name}) for at, name in enumerate(AGAIN)]
    assert suggested_roles(("user",), rows, ("user",)) == {}


def test_a_file_says_so_in_notes_and_is_read_without_them(tmp_path):
    path = tmp_path / "notes.csv"
    lines = [f"Words {n},{'test' if n % 4 == 0 else 'train'},p{n % 5}" for n in range(12)]
    path.write_text("\n".join(["text,use,patient id", *lines]), encoding="utf-8")
    report = inspect(path, "notes.csv").report
    assert (report.format, report.mapping) == ("text", {"text": "text"})
    assert report.suggested == {"split": "use", "group": "patient id"}
    assert report.verdict == "note"
    said = {issue.kind: issue.message for issue in report.issues if issue.kind in ("split", "group")}
    assert said["split"] == "“use” seems to say which rows are for training and which for the exam."
    assert said["group"].startswith("“patient id” names the same again")
    chosen = {"text": "text", "split": "use"}
    assert inspect(path, "notes.csv", mapping=chosen).report.suggested == {"group": "patient id"}
