"""The report is one page that needs nothing, says what was measured, and cannot be broken by any text."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from studio.core.config import RunConfig
from studio.core.events import Recorded, RunFailed, RunStopped
from studio.core.exam import Exam, ExamRow, Score
from studio.core.progress import Progress, fold
from studio.evaluation.votes import Tally
from studio.exporters.facts import DatasetFacts, RunFacts, VotesTold
from studio.exporters.report.answers import answers
from studio.exporters.report.arms import arms
from studio.exporters.report.beyond import preferred
from studio.exporters.report.page import POLICY, overall, report
from studio.exporters.report.results import results
from tests.exporters.report.conftest import EVENTS, exam_of
from tests.exporters.report.test_arms import baked

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>${7*7}\u202egnp\x07\ud800'
VOID = ("meta", "br", "line", "circle", "polyline")


class Outline(HTMLParser):
    """What a page consists of: its tags, what they would load, and whether each one is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.headings: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)


def test_it_holds_every_part_in_its_order(facts):
    outline = Outline(report(facts))
    assert outline.open == []
    assert outline.headings == [
        "help desk, quick",
        "What it learned from",
        "How it was trained",
        "Is it better?",
        "Best and worst answers",
        "Should one fine-tune at all?",
        "What else changed?",
        "What people prefer",
        "What this does not say",
        "Licences",
        "How to repeat it",
    ]


@pytest.mark.parametrize("which", ["facts", "sorting"])
def test_it_needs_no_network_and_no_script(which, request):
    page = report(request.getfixturevalue(which))
    outline = Outline(page)
    assert {"script", "link", "img", "iframe", "object", "form", "base"}.isdisjoint(outline.tags)
    assert [name for name, _ in outline.attributes if name in ("src", "href", "srcset", "action")] == []
    assert [name for name, _ in outline.attributes if name.startswith("on")] == []
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert f'content="{POLICY}"' in page
    assert len(page.encode()) < 1_000_000


def test_the_verdict_of_the_exam_stands_first(facts):
    page = report(facts)
    assert page.index("Better.") < page.index("What it learned from")
    assert "The error (held-out loss) went from 0.200 to 0.600 on 45 held-back rows" in page


def test_what_is_not_proven_is_not_claimed(facts):
    for exam in (None, replace(facts.exam, step=3)):
        said = overall(replace(facts, exam=exam))
        assert said.headline == "Not proven"
        assert "python -m studio exam RUN" in said.sentence
        assert ("of an earlier point (step 3)" in said.sentence) == (exam is not None)
    assert "No exam was held." in report(replace(facts, exam=None))


def test_what_an_exam_of_an_earlier_point_led_to_says_so_wherever_it_stands(facts):
    votes = VotesTold(25, 25, True, Tally(18, 4, 3), Score(0.82, 0.6, 0.95), "better")
    told = replace(baked(facts), votes=votes)
    parts = (results, answers, arms, preferred)
    assert not any("Of an earlier point." in part(told) for part in parts)
    gone_on = replace(told, step=40)
    assert all("held at step 20, which is not the point that is used now" in part(gone_on) for part in parts)


def test_a_run_of_which_almost_nothing_is_known_is_reported_with_what_is_missing_named():
    bare = RunFacts(RunConfig("d", "v"), DatasetFacts("d", "v", ""), status="queued")
    page = report(bare)
    assert Outline(page).open == []
    for said in (
        "No exam was held",
        "has not taken a step",
        "None was kept with this run",
        "not noted",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("status", "last", "said"),
    [
        ("stopped", RunStopped(10, 10, 40.0, 1), "Stopped at step 20 of 20."),
        ("failed", RunFailed("The disk is full.", "Free some space."), "The disk is full. Free some space."),
    ],
)
def test_a_run_that_did_not_finish_says_how_it_ended(facts, status, last, said):
    events = [*EVENTS[:-1], last]
    story = fold(Recorded(float(at), event) for at, event in enumerate(events))
    page = report(replace(facts, status=status, story=story, exam=None))
    assert said in page
    assert "it is not set beside that" in page


def test_hostile_texts_show_as_themselves_wherever_they_stand(facts):
    rows = tuple(
        ExamRow(row, HOSTILE, HOSTILE, 2.0, 1.0, 3, base=HOSTILE, tuned=HOSTILE) for row in range(2, 8)
    )
    attacked = replace(
        facts,
        name=HOSTILE,
        notes=HOSTILE,
        run=HOSTILE,
        dataset=replace(facts.dataset, name=HOSTILE, licence=HOSTILE, format=HOSTILE),
        exam=replace(facts.exam, table=rows, before=HOSTILE, in_other_words=HOSTILE, device=HOSTILE),
        environment={"studio": HOSTILE, "packages": {HOSTILE: HOSTILE}},
    )
    page = report(attacked)
    outline = Outline(page)
    assert outline.open == []
    assert {"script", "img"}.isdisjoint(outline.tags)
    assert page.count("&lt;script&gt;") > 20
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", page)
    assert "⟨U+202E⟩gnp⟨U+0007⟩?" in page


def test_a_long_answer_is_cut_and_says_how_much(facts):
    row = ExamRow(2, "q", "a" * 2000, 2.0, 1.0, 3, base="b", tuned="")
    page = report(replace(facts, exam=replace(facts.exam, table=(row,))))
    assert "cut here, 1,300 more letters" in page
    assert "(empty)" in page


def test_many_rows_make_no_longer_a_page(facts):
    rows = tuple(ExamRow(row, "q" * 5000, "yes", 2.0, 1.0, 3, "b", "yet") for row in range(2, 402))
    assert len(report(replace(facts, exam=replace(facts.exam, table=rows))).encode()) < 200_000


def test_equal_facts_give_an_equal_page(facts):
    assert report(facts) == report(replace(facts, story=fold_again()))


def fold_again() -> Progress:
    return fold(Recorded(float(at), event) for at, event in enumerate(EVENTS))


def test_no_path_of_this_machine_stands_in_it(facts):
    assert "/home/someone" not in report(facts)


def test_one_class_only_is_reported(sorting):
    rows = tuple(ExamRow(row, "t", "good", 0.9, 0.1, 1, "good", "good") for row in range(2, 6))
    only: Exam = exam_of("loss", "accuracy", rows=rows, classes=sorting.exam.classes[:1])
    page = report(replace(sorting, exam=only))
    assert "After training, 4 of 4 rows got their own label" in page
    assert Outline(page).open == []
