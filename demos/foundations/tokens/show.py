"""The same text by several tokenizers, as a table of what it costs and as rows of pieces; all is escaped."""

from __future__ import annotations

from html import escape

from demos.foundations.tokens.headline import ratio
from demos.foundations.tokens.schemas import Line, Piece, Reading, TokenizeResult
from demos.nlp.wording import counted
from demos.ui.guess import Told, ranked, told

COLUMNS = 4
"""Lines that have a column of their own; the tokens of more lines are added up."""
HIDDEN = {"\n": "⏎", "\t": "⇥", " ": "␣"}
ROLES = {
    "unknown": "not in the vocabulary: the model cannot know what stood here",
    "special": "a special token, which was typed",
    "part": "bytes of a character that no piece covers as a whole",
}
WORD = (
    "A word is what stands between white space. In Korean that is an eojeol, a noun with its particles or a "
    "verb with its endings, so tokens per word of two languages count different things; the tokens of two "
    "lines that say the same can be compared."
)


def costs_html(result: TokenizeResult) -> str:
    """A row for each tokenizer: tokens, by line and per word, and what gets lost."""
    lines = result.lines
    apart = len(lines) <= COLUMNS
    names = [f"line {number}" for number in range(1, len(lines) + 1)] if apart else ["all lines"]
    heads = ["tokenizer", *(names if len(lines) > 1 else ["tokens"])]
    heads += ["line 2 : line 1"] if len(lines) == 2 else []
    head = "".join(f'<th scope="col">{name}</th>' for name in (*heads, "unknown", "comes back"))
    rows = "".join(_row(reading, lines if apart else (_together(lines),)) for reading in result.readings)
    measured = "; ".join(
        f"{name}: {_measured(line)}"
        for name, line in zip(names, lines if apart else (_together(lines),), strict=True)
    )
    return (
        f'<div class="stage-scroll"><table class="stage-labels tk-costs"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f'<p class="stage-caption">{escape(measured[:1].upper() + measured[1:])}. '
        f'<span class="stage-not-on-slides">{WORD} “Comes back”: whether decoding the tokens gives the text '
        f"again, with its capitals, accents and spaces.</span></p>{told(to_guess(result))}"
    )


def to_guess(result: TokenizeResult) -> Told:
    """Who needs fewest tokens; where some lack pieces for the text, who can spell all of it."""
    titles = [reading.title for reading in result.readings]
    if any(reading.unknown for reading in result.readings):
        spells = [float(not reading.unknown) for reading in result.readings]
        return ranked(titles, spells, "Which tokenizer can spell all of this text?")
    return ranked(titles, [-reading.tokens for reading in result.readings])


def _row(reading: Reading, lines: tuple[Line, ...]) -> str:
    tokens = reading.lines if len(lines) == len(reading.lines) else (reading.tokens,)
    cells = "".join(
        f"<td><b>{count:,}</b><small>{count / line.words:.1f} per word</small></td>"
        for count, line in zip(tokens, lines, strict=True)
    )
    if len(reading.lines) == 2:
        cells += f"<td>{f'{ratio(reading):.1f}' if reading.lines[0] else '–'}</td>"
    lost = f'<td class="tk-lost">{reading.unknown:,}</td>' if reading.unknown else "<td>0</td>"
    return (
        f'<tr><th scope="row">{escape(reading.title)}<small>{_kind(reading)}</small></th>{cells}{lost}'
        f"<td>{'yes' if reading.returns else 'no'}</td></tr>"
    )


def _kind(reading: Reading) -> str:
    return f"{escape(reading.algorithm)} · {reading.vocabulary:,} pieces"


def _together(lines: tuple[Line, ...]) -> Line:
    return Line(
        sum(line.characters for line in lines),
        sum(line.bytes for line in lines),
        sum(line.words for line in lines),
    )


def _measured(line: Line) -> str:
    each = line.bytes / max(1, line.characters)
    return (
        f"{counted(line.words, 'word')}, {counted(line.characters, 'character')}, "
        f"{counted(line.bytes, 'byte')} ({each:.1f} each)"
    )


def pieces_html(result: TokenizeResult) -> str:
    """Every tokenizer's pieces in a row, each with its id and bytes."""
    return "".join(
        f'<section class="tk-reading"><h4>{escape(reading.title)}<small>{_kind(reading)}</small></h4>'
        f'<p class="tk-pieces" dir="auto">{"".join(map(_piece, reading.pieces))}{_more(reading)}</p>'
        "</section>"
        for reading in result.readings
    )


def _piece(piece: Piece) -> str:
    note = ", ".join(
        filter(None, [f"id {piece.id}", counted(piece.bytes, "byte"), ROLES.get(piece.role, "")])
    )
    hidden = f"<s>{_legible(piece.source)}</s>" if piece.source else ""
    role = f" tk-{piece.role}" if piece.role else ""
    return (
        f'<span class="tk-piece{role}" title="{escape(note, quote=True)}">{_legible(piece.text)}{hidden}'
        f"<small>{piece.id}</small></span>"
    )


def _more(reading: Reading) -> str:
    left = reading.tokens - len(reading.pieces)
    return f'<span class="tk-more">and {left:,} more</span>' if left else ""


def _legible(text: str) -> str:
    """Escaped, and what cannot be seen or would turn the direction by its code point."""
    return "".join(
        HIDDEN.get(one) or (escape(one) if one.isprintable() else f"U+{ord(one):04X}") for one in text
    )
