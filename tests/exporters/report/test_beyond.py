"""What the probe and the voting found stands in the report; what was not measured says how to measure it."""

from dataclasses import replace

import pytest

from studio.core.exam import Score
from studio.core.probe import Asked, ByHeart, Probe, Recited, Retained
from studio.evaluation.votes import Agreement, Tally
from studio.exporters.facts import VotesTold
from studio.exporters.report.beyond import changed, preferred


def score(value):
    return Score(value, 0.9 * value, 1.1 * value)


def probe(step=20, ratio=1.0):
    return Probe(
        step=step,
        dtype="float32",
        device="cpu",
        seconds=9.0,
        weights_hashes={},
        texts=Retained(200, 9_000, score(ratio), score(0.01), score(0.95)),
        instructions=None,
        fit=None,
        by_heart=ByHeart(
            40, 40, score(0.0), score(0.5), score(0.5), score(0.0), (Recited(7, "The <b>", "end."),)
        ),
        asked=(Asked("2 + 2?", "4", "5"),),
    )


@pytest.mark.parametrize(("ratio", "said"), [(1.0, "Green: It still reads"), (3.0, "Red: It forgot much")])
def test_each_light_is_named_by_its_colour_and_in_words(facts, ratio, said):
    page = changed(replace(facts, probe=probe(ratio=ratio)))
    assert said in page
    assert "Red: It learned answers by heart" in page
    assert "The &lt;b&gt;" in page
    assert "2 + 2?" in page


def test_a_probe_of_an_earlier_point_says_so(facts):
    assert "held at step 3" in changed(replace(facts, probe=probe(step=3)))
    assert "Of an earlier point" not in changed(replace(facts, probe=probe()))


def test_what_was_not_measured_says_how_to(facts):
    assert "python -m studio probe RUN" in changed(facts)
    assert "“Judge for yourself” in the Compare step" in preferred(facts)


def test_the_votes_are_told_with_their_interval_and_how_the_measures_agree(facts):
    votes = VotesTold(
        25, 25, True, Tally(18, 4, 3), Score(0.82, 0.6, 0.95), "better", {"chrf": Agreement(17, 22)}
    )
    page = preferred(replace(facts, votes=votes))
    assert "The tuned model is preferred." in page
    assert "in 18 of the 22 questions that were decided (82 %; exact 95 % interval 60 % to 95 %" in page
    assert "3 ties left out" in page
    assert "17 of 22" in page


def test_questions_that_nobody_was_asked_are_told_apart_from_ties(facts):
    votes = VotesTold(25, 25, True, Tally(18, 4, 3), Score(0.82, 0.6, 0.95), "better", identical=2)
    said = "1 tie and 2 questions answered alike word for word, which nobody was asked, left out"
    assert said in preferred(replace(facts, votes=votes))
    alone = preferred(replace(facts, votes=replace(votes, identical=3)))
    assert "tie" not in alone.partition("3 questions answered alike")[0].partition("Clopper")[2]


def test_a_measure_that_no_decided_question_tells_apart_has_no_line(facts):
    found = {"chrf": Agreement(17, 22), "exact_match": Agreement(0, 0)}
    votes = VotesTold(25, 25, True, Tally(18, 4, 3), Score(0.82, 0.6, 0.95), "better", found)
    page = preferred(replace(facts, votes=votes))
    assert "17 of 22" in page
    assert "0 of 0" not in page


def test_an_unfinished_voting_tells_no_names(facts):
    votes = VotesTold(25, 7, False, Tally(7, 0, 0), None, "too_few")
    page = preferred(replace(facts, votes=votes))
    assert "7 of 25 questions judged" in page
    assert "preferred in" not in page


def test_votes_that_decided_nothing_claim_nothing(facts):
    votes = VotesTold(3, 3, True, Tally(0, 0, 3), None, "too_few")
    assert "No question was decided. 3 ties left out" in preferred(replace(facts, votes=votes))
