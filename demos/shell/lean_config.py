"""Leaves out of a page what only the server reads of its configuration.

Gradio writes each component's description for the API into every page, up to four times; the browser never
reads it there (it asks for `gradio_api_info`). Home's page has the components of all endpoints: a third of it
is that.
"""

from __future__ import annotations

import json
import re
from typing import Any

CONFIG = re.compile(rb"(<script>window\.gradio_config = )(\{.*?\})(;</script>)", re.DOTALL)
FOR_SERVERS = frozenset({"api_info", "api_info_as_input", "api_info_as_output", "example_inputs"})
FOR_SERVERS_IN_PROPS = frozenset({"_api_info"})


def lean(page: bytes) -> bytes:
    """An HTML page of Gradio's with a shorter configuration; any other page as it is."""
    return CONFIG.sub(lambda found: found[1] + _lean(found[2]) + found[3], page, count=1)


def _lean(config: bytes) -> bytes:
    whole: dict[str, Any] = json.loads(config)
    for component in whole.get("components", ()):
        for unread in FOR_SERVERS & component.keys():
            del component[unread]
        for unread in FOR_SERVERS_IN_PROPS & component.get("props", {}).keys():
            del component["props"][unread]
    text = json.dumps(whole, separators=(",", ":"))
    # As Gradio's template does: nothing in a script may end it.
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()
