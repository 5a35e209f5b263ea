"""The one safe loader: the files of a model become weights and a tokenizer. No code of theirs runs.

No pickle, no remote code, and of a configuration only keys that transformers itself declares.
"""

import json
import re
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.utils import logging as transformers_logging

from studio.core.config import RunConfig
from studio.core.errors import Refused, StudioError
from studio.core.system import memory
from studio.engine.device import ran_out_of_memory
from studio.engine.families import COUNTS_FROM_PADDING, ENCODERS, reads_both_ways
from studio.engine.heads import head_names
from studio.engine.sources import ModelSource
from studio.engine.tunings import tuning_named
from studio.engine.weight_files import weight_files

_OLDER_KEYS = frozenset(
    (
        "rope_theta",
        "rope_scaling",
        "rope_local_base_freq",
        "partial_rotary_factor",
        "rotary_pct",
        "rotary_dim",
    )
)
"""Names that earlier versions of transformers wrote and that today's config classes still translate."""

_NEVER = re.compile(
    r"^_|auto_map|_internal$|_implementation|model_file|custom_|^trust_|^use_kernel|kernel_config"
)
"""Keys that name code to load or implementations to fetch, wherever in a configuration they stand."""


def count_parameters(source: ModelSource) -> int:
    """Return the number of weights, read from the headers of the files. Raises Refused on damaged ones."""
    total = 0
    for path in weight_files(source.path):
        try:
            with safe_open(path, framework="pt") as file:
                shapes = [file.get_slice(name).get_shape() for name in file.keys()]  # noqa: SIM118 not a dict
        except SafetensorError as error:
            raise Refused(
                f"The weights in {path.name} are damaged: {error}.", "Fetch the model again."
            ) from error
        total += sum(torch.Size(shape).numel() for shape in shapes)
    return total


def read_model_config(source: ModelSource) -> PreTrainedConfig:
    """Return the configuration with nothing in it but what its class in transformers declares.

    Raises Refused where it cannot be read, or the model is of a kind that cannot be tuned here.
    """
    try:
        document = json.loads((source.path / "config.json").read_text(encoding="utf-8"))
        kind = document.pop("model_type", None)
    except (ValueError, AttributeError) as error:
        raise Refused(
            f"The config.json of {source.id} cannot be read: {error}.", "Fetch it again."
        ) from error
    if kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and kind not in ENCODERS:
        raise Refused(
            f"{source.id} is of kind {kind!r}, which is not a text-writing model that can be tuned here.",
            "Choose a causal language model: Llama, Mistral, Qwen, Gemma, Falcon, GPT-2 and the like; to "
            "sort texts into classes also BERT, MiniLM, RoBERTa, DistilBERT or ELECTRA.",
        )
    if document.get("quantization_config"):
        raise Refused(
            f"The weights of {source.id} are stored quantised, which cannot be tuned here.",
            "Choose the same model without quantisation.",
        )
    config_class = CONFIG_MAPPING[kind]
    known = {*config_class.__dataclass_fields__, *config_class.attribute_map, *_OLDER_KEYS} - {"dtype"}
    return AutoConfig.for_model(
        kind, **{key: _scrub(document[key]) for key in document if _allowed(key, known)}
    )


def context_tokens(config: PreTrainedConfig) -> int | None:
    """Return how many tokens a model was made to read at once; None where its configuration has no limit."""
    limit = getattr(config.get_text_config(), "max_position_embeddings", None)
    if limit is not None and config.model_type in COUNTS_FROM_PADDING:
        return limit - config.pad_token_id - 1
    return limit


def row_tokens(config: RunConfig, model: PreTrainedConfig) -> int | None:
    """Return how many tokens a row may have in a run: what the model reads, less learned places before it."""
    limit, tuning = context_tokens(model), tuning_named(config.tuning)
    if limit is not None and tuning.PREPENDS:
        limit -= config.part(tuning.Config).places
    return limit


def _allowed(key: str, known: set[str]) -> bool:
    return key in known and not _NEVER.search(key)


def _scrub(value: Any) -> Any:
    """Drop keys that name code from nested parts (a text model inside a larger configuration)."""
    if isinstance(value, dict):
        return {key: _scrub(inner) for key, inner in value.items() if not _NEVER.search(key)}
    return value


def load_model(source: ModelSource, *, dtype: torch.dtype, device: str) -> PreTrainedModel:
    """Return the model with all weights in `dtype`, a head for `source.labels` drawn at random.

    Raises Refused on too little memory, on odd files, and where the model cannot write and is to.
    """
    _check_memory(source, dtype, device)
    transformers_logging.disable_progress_bar()
    try:
        return _read_weights(source, dtype).to(device)
    except RuntimeError as error:
        if not ran_out_of_memory(error):
            raise
        raise StudioError(
            f"The memory ran out while {source.id} was loaded.",
            "Close other programs, or choose a smaller model.",
        ) from error


def _read_weights(source: ModelSource, dtype: torch.dtype) -> PreTrainedModel:
    if not source.labels:
        refuse_silent(source, read_model_config(source))
    kind = AutoModelForSequenceClassification if source.labels else AutoModelForCausalLM
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # what is missing is checked below, and said in our words
    try:
        model, report = kind.from_pretrained(
            source.path,
            config=model_config(source),
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
        )
    except SafetensorError as error:
        raise Refused(
            f"The weights of {source.id} are damaged: {error}.", "Fetch the model again."
        ) from error
    finally:
        transformers_logging.set_verbosity(verbosity)
    # transformers fills these with random numbers and only logs it: right for a new head alone.
    found_wrong = {*report["missing_keys"], *(entry[0] for entry in report["mismatched_keys"])}
    if wrong := sorted(found_wrong - (head_names(model) if source.labels else frozenset())):
        raise Refused(
            f"The weights of {source.id} do not fit its configuration: {len(wrong)} are missing or have "
            f"another shape, the first is {wrong[0]}.",
            "Fetch the model again, or choose another.",
        )
    return model


def refuse_silent(source: ModelSource, config: PreTrainedConfig) -> None:
    """Raise Refused where the model only reads, for one that is to write."""
    if reads_both_ways(config):
        raise Refused(
            f"{source.id} is a {config.model_type} model: it reads texts and cannot write any.",
            "Choose “Sort into classes” as what is learned, or another model.",
        )


def model_config(source: ModelSource) -> PreTrainedConfig:
    """Return the configuration that the model is loaded with, the names of its classes in it.

    A decoder finds the last token of a row by the padding behind it: that must be the tokenizer's.
    """
    config = read_model_config(source)
    if not source.labels:
        return config
    config.id2label = dict(enumerate(source.labels))
    config.label2id = {label: number for number, label in enumerate(source.labels)}
    config.problem_type = "single_label_classification" if len(source.labels) > 1 else "regression"
    config.get_text_config().pad_token_id = load_tokenizer(source).pad_token_id
    return config


def _check_memory(source: ModelSource, dtype: torch.dtype, device: str) -> None:
    needed = count_parameters(source) * dtype.itemsize
    free = torch.cuda.mem_get_info()[0] if device == "cuda" else memory().available_bytes
    if needed > free:
        raise Refused(
            f"{source.id} needs {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free.",
            "Close other programs, or choose a smaller model.",
        )


def load_tokenizer(source: ModelSource) -> PreTrainedTokenizerBase:
    """Return the tokenizer with a padding token. Raises Refused where it is missing or has no end token."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            source.path, config=read_model_config(source), trust_remote_code=False, local_files_only=True
        )
    except (OSError, ValueError, KeyError) as error:
        raise Refused(
            f"The tokenizer of {source.id} cannot be read: {str(error).splitlines()[0]}",
            "Choose a model that comes with its tokenizer files.",
        ) from error
    tokenizer.init_kwargs.pop("auto_map", None)  # names programs, and an export would hand it on
    if tokenizer.eos_token_id is None and tokenizer.sep_token_id is not None:
        tokenizer.eos_token = tokenizer.sep_token  # what an encoder's texts end in
    if tokenizer.eos_token_id is None:
        raise Refused(
            f"The tokenizer of {source.id} has no token for the end of a text, so answers would never end.",
            "Choose another model.",
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
