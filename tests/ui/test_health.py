"""The health report: its verdict in words, its groups, the fixes with their trial, the history."""

import re
from dataclasses import replace

import pytest

from studio.core.cleaning import Step
from studio.core.records import Labelled, SourcedRecord
from studio.core.report import DatasetReport, Issue, Lengths
from studio.data.checks import CHECKS
from studio.data.fixes import FIXES
from studio.services.views import DatasetView
from studio.services.views_of_data import ChangedRow, FixOffer, FixPreview
from studio.ui.panels import fixing
from studio.ui.panels.changes import MOST_PIECES, marked
from studio.ui.panels.fixing import Trial, effect, trial_of
from studio.ui.panels.health import Mending, health, name_of, rows_link, verdict
from studio.ui.panels.pictures import pictures

ATTACK = "<script>alert(1)</script>\"'><img onerror=alert(1)>"
EMAIL = Issue(
    "personal_data", "warning", 12, tuple(range(2, 14)), "E-mail addresses.", "Redact.", "redact", "email"
)
NOTE = Issue("diversity", "note", 3, (), "Few openings.", "Add others.")
ERROR = Issue("conflicts", "error", 2, (4, 5), "Two answers.", "Choose one.")
REDACT = FixOffer("redact", "Redact", "Puts placeholders in.", True)
DROP = FixOffer("drop", "Drop", "Leaves them out.", False)
TRIAL = Trial("personal_data", "email", "redact")
STEP = Step("v2", "personal_data", "email", "redact", "Redact", 12, 2, 0, 0.0, "me")


def report(*issues: Issue, set_aside: int = 0, **changes: object) -> DatasetReport:
    kept = 600 - set_aside
    found = DatasetReport(
        "note", "excel", "pairs", 600, kept, set_aside, ("q", "a"), {"input": "q", "output": "a"},
        lengths=Lengths(64, 106, 512, 0, 0), issues=issues,
    )  # fmt: skip
    return replace(found, **changes)


def mending(**changes: object) -> Mending:
    offers = {("personal_data", "email"): (DROP, REDACT)}
    return replace(Mending(offers=offers), **changes)


def test_the_verdict_says_how_many_are_ready_and_what_is_left() -> None:
    shown = verdict(report(EMAIL, NOTE, set_aside=12))
    assert "588 of 600 examples are ready." in shown
    assert "1 thing is worth a look." in shown
    both = verdict(report(EMAIL, ERROR, replace(ERROR, kind="b")))
    assert "2 things must be fixed and 1 thing is worth a look." in both


def test_nothing_to_mend_is_good_news() -> None:
    clear = verdict(report())
    assert "All 600 examples are ready." in clear
    assert "nothing needs to be fixed" in clear
    assert "certificate passed" in clear
    assert "certificate passed" in verdict(report(NOTE)), "a thing to know is nothing to mend"


def test_a_set_that_cannot_be_trained_on_says_so_first() -> None:
    few = report(total=4, kept=4)
    assert "Not ready to train yet." in verdict(few)
    assert "at least 10 usable rows" in verdict(few)


def test_findings_stand_under_their_gravity_the_gravest_first() -> None:
    shown = health(report(NOTE, EMAIL, ERROR), "t.xlsx", Mending())
    titles = [
        "Must be fixed",
        "Two answers.",
        "Worth a look",
        "E-mail addresses.",
        "Good to know",
        "What is fine",
    ]
    places = [shown.index(f">{title}") for title in titles]
    assert places == sorted(places)
    assert "12 rows: 2, 3, 4, 5, 6, …" in shown
    assert "Rows 4 and 5" in shown


def test_checks_that_found_nothing_are_named() -> None:
    shown = health(report(EMAIL), "t.xlsx", Mending())
    assert "26 checks found nothing" in shown
    assert '<li class="ok">Exact copies</li>' in shown
    assert '<li class="ok">Personal data' not in shown


def test_the_recommended_fix_stands_first_in_plain_words_with_its_technical_name() -> None:
    shown = health(report(EMAIL), "t.xlsx", mending())
    assert shown.index("Replace with placeholders <small>redact</small>") < shown.index(
        "Leave these rows out"
    )
    assert 'class="recommended" data-event="offer"' in shown


def test_an_open_fix_is_tried_first_and_then_shown_with_apply_and_cancel() -> None:
    waiting = health(report(EMAIL), "t.xlsx", mending(opened=TRIAL))
    assert "data-fetch" in waiting
    assert 'aria-expanded="true"' in waiting
    found = FixPreview(12, 2, 0, (ChangedRow(3, "Write to a@b.org", "Write to [EMAIL_1]"),), "v1")
    shown = health(report(EMAIL), "t.xlsx", mending(opened=TRIAL, found=found))
    assert "12 rows change, 2 are left out." in shown
    assert "<del>a@b.org</del>" in shown
    assert "<ins>[EMAIL_1]</ins>" in shown
    assert "Apply to 14 rows" in shown
    assert 'data-event="cancel"' in shown
    assert "data-fetch" not in shown


def test_a_fix_that_changes_nothing_cannot_be_applied() -> None:
    shown = fixing.trial(DROP, FixPreview(0, 0, 0, (), "v1"))
    assert "No row would change." in shown
    assert 'data-event="apply"' not in shown


def test_rows_to_edit_come_with_a_pencil_for_each_text() -> None:
    records = (SourcedRecord(7, Labelled("a text", ATTACK)),)
    shown = fixing.trial(replace(DROP, id="edit"), fixing.Editable(records, 30))
    assert shown.count('data-event="edit" data-row="7"') == 2
    assert "The first 1 of 30 are shown." in shown
    assert "<script" not in shown
    assert "no longer there" in fixing.trial(DROP, fixing.Editable((), 0))


def test_a_row_that_is_left_out_is_shown_whole() -> None:
    shown = fixing.trial(DROP, FixPreview(0, 1, 0, (ChangedRow(3, "all of it", None),), "v1"))
    assert "1 row is left out." in shown
    assert "all of it" in shown
    assert "Apply to 1 row<" in shown


@pytest.mark.parametrize(
    ("numbers", "done", "said"),
    [
        ((1, 0, 0), False, "1 row changes."),
        ((2, 1, 0), False, "2 rows change, 1 is left out."),
        ((0, 0, 3), True, "3 rows used again."),
        ((2_000, 1, 0), True, "2,000 rows changed, 1 left out."),
        ((0, 0, 0), True, "No row changed."),
    ],
)
def test_what_a_fix_does_is_said_in_rows(numbers: tuple[int, int, int], done: bool, said: str) -> None:
    assert effect(*numbers, done=done) == said


def test_the_last_step_is_told_with_its_undo_and_older_ones_are_listed() -> None:
    older = replace(STEP, fix="drop", title="Drop", changed=0)
    shown = health(report(), "t.xlsx", Mending(steps=(older, STEP)))
    assert "Done: Replace with placeholders." in shown
    assert "12 rows changed, 2 left out." in shown
    listed = fixing.history((older, STEP), ())
    assert listed.count('data-event="undo"') == 1, "only the newest step can be taken back"
    assert listed.index("Replace with placeholders") < listed.index("Leave these rows out")
    assert "Make it again: Replace with placeholders" in fixing.history((older,), (STEP,))
    assert fixing.history((), ()) == ""


def test_a_reading_anew_says_which_changes_are_no_longer_in_the_rows() -> None:
    again = replace(STEP, fix="remap", check="", title="Read with other columns", changed=88, dropped=0)
    shown = health(report(), "t.xlsx", Mending(steps=(STEP, STEP, again)))
    assert "88 rows read from the file. The 2 changes before it are not in them." in shown
    listed = fixing.history((STEP, again, STEP), ())
    assert listed.count("no longer in the rows") == 1
    assert listed.count("12 rows changed, 2 left out") == 1
    assert "no longer in the rows" not in fixing.history((STEP, STEP), ())


def test_rows_that_were_set_aside_are_not_among_what_was_not_found() -> None:
    title = CHECKS["unusable"].TITLE
    assert title in health(report(), "t.xlsx", Mending())
    assert title not in health(report(EMAIL, set_aside=1), "t.xlsx", Mending())


def test_the_button_that_shows_rows_is_called_what_it_says() -> None:
    shown = health(report(EMAIL), "t.xlsx", mending(rows_can_be_shown=True))
    assert re.search(r'aria-label="(Show these rows): [^"]*">\1</button>', shown)


def test_a_trial_comes_back_from_the_session_and_anything_else_does_not() -> None:
    assert trial_of(TRIAL.key()) == TRIAL
    for wrong in ("", "{", "[]", '["a", "b", 3]', '{"a": 1}', "nonsense"):
        assert trial_of(wrong) is None


def test_every_fix_says_what_its_button_does() -> None:
    assert all(module.ACTION and module.ACTION != module.TITLE for module in FIXES.values())


def test_no_text_of_a_report_or_a_trial_becomes_markup() -> None:
    issue = replace(EMAIL, message=ATTACK, hint=ATTACK, kind=ATTACK)
    offer = FixOffer("redact", ATTACK, ATTACK, True)
    rows = (ChangedRow(2, ATTACK, f"{ATTACK} more"), ChangedRow(3, ATTACK, None))
    charts = {
        "lengths": {"bar_tokens": 2, "counts": [3], "limit_tokens": 5, "sampled": False},
        "imbalance": {"labels": [ATTACK], "rows": [3], "others": 0},
    }
    found = report(issue, charts=charts)
    opened = Trial("personal_data", ATTACK, "redact")
    trial = Mending({("personal_data", ATTACK): (offer,)}, opened, FixPreview(2, 0, 0, rows, "v1"), (STEP,))
    view = DatasetView(ATTACK, "v1", ATTACK, ATTACK, 0.0, found, (), ())
    odd = replace(STEP, check=ATTACK, fix=ATTACK, title=ATTACK)
    for shown in (
        health(found, ATTACK, trial),
        rows_link(view),
        fixing.history((odd,), (odd,)),
        pictures(found),
    ):
        assert "<script" not in shown
        assert "<img" not in shown


def test_only_what_differs_is_marked() -> None:
    before, after = marked("Tom & <b>Jerry</b> ran", "Tom & Jerry ran")
    assert before == "Tom &amp; <del>&lt;b&gt;</del>Jerry<del>&lt;/b&gt;</del> ran"
    assert after == "Tom &amp; Jerry ran"


def test_what_cannot_be_seen_is_named() -> None:
    before, after = marked("ab \u200b cd", "ab  cd")
    assert "U+200B" in before
    assert "zero width space" in before
    assert "U+200B" not in after


def test_the_end_of_a_long_text_is_not_marked_where_it_was_only_cut_elsewhere() -> None:
    words = "one two three four five six seven"
    before, after = marked(f"…mail a@b.org {words}…", f"…mail [EMAIL_1] {words} eight…")
    assert before.count("<del>") == 1
    assert after == f"…mail <ins>[EMAIL_1]</ins> {words} eight…"


def test_a_very_long_change_is_marked_as_a_whole() -> None:
    before, _ = marked("word " * MOST_PIECES, "other " * MOST_PIECES)
    assert before.count("<del>") == 1


def test_a_finding_is_called_by_its_check_and_its_kind() -> None:
    assert name_of(EMAIL) == "E-mail addresses"
    assert name_of(NOTE) == "Diversity"
    assert name_of(replace(NOTE, check="unusable", kind="Few openings.")) == "Few openings."
    assert name_of(replace(NOTE, check="lengths", kind="nothing_left")) == "Length"
    assert name_of(replace(NOTE, check="lengths", kind="nothing_left"), alone=False) == "Nothing left: length"


def test_every_chart_stands_under_a_sentence_and_above_its_numbers() -> None:
    charts = {"lengths": {"bar_tokens": 20, "counts": [500, 0, 100], "limit_tokens": 50, "sampled": False}}
    shown = pictures(report(EMAIL, charts=charts, figures={"distinct_questions": 0.93}))
    assert "Every example fits into the limit of 512 tokens; half have 64 or fewer." in shown
    assert "E-mail addresses” names the most rows, 12 of 600." in shown
    assert "93 %" in shown
    assert shown.count("data-figure") == 2
    assert '<th scope="row">40 to 59</th><td>100</td>' in shown
    assert '<th scope="row">20 to 39' not in shown, "an empty bar is no row"
    assert pictures(report()) == ""
