"""How a request ends: with an answer, or with a sentence that says why there is none."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from demos.errors import Busy, Fault, StageError, is_out_of_memory
from demos.stopping import Stopped

log = logging.getLogger(__name__)

Observe = Callable[[str, str, float], object]
"""Is told the endpoint's name, the outcome ("answered", "stopped", or a refusal's class) and the seconds."""


def unobserved(endpoint: str, outcome: str, seconds: float) -> None:
    """Observes nothing."""


@contextmanager
def guarded(endpoint: str, observe: Observe) -> Iterator[None]:
    """Turns every failure into a sentence, and logs unforeseen ones with their traceback under a number."""
    begin, outcome = time.monotonic(), "answered"
    try:
        yield
    except (Stopped, GeneratorExit):
        outcome = "stopped"
        raise
    except StageError as error:
        outcome = type(error).__name__
        raise
    except Exception as error:
        if is_out_of_memory(error):
            outcome = Busy.__name__
            log.warning("%s: memory ran out (%s)", endpoint, type(error).__name__)
            raise Busy(
                f"Memory ran out in {endpoint}.",
                "Ask for less, choose a smaller model, or try again in a minute.",
            ) from None
        outcome = Fault.__name__
        number = secrets.token_hex(3)
        log.exception("%s failed: number %s", endpoint, number)
        raise Fault(
            f"Something went wrong in {endpoint} ({type(error).__name__}, number {number}).",
            "Nothing you typed is lost. Try again; if it happens again, report it with what the log says of "
            "this number.",
        ) from error
    finally:
        observe(endpoint, outcome, time.monotonic() - begin)
