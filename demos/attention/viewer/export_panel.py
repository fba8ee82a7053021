"""The part of the viewer's page that writes files: HTML that opens from disk, numbers as NPZ or JSON."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demos.attention.viewer.compute import AttentionInputs
from demos.attention.viewer.export_contents import Place
from demos.attention.viewer.html_export import ExportInputs, numbers_json, numbers_npz
from demos.contract import Endpoint, Run, parse
from demos.errors import BadInput

if TYPE_CHECKING:
    from demos.ui.freshness import Answer

STANDS = "(...values) => [...values.slice(0, -1), StageAttention.place()]"


def build(
    run: Run, numbers: Endpoint, arrays: Endpoint, export: Endpoint, fields: list[str], shown: Answer
) -> None:
    """Lays out the export options for the answer `shown`; `fields` are the names of the viewer's inputs."""
    import gradio as gr

    from demos.ui import freshness
    from demos.ui.controls import control

    with gr.Accordion("Take it away", open=False):
        gr.Markdown(
            "The HTML file opens from disk, with no network, where you stand now. Its weights are in 8 bits "
            "(off by at most 1/510); NPZ and JSON hold floats. PNG and SVG of the picture on screen: see its "
            "own buttons."
        )
        with gr.Row():
            layers = control(
                gr.Textbox,
                ExportInputs,
                "layers",
                value=None,
                placeholder="All, or for example 0, 3-5",
                scale=2,
            )
            details = control(gr.Checkbox, ExportInputs, "details", scale=1)
            kind = gr.Radio(["HTML", "NPZ", "JSON"], value="HTML", label="Format", scale=1)
        make = gr.Button("Make the file")
        stands = gr.Textbox(visible=False)
        made = freshness.Answer([layers, details, kind, shown.made_for], "Make the file")
        file = gr.File(label="File", interactive=False, visible=False)

    def write(
        layers: str, details: bool, kind: str, _: str, values: tuple[Any, ...] | None, place: str
    ) -> Any:
        if values is None:
            raise BadInput("There is no picture yet.", "Press “Show attention” first.")
        values, chosen = values[: len(fields)], parse_layers(layers)
        # Inside Gradio's own cache: it goes with the page (demos/shell/uploads.py).
        folder = Path(file.GRADIO_CACHE) / secrets.token_hex(16)
        folder.mkdir(parents=True)
        path = folder / f"attention.{kind.lower()}"
        if kind == "HTML":
            there = _place(place)
            inputs = selection(ExportInputs, fields, values, layers=chosen, details=details, place=there)
            path.write_text(run(export, inputs).html, encoding="utf-8")
        else:
            inputs = selection(AttentionInputs, fields, values, layers=chosen)
            if kind == "JSON":
                path.write_text(numbers_json(run(numbers, inputs), inputs), encoding="utf-8")
            else:
                path.write_bytes(numbers_npz(run(arrays, inputs), inputs))
        return gr.File(str(path), visible=True)

    made.on([make.click], write, [file], extra=[shown.values, stands], js=STANDS)


def _place(text: str) -> Place | None:
    """Where the page's script says that the visitor stands, None if nowhere."""
    try:
        return parse(Place, json.loads(text)) if text else None
    except ValueError as error:
        raise BadInput("Where you stand in the picture cannot be read.", "Load the page again.") from error


def parse_layers(text: str) -> tuple[int, ...]:
    """Parses layers written as "0, 3-5"; empty or "all" means all, as an empty tuple."""
    if text.strip().lower() in ("", "all"):
        return ()
    layers: dict[int, None] = {}
    for part in text.split(","):
        read = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", part, re.ASCII)
        if not read or len(text) > 200:
            raise BadInput("The layers could not be read.", "Write them like this: 0, 3-5.")
        first, last = int(read[1]), int(read[2] or read[1])
        layers |= dict.fromkeys(range(first, last + 1))
    return tuple(layers)


def selection(inputs_type: type, fields: Iterable[str], values: Sequence[Any], **more: Any) -> Any:
    """Builds `inputs_type` from the values of the page's fields."""
    return inputs_type(**dict(zip(fields, (value or "" for value in values), strict=True)), **more)
