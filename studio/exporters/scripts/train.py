"""Repeat this run with plain torch, transformers and peft: the same rows, order and settings.

    pip install torch transformers peft
    python train.py [--base MODEL] [--out FOLDER]

Reads train.jsonl and held_out.jsonl beside it, prints the held-out loss, leaves the best weights in FOLDER.
"""

# %% What it needs
import argparse
import json
import math
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

# %% The settings of this run
# --- settings of this run ---
BASE = "starter-base"
REVISION = None
SORTS = False  # a head for the labels of train.jsonl
TUNING = "lora"  # lora: an add-on beside the model; full: every weight
RANK, ALPHA, DROPOUT = 16, 32.0, 0.0
RSLORA, DORA = False, False
MAX_LENGTH = 512
LEARNING_RATE, SCHEDULE, WARMUP_PERCENT = 1e-3, "cosine", 5.0
EPOCHS, STEPS, BATCH_SIZE = 2.0, 0, 8  # STEPS 0: counted from the epochs
WEIGHT_DECAY, GRADIENT_CLIP = 0.0, 1.0
EVALUATIONS, SEED = 8, 0
PLAIN_TEMPLATE = ""  # for a model without a chat template
# --- end of settings ---

# %% The whole of it
HERE = Path(__file__).parent if "__file__" in globals() else Path.cwd()  # a notebook has no file
NOT_LEARNED = -100


def repeat(base: str, out: Path) -> None:
    """Train `base` on the rows beside this file, and leave the best weights in `out`."""
    tokenizer = AutoTokenizer.from_pretrained(base, revision=REVISION)
    if not tokenizer.chat_template:
        tokenizer.chat_template = first_token(tokenizer) + PLAIN_TEMPLATE
    rows, others = read(HERE / "train.jsonl"), read(HERE / "held_out.jsonl")
    labels = sorted({row["label"] for row in rows}) if SORTS else []
    training, held_out = encode(rows, tokenizer, labels), encode(others, tokenizer, labels)
    model = load(base, labels, tokenizer)
    tokenizer.save_pretrained(out)
    train(model, training, held_out, out=out)


# %% The rows and the model
def read(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def encode(rows: list[dict], tokenizer, labels: list[str]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return the rows as tokens, without those that have nothing to learn within MAX_LENGTH."""
    if labels:
        texts = tokenizer([row["text"] for row in rows], truncation=True, max_length=MAX_LENGTH)["input_ids"]
        pairs = zip(texts, rows, strict=True)
        return [(torch.tensor([ids]), torch.tensor([labels.index(row["label"])])) for ids, row in pairs]
    found = [part for row in rows for part in tokenise(tokenizer, row)]
    return [row for row in found if learned_tokens([row])]


def load(base: str, labels: list[str], tokenizer) -> torch.nn.Module:
    torch.manual_seed(SEED)
    kind, names = AutoModelForCausalLM, {}
    if labels:
        kind = AutoModelForSequenceClassification
        names = {"id2label": dict(enumerate(labels)), "pad_token_id": tokenizer.pad_token_id}
        names["label2id"] = {label: number for number, label in enumerate(labels)}
    model = kind.from_pretrained(base, revision=REVISION, dtype=torch.float32, **names)
    if TUNING == "full":
        return model
    adapter = LoraConfig(
        task_type="SEQ_CLS" if labels else "CAUSAL_LM",  # with which peft trains and saves the head too
        r=RANK,
        lora_alpha=ALPHA,
        lora_dropout=DROPOUT,
        use_rslora=RSLORA,
        use_dora=DORA,
        target_modules="all-linear",
        fan_in_fan_out=model.config.model_type == "gpt2",
    )
    return get_peft_model(model, adapter)


# %% How a row is read, and which of its tokens are learned
def tokenise(tokenizer, row: dict) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return the row's tokens and, where one is learned, the same token again (elsewhere NOT_LEARNED).

    A row is cut at its end; a document is cut into windows, each beginning with the token before it.
    """
    ids: list[int] = []
    labels: list[int] = []
    for text, learned in pieces(tokenizer, row):
        tokens = tokenizer.encode(text, add_special_tokens=False)
        ids += tokens
        labels += tokens if learned else [NOT_LEARNED] * len(tokens)
    starts = range(0, max(1, len(ids) - 1), MAX_LENGTH - 1) if "text" in row else (0,)
    ends = [start + MAX_LENGTH for start in starts]
    return [
        (torch.tensor([ids[start:end]]), torch.tensor([labels[start:end]]))
        for start, end in zip(starts, ends, strict=True)
    ]


def pieces(tokenizer, row: dict) -> list[tuple[str, bool]]:
    """Cut a row into what is read and what is learned: each answer with the token that ends it."""
    if "text" in row:
        return [(first_token(tokenizer) + row["text"] + tokenizer.eos_token, True)]
    if "prompt" in row:
        prompt, answer = row["prompt"], row["completion"]
        apart = prompt[-1:].isspace() or answer[:1].isspace()
        return [
            (first_token(tokenizer) + prompt, False),
            (("" if apart else "\n") + answer + tokenizer.eos_token, True),
        ]
    found, written = [], ""
    for at, message in enumerate(row["messages"]):
        if message["role"] != "assistant":
            continue
        before = tokenizer.apply_chat_template(
            row["messages"][:at], tokenize=False, add_generation_prompt=True
        )
        whole = tokenizer.apply_chat_template(row["messages"][: at + 1], tokenize=False)
        if not before.startswith(written) or not whole.startswith(before):
            raise SystemExit("This model's chat template rewrites earlier turns; such rows need the studio.")
        answer = before + with_end(tokenizer, whole[len(before) :], message["content"])
        found += [(before[len(written) :], False), (answer[len(before) :], True)]
        written = answer if whole.startswith(answer) else whole
    return found


def first_token(tokenizer) -> str:
    """Return the token that the tokenizer puts before every text by itself; "" for none."""
    bos = tokenizer.bos_token
    return bos if bos and tokenizer.encode("a")[:1] == [tokenizer.bos_token_id] else ""


def with_end(tokenizer, text: str, content: str) -> str:
    """Return the answer up to the token that ends the turn; without one, the end of text is added."""
    end = text.find(content.strip()) + len(content.strip())
    rest = text[end:]
    for token in tokenizer.all_special_tokens:
        if rest.lstrip().startswith(token):
            return text[: end + rest.index(token) + len(token)]
    return text[:end] + tokenizer.eos_token


# %% What is measured
def summed_loss(model, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of the learned tokens, or of the row's label, in nats, summed."""
    if SORTS:
        return F.cross_entropy(model(input_ids=ids).logits.float(), labels, reduction="sum")
    logits = model(input_ids=ids).logits[0, :-1].float()
    return F.cross_entropy(logits, labels[0, 1:], ignore_index=NOT_LEARNED, reduction="sum")


def learned_tokens(rows) -> int:
    return len(rows) if SORTS else sum(int((labels[0, 1:] != NOT_LEARNED).sum()) for _, labels in rows)


@torch.no_grad()
def held_out_loss(model, rows) -> float:
    """Return nats per learned token over all held-out rows."""
    model.eval()
    loss = sum(float(summed_loss(model, *row)) for row in rows) / learned_tokens(rows)
    model.train()
    return loss


# %% Training
def learning_rate(step: int, steps: int) -> float:
    warmup = math.ceil(steps * WARMUP_PERCENT / 100)
    if step <= warmup:
        return LEARNING_RATE * step / warmup
    done = (step - 1 - warmup) / max(1, steps - warmup)
    fall = {"cosine": (1 + math.cos(math.pi * done)) / 2, "linear": 1 - done, "constant": 1.0}
    return LEARNING_RATE * fall[SCHEDULE]


def train(model, training, held_out, *, out: Path) -> None:
    in_a_round = -(-len(training) // BATCH_SIZE)
    steps = STEPS or max(1, round(EPOCHS * in_a_round))
    evaluations = min(EVALUATIONS, steps)
    evaluate_after = {round(number * steps / evaluations) for number in range(1, evaluations + 1)}
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    matrices = [weight for weight in weights if weight.ndim > 1]  # biases and norms are not pulled to zero
    vectors = [weight for weight in weights if weight.ndim <= 1]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    best = math.inf
    print(f"step 0 of {steps}: held-out loss {held_out_loss(model, held_out):.4f}", flush=True)
    for step in range(1, steps + 1):
        epoch, place = divmod(step - 1, in_a_round)
        order = list(range(len(training)))
        random.Random(f"{SEED}/{epoch}").shuffle(order)
        rows = [training[at] for at in order[place * BATCH_SIZE : (place + 1) * BATCH_SIZE]]
        for row in rows:
            (summed_loss(model, *row) / learned_tokens(rows)).backward()
        if GRADIENT_CLIP:
            torch.nn.utils.clip_grad_norm_(weights, GRADIENT_CLIP)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, steps)
        optimiser.step()
        optimiser.zero_grad()
        if step in evaluate_after:
            loss = held_out_loss(model, held_out)
            print(f"step {step} of {steps}: held-out loss {loss:.4f}", flush=True)
            if loss < best:
                best = loss
                model.save_pretrained(out)
    print(f"The best held-out loss is {best:.4f}; its weights are in {out}.")


# %% As a program
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default=BASE, help="the base model: a hub id or a folder")
    parser.add_argument("--out", default="result", type=Path, help="where the best weights go")
    choices = parser.parse_args()
    repeat(choices.base, choices.out)


if __name__ == "__main__":
    main()
