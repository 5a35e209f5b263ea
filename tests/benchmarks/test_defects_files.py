"""Files have the defect that they are made with, in the share that they are made with, and the others not."""

import random
from collections import Counter

from benchmarks.defects_files import (
    FEW_QUESTIONS,
    MANY_QUESTIONS,
    REFUSALS,
    of_few_questions,
    of_one_answer,
    of_unequal_groups,
    of_unequal_labels,
)
from studio.data.near import normalise


def _most_frequent(values) -> float:
    counts = Counter(values)
    return max(counts.values()) / sum(counts.values())


def test_one_answer_stands_in_so_many_rows():
    clean, with_defect = of_one_answer(random.Random(1), "code")
    assert [_most_frequent(row["answer"] for row in rows) for rows in with_defect] == [0.92, 0.97, 1.0]
    assert [_most_frequent(row["answer"] for row in rows) for rows in clean[1:]] == [0.5, 0.85]


def test_so_many_questions_differ():
    clean, with_defect = of_few_questions(random.Random(1), "code")
    for files, shares in ((clean, MANY_QUESTIONS), (with_defect, FEW_QUESTIONS)):
        found = [len({normalise(row["question"]) for row in rows}) / len(rows) for rows in files]
        assert found == list(shares)


def test_one_group_alone_is_refused_or_all_are():
    clean, with_defect = of_unequal_groups(random.Random(1), "code")
    short = (*REFUSALS, "Yes.", "No.")
    groups = [{row["group"] for row in rows if row["answer"] in short} for rows in (*clean, *with_defect)]
    assert [len(found) for found in groups] == [0, 3, 1, 1, 1]


def test_labels_are_changed_in_one_group_alone():
    (clean,), with_defect = of_unequal_labels(random.Random(1), "legal")
    for rows in with_defect:
        changed = [row["group"] for row, before in zip(rows, clean, strict=True) if row != before]
        assert len(changed) > 5
        assert len(set(changed)) == 1
