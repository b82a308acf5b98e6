# SPDX-License-Identifier: Apache-2.0
"""baresip as a UE: a real client, with its own parser, transactions and Digest."""
import json
import pathlib
import socket
import time

from digest import Account
from netns import Namespace
from process import PATIENCE, Process, wait_until

_CONTROL = ("127.0.0.1", 4444)  # of its own namespace
_MODULES = "/usr/lib/baresip/modules"


def _config(address: str, port: int) -> str:
    # No audio device: what comes in goes out again.
    modules = "".join(f"module {name}.so\n" for name in ("g711", "aubridge", "uuid"))
    applications = "".join(f"module_app {name}.so\n" for name in ("contact", "menu", "ctrl_tcp"))
    return (f"sip_listen {address}:{port}\n"
            f"module_path {_MODULES}\n{modules}module_tmp account.so\n{applications}"
            "audio_source aubridge,loop\naudio_player aubridge,loop\naudio_alert aubridge,ring\n"
            f"ctrl_tcp_listen {_CONTROL[0]}:{_CONTROL[1]}\n")


def _account(account: Account, proxy: str, options: str) -> str:
    user = account.impu.removeprefix("sip:")
    return (f'<sip:{user};transport=udp>;auth_user={account.impi};auth_pass={account.password};'
            f'outbound="sip:{proxy};transport=udp";regint=600;answermode=auto{options}')


class Control:
    """ctrl_tcp: JSON in netstrings; answers and events come mixed."""

    def __init__(self, namespace: Namespace):
        with namespace.entered():
            self._socket = socket.create_connection(_CONTROL, timeout=PATIENCE)
        self._buffer = b""
        self.events: list[dict] = []

    def close(self) -> None:
        self._socket.close()

    def _read(self, deadline: float) -> dict:
        while True:
            length, colon, rest = self._buffer.partition(b":")
            if colon and len(rest) > int(length):
                self._buffer = rest[int(length) + 1:]
                return json.loads(rest[:int(length)])
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            data = self._socket.recv(65_536)
            if not data:
                raise AssertionError("baresip closed its control connection")
            self._buffer += data

    def command(self, name: str, parameters: str = "") -> None:
        text = json.dumps({"command": name, "params": parameters, "token": name})
        self._socket.sendall(f"{len(text)}:{text},".encode())
        deadline = time.monotonic() + PATIENCE
        while True:
            said = self._read(deadline)
            if said.get("response"):
                if not said.get("ok"):
                    raise AssertionError(f"baresip: {name} {parameters}: {said.get('data')}")
                return
            self.events.append(said)

    def wait(self, kind: str) -> dict:
        """The next event of this type, also one that has come already."""
        deadline = time.monotonic() + PATIENCE
        seen = 0
        while True:
            for event in self.events[seen:]:
                if event.get("type") == kind:
                    self.events.remove(event)
                    return event
            seen = len(self.events)
            try:
                self.events.append(self._read(deadline))
            except TimeoutError:
                kinds = [event.get("type") for event in self.events]
                raise AssertionError(f"baresip: no event {kind}; it told {kinds}") from None


class Baresip:
    """One account at one address. `lab` runs the process."""

    def __init__(self, lab, account: Account, address: str, proxy: str, options: str = "",
                 friend: str = ""):
        self.namespace = lab.host(address)
        home = pathlib.Path(lab.workdir, f"baresip-{account.impi.split('@')[0]}")
        home.mkdir()
        (home / "config").write_text(_config(address, 5060), encoding="ascii")
        (home / "accounts").write_text("# given by `uanew`\n", encoding="ascii")
        (home / "contacts").write_text(f'"Friend" <{friend}>\n' if friend else "",
                                       encoding="ascii")
        self.process: Process = lab.process(
            f"baresip-{account.impi}",
            self.namespace.command("baresip", "-4" if "." in address else "-6", "-s", "-f",
                                   str(home)))
        self.process.wait_for("baresip is ready")
        self.control = self._connect()
        self.control.command("uanew", _account(account, proxy, options))

    def _connect(self) -> Control:
        found: list[Control] = []

        def try_it() -> bool:
            try:
                found.append(Control(self.namespace))
            except ConnectionRefusedError:
                return not self.process.running
            return True
        wait_until(try_it, "baresip opens its control port")
        if not found:
            raise AssertionError(f"baresip ended:\n{self.process.said()}")
        return found[0]

    def wait_registered(self) -> dict:
        return self.control.wait("REGISTER_OK")

    def send_message(self, text: str) -> None:
        """To the friend: baresip sends messages to the current contact."""
        self.control.command("message", text)

    def dial(self, target: str) -> None:
        self.control.command("dial", target)

    def hang_up(self) -> None:
        self.control.command("hangup")

    def stop(self) -> None:
        """It de-registers before it ends."""
        self.control.command("quit")
        self.process.wait()
        self.control.close()
