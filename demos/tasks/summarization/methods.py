"""Three ways to a summary: choose the central sentences, ask a chat model, or ask a model trained for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.decoding import end_ids
from demos.nlp.instructions import Followed, follow
from demos.nlp.vectors import readable_sentences, vectors
from demos.nlp.window import window
from demos.tasks.summarization.centrality import centrality, most_central

MAX_READ, MAX_WRITTEN = 2048, 200


@dataclass(frozen=True)
class Chosen:
    """text[start:end] is a sentence; centrality: 1 is the average of the text's sentences."""

    start: int
    end: int
    centrality: float


def extractive(text: str, count: int, loaded: Loaded) -> tuple[tuple[Chosen, ...], int]:
    """At most `count` central sentences that do not repeat one another, in the order of the text, and the
    number of candidates."""
    found = readable_sentences(text, loaded)
    texts = [sentence.of(text) for sentence in found]
    encoded = vectors(loaded, texts)
    scores = centrality(encoded)
    chosen = []
    for index in most_central(scores, encoded, count):
        start = text.index(texts[index], found[index].start)
        chosen.append(Chosen(start, start + len(texts[index]), float(scores[index] * len(found))))
    return tuple(chosen), len(found)


def instruction(text: str, count: int) -> str:
    """The instruction for a chat model."""
    length = "one sentence" if count == 1 else f"{count} sentences"
    return f"Summarize the following text in {length}. Use only facts from the text.\n\n{text.strip()}"


def written(text: str, count: int, loaded: Loaded) -> Followed:
    """A chat model's summary, choosing the likeliest token each time."""
    return follow(instruction(text, count), loaded, MAX_READ, MAX_WRITTEN)


def generated(text: str, loaded: Loaded) -> tuple[str, Literal["end", "length"]]:
    """A trained model's summary with its checkpoint's settings, and how it ended.

    Raises `BadInput` with the count if the text has more tokens than the model can read.
    """
    import torch

    prefix, settings = checkpoint_settings(loaded.model.config)
    batch = loaded.tokenizer(prefix + text, return_tensors="pt", verbose=False)
    tokens, limit = batch["input_ids"].shape[1], window(loaded)
    if tokens > limit:
        raise BadInput(
            f"The text has {tokens:,} tokens; {loaded.origin.title} reads {limit:,}.",
            "Shorten it, or choose a sentence encoder, which reads sentence by sentence.",
        )
    with torch.inference_mode():
        ids = loaded.model.generate(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], **settings
        )[0]
    ended: Literal["end", "length"] = "end" if int(ids[-1]) in end_ids(loaded) else "length"
    return loaded.tokenizer.decode(ids, skip_special_tokens=True).strip(), ended


def checkpoint_settings(config: Any) -> tuple[str, dict[str, Any]]:
    """The prefix that this checkpoint needs before a text, and its decoding settings."""
    said = dict((getattr(config, "task_specific_params", None) or {}).get("summarization", {}))
    prefix = said.pop("prefix", "summarize: " if config.model_type == "t5" else "")
    return prefix, said or {"num_beams": 4, "max_new_tokens": MAX_WRITTEN}
