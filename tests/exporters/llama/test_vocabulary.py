"""A tokenizer that comes out of a GGUF file cuts every text as the one that went in, or it is refused."""

import gguf
import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS

from studio.core.errors import Refused
from studio.exporters.llama.vocabulary import CUTS, READ_BACK, vocabulary_of, write_vocabulary
from tests.exporters.llama.conftest import TEXTS


def with_cut(tokenizer, *steps):
    """The same tokenizer with another way of cutting text into words."""
    other = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    other.pre_tokenizer = pre_tokenizers.Sequence(list(steps))
    names = {name: getattr(tokenizer, name) for name in ("bos_token", "eos_token", "pad_token", "unk_token")}
    return PreTrainedTokenizerFast(tokenizer_object=other, **names)


def read_again(tokenizer, folder, rows=None):
    """Write the vocabulary into a file without weights, and read it with transformers."""
    writer = gguf.GGUFWriter(folder / "words.gguf", "llama")
    write_vocabulary(writer, vocabulary_of(tokenizer, rows or len(tokenizer), chat=False), tokenizer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return AutoTokenizer.from_pretrained(folder, gguf_file="words.gguf")


@pytest.mark.parametrize("kind", ["byte_pairs", "sentence_piece"])
def test_every_text_is_cut_as_before(kind, request, tmp_path):
    tokenizer = request.getfixturevalue(kind)
    again = read_again(tokenizer, tmp_path)
    for text in (*TEXTS, "<|im_start|>user\nWhy?<|im_end|>\n"):
        assert again.encode(text) == tokenizer.encode(text), text
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        assert getattr(again, name) == getattr(tokenizer, name)


def test_rows_of_the_embeddings_that_no_text_leads_to_keep_their_places(byte_pairs, tmp_path):
    rows = len(byte_pairs) + 5
    found = vocabulary_of(byte_pairs, rows)
    assert len(found.tokens) == rows
    assert list(found.types[-5:]) == [int(gguf.TokenType.UNUSED)] * 5
    assert read_again(byte_pairs, tmp_path, rows).encode(TEXTS[0]) == byte_pairs.encode(TEXTS[0])


def test_a_space_before_a_text_is_left_to_what_stands_there(sentence_piece):
    """llama.cpp puts it behind every control token, too; this tokenizer only before the first word."""
    assert vocabulary_of(sentence_piece, 500, chat=False).space_first
    in_chat = vocabulary_of(sentence_piece, 500)
    assert not in_chat.space_first
    assert in_chat.read_back("llama")
    older = Tokenizer.from_str(sentence_piece.backend_tokenizer.to_str())
    older.pre_tokenizer = None
    older.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    always = vocabulary_of(PreTrainedTokenizerFast(tokenizer_object=older, eos_token="</s>"), 500)
    assert always.space_first
    assert not always.read_back("llama")
    assert always.read_back("phi3")


def test_the_ways_of_cutting_are_those_that_transformers_reads_by_the_same_name():
    for steps, name in CUTS.items():
        if name in GGUF_PRE_TOKENIZER_SPLITS:
            assert steps == (GGUF_PRE_TOKENIZER_SPLITS[name],)
    assert {name for name in CUTS.values() if name in GGUF_PRE_TOKENIZER_SPLITS} < READ_BACK


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ([pre_tokenizers.ByteLevel(add_prefix_space=False)], "gpt-2"),
        ([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)], "smollm"),
        *(
            (
                [
                    pre_tokenizers.Split(Regex(GGUF_PRE_TOKENIZER_SPLITS[name]), "isolated"),
                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
                ],
                name,
            )
            for name in ("qwen2", "llama-bpe")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_text_is_cut_is_known_by_what_is_done(steps, name, byte_pairs):
    assert vocabulary_of(with_cut(byte_pairs, *steps), 300).cut == name


def test_a_way_of_cutting_without_a_name_is_refused(byte_pairs):
    odd = with_cut(byte_pairs, pre_tokenizers.Punctuation(), pre_tokenizers.ByteLevel(False))
    with pytest.raises(Refused, match="has no name in llama"):
        vocabulary_of(odd, 300)


def test_tokenizers_that_have_no_place_in_the_file_are_refused(byte_pairs, tiny_tokenizer):
    words = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")), eos_token="a"
    )
    with pytest.raises(Refused, match="no place for this kind of tokenizer"):
        vocabulary_of(words, 10)
    with pytest.raises(Refused, match="more tokens than the model"):
        vocabulary_of(byte_pairs, 10)
    with pytest.raises(Refused, match="never joins two letters"):
        vocabulary_of(tiny_tokenizer, 300)
    letters = Tokenizer(models.BPE(vocab={"a": 0, "b": 1, "ab": 2}, merges=[("a", "b")]))
    with pytest.raises(Refused, match="cannot spell every byte"):
        vocabulary_of(PreTrainedTokenizerFast(tokenizer_object=letters, eos_token="b"), 10)
