"""A language model continues a text, one token after the other.

Choose *Chat* to wrap what you type in the model's own conversation format, or *Plain* to have it
continued as it stands. The text appears as it is written, and you can stop it.

GPT and GPT-2 know no conversation: choose *Plain*. So does CTRL, and the first word of its prompt is a
*control code*, which decides what kind of text follows: `Reviews Rating: 5.0`, `Horror A knock`,
`Wikipedia Salesforce Inc. is`, `Links http://...` and about fifty others (Keskar et al. 2019,
arXiv:1909.05858).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

from demos.contract import Endpoint, Example, Info, Run, parse
from demos.errors import BadInput
from demos.models.specs import Origin
from demos.pipelines.decoding import Decoding, end_ids, stream_tokens
from demos.texts import check_text

INFO = Info(
    slug="generate",
    title="Text generation",
    tab="Pipelines",
    limits=(
        "The model writes what is likely, not what is true. SmolLM2-135M is very small: it makes facts up, "
        "counts badly and knows little but English. The same seed gives the same text on the same machine "
        "only."
    ),
)

MAX_NEW_TOKENS = 512
WRITING = "still writing"


@dataclass(frozen=True)
class GenerateInputs:
    """prompt: the text; mode: plain continuation or chat template; temperature 0 is greedy.

    max_new_tokens 1 to 512; temperature 0, or 0.01 to 2; top_p in (0, 1]; seed: any whole number from 0.
    """

    prompt: str
    model: str = "smollm2"
    mode: Literal["chat", "plain"] = "chat"
    max_new_tokens: int = 128
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class GenerateResult:
    """text: what was written so far; prompt: exactly what the model read; finished: "" while it
    writes, else "end" (the model ended) or "length" (max_new_tokens reached)."""

    text: str
    prompt: str
    prompt_tokens: int
    new_tokens: int
    seconds: float
    finished: Literal["", "end", "length"]
    origin: Origin


def generate(inputs: GenerateInputs, loaded: Any) -> Iterator[GenerateResult]:
    """Continue a text token by token; each result holds the text so far."""
    check_inputs(inputs)
    prompt = render(loaded.tokenizer, inputs)
    # A chat template writes its own special tokens; encoding must not add them twice.
    batch = loaded.tokenizer(
        prompt, return_tensors="pt", add_special_tokens=inputs.mode == "plain", verbose=False
    )
    length = batch["input_ids"].shape[1]
    window = getattr(loaded.model.config, "max_position_embeddings", 1024)
    if length + inputs.max_new_tokens > window:
        raise BadInput(
            f"The prompt has {length:,} tokens and {inputs.max_new_tokens} are to be written; "
            f"{loaded.origin.title} holds {window:,} in all.",
            "Shorten the prompt.",
        )
    decoding = Decoding(inputs.max_new_tokens, inputs.temperature, inputs.top_p, inputs.seed)
    return written(loaded, prompt, batch, decoding)


def check_inputs(inputs: GenerateInputs) -> None:
    """Raise `BadInput` for values out of range."""
    check_text(inputs.prompt, "prompt")
    ranges = (
        ("max_new_tokens", 1 <= inputs.max_new_tokens <= MAX_NEW_TOKENS, f"1 to {MAX_NEW_TOKENS}"),
        ("temperature", inputs.temperature == 0 or 0.01 <= inputs.temperature <= 2, "0, or 0.01 to 2"),
        ("top_p", 0 < inputs.top_p <= 1, "above 0, at most 1"),
        ("seed", 0 <= inputs.seed < 2**63, "0 or more"),
    )
    for name, fits, wanted in ranges:
        if not fits:
            raise BadInput(f"{name} is out of range.", f"It must be {wanted}.")


def render(tokenizer: Any, inputs: GenerateInputs) -> str:
    """The exact text that the model reads."""
    if inputs.mode == "plain":
        return inputs.prompt
    if not tokenizer.chat_template:
        raise BadInput("This model has no chat format.", "Choose Plain.")
    messages = [{"role": "user", "content": inputs.prompt}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def written(loaded: Any, prompt: str, batch: Any, decoding: Decoding) -> Iterator[GenerateResult]:
    """The text that grows after a prompt whose encoding is `batch`."""
    new: list[int] = []
    start = time.perf_counter()

    def result(finished: Literal["", "end", "length"]) -> GenerateResult:
        text = loaded.tokenizer.decode(new, skip_special_tokens=True)
        return GenerateResult(
            # A character may take several tokens: hold back what is not whole yet.
            text=text if finished else text.rstrip("\ufffd"),
            prompt=prompt,
            prompt_tokens=batch["input_ids"].shape[1],
            new_tokens=len(new),
            seconds=time.perf_counter() - start,
            finished=finished,
            origin=loaded.origin,
        )

    with closing(stream_tokens(loaded, batch, decoding)) as tokens:
        for token in tokens:
            new.append(token)
            yield result("")
    yield result("end" if new and new[-1] in end_ids(loaded) else "length")


GENERATE = Endpoint("generate", generate, {"decoder": "causal-lm"}, check=check_inputs)
ENDPOINTS = (GENERATE,)

EXAMPLES = (
    Example("Ask", GenerateInputs("Explain in two sentences what attention is in a transformer.")),
    Example(
        "Continue",
        GenerateInputs("Once upon a time, in a city made of glass,", mode="plain", max_new_tokens=80),
    ),
    Example("Sample", GenerateInputs("Write a short poem about rain.", temperature=0.8, top_p=0.95, seed=7)),
    Example(
        "A fact it gets wrong",
        GenerateInputs("What is 17 times 24? Answer with the number only.", max_new_tokens=24),
    ),
)


def build(run: Run) -> None:
    """Lay out the prompt, the decoding controls and the growing text."""
    import gradio as gr

    from demos import page

    prompt = gr.Textbox(label="Prompt", lines=3, max_lines=12)
    with gr.Row():
        model = page.model_choice(GENERATE, "smollm2")
        mode = gr.Radio([("Chat", "chat"), ("Plain", "plain")], value="chat", label="Format")
        max_new_tokens = gr.Slider(1, MAX_NEW_TOKENS, value=128, step=1, label="New tokens at most")
    with gr.Accordion("Decoding", open=False), gr.Row():
        temperature = gr.Slider(0, 2, value=0, step=0.05, label="Temperature (0: greedy)")
        top_p = gr.Slider(0.05, 1, value=1, step=0.05, label="Top-p")
        seed = gr.Number(value=0, precision=0, minimum=0, label="Seed")
    fields = {
        "prompt": prompt,
        "model": model,
        "mode": mode,
        "max_new_tokens": max_new_tokens,
        "temperature": temperature,
        "top_p": top_p,
        "seed": seed,
    }
    filled = page.examples(EXAMPLES, fields)
    with gr.Row():
        write = gr.Button("Write", variant="primary")
        stop = gr.Button("Stop", variant="stop")
    text = gr.Textbox(label="Written", lines=8, max_lines=24, interactive=False, buttons=["copy"])
    badge = page.badge()
    with gr.Accordion("What the model read", open=False):
        exact = gr.Textbox(label="Prompt with the chat format", lines=4, interactive=False)

    def answer(*values: Any) -> Iterator[tuple[str, str, str]]:
        inputs = parse(GenerateInputs, dict(zip(fields, values, strict=True)))
        yield "", "", ""
        for result in run.stream(GENERATE, inputs):
            yield result.text, page.badge_html(result.origin, progress(result)), result.prompt

    inputs, outputs = list(fields.values()), [text, badge, exact]
    events = [page.on([write.click, prompt.submit], answer, inputs, outputs, page.WRITING_QUEUE)]
    events += page.after(filled, answer, inputs, outputs, page.WRITING_QUEUE)
    stop.click(None, cancels=events, api_visibility="private", queue=False).then(
        lambda badge: (badge or "").replace(WRITING, "stopped by you"),
        badge,
        badge,
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )


def progress(result: GenerateResult) -> str:
    """How far, how fast, and why it ended, in words."""
    ends = {"": WRITING, "end": "the model ended here", "length": "stopped at the limit of new tokens"}
    speed = result.new_tokens / result.seconds if result.seconds else 0.0
    return f"{result.new_tokens} tokens, {speed:.0f} a second, {ends[result.finished]}"
