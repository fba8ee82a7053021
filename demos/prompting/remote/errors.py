"""Explains a server's errors so that a visitor can act on them, without ever repeating the key."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from demos.errors import StageError
from demos.prompting.remote.connection import (
    CONNECT_SECONDS,
    MAX_BYTES,
    READ_SECONDS,
    NoConnection,
    Refusal,
    TooLong,
)

SECRET = 12  # Shorter keys are placeholders ("EMPTY", "ollama"), words that any text may have.
HIDDEN = "[key]"
_SHOWN = 200
_STATUS = {
    401: ("does not accept the key", "Check the key and that it belongs to this server."),
    402: ("wants to be paid first", "Check the account that the key belongs to."),
    403: ("does not let this key ask that", "Check what the key may do, and the model's name."),
    404: ("does not know the address or the model", "Check both; the address often ends with /v1."),
    405: ("does not know this address", "Check it; it often ends with /v1."),
    413: ("finds the prompt too long", "Shorten it, or show fewer shots."),
}


def explained(error: Exception, name: str, key: str) -> StageError:
    """Explains an error from the server called `name` in one sentence, with a remedy."""
    if isinstance(error, StageError):
        return error
    if isinstance(error, Refusal):
        return StageError(*_refused(error, name, key))
    if isinstance(error, NoConnection):
        return StageError(*_not_connected(error.__cause__, name))
    if isinstance(error, TooLong):
        return StageError(
            f"{name} sent more than {MAX_BYTES:,} bytes.", "Ask for less text, or another server."
        )
    if isinstance(error, TimeoutError):
        return StageError(
            f"{name} sent nothing for {READ_SECONDS:.0f} seconds.", "Try again: it may be starting."
        )
    if isinstance(error, _stream_error()):
        said = error.args[0] if error.args else None
        return StageError(
            f"{name} reports an error{_quoted(said, key)}.", "Try again, or ask another server."
        )
    if isinstance(error, OSError | HTTPException):
        return StageError(f"{name} broke the connection off.", "Try again, or check what runs there.")
    return StageError(
        f"{name} does not answer as an OpenAI-compatible server does.",
        "Check the address: it leads to /chat/completions, and often ends with /v1.",
    )


def scrubbed(text: str, key: str) -> str:
    """Removes the key from a text, in case a server repeats it, and halves of surrogate pairs."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace(key, HIDDEN) if len(key) >= SECRET else text


def said_by(refusal: Refusal, key: str) -> str:
    """The server's own words on a refusal, as ": words", or ""."""
    try:
        return _quoted(json.loads(refusal.body), key)
    except (ValueError, RecursionError):
        return ""


def _stream_error() -> type[Exception]:
    """The exception of `huggingface_hub` for an error that a server reports in the middle of its answer."""
    from huggingface_hub.errors import TextGenerationError

    return TextGenerationError


def _refused(refusal: Refusal, name: str, key: str) -> tuple[str, str]:
    status = refusal.status
    if status in _STATUS:
        problem, remedy = _STATUS[status]
        # Servers tend to repeat a part of a wrong key.
        said = "" if status == 401 else said_by(refusal, key)
        return f"{name} {problem} ({status}){said}.", remedy
    if status == 429:
        seconds = refusal.retry_after.strip()
        wait = f"in {int(seconds):,} seconds" if seconds.isascii() and seconds.isdigit() else "later"
        return f"{name} has been asked too often{said_by(refusal, key)} (429).", f"Try again {wait[:40]}."
    if 300 <= status < 400:
        return (
            f"{name} sends you to another address ({status}).",
            "That is not followed: give the final address.",
        )
    if status >= 500:
        return f"{name} has a failure of its own{said_by(refusal, key)} ({status}).", "Try again later."
    return (
        f"{name} refuses the request ({status}){said_by(refusal, key)}.",
        "Check the model's name and the length of the prompt; some models take no temperature or seed.",
    )


def _not_connected(cause: BaseException | None, name: str) -> tuple[str, str]:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {name} is not valid.",
            "Check the address. Nothing was sent, the key neither.",
        )
    if isinstance(cause, ssl.SSLError):
        return f"{name} does not speak https.", "If it is on your own machine, write http:// instead."
    if isinstance(cause, ConnectionRefusedError):
        return f"Nothing answers at {name}.", "Start the server, or check the host and the port."
    if isinstance(cause, TimeoutError):
        return (
            f"{name} did not answer within {CONNECT_SECONDS:.0f} seconds.",
            "Check the address, or try again.",
        )
    return f"{name} cannot be reached from here.", "Check the address and the network; a proxy is not used."


def _quoted(said: Any, key: str) -> str:
    """The message in {"error": {"message": ...}} and similar forms, on one line."""
    for name in ("error", "message", "detail"):
        if isinstance(said, Mapping) and name in said:
            said = said[name]
    if not isinstance(said, str) or not said.strip():
        return ""
    line = " ".join(scrubbed(said, key).split()).rstrip(".")
    return f": {line[:_SHOWN]}{'…' if len(line) > _SHOWN else ''}"
