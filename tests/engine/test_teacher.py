"""What a larger model thinks is added as the paper says, and who cannot teach is refused in words."""

import json
import shutil

import pytest
import torch
from torch.nn import functional

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.engine.batches import collate
from studio.engine.device import DeviceChoice
from studio.engine.losses import logits_where_learned, next_token_loss
from studio.engine.models import load_model
from studio.engine.objectives import chat, distillation
from studio.engine.preparation import prepare
from studio.engine.steps import take_step
from studio.engine.teacher import TaughtCrossEntropy, lesson, refuse_other_words

FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))


def by_the_book(student, targets, teacher, share, heat):
    """Hinton, Vinyals and Dean 2015, section 2, with torch's own functions."""
    soft = functional.kl_div(
        (student / heat).log_softmax(-1), (teacher / heat).log_softmax(-1), log_target=True, reduction="sum"
    )
    return (1 - share) * functional.cross_entropy(student, targets, reduction="sum") + share * heat**2 * soft


@pytest.mark.parametrize(("share", "heat"), [(0.0, 2.0), (0.3, 1.0), (0.5, 4.0), (1.0, 0.7)])
def test_loss_and_gradient_are_those_of_the_paper(share, heat):
    torch.manual_seed(0)
    student = (3 * torch.randn(150, 23)).requires_grad_()
    teacher, targets = 3 * torch.randn(150, 23), torch.randint(0, 23, (150,))
    expected = by_the_book(student, targets, teacher, share, heat)
    (wanted,) = torch.autograd.grad(expected, student)
    found, apart = TaughtCrossEntropy.apply(student, targets, teacher, (1 - share, share, heat))
    (gradient,) = torch.autograd.grad(found, student)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    soft = by_the_book(student, targets, teacher, 1.0, heat)
    assert apart.item() * heat**2 == pytest.approx(soft.item(), rel=1e-5)
    torch.testing.assert_close(gradient, wanted, atol=1e-5, rtol=1e-5)


def test_a_wider_vocabulary_of_the_teacher_is_padding_and_is_left_out():
    torch.manual_seed(0)
    student, teacher, targets = torch.randn(4, 23), torch.randn(4, 30), torch.randint(0, 23, (4,))
    found, _ = TaughtCrossEntropy.apply(student, targets, teacher, (0.5, 0.5, 2.0))
    assert found.item() == pytest.approx(by_the_book(student, targets, teacher[:, :23], 0.5, 2.0).item())


def config(teacher: object, **knobs: float) -> RunConfig:
    return RunConfig("d", "1", objective="distillation", knobs={"teacher": str(teacher), **knobs})


def test_a_student_comes_closer_to_its_teacher_and_the_teacher_stays_as_it_is(
    tiny_source, tiny_tokenizer, tiny_examples, tmp_path
):
    teacher_folder = shutil.copytree(tiny_source.path, tmp_path / "teacher")
    teacher = load_model(tiny_source, dtype=torch.float32, device="cpu")
    with torch.no_grad():
        teacher.model.norm.weight.mul_(torch.linspace(0.2, 2.0, 64))
    teacher.save_pretrained(teacher_folder)
    prepared = prepare(config(teacher_folder, teacher_share=1.0), tiny_source, tiny_tokenizer, choice=FLOAT32)
    machinery = prepared.machinery
    before = {name: weight.clone() for name, weight in machinery.objective.teacher.named_parameters()}
    losses = [
        take_step(
            machinery, tiny_examples, learning_rate=1e-2, clip=1.0, token_budget=512, between=lambda: None
        ).loss
        for _ in range(12)
    ]
    assert losses[-1] < losses[0] / 2
    for name, weight in machinery.objective.teacher.named_parameters():
        assert weight.equal(before[name])
        assert weight.grad is None
    assert not any("teacher" in name for name in prepared.tuning.state(machinery.model))


def test_an_exam_measures_the_answers_themselves(tiny_model, tiny_examples):
    batch = collate(tiny_examples)
    assert distillation.loss(tiny_model, batch)[0].item() == next_token_loss(tiny_model, batch)[0].item()


def test_without_a_teacher_the_objective_itself_gives_the_loss(tiny_tokenizer):
    assert lesson(RunConfig("d", "1"), tiny_tokenizer, FLOAT32) is chat


def test_the_taught_loss_is_that_of_both_models(tiny_source, tiny_tokenizer, tiny_examples, tiny_model):
    taught = lesson(config(tiny_source.path), tiny_tokenizer, FLOAT32)
    batch = collate(tiny_examples)
    loss, weight = taught.loss(tiny_model, batch)
    logits = logits_where_learned(tiny_model, batch)
    expected = by_the_book(logits, batch.targets, logits, 0.5, 2.0)  # a model agrees with itself
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4)
    assert weight == len(batch.targets)


@pytest.mark.parametrize(
    ("teacher", "message"),
    [("", "not said which larger model"), ("/no/such/folder", "/no/such/folder is not on this machine")],
)
def test_a_teacher_that_is_not_there_is_refused_before_anything_is_loaded(teacher, message, tiny_tokenizer):
    with pytest.raises(Refused, match=message):
        lesson(config(teacher), tiny_tokenizer, FLOAT32)


def test_a_teacher_that_reads_less_than_a_row_is_refused_before_it_is_loaded(
    tiny_source, tiny_tokenizer, tmp_path
):
    folder = shutil.copytree(tiny_source.path, tmp_path / "teacher")
    written = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(written | {"max_position_embeddings": 100}))
    lesson(config(folder, max_length=100), tiny_tokenizer, FLOAT32)
    (folder / "model.safetensors").unlink()
    with pytest.raises(Refused, match=r"larger model reads 100 tokens at most, .* allowed is 101"):
        lesson(config(folder, max_length=101), tiny_tokenizer, FLOAT32)


def test_another_vocabulary_is_refused_with_the_number_of_words_that_differ():
    with pytest.raises(Refused, match="another vocabulary: 2 of 3 words differ"):
        refuse_other_words({"a": 0, "b": 2, "d": 3}, {"a": 0, "b": 1, "c": 2})
