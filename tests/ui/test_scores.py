"""The exam's table: what is shown first, in which words, and what stands beside it for those who compare."""

from dataclasses import replace

from studio.core.exam import Difference, Score
from studio.core.measures import MEASURES
from studio.core.verdict import Verdict
from studio.services.exam_view import ExamView
from studio.ui.panels import scores

SIGNATURE = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"


def examined(*names: str, verdict: str = "better") -> ExamView:
    measured = {name: Score(0.5, 0.25, 0.75) for name in names}
    changes = {name: Difference(0.1, 0.05, 0.2, verdict) for name in names if MEASURES[name].better}
    return ExamView(
        "run1", 35, 32, {"base": measured, "tuned": measured}, changes, (), Verdict("good", "Better", "."),
        signatures={"bleu": SIGNATURE}, answer_tokens=64,
    )  # fmt: skip


def test_each_measure_stands_with_its_technical_term_and_which_way_is_better() -> None:
    html = scores.exam(examined("loss", "chrf"))
    assert "Error on held-back rows<small>loss, nats per trained token; lower is better</small>" in html
    assert "Letters in a row shared<small>chrF, 0 to 100; higher is better</small>" in html


def test_the_first_measures_of_the_exams_own_order_stand_open_and_the_others_are_folded() -> None:
    names = ("chrf", "rougeL", "loss", "perplexity", "bits_per_byte", "bleu", "repetition")
    html = scores.exam(examined(*names))
    opened, folded = html.split("<details")
    places = [opened.index(MEASURES[name].title) for name in names[:5]]
    assert places == sorted(places)
    assert "2 further measures" in folded
    assert MEASURES["bleu"].title in folded
    assert SIGNATURE in folded
    assert "<details" not in scores.exam(examined("loss", "perplexity"))


def test_fractions_are_shown_in_percent_and_scores_of_papers_as_papers_write_them() -> None:
    html = scores.exam(examined("exact_match", "chrf", "rougeL"))
    assert '50 % <small class="interval">[25 %, 75 %]</small>' in html
    assert '0.5 <small class="interval">[0.2, 0.8]</small>' in html
    assert '0.500 <small class="interval">[0.250, 0.750]</small>' in html


def test_what_only_describes_claims_no_change() -> None:
    html = scores.exam(examined("answer_words"))
    assert '<td data-label="Change">–</td>' in html
    assert "better</b>" not in html


def test_it_says_where_answers_were_ended() -> None:
    assert "each ended after 64 tokens at the latest" in scores.exam(examined("loss"))


def test_every_verdict_has_its_words() -> None:
    for verdict, words in scores.VERDICTS.items():
        assert f'<b class="change {verdict}">{words}</b>' in scores.exam(examined("bleu", verdict=verdict))


def test_what_only_the_tuned_model_can_be_asked_stands_without_a_value_before() -> None:
    view = examined("preferred")
    tuned = {**view.arms["tuned"], "gained": Score(0.9, 0.8, 1.0)}
    html = scores.exam(replace(view, arms={**view.arms, "tuned": tuned}))
    row = html.partition(MEASURES["gained"].title)[2].partition("</tr>")[0]
    assert '<td data-label="Before">–</td>' in row
    assert "90 %" in row
