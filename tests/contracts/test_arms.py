"""What every arm of the bake-off keeps: it is described, and what it gives stands around the question."""

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Message
from studio.evaluation.arms import ARMS, arm_named, further, why_not
from studio.evaluation.arms.given import Given, Stock, in_text, in_turns
from studio.retrieval.passages import Passage

PASSAGES = (Passage("manual.pdf", "page 3", "Near text."), Passage("a.md", "line 1", "Far."))
STOCK = Stock(
    "Answer briefly.",
    shots=lambda question: (Completion("Nearest?", "near"), Completion("Farther?", "far")),
    passages=lambda question: (
        Passage("manual.pdf", "page 3", "Near text."),
        Passage("a.md", "line 1", "Far."),
    ),
)
TURNS = (Message("system", "You are kind."), Message("user", "How high?"))


@pytest.fixture(params=list(ARMS))
def name(request):
    return request.param


def test_it_is_described(name):
    arm = arm_named(name)
    assert arm.TITLE
    assert arm.TERM
    assert arm.SUMMARY.endswith(".")
    assert arm.SOURCE.startswith("arXiv:")
    assert arm.MODEL in ("base", "tuned")
    assert set(arm.NEEDS) <= {"prompt", "rows", "documents"}
    assert isinstance(arm.SORTS, bool)


def test_it_gives_only_what_it_says_it_needs(name):
    arm = arm_named(name)
    given = arm.given("How high?", STOCK)
    assert bool(given.shots) == (name == "few_shot")
    assert bool(given.passages) == ("documents" in arm.NEEDS)
    assert arm.given("How high?", Stock()).less() is None


def test_the_question_and_the_records_own_words_stay_whatever_is_given(name):
    turns = in_turns(arm_named(name).given("How high?", STOCK), TURNS)
    assert [turn.role for turn in turns[:1]] == ["system"]
    assert turns[0].content.endswith("You are kind.")
    assert turns[-1].content.endswith("How high?")
    assert in_text(arm_named(name).given("How high?", STOCK), "How high?").endswith("How high?")


def test_titles_are_different():
    assert len({arm.TITLE for arm in ARMS.values()}) == len(ARMS)


def test_the_pair_of_every_exam_reads_the_record_and_nothing_else():
    for name in ("base", "tuned"):
        assert in_turns(arm_named(name).given("How high?", STOCK), TURNS) == TURNS


def test_everything_given_stands_in_its_order():
    given = Given("Be brief.", STOCK.shots(""), STOCK.passages(""))
    turns = in_turns(given, TURNS)
    assert [turn.content for turn in turns[:-1]] == [
        "Be brief.\n\nYou are kind.", "Farther?", "far", "Nearest?", "near",
    ]  # fmt: skip
    assert [turn.role for turn in turns[1:]] == ["user", "assistant", "user", "assistant", "user"]
    asked = turns[-1].content
    assert asked.index("[1] manual.pdf, page 3\nNear text.") < asked.index("[2] a.md, line 1\nFar.")
    assert in_text(given, "How high?").split("\n\n")[:3] == ["Be brief.", "Farther?\nfar", "Nearest?\nnear"]
    assert given.sources == ("manual.pdf, page 3", "a.md, line 1")


def test_the_least_alike_is_left_out_first():
    given = Given("Be brief.", STOCK.shots("")).less()
    assert given == Given("Be brief.", (Completion("Nearest?", "near"),))
    assert given.less() == Given("Be brief.")
    assert given.less().less() is None


def test_an_unknown_arm_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="'magic' is not known") as refused:
        further(("base", "magic"))
    assert refused.value.hint == "Known: base prompt few_shot retrieval tuned tuned_retrieval."


def test_arms_are_put_in_their_order_and_the_pair_is_left_out():
    assert further(("tuned", "retrieval", "prompt", "retrieval", "base")) == ("prompt", "retrieval")


@pytest.mark.parametrize(
    ("arm", "where", "said"),
    [
        ("prompt", {}, "Write the instruction first"),
        ("retrieval", {"sorts": True}, "nothing that could be looked up"),
        ("tuned_retrieval", {"sorts": True}, "nothing that could be looked up"),
        ("few_shot", {"windows": True}, "no question"),
    ],
)
def test_an_arm_that_makes_no_sense_says_why(arm, where, said):
    usual = {"sorts": False, "windows": False, "instruction": " "}
    assert said in why_not(arm, **{**usual, **where})


def test_the_pair_always_makes_sense_and_the_others_mostly():
    for arm in ("base", "tuned"):
        assert why_not(arm, sorts=True, windows=True, instruction="") == ""
    for arm in ("prompt", "few_shot"):
        assert why_not(arm, sorts=True, windows=False, instruction="Sort.") == ""
