"""Start the gallery: python app.py [--host H] [--port N] [--models auto|bundled|hub]."""

from __future__ import annotations

import argparse
import os
import socket
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

DEFAULT_PORT = 7860


def arguments() -> argparse.Namespace:
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
    return parser.parse_args()


def port_is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def main() -> None:
    options = arguments()
    if not port_is_free(options.host, options.port):
        sys.exit(
            f"Port {options.port} on {options.host} is taken. "
            f"Stop what runs there, or choose another port: python app.py --port {options.port + 1}"
        )
    os.environ["STAGE_MODELS"] = options.models

    import gradio as gr

    from demos.gallery import build, launch_options
    from demos.models.cache import shared_cache
    from demos.runner import Runner

    gallery = build(Runner(shared_cache(), say=gr.Info))
    gallery.queue(default_concurrency_limit=4, max_size=64)
    gallery.launch(server_name=options.host, server_port=options.port, **launch_options())


if __name__ == "__main__":
    main()
