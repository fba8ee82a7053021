"""Leaves out of a page what its browser does not read.

Gradio writes each component's description for the API into every page, up to four times; the browser never
reads it there (it reads `gradio_api_info`). Home's page has the components of all endpoints: a third of it
is that. Another quarter are pieces of code in four languages, which only the page of the API shows.
"""

from __future__ import annotations

import json
import re
from typing import Any

CONFIG = re.compile(rb"(<script>window\.gradio_config = )(\{.*?\})(;</script>)", re.DOTALL)
API_INFO = re.compile(rb"(<script>window\.gradio_api_info = )(\{.*?\})(;?</script>)", re.DOTALL)
FOR_SERVERS = frozenset({"api_info", "api_info_as_input", "api_info_as_output", "example_inputs"})
FOR_SERVERS_IN_PROPS = frozenset({"_api_info"})


def lean(page: bytes, shows_api: bool = False) -> bytes:
    """An HTML page of Gradio's with a shorter configuration; any other page as it is. Code to copy stays if
    the page `shows_api`."""
    page = CONFIG.sub(lambda found: found[1] + _configuration(found[2]) + found[3], page, count=1)
    if shows_api:
        return page
    return API_INFO.sub(lambda found: found[1] + _without_code(found[2]) + found[3], page, count=1)


def _without_code(info: bytes) -> bytes:
    whole: dict[str, Any] = json.loads(info)
    for endpoints in whole.values():
        for endpoint in endpoints.values():
            endpoint.pop("code_snippets", None)
    return _in_script(whole)


def _configuration(config: bytes) -> bytes:
    whole: dict[str, Any] = json.loads(config)
    for component in whole.get("components", ()):
        for unread in FOR_SERVERS & component.keys():
            del component[unread]
        for unread in FOR_SERVERS_IN_PROPS & component.get("props", {}).keys():
            del component["props"][unread]
    return _in_script(whole)


def _in_script(whole: object) -> bytes:
    text = json.dumps(whole, separators=(",", ":"))
    # As Gradio's template does: nothing in a script may end it.
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()
