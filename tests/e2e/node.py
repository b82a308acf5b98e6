# SPDX-License-Identifier: Apache-2.0
"""One sipward node of a lab: its configuration, its two processes, and what they tell."""
import contextlib
import copy
import ipaddress
import json
import pathlib
import shutil
import signal
import sys

from digest import Account
from netns import Namespace, run
from process import Process, ReadyListener, wait_until

USER = "sipward"
_LAST_SEEN = slice(24, 28)  # last_seen_s in struct sipward_binding, bpf/abi.h


def to_toml(config: dict) -> str:
    """Sections of strings, numbers, truth values and lists. JSON writes those as TOML does."""
    lines = []
    for section, values in config.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def merged(config: dict, changes: dict[str, object]) -> dict:
    """`{"gate.mode": "monitor"}` sets a key, `{"scscf": None}` removes a section."""
    config = copy.deepcopy(config)
    for path, value in changes.items():
        section, _, key = path.partition(".")
        if not key:
            config.pop(section)
        else:
            config.setdefault(section, {})[key] = value
    return config


class Node:
    """Not started yet: `start` attaches the gate, if there is one, and runs the daemon."""

    def __init__(self, namespace: Namespace, home: pathlib.Path, build: pathlib.Path,
                 config: dict):
        self.namespace = namespace
        self.home = home
        self.build = build
        self.config = config
        self.daemon: Process | None = None
        self.gate: Process | None = None
        self._make_home()

    def _make_home(self) -> None:
        for folder in ("run", "state"):
            path = self.home / folder
            path.mkdir(parents=True)
            shutil.chown(path, USER, USER)
        self.config_file.write_text(to_toml(self.config), encoding="ascii")

    @property
    def config_file(self) -> pathlib.Path:
        return self.home / "sipward.toml"

    @property
    def pins(self) -> pathlib.Path:
        return pathlib.Path(self.config["gate"]["pin_path"])

    @property
    def has_gate(self) -> bool:
        return "gate" in self.config

    def reconfigure(self, changes: dict[str, object]) -> None:
        self.config = merged(self.config, changes)
        self.config_file.write_text(to_toml(self.config), encoding="ascii")

    def program(self, name: str, *arguments: str) -> list[str]:
        return self.namespace.command(str(self.build / name), "--config", str(self.config_file),
                                      *arguments)

    # ---- the processes ----

    def run_gate(self, *arguments: str) -> str:
        return run(*self.program("sipward-gate", *arguments))

    def start(self) -> None:
        if self.has_gate:
            self.run_gate("attach")
        self.start_daemon()

    def start_daemon(self) -> None:
        self.daemon = self._start("sipwardd", self.program("sipwardd"))

    def start_gate_service(self) -> None:
        self.gate = self._start("sipward-gate", self.program("sipward-gate", "run"))

    def _start(self, name: str, command: list[str]) -> Process:
        listener = ReadyListener(self.home / "run" / f"{name}.notify")
        try:
            process = Process(name, command, self.home / f"{name}.log", listener.environment())
            try:
                listener.wait(process)
            except BaseException:
                process.kill()
                raise
            return process
        finally:
            listener.close()

    @contextlib.contextmanager
    def stopped(self):
        """The daemon does nothing meanwhile; the kernel goes on."""
        stat = pathlib.Path(f"/proc/{self.daemon.pid}/stat")
        self.daemon.signal(signal.SIGSTOP)
        try:
            wait_until(lambda: stat.read_text().rpartition(") ")[2].startswith("T"), "SIGSTOP")
            yield
        finally:
            self.daemon.signal(signal.SIGCONT)

    def stop(self) -> None:
        for process in (self.daemon, self.gate):
            if process:
                process.stop()

    def detach(self) -> None:
        if self.has_gate and self.pins.exists():
            self.run_gate("detach")

    # ---- provisioning and looking inside ----

    def provision(self, account: Account, *options: str) -> str:
        identities = [word for impu in (account.impu, *account.others) for word in ("--impu", impu)]
        return run(*self.program("sipwardctl", "subscriber", "add", account.impi, *identities,
                                 "--password-stdin", *options), text=account.password + "\n")

    def ctl(self, *arguments: str) -> str:
        return run(*self.program("sipwardctl", *arguments))

    def ctl_json(self, *arguments: str):
        return json.loads(self.ctl(*arguments, "--json"))

    def bindings(self) -> dict[str, dict]:
        """The IP address check table of the daemon, by key."""
        return {row["key"]: row for row in self.ctl_json("bindings")}

    def kernel_bindings(self) -> dict[str, dict]:
        return {row["key"]: row for row in self.ctl_json("bindings", "--from-kernel")}

    def events(self, name: str) -> int:
        return self.ctl_json("counters")["events"][name]

    def event_list(self, *options: str) -> list[dict]:
        """What `sipwardctl events` shows: one line of JSON for each."""
        return [json.loads(line) for line in self.ctl("events", "--json", *options).splitlines()]

    def gate_events(self, reason: str, source: str) -> list[dict]:
        """What the gate told of a source, given as address and port."""
        return [event for event in self.event_list("--gate")
                if (event["reason"], event["source"]) == (reason, source)]

    def last_event(self, name: str) -> dict:
        found = [event for event in self.event_list("--daemon") if event["event"] == name]
        if not found:
            raise AssertionError(f"no event {name}")
        return max(found, key=lambda event: event["sequence"])

    def received(self) -> int:
        """Datagrams that the daemon has read from its sockets."""
        return sum(one["received"] for one in self.ctl_json("counters")["sockets"])

    def dump(self, name: str) -> list[dict]:
        """A pinned map as bpftool prints it: fields by name, as the BTF in the map has them."""
        text = run("bpftool", "map", "dump", "pinned", str(self.pins / name))
        return json.loads(text)

    def silence(self, address: str, seconds: int) -> None:
        """Makes the kernel's row of an IPv4 address as old as if nothing had come for so long."""
        path = str(self.pins / "bindings4")
        packed = list(ipaddress.IPv4Address(address).packed)
        elements = json.loads(run("bpftool", "-j", "map", "dump", "pinned", path))
        element = next(one for one in elements if one["formatted"]["key"]["addr"] == packed)
        key, value = (bytes(int(octet, 16) for octet in element[part]) for part in ("key", "value"))
        seen = int.from_bytes(value[_LAST_SEEN], sys.byteorder) - seconds
        value = (value[:_LAST_SEEN.start] + seen.to_bytes(4, sys.byteorder)
                 + value[_LAST_SEEN.stop:])
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *key.hex(" ").split(),
            "value", "hex", *value.hex(" ").split())

    def verdicts(self) -> dict[str, int]:
        """Packets of each reason, all interfaces and processors together."""
        sums: dict[str, int] = {}
        for slot in self.dump("counters"):
            for processor in slot["values"]:
                for reason, count in processor["value"].items():
                    sums[reason] = sums.get(reason, 0) + count["packets"]
        return sums

    def wait_for_verdict(self, reason: str, packets: int) -> None:
        wait_until(lambda: self.verdicts()[reason] >= packets, f"verdict {reason} {packets} times")

    def wait_for_event(self, name: str, count: int) -> None:
        wait_until(lambda: self.events(name) >= count, f"event {name} {count} times")

    def logs(self) -> str:
        return "\n".join(f"---- {log.name}\n{log.read_text(errors='replace')}"
                         for log in sorted(self.home.glob("*.log")))
