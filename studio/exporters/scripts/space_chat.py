"""Talk to the model in this folder: as a Space of Hugging Face, or with `python app.py` on any machine.

Needs what requirements.txt names. It fetches nothing when it starts, and keeps no question.
"""

import html
import runpy
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import gradio as gr
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.generation.streamers import BaseStreamer

# --- settings of this model ---
TITLE = "Talk to the tuned model"
ABOUT = ""
CHATS = True  # False: it goes on with a text instead of answering
SYSTEM = ""  # the instruction that it was trained with
FOLDED = False  # its chat template knows no instruction: it stands before the first question
ADAPTER = ""  # "": `model` is the whole model; else what lies there beside the model in `base`
CONTEXT = 0  # tokens it reads and writes at most; 0: without end
# --- end of settings ---

HERE = Path(__file__).parent
LONGEST = 1024
WAITING = 20  # visitors; whoever comes later is told to come back


@cache
def loaded():
    """Return the model, in float32 as it was checked, and its tokenizer."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(
        HERE / ("base" if ADAPTER else "model"),
        dtype=torch.float32,
        use_safetensors=True,
        local_files_only=True,
    )
    if ADAPTER == "peft":
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, HERE / "model")
    elif ADAPTER:
        attach = runpy.run_path(str(HERE / "model" / ADAPTER))["attach"]
        model = attach(model, HERE / "model")
    tokenizer = AutoTokenizer.from_pretrained(HERE / "model", local_files_only=True)
    return model.to(device).eval(), tokenizer


def read(turns):
    """Return the tokens that stand before the answer."""
    _, tokenizer = loaded()
    if not CHATS:
        return tokenizer(turns[-1]["content"])["input_ids"]
    if SYSTEM:
        turns = [{"role": "system", "content": SYSTEM}, *turns]
    if FOLDED and turns[0]["role"] == "system":
        first = {**turns[1], "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}
        turns = [first, *turns[2:]]
    return tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True)["input_ids"]


def fitted(turns, length):
    """Return those tokens, and how many may follow. The oldest turns go where they do not all fit."""
    tokens = read(turns)
    while CONTEXT and len(tokens) + length > CONTEXT and len(turns) > 2:
        turns = turns[2:]
        tokens = read(turns)
    room = min(length, CONTEXT - len(tokens)) if CONTEXT else length
    if room < 1:
        raise gr.Error(
            f"Your text is {len(tokens)} tokens long, and this model reads {CONTEXT - 1} at most. "
            "Write a shorter one."
        )
    return tokens, room


class Written(BaseStreamer):
    """Hands on each new token to whoever waits for it."""

    def __init__(self):
        self.tokens = SimpleQueue()

    def put(self, value):
        self.tokens.put(value.flatten().tolist())

    def end(self):
        self.tokens.put(None)


class Left(StoppingCriteria):
    """Ends an answer that nobody waits for any more."""

    def __init__(self):
        self.event = Event()

    def __call__(self, input_ids, scores, **kwargs):
        return torch.full((len(input_ids),), self.event.is_set(), device=input_ids.device)


def answer(turns, length, temperature):
    """Yield the answer as it grows: the likeliest words at temperature 0, else some drawn by chance."""
    model, tokenizer = loaded()
    prompt, room = fitted(turns, length)
    own = model.generation_config.eos_token_id
    ends = sorted({*(own if isinstance(own, list) else [own]), tokenizer.eos_token_id} - {None})
    chance = (
        {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {"do_sample": False}
    )
    settings = GenerationConfig(
        max_new_tokens=room,
        eos_token_id=ends,
        pad_token_id=ends[0],
        num_beams=1,
        repetition_penalty=1.0,
        **chance,
    )
    given = torch.tensor([prompt], device=model.device)
    written, left = Written(), Left()
    with ThreadPoolExecutor(1) as writer:
        work = writer.submit(
            model.generate,
            input_ids=given,
            attention_mask=torch.ones_like(given),
            generation_config=settings,
            streamer=written,
            stopping_criteria=StoppingCriteriaList([left]),
        )
        work.add_done_callback(lambda _: written.end())
        try:
            yield from texts(written, tokenizer)
            work.result()  # raises what went wrong
        finally:
            left.event.set()


def texts(written, tokenizer):
    """Yield the text of the tokens so far; half a character waits for its rest."""
    steps, tokens = iter(written.tokens.get, None), []
    next(steps, None)  # the prompt
    for step in steps:
        tokens += step
        text = tokenizer.decode(tokens, skip_special_tokens=True)
        if not text.endswith("\ufffd"):
            yield text
    yield tokenizer.decode(tokens, skip_special_tokens=True)


def conversation(message, history):
    """Return the turns so far and the new question. A question that got no answer is left out."""
    turns = []
    for turn in history:
        if turns and turns[-1]["role"] == turn["role"]:
            turns.pop()
        turns.append({"role": turn["role"], "content": text_of(turn["content"])})
    if turns and turns[-1]["role"] == "user":
        turns.pop()
    return [*turns, {"role": "user", "content": message}]


def text_of(content):
    """Return what was said; the page keeps it in parts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def chat(message, history, length, temperature):
    """Answer one message of a visitor."""
    if not message.strip():
        raise gr.Error("Write something first.")
    turns = conversation(message, history if CHATS else [])
    yield from answer(turns, min(max(int(length), 1), LONGEST), max(float(temperature), 0.0))


def as_said(box):
    """Let a conversation show what was said as it was said: the page acts on no tag and no entity in it."""
    read, show = box.preprocess, box.postprocess
    box.preprocess = lambda turns: in_texts(read(turns), html.unescape)
    box.postprocess = lambda turns: show(in_texts(turns, lambda text: html.escape(text, quote=False)))
    return box


def in_texts(turns, change):
    """Return turns with every text changed."""
    return [{**turn, "content": in_content(turn["content"], change)} for turn in turns or []]


def in_content(content, change):
    """Return what was said with every text in it changed."""
    if isinstance(content, str):
        return change(content)
    return [{**part, "text": change(part["text"])} if "text" in part else part for part in content]


def page():
    """Return the page."""
    return gr.ChatInterface(
        chat,
        title=TITLE,
        description=ABOUT,
        chatbot=as_said(gr.Chatbot(label="Conversation", render_markdown=False, buttons=[])),
        textbox=gr.Textbox(
            label="What you write",
            placeholder="Ask something" if CHATS else "Begin a text",
            show_label=False,
            submit_btn=True,
            stop_btn=True,
        ),
        additional_inputs=[
            gr.Slider(
                16, LONGEST, 256, step=16, label="Longest answer", info="In tokens, which are parts of words"
            ),
            gr.Slider(
                0, 1.5, 0, step=0.1, label="Variety (temperature)", info="0: always the likeliest words"
            ),
        ],
        additional_inputs_accordion=gr.Accordion("Settings", open=False, render=False),
        analytics_enabled=False,
        api_name="chat",
    )


if __name__ == "__main__":
    loaded()
    plain = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    page().queue(max_size=WAITING).launch(theme=plain)
