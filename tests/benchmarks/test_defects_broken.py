"""Rows are written where the studio numbers them, and each defect makes of a sound row an unusable one."""

import json
import random

import pytest

from benchmarks.defects_broken import Broken
from benchmarks.defects_cases import BROKEN
from benchmarks.defects_notations import (
    CSV,
    JSON,
    JSONL,
    QUOTED,
    conversations,
    left_open,
    miscounted,
    out_of_order,
)
from benchmarks.defects_planting import Row
from benchmarks.defects_sets import question_rows
from studio.data.formats.cells import RowProblem
from studio.data.formats.turns import conversation

PAIR = {"question": "a, b", "answer": "c\nd"}


@pytest.mark.parametrize(
    ("notation", "numbers"), [(JSONL, [1, 2, 3]), (JSON, [1, 2, 3]), (CSV, [2, 4, 6]), (QUOTED, [2, 4, 6])]
)
def test_a_row_is_numbered_as_the_studio_numbers_it(notation, numbers):
    assert notation.numbers([notation.write(PAIR)] * 3) == numbers
    rows = [Row({"row": notation.write(PAIR)}, at) for at in range(3)]
    found = Broken("sound rows", "unusable", lambda source, text: text, notation).score(rows, set())
    assert (found.clean, found.false) == (3, 0)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_every_defect_changes_the_text_of_a_row(broken):
    text = broken.notation.write(broken.rows_of("code")[0])
    assert all(broken.change(random.Random(seed), text) != text for seed in range(20))


def test_cells_are_too_few_or_too_many():
    rows = [miscounted(random.Random(seed), "a,b") for seed in range(20)]
    assert {row.count(",") for row in rows} == {0, 2, 3}


def test_the_last_quotation_mark_of_a_cut_row_is_one_that_opens():
    for seed in range(20):
        cut = left_open(random.Random(seed), '"a ""b"" c","d"')
        assert cut.count('"') % 2 == 1


def test_turns_out_of_order_are_no_conversation_and_those_of_the_set_are():
    for row in conversations("legal")[:20]:
        turns = [(turn["role"], turn["content"]) for turn in row["messages"]]
        assert conversation(turns).messages
        broken = out_of_order(random.Random(json.dumps(row)), row["messages"])
        with pytest.raises(RowProblem):
            conversation([(turn["role"], turn["content"]) for turn in broken])


def test_every_row_of_a_set_is_in_one_of_its_conversations():
    turns = [turn for row in conversations("legal") for turn in row["messages"] if turn["role"] != "system"]
    rows = question_rows("legal")
    assert [turn["content"] for turn in turns] == [text for row in rows for text in row.values()]


def test_a_broken_row_that_is_named_is_found_and_another_one_is_a_false_alarm():
    rows = [
        Row({"row": text}, at, at in (1, 2)) for at, text in enumerate(("a,b", "c", "d,e", "f,g,h", "i,j"))
    ]
    score = Broken("cells", "unusable", miscounted, CSV).score(rows, set())
    assert (score.planted, score.found, score.clean, score.false) == (2, 1, 3, 1)


def test_pieces_of_a_broken_cell_that_are_read_as_rows_are_false_alarms():
    case = Broken("pieces", "unusable", miscounted, CSV)
    rows = [Row({"row": text}, at, at == 1) for at, text in enumerate(("a,b", "c\nd,e", "f,g"))]
    assert case.score(rows, set()).false == 1
