"""What is said of a run is what is known of it, in plain words, and no more."""

from dataclasses import replace

import pytest

from studio.core.cleaning import Step
from studio.core.config import RunConfig
from studio.core.exam import Difference, Exam, Score, Wins
from studio.core.report import DatasetReport, Issue
from studio.evaluation.votes import Tally
from studio.exporters import told
from studio.exporters.facts import DatasetFacts, RunFacts, VotesTold

FACTS = RunFacts(
    RunConfig("d", "v", knobs={"rank": 16, "seed": 7, "held_out_percent": 12.0, "of_old": True}),
    DatasetFacts("d", "v", "pairs"),
)
REDACTED = Step("a" * 12, "personal_data", "email", "redact", "Redact", 12, 0, 0, at=1.0, by="me")


def report_with(*issues):
    return DatasetReport("accept", "csv", "pairs", 9, 9, 0, issues=issues)


def issue(check, severity, message):
    return Issue(check, severity, 1, (2,), message, "")


def test_personal_data_is_told_with_what_was_redacted():
    dataset = replace(FACTS.dataset, cleaning=(REDACTED,))
    found = issue("personal_data", "warning", "3 rows hold phone numbers.")
    said = told.privacy(replace(FACTS, dataset=dataset, findings=report_with(found)))
    assert said[0] == "3 rows hold phone numbers."
    assert said[1] == ("Cleaned before the run: Redact (Personal data and secrets, email): 12 rows changed.")


def test_nothing_personal_found_says_what_was_looked_for_and_what_is_not_seen():
    said = " ".join(told.privacy(replace(FACTS, findings=report_with())))
    assert "e-mail addresses" in said
    assert "such as a name, it does not see" in said


def test_findings_that_are_lost_are_not_told_as_none():
    said = told.privacy(replace(FACTS, findings_lost="There is no data set 'd'."))
    problem = "There is no data set 'd'."
    assert said == (f"What the check for personal data found is not known any more: {problem}",)
    assert told.findings(FACTS) == ()


def test_the_gravest_findings_stand_first_and_personal_data_is_told_apart():
    issues = (
        issue("a", "note", "1"), issue("b", "error", "2"), issue("personal_data", "error", "3"),
        issue("c", "warning", "4"),
    )  # fmt: skip
    found = told.findings(replace(FACTS, findings=report_with(*issues)))
    assert [each.message for each in found] == ["2", "4", "1"]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("user", "a column marks them"),
        ("seed", "About 12 % of the rows were drawn by chance (seed 7)"),
        ("", "decided when the run begins"),
    ],
)
def test_it_is_said_who_chose_the_held_back_rows(by, said):
    assert said in told.how_divided(replace(FACTS, held_out_by=by))


def test_settings_stand_in_the_forms_order_and_one_of_an_earlier_studio_is_kept():
    found = told.settings(FACTS.config)
    assert [each.name for each in found] == ["held_out_percent", "seed", "rank", "of_old"]
    assert (found[2].label, found[2].term, found[2].value) == ("Size of the add-on", "LoRA rank r", "16")
    assert (found[3].label, found[3].value) == ("of_old", "yes")


def test_limits_that_are_not_known_are_said_to_be():
    assert told.limits(None)[0].startswith("Not examined")


def test_what_the_checks_found_is_told_to_the_public_without_a_word_of_the_rows():
    found = Issue("one_answer", "warning", 9, (2,), "90% of the answers are “secret”.", "")
    few = Issue("diversity", "note", 0, (), "Only 5% of the questions differ.", "")
    said = told.findings_in_words(replace(FACTS, findings=report_with(found, few)))
    assert len(said) == 2
    assert said[0].endswith(": 9 rows.")
    assert "secret" not in " ".join(said)


VOTES = VotesTold(40, 40, True, Tally(18, 2, 20), Score(0.9, 0.683, 0.988), "better")


@pytest.mark.parametrize(
    ("votes", "lost", "said"),
    [
        (
            VOTES,
            "",
            "preferred in 18 of the 20 questions that were decided (90 %; exact 95 % interval 68 % to",
        ),
        (replace(VOTES, ended=False, voted=7), "", "not over: 7 of 40 questions judged"),
        (replace(VOTES, won=None), "", "No question was decided."),
        (None, "The file is damaged.", "Not known any more. The file is damaged."),
        (None, "", "Nobody was asked."),
    ],
)
def test_how_a_blind_voting_fell_is_told_and_not_before_its_end(votes, lost, said):
    assert said in told.preferred(replace(FACTS, votes=votes, votes_lost=lost))


def test_the_versions_of_a_run_are_told():
    known = {
        "studio": "0.1.0",
        "code": "abc",
        "python": "3.11.2",
        "system": "Linux",
        "packages": {"torch": "2"},
    }
    assert ("torch", "2") in told.versions(replace(FACTS, environment=known))
    assert told.versions(FACTS) == (("Versions", "not noted"),)


def test_what_a_reward_or_a_preference_does_not_say_is_a_limit():
    exam = Exam(40, 32, 64, 8, "float32", "cpu", 1.0, {"base": {}, "tuned": {}}, {}, (), {})
    plain = told.limits(exam)
    judge = told.limits(replace(exam, judges=True))
    rewarded = told.limits(replace(exam, wins=Wins(0, 0, 1, None, "too_few")))
    pairs = told.limits(replace(exam, differences={"preferred": Difference(0.1, 0.0, 0.2, "same")}))
    for limits, words in ((judge, "beside each other"), (rewarded, "please its rule"), (pairs, "likelier")):
        (added,) = set(limits) - set(plain)
        assert words in added


def test_a_teacher_on_this_machine_is_told_by_its_name_alone():
    config = RunConfig("d", "v", objective="distillation", knobs={"teacher": "/home/ann/models/large"})
    assert [each.value for each in told.settings(config)] == ["large"]
