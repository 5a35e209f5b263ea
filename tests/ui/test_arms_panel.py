"""The bake-off on the screen: what was measured stands beside what it took, as text, in plain words."""

import json
import re
from dataclasses import replace

from studio.core.bake_off import ArmAnswer, BakeOff, Cost
from studio.core.exam import Difference, ExamRow, Score
from studio.core.verdict import Verdict
from studio.evaluation.arms import ARMS
from studio.services.exam_view import ExamView
from studio.ui.panels import arms

ROW = ExamRow(
    7, "Where is <b>my</b> order?", "On its way.", 2.0, 1.0, 4, base="No idea.", tuned="On its way."
)
FOUND = BakeOff(
    costs={
        "base": Cost(0.0, 0.5, 800_000_000, 20.0),
        "retrieval": Cost(0.25, 1.5, 900_000_000, 400.0),
        "tuned": Cost(75.0, 0.5, 0, 20.0),
    },
    against_base={
        "base": {},
        "retrieval": {"rougeL": Difference(0.2, 0.1, 0.3, "better")},
        "tuned": {"rougeL": Difference(0.1, -0.1, 0.3, "same")},
    },
    against_best={},
    answers={"retrieval": (ArmAnswer(7, "It is <i>on</i> its way.", 1.5, ("help.md, page 2",)),)},
    documents=("help.md",),
    memory_measured="the most that the whole studio held",
)


def scored(value: float) -> dict[str, Score]:
    return {
        "rougeL": Score(value, value - 0.1, value + 0.1),
        "loss": Score(2.0, 1.5, 2.5),
        "chrf": Score(30.0, 20.0, 40.0),
    }


def baked() -> ExamView:
    measured = {"base": scored(0.3), "retrieval": scored(0.5), "tuned": scored(0.4)}
    return ExamView(
        "run1", 35, 32, measured, {}, (ROW,), Verdict("good", "Better", "."), bake_off=FOUND,
        advice=Verdict("warning", "You need not fine-tune", "Looking up does better."), seconds=30.0,
    )  # fmt: skip


def test_nothing_stands_there_before_a_bake_off() -> None:
    assert arms.results(replace(baked(), bake_off=None)) == ""


def test_what_was_measured_at_an_earlier_point_says_so_before_its_advice() -> None:
    html = arms.results(replace(baked(), step=12, earlier=True))
    assert html.index("Of an earlier point of the run, step 12") < html.index("You need not fine-tune.")
    assert "earlier" not in arms.results(baked())


def test_what_was_not_searched_did_not_fit_or_was_given_away_is_counted() -> None:
    limits = {"rows_searched": 100_000, "rows_learned": 250_000, "shortened": {"retrieval": 9},
              "bare": {"retrieval": 2}, "given_away": 12, "looked_up": 35}  # fmt: skip
    html = arms.results(replace(baked(), bake_off=replace(FOUND, **limits)))
    assert "Only 100,000 of the 250,000 rows that were learned" in html
    assert "for 9 questions not all that was looked up fit before the question, and for 2 of them" in html
    assert "12 of 35 questions had their own answer among the passages" in html
    for said in ("Only ", "looked up fit", "their own answer"):
        assert said not in arms.results(baked())


def test_the_advice_comes_first_then_the_chart_then_the_table() -> None:
    html = arms.results(baked())
    places = [html.index(part) for part in ("You need not fine-tune.", "data-figure", "<table")]
    assert places == sorted(places)


def test_each_way_has_a_line_with_its_quality_verdict_and_costs() -> None:
    html = arms.results(baked())
    line = html[html.index("With your documents<small>") :].partition("</tr>")[0]
    assert '<b class="change better">better</b>0.500 <small class="interval">[0.400, 0.600]</small>' in line
    assert 'data-label="Time for an answer">1.50\N{NO-BREAK SPACE}s<' in line
    assert 'data-label="To prepare">under\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}s<' in line
    assert 'data-label="Peak memory">900\N{NO-BREAK SPACE}MB<' in line
    tuned = html[html.index("Tuned<small>") :].partition("</tr>")[0]
    assert "no clear difference" in tuned
    assert 'data-label="To prepare">1\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}s<' in tuned
    assert 'data-label="Peak memory">not\N{NO-BREAK SPACE}known<' in tuned


def test_ways_that_read_the_instructions_beside_something_else_say_so() -> None:
    told = arms.results(replace(baked(), bake_off=replace(FOUND, prompt="Be brief.")))
    assert "With your documents<small>retrieval, RAG; with your instructions</small>" in told
    assert told.count("with your instructions</small>") == 1, "base and tuned read none"
    assert "reads them before examples and passages too; the tuned model" in told
    assert "your instructions" not in arms.results(baked())


def test_the_model_as_it_is_is_compared_with_nothing() -> None:
    html = arms.results(baked())
    assert "change" not in html[html.index("As it is<small>") :].partition("</tr>")[0]


def test_the_chart_has_the_numbers_of_the_deciding_measure() -> None:
    html = arms.results(baked())
    drawn = re.search(r'data-figure="([^"]*)"', html)
    assert drawn is not None
    figure = json.loads(drawn.group(1).replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">"))
    assert [trace["x"] for trace in figure["data"]] == [[0.3], [0.5], [0.4]]
    assert [trace["meta"] for trace in figure["data"]] == ["quiet", "accent", "good"]


def test_it_says_what_was_measured_on_how_many_rows_and_where_things_were_looked_up() -> None:
    html = arms.results(baked())
    assert "Words shared, in the same order (ROUGE-L, 0 to 1; higher is better) was measured on" in html
    assert "32 held-back rows" in html
    assert "Looked up in the rows that were learned and help.md." in html
    assert "Peak memory: the most that the whole studio held." in html


def test_every_answer_stands_with_its_sources_as_text_in_the_order_of_the_ways() -> None:
    html = arms.results(baked())
    answers = html[html.index("What each way answered") :]
    assert "Where is &lt;b&gt;my&lt;/b&gt; order?" in answers
    assert "It is &lt;i&gt;on&lt;/i&gt; its way.<small>read: help.md, page 2</small>" in answers
    places = [answers.index(f"<dt>{ARMS[name].TITLE}</dt>") for name in ("base", "retrieval", "tuned")]
    assert places == sorted(places)


def test_the_measures_that_do_not_decide_are_folded() -> None:
    html = arms.results(baked())
    assert "1 further measure of each way" in html
    assert "Letters in a row shared" in html.partition("<details")[2]
