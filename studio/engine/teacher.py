"""Distillation (arXiv:1503.02531): the larger model that a small one learns from beside the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from studio.core.config import DataSettings, RunConfig
from studio.core.errors import Refused
from studio.engine.attention import use_products
from studio.engine.batches import Batch
from studio.engine.device import DeviceChoice
from studio.engine.losses import ROWS_AT_ONCE, logits_where_learned
from studio.engine.models import context_tokens, load_model, load_tokenizer, read_model_config
from studio.engine.objectives import distillation, objective_named
from studio.engine.sources import ModelSource, source_here


@dataclass(frozen=True)
class Taught:
    """The objective of a run with a teacher: what `steps.Machinery` asks for its loss.

    The teacher is no part of the model that is trained, so no checkpoint ever holds it.
    """

    teacher: PreTrainedModel
    share: float
    temperature: float

    def loss(self, model: nn.Module, batch: Batch) -> tuple[Tensor, int]:
        """Return (1 - share) cross-entropy + share * temperature^2 KL(teacher || student), summed over the
        learned tokens (float32 scalar, nats), and their number."""
        with torch.no_grad():
            thought = logits_where_learned(self.teacher, batch)
        logits = logits_where_learned(model, batch)
        settings = (1 - self.share, self.share, self.temperature)
        loss, _ = TaughtCrossEntropy.apply(logits, batch.targets, thought, settings)
        return loss, len(batch.targets)


def lesson(
    config: RunConfig, tokenizer: PreTrainedTokenizerBase, choice: DeviceChoice
) -> ModuleType | Taught:
    """Return what gives the loss of a run: its objective, or with a teacher the objective as it is taught.

    Raises Refused where no teacher is named, it is not on this machine, reads less than a row, or has another
    vocabulary.
    """
    objective = objective_named(config.objective)
    if objective is not distillation:
        return objective
    settings = config.part(distillation.Config)
    source = source_here(settings.teacher) if settings.teacher else None
    if source is None:
        raise Refused(*_missing(settings.teacher))
    _refuse_short_reach(source, config.part(DataSettings).max_length)
    refuse_other_words(load_tokenizer(source).get_vocab(), tokenizer.get_vocab())
    teacher = load_model(source, dtype=choice.torch_dtype, device=choice.device).eval().requires_grad_(False)
    if choice.device == "cpu":
        use_products(teacher)
    return Taught(teacher, settings.teacher_share, settings.temperature)


def _missing(teacher: str) -> tuple[str, str]:
    if not teacher:
        return (
            "It is not said which larger model is to be learned from.",
            "Name one in the settings (teacher): a model of the same family, by hub name or folder.",
        )
    hint = "Get it first, or name a folder that holds it."
    return f"The larger model {teacher} is not on this machine.", hint


def _refuse_short_reach(teacher: ModelSource, allowed: int) -> None:
    limit = context_tokens(read_model_config(teacher))
    if limit is not None and allowed > limit:
        raise Refused(
            f"The larger model reads {limit} tokens at most, and the longest example allowed is {allowed}.",
            f"Set the longest example (max_length) to {limit} or less, or name another larger model.",
        )


def refuse_other_words(teacher: Mapping[str, int], student: Mapping[str, int]) -> None:
    """Raise Refused where a number does not stand for the same word in both vocabularies."""
    if different := sum(teacher.get(word) != number for word, number in student.items()):
        raise Refused(
            f"The larger model has another vocabulary: {different:,} of {len(student):,} words differ.",
            "Choose a larger model of the same family, such as Qwen with Qwen.",
        )


class TaughtCrossEntropy(torch.autograd.Function):
    """Hard and soft loss in float32 whatever the logits' precision, the student's gradient made on the way.

    Returns hard * cross-entropy + soft * temperature^2 * KL(teacher || student), and that KL by itself, which
    gives no gradient; both are summed over the N places. Families pad their vocabulary to different widths:
    only words that both have are compared.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        logits: Tensor,  # (N, V)
        targets: Tensor,  # (N,)
        thought: Tensor,  # (N, V of the teacher)
        settings: tuple[float, float, float],  # weights of hard and soft loss, temperature
    ) -> tuple[Tensor, Tensor]:
        of_answers, of_thought, heat = settings
        width = min(logits.shape[1], thought.shape[1])
        total, apart = (torch.zeros((), dtype=torch.float32, device=logits.device) for _ in range(2))
        gradient = torch.zeros_like(logits) if ctx.needs_input_grad[0] else None
        for start in range(0, len(targets), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            own, chosen = logits[part].float(), targets[part].unsqueeze(1)
            hard = own.log_softmax(-1)
            soft = (own[:, :width] / heat).log_softmax(-1)
            wanted = (thought[part, :width].float() / heat).log_softmax(-1)
            distance = (wanted.exp() * (wanted - soft)).sum()
            total += of_thought * heat**2 * distance - of_answers * hard.gather(1, chosen).sum()
            apart += distance
            if gradient is not None:
                to_own = hard.exp_()
                to_own.scatter_add_(1, chosen, torch.full_like(chosen, -1, dtype=torch.float32))
                to_own *= of_answers
                to_own[:, :width] += of_thought * heat * (soft.exp() - wanted.exp())
                gradient[part] = to_own
        if gradient is not None:
            ctx.save_for_backward(gradient)
        ctx.mark_non_differentiable(apart)
        return total, apart

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, upstream: Tensor, _: Tensor) -> tuple[Tensor, None, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * upstream.to(gradient.dtype), None, None, None
