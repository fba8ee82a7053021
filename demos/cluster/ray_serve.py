"""Workers in Ray Serve: the only module that needs Ray (requirements-ray.txt).

A replica is a worker. Serve starts and ends replicas between the bounds of `cluster.toml`, prefers one that
had a checkpoint before (its multiplexing), and lets questions wait that no replica takes. What shares a batch
is the replica's own runner's work, which gathers what waits for the same model.
"""

# pyright: reportMissingImports=false
from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token")  # who joins needs the token in ~/.ray, here and elsewhere

import ray
from ray import serve
from ray.exceptions import NodeDiedError, ObjectLostError, RayActorError, WorkerCrashedError
from ray.serve.config import AutoscalingConfig
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError, ReplicaUnavailableError

from demos.cluster.runner import Lost
from demos.cluster.settings import Settings
from demos.cluster.worker import Answer, Question, own_worker
from demos.errors import Busy

NAME = "gallery"
LOSSES = (
    *(RayActorError, WorkerCrashedError, NodeDiedError, ObjectLostError),
    *(ReplicaUnavailableError, DeploymentUnavailableError),
)


def start(settings: Settings, address: str | None = None) -> str:
    """Starts the workers in the Ray at `address`, or in a new one on this machine, which ends with this
    process; returns the address."""
    ray.init(address=address, include_dashboard=False, log_to_driver=False)
    serve.start(proxy_location="Disabled")
    deployed = serve.deployment(
        _replica(settings.checkpoints),
        name="worker",
        max_ongoing_requests=settings.at_once,
        max_queued_requests=settings.waiting,
        ray_actor_options={"num_cpus": settings.cpus},
        autoscaling_config=AutoscalingConfig(
            min_replicas=settings.min_workers,
            max_replicas=settings.max_workers,
            target_ongoing_requests=settings.busy,
            upscale_delay_s=settings.start_after,
            downscale_delay_s=settings.end_after,
        ),
        logging_config={"enable_access_log": False, "log_level": "WARNING"},
    )
    told = {name: value for name, value in os.environ.items() if name.startswith("STAGE_")}
    environment = {**told, "STAGE_MEMORY_BUDGET": settings.memory}
    serve.run(deployed.bind(environment, settings.at_once), name=NAME, route_prefix=None)
    return ray.get_runtime_context().gcs_address


def connect(address: str) -> RayWorkers:
    """The workers that `start` started."""
    ray.init(address=address, log_to_driver=False, ignore_reinit_error=True)
    return RayWorkers(serve.get_app_handle(NAME))


def stop() -> None:
    """Ends the workers, and Ray if it was started here."""
    serve.shutdown()
    ray.shutdown()


class RayWorkers:
    """Workers behind a handle of Serve."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def answer(self, asked: Question, name: str) -> Answer:
        with _losses():
            return self._handle.options(multiplexed_model_id=name).answer.remote(asked).result()

    def stream(self, asked: Question, name: str) -> RayAnswers:
        options = {"multiplexed_model_id": name, "stream": True}
        return RayAnswers(self._handle.options(**options).stream.remote(asked))


class RayAnswers(Iterator[Answer]):
    """The answers of a streaming replica; `close()` cancels the request."""

    def __init__(self, answers: Any) -> None:
        self._answers = answers

    def __next__(self) -> Answer:
        with _losses():
            return next(self._answers)

    def close(self) -> None:
        self._answers.cancel()


@contextmanager
def _losses() -> Iterator[None]:
    """Names failures of Ray in the terms of a runner."""
    try:
        yield
    except LOSSES as error:
        raise Lost(str(error)) from error
    except BackPressureError as error:
        raise Busy("Too many questions are waiting at this moment.", "Try again in a few seconds.") from error


def _replica(checkpoints: int) -> type:
    """The class of replicas, each of which offers itself for the checkpoints that it was last asked for."""

    class Replica:
        """A worker in a process of its own."""

        def __init__(self, environment: dict[str, str], at_once: int) -> None:
            os.environ.update(environment)  # before anything reads it
            self._worker = own_worker()
            self._threads = ThreadPoolExecutor(at_once)

        @serve.multiplexed(max_num_models_per_replica=checkpoints)
        async def _offer(self, name: str) -> str:
            return name  # the runner's cache loads and evicts; Serve only has to know who had what

        async def answer(self, asked: Question) -> Answer:
            await self._note_checkpoint()
            return await self._in_thread(self._worker.answer, asked)

        async def stream(self, asked: Question) -> AsyncIterator[Answer]:
            await self._note_checkpoint()
            answers = self._worker.stream(asked)
            try:
                while (answer := await self._in_thread(next, answers, None)) is not None:
                    yield answer
            finally:  # also when the front cancels
                answers.close()

        async def _note_checkpoint(self) -> None:
            if name := serve.get_multiplexed_model_id():
                await self._offer(name)  # pyright: ignore[reportCallIssue]

        async def _in_thread(self, work: Any, *arguments: Any) -> Any:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    return Replica
