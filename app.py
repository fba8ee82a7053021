"""Start the gallery: python app.py [--host H] [--port N] [--models auto|bundled|hub]; or run a subcommand."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module

from demos.commands import COMMANDS
from demos.errors import StageError

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

DEFAULT_PORT = 7860


def arguments() -> argparse.Namespace:
    """The options of the gallery, or of a subcommand, whose `run` is then the function to call."""
    parser = argparse.ArgumentParser(
        description="Transformers on Stage: a gallery of live transformer demos."
    )
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("GRADIO_SERVER_PORT", DEFAULT_PORT)))
    parser.add_argument(
        "--models",
        choices=("auto", "bundled", "hub"),
        default=os.environ.get("STAGE_MODELS", "auto"),
        help="where weights come from: the Hub if reachable else bundled (auto), never or only the Hub",
    )
    parser.add_argument(
        "--mcp", action="store_true", help="offer some endpoints as tools to language models, too (needs mcp)"
    )
    commands = parser.add_subparsers(title="instead of serving", metavar="COMMAND")
    for name in COMMANDS:
        import_module(name).add_to(commands)
    return parser.parse_args()


def refuse_taken_port(host: str, port: int) -> None:
    """End with a sentence if the address cannot be listened on."""
    if not 0 < port < 65536:
        sys.exit(f"Port {port} does not exist: choose one from 1 to 65535.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name != "nt":  # on Windows this would let two programs share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sys.exit(
                    f"Port {port} on {host} is taken. "
                    f"Stop what runs there, or choose another port: python app.py --port {port + 1}"
                )
            sys.exit(
                f"Cannot listen on {host}, port {port}: {error.strerror or error}. Choose another --host."
            )


def main() -> int:
    options = arguments()
    os.environ["STAGE_MODELS"] = options.models
    try:
        return options.run(options) if hasattr(options, "run") else serve(options)
    except StageError as error:  # such as a file that cannot be read
        sys.exit(str(error))


def serve(options: argparse.Namespace) -> int:
    """Serves the gallery until it is interrupted."""
    refuse_taken_port(options.host, options.port)

    from demos.arenas import share_memory_among_threads
    from demos.models import zero_gpu
    from demos.shell.own_folder import keep_files_apart

    share_memory_among_threads()
    keep_files_apart()
    zero_gpu.begin()  # before anything imports torch

    import gradio as gr

    from demos.models.cache import shared_cache
    from demos.public import is_loopback

    os.environ.setdefault("STAGE_PUBLIC", "0" if is_loopback(options.host) else "1")

    from demos.budget import bounds
    from demos.outcome import unobserved
    from demos.runner import Runner
    from demos.shell.admission import admission, visitor
    from demos.shell.gallery import build, launch_options
    from demos.shell.line import tell_place
    from demos.shell.mcp_tools import INSTALL, is_installed
    from demos.shell.metrics import Metrics, is_wanted

    if options.mcp and not is_installed():
        sys.exit(f"--mcp needs one package more: {INSTALL}")
    metrics = Metrics() if is_wanted() else None
    kind: Callable[..., Runner] = Runner
    if cluster := os.environ.get("STAGE_CLUSTER"):
        from demos.cluster.ray_serve import connect
        from demos.cluster.runner import ClusterRunner

        kind = partial(ClusterRunner, connect(cluster))
    runner = kind(
        shared_cache(),
        say=partial(gr.Info, duration=4),
        admit=admission(),
        visitor=visitor,
        observe=metrics.observe if metrics else unobserved,
        bounds=bounds(),
        tell=tell_place,
    )
    build(runner, tools=options.mcp).launch(
        server_name=options.host,
        server_port=options.port,
        mcp_server=options.mcp,
        **launch_options(runner, host=options.host, metrics=metrics),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
