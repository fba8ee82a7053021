"""Whoever takes a question back has it stopped, as if they had left.

Gradio cancels the task that answers it. One that is cancelled before its first step never gives back its
place in the page's queue, so that a patient stranger could fill all of them.
"""

from __future__ import annotations

import asyncio

from fastapi.routing import APIRoute
from gradio.data_classes import CancelBody
from gradio.route_utils import API_PREFIX
from gradio.routes import App
from gradio.server_messages import ProcessCompletedMessage


def cancel_by_stopping(page: App) -> None:
    """Has a page's application answer Gradio's `/cancel` so."""

    async def cancel(body: CancelBody) -> dict[str, bool]:
        """Stops a question of an open page, and tells its client that it ended without an answer; leaves
        alone what the page does not wait for."""
        queue = page.get_blocks()._queue
        if body.event_id in queue.pending_event_ids_session.get(body.session_hash, ()):
            messages = queue.pending_messages_per_session.get(body.session_hash, asyncio.Queue())
            messages.put_nowait(ProcessCompletedMessage(output={}, success=True, event_id=body.event_id))
            await queue.clean_events(event_id=body.event_id)
        return {"success": True}

    page.router.routes.insert(0, APIRoute(f"{API_PREFIX}/cancel", cancel, methods=["POST"]))
