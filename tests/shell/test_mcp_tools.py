"""The tool server: few tools, each with what it does and what it takes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demos.fields import fields_of
from demos.models.cache import shared_cache
from demos.runner import Runner
from demos.shell.api import api_function
from demos.shell.gallery import build, launch_options
from demos.shell.load_demos import load_programme, public_endpoints
from demos.shell.mcp_tools import TOOLS, as_tool, is_installed
from tests.browser.steps import free_port

ROOT = Path(__file__).parents[2]
ENDPOINTS = {endpoint.name: endpoint for endpoint in public_endpoints(load_programme())}


def test_the_tools_are_six_to_eight_endpoints_that_answer_at_once():
    assert 6 <= len(TOOLS) <= 8 and TOOLS.keys() <= ENDPOINTS.keys()
    assert not any(ENDPOINTS[name].streams for name in TOOLS)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_is_marked_as_a_tool_with_its_parameters_or_as_none(runner, name):
    from gradio.utils import get_function_description

    function = as_tool(api_function(ENDPOINTS[name], runner), ENDPOINTS[name])
    assert getattr(function, "_mcp_type", "tool") == ("tool" if name in TOOLS else "none")
    if name in TOOLS:
        said, parameters, _ = get_function_description(function)
        assert said == TOOLS[name]
        assert all(parameters[field] for field in fields_of(ENDPOINTS[name].inputs_type)), parameters


def test_the_readme_names_the_tools():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    told = text.partition("by the Model Context Protocol")[2].partition("The others")[0]
    assert {name for name in ENDPOINTS if f"`{name}`" in told} == set(TOOLS)


@pytest.mark.skipif(is_installed(), reason="the package mcp is installed")
def test_without_its_package_the_option_says_what_to_install():
    done = subprocess.run(
        [sys.executable, "app.py", "--mcp", "--port", str(free_port())],
        cwd=ROOT,
        env=os.environ | {"STAGE_MODELS": "bundled"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1 and "pip install 'gradio[mcp]'" in done.stderr


@pytest.mark.skipif(not is_installed(), reason="the package mcp is not installed")
def test_a_client_lists_the_tools_and_calls_one():
    from mcp import ClientSession
    from mcp.client import streamable_http

    # Renamed in a later version of the package.
    connect = (
        getattr(streamable_http, "streamable_http_client", None) or streamable_http.streamablehttp_client
    )
    runner = Runner(shared_cache())
    _, address, _ = (home := build(runner, tools=True)).launch(
        prevent_thread_lock=True, quiet=True, mcp_server=True, **launch_options(runner)
    )

    async def talk():
        async with connect(f"{address}gradio_api/mcp/") as (read, write, _):
            async with ClientSession(read, write) as session:
                await session.initialize()
                tools = (await session.list_tools()).tools
                name = next(tool.name for tool in tools if tool.name.endswith("similarity"))
                return tools, await session.call_tool(name, {"sentences": ["A cat.", "A kitten."]})

    try:
        tools, answer = asyncio.run(talk())
    finally:
        home.close(verbose=False)
    assert {tool.name for tool in tools} == set(TOOLS)
    for tool in tools:
        assert tool.description.startswith(TOOLS[tool.name])
        assert all(field.get("description") for field in tool.inputSchema["properties"].values())
    assert not answer.isError and "MiniLM" in answer.content[0].text
