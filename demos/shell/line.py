"""The place in line on the page: Gradio's own display is told of those who wait for a turn in the runner.

Gradio knows who waits in its queue, and shows the place and an estimate there. What it has handed to the
runner it takes for begun, although it may wait for others' turns.
"""

from __future__ import annotations

from typing import Any

from gradio.context import LocalContext
from gradio.server_messages import EstimationMessage, ProcessStartsMessage


def tell_place(ahead: int, waiting: int, seconds: float) -> None:
    """Tells the page that this thread answers how many are ahead of it, of whom one computes, how many wait,
    and in about how many seconds its answer is there. With none ahead, it computes."""
    blocks, event_id = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    if blocks is None or event_id is None:
        return  # a rehearsal, or a client without the queue
    queue: Any = blocks._queue
    if event := queue.event_ids_to_events.get(event_id):
        told: Any = (
            EstimationMessage(rank=ahead - 1, queue_size=waiting, rank_eta=seconds)
            if ahead
            else ProcessStartsMessage(eta=seconds)
        )
        queue.send_message(event, told)
