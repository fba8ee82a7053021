"""A gallery of stub demos, each a page of 60 components, to measure what the number of demos costs.

python -m benchmarks.stub_gallery --demos 40 --port 7861
"""

from __future__ import annotations

import argparse
import sys
from types import ModuleType

from demos.contract import Info, Run

COMPONENTS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--demos", type=int, default=40)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()

    from demos.models.cache import shared_cache
    from demos.runner import Runner
    from demos.shell.gallery import build, launch_options

    programme = tuple(stub(number) for number in range(options.demos))
    runner = Runner(shared_cache())
    build(runner, programme).launch(
        server_name="127.0.0.1", server_port=options.port, **launch_options(runner, programme)
    )


def stub(number: int) -> str:
    """Makes the module of one stub demo; returns its name."""
    name = f"stub_demo_{number}"
    module = ModuleType(name, "A stub.\n\nIt answers nothing.")
    tab = ("Attention", "Prompting", "Pipelines", "Foundations")[number % 4]
    vars(module).update(
        INFO=Info(slug=f"stub-{number}", title=f"Stub {number}", tab=tab, limits="It shows nothing."),
        EXAMPLES=(),
        ENDPOINTS=(),
        build=build_stub,
    )
    sys.modules[name] = module
    return name


def build_stub(run: Run) -> None:
    """Textboxes in rows, each with a listener."""
    import gradio as gr

    for _ in range(COMPONENTS // 3):
        with gr.Row():
            text, more, answer = (gr.Textbox() for _ in range(3))
            gr.on([text.submit], lambda text, more: text + more, [text, more], answer)


if __name__ == "__main__":
    main()
