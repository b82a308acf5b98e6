# SPDX-License-Identifier: Apache-2.0
"""Processes of a lab, ended by id, with what they said in a file."""
import os
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable

PATIENCE = 20.0  # seconds that something which must happen may take
_POLL = 0.02


def wait_until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen in {PATIENCE:.0f} s: {what}")
        time.sleep(_POLL)


class Process:
    """A child that outlives no lab. Its own session: Ctrl-C is for the lab, which then ends it."""

    def __init__(self, name: str, command: list[str], log: pathlib.Path,
                 environment: dict[str, str] | None = None):
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})}, start_new_session=True)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def signal(self, number: int) -> None:
        if self.running:
            self._child.send_signal(number)

    def wait(self) -> int:
        return self._child.wait(PATIENCE)

    def stop(self) -> int:
        """Asks it to end; insists when it does not. The exit status."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        self.signal(signal.SIGKILL)
        return self.wait()

    def wait_for(self, words: str) -> None:
        """Until it has said the words."""
        def said_or_dead() -> bool:
            return words in self.said() or not self.running
        wait_until(said_or_dead, f"{self.name} says {words!r}")
        if words not in self.said():
            raise AssertionError(f"{self.name} ended before it said {words!r}:\n{self.said()}")


class ReadyListener:
    """The service manager's end of sd_notify(3): tells when a daemon is ready."""

    def __init__(self, path: pathlib.Path):
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o777)
        self._socket.settimeout(0.1)

    def environment(self) -> dict[str, str]:
        return {"NOTIFY_SOCKET": str(self._path)}

    def wait(self, process: Process) -> str:
        """The status line that came with READY=1."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                lines = self._socket.recv(4096).decode().splitlines()
            except TimeoutError:
                if process.running:
                    continue
                raise AssertionError(f"{process.name} ended:\n{process.said()}") from None
            if "READY=1" in lines:
                return next((line for line in lines if line.startswith("STATUS=")), "")
        raise AssertionError(f"{process.name} did not become ready:\n{process.said()}")

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)
