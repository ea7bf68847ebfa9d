"""The thread that gives tasks to the workers of a pool, ends and replaces them, and collects the results."""

import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from inkdigits.errors import InkdigitsError, WorkerError
from inkdigits.workers import failures
from inkdigits.workers.limits import Limits
from inkdigits.workers.messages import InvalidMessageError, Kind, decode_error, decode_result, rebuild_error
from inkdigits.workers.pending import PendingTask, TaskQueue, settle
from inkdigits.workers.worker import Worker

_MAX_FAILED_STARTS = 3
"""Number of workers in a row that may fail to start, before the pool is given up."""


class Dispatcher:
    """Runs tasks in worker processes, from a thread of its own.

    Parameters
    ----------
    n_workers
        Number of workers.
    start_worker
        Starts a worker.
    limits
        Limits of each worker.
    """

    def __init__(self, n_workers: int, start_worker: Callable[[], Worker], limits: Limits) -> None:
        # Not a subclass: in Python 3.13, `Thread` got an attribute with the name of a method of this class.
        self._thread = threading.Thread(target=self._run, name="inkdigits workers", daemon=True)
        self._n_workers, self._start_worker, self._limits = n_workers, start_worker, limits
        self._waiting = TaskQueue()
        self._is_closing = False
        self._n_failed_starts = 0
        self._n_started = 0
        self._has_begun = threading.Event()
        self._running: dict[Worker, PendingTask | None] = {}
        self._alarm, self._alarm_end = socket.socketpair()
        for each in (self._alarm, self._alarm_end):
            each.setblocking(False)

    # Called from other threads

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, task: PendingTask, max_waiting: int | None) -> bool:
        """Append a task, and return whether there was room for it.

        Raises
        ------
        InkdigitsError
            If the pool is closed, or its workers could not be started.
        """
        has_room = self._waiting.put(task, max_waiting)
        self._wake()
        return has_room

    def close(self) -> None:
        """Kill the workers and wait for their ends; tasks that are not done fail."""
        self._is_closing = True
        self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def tasks_by_process(self) -> dict[int, str | None]:
        """The process identifier of each worker, and the name of the picture that it reads."""
        running = list(self._running.items())
        return {worker.pid: None if task is None else task.name for worker, task in running}

    @property
    def n_waiting(self) -> int:
        """Number of tasks that wait for a worker."""
        return len(self._waiting)

    @property
    def n_replaced(self) -> int:
        """Number of workers that were started in place of others."""
        return max(0, self._n_started - self._n_workers)

    def wait_until_ready(self) -> None:
        """Wait until a worker has loaded the models.

        Raises
        ------
        InkdigitsError
            If the pool is closed, or its workers could not be started.
        """
        self._has_begun.wait()
        if self._waiting.fault is not None:
            raise self._waiting.fault

    def _wake(self) -> None:
        with suppress(OSError):  # full, so the thread will wake up; or closed, so it has ended
            self._alarm.send(b"\0")

    # The thread

    def _run(self) -> None:
        """Serve the workers until the pool is closed."""
        if hasattr(signal, "pthread_sigmask"):
            # Inherited by the workers: Ctrl-C reaches all processes of a terminal, but only this one ends the others.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        fault: InkdigitsError = WorkerError("the pool of workers is closed; make another one")
        with selectors.DefaultSelector() as self._selector:
            self._selector.register(self._alarm_end, selectors.EVENT_READ)
            try:
                while not self._is_closing:
                    self._fill()
                    self._assign()
                    self._serve(self._wait())
            except InkdigitsError as error:
                fault = error
            finally:
                self._finish(fault)

    def _wait(self) -> list[Worker | None]:
        """Wait for the next event; return the workers whose sockets are ready."""
        deadline = min((worker.deadline for worker in self._running), default=float("inf"))
        timeout = None if deadline == float("inf") else max(0.0, deadline - time.monotonic())
        ready = self._selector.select(timeout)
        return [key.data for key, _ in ready]

    def _serve(self, ready: list[Worker | None]) -> None:
        for worker in ready:
            if worker is None:
                self._alarm_end.recv(4096)
            elif worker in self._running:
                worker.flush()
                self._watch(worker)
                self._receive(worker)
        now = time.monotonic()
        for worker in [worker for worker in self._running if worker.deadline <= now]:
            task = self._remove(worker)[0]
            if task is not None:
                task.future.set_exception(failures.describe_lateness(task.name, self._limits))
            else:
                self._count_failed_start(f"they took more than {self._limits.start_seconds:g} s")

    def _receive(self, worker: Worker) -> None:
        try:
            for kind, content in worker.receive():
                if worker in self._running:  # it is removed if its answer is invalid
                    self._handle(worker, kind, content)
        except EOFError:
            task, status = self._remove(worker)
            # Whoever killed this worker may have killed all of them, which shows only when each is given the task.
            if task is not None and not task.is_started and task.n_repeated < self._n_workers:
                self._repeat(task)
            elif task is not None:
                task.future.set_exception(failures.describe_crash(task.name, status, self._limits))
            elif not worker.is_ready:
                self._count_failed_start(f"they end with {failures.describe_status(status)}")
        except InvalidMessageError:
            self._distrust(worker)

    def _handle(self, worker: Worker, kind: int, content: bytes) -> None:
        """Handle a message of a worker."""
        task = self._running[worker]
        if not worker.is_ready:
            self._greet(worker, kind, content)
        elif task is None:
            raise InvalidMessageError("an answer without a task")
        elif kind == Kind.STARTED:
            task.is_started = True
        elif kind == Kind.OUT_OF_MEMORY:
            self._remove(worker)
            if worker.n_done and not task.n_repeated:  # the earlier tasks may have left too little
                self._repeat(task)
            else:
                task.future.set_exception(failures.describe_lack_of_memory(task.name, self._limits))
        else:
            result = (
                decode_result(content, task.result_type) if kind == Kind.RESULT else decode_error(content)
            )
            worker.n_done += 1
            worker.deadline = float("inf")
            self._running[worker] = None
            self._assign()  # before the callbacks of the future, so that the worker does not wait for them
            task.future.n_bytes = len(content)
            settle(task, kind, result)

    def _greet(self, worker: Worker, kind: int, content: bytes) -> None:
        """Handle the first message of a worker.

        Raises
        ------
        InkdigitsError
            If the worker could not load the models: other workers could not either.
        """
        if kind == Kind.READY:
            worker.is_ready = True
            self._has_begun.set()
            worker.deadline = float("inf")
            self._n_failed_starts = 0
            return
        reported = decode_error(content)
        if kind == Kind.ERROR:
            raise rebuild_error(reported)
        error = WorkerError(
            f"worker processes cannot be started: {reported.name}: {' '.join(reported.message.split())}; check the "
            "installation, or read with one process (--jobs 1)"
        )
        error.add_note(reported.traceback)
        raise error

    def _repeat(self, task: PendingTask) -> None:
        """Run a task again in another worker, before the tasks that wait."""
        task.is_started = False
        task.n_repeated += 1
        self._waiting.put_first(task)

    def _distrust(self, worker: Worker) -> None:
        """End a worker that sent what workers do not send."""
        task = self._remove(worker)[0]
        if task is not None:
            task.future.set_exception(failures.describe_invalid_answer(task.name))
        elif not worker.is_ready:
            self._count_failed_start("they give an invalid answer")

    def _count_failed_start(self, reason: str) -> None:
        self._n_failed_starts += 1
        if self._n_failed_starts >= _MAX_FAILED_STARTS:
            raise WorkerError(
                f"worker processes cannot be started: {reason}; check the memory of the machine, or read with one "
                "process (--jobs 1)"
            )

    def _fill(self) -> None:
        """Start the workers that are missing."""
        while len(self._running) < self._n_workers:
            try:
                worker = self._start_worker()
            except OSError as error:
                self._count_failed_start(error.strerror or str(error))
                continue
            self._n_started += 1
            worker.deadline = time.monotonic() + self._limits.start_seconds
            self._running[worker] = None
            self._selector.register(worker.socket, worker.events, worker)

    def _assign(self) -> None:
        """Give waiting tasks to the workers that have none."""
        for worker, task in self._running.items():
            if task is None and worker.is_ready:
                taken = self._waiting.take()
                if taken is None:
                    return
                self._running[worker] = taken
                worker.deadline = time.monotonic() + self._limits.seconds
                worker.send(taken.content)
                self._watch(worker)

    def _watch(self, worker: Worker) -> None:
        self._selector.modify(worker.socket, worker.events, worker)

    def _remove(self, worker: Worker) -> tuple[PendingTask | None, int]:
        """End a worker; return its task, if it had one, and its exit status."""
        self._selector.unregister(worker.socket)
        return self._running.pop(worker), worker.end()

    def _finish(self, fault: InkdigitsError) -> None:
        """End all workers; the tasks that are not done fail with the same error."""
        self._waiting.close(fault)
        self._has_begun.set()
        for worker in list(self._running):
            task = self._remove(worker)[0]
            if task is not None:
                task.future.set_exception(fault)
        self._alarm.close()
        self._alarm_end.close()
