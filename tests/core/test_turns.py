"""One machine, several people: each in turn, and nobody waits longer than one turn of each other."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as some

from studio.core.turns import NOW, in_turn


@dataclass(frozen=True)
class Wish:
    owner: str
    at: float
    name: str = ""
    follows: bool = False


def names(waiting, **turn_ended: float) -> str:
    return " ".join(f"{wish.owner}{wish.at:g}" for wish in in_turn(waiting, turn_ended))


def test_one_person_gets_things_in_the_order_of_asking():
    assert names([Wish("a", 3), Wish("a", 1), Wish("a", 2)], a=7.0) == "a1 a2 a3"


def test_a_hundred_wishes_of_one_person_cost_another_one_turn_at_most():
    many = [Wish("a", at, str(at)) for at in range(100)]
    assert names([*many, Wish("b", 500)]).startswith("a0 b500 a1 a2")
    assert names([*many, Wish("b", 500)], a=NOW).startswith("b500 a0 a1")


def test_who_had_a_turn_lately_stands_behind_who_had_not():
    waiting = [Wish("a", 1), Wish("b", 2), Wish("c", 3)]
    assert names(waiting) == "a1 b2 c3"
    assert names(waiting, a=90.0, b=50.0) == "c3 b2 a1"


def test_somebody_new_stands_behind_who_waits_since_an_earlier_turn():
    assert names([Wish("a", 1), Wish("new", 60)], a=50.0) == "a1 new60"


def test_the_exam_after_training_belongs_to_the_turn_that_was_had():
    waiting = [Wish("b", 1), Wish("a", 5, follows=True), Wish("a", 2)]
    assert names(waiting, a=9.0) == "a5 b1 a2"


def test_wishes_of_the_same_moment_keep_one_order():
    waiting = [Wish("a", 1, "y"), Wish("b", 1, "z"), Wish("a", 1, "x")]
    assert [wish.name for wish in in_turn(waiting, {})] == ["x", "z", "y"]
    assert in_turn(waiting[::-1], {}) == in_turn(waiting, {})


OWNERS = some.sampled_from("abcd")


@given(some.lists(some.tuples(OWNERS, some.booleans()), min_size=1, max_size=60), OWNERS)
def test_whoever_waits_is_served_after_at_most_one_turn_of_each_other_person(story, watched):
    """Each entry of the story is somebody who asks; where it is marked, the machine has a turn after it."""
    clock, waiting, turn_ended = 0.0, [], {}
    turns_of_others: list[str] = []
    for owner, machine_free in story:
        clock += 1
        waiting.append(Wish(owner, clock, str(clock)))
        if not machine_free:
            continue
        served = in_turn(waiting, turn_ended)[0]
        waits = any(wish.owner == watched for wish in waiting)
        waiting.remove(served)
        clock += 1
        turn_ended[served.owner] = clock
        if served.owner == watched or not waits:
            turns_of_others = []
        else:
            turns_of_others.append(served.owner)
        assert len(turns_of_others) == len(set(turns_of_others)), "somebody had two turns meanwhile"


@given(some.lists(some.tuples(OWNERS, some.integers(0, 9)), max_size=40))
def test_nothing_that_waits_is_lost_and_each_persons_own_order_is_kept(asked):
    waiting = [Wish(owner, at, str(number)) for number, (owner, at) in enumerate(asked)]
    found = in_turn(waiting, {"a": 5.0, "b": NOW})
    assert sorted(found, key=repr) == sorted(waiting, key=repr)
    for owner in "abcd":
        own = [wish for wish in found if wish.owner == owner]
        assert own == sorted(own, key=lambda wish: (wish.at, wish.name))
