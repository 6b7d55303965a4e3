"""An S3 server of its own process, which can be told to break off.

Usage: python -m tests.batch.s3_server FLAG, which prints its port. While the file FLAG exists, the
server cuts each request whose path holds the text in that file, in the middle of what it is sent.
"""

import importlib
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: On this machine.
        flag: The file that makes it break off.
        process: It.
    """

    port: int
    flag: Path
    process: "subprocess.Popen[str]"

    @property
    def settings(self) -> dict[str, Any]:
        """How fsspec reaches it, and gives up soon."""
        return {
            "key": "climber",
            "secret": "chalk/bag",
            "endpoint_url": f"http://127.0.0.1:{self.port}",
            "config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 2},
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same for another process."""
        return {"FSSPEC_S3": json.dumps(self.settings)}


@contextmanager
def serving(folder: Path) -> Generator[Server]:
    """A server for the length of the block."""
    flag = folder / "break_off"
    command = [sys.executable, "-m", "tests.batch.s3_server", str(flag)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield Server(int(process.stdout.readline()), flag, process)
        finally:
            process.kill()


def _breaking_off(application: Callable[..., Iterable[bytes]], flag: Path) -> Any:
    def answer(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        if flag.exists() and flag.read_text() in environment["PATH_INFO"]:
            environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0) // 2)
            environment["werkzeug.socket"].shutdown(2)
            return []
        return application(environment, start)

    return answer


def _serve(flag: Path) -> None:
    moto = importlib.import_module("moto.moto_server.werkzeug_app")
    werkzeug = importlib.import_module("werkzeug.serving")
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    application = moto.DomainDispatcherApplication(moto.create_backend_app)
    server = werkzeug.make_server("127.0.0.1", 0, _breaking_off(application, flag), threaded=True)
    print(server.port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
