"""Conversations: kept before they are answered, asked once, stopped, asked again, and never lost."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.events import RunFailed
from studio.core.records import Message
from studio.core.talk import Manner, Spoken
from studio.services.rating import RatingView
from studio.services.studio import Studio
from studio.services.talking import Hear, Wish
from studio.services.talks import CUT_OFF
from studio.services.views_of_talks import ServerView
from studio.store.runs import RunFolder
from tests.services.conftest import planned, wait_for

PLAIN = Manner()


class Parrot:
    """An engine that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Wish, Hear]] = []
        self.served: Sequence[RunFolder] = ()
        self.away: list[str] = []

    def speak(self, wish: Wish, hear: Hear) -> Callable[[], None]:
        self.asked.append((wish, hear))
        return lambda: hear(Spoken("So far", "stopped"))

    def answers(self, text: str, finish: str = "stop") -> None:
        for wish, hear in self.asked:
            hear(Spoken(f"{text}{' before' if wish.untouched else ''}", finish, 2, 0.1, 4, "ab12"))
        if finish:
            self.asked.clear()

    def open(self, folders: Sequence[RunFolder]) -> None:
        self.served = folders

    def server(self) -> ServerView | None:
        runs = tuple(folder.id for folder in self.served if folder.id not in self.away)
        return ServerView("open", names=runs, runs=runs) if self.served else None

    def shut(self) -> None:
        self.served = ()

    def put_away(self, run: str) -> None:
        self.away.append(run)

    def make_room(self) -> bool:
        return True

    def close(self) -> None: ...


@pytest.fixture
def parrot(closed: Studio) -> Parrot:
    parrot = Parrot()
    closed.speak_through(parrot)
    return parrot


@pytest.fixture
def run(closed: Studio, home: Path, table: Path, tiny_model_folder: Path) -> str:
    """A run that has saved something."""
    run = closed.start(planned(closed, table, tiny_model_folder))
    (home / "runs" / run / "checkpoints" / "step-000004").mkdir(parents=True)
    return run


def ends(studio: Studio, parrot: Parrot, text: str) -> None:
    """Let everybody answer, and wait until it is kept."""
    parrot.answers(text)
    studio._talking.settled()


def test_a_question_is_kept_at_once_and_its_answer_seen_as_it_grows(
    closed: Studio, parrot: Parrot, run: str, home: Path
) -> None:
    talk = closed.say(" Why? ", [run, f"base:{run}"], PLAIN)
    assert closed.talk(talk).exchanges[0].answers == {run: Spoken(), f"base:{run}": Spoken()}
    parrot.answers("So", "")
    assert closed.talk(talk).exchanges[0].answers[run].text == "So"
    before = Studio(home).talk(talk).exchanges[0]
    assert (before.question, before.answers[run].note) == ("Why?", CUT_OFF), "another life of the studio"
    ends(closed, parrot, "So it is.")
    after = Studio(home).talk(talk).exchanges[0].answers
    assert [said.text for said in after.values()] == ["So it is.", "So it is. before"]
    assert Studio(home).talks() == closed.talks()


def test_a_question_right_behind_an_answer_is_asked_and_knows_it(
    closed: Studio, parrot: Parrot, run: str
) -> None:
    """The answer is there to be read a moment before it is on the disk."""
    talk, disk = closed.say("Why?", [run], PLAIN), threading.Event()
    closed._talking._keeping.submit(disk.wait)
    parrot.answers("So it is.")
    asking = threading.Thread(target=closed.say, args=("And then?", [run], PLAIN, talk))
    asking.start()
    wait_for(lambda: closed._talking._keeping._work_queue.qsize() == 2 or not asking.is_alive())
    disk.set()
    asking.join()
    ((wish, _),) = parrot.asked
    assert [turn.content for turn in wish.messages] == ["Why?", "So it is.", "And then?"]


def test_a_second_press_asks_nothing_and_another_question_waits(
    closed: Studio, parrot: Parrot, run: str
) -> None:
    talk = closed.say("Why?", [run], PLAIN)
    assert closed.say("Why?", [run], PLAIN, talk) == talk
    with pytest.raises(Refused, match="still being answered"):
        closed.say("Who?", [run], PLAIN, talk)
    assert len(parrot.asked) == len(closed.talk(talk).exchanges) == 1
    ends(closed, parrot, "So.")
    closed.say("Who?", [run], PLAIN, talk)
    (wish, _) = parrot.asked[0]
    assert wish.messages == (Message("user", "Why?"), Message("assistant", "So."), Message("user", "Who?"))


def test_asked_again_the_last_question_gives_way(closed: Studio, parrot: Parrot, run: str) -> None:
    talk = closed.say("Why?", [run], PLAIN)
    ends(closed, parrot, "So.")
    closed.say("How?", [run], PLAIN, talk)
    closed.say_again(talk, "Who?", [run], PLAIN)
    assert [each.question for each in closed.talk(talk).exchanges] == ["Why?", "Who?"]
    parrot.asked = parrot.asked[-1:]
    ends(closed, parrot, "You.")
    assert closed.talk(talk).exchanges[1].answers[run].text == "You."


def test_what_is_written_when_it_is_stopped_stays(closed: Studio, parrot: Parrot, run: str) -> None:
    talk = closed.say("Why?", [run], PLAIN)
    closed.stop_talking(talk)
    assert closed.talk(talk).exchanges[0].answers[run] == Spoken("So far", "stopped")


def test_a_deleted_conversation_takes_no_answer_any_more(closed: Studio, parrot: Parrot, run: str) -> None:
    talk = closed.say("Why?", [run], PLAIN)
    late = parrot.asked[0][1]
    closed.delete_talk(talk)
    late(Spoken("Too late", "stop"))
    closed._talking.settled()
    assert closed.talks() == ()
    with pytest.raises(Refused, match="no conversation"):
        closed.talk(talk)


@pytest.mark.parametrize(
    ("question", "voices", "manner", "why"),
    [
        (" ", 1, PLAIN, "question is empty"),
        ("x" * 20_001, 1, PLAIN, "20000 is the most"),
        ("Why?", 0, PLAIN, "Nobody is chosen"),
        ("Why?", 5, PLAIN, "4 is the most"),
        ("Why?", 1, Manner(temperature=3.0), "most allowed is 2"),
        ("Why?", 1, Manner(answer_tokens=None), "must be a number"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_not_kept(
    closed: Studio, parrot: Parrot, run: str, question: str, voices: int, manner: Manner, why: str
) -> None:
    asked = [run, f"base:{run}", "c", "d", "e"][:voices]
    with pytest.raises(Refused, match=why):
        closed.say(question, asked, manner)
    assert closed.talks() == ()


def test_without_an_engine_nothing_is_asked(closed: Studio, run: str) -> None:
    with pytest.raises(Refused, match="No model speaks"):
        closed.say("Why?", [run], PLAIN)
    assert closed.server() is None


def test_an_answer_is_rated_with_all_that_was_said_before_it(
    closed: Studio, parrot: Parrot, run: str
) -> None:
    talk = closed.say("Why?", [run], PLAIN)
    ends(closed, parrot, "So.")
    closed.say("And?", [run], Manner(0.5), talk)
    assert list(closed.talk_ratings(talk).values()) == [None], "the second is not answered yet"
    ends(closed, parrot, "No more.")
    last = closed.talk(talk).exchanges[1].id
    closed.rate_talk(talk, last, run, RatingView(False, "Then nothing."))
    assert closed.talk_ratings(talk)[last, run] == RatingView(False, "Then nothing.")
    dataset = closed.run(run).config.dataset
    for number in range(9):
        again = closed.say(f"What is {number}?", [run], PLAIN)
        ends(closed, parrot, "No idea.")
        closed.rate_talk(
            again, closed.talk(again).exchanges[0].id, run, RatingView(False, f"It is {number}.")
        )
    made = closed.learn_from_feedback(dataset, "preference")
    records = [sourced.record for sourced in closed.records_at(made.id, 0, 20)]
    told = next(record for record in records if record.chosen == "Then nothing.")
    assert told.before == (Message("user", "Why?"), Message("assistant", "So."))
    assert (told.prompt, told.rejected) == ("And?", "No more.")
    closed.rate_talk(talk, last, run, None)
    assert closed.talk_ratings(talk)[last, run] is None


def test_what_was_read_with_documents_or_stopped_is_not_rated(
    closed: Studio, parrot: Parrot, run: str
) -> None:
    looked_up = closed.say("Why?", [run], Manner(with_documents=True))
    ends(closed, parrot, "So.")
    stopped = closed.say("Why?", [run], PLAIN)
    closed.stop_talking(stopped)
    assert closed.talk_ratings(looked_up) == closed.talk_ratings(stopped) == {}
    with pytest.raises(Refused, match="no such answer"):
        closed.rate_talk(stopped, closed.talk(stopped).exchanges[0].id, run, RatingView(True))


def test_the_server_speaks_for_runs_that_write(closed: Studio, parrot: Parrot, run: str) -> None:
    with pytest.raises(Refused, match="No model is chosen"):
        closed.open_server([])
    with pytest.raises(Refused, match="no run"):
        closed.open_server(["../x"])
    closed.open_server([run])
    assert [folder.id for folder in parrot.served] == [run]
    assert closed.server().runs == (run,)
    closed.close_server()
    assert closed.server() is None


def test_a_model_is_taken_off_the_server_once_and_with_its_run(
    closed: Studio, parrot: Parrot, run: str
) -> None:
    with pytest.raises(Refused, match="not served any more"):
        closed.put_away(run)
    closed.open_server([run])
    with pytest.raises(Refused, match="Only whoever runs this studio"):
        closed.visited_by("ada").put_away(run)
    closed.put_away(run)
    assert parrot.away == [run]
    with pytest.raises(Refused, match="not served any more"):
        closed.put_away(run)
    closed._home.runs.folder(run).append(RunFailed("why", "next"))
    closed.delete_run(run)
    assert parrot.away == [run, run], "the page lets go of it, too"


def test_a_conversation_is_its_owners_alone_and_so_is_the_door(
    closed: Studio, parrot: Parrot, table: Path, home: Path, tiny_model_folder: Path
) -> None:
    ada, bob = closed.visited_by("ada"), closed.visited_by("bob")
    run = ada.start(planned(ada, table, tiny_model_folder))
    (home / "runs" / run / "checkpoints" / "step-000004").mkdir(parents=True)
    talk = ada.say("Why?", [run], PLAIN)
    assert bob.talks() == ()
    for reach in (bob.talk, bob.stop_talking, bob.delete_talk, bob.talk_ratings):
        with pytest.raises(Refused, match="no conversation"):
            reach(talk)
    with pytest.raises(Refused, match="no run"):
        bob.say("Why?", [run], PLAIN)
    ends(closed, parrot, "So.")
    assert ada.talk(talk).exchanges[0].answers[run].text == "So."
    with pytest.raises(Refused, match="Only whoever runs this studio"):
        ada.open_server([run])
    closed.open_server([run])
    assert ada.server() is None
    with pytest.raises(Refused, match="Only whoever runs this studio"):
        ada.close_server()
