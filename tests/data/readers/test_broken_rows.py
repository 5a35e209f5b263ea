"""A row cut inside quotation marks is set aside by itself: no row is lost with it, no piece of it is kept."""

import csv
import io
import random

import pytest

from studio.data.readers.dialect import DOUBTFUL

CASES = {
    "a cut row of several lines takes no row along and leaves no piece": (
        "question,answer\n"
        + 'a?,"b\nb, b"\n' * 5
        + 'c?,"d\nmore, of it\nand mo\ne?,"f\nf, f"\ng?,"h, ""i"""\n',
        {
            **dict.fromkeys(range(2, 12, 2), ("a?", "b\nb, b")),
            12: None,
            15: ("e?", "f\nf, f"),
            17: ("g?", 'h, "i"'),
        },
        "(up to line 14)",
    ),
    "a cut row before rows without quotes": (
        'question,answer\na?,b\nc?,"cut\n' + "d?,e\n" * 3 + 'f?,"g, g"\nh?,"i, i"\n',
        {
            2: ("a?", "b"),
            3: None,
            **dict.fromkeys((4, 5, 6), ("d?", "e")),
            7: ("f?", "g, g"),
            8: ("h?", "i, i"),
        },
        "do not match up",
    ),
    "cut rows one behind the other": (
        'question,answer\na?,"b, c"\nc?,"cut\nd?,"cut\ne?,"f, g"\n',
        {2: ("a?", "b, c"), 3: None, 4: None, 5: ("e?", "f, g")},
        "do not match up",
    ),
    "a row too wide whose text looks like rows": (
        'question,answer\na?,b\nc?,d,"e\n1,2\nf"\ng?,h\n',
        {2: ("a?", "b"), 3: None, 6: ("g?", "h")},
        "The row has 3 cells",
    ),
    "many numbers of rows tell them from lines of a text": (
        "id,answer\n" + "".join(f"{n},b\n" for n in range(10)) + '10,"cut\none,piece\n11,"x, y"\n12,z\n',
        {**{n + 2: (str(n), "b") for n in range(10)}, 12: None, 14: ("11", "x, y"), 15: ("12", "z")},
        "(up to line 13)",
    ),
    "a last row of several lines that is cut": (
        'question,answer\na?,"b, b"\nc?,"d\nis cut\nhere\n',
        {2: ("a?", "b, b"), 3: None},
        "cut off in this row",
    ),
    "a quotation mark near the end that is never closed": (
        "question,answer\n" + "a?,b\n" * 12 + 'c?,"cut\nd?,e\nf?,g\n',
        {**dict.fromkeys(range(2, 14), ("a?", "b")), 14: None, 15: ("d?", "e"), 16: ("f?", "g")},
        "do not match up",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_cut_row_is_set_aside_and_nothing_else(read, case):
    content, expected, problem = case
    rows = list(read(content, "rows.csv").rows)
    assert {row.number: None if row.problem else tuple(row.cells.values()) for row in rows} == expected
    assert all(problem in row.problem for row in rows if row.problem)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_of_a_file_with_many_cut_rows_every_other_row_is_kept(read, quoting, delimiter):
    """A tenth of 200 rows, most of them of several lines, is cut anywhere between quotation marks."""
    chance = random.Random(5)
    parts, whole, cut, line = [f"question{delimiter}answer\n"], {}, [], 2
    for number in range(200):
        cells = (f'Why is {number}, or "{number}", so?', f'It is; as told:\n"{number}", and\tmore\nof it')
        file = io.StringIO()
        csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerow(cells)
        written = file.getvalue()
        if number % 10 == 4:
            begins = written.index("It is")
            written = written[: begins + chance.randrange(1, 12)] + "\n"
            cut.append(line)
        else:
            whole[line] = cells
        parts.append(written)
        line += written.count("\n")
    table = read("".join(parts), "rows.csv")
    rows = list(table.rows)
    assert table.columns == ("question", "answer")
    assert {row.number: tuple(row.cells.values()) for row in rows if not row.problem} == whole
    assert [row.number for row in rows if row.problem] == cut


def test_rows_that_are_each_broken_in_their_line_are_set_aside_one_by_one(read):
    rows = list(read("question,answer\n" + "a?,b\n" * 60 + 'a?,"b" c\n' * 50, "rows.csv").rows)
    assert [row.number for row in rows if row.problem] == list(range(62, 112))


def test_of_two_cut_rows_at_the_end_no_piece_is_kept(read):
    rows = list(
        read("question,answer\n" + 'a?,"b, c"\n' * 9 + 'd?,"cut\ne?,"f\ng, h\nand cu\n', "rows.csv").rows
    )
    assert [row.number for row in rows if not row.problem] == list(range(2, 11))
    assert [row.number for row in rows if row.problem] == [11, 12]


def test_what_is_unlike_all_rows_behind_a_broken_one_at_the_end_is_no_row(read):
    rows = list(read("question,answer\n" + 'a?,"b, c"\n' * 9 + 'd?,"b" c\nand, more\n', "rows.csv").rows)
    broken, unlike = (row for row in rows if row.problem)
    assert (broken.number, broken.problem) == (11, "The quotation marks do not match up.")
    assert (unlike.number, unlike.problem) == (12, f"{DOUBTFUL}.")
    assert [row.raw for row in (broken, unlike)] == ['d?,"b" c\n', "and, more\n"], "to type it from"
