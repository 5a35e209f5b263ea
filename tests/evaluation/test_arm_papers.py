"""An arm reads the same questions with more before them, and is scored on the very same tokens."""

from dataclasses import replace

import pytest

from studio.core.examples import IGNORED
from studio.core.records import Completion, Conversation, Message, Preference, SourcedRecord
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.engine.objectives import chat, completion, dpo
from studio.evaluation.arm_papers import Reader, arm_paper, expected_after
from studio.evaluation.arms import ARMS
from studio.evaluation.arms.given import Given, Stock
from studio.evaluation.marking import Paper
from studio.evaluation.questions import questions
from studio.retrieval.passages import Passage

RECORDS = (
    SourcedRecord(2, Completion("How high is the tower?", "Ten metres.")),
    SourcedRecord(3, Completion("How wide is it?", "Two metres.")),
    SourcedRecord(
        4,
        Conversation(
            (
                Message("system", "You are kind."),
                Message("user", "Is it old?"),
                Message("assistant", "Yes."),
                Message("user", "How old?"),
                Message("assistant", "A hundred years."),
            )
        ),
    ),
)
SHOTS = (
    Completion("How deep is the well?", "Five metres."),
    Completion("How long is the road?", "Ten miles."),
)
STOCK = Stock(
    "Answer briefly.",
    shots=lambda question: SHOTS,
    passages=lambda question: (Passage("guide.md", "line 3", "The tower has ten metres."),),
)


@pytest.fixture
def reader(tiny_tokenizer):
    return Reader(chat, ChatTemplate(tiny_tokenizer), 1024)


def paper_of(reader, records=RECORDS, *, max_length=512):
    objective, template = reader.objective, reader.template
    asked = questions(records, objective, template)
    rows = tuple(
        (objective.encode(each.record, template, max_length=max_length, row=each.row),) for each in records
    )
    return Paper(rows, asked[::2], {question.row: question for question in asked}, 16)


def learned(example):
    return [label for label in example.labels if label != IGNORED]


def shown(reader, tokens):
    return reader.template.tokenizer.decode(tokens)


@pytest.mark.parametrize("arm", list(ARMS))
def test_the_same_tokens_are_scored_and_the_same_rows_asked_by_every_arm(reader, arm):
    paper = paper_of(reader)
    read = arm_paper(arm, paper, reader, STOCK).paper
    assert [learned(row[0]) for row in read.rows] == [learned(row[0]) for row in paper.rows]
    assert [row[0].row for row in read.rows] == [2, 3, 4]
    assert [question.row for question in read.answered] == [2, 4]


@pytest.mark.parametrize("arm", ["base", "tuned"])
def test_the_pair_reads_what_training_read(reader, arm):
    paper = paper_of(reader)
    read = arm_paper(arm, paper, reader, STOCK)
    assert [question.prompt for question in read.paper.answered] == [
        question.prompt for question in paper.answered
    ]
    assert [row[0].input_ids for row in read.paper.rows] == [
        row[0].input_ids[: max(at for at, label in enumerate(row[0].labels) if label != IGNORED) + 1]
        for row in paper.rows
    ]
    assert read.sources == {}


def test_what_is_scored_stands_behind_what_was_given(reader):
    read = arm_paper("few_shot", paper_of(reader), reader, STOCK)
    text = shown(reader, read.paper.rows[0][0].input_ids)
    assert text.index("Answer briefly.") < text.index("Ten miles.") < text.index("Five metres.")
    assert text.index("Five metres.") < text.index("How high is the tower?") < text.index("Ten metres.")
    assert read.paper.rows[0][0].input_ids[: len(read.paper.answered[0].prompt)] == (
        read.paper.answered[0].prompt
    )


def test_answers_of_the_examples_are_read_and_not_scored(reader):
    read = arm_paper("few_shot", paper_of(reader), reader, STOCK)
    assert "miles" not in shown(reader, learned(read.paper.rows[0][0]))


def test_every_answer_of_an_exchange_is_scored_and_its_own_instruction_stays(reader):
    row = arm_paper("prompt", paper_of(reader), reader, STOCK).paper.rows[2][0]
    assert "Answer briefly.\n\nYou are kind." in shown(reader, row.input_ids)
    assert shown(reader, learned(row)) == "Yes.<|im_end|>A hundred years.<|im_end|>"


def test_a_row_that_training_cut_is_scored_as_far_as_the_pair_is(reader):
    paper = paper_of(reader, max_length=70)
    read = arm_paper("prompt", paper, reader, STOCK).paper
    counts = [len(learned(row[0])) for row in paper.rows]
    assert counts[2] < len("Yes.A hundred years.") + 2
    assert [len(learned(row[0])) for row in read.rows] == counts


def test_sources_are_named_by_row(reader):
    sources = arm_paper("retrieval", paper_of(reader), reader, STOCK).sources
    assert sources == {row: ("guide.md, line 3",) for row in (2, 3, 4)}  # noqa: C420 a dict by row


def test_what_does_not_fit_is_left_out_from_the_least_alike_on(tiny_tokenizer):
    small = Reader(chat, ChatTemplate(tiny_tokenizer), 320)
    question = paper_of(small).questions[2]
    given = Given("Answer briefly.", SHOTS)
    kept, prompt = small.fitting(question, given, 16)
    assert kept == given
    kept, prompt = small.fitting(question, given, 320 - len(prompt) + 1)
    assert kept == Given("Answer briefly.", SHOTS[:1])
    assert len(prompt) < 320
    kept, _ = small.fitting(question, given, 320 - 10)
    assert kept == Given("Answer briefly.")


def test_no_loss_is_defined_where_the_answer_lies_beyond_the_models_reach(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    paper = paper_of(Reader(chat, template))
    question = paper.questions[2]
    instructed = Reader(chat, template).example(question, Given("Answer briefly."))
    small = Reader(chat, template, len(instructed.input_ids) - 3)
    assert expected_after(question, Given(), small, paper.rows[0]) is not None
    assert expected_after(question, Given("Answer briefly."), small, paper.rows[0]) is None
    assert arm_paper("prompt", replace(paper, answered=()), small, STOCK).paper.rows == ()


def test_plain_prompts_have_everything_given_before_them(tiny_tokenizer):
    reader = Reader(completion, ChatTemplate(tiny_tokenizer), 1024)
    paper = paper_of(reader, RECORDS[:2])
    read = arm_paper("few_shot", paper, reader, STOCK).paper
    assert [learned(row[0]) for row in read.rows] == [learned(row[0]) for row in paper.rows]
    assert "How deep is the well?\nFive metres.\n\nHow high is the tower?" in shown(
        reader, read.answered[0].prompt
    )


def test_both_answers_of_a_pair_are_read_behind_what_is_given(tiny_tokenizer):
    reader = Reader(dpo, ChatTemplate(tiny_tokenizer), 1024)
    turns = (Message("user", "Hello"), Message("assistant", "Hi"))
    record = SourcedRecord(2, Preference("How high is it?", "Ten metres.", "No idea.", turns))
    better, worse = apart(dpo.encode(record.record, reader.template, max_length=512, row=2))
    asked = questions([record], dpo, reader.template)
    plain = Paper(((better,),), asked, {2: asked[0]}, 16, worse={2: worse})
    found = arm_paper("few_shot", plain, reader, STOCK).paper
    ((with_shots,),) = found.rows
    for own, before in ((with_shots, better), (found.worse[2], worse)):
        assert learned(own) == learned(before), "the same tokens are scored, none of the turns before"
        assert len(own.input_ids) > len(before.input_ids)
    context = len(with_shots.input_ids) - len(learned(with_shots))
    assert with_shots.input_ids[:context] == found.worse[2].input_ids[:context]
