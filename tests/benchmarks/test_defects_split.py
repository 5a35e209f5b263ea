"""What belongs together is planted as pairs that are known, and parted pairs are counted."""

import random

from benchmarks.defects_planting import copied
from benchmarks.defects_split import LARGEST_GROUP, Bound, by_copy, by_group
from studio.core.records import Completion, SourcedRecord

ROWS = [{"question": f"question {at}", "answer": f"answer {at}"} for at in range(50)]


def test_each_copy_is_paired_with_its_original():
    records, pairs = by_copy(copied)(random.Random(1), ROWS, 5)
    assert len(records) == 55
    assert len(pairs) == 5
    assert all(records[one].record == records[other].record for one, other in pairs)


def test_pairs_are_of_one_group_and_groups_are_small():
    records, pairs = by_group(random.Random(1), ROWS, 10)
    assert len(pairs) >= 10
    assert all(records[one].group == records[other].group != "" for one, other in pairs)
    sizes = [sum(record.group == name for record in records) for name in {record.group for record in records}]
    assert sorted(sizes)[:-1][-1] <= LARGEST_GROUP, "all but the rows of no group"


def test_pairs_that_nothing_binds_are_parted_by_lot():
    def by_nothing(source, rows, wanted):
        records = [SourcedRecord(at, Completion(**row)) for at, row in enumerate(map(_named, rows))]
        return records, [(at, at + 1) for at in range(0, len(rows) - 1, 2)]

    score = Bound("nothing", by_nothing, sets=("code",)).measure(1)
    assert score.planted > 100
    assert 0.2 < score.found / score.planted < 0.5


def _named(row):
    return {"prompt": row["question"], "completion": row["answer"]}
