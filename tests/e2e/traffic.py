# SPDX-License-Identifier: Apache-2.0
"""Datagrams without a pause, while something happens to the node."""
import contextlib
import threading

from process import wait_until
from sip_client import Ue

_PACE = 0.002  # seconds: the socket's buffer holds what comes while the daemon has no processor


class Traffic:
    """One datagram again and again, from a UE that does nothing else meanwhile."""

    def __init__(self, sender: Ue, datagram: bytes):
        self.sent = 0
        self._sender = sender
        self._datagram = datagram
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._ended.wait(_PACE):
            self._sender.say(self._datagram)
            self.sent += 1

    def flows(self, datagrams: int = 20) -> None:
        """Until so many more have been sent."""
        goal = self.sent + datagrams
        wait_until(lambda: self.sent >= goal or not self._thread.is_alive(), "traffic flows")
        if self.sent < goal:
            raise AssertionError("the sender of the traffic has failed")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


@contextlib.contextmanager
def under_traffic(*flows: Traffic):
    """Each flow before what is done inside and after it, and all through it."""
    try:
        for flow in flows:
            flow.start()
        for flow in flows:
            flow.flows()
        yield
        for flow in flows:
            flow.flows()
    finally:
        for flow in flows:
            flow.stop()
