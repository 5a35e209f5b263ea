"""What the votes on a run's answers prove, as the screen and the command line show it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.core.exam import ComparisonVerdict, Score
from studio.core.feedback import Vote, preference_pairs
from studio.core.verdict import FEWEST_ROWS, Verdict
from studio.core.words import percentage
from studio.evaluation.ballots import Ballot
from studio.evaluation.votes import (
    INTERVAL,
    Agreement,
    Side,
    Tally,
    metric_agreement,
    tally,
    verdict_of_votes,
    win_share,
)
from studio.services import exams, judging
from studio.services.comparisons import Questions
from studio.services.views_of_votes import JudgeView, OpenQuestion, Said, VotedQuestion, VotesView, side_of
from studio.services.voting import Booth, booth
from studio.store.home import Home


def view(home: Home, questions: Questions, run: str) -> VotesView | None:
    """Return how far the voting is, and its result once no question is left or somebody ended it.

    None where there is nothing to vote on. Raises Refused where the data set was deleted.
    """
    at = booth(home, questions, run)
    if at is None:
        return None
    votes, left = at.standing.votes, at.next
    shown = bool(at.standing.ended) or left is None
    told = VotesView(
        run=run,
        step=at.exam.step,
        questions=len(at.asked),
        voted=len(votes),
        skipped=sum(vote.choice == "skipped" for vote in votes),
        identical=len(at.ballots) - len(at.asked),
        shown=shown,
        open=None if shown or left is None else _open(left),
        damaged=at.everything.damaged,
        earlier=at.folder.checkpoints.best_step() not in (None, at.exam.step),
        pairs_kept=len(preference_pairs(at.everything.votes)),
    )
    return _with_result(told, at) if shown else told


def result(home: Home, questions: Questions, run: str) -> VotesView | None:
    """Return what the votes say so far, whether or not questions are left, and the judge beside them."""
    told = view(home, questions, run)
    at = booth(home, questions, run)
    if told is None or at is None:
        return told
    judge = judging.view(at.folder, at.exam, _people(said_of(at)))
    return replace(told if told.shown else _with_result(told, at), judge=judge)


def judged(home: Home, questions: Questions, run: str) -> JudgeView | None:
    """Return what the judge model said; its agreement with people is told once the names are shown."""
    folder = home.runs.folder(run)
    exam = exams.newest(folder)
    if exam is None or exam.classes:
        return None
    at = None
    if (home.datasets.path / folder.config().dataset).is_dir():
        at = booth(home, questions, run)
    shown = at is not None and (bool(at.standing.ended) or at.next is None)
    return judging.view(folder, exam, _people(said_of(at)) if at is not None and shown else {})


def _open(asked: Ballot) -> OpenQuestion:
    return OpenQuestion(asked.key, asked.prompt, asked.text("left"), asked.text("right"), asked.expected)


def _with_result(told: VotesView, at: Booth) -> VotesView:
    said = said_of(at)
    counted = tally([side_of(each) for each in said.values() if each != "skipped"])
    share = win_share(counted)
    verdict = verdict_of_votes(share, counted)
    both_bad = list(said.values()).count("both_bad")
    return replace(
        told,
        counted=counted,
        both_bad=both_bad,
        won=share,
        verdict=verdict,
        said=in_words(counted, share, verdict, alike=_alike(counted, both_bad, told.identical)),
        metrics=_metrics(at),
        rows=tuple(
            VotedQuestion(each.row, each.prompt, each.base, each.tuned, said[each.key])
            for each in at.ballots
            if each.key in said
        ),
    )


def _people(said: Mapping[str, Said]) -> dict[str, Side]:
    """Return what people said where they were asked and did not leave the question out."""
    return {key: side_of(each) for key, each in said.items() if each not in ("skipped", "identical")}


def said_of(at: Booth) -> dict[str, Said]:
    """Return what was said of each question by its key; of identical answers nobody is asked."""
    found: dict[str, Said] = {vote.key: _said(vote) for vote in at.standing.votes}
    return found | {each.key: "identical" for each in at.ballots if each.identical}


def _said(vote: Vote) -> Said:
    if vote.preferred is not None:
        return vote.preferred
    return "tie" if vote.choice == "tie" else "both_bad" if vote.choice == "both_bad" else "skipped"


def in_words(counted: Tally, share: Score | None, verdict: ComparisonVerdict, *, alike: str) -> Verdict:
    """Return the result in one sentence with the figures that it rests on."""
    if share is None:
        return Verdict("neutral", "Too few votes to tell", f"No question was decided yet. {alike}".strip())
    measured = (
        f"You preferred the tuned answer in {counted.tuned} of the {counted.decided} questions that you "
        f"decided ({percentage(share.value)}; exact 95 % interval {percentage(share.low)} to "
        f"{percentage(share.high)}, {INTERVAL}). "
        f"{alike}"
    ).strip()
    match verdict:
        case "better":
            return Verdict("good", "You prefer the tuned model", measured)
        case "worse":
            return Verdict("warning", "You prefer the untouched model", measured)
        case "same":
            return Verdict("neutral", "No clear preference", measured)
    few = (
        f"With fewer than {FEWEST_ROWS} decided questions a difference must be large to be told from chance."
    )
    return Verdict("neutral", "Too few votes to tell", f"{measured} {few}")


def _alike(counted: Tally, both_bad: int, identical: int) -> str:
    """Return why questions count as ties; they are left out of the share."""
    told = counted.ties - both_bad - identical
    parts = [
        f"{number} {words}"
        for number, words in (
            (told, "about the same to you"),
            (both_bad, "both bad"),
            (identical, "answered alike word for word and not asked"),
        )
        if number
    ]
    return f"Ties, left out of that share: {', '.join(parts)}." if parts else ""


def _metrics(at: Booth) -> dict[str, Agreement]:
    """Return for each metric of the exam how often its sign agrees with the vote, on held-back questions."""
    by_key = {each.key: each for each in at.ballots}
    rows = {row.row: row for row in at.exam.table}
    held = [vote for vote in at.standing.votes if vote.preferred is not None and vote.row in rows]
    if not held:
        return {}
    votes = [side_of(_said(vote)) for vote in held]
    losses = [rows[vote.row].base_loss - rows[vote.row].tuned_loss for vote in held]
    found = {"loss": metric_agreement(losses, votes)} if "loss" in at.exam.differences else {}
    ballots = [by_key[vote.key] for vote in held]
    gains = _gains(list(at.exam.differences), ballots)
    return found | {name: metric_agreement(each, votes) for name, each in gains.items()}


def _gains(names: Sequence[str], ballots: Sequence[Ballot]) -> Mapping[str, list[float]]:
    from studio.evaluation.by_row import row_gains, tells_of_answers  # heavy: not before the first page

    base, tuned = [each.base for each in ballots], [each.tuned for each in ballots]
    expected = [each.expected for each in ballots]
    return {name: row_gains(name, base, tuned, expected) for name in names if tells_of_answers(name)}
