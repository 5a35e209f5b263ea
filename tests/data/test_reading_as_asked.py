"""What was asked of reading, line by line, from the file to the verdict: accept, note or reject, and why."""

import json
from dataclasses import dataclass

import pytest

from studio.data.inspect import Conditions, inspect, training_refusal

ROWS = [{"question": f"What is item {n}?", "answer": f"It is number {n}."} for n in range(12)]
CSV = "question,answer\n" + "".join(f"{row['question']},{row['answer']}\n" for row in ROWS)
FIRST = {"input": "What is item 0?", "output": "It is number 0."}


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in (*ROWS, *rows))


def chats(*talks: list[tuple[str, object]], **more: object) -> str:
    good = [[("user", f"q{n}"), ("assistant", f"a{n}")] for n in range(12)]
    return "\n".join(
        json.dumps(
            {
                "messages": [
                    {"role": role, "content": content} | (more if at >= len(good) else {})
                    for role, content in talk
                ]
            }
        )
        for at, talk in enumerate([*good, *talks])
    )


@dataclass(frozen=True)
class Case:
    """`aside`: lines of the rows set aside, each with words of the reason."""

    content: str | bytes
    verdict: str = "note"
    total: int = 12
    aside: tuple[tuple[int, str], ...] = ()
    name: str = "rows.csv"
    format: str = "pairs"
    said: str = ""


CASES = {
    "a clean table": Case(CSV, "accept"),
    "excel's separator": Case("\ufeffsep=;\r\n" + CSV.replace(",", ";"), "accept"),
    "columns in any case": Case(CSV.replace("question,answer", "INPUT,Output"), "accept"),
    "a guessed encoding": Case(CSV.replace("item", "Stück").encode("cp1252"), said="read as cp1252"),
    "ragged rows": Case(CSV + "a,b,c\nd\n", total=14, aside=((14, "3 cells"), (15, "1 cell"))),
    "a half-cut row": Case(CSV + 'and,"the end', total=13, aside=((14, "cut off"),)),
    "a giant cell": Case(CSV + f"q,{'x' * 1_000_001}\n", total=13, aside=((14, "longer than 1,000,000"),)),
    "a giant value of json": Case(
        lines({"question": "q", "answer": "x" * 1_000_001}),
        total=13,
        aside=((13, "longer than 1,000,000"),),
        name="rows.jsonl",
    ),
    "nothing that can be seen": Case(
        CSV + "\u200b,a\nq,\u2060\n", total=14, aside=((14, "empty"), (15, "empty"))
    ),
    "a key twice": Case(
        lines('{"question": "a", "question": "b", "answer": "c"}'),
        total=13,
        aside=((13, "stands in it twice"),),
        name="rows.jsonl",
    ),
    "no number where none is used": Case(
        lines('{"question": "q?", "answer": "a", "score": NaN}'), "accept", 13, name="rows.jsonl"
    ),
    "no number in a column that is used": Case(
        lines('{"question": "q?", "answer": NaN}'), total=13, aside=((13, "a number"),), name="rows.jsonl"
    ),
    "a long number where none is used": Case(
        lines('{"question": "q?", "answer": "a", "n": ' + "9" * 6000 + "}"), "accept", 13, name="rows.jsonl"
    ),
    "a long number in a column that is used": Case(
        lines('{"question": "q?", "answer": ' + "9" * 6000 + "}"),
        total=13,
        aside=((13, "a number"),),
        name="rows.jsonl",
    ),
    "a number where text is expected": Case(
        lines({"question": "q?", "answer": 5}), total=13, aside=((13, "a number"),), name="rows.jsonl"
    ),
    "half a character": Case(
        lines('{"question": "q\\ud800?", "answer": "a"}'),
        total=13,
        aside=((13, "half a character"),),
        name="rows.jsonl",
    ),
    "columns that cannot be guessed": Case(
        "alpha,beta,gamma\n" + "one word,two words,three words\n" * 12, format="", said="could not be told"
    ),
    "a single column of text": Case("text\n" + "some words\n" * 12, format="text", said="one column of text"),
    "an unknown role": Case(
        chats([("narrator", "a"), ("assistant", "b")]),
        total=13,
        aside=((13, "not known"),),
        format="chat",
        name="rows.jsonl",
    ),
    "two user turns": Case(
        chats([("user", "a"), ("user", "b"), ("assistant", "c")]),
        total=13,
        aside=((13, "one behind the other"),),
        format="chat",
        name="rows.jsonl",
    ),
    "assistant first": Case(
        chats([("assistant", "a"), ("user", "b"), ("assistant", "c")]),
        total=13,
        aside=((13, "begins with the assistant"),),
        format="chat",
        name="rows.jsonl",
    ),
    "system in the middle": Case(
        chats([("user", "a"), ("system", "s"), ("assistant", "b")]),
        total=13,
        aside=((13, "in the middle"),),
        format="chat",
        name="rows.jsonl",
    ),
    "no assistant": Case(
        chats([("user", "a")]), total=13, aside=((13, "no answer"),), format="chat", name="rows.jsonl"
    ),
    "null content": Case(
        chats([("user", "a"), ("assistant", None)]),
        total=13,
        aside=((13, "empty"),),
        format="chat",
        name="rows.jsonl",
    ),
    "a weight": Case(
        chats([("user", "a"), ("assistant", "b")], weight=0),
        total=13,
        aside=((13, "weight"),),
        format="chat",
        name="rows.jsonl",
    ),
    "a name": Case(
        chats([("user", "a"), ("assistant", "b")], name="Ada"),
        total=13,
        aside=((13, "a name"),),
        format="chat",
        name="rows.jsonl",
    ),
    "a tool": Case(
        chats([("user", "a"), ("assistant", "b")], tool_calls=[1]),
        total=13,
        aside=((13, "a tool"),),
        format="chat",
        name="rows.jsonl",
    ),
    "content in parts": Case(
        chats([("user", [{"type": "text", "text": "a"}]), ("assistant", "b")]),
        "accept",
        13,
        format="chat",
        name="rows.jsonl",
    ),
    "preferences": Case(
        "prompt,chosen,rejected\n" + "".join(f"q{n},a{n},b{n}\n" for n in range(12)),
        "accept",
        format="preference",
    ),
    "rated answers": Case(
        "prompt,completion,label\n" + "".join(f"q{n},a{n},{n % 2}\n" for n in range(12)),
        "accept",
        format="rated",
    ),
    "conversations written by python": Case(
        "id,messages\n" + "".join(f"{n},\"[{{'role': 'user', 'content': 'q'}}]\"\n" for n in range(12)),
        "reject",
        aside=tuple((n, "single quotes") for n in range(2, 14)),
        format="chat",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_file_gets_the_verdict_that_was_asked_for(tmp_path, case):
    path = tmp_path / "upload"
    path.write_bytes(case.content.encode() if isinstance(case.content, str) else case.content)
    found = inspect(path, case.name, sink=[], conditions=Conditions())
    report = found.report
    assert (report.verdict, report.format, report.total) == (case.verdict, case.format, case.total)
    assert [row.row for row in found.set_aside] == [row for row, _ in case.aside]
    assert report.kept == case.total - len(case.aside)
    for row, (_, reason) in zip(found.set_aside, case.aside, strict=True):
        assert reason in row.message
    assert any(case.said in issue.message for issue in report.issues) or not case.said


@pytest.mark.parametrize("name", ["two user turns", "assistant first"])
def test_a_fix_is_offered_for_turns_in_disorder(tmp_path, name):
    path = tmp_path / "upload"
    path.write_text(CASES[name].content, encoding="utf-8")
    issues = inspect(path, "rows.jsonl").report.issues
    assert "mend_turns" in {issue.fix for issue in issues}


def test_few_rows_are_read_and_reported_and_only_training_is_refused(tmp_path):
    path = tmp_path / "upload"
    path.write_text("\n".join(CSV.splitlines()[:4]), encoding="utf-8")
    report = inspect(path, "rows.csv").report
    assert (report.verdict, report.kept, report.first) == ("note", 3, FIRST)
    assert "at least 10" in training_refusal(report).message
