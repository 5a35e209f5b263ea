"""The sentence above the exam says what was measured and no more."""

import pytest

from studio.core.exam import Difference, Exam, Score
from studio.evaluation.verdict import verdict_of


def exam(verdict, rows=40):
    loss = {"base": {"loss": Score(2.5, 2.4, 2.6)}, "tuned": {"loss": Score(2.25, 2.1, 2.3)}}
    found = {"loss": Difference(-0.25, -0.3, -0.2, verdict)}
    return Exam(rows, 0, 64, 8, "float32", "cpu", 1.0, loss, found, (), {})


@pytest.mark.parametrize(
    ("verdict", "tone", "headline"),
    [
        ("better", "good", "Better"),
        ("worse", "warning", "Worse"),
        ("same", "neutral", "No clear difference"),
        ("too_few", "neutral", "Too few rows to tell"),
    ],
)
def test_each_verdict_has_its_words_and_the_measured_figures(verdict, tone, headline):
    said = verdict_of(exam(verdict))
    assert (said.tone, said.headline) == (tone, headline)
    assert "from 2.500 to 2.250 on 40 held-back rows" in said.sentence


def sorting(verdict):
    accuracy = {"base": {"accuracy": Score(0.5, 0.4, 0.6)}, "tuned": {"accuracy": Score(0.75, 0.6, 0.9)}}
    found = {"accuracy": Difference(0.25, 0.1, 0.4, verdict)}
    return Exam(40, 0, 64, 8, "float32", "cpu", 1.0, accuracy, found, (), {})


LOSS = "The error (held-out loss) went from 2.500 to 2.250 on 40 held-back rows"
LOSS_INTERVAL = "(95 % interval of the difference −0.300 to −0.200)."
RIGHT = "75% of 40 held-back rows got their own label, 50% before"
RIGHT_INTERVAL = "(95 % interval of the difference +10 to +40 points)."


@pytest.mark.parametrize(
    ("exam", "sentence"),
    [
        (exam("better"), f"The tuned model does better on rows it never saw. {LOSS} {LOSS_INTERVAL}"),
        (
            exam("worse"),
            f"The tuned model does worse on rows it never saw. {LOSS} {LOSS_INTERVAL} "
            "Try a smaller step size, fewer rounds, or more rows.",
        ),
        (
            exam("same"),
            f"These rows do not show that the tuned model is better or worse. {LOSS} {LOSS_INTERVAL}",
        ),
        (
            exam("too_few"),
            f"{LOSS}; under 30 rows that can be chance. Hold back more rows to be sure.",
        ),
        (
            sorting("better"),
            f"The tuned model is right more often on rows it never saw. {RIGHT} {RIGHT_INTERVAL}",
        ),
        (
            sorting("worse"),
            f"The tuned model is right less often on rows it never saw. {RIGHT} {RIGHT_INTERVAL} "
            "Try more rounds, or more rows.",
        ),
        (
            sorting("same"),
            f"These rows do not show that the tuned model sorts better or worse. {RIGHT} {RIGHT_INTERVAL}",
        ),
        (
            sorting("too_few"),
            f"{RIGHT}; under 30 rows that can be chance. Hold back more rows to be sure.",
        ),
    ],
)
def test_answers_and_sorting_each_have_their_own_sentence(exam, sentence):
    assert verdict_of(exam).sentence == sentence


def test_sorting_has_the_same_tones_and_headlines():
    for verdict in ("better", "worse", "same", "too_few"):
        ours, theirs = verdict_of(sorting(verdict)), verdict_of(exam(verdict))
        assert (ours.tone, ours.headline) == (theirs.tone, theirs.headline)


def test_too_few_rows_never_claims_a_gain():
    assert "can be chance" in verdict_of(exam("too_few", rows=1)).sentence
    assert "1 held-back row;" in verdict_of(exam("too_few", rows=1)).sentence


def preferring(verdict, gained=None, name="preferred"):
    arms = {"base": {name: Score(0.25, 0.1, 0.4)}, "tuned": {name: Score(0.5, 0.3, 0.7)}}
    if gained is not None:
        arms["tuned"]["gained"] = gained
    return Exam(
        40, 0, 64, 8, "float32", "cpu", 1.0, arms, {name: Difference(0.25, 0.1, 0.4, verdict)}, (), {}
    )


def test_pairs_are_judged_by_how_often_the_better_answer_is_found_likelier():
    said = verdict_of(preferring("better", Score(0.9, 0.8, 0.95)))
    assert (said.tone, said.headline) == ("good", "Better")
    assert said.sentence == (
        "The tuned model more often finds the better answer likelier, on pairs it never saw. Of two answers "
        "it finds the better one likelier in 50 % of 40 held-back pairs, 25 % before (95 % interval of the "
        "difference +10 to +40 points)."
    )
    assert "under 30 pairs that can be chance" in verdict_of(preferring("too_few")).sentence


def test_where_the_order_was_not_turned_it_is_said_whether_training_raised_the_better_answers():
    said = verdict_of(preferring("same", Score(0.9, 0.8, 0.95)))
    assert (said.tone, said.headline) == ("neutral", "Learned in part")
    assert "raised the better answer more than the other in 90 %" in said.sentence
    chance = verdict_of(preferring("same", Score(0.55, 0.4, 0.7)))
    assert (chance.tone, chance.headline) == ("neutral", "No clear difference")
    assert "it learned" not in chance.sentence
    assert verdict_of(preferring("worse", Score(0.9, 0.8, 0.95))).headline == "Worse"


def test_rated_answers_are_judged_by_how_often_a_good_one_is_found_likelier():
    said = verdict_of(preferring("worse", name="rated_apart"))
    assert (said.tone, said.headline) == ("warning", "Worse")
    assert "a good one is found likelier than a bad one in 50 % of all ways to pair them" in said.sentence
    assert "under 30 rated answers" in verdict_of(preferring("too_few", name="rated_apart")).sentence


def test_answers_that_were_all_rated_alike_tell_nothing():
    nothing = Exam(40, 0, 64, 8, "float32", "cpu", 1.0, {"base": {}, "tuned": {}}, {}, (), {})
    assert verdict_of(nothing).headline == "Nothing to tell by"


def rewarded(verdict, **further):
    arms = {"base": {"reward": Score(0.25, 0.1, 0.4)}, "tuned": {"reward": Score(0.5, 0.3, 0.7)}}
    found = {"reward": Difference(0.25, 0.1, 0.4, verdict)}
    found |= {name: Difference(-0.1, -0.2, -0.05, change) for name, change in further.items()}
    return Exam(64, 64, 48, 8, "float32", "cpu", 1.0, arms, found, (), {}, left_out=4)


def test_a_run_that_learned_from_a_reward_is_judged_by_what_its_answers_earn():
    said = verdict_of(rewarded("better"))
    assert (said.tone, said.headline) == ("good", "Better")
    assert said.sentence == (
        "The tuned model's answers earn more of the reward, on questions it never saw. The mean reward of "
        "its answers went from 0.250 to 0.500 on 60 held-back questions (95 % interval of the difference "
        "+0.100 to +0.400)."
    )


def test_what_got_worse_while_the_reward_rose_is_said_at_once():
    said = verdict_of(rewarded("better", chrf="worse", repetition="worse", rougeL="same"))
    assert said.tone == "neutral"
    assert "But “Letters in a row shared” and “Saying the same again” got worse" in said.sentence
    assert "got worse" not in verdict_of(rewarded("same", chrf="worse")).sentence
