"""Where a model's parts are, whatever its family calls them: what the tunings reach for.

Everything is looked for in the body of the model, so that no head is ever adapted.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.pytorch_utils import Conv1D

from studio.core.errors import Refused
from studio.engine.families import reads_both_ways

_NOT_ADAPTED = re.compile(r"(^|\.)(pooler|router|gate)(\.|$)")
"""A part of the head, and what chooses among experts."""
_AFTER_ATTENTION = re.compile(
    r"\.(o_proj|out_proj|out_lin|attn\.c_proj|(self_attention|attention|self_attn)\.dense"
    r"|attention\.output\.dense)$"
)
_AFTER_FEED_FORWARD = re.compile(
    r"\.(down_proj|fc2|w2|lin2|dense_4h_to_h|mlp\.c_proj)$|(?<!attention)\.output\.dense$"
)
_KEYS_AND_VALUES = re.compile(
    r"\.([kv]_proj|qkv_proj|query_key_value|c_attn|[kv]_lin|attention\.self\.(key|value))$"
)

_LAST_NORM = re.compile(r"norm|ln_f|final_layer_?norm")


def linear_names(model: PreTrainedModel) -> list[str]:
    """Return the names of all linear projections of the body, as seen from the model."""
    return [name for name, module in _body_modules(model) if isinstance(module, nn.Linear | Conv1D)]


def output_names(model: PreTrainedModel) -> list[str]:
    """Return the last projection of each attention and of each feed-forward part.

    Raises Refused where a layer has not one of each that is known.
    """
    attention, feed_forward = _matching(model, _AFTER_ATTENTION), _matching(model, _AFTER_FEED_FORWARD)
    count = len(decoder_layers(model))
    if len(attention) != count or len(feed_forward) != count:
        raise _unknown(model)
    return sorted((*attention, *feed_forward), key=linear_names(model).index)


def scaled_names(model: PreTrainedModel) -> tuple[list[str], list[str]]:
    """Return (projections to keys and values, last projections of the feed-forward parts).

    Where a family makes queries, keys and values in one product, it is the one named. Raises Refused where
    they are not known.
    """
    keys_and_values = _matching(model, _KEYS_AND_VALUES)
    feed_forward = _matching(model, _AFTER_FEED_FORWARD)
    if not keys_and_values or len(feed_forward) != len(decoder_layers(model)):
        raise _unknown(model)
    return keys_and_values, feed_forward


def decoder_layers(model: PreTrainedModel) -> nn.ModuleList:
    """Return the list of equal layers that are the body of the model."""
    lists = [module for module in model.base_model.modules() if isinstance(module, nn.ModuleList)]
    return max(lists, key=lambda each: sum(weight.numel() for weight in each.parameters()))


def behind_layers(model: PreTrainedModel) -> list[nn.Module]:
    """Return what works on the hidden states behind all layers: the last norm of a decoder, or nothing."""
    return [part for name, part in reading_part(model).named_children() if _LAST_NORM.fullmatch(name)]


def reading_part(model: PreTrainedModel) -> nn.Module:
    """Return the module whose layers are those of the body: what gives a head its hidden states."""
    layers = decoder_layers(model)
    return next(each for each in model.base_model.modules() if layers in each.children())


def patterns(names: Sequence[str], model: PreTrainedModel) -> list[str]:
    """Return the shortest list by which peft finds exactly these modules: their last names if those do."""
    last = sorted({name.rpartition(".")[2] for name in names})
    found = [name for name, _ in model.named_modules() if name.rpartition(".")[2] in last]
    # An encoder's head has names of its body in it, and is out of sight here.
    short = sorted(found) == sorted(names) and not reads_both_ways(model.config)
    return last if short else sorted(names)


def sizes(projection: nn.Module) -> tuple[int, int]:
    """Return (in, out) of a linear projection, however its family stores it."""
    if isinstance(projection, Conv1D):
        return projection.nx, projection.nf
    return projection.in_features, projection.out_features


def kept_shape(config: PreTrainedConfig) -> tuple[int, int, int]:
    """Return (layers, heads, width) of the keys that a decoder keeps of each token; values have the same."""
    text = config.get_text_config()
    heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
    if text.model_type == "falcon":
        grouped = text.new_decoder_architecture or not text.multi_query
        heads = text.num_kv_heads if grouped else 1
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return text.num_hidden_layers, heads, width


def skeleton(config: PreTrainedConfig) -> PreTrainedModel:
    """Return the model without weights (on torch's `meta` device): names and shapes. Not to be changed."""
    return _skeleton(config.to_json_string(use_diff=False))


@lru_cache(maxsize=8)
def _skeleton(document: str) -> PreTrainedModel:
    config = AutoConfig.for_model(**json.loads(document))
    writes = config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and not reads_both_ways(config)
    with torch.device("meta"):
        return (AutoModelForCausalLM if writes else AutoModel).from_config(config)


def _body_modules(model: PreTrainedModel) -> list[tuple[str, nn.Module]]:
    body = model.base_model
    start = "" if body is model else f"{model.base_model_prefix}."
    return [(start + name, module) for name, module in body.named_modules() if not _NOT_ADAPTED.search(name)]


def _matching(model: PreTrainedModel, pattern: re.Pattern[str]) -> list[str]:
    return [name for name in linear_names(model) if pattern.search(name)]


def _unknown(model: PreTrainedModel) -> Refused:
    return Refused(
        f"The layers of a {model.config.model_type} model are not built in a way that this method knows.",
        "Choose LoRA, which works on any.",
    )
