"""The panels of the later steps: what they say, and that a user's text stays text."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import get_args

import pytest

from studio.core.config import RunConfig
from studio.core.events import Status
from studio.core.exam import Difference, ExamRow, Score
from studio.core.foreseen import Foreseen
from studio.core.verdict import Verdict
from studio.core.waits import Wait
from studio.exporters.job import ExportedFile, Parity
from studio.services.exam_view import ExamView
from studio.services.views import (
    Answer,
    Comparison,
    ExportView,
    Forecast,
    JobView,
    ModelChoice,
    RunView,
    Source,
)
from studio.services.views_of_curves import Points
from studio.services.ways import Way
from studio.ui.navigation import navigation
from studio.ui.panels import compare, export, method, runs, scores, train
from studio.ui.session import Facts, Session

ATTACK = "<script>alert(1)</script>\"'><img onerror=alert(1)>"
FORECAST = Forecast(
    seconds_low=240.0,
    seconds_high=360.0,
    memory_bytes=3_100_000_000,
    memory_available_bytes=16_000_000_000,
    disk_bytes=140_000_000,
    disk_available_bytes=52_000_000_000,
    result_bytes=19_600_000,
    steps=16,
    training_rows=128,
    held_out_rows=35,
    measured=True,
    basis="",
    fits=True,
    max_length=384,
    cut=0,
)
PARITY = Parity(8, 8, 3e-6, True)


def examined(text: str = "q", *, answered: bool = True) -> ExamView:
    answer = text if answered else None
    row = ExamRow(2, text, text, 2.0, 1.5, 10, answer, answer)
    scores = {"loss": Score(2.0, 1.8, 2.2), "perplexity": Score(7.4, 6.0, 9.0)}
    change = {"loss": Difference(-0.5, -0.6, -0.4, "better"), "perplexity": Difference(-3, -4, -2, "better")}
    verdict = Verdict("good", "Better.", text)
    arms = {"base": scores, "tuned": scores}
    return ExamView("run1", 35, 1, arms, change, (row,), verdict, {"base": "ab" * 16, "tuned": "cd" * 16})


def exported(parity: Parity | None = PARITY, text: str = "a") -> ExportView:
    return ExportView("run1", "adapter", "/nowhere", (ExportedFile(text, 2_000_000, "ab" * 32),), parity)


def test_no_panel_of_the_later_steps_lets_a_tag_through(run_view: Callable[..., RunView]) -> None:
    config = RunConfig(ATTACK, "v1", ATTACK, "", ATTACK, ATTACK, ATTACK, {ATTACK: ATTACK})
    verdict = Verdict("warning", ATTACK, ATTACK)
    job = JobView(ATTACK, ATTACK, "failed", 1, 2, ATTACK, ATTACK)
    run = run_view(
        id=ATTACK, name=ATTACK, notes=ATTACK, dataset_name=ATTACK, config=config, verdict=verdict,
        warnings=(ATTACK,), reasons=(ATTACK,), failure=ATTACK, failure_hint=ATTACK, jobs=(job,),
    )  # fmt: skip
    comparison = Comparison(
        ATTACK, ATTACK, {"base": Answer(ATTACK, True, ATTACK), ATTACK: Answer(ATTACK)}, ATTACK
    )
    forecast = replace(FORECAST, basis=ATTACK, advice=ATTACK, fits=False)
    shown = [
        train.progress(run),
        train.settings(run),
        runs.runs([run], "", ()),
        compare.answers(run, comparison),
        compare.answers(run, replace(comparison, error=ATTACK)),
        compare.job(job, ATTACK),
        compare.job(replace(job, status="running"), ATTACK),
        scores.exam(examined(ATTACK)),
        compare.table(examined(ATTACK)),
        export.kinds({ATTACK: export.Offer(ATTACK, ATTACK)}, (), ATTACK),
        export.files(exported(text=ATTACK)),
        export.terms([ATTACK]),
        export.text_block(ATTACK, ATTACK),
        method.fit(forecast),
    ]
    for html in shown:
        assert "<script" not in html
        assert "<img" not in html


def test_the_green_tick_is_given_only_where_parity_passed() -> None:
    assert "✓" in export.certificate(PARITY)
    failed = export.certificate(replace(PARITY, equal_answers=7, passed=False))
    assert "✓" not in failed
    assert "7 of 8" in failed
    assert export.certificate(None) == ""


def test_a_rounded_file_is_judged_by_what_rounding_may_change() -> None:
    rounded = replace(PARITY, equal_answers=3, form="q4_0", same_next=0.97, divergence=0.01, also="Seen.")
    told = export.certificate(rounded, library="gguf")
    for said in ("✓", "rounded to q4_0", "3 of 8 answers equal", "97 %", "Seen."):
        assert said in told, said
    beyond = export.certificate(replace(rounded, passed=False, divergence=0.2), library="gguf")
    assert "✓" not in beyond
    assert "Rounding changes some of its answers" in beyond


def test_the_certificate_names_what_the_files_were_loaded_with() -> None:
    assert "with plain transformers and peft" in export.certificate(PARITY)
    assert "with onnxruntime" in export.certificate(PARITY, library="onnx")


def test_a_time_that_is_not_measured_reads_as_being_measured() -> None:
    assert method.expected_time(FORECAST) == "4 to 6 min"
    assert method.expected_time(replace(FORECAST, measured=False)) == "measuring…"
    unknown = replace(FORECAST, measured=False, memory_bytes=0)
    assert method.expected_time(unknown) == "not known yet", "a model that is not here cannot be rehearsed"
    assert method.recipes("balanced", {}).count("not known yet") == 3


def test_a_recipe_tells_how_many_rows_it_cuts_and_at_which_length() -> None:
    assert "cut" not in method.recipes("quick", {"quick": FORECAST})
    cutting = replace(FORECAST, cut=85, nothing_left=22, not_taken=1)
    assert "85 rows cut at 384 tokens, 22 with nothing left" in method.recipes("quick", {"quick": cutting})
    shown = method.fit(cutting)
    assert "85 of 163 rows are cut at the end." in shown
    assert "22 of them are cut before the answer" in shown
    assert "1 row is set aside in this run." in shown
    assert method.being_measured(replace(FORECAST, cut=None)), "the page asks again until they are counted"


def test_a_run_that_does_not_fit_says_so() -> None:
    assert "This will not fit" in method.fit(replace(FORECAST, fits=False, advice="Choose LoRA."))
    assert "Choose LoRA." in method.fit(replace(FORECAST, fits=False, advice="Choose LoRA."))


def test_the_forecast_counts_what_a_model_learns_of_its_own_answers_beside_the_rows() -> None:
    assert "own" not in method.fit(FORECAST)
    assert " and 1 answer of its own to learn from" in method.fit(replace(FORECAST, mixed_in=1))


def test_a_cost_is_shown_where_the_price_of_an_hour_is_known_and_the_time_was_measured() -> None:
    hour = replace(FORECAST, seconds_low=3600.0, seconds_high=5400.0, measured=True)
    assert "cost" not in method.fit(hour)
    shown = method.fit(hour, 0.6)
    assert "0.60 to 0.90" in shown
    assert "cost, at 0.6 an hour" in shown
    assert "cost" not in method.fit(replace(hour, measured=False), 0.6)


def test_the_verdict_stands_above_the_exams_table() -> None:
    html = scores.exam(examined("clearly"))
    assert html.index("clearly") < html.index("<table")
    assert "[−0.600, −0.400]" in html
    assert "abababab" in html


def test_what_a_licence_forbids_is_said_before_a_model_is_handed_on() -> None:
    assert "forbids commercial use." in export.terms(["The licence of the data (x) forbids commercial use."])
    assert export.terms([]) == ""


def test_an_exam_and_an_export_of_an_earlier_point_say_which() -> None:
    assert "step 1,200" not in scores.exam(replace(examined(), step=1200))
    assert "of an earlier point (step 1,200)" in scores.exam(replace(examined(), step=1200, earlier=True))
    offers = {"adapter": export.Offer("Adapter", "Small.")}
    made = replace(exported(), step=1200)
    assert "step 1,200" not in export.kinds(offers, (made,), "adapter")
    earlier = export.kinds(offers, (replace(made, earlier=True),), "adapter")
    assert "Ready, checked, of an earlier point (step 1,200)" in earlier


def test_only_what_is_checked_is_said_to_be_checked() -> None:
    assert export.make(checked=True) == "Make it and check it"
    assert "check" not in export.make(checked=False)


def test_an_exam_that_was_stopped_says_that_it_goes_on_and_an_export_does_not() -> None:
    stopped = JobView("job1", "exam", "stopped", 3, 9)
    assert "it goes on where it was" in compare.job(stopped, "The exam")
    assert "it goes on" not in compare.job(replace(stopped, kind="export"), "The export")


def test_rows_that_were_scored_and_not_answered_are_no_empty_answers() -> None:
    assert compare.table(examined(answered=False)) == ""
    assert compare.answered(examined(answered=False)) == []


def test_the_fold_of_every_answer_says_on_how_many_the_error_fell() -> None:
    exam = examined()
    rows = (*exam.table, replace(exam.table[0], tuned_loss=2.5))
    title = compare.title_of_table(replace(exam, table=rows))
    assert title == "Every answer: 2 held-back questions, the error fell on 1"


def test_each_side_of_a_comparison_shows_the_hash_of_the_weights_that_answered(
    run_view: Callable[..., RunView],
) -> None:
    answers = {"base": Answer("x", True, "b" * 64, 3, 1.0), "run1": Answer("y", True, "t" * 64, 3, 1.0)}
    html = compare.answers(run_view(), Comparison("c", "Why?", answers))
    before, after = html.split('class="answer tuned"')
    assert "bbbbbbbb" in before
    assert "tttttttt" in after
    assert "tttttttt" not in before
    assert "data-live" not in html, "what is written to its end is not written over"


def test_what_both_read_first_stands_under_the_answers_as_text(run_view: Callable[..., RunView]) -> None:
    answers = {"base": Answer("x", True), "run1": Answer("y", True)}
    found = (Source("guide <1>.pdf", "page 2", "Press <b>here</b>."),)
    asked = Comparison("c", "Why?", answers, with_retrieval=True, sources=found)
    html = compare.answers(run_view(), asked)
    assert "guide &lt;1&gt;.pdf, page 2" in html
    assert "Press &lt;b&gt;here&lt;/b&gt;." in html
    assert html.index("Press") > html.index('class="answer tuned"')
    assert '<div class="boxed" tabindex="0" role="region" aria-label="Passages">' in html
    assert "Sources" not in compare.answers(run_view(), Comparison("c", "Why?", answers))
    nothing = compare.answers(run_view(), Comparison("c", "Why?", answers, with_retrieval=True))
    assert "Nothing was found" in nothing


def test_an_answer_that_is_being_written_is_told_by_the_polls_and_the_other_stands(
    run_view: Callable[..., RunView],
) -> None:
    growing = Comparison("c", "Why?", {"base": Answer("x", True), "run1": Answer("y", False)})
    html = compare.answers(run_view(), growing)
    assert 'data-live="answer-run1"' in html
    assert "answer-base" not in html


def test_of_two_answers_the_table_says_which_each_model_finds_likelier() -> None:
    pair = ExamRow(3, "Why?", "So.", 2.0, 1.5, 4, "a", "b", "No.", -1.0, 2.0)
    view = replace(examined(), table=(pair,))
    assert compare.title_of_table(view).endswith(
        "1 held-back question, the better answer is found likelier on 1"
    )
    html = compare.table(view)
    assert "Better answer" in html
    assert "So.<small>rather than: No.</small>" in html
    assert html.index("finds the other answer likelier") < html.index("finds the better answer likelier")


def test_the_curves_table_averages_what_was_learned_since_the_last_check() -> None:
    points = Points(0, False, ((1, 4.0), (2, 2.0), (3, 1.0)), ((0, 5.0), (2, 2.5)))
    html = train.table(points)
    assert "<td>3.000</td><td>2.500</td>" in html
    assert "<td>–</td><td>5.000</td>" in html


def test_a_run_that_was_learned_by_heart_is_listed_with_the_error_of_its_best_point(
    run_view: Callable[..., RunView],
) -> None:
    overfitted = run_view(status="finished", eval_loss_first=3.1, eval_loss_best=2.0, eval_loss=2.6)
    for shown in (runs.runs([overfitted], "", ()), train.progress(overfitted)):
        assert "3.100 → 2.000" in shown
        assert "2.600" not in shown
    facts = Facts(Session("train", run="run1"), None, overfitted, (overfitted,))
    assert "Error 3.100 → 2.000" in navigation(facts)
    assert "3.100 →" not in runs.runs([run_view(eval_loss_best=None)], "", ())


@pytest.mark.parametrize("status", get_args(Status))
def test_every_state_of_a_run_has_a_title_of_its_own(run_view: Callable[..., RunView], status: str) -> None:
    titles = {train.head(run_view(status=name)) for name in train.TITLES}
    assert train.head(run_view(status=status)) in titles
    assert len(titles) == len(get_args(Status))


def test_a_finished_run_is_set_beside_its_forecast(run_view: Callable[..., RunView]) -> None:
    ended = partial(run_view, status="finished", seconds=200.0, peak_memory_bytes=2_800_000_000)
    measured, arithmetic = Foreseen(170.0, 250.0, 2_900_000_000), Foreseen(0.0, 0.0, 2_900_000_000)
    memory = "foreseen 2.9 GB of memory, took 2.8 GB."
    assert f": foreseen 3 to 4 min, took 3 min 20 s; {memory}" in train.progress(ended(foreseen=measured))
    assert f"and the truth: {memory}" in train.progress(ended(foreseen=arithmetic))
    for silent in (ended(), run_view(foreseen=measured), ended(foreseen=Foreseen(0.0, 0.0, 0))):
        assert "foreseen" not in train.progress(silent)


def test_the_ways_to_tune_stand_in_a_table_with_the_reason_for_what_cannot_be_done():
    found = (
        Way("lora", seconds=300.0, measured=True, memory_bytes=2_000_000_000, trained_parameters=4_884_480),
        Way("full", seconds=450.0, memory_bytes=9_000_000_000, fits=False, result_bytes=538_000_000),
        Way("prefix", refusal=ATTACK),
    )
    text = method.ways(found, "lora")
    assert text.count("(chosen)") == 1
    assert "<td>about 8 min</td>" in text, "an estimate"
    assert "<td>5 min</td>" in text, "measured"
    assert "4,884,480" in text
    assert "9.0 GB, does not fit here" in text
    assert ATTACK not in text
    assert method.ways((), "lora") == ""


def test_what_a_run_cannot_be_handed_over_as_says_why():
    offers = {"merged": export.Offer("Whole model", "One file.", 4000, "It stands before every question.")}
    text = export.kinds(offers, (), "merged")
    assert "Not for this run. It stands before every question." in text
    assert "about" not in text


def test_what_holds_the_model_stands_before_what_belongs_to_it():
    offers = {
        "report": export.Offer("Report", "A page.", has_weights=False),
        "merged": export.Offer("All", ""),
    }
    text = export.kinds(offers, (), "merged")
    order = [text.index(words) for words in ("The model itself", "All", "What belongs to it", "Report")]
    assert order == sorted(order)
    assert "What belongs to it" not in export.kinds({"merged": offers["merged"]}, (), "merged")


def test_a_run_that_waits_says_its_place_once_where_the_polls_keep_it_right(
    run_view: Callable[..., RunView],
) -> None:
    waiting = run_view(
        status="queued", step=0, wait=Wait(0), verdict=Verdict("neutral", "Waiting", "It is next.")
    )
    html = train.progress(waiting)
    assert f'<b data-live="status-{waiting.id}">Waiting, number 1</b>.' in html
    assert "It is next." not in html
    assert "It goes on after step 5." in train.progress(replace(waiting, step=5))


def test_a_model_of_which_little_is_known_has_no_holes_in_its_line() -> None:
    known = ModelChoice("starter", "Small", 135_000_000, "Apache-2.0", "Quick.", True)
    assert method.model_line(known) == "Small\nQuick. 135 million weights, Apache-2.0, on this computer."
    used = ModelChoice("/models/mine", "/models/mine", 0, "", "Used in an earlier run.", True)
    assert method.model_line(used) == "/models/mine\nUsed in an earlier run. On this computer."
