"""Code is worth the share of its examples that it passes, by the rules of Python's own doctest."""

import pytest

from studio.core.errors import Refused
from studio.engine import sandbox
from studio.engine.rewarding import Given, Rewards
from studio.engine.rewards import Rewarded, doctests

QUESTION = """Write a function `halves`. It cuts a list into two.

    >>> halves([1, 2, 3, 4])
    ([1, 2], [3, 4])
    >>> a, b = halves('ab')
    >>> a
    'a'
    >>> halves(None)
    Traceback (most recent call last):
        ...
    TypeError: object of type 'NoneType' has no len()
    >>> halves(range(100))  # doctest: +ELLIPSIS
    (range(0, 50), ...)
"""
RIGHT = "def halves(x):\n    middle = len(x) // 2\n    return x[:middle], x[middle:]\n"
HALF = "def halves(x):\n    return x[:len(x) // 2], []\n"


def worth(answer: str, question: str = QUESTION, reference: str = "", **knobs) -> float | str:
    rewards = Rewards.of(Rewarded(doctests_weight=1.0, **knobs))
    (scored,) = rewards.score_all([Given(question, answer, reference)])
    return scored.problem or scored.parts["doctests"]


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        (RIGHT, 1.0),
        (f"Here it is:\n```python\n{RIGHT}```\nIt cuts in the middle.", 1.0),
        (f"```\n{RIGHT}", 1.0),
        (HALF, 0.75),
        ("def halves(x): return None", 0.0),
        ("I cannot write code.", 0.0),
        ("", 0.0),
    ],
)
def test_an_answer_is_worth_the_share_of_the_results_it_gives(answer, share):
    assert worth(answer) == share


def test_what_is_expected_is_never_told_to_the_code():
    peeks = "import sys, gc\ndef halves(x):\n    print(sys.stdin.read(), gc.get_objects())\n"
    seen = sandbox.run_apart(peeks, ["1\n"], seconds=2)
    assert seen
    (told,) = sandbox.run_apart("", ["open('/proc/self/fd/0').read()\n"], seconds=2)
    assert "PermissionError" in told.error
    assert worth(peeks) == 0.0


def test_code_before_each_answer_is_there_for_it():
    question = ">>> last([1, 2])\n2\n"
    answer = "def last(x): return deque(x, maxlen=1)[-1]"
    assert worth(answer, question) == 0.0
    assert worth(answer, question, doctests_before="from collections import deque") == 1.0


def test_a_question_may_be_code_that_is_to_be_completed():
    question = "def one():\n    '''Return one.\n    >>> one()\n    1\n    '''\n"
    assert worth("def one():\n    return 1\n", question) == 1.0
    assert worth("def one():\n    return 2\n", question) == 0.0


def test_examples_are_looked_for_in_the_expected_answer_where_the_question_has_none():
    expected = 'def one():\n    """\n    >>> one()\n    1\n    """\n    return 1\n'
    assert worth("def one(): return 1", "Write one().", expected) == 1.0


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ("Write one().", "holds no example with its result"),
        (">>> one()", "holds no example with its result"),
        (">>> one()  # doctest: +SKIP\n1\n", "holds no example with its result"),
        (">>>one()\n1\n", "The examples cannot be read"),
    ],
)
def test_a_question_without_examples_cannot_be_judged(question, problem):
    assert problem in worth("def one(): return 1", question)


def test_an_expected_error_may_leave_its_words_open():
    asked = ">>> 1 / 0  # doctest: +IGNORE_EXCEPTION_DETAIL\n"
    question = f"{asked}Traceback (most recent call last):\nZeroDivisionError: x\n"
    assert worth("", question) == 1.0


def test_where_code_cannot_be_shut_in_it_cannot_be_switched_on_and_the_reason_is_given(monkeypatch):
    monkeypatch.setattr(
        sandbox, "unavailable", lambda: "Code can be shut in on Linux only, and this is Windows."
    )
    assert doctests.unavailable().endswith("this is Windows.")
    with pytest.raises(Refused, match="cannot be switched on: Code can be shut in on Linux only") as caught:
        Rewards.of(Rewarded(doctests_weight=1.0))
    assert caught.value.hint == "Set doctests_weight to 0."
