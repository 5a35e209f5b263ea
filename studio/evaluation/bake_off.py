"""The bake-off: the arms that compete with training, on the rows and with the decoding of the exam."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean

from studio.core.bake_off import ArmAnswer, BakeOff, BestOther, Cost
from studio.core.measures import MEASURES
from studio.engine.peak_memory import how_measured
from studio.evaluation.arm_papers import Reader, arm_paper
from studio.evaluation.arm_readings import ArmReading, Asked, reading_of
from studio.evaluation.arms import ARMS, PAIR, arm_named
from studio.evaluation.arms.given import Given, Stock
from studio.evaluation.arms.shelves import Shelves
from studio.evaluation.classes import InWords
from studio.evaluation.intervals import Draws
from studio.evaluation.marking import Paper, differences_of, trained_tokens
from studio.evaluation.seats import Sat, Seat, Told
from studio.evaluation.sitting import Sorting, Writing
from studio.evaluation.worksheet import key_of


@dataclass(frozen=True)
class Wanted:
    """The arms to set beside base and tuned, and what they draw on.

    `training_seconds`: what the tuned model took to be ready. `prompt` and `documents` are told with the
    result.
    """

    arms: tuple[str, ...]
    shelves: Shelves
    training_seconds: float = 0.0
    prompt: str = ""
    documents: tuple[str, ...] = ()


def further_seats(
    wanted: Wanted, pair: Mapping[str, Seat], reader: Reader, labels: tuple[str, ...], told: Told
) -> list[Seat]:
    """Return the seats of all arms in their order, those of base and tuned among them.

    `labels` are those that rows are sorted into; none where answers are written. `told` is called with what
    is being done, and may raise to end it. Raises StudioError where an instruction leaves no room.
    """
    seats = []
    for arm in ARMS:
        if arm in PAIR:
            seats.append(replace(_with_training(pair[arm], wanted), reading=_of_pair(pair[arm], reader)))
        elif arm in wanted.arms:
            told(f"Making ready what is looked up ({arm_named(arm).TITLE.lower()})")
            seats.append(_seat(arm, wanted, pair["base"].paper, reader, labels, told))
    return seats


def _of_pair(seat: Seat, reader: Reader) -> ArmReading:
    """Return how much the untouched and the tuned model read where nothing is put before a question."""
    if not isinstance(seat.sitter, Sorting):
        read = [len(question.prompt) for question in seat.paper.answered]
    elif seat.sitter.in_words is None:
        read = [len(row[0].input_ids) for row in seat.paper.rows]
    else:
        in_words = seat.sitter.in_words
        read = [len(in_words.read(reader.context_tokens, row[0])[0]) for row in seat.paper.rows]
    return ArmReading(prompt_tokens=fmean(read) if read else 0.0, questions=len(read))


def _with_training(seat: Seat, wanted: Wanted) -> Seat:
    seconds = wanted.training_seconds if seat.model == "tuned" else 0.0
    return replace(seat, preparation_seconds=seat.preparation_seconds + seconds)


def _seat(
    arm: str, wanted: Wanted, paper: Paper, reader: Reader, labels: tuple[str, ...], told: Told
) -> Seat:
    stock, seconds = wanted.shelves.stock(arm)
    who, total = arm_named(arm).TITLE.lower(), len(paper.rows)

    def looking(count: int) -> None:
        told(f"Looking things up for question {count + 1:,} of {total:,} ({who})")

    if labels:
        asked = InWords(labels, reader.template, partial(_given_for, arm, stock))
        return replace(_sorting_seat(arm, paper, reader, asked, looking), preparation_seconds=seconds)
    read = arm_paper(arm, paper, reader, stock, looking)
    seat = Seat(
        arm,
        Writing(reader.objective, reader.template),
        read.paper,
        work=len(read.paper.rows) + len(read.paper.answered),
        key=(key_of(read.paper, arm),),
        preparation_seconds=seconds,
        seconds=read.seconds,
        sources=read.sources,
        reading=read.reading,
    )
    return _with_training(seat, wanted)


def _given_for(arm: str, stock: Stock, text: str) -> Given:
    return arm_named(arm).given(text, stock)


def _sorting_seat(
    arm: str, paper: Paper, reader: Reader, asked: InWords, looking: Callable[[int], None]
) -> Seat:
    """Return the seat of an arm that is asked in words which label fits."""
    written, read = {question.row for question in paper.labelled}, list[Asked]()
    name = hashlib.sha256()
    for count, (example,) in enumerate(paper.rows):
        looking(count)
        room = paper.answer_tokens if example.row in written else 0
        prompt, wanted, given = asked.read(reader.context_tokens, example, room)
        read.append(Asked(paper.questions[example.row], wanted, given, len(prompt)))
        name.update(repr((example.row, wanted)).encode())
    sitter, key = Sorting(asked, asked), (name.hexdigest(),)
    return Seat(arm, sitter, paper, work=len(paper.rows), key=key, reading=reading_of(read))


def bake_off(
    wanted: Wanted, paper: Paper, sat: Mapping[str, Sat], draws: Mapping[tuple[str, str], Draws]
) -> BakeOff:
    """Return what the arms took, and how they differ. `draws` by metric and arm, those of the exam."""
    metrics = list(dict.fromkeys(name for name, _ in draws))
    device = sat["tuned"].sitting.device
    readings = {arm: each.seat.reading for arm, each in sat.items()}
    searched, learned = wanted.shelves.rows_searched
    flattered = max(readings.values(), key=lambda reading: reading.given_away)
    return BakeOff(
        costs={arm: _cost(each) for arm, each in sat.items()},
        against_base={arm: differences_of(draws, metrics, arm, "base") for arm in sat if arm != "base"},
        against_best=_against_best([*sat], draws, metrics),
        answers={arm: _answers(each, paper) for arm, each in sat.items() if arm not in PAIR},
        prompt=wanted.prompt,
        documents=wanted.documents,
        memory_measured=how_measured(device),
        searched=wanted.shelves.searched,
        rows_searched=searched,
        rows_learned=learned,
        shortened={arm: reading.shortened for arm, reading in readings.items() if reading.shortened},
        bare={arm: reading.bare for arm, reading in readings.items() if reading.bare},
        given_away=flattered.given_away,
        looked_up=flattered.questions,
    )


def _cost(sat: Sat) -> Cost:
    return Cost(
        preparation_seconds=sat.seat.preparation_seconds,
        seconds_per_answer=fmean(sat.sitting.seconds.values()) if sat.sitting.seconds else 0.0,
        peak_memory_bytes=sat.peak_memory_bytes,
        prompt_tokens=sat.seat.reading.prompt_tokens,
    )


def _against_best(
    arms: Sequence[str], draws: Mapping[tuple[str, str], Draws], metrics: Sequence[str]
) -> dict[str, BestOther]:
    """Return by metric how tuned differs from the best arm of the untouched model.

    That one is chosen on the very rows it is compared on, which flatters it and never the tuned model.
    """
    found = {}
    untouched = [arm for arm in arms if arm_named(arm).MODEL == "base"]
    for name in metrics:
        better = MEASURES[name].better
        values = {arm: draws[name, arm].value for arm in untouched if (name, arm) in draws}
        if better is None or not values or (name, "tuned") not in draws:
            continue
        best = (min if better == "lower" else max)(values, key=values.__getitem__)
        (told,) = differences_of(draws, [name], "tuned", best).values()
        found[name] = BestOther(best, told)
    return found


def _answers(sat: Sat, paper: Paper) -> tuple[ArmAnswer, ...]:
    places = {row[0].row: place for place, row in enumerate(paper.rows)}
    tokens = {row[0].row: trained_tokens(row) for row in paper.rows}
    return tuple(
        ArmAnswer(
            row,
            text,
            sat.sitting.nats[places[row]] / tokens[row] if sat.sitting.nats else None,
            sat.seat.sources.get(row, ()),
        )
        for row, text in sat.sitting.answers.items()
    )
