"""Asks another server: one that is OpenAI-compatible, or Hugging Face Inference.

Both use the same protocol, POST .../v1/chat/completions. An empty URL means Hugging Face Inference at
`ROUTER`, which is where `huggingface_hub.InferenceClient(model="org/name", token=key)` sends a conversation;
the key is then a Hugging Face token, and the model has its name on the Hub.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import InitVar, dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from demos.errors import BadInput
from demos.nlp.decoding import Decoding, check_decoding
from demos.prompting.remote.address import Address, check_address
from demos.prompting.remote.client import ask
from demos.prompting.remote.errors import SECRET, scrubbed
from demos.prompting.remote.messages import Messages
from demos.texts import check_text

ROUTER = "https://router.huggingface.co/v1"
PLAIN_NOTE = (
    "This server takes messages only: the text was sent as one message of the user to a chat model, which "
    "answers it rather than continues it."
)
SILENT_NOTE = "The server sent no text. A model that reasons first may have used up its new tokens with that."

_MAX_KEY = 1000


@dataclass(frozen=True, eq=False)
class ServerInputs:
    """The server to ask: a URL such as http://localhost:8000/v1, or "" for Hugging Face Inference; the
    model's name there; and the visitor's key, if the server needs one.

    The key is not a field, so it is neither shown nor exported; it cannot be pickled, and inputs that hold it
    cannot be looked up in a cache.
    """

    url: Annotated[str, Field(title="Address, empty for Hugging Face Inference")]
    model: Annotated[str, Field(title="Model, by its name there")]
    key: InitVar[str] = ""

    __hash__ = None  # type: ignore[assignment]

    def __post_init__(self, key: str) -> None:
        self.__dict__["secret"] = key.strip()

    @property
    def secret(self) -> str:
        """The key."""
        return self.__dict__["secret"]

    def __reduce__(self) -> str:
        raise TypeError("A key stays in its session.")


@dataclass(frozen=True)
class RemoteText:
    """text: what was written so far; note: a remark about it; seconds: time since the request; finished: ""
    while it writes, else "end", "length" (max_new_tokens reached) or "withheld" (the server cut the text for
    its content); server: the host that was asked; model: its name on the server."""

    text: str
    note: str
    seconds: float
    finished: Literal["", "end", "length", "withheld"]
    server: str
    model: str


def complete_remote(
    server: ServerInputs, prompt: str | Messages, decoding: Decoding
) -> Generator[RemoteText]:
    """Lets a server answer, piece by piece; each result holds the text so far.

    A prompt that is a text is sent as one user message, and the note says so. A result comes at least every
    half second, so that the iterator can be closed soon, which ends the connection. Raises StageError.
    """
    check_decoding(decoding)
    messages = as_messages(prompt)
    sampled = decoding.temperature > 0
    options = {
        "max_tokens": decoding.max_new_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p if sampled and decoding.top_p < 1 else None,
        "seed": decoding.seed if sampled else None,
    }

    def pieces(client: Any) -> Iterator[tuple[str, str, str]]:
        for chunk in client.chat_completion(messages, model=server.model or None, stream=True, **options):
            for choice in (chunk.choices or [])[:1]:
                text = choice.delta.content if choice.delta else None
                yield _text(text), _text(choice.finish_reason), _text(chunk.model)
                if choice.finish_reason:
                    return
        yield "", "stop", ""

    start = time.perf_counter()
    address = address_of(server)
    text, reason, model = "", "", server.model
    with closing(ask(address, server.secret, pieces)) as parts:
        for part in parts:
            if part:
                text, reason, model = text + part[0], part[1], part[2] or model
            notes = [PLAIN_NOTE] if isinstance(prompt, str) else []
            yield RemoteText(
                text=_shown(text, server.secret, bool(reason)),
                note=" ".join(notes + [SILENT_NOTE] * bool(reason and not text.strip())),
                seconds=time.perf_counter() - start,
                finished=_finished(reason),
                server=address.name,
                model=scrubbed(model, server.secret),
            )


def address_of(server: ServerInputs) -> Address:
    """The address of a server; raises StageError if it may not or cannot be asked."""
    if len(server.secret) > _MAX_KEY or not all("!" <= character <= "~" for character in server.secret):
        raise BadInput(
            "The key has characters that no key has.", "Copy it again, without spaces or line ends."
        )
    check_model(server)
    return check_address(server.url.strip() or ROUTER)


def check_model(server: ServerInputs) -> None:
    """Raises BadInput for what Hugging Face Inference requires: a token, and the model's full name."""
    if server.model:
        check_text(server.model, "model's name")
    if server.url.strip():
        return
    if server.model.count("/") != 1:
        raise BadInput(
            "Hugging Face Inference needs a model's name as on the Hub.",
            "Write it like HuggingFaceTB/SmolLM3-3B, or give the address of another server.",
        )
    if not server.secret.startswith("hf_"):
        raise BadInput(
            "Hugging Face Inference needs a Hugging Face token, which begins with hf_.",
            "Put it into the field of the key.",
        )


def as_messages(prompt: str | Messages) -> Messages:
    """A prompt as messages: a text becomes one user message."""
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    check_text("\n\n".join(message["content"] for message in messages), "prompt")
    return messages


def _finished(reason: str) -> Literal["", "end", "length", "withheld"]:
    if reason == "length":
        return "length"
    if reason == "content_filter":
        return "withheld"
    return "end" if reason else ""


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError("no text")
    return value or ""


def _shown(text: str, key: str, whole: bool) -> str:
    """The text without the key, should the server repeat it, or a beginning of the key at its end."""
    text = scrubbed(text, key)
    if len(key) < SECRET:
        return text
    begun = next((n for n in range(len(key) - 1, 0, -1) if text.endswith(key[:n])), 0)
    return text[: len(text) - begun] if begun >= (SECRET if whole else 1) else text
