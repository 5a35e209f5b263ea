"""Learned places before every row of a frozen model: keys and values of each layer, or words of the input.

They are hooks on the body of the model: from outside it takes and gives as many places as before, with
padding on either side, and token by token. The files for `peft` are made on export.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import DynamicCache, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from studio.core.errors import Refused
from studio.engine.layers import kept_shape, reading_part


class Opening(nn.Module):
    """`values` (places, width), float32, are what is learned; `disable_adapters` switches them off."""

    merged = False

    def __init__(self, places: int, width: int, device: torch.device) -> None:
        super().__init__()
        self.values = nn.Parameter(torch.zeros(places, width, dtype=torch.float32, device=device))
        self.disable_adapters = False

    @property
    def places(self) -> int:
        return self.values.shape[0]

    def before(self, body: nn.Module, given: dict[str, Any]) -> dict[str, Any]:
        """Return what the body is called with, where it has not read anything yet. Overridden."""
        raise NotImplementedError

    def after(self, hidden: Tensor) -> Tensor:
        """Return the hidden states (B, T, H) of the row alone."""
        return hidden

    def positions(self, given: Tensor) -> Tensor:
        """Return the positions of what the body reads, where the row's own are `given` (B, T)."""
        return given + self.places


class Prefix(Opening):
    """Keys and values before those of each row, in every layer. Source: arXiv:2101.00190, section 4.2.

    A row of `values` holds key and value of the first layer, of the second, and so on, as `peft` lays them.
    """

    def __init__(self, places: int, config: PreTrainedConfig, device: torch.device) -> None:
        self.shape = kept_shape(config)
        layers, heads, width = self.shape
        super().__init__(places, layers * 2 * heads * width, device)
        self._config = config

    def before(self, body: nn.Module, given: dict[str, Any]) -> dict[str, Any]:
        rows = _read(given)
        layers, heads, width = self.shape
        values = self.values.to(next(body.parameters()).dtype)
        kept = values.view(self.places, layers, 2, heads, width).permute(1, 2, 3, 0, 4)
        cache = given.get("past_key_values")
        if cache is None:
            cache = DynamicCache(config=self._config)
        for layer, (keys, of_values) in enumerate(kept):
            shape = (rows.shape[0], heads, self.places, width)
            cache.update(keys.expand(shape), of_values.expand(shape), layer)
        return {"past_key_values": cache}


class Prompt(Opening):
    """Words that no vocabulary has, before those of each row. Source: arXiv:2104.08691, section 2."""

    def before(self, body: nn.Module, given: dict[str, Any]) -> dict[str, Any]:
        words = given.get("inputs_embeds")
        if words is None:
            words = body.get_input_embeddings()(given["input_ids"])
        opening = self.values.to(words.dtype).expand(words.shape[0], -1, -1)
        return {"input_ids": None, "inputs_embeds": torch.cat((opening, words), 1)}

    def after(self, hidden: Tensor) -> Tensor:
        return hidden[:, self.places :]

    def positions(self, given: Tensor) -> Tensor:
        own = torch.arange(self.places, device=given.device).expand(given.shape[0], -1)
        return torch.cat((own, given + self.places), 1)


def add_opening(model: PreTrainedModel, opening: Opening) -> None:
    """Put the places before every row that the model will read, and freeze all its weights. Mutates it."""
    model.requires_grad_(False)
    body = reading_part(model)
    names = list(inspect.signature(body.forward).parameters)
    begins = [False]  # whether the call under way reads the first of its row

    def before(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        given = dict(zip(names, args, strict=False)) | kwargs
        begins[0] = not opening.disable_adapters and not _read_before(given)
        if not opening.disable_adapters:
            given |= _seen(opening, given, begins[0]) | (opening.before(body, given) if begins[0] else {})
        return (), given

    def after(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
        if begins[0]:
            output["last_hidden_state"] = opening.after(output["last_hidden_state"])
        return output

    body.register_forward_pre_hook(before, with_kwargs=True)
    body.register_forward_hook(after, with_kwargs=True)
    body.opening = opening


def opening_of(model: nn.Module) -> Opening | None:
    """Return the learned places before the model's rows; None where it has none."""
    return next((module for module in model.modules() if isinstance(module, Opening)), None)


def opening_places(model: nn.Module) -> int:
    """Return how many places of what the model can read at once are taken before a row begins."""
    opening = opening_of(model)
    return 0 if opening is None or opening.disable_adapters else opening.places


@contextmanager
def switched_off(model: nn.Module) -> Iterator[None]:
    """Let the model read its rows without the places before them."""
    opening = opening_of(model)
    assert opening is not None
    opening.disable_adapters = True
    try:
        yield
    finally:
        opening.disable_adapters = False


@torch.no_grad()
def begin_with_text(model: PreTrainedModel, text: str, tokenizer: PreTrainedTokenizerBase) -> None:
    """Let the places begin as those of a real text, cut or repeated to their number. Mutates the model.

    Anything drawn at random would put the model far from what it can do: a random prefix took the starter
    from a loss of 1.9 to 5.8. Raises Refused where the text is empty.
    """
    opening = opening_of(model)
    assert opening is not None
    ids = tokenizer(text)["input_ids"]
    if not ids:
        raise Refused("The text to begin from is empty.", "Write a sentence (begins_as).")
    ids = (ids * -(-opening.places // len(ids)))[: opening.places]
    inputs = torch.tensor([ids], device=opening.values.device)
    with switched_off(model):
        if isinstance(opening, Prompt):
            values = model.get_input_embeddings()(inputs)[0]
        else:
            cache = reading_part(model)(input_ids=inputs, use_cache=True).past_key_values
            kept = [torch.stack((layer.keys[0], layer.values[0])) for layer in cache.layers]
            values = (
                torch.stack(kept).permute(3, 0, 1, 2, 4).flatten(1)
            )  # (places, layers * 2 * heads * width)
    opening.values.copy_(values)


def _seen(opening: Opening, given: dict[str, Any], begins: bool) -> dict[str, Any]:
    """Return mask and positions with the places in them, where they are given."""
    changed: dict[str, Any] = {}
    mask, positions = given.get("attention_mask"), given.get("position_ids")
    if mask is not None:
        assert mask.ndim == 2, "only masks of tokens can be told of the places before them"
        changed["attention_mask"] = torch.cat((mask.new_ones(mask.shape[0], opening.places), mask), 1)
    if positions is not None:
        changed["position_ids"] = opening.positions(positions) if begins else positions + opening.places
    return changed


def _read_before(given: dict[str, Any]) -> bool:
    cache = given.get("past_key_values")
    return cache is not None and cache.get_seq_length() > 0


def _read(given: dict[str, Any]) -> Tensor:
    ids = given.get("input_ids")
    return ids if ids is not None else given["inputs_embeds"]
