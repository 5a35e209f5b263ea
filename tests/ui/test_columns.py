"""Which column is which: the kinds of rows and roles that a file is offered, and what the choices mean."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from studio.core.errors import Refused
from studio.core.report import DatasetReport
from studio.services.views import DatasetView, TableRow
from studio.ui.columns import (
    JOINED,
    KINDS,
    NONE,
    asked_mapping,
    choices,
    kind_of,
    offered_kinds,
    offered_roles,
    prompt_of,
    slots,
    suggestion,
)

LIST = '[{"role": "user"}]'


def view(
    columns: Mapping[str, str], read_as: str = "", mapping: Mapping[str, str] | None = None
) -> DatasetView:
    """A file with one row; `columns`: name -> cell."""
    report = DatasetReport("note", "csv", read_as, 1, 1, 0, tuple(columns), mapping or {})
    return DatasetView("id", "v1", "n", "n.csv", 0.0, report, (), (TableRow(2, columns),))


PAIRS = view({"q": "x", "a": "y"}, "pairs", {"input": "q", "output": "a"})
WIDE = view({"q": "x", "a": "y", "topic": "z"}, "pairs", {"input": "q", "output": "a"})


def test_formats_that_differ_only_in_spelling_are_one_kind_of_rows() -> None:
    assert set(KINDS) == {"preference", "rated", "sharegpt", "labelled", "pairs", "text"}
    assert KINDS["sharegpt"] == "Conversations"
    assert kind_of(view({"i": "x", "c": "y", "o": "z"}, "alpaca")) == "pairs"


def test_only_kinds_that_the_columns_suffice_for_are_offered() -> None:
    assert set(offered_kinds(PAIRS)) == {"pairs", "labelled", "preference", "text"}
    assert "rated" in offered_kinds(WIDE)
    assert set(offered_kinds(view({"messages": LIST}))) == {"sharegpt"}


def test_a_table_that_nobody_understood_is_first_taken_for_questions_with_answers() -> None:
    assert kind_of(view({"q": "x", "a": "y"})) == "pairs"
    assert kind_of(view({"q": "x"})) == "text"
    assert kind_of(view({"turns": LIST})) == "sharegpt"


def test_roles_that_the_kind_does_not_have_are_hidden_and_the_others_need_a_column_to_spare() -> None:
    assert offered_roles(PAIRS, "pairs") == ("input", "output")
    assert offered_roles(WIDE, "pairs") == ("input", "context", "output", "system", "group", "split")
    assert offered_roles(WIDE, "labelled") == ("text", "label", "group", "split")
    assert offered_roles(WIDE, "rated") == ("input", "output", "rating")


def test_what_is_chosen_out_of_sight_is_not_asked_for() -> None:
    chosen = {"input": "q", "output": "a", "text": "topic", "label": "a", "system": NONE, "group": None}
    assert asked_mapping(WIDE, "pairs", chosen, "") == {"input": "q", "output": "a"}
    assert asked_mapping(WIDE, "labelled", chosen, "") == {"text": "topic", "label": "a"}


def test_a_prompt_takes_the_place_of_the_question() -> None:
    chosen = {"input": JOINED, "output": "a"}
    asked = asked_mapping(WIDE, "pairs", chosen, "About {topic}: {q}")
    assert asked == {"input": "About {topic}: {q}", "output": "a"}
    with pytest.raises(Refused, match="The prompt is empty"):
        asked_mapping(WIDE, "pairs", chosen, "  ")


def test_a_prompt_that_is_in_use_is_shown_again() -> None:
    joined = view({"q": "x", "a": "y"}, "pairs", {"input": "Say: {q}", "output": "a", "system": "On {q}"})
    assert choices(joined, "input") == ([NONE, "q", "a", JOINED], JOINED)
    assert prompt_of(joined) == "Say: {q}"
    assert choices(joined, "system")[1] == "On {q}", "another role shows its prompt as one more choice"
    assert "system" in offered_roles(joined, "pairs")
    assert prompt_of(PAIRS) == ""


def test_a_column_with_a_brace_in_its_name_is_no_slot() -> None:
    assert slots(view({"a{b": "x", "c": "y"})) == ("c",)


def test_a_column_that_nobody_chose_is_offered_with_what_it_is_for() -> None:
    report = replace(WIDE.report, suggested={"group": "topic"})
    assert suggestion(replace(WIDE, report=report), "group").startswith("Use “topic”: what belongs together")
    assert suggestion(WIDE, "group") == ""


@pytest.mark.parametrize("kind", [None, "", "../x"])
def test_rows_of_no_kind_that_is_known_are_told(kind: str | None) -> None:
    with pytest.raises(Refused, match="not said what the rows are"):
        offered_roles(PAIRS, kind)
