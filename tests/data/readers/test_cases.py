"""Every case of reading in one table: what the file says -> the columns, the rows, the notes."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Case:
    """`rows`: line -> cells, or None for a row set aside whose reason holds `problem`."""

    content: str | bytes
    rows: dict[int, tuple | None]
    columns: tuple[str, ...] = ("question", "answer")
    name: str = "rows.csv"
    file_type: str = "csv"
    notes: tuple[str, ...] = ()
    problem: str = ""


QA = {2: ("a?", "b"), 3: ("c?", "d, e")}
UMLAUTS = "wie gehts ü ö ä ß,gut\n"

CASES = {
    **{
        f"delimiter {delimiter!r}": Case(
            f"question{delimiter}answer\na?{delimiter}b\nc?{delimiter}d, e\n",
            QA,
            file_type="tsv" if delimiter == "\t" else "csv",
        )
        for delimiter in ";\t|:^~\x01\x1f§#!=/&*"
    },
    "several spaces are no delimiter": Case(
        "question   answer\nwhat   two\n", {2: ("what   two",)}, ("question   answer",)
    ),
    "colons in one column of text": Case(
        "text\nnote: this\nso: it\n", {2: ("note: this",), 3: ("so: it",)}, ("text",)
    ),
    "space behind the delimiter": Case('question, answer\n"a?", "b"\n"c?", "d, e"\n', QA),
    "backslash before quotes": Case(
        'question,answer\n"He said \\"hi, you\\"",x\n"D:\\\\",C:\\new\n',
        {2: ('He said "hi, you"', "x"), 3: ("D:\\", "C:\\new")},
    ),
    "backslashes that stand for themselves": Case(
        'question,answer\nC:\\new,"\\t"\n', {2: ("C:\\new", "\\t")}
    ),
    "single quotes around every cell": Case("'question','answer'\n'a?','b'\n'c?','d, e'\n", QA),
    "single quotes where needed": Case("question,answer\n'a?',b\nc?,'d, e'\n", QA),
    "mixed line ends": Case('question,answer\r\na?,b\rc?,"d, e"\n', QA),
    "excel's sep": Case("\ufeffsep=;\r\nquestion;answer\r\na?;b\r\n", {3: ("a?", "b")}),
    "excel's sep in quotes": Case('"sep=^"\nquestion^answer\na?^b\n', {3: ("a?", "b")}),
    "text stays text": Case(
        "question,answer\n007,NA\nNone,TRUE\n1e5,null\n",
        {2: ("007", "NA"), 3: ("None", "TRUE"), 4: ("1e5", "null")},
    ),
    "a title and a gap": Case("Export 2024\n\nquestion,answer\na?,b\n", {4: ("a?", "b")}, notes=("title",)),
    "a title that could be a column": Case(
        "Customer questions\nquestion,answer\na?,b\nc?,d\n",
        {3: ("a?", "b"), 4: ("c?", "d")},
        notes=("title",),
    ),
    "a padded title that could be a column": Case(
        "Price list,\n,\nquestion,answer\na?,b\nc?,d\n", {4: ("a?", "b"), 5: ("c?", "d")}, notes=("title",)
    ),
    "padded titles": Case(
        "Export,,\nMay 2024,,\nid,question,answer\n1,a?,b\n",
        {4: ("1", "a?", "b")},
        ("id", "question", "answer"),
        notes=("title",),
    ),
    "a title with a comma": Case(
        "Export of May 6, 2024\nBy X\nid,question,answer\n1,a?,b\n2,c?,d\n",
        {4: ("1", "a?", "b"), 5: ("2", "c?", "d")},
        ("id", "question", "answer"),
        notes=("title",),
    ),
    "comments above and between": Case(
        "# exported by me\n# on, monday\nquestion,answer\na?,b\n# more below\nc?,d\n",
        {4: ("a?", "b"), 6: ("c?", "d")},
        notes=("comments",),
    ),
    "a column named #": Case(
        "#,question,answer\n1,a?,b\n", {2: ("1", "a?", "b")}, ("#", "question", "answer")
    ),
    "a header behind #": Case(
        "#question,answer\na b?,b\nc?,d\n", {2: ("a b?", "b"), 3: ("c?", "d")}, ("#question", "answer")
    ),
    "a hashtag is no comment": Case("question,answer\n#tag,b\nc?,d\n", {2: ("#tag", "b"), 3: ("c?", "d")}),
    "a single comment": Case("question,answer\na?,b\n# end\n", {2: ("a?", "b")}, notes=("comments",)),
    "no header, questions": Case(
        "How are you?,Fine\nWhat is 2+2?,4\nWho is it?,Me\n",
        {1: ("How are you?", "Fine"), 2: ("What is 2+2?", "4"), 3: ("Who is it?", "Me")},
        ("column 1", "column 2"),
        notes=("header",),
    ),
    "no header, labels": Case(
        "great movie,positive\nbad one,negative\nfine,positive\n",
        {1: ("great movie", "positive"), 2: ("bad one", "negative"), 3: ("fine", "positive")},
        ("column 1", "column 2"),
        notes=("header",),
    ),
    "no header, names": Case(
        "Paris,France\nBerlin,Germany\nRome,Italy\nOslo,Norway\n",
        {1: ("Paris", "France"), 2: ("Berlin", "Germany"), 3: ("Rome", "Italy"), 4: ("Oslo", "Norway")},
        ("column 1", "column 2"),
        notes=("header",),
    ),
    "a header like its cells": Case(
        "City,Country\nParis,France\nRome,Italy\nOslo,Norway\n",
        {2: ("Paris", "France"), 3: ("Rome", "Italy"), 4: ("Oslo", "Norway")},
        ("City", "Country"),
    ),
    "a header of survey questions": Case(
        "Timestamp,What is your name?,How was it?\n"
        "2024-01-01 10:00,Anna,I liked it.\n2024-01-02 11:00,Bo,Bad.\n",
        {2: ("2024-01-01 10:00", "Anna", "I liked it."), 3: ("2024-01-02 11:00", "Bo", "Bad.")},
        ("Timestamp", "What is your name?", "How was it?"),
    ),
    "columns counted by a program": Case("0,1\nfoo,bar\n", {2: ("foo", "bar")}, ("0", "1")),
    "a single row of data": Case(
        "How are you?,Fine.\n", {1: ("How are you?", "Fine.")}, ("column 1", "column 2"), notes=("header",)
    ),
    "half-cut last line": Case("question,answer\na?,b\nc?", {2: ("a?", "b"), 3: None}, problem="1 cell"),
    "half-cut quoted last line": Case(
        'question,answer\na?,b\nc?,"d and', {2: ("a?", "b"), 3: None}, problem="cut off"
    ),
    "half-cut last letter": Case(
        "question,answer\na?,b\nc?,fü".encode()[:-1], {2: ("a?", "b"), 3: None}, problem="no letters of UTF-8"
    ),
    "broken bytes in one row": Case(
        ("question,answer\n" + UMLAUTS * 4).encode() + b"a\xff,b\n",
        {**dict.fromkeys(range(2, 6), ("wie gehts ü ö ä ß", "gut")), 6: None},
        problem="no letters of UTF-8",
    ),
    "quotes that swallow lines": Case(
        'question,answer\na?,"b\nc?,"d"\ne?,f\n',
        {2: None, 3: ("c?", "d"), 4: ("e?", "f")},
        problem="do not match up",
    ),
    "a cell over a megabyte": Case(
        f"question,answer\na?,{'x' * 1_000_001}\nc?,d\n",
        {2: None, 3: ("c?", "d")},
        problem="longer than 1,000,000",
    ),
    "utf-16 without a mark": Case(
        "question,answer\na?,b\n".encode("utf-16-le"), {2: ("a?", "b")}, notes=("encoding",)
    ),
    "chinese utf-16 without a mark": Case(
        "问题,答案\n你今天好吗,我很好谢谢你的关心\n".encode("utf-16-le"),
        {2: ("你今天好吗", "我很好谢谢你的关心")},
        ("问题", "答案"),
        notes=("encoding",),
    ),
    "utf-32 without a mark": Case(
        "question,answer\na?,b\n".encode("utf-32-be"), {2: ("a?", "b")}, notes=("encoding",)
    ),
    "json in utf-32 without a mark": Case(
        '[{"question": "a?", "answer": "b"}]'.encode("utf-32-le"),
        {1: ("a?", "b")},
        name="a.json",
        file_type="json",
        notes=("encoding",),
    ),
    "japanese mail": Case(
        "question,answer\n日本で一番高い山は何ですか,富士山です\n".encode("iso2022_jp"),
        {2: ("日本で一番高い山は何ですか", "富士山です")},
        notes=("encoding",),
    ),
    "a stray zero in one cell": Case(
        "question,answer\n" + UMLAUTS * 4 + "a?,b\0\n",
        {**dict.fromkeys(range(2, 6), ("wie gehts ü ö ä ß", "gut")), 6: ("a?", "b\0")},
    ),
    "one row in code page 1252": Case(
        "Frage;Antwort\nWas heißt „naïve“?;Gutgläubig\n".encode("cp1252"),
        {2: ("Was heißt „naïve“?", "Gutgläubig")},
        ("Frage", "Antwort"),
        notes=("encoding",),
    ),
    "text by paragraphs": Case(
        "Hello, you.\nIt goes on, and on.\n\n\nA second one, here.\n",
        {1: ("Hello, you.\nIt goes on, and on.",), 5: ("A second one, here.",)},
        ("text",),
        "a.txt",
        "text",
    ),
    "text by lines": Case(
        "First, here\nSecond\n",
        {1: ("First, here",), 2: ("Second",)},
        ("text",),
        "a.txt",
        "text",
        ("paragraphs",),
    ),
    "markdown with a table": Case(
        "# Title\n\n[Link](x), so.\n\n| a | b |\n|---|---|\n",
        {1: ("# Title",), 3: ("[Link](x), so.",), 5: ("| a | b |\n|---|---|",)},
        ("text",),
        "a.md",
        "text",
    ),
    "a talk is text": Case(
        "User: hi\n\nAssistant: hello\n",
        {1: ("User: hi",), 3: ("Assistant: hello",)},
        ("text",),
        "a.txt",
        "text",
    ),
    "a table named as text": Case("question,answer\na?,b\n", {2: ("a?", "b")}, name="a.txt"),
    "objects named as text": Case(
        '{"question": "a?", "answer": "b"}\n',
        {1: ("a?", "b")},
        name="a.txt",
        file_type="jsonl",
        notes=("file_type",),
    ),
    "json named as csv": Case(
        '[{"question": "a?", "answer": "b"}]', {1: ("a?", "b")}, file_type="json", notes=("file_type",)
    ),
    "objects in one line": Case(
        '{"q": "1"}{"q": "2"} {"q": "3"}', {1: ("1",), 2: ("2",), 3: ("3",)}, ("q",), "a.json", "json"
    ),
    "objects printed over lines, named as lines": Case(
        '{\n"q": "1"\n}\n{\n"q": "2"\n}\n', {1: ("1",), 2: ("2",)}, ("q",), "a.jsonl", "json", ("file_type",)
    ),
    "a key twice": Case(
        '[{"q": "1", "q": "2"}, {"q": "3"}]',
        {1: None, 2: ("3",)},
        ("q",),
        "a.json",
        "json",
        problem="“q” stands in it twice",
    ),
    "a key twice inside a message": Case(
        '{"m": [{"c": "1", "c": "2"}]}\n{"m": ["x"]}\n',
        {1: None, 2: (["x"],)},
        ("m",),
        "a.jsonl",
        "jsonl",
        problem="“c” stands in it twice",
    ),
    "a deep line": Case(
        '{"q": "1"}\n{"q": ' + "[" * 65 + "]" * 65 + "}\n",
        {1: ("1",), 2: None},
        ("q",),
        "a.jsonl",
        "jsonl",
        problem="nested too deeply",
    ),
    "half-cut last object": Case(
        '{"q": "1"}\n{"q": "2', {1: ("1",), 2: None}, ("q",), "a.jsonl", "jsonl", problem="never closed"
    ),
    "numbers nobody can hold": Case(
        '[{"q": "x", "n": 1e999}, {"q": "y", "n": ' + "9" * 5000 + "}]",
        {1: ("x", float("inf")), 2: ("y", float("inf"))},
        ("q", "n"),
        "a.json",
        "json",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_file_is_read_as_its_writer_meant_it(read, case):
    table = read(case.content, case.name)
    rows = list(table.rows)
    assert (table.file_type, table.columns) == (case.file_type, case.columns)
    assert {row.number: None if row.problem else tuple(row.cells.values()) for row in rows} == case.rows
    assert tuple(note.check for note in table.notes) == case.notes
    for row in rows:
        assert not row.problem or case.problem
        assert not row.problem or case.problem in row.problem
