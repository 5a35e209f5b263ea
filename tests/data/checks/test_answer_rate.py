"""Groups that get other answers than the rest are found; chance and small differences are not."""

import random

from studio.core.records import Completion, Labelled, SourcedRecord
from studio.data.checks import Scene
from studio.data.checkup import findings_of


def found(rows):
    return findings_of("answer_rate", rows, Scene(has_groups=True))


def refusing(group: str, rows: int, refused: int) -> list[SourcedRecord]:
    answers = ["I'm sorry, but that cannot be done."] * refused
    answers += [f"Here is how it is done, in {step} steps." for step in range(rows - refused)]
    return [SourcedRecord(at, Completion(f"q {group} {at}", text), group) for at, text in enumerate(answers)]


def test_a_group_that_is_refused_more_often_is_named_with_both_shares_and_the_test():
    rows = refusing("women", 100, 40) + refusing("men", 100, 5) + refusing("others", 100, 5)
    finding = found(rows)[0]
    assert finding.message.startswith(
        "In the group “women” 40% of the answers are a refusal, elsewhere 5% (chance under 0.001, corrected"
    )
    assert finding.kind == "women: refused"


def test_a_label_that_one_of_two_groups_gets_more_often_is_reported_once():
    labels = {"a": ["yes"] * 90 + ["no"] * 10, "b": ["yes"] * 50 + ["no"] * 50}
    rows = [
        SourcedRecord(at, Labelled(f"{group} {at}", label), group)
        for group, given in labels.items()
        for at, label in enumerate(given)
    ]
    (finding,) = found(rows)
    assert "“a” 90% of the answers are “yes”, elsewhere 50%" in finding.message


def test_chance_raises_nothing():
    rng = random.Random(0)
    for _ in range(20):
        rows = [
            SourcedRecord(at, Labelled(f"text {at}", rng.choice(["yes", "no"])), rng.choice("abcde"))
            for at in range(300)
        ]
        assert found(rows) == []


def test_without_groups_and_with_a_group_for_every_row_nothing_is_compared():
    assert found(refusing("", 50, 20)) == []
    rows = [SourcedRecord(at, Labelled("t", "yes" if at % 2 else "no"), f"g{at}") for at in range(200)]
    assert found(rows) == []
