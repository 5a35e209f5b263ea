"""Answers that can be told apart by their length alone are named; lengths that say nothing are not."""

import random

import pytest

from studio.core.records import Completion, Preference, Rated, SourcedRecord
from studio.data.checks import CHECKS, Scene
from studio.data.checks.seen import Seen
from studio.data.checkup import findings_of


def sourced(records):
    return [SourcedRecord(row, record) for row, record in enumerate(records, 2)]


def pairs(longer: int, shorter: int):
    return [
        *(Preference(f"q{at}", "a long answer", "short") for at in range(longer)),
        *(Preference(f"p{at}", "short", "a long answer") for at in range(shorter)),
    ]


@pytest.mark.parametrize(
    ("longer", "shorter", "told"),
    [(17, 3, "In 85 % of the pairs the better answer is the longer one."),
     (3, 17, "In 85 % of the pairs the better answer is the shorter one.")],
)  # fmt: skip
def test_pairs_in_which_the_better_answer_is_mostly_longer_or_shorter_are_told(longer, shorter, told):
    (finding,) = findings_of("length_bias", sourced(pairs(longer, shorter)), Scene())
    assert (finding.severity, finding.message, finding.count) == ("warning", told, 20)
    assert "SimPO" in finding.hint


@pytest.mark.parametrize(("longer", "shorter"), [(19, 0), (14, 6), (130, 70 - 1), (10, 10)])
def test_few_pairs_chance_and_a_small_share_are_no_bias(longer, shorter):
    assert findings_of("length_bias", sourced(pairs(longer, shorter)), Scene()) == []


def test_pairs_of_the_same_length_count_half_for_either_side():
    rows = [*pairs(13, 0), *(Preference(f"e{at}", "same", "alas") for at in range(13))]
    watch = CHECKS["length_bias"].begin(Scene())
    for index, each in enumerate(sourced(rows)):
        watch.see(Seen(index, each))
    assert CHECKS["length_bias"].figures(watch) == {"better_is_longer": 0.75}


def rated(rng: random.Random, longer: int):
    for at in range(80):
        good = at % 2 == 0
        yield Rated(f"q{at}", "w" * (rng.randint(10, 60) + (longer if good else 0)), good)


def test_of_rated_answers_every_good_one_is_set_beside_every_bad_one():
    rows = list(rated(random.Random(0), 40))
    (finding,) = findings_of("length_bias", sourced(rows), Scene())
    good = [len(row.completion) for row in rows if row.label]
    bad = [len(row.completion) for row in rows if not row.label]
    share = sum((g > b) + (g == b) / 2 for g in good for b in bad) / len(good) / len(bad)
    assert f"is the longer in {int(share * 100)} % of all couples" in finding.message
    assert findings_of("length_bias", sourced(rated(random.Random(0), 0)), Scene()) == []


def test_other_records_have_no_better_answer():
    rows = sourced(Completion(f"q{at}", "a" * at) for at in range(1, 40))
    assert findings_of("length_bias", rows, Scene()) == []
