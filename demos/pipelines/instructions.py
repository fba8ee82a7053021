"""A language model follows an instruction, taking the likeliest token each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from demos.errors import BadInput
from demos.pipelines.classify import window
from demos.pipelines.copying import only_copies
from demos.pipelines.decoding import end_ids


@dataclass(frozen=True)
class Followed:
    """What was written and what was read. probability: of each written token on average (geometric mean);
    finished: whether the model came to an end by itself."""

    text: str
    prompt: str
    prompt_tokens: int
    tokens: int
    probability: float
    finished: bool


Turns = Sequence[tuple[str, str]]
"""Instructions and what was answered to them."""


def follow(
    instruction: str,
    loaded: Any,
    most_read: int,
    most_written: int,
    shown: Turns = (),
    only: str | None = None,
) -> Followed:
    """What the model writes in its chat format, after some turns that it is shown.

    With `only`, nothing but a stretch of that text.

    Raises `BadInput` with the count if the instruction has more than `most_read` tokens, or than its window.
    """
    import torch

    tokenizer = loaded.tokenizer
    turns = [(("user", asked), ("assistant", said)) for asked, said in shown]
    messages = [{"role": role, "content": text} for role, text in [*chain(*turns), ("user", instruction)]]
    prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    # A chat format writes its own special tokens.
    batch = tokenizer(prompt, return_tensors="pt", add_special_tokens=False, verbose=False)
    read = batch["input_ids"].shape[1]
    limit = min(most_read, window(loaded) - most_written)
    if read > limit:
        raise BadInput(
            f"The text and the instruction have {read:,} tokens; {loaded.origin.title} is given at most "
            f"{limit:,} here.",
            "Shorten the text.",
        )
    allowed = only_copies(only, tokenizer, end_ids(loaded)) if only is not None else None
    with torch.inference_mode():
        output = loaded.model.generate(
            **batch,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=most_written,
            eos_token_id=sorted(end_ids(loaded)),
            pad_token_id=tokenizer.eos_token_id,
            prefix_allowed_tokens_fn=allowed and (lambda _, ids: allowed(ids[read:].tolist())),
            return_dict_in_generate=True,
            output_logits=True,
        )
    new = output.sequences[0, read:]
    rows = torch.stack(output.logits)[:, 0].float().log_softmax(-1)
    logprob = rows.gather(1, new[:, None]).mean().item()
    return Followed(
        text=tokenizer.decode(new, skip_special_tokens=True).strip(),
        prompt=prompt,
        prompt_tokens=read,
        tokens=len(new),
        probability=float(torch.tensor(logprob).exp()),
        finished=int(new[-1]) in end_ids(loaded),
    )
