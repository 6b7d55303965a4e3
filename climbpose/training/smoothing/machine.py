"""What a smoother is trained with: a device, and one process or several that share each batch.

Several processes of this machine are begun here; over machines, torchrun begins them.
"""

import atexit
import logging
import os
import queue
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

from climbpose.errors import ClimbposeError, UsageError
from climbpose.training.smoothing.config import PRECISIONS, SmootherConfig
from climbpose.training.smoothing.progress import Progress, Reporter
from climbpose.training.smoothing.session import Session, Trained
from climbpose.training.smoothing.task import Task
from climbpose.training.stopping import StopRequest

if TYPE_CHECKING:
    from lightning_fabric import Fabric

DEVICES = ("auto", "cpu", "cuda")

_MAX_PROCESSES = 256
_POLL_S = 0.1


def _hush() -> None:
    """Keeps others from telling of our processes."""
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    logging.getLogger("torch.multiprocessing.spawn").setLevel(logging.ERROR)


# Another process tells of itself before it comes to our work, but after it has read this file.
_hush()


@dataclass(frozen=True)
class Machine:
    """What a run is made with, which does not change what comes out but for roundings.

    Attributes:
        device: ``cpu``, ``cuda`` or ``auto``.
        processes: That share each batch; on CUDA, each with a device of its own.
        say: Takes one line of news.
        show: Is told how far the run is.
    """

    device: str = "auto"
    processes: int = 1
    say: Callable[[str], None] = print
    show: Callable[[Progress], None] = lambda progress: None

    @property
    def is_external(self) -> bool:
        """Whether torchrun has begun this process and others."""
        return torch.distributed.is_available() and torch.distributed.is_torchelastic_launched()

    @property
    def is_first(self) -> bool:
        """Whether this process is the one of all that writes and tells."""
        return not self.is_external or int(os.environ["RANK"]) == 0

    def accelerator(self) -> str:
        """``cpu`` or ``cuda``.

        Raises:
            UsageError: There is no such device, or there are not so many.
        """
        if self.device not in DEVICES:
            raise UsageError(
                f"--device {self.device!r} is not known; choose one of: {', '.join(DEVICES)}"
            )
        if not 1 <= self.processes <= _MAX_PROCESSES:
            raise UsageError(f"--processes: expected 1 to {_MAX_PROCESSES}, found {self.processes}")
        if self.is_external and self.processes > 1:
            raise UsageError("torchrun begins the processes; leave out --processes")
        gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if self.device == "cuda" and not gpus:
            raise UsageError("--device cuda: torch finds no GPU here; use --device cpu")
        name = "cuda" if gpus and self.device != "cpu" else "cpu"
        wanted = int(os.environ["LOCAL_WORLD_SIZE"]) if self.is_external else self.processes
        if name == "cuda" and wanted > gpus:
            raise UsageError(
                f"--processes {wanted}: torch finds {gpus} GPU here, and each process needs one; "
                "use fewer, or --device cpu"
            )
        return name

    def check_batch(self, config: SmootherConfig) -> None:
        """Makes sure that processes can share a batch.

        Raises:
            UsageError: Some would have more of it than others.
        """
        wanted = int(os.environ["WORLD_SIZE"]) if self.is_external else self.processes
        if config.batch % wanted:
            raise UsageError(
                f"--batch: expected a multiple of the {wanted} processes, found {config.batch}"
            )

    def fabric(self, precision: str) -> "Fabric":
        """The processes, none of which is begun yet.

        Raises:
            UsageError: See `accelerator`.
        """
        accelerator = self.accelerator()
        from lightning_fabric import Fabric

        _hush()
        devices, nodes, strategy = self.processes, 1, "ddp_spawn"
        if self.is_external:
            devices = int(os.environ["LOCAL_WORLD_SIZE"])
            nodes, strategy = int(os.environ["WORLD_SIZE"]) // devices, "ddp"
        return Fabric(
            accelerator=accelerator,
            devices=devices,
            num_nodes=nodes,
            strategy=strategy if devices * nodes > 1 else "auto",
            precision=PRECISIONS[precision],  # type: ignore[arg-type]
        )

    def work(self, fabric: "Fabric", task: Task) -> Trained:
        """Trains with all processes, to the end or until it is asked to stop.

        Raises:
            StopRequest.Stopped: It was asked to stop; what is done is kept.
            ClimbposeError: What is written cannot be, or a process was killed.
        """
        with StopRequest() as stop:
            if fabric.world_size == 1 or self.is_external:
                trained = Session(fabric, task, _Here(self, stop)).train()
            else:
                trained = self._begin_processes(fabric, task, stop)
        if trained.number:
            # A signal of another process stops this one too, which had none.
            stop.number = stop.number or trained.number
            stop.obey(trained.reason)
        return trained

    def _begin_processes(self, fabric: "Fabric", task: Task, stop: StopRequest) -> Trained:
        context = torch.multiprocessing.get_context("spawn")
        news, asked = context.Queue(), context.Value("i", 0, lock=False)
        failure: Exception | None = None
        with _relayed(self, news, asked, stop) as came:
            try:
                # Fabric itself passes on neither frozen arguments nor frozen results.
                fabric.launch(partial(_work, task=task, news=news, asked=asked))
            except (ProcessExitedException, ProcessRaisedException) as error:
                failure = error
        if came.failures:
            raise came.failures[0]
        if isinstance(failure, ProcessExitedException) and not came.trained:
            raise ClimbposeError(
                "a process of the training was ended by the system, perhaps for want of memory; go "
                "on with --resume and fewer --processes"
            ) from failure
        if isinstance(failure, ProcessRaisedException):
            raise failure
        # What ends a process after that harms nothing.
        return came.trained[0]


class _Here:
    """News of this process."""

    def __init__(self, machine: Machine, stop: StopRequest) -> None:
        self._machine, self._stop = machine, stop
        self.say, self.show = machine.say, machine.show

    def asked(self) -> int:
        """The signal that asks to stop, 0 where none does."""
        return self._stop.number


class _There:
    """News of another process, for the one that began it."""

    def __init__(self, news: Any, asked: Any) -> None:
        self._news, self._asked = news, asked

    def say(self, line: str) -> None:
        """One line of news."""
        self._news.put(line)

    def show(self, progress: Progress) -> None:
        """How far the run is."""
        self._news.put(progress)

    def asked(self) -> int:
        """The signal that asks to stop, 0 where none does."""
        return int(self._asked.value)


def _work(fabric: "Fabric", task: Task, news: Any, asked: Any) -> None:
    """The work of one of several processes."""
    # The first process tells when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reporter: Reporter = _There(news, asked)
    try:
        trained = Session(fabric, task, reporter).train()
        if fabric.is_global_zero:
            news.put(trained)
    except ClimbposeError as error:
        news.put(error)
        raise
    finally:
        news.close()
        news.join_thread()
    _leave_at_once()


def _leave_at_once() -> None:
    """Ends this process, when its time comes, without taking apart what it has loaded.

    A thread of torch's process group that still runs then aborts the process, and with it the
    others, though the work is done.
    """
    atexit.register(os._exit, 0)


@dataclass
class _Came:
    """What came from the processes."""

    failures: list[ClimbposeError] = field(default_factory=list)
    trained: list[Trained] = field(default_factory=list)


@contextmanager
def _relayed(machine: Machine, news: Any, asked: Any, stop: StopRequest) -> Generator[_Came]:
    """Passes news on, and the wish to stop; gives what else came."""
    came = _Came()
    is_over = threading.Event()

    def relay() -> None:
        while True:
            asked.value = stop.number
            try:
                item = news.get(timeout=_POLL_S)
            except queue.Empty:
                if is_over.is_set():
                    return
                continue
            if isinstance(item, ClimbposeError):
                came.failures.append(item)
            elif isinstance(item, Trained):
                came.trained.append(item)
            elif isinstance(item, Progress):
                machine.show(item)
            else:
                machine.say(item)

    thread = threading.Thread(target=relay, daemon=True)
    thread.start()
    try:
        yield came
    finally:
        is_over.set()
        thread.join()
        news.close()
