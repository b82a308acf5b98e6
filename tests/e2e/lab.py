# SPDX-License-Identifier: Apache-2.0
"""A small IMS access network in namespaces: a P-CSCF host, a bridge, and hosts with UEs on it.

    core    198.51.100.10, 2001:db8:5060::10   the node; XDP on its interface `access`
    access  a bridge
    hosts   203.0.113.0/24, 192.0.2.0/24, 2001:db8:1::/64, each its own namespace

Every name carries a tag of this process, so that labs may run side by side. Whatever a lab made it
removes, also after an exception, Ctrl-C or SIGTERM.
"""
import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from digest import Account
from frames import Injector, hardware_address
from netns import Namespace, connect, run
from node import Node, merged
from process import Process
from sip_client import Endpoint, Ue

HOME = "home1.example"
PCSCF4 = "198.51.100.10"
PCSCF6 = "2001:db8:5060::10"
SIP_PORT = 5060
ACCESS_ROUTES = ("203.0.113.0/24", "192.0.2.0/24", "2001:db8:1::/64")

ALICE = Account(f"alice_priv@{HOME}", f"sip:alice@{HOME}", "alice-pw-1")
BOB = Account(f"bob_priv@{HOME}", f"sip:bob@{HOME}", "bob-pw-2")
CAROL = Account(f"carol_priv@{HOME}", f"sip:carol@{HOME}", "carol-pw-3")
DAVE = Account(f"dave_priv@{HOME}", f"sip:dave@{HOME}", "dave-pw-4")

ALICE_HOST = "203.0.113.7"
BOB_HOST = "203.0.113.8"
STRANGER_HOST = "203.0.113.66"
CAROL_HOST = "2001:db8:1::7"

_labs = itertools.count(1)


def embedded_config(home: pathlib.Path, pins: pathlib.Path) -> dict:
    """Both roles in one process, enforcing."""
    return {
        # The lab lives in blocks for documentation.
        "gate": {"interfaces": ["access"], "mode": "enforce", "pin_path": str(pins),
                 "bogons": False},
        "pcscf": {"listen": [f"udp:{PCSCF4}:{SIP_PORT}", f"udp:[{PCSCF6}]:{SIP_PORT}"],
                  "name": f"pcscf.{HOME}", "visited_network": HOME},
        "scscf": {"name": f"scscf.{HOME}", "domains": [HOME], "realm": HOME,
                  "subscribers": str(home / "state" / "subscribers.db")},
        "daemon": {"control": str(home / "run" / "control.sock"), "state": str(home / "state"),
                   "log_level": "debug", "log_rate": 1000},
    }


def _on_sigterm(_number, _frame):
    raise SystemExit(143)


class Lab:
    """Use as a context. `with Lab(build) as lab: node = lab.start_node(); ...`"""

    def __init__(self, build: pathlib.Path):
        self.build = build.resolve()
        self.tag = f"sw-{os.getpid()}-{next(_labs)}"
        self.workdir = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.tag}-"))
        self.kept = False
        self.nodes: list[Node] = []
        self.namespaces: list[Namespace] = []
        self._clients: list[Process] = []
        self.hosts: dict[str, Namespace] = {}
        self._core_hardware: str | None = None
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> "Lab":
        signal.signal(signal.SIGTERM, _on_sigterm)
        try:
            self._build()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, kind, _value, _trace) -> None:
        if not self.kept:
            self.remove()

    def remove(self) -> None:
        """Everything, in the reverse order. A second Ctrl-C does not stop it half-way."""
        before = [signal.signal(number, signal.SIG_IGN)
                  for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            self._cleanup.close()
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])

    # ---- the network ----

    def _build(self) -> None:
        self.workdir.chmod(0o755)
        self._cleanup.callback(shutil.rmtree, self.workdir, ignore_errors=True)
        self._mount_bpffs()
        self.core = self.namespace("core")
        self.access = self.namespace("access")
        self.access.ip("link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
        self.access.ip("link", "set", "bridge", "up")
        self.plug_in_core()

    def plug_in_core(self) -> None:
        """The P-CSCF's interface `access`. Made anew, it has the hardware address that the UEs'
        hosts know."""
        self._plug_in(self.core, "access", "to-core")
        if self._core_hardware:
            self.core.ip("link", "set", "access", "address", self._core_hardware)
        self._core_hardware = hardware_address(self.core, "access")
        self.core.ip("addr", "add", f"{PCSCF4}/32", "dev", "access")
        self.address_core("access")

    def address_core(self, interface: str) -> None:
        """What an interface loses when it goes down: IPv6 addresses and routes."""
        self.core.ip("addr", "replace", f"{PCSCF6}/128", "dev", interface, "nodad")
        for route in ACCESS_ROUTES:
            self.core.ip("route", "replace", route, "dev", interface)

    def unplug_core(self) -> None:
        self.core.ip("link", "delete", "access")

    def _mount_bpffs(self) -> None:
        """A bpffs of our own: on many hosts only root may enter /sys/fs/bpf, and sipwardd is not.
        systemd units reach it by BindPaths."""
        bpffs = self.workdir / "bpf"
        bpffs.mkdir()
        run("mount", "-t", "bpf", "-o", "mode=0755", "bpf", str(bpffs))
        self._cleanup.callback(subprocess.run, ["umount", str(bpffs)], check=False)

    def namespace(self, name: str) -> Namespace:
        namespace = Namespace(f"{self.tag}-{name}")
        self.namespaces.append(namespace)
        self._cleanup.callback(namespace.remove)
        return namespace

    def _plug_in(self, namespace: Namespace, inside: str, port: str) -> None:
        connect(namespace, inside, self.access, port)
        self.access.ip("link", "set", port, "master", "bridge")

    def host(self, *addresses: str) -> Namespace:
        """The host with these addresses; made when it is asked for the first time."""
        name = addresses[0]
        if name in self.hosts:
            return self.hosts[name]
        number = len(self.hosts) + 1
        host = self.hosts[name] = self.namespace(f"ue{number}")
        self._plug_in(host, "eth0", f"to-ue{number}")
        for address in addresses:
            six = ":" in address
            host.ip("addr", "add", address + ("/128" if six else "/32"), "dev", "eth0",
                    *(["nodad"] if six else []))
        for proxy in (PCSCF4, PCSCF6):
            family = "-6" if ":" in proxy else "-4"
            if any((":" in one) == (":" in proxy) for one in addresses):
                host.ip(family, "route", "add", proxy, "dev", "eth0")
        for route in ACCESS_ROUTES:
            if any((":" in one) == (":" in route) for one in addresses):
                host.ip("route", "add", route, "dev", "eth0")
        return host

    def direct_host(self, interface: str, address: str) -> None:
        """The host with this address on a cable of its own, to a further interface of the core."""
        if address not in self.hosts:
            self.hosts[address] = self.namespace(interface)
        host = self.hosts[address]
        connect(self.core, interface, host, "eth0")
        host.ip("addr", "add", f"{address}/32", "dev", "eth0")
        host.ip("route", "add", PCSCF4, "dev", "eth0")
        self.core.ip("route", "add", f"{address}/32", "dev", interface)

    def core_network(self) -> Namespace:
        """A second host, `home`, behind the node: 10.0.0.1 (core) - 10.0.0.2 (home)."""
        home = self.namespace("home")
        connect(self.core, "core0", home, "eth0")
        self.core.ip("addr", "add", "10.0.0.1/24", "dev", "core0")
        home.ip("addr", "add", "10.0.0.2/24", "dev", "eth0")
        return home

    # ---- who lives in it ----

    def ue(self, account: Account, address: str, port: int = SIP_PORT) -> Ue:
        proxy = (PCSCF6 if ":" in address else PCSCF4, SIP_PORT)
        ue = Ue(self.host(address), address, port, proxy, account)
        self._cleanup.callback(ue.close)
        return ue

    def ue_at(self, ue: Ue, host: Namespace) -> Ue:
        """The same device, with the same address, on another host, which has the address now."""
        for other in self.hosts.values():
            if ue.namespace is other:
                other.ip("addr", "del", ue.address, "dev", "eth0")
        host.ip("addr", "add", ue.address, "dev", "eth0")
        subprocess.run(["ip", "-n", self.core.name, "neigh", "del", ue.address, "dev", "access"],
                       capture_output=True, check=False)
        moved = Ue(host, ue.address, ue.port, ue.proxy, ue.account)
        self._cleanup.callback(moved.close)
        return moved

    def endpoint(self, namespace: Namespace, address: str, port: int) -> Endpoint:
        endpoint = Endpoint(namespace, address, port)
        self._cleanup.callback(endpoint.close)
        return endpoint

    def injector(self, address: str) -> Injector:
        """For frames with a forged source from the host with this address."""
        injector = Injector(self.host(address), "eth0", hardware_address(self.core, "access"))
        self._cleanup.callback(injector.close)
        return injector

    def process(self, name: str, command: list[str], **options) -> Process:
        process = Process(name, command, self.workdir / f"{name}.log", **options)
        self._clients.append(process)
        self._cleanup.callback(process.stop)
        return process

    def processes(self) -> list[Process]:
        daemons = [process for node in self.nodes for process in (node.daemon, node.gate)]
        return [*self._clients, *(process for process in daemons if process)]

    def node(self, changes: dict[str, object] | None = None, name: str = "node",
             namespace: Namespace | None = None) -> Node:
        """A node with the embedded configuration and these changes; not started."""
        home = self.workdir / name
        config = merged(embedded_config(home, self.workdir / "bpf" / "sipward"), changes or {})
        node = Node(namespace or self.core, home, self.build, config)
        self.nodes.append(node)
        self._cleanup.callback(self._end, node)
        return node

    @staticmethod
    def _end(node: Node) -> None:
        node.stop()
        with contextlib.suppress(RuntimeError):  # what is left dies with the namespace
            node.detach()

    def start_node(self, changes: dict[str, object] | None = None,
                   accounts: tuple[Account, ...] = (ALICE, BOB, CAROL, DAVE)) -> Node:
        node = self.node(changes)
        for account in accounts:
            node.provision(account)
        node.start()
        return node

    def logs(self) -> str:
        logs = [f"---- {log.name}\n{log.read_text(errors='replace')[-20_000:]}"
                for log in sorted(self.workdir.glob("*.log"))]
        return "\n".join([*logs, *(node.logs() for node in self.nodes)])
