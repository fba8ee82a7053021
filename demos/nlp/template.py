"""A template: text with the names of fields in braces, {label} where the answer goes."""

from __future__ import annotations

import string

from demos.errors import BadInput
from demos.texts import MAX_CHARACTERS

LABEL = "label"


def template_parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """A template as pairs of literal text and the field that follows it; the last pair has no field.

    Raises BadInput unless every brace is closed and {label} occurs exactly once, after all other fields.
    """
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise BadInput(
            f"The template's braces do not match: {error}.", "Write {{ and }} for braces that are text."
        ) from None
    parts, literal = [], ""
    for text, name, specification, conversion in parsed:
        literal += text  # a doubled brace ends a piece without a field
        if name is None:
            continue
        if specification or conversion or not name.isidentifier():
            raise BadInput(
                f"{{{name}}} in the template is not the name of a field.",
                "A name has letters, digits and underscores only, like {text}.",
            )
        parts.append((literal, name))
        literal = ""
    names = [name for _, name in parts]
    if names.count(LABEL) != 1:
        raise BadInput(
            f"The template has {{label}} {names.count(LABEL)} times.", "Put it once where the answer goes."
        )
    if names[-1] != LABEL:
        raise BadInput(
            f"The template has {{{names[-1]}}} after {{label}}, where the model has answered already.",
            "Put all other fields before {label}.",
        )
    return (*parts, (literal, None))


def template_fields(template: str) -> tuple[str, ...]:
    """The template's fields in order, each once, without the label."""
    return tuple(dict.fromkeys(name for _, name in template_parts(template) if name not in (LABEL, None)))


def check_length(characters: int, what: str) -> None:
    """Raises BadInput if a part of a prompt would be too long once it is filled in."""
    if characters > MAX_CHARACTERS:
        raise BadInput(
            f"Filled in, the {what} has {characters:,} characters; the limit is {MAX_CHARACTERS:,}.",
            "Use a shorter one, or name fields less often.",
        )
