"""A language model follows an instruction, choosing the likeliest token each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.decoding import end_ids
from demos.nlp.window import window


@dataclass(frozen=True)
class Followed:
    """The text that was written and what was read. probability: mean of the written tokens (geometric);
    ended: whether the model ended by itself, at the limit of tokens, or where it began to repeat itself."""

    text: str
    prompt: str
    prompt_tokens: int
    tokens: int
    probability: float
    ended: Literal["end", "length", "repetition"]


LONGEST_REPEAT = 12
"""Tokens in a row that may not occur twice: a small model that begins to repeat itself does not stop."""


def follow(
    instruction: str, loaded: Loaded, most_read: int, most_written: int, begun: str = "", until: str = ""
) -> Followed:
    """What the model writes in its chat format, choosing the likeliest token each time.

    The answer is started with the words `begun`, which are not part of the result, and ends before `until`.
    Raises `BadInput` with the count if the instruction has more than `most_read` tokens or than the model's
    window.
    """
    import torch

    tokenizer = loaded.tokenizer
    prompt = chat_prompt(instruction, tokenizer) + begun
    # A chat format contains its own special tokens.
    batch = tokenizer(prompt, return_tensors="pt", add_special_tokens=False, verbose=False)
    read = batch["input_ids"].shape[1]
    _check_length(read, min(most_read, window(loaded) - most_written), loaded)
    output = _write(batch, loaded, most_written, until)
    new = output.sequences[0, read:]
    text, stop, _ = tokenizer.decode(new, skip_special_tokens=True).partition(until or "\0")
    ended: Literal["end", "length", "repetition"] = "length"
    if stop or int(new[-1]) in end_ids(loaded):
        ended = "end"
    elif _repeats(new.tolist()):
        ended, new = "repetition", new[:-LONGEST_REPEAT]
        text = tokenizer.decode(new, skip_special_tokens=True)
    rows = torch.stack(output.logits)[: len(new), 0].float().log_softmax(-1)
    logprob = rows.gather(1, new[:, None]).mean().item()
    return Followed(
        text=text.strip(),
        prompt=prompt,
        prompt_tokens=read,
        tokens=len(new),
        probability=float(torch.tensor(logprob).exp()),
        ended=ended,
    )


def _check_length(read: int, limit: int, loaded: Loaded) -> None:
    if read > limit:
        raise BadInput(
            f"The text and the instruction have {read:,} tokens; {loaded.origin.title} is given at most "
            f"{limit:,} here.",
            "Shorten the text.",
        )


def _write(batch: Any, loaded: Loaded, most_written: int, until: str) -> Any:
    """What `generate` returns, with the logits of every step: greedy, to the model's own end, the words
    `until`, a repetition, or `most_written` tokens."""
    import torch

    tokenizer, read = loaded.tokenizer, batch["input_ids"].shape[1]

    def stops(new: list[int]) -> bool:
        return _repeats(new) or bool(until and until in tokenizer.decode(new))

    with torch.inference_mode():
        return loaded.model.generate(
            **batch,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=most_written,
            eos_token_id=sorted(end_ids(loaded)),
            pad_token_id=tokenizer.eos_token_id,
            stopping_criteria=[lambda ids, scores, **_: torch.tensor([stops(ids[0, read:].tolist())])],
            return_dict_in_generate=True,
            output_logits=True,
        )


def chat_prompt(instruction: str, tokenizer: Any) -> str:
    """Puts an instruction into the model's chat format, up to where its answer begins."""
    messages = [{"role": "user", "content": instruction}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def _repeats(written: list[int]) -> bool:
    last = written[-LONGEST_REPEAT:]
    starts = range(len(written) - LONGEST_REPEAT)
    return any(written[start : start + LONGEST_REPEAT] == last for start in starts)
