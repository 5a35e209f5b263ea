"""Show what the model in this folder says of a text: as a Space of Hugging Face, or with `python app.py`.

Needs what requirements.txt names. It fetches nothing when it starts, and keeps no text.
"""

from functools import cache
from pathlib import Path

import gradio as gr
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

# --- settings of this model ---
TITLE = "Try the tuned model"
ABOUT = ""
REWARDS = False  # True: it gives an answer one number; else it sorts a text into labels
MAX_LENGTH = 512  # tokens it reads of a text
# --- end of settings ---

HERE = Path(__file__).parent
SHOWN = 8
WAITING = 20  # visitors; whoever comes later is told to come back


@cache
def loaded():
    """Return the model, in float32 as it was checked, and its tokenizer."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForSequenceClassification.from_pretrained(
        HERE / "model", dtype=torch.float32, use_safetensors=True, local_files_only=True
    )
    return model.to(device).eval(), AutoTokenizer.from_pretrained(HERE / "model", local_files_only=True)


@torch.inference_mode()
def scores(tokens):
    """Return the numbers that the model gives to what it reads."""
    model, _ = loaded()
    return model(input_ids=torch.tensor([tokens], device=model.device)).logits[0].float().cpu()


def sort(text):
    """Return how sure the model is of each label."""
    if not text.strip():
        raise gr.Error("Write something first.")
    model, tokenizer = loaded()
    shares = scores(tokenizer(text, truncation=True, max_length=MAX_LENGTH)["input_ids"]).softmax(-1)
    return {model.config.id2label[number]: share for number, share in enumerate(shares.tolist())}


def judge(turns):
    """Return the reward of the last turn, an answer."""
    _, tokenizer = loaded()
    tokens = tokenizer.apply_chat_template(turns, return_dict=True)["input_ids"]
    return scores(tokens[:MAX_LENGTH]).item()


def reward(question, given):
    """Return the reward of an answer to a question."""
    if not question.strip() or not given.strip():
        raise gr.Error("Write a question and an answer to it first.")
    return judge([{"role": "user", "content": question}, {"role": "assistant", "content": given}])


def page():
    """Return the page."""
    shared = {"title": TITLE, "description": ABOUT, "flagging_mode": "never", "analytics_enabled": False}
    if not REWARDS:
        given = gr.Textbox(label="Text", lines=4)
        return gr.Interface(
            sort, given, gr.Label(label="Labels", num_top_classes=SHOWN), api_name="sort", **shared
        )
    given = [gr.Textbox(label="Question", lines=2), gr.Textbox(label="Answer", lines=4)]
    found = gr.Number(label="Reward: the higher, the better. Only differences mean something.")
    return gr.Interface(reward, given, found, api_name="reward", **shared)


if __name__ == "__main__":
    loaded()
    plain = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    page().queue(max_size=WAITING).launch(theme=plain)
