# SPDX-License-Identifier: Apache-2.0
"""Network namespaces: made, entered and removed with iproute2 and setns(2)."""
import contextlib
import ctypes
import os
import pathlib
import subprocess

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_HOME = "/proc/self/ns/net"


def run(*command: str, text: str | None = None) -> str:
    """The command's standard output; an error that quotes what it said when it fails."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: "
                           f"{(done.stderr or done.stdout).strip()}")
    return done.stdout


def _setns(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One network namespace of a lab. Sockets that are made inside stay inside."""

    def __init__(self, name: str):
        self.name = name
        run("ip", "netns", "add", name)
        self.ip("link", "set", "lo", "up")
        # A host without routers and autoconfiguration: the lab says who has which address.
        for knob in ("accept_ra=0", "autoconf=0"):
            for scope in ("all", "default"):
                self.sysctl(f"net/ipv6/conf/{scope}/{knob}")

    @property
    def path(self) -> str:
        return f"/run/netns/{self.name}"

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False)

    def ip(self, *arguments: str) -> str:
        return run("ip", "-n", self.name, *arguments)

    def command(self, *command: str) -> list[str]:
        """The command line that runs it here. `ip netns exec` remounts /sys: bpffs would be gone."""
        return ["nsenter", f"--net={self.path}", "--", *command]

    def run(self, *command: str, text: str | None = None) -> str:
        return run(*self.command(*command), text=text)

    def sysctl(self, setting: str) -> None:
        path, value = setting.split("=")
        with self.entered():
            pathlib.Path("/proc/sys", path).write_text(value, encoding="ascii")

    @contextlib.contextmanager
    def entered(self):
        """This thread inside the namespace: for making sockets."""
        home = os.open(_HOME, os.O_RDONLY)
        inside = os.open(self.path, os.O_RDONLY)
        try:
            _setns(inside)
            yield
        finally:
            _setns(home)
            os.close(inside)
            os.close(home)


def connect(one: Namespace, one_end: str, other: Namespace, other_end: str) -> None:
    """A cable: a veth pair, both ends up."""
    run("ip", "link", "add", one_end, "netns", one.name, "type", "veth",
        "peer", "name", other_end, "netns", other.name)
    one.ip("link", "set", one_end, "up")
    other.ip("link", "set", other_end, "up")
