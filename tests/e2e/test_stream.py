# SPDX-License-Identifier: Apache-2.0
"""TCP and TLS listeners of other programs behind the gate (gate.guard): who may connect, and what
the accepted socket is told. A plain server stands for those programs."""
import contextlib
import socket

from frames import ACK, RST, SYN, tcp_packet
from lab import (ALICE, ALICE_HOST, BOB_HOST, CAROL_HOST, PCSCF4, PCSCF6,
                 STRANGER_HOST, Lab)
from netns import Namespace
from node import Node
from process import wait_until
from scenario import equal, row, scenario
from sip_client import PATIENCE

TCP_PORT, TLS_PORT = 5070, 5071
GUARD = {"gate.guard": [f"tcp:{PCSCF4}:{TCP_PORT}", f"tls:{PCSCF4}:{TLS_PORT}",
                        f"tcp:[{PCSCF6}]:{TCP_PORT}"]}
BOUND, ADMITTED = 1, 3  # enum sipward_verdict
_SO_MARK = 36


class Server:
    """Listens in the core; a socket that it accepts has the mark of the SYN."""

    def __init__(self, lab: Lab, address: str, port: int):
        lab.core.sysctl("net/ipv4/tcp_fwmark_accept=1")
        self._socket = stream(lab.core, address)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address, port))
        self._socket.listen(64)

    def accept(self) -> socket.socket:
        self._socket.settimeout(PATIENCE)
        accepted, _ = self._socket.accept()
        accepted.settimeout(PATIENCE)
        return accepted

    def has_nobody(self) -> bool:
        self._socket.setblocking(False)
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return True
        return False


def stream(namespace: Namespace, address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with namespace.entered():
        made = socket.socket(family, socket.SOCK_STREAM)
    made.settimeout(PATIENCE)
    return made


def connect(lab: Lab, host: str, port: int) -> socket.socket:
    client = stream(lab.host(host), host)
    client.connect((PCSCF6 if ":" in host else PCSCF4, port))
    return client


def verdict_of(accepted: socket.socket) -> int:
    return accepted.getsockopt(socket.SOL_SOCKET, _SO_MARK) >> 28


def talk(client: socket.socket, accepted: socket.socket) -> None:
    """More than a segment, in both directions."""
    text = b"REGISTER " * 3_000
    for sender, receiver in ((client, accepted), (accepted, client)):
        sender.sendall(text)
        got = b""
        while len(got) < len(text):
            more = receiver.recv(65_536)
            if not more:
                raise AssertionError("the connection was closed")
            got += more
        equal(got, text, "what came")


def grown(node: Node, before: dict[str, int]) -> set[str]:
    after = node.verdicts()
    return {reason for reason in after if after[reason] != before[reason]}


@scenario
def X14_strangers_connection(lab: Lab) -> None:
    """A stranger's SYN is admitted, and his segments for the connection that it opened, over IPv4
    and IPv6, TCP and TLS; the accepted socket is told that he is none of the bound."""
    node = lab.start_node(GUARD)
    with contextlib.ExitStack() as connections:  # what closing says is not counted among them
        for address, host, port in ((PCSCF4, STRANGER_HOST, TCP_PORT),
                                    (PCSCF4, STRANGER_HOST, TLS_PORT),
                                    (PCSCF6, CAROL_HOST, TCP_PORT)):
            server, before = Server(lab, address, port), node.verdicts()
            client = connections.enter_context(connect(lab, host, port))
            accepted = connections.enter_context(server.accept())
            equal(verdict_of(accepted), ADMITTED, f"verdict at {address}, {port}")
            talk(client, accepted)
            equal(grown(node, before), {"syn_admitted", "flow_segment"}, "reasons")
            equal(node.verdicts()["syn_admitted"], before["syn_admitted"] + 1, "SYNs")


@scenario
def X14_syn_budget(lab: Lab) -> None:
    """SYNs of one stranger over his budget end in the kernel; another one connects."""
    node = lab.start_node(GUARD | {"gate.syn_rate_per_source": 2})
    server = Server(lab, PCSCF4, TCP_PORT)
    attacker = lab.injector(STRANGER_HOST)
    for port in range(40_000, 40_050):
        attacker.send_packet(tcp_packet((STRANGER_HOST, port), (PCSCF4, TCP_PORT), SYN))
    def accounted() -> bool:
        verdicts = node.verdicts()
        return verdicts["syn_limited"] + verdicts["syn_admitted"] == 50
    wait_until(accounted, "all SYNs are counted")
    if node.verdicts()["syn_limited"] == 0:
        raise AssertionError(f"verdicts: {node.verdicts()}")
    equal(server.has_nobody(), True, "the attacker has no connection")
    with connect(lab, BOB_HOST, TCP_PORT) as client, server.accept() as accepted:
        talk(client, accepted)


@scenario
def X14_no_syn_is_admitted(lab: Lab) -> None:
    """A budget of nothing: a stranger cannot connect, a bound source can."""
    node = lab.start_node(GUARD | {"gate.syn_rate_total": 0, "gate.recently_bound_rate_total": 0})
    lab.ue(ALICE, ALICE_HOST).register()
    server = Server(lab, PCSCF4, TCP_PORT)
    with stream(lab.host(STRANGER_HOST), STRANGER_HOST) as stranger:
        stranger.setblocking(False)
        stranger.connect_ex((PCSCF4, TCP_PORT))
        wait_until(lambda: node.verdicts()["syn_flood"] > 0, "his SYN is refused")
        with connect(lab, ALICE_HOST, TCP_PORT) as client, server.accept() as accepted:
            equal(accepted.getpeername()[0], ALICE_HOST, "the first who was accepted")
            talk(client, accepted)
        equal(server.has_nobody(), True, "the stranger has no connection")


@scenario
def X01_wildcard_row_speaks_for_tcp_and_not_for_tls(lab: Lab) -> None:
    """alice registered over UDP, for her address: her connection is bound, but never at the TLS
    port; with the row goes what it stands for."""
    node = lab.start_node(GUARD)
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    binding = row(node, f"any {ALICE_HOST}")["binding"]
    tcp, tls = Server(lab, PCSCF4, TCP_PORT), Server(lab, PCSCF4, TLS_PORT)
    before = node.verdicts()
    with connect(lab, ALICE_HOST, TCP_PORT) as client, tcp.accept() as accepted:
        mark = accepted.getsockopt(socket.SOL_SOCKET, _SO_MARK)
        equal((mark >> 28, mark >> 8 & 0xFFF), (BOUND, binding & 0xFFF), "verdict and binding")
        talk(client, accepted)
        equal(grown(node, before), {"bound"}, "reasons")
        with connect(lab, ALICE_HOST, TLS_PORT) as secure, tls.accept() as other:
            equal(verdict_of(other), ADMITTED, "verdict at the TLS port")
            talk(secure, other)
        equal(grown(node, before), {"bound", "known_admitted", "flow_segment"}, "reasons")
        alice.deregister()
        before = node.verdicts()
        talk(client, accepted)  # whoever guards the port sees the row go, and may close it
        equal(grown(node, before), {"flow_segment"}, "reasons without the row")


@scenario
def T02_suspect_row_over_tcp(lab: Lab) -> None:
    """The address was given back: who connects from it is a stranger till she registers again."""
    node = lab.start_node(GUARD)
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    server = Server(lab, PCSCF4, TCP_PORT)
    node.ctl("release", ALICE_HOST)
    with connect(lab, ALICE_HOST, TCP_PORT) as client, server.accept() as accepted:
        equal(verdict_of(accepted), ADMITTED, "verdict of a suspect")
        talk(client, accepted)
    alice.register()
    with connect(lab, ALICE_HOST, TCP_PORT) as client, server.accept() as accepted:
        equal(verdict_of(accepted), BOUND, "verdict after the 200")
        talk(client, accepted)


@scenario
def X14_stray_segments(lab: Lab) -> None:
    """Segments of no connection, and of a stranger who guesses another's, end in the kernel."""
    node = lab.start_node(GUARD)
    server = Server(lab, PCSCF4, TCP_PORT)
    attacker = lab.injector(STRANGER_HOST)
    with connect(lab, BOB_HOST, TCP_PORT) as client, server.accept() as accepted:
        for flags in (ACK, RST, RST | ACK, SYN | ACK, 0, 0x29):
            before = node.verdicts()["no_flow"]
            attacker.send_packet(tcp_packet((STRANGER_HOST, 40_000), (PCSCF4, TCP_PORT), flags))
            node.wait_for_verdict("no_flow", before + 1)
            attacker.send_packet(tcp_packet((BOB_HOST, client.getsockname()[1] ^ 1),
                                            (PCSCF4, TCP_PORT), flags))
            node.wait_for_verdict("no_flow", before + 2)
        talk(client, accepted)


@scenario
def X14_anchor_holds_for_segments(lab: Lab) -> None:
    """anchor = ["mac"]: a RST with a bound source from elsewhere does not reach its connection."""
    node = lab.start_node(GUARD | {"gate.anchor": ["mac"]})
    lab.ue(ALICE, ALICE_HOST).register()
    server = Server(lab, PCSCF4, TCP_PORT)
    with connect(lab, ALICE_HOST, TCP_PORT) as client, server.accept() as accepted:
        attacker = lab.injector(STRANGER_HOST)
        attacker.send_packet(tcp_packet(client.getsockname(), (PCSCF4, TCP_PORT), RST))
        node.wait_for_verdict("anchor_mac", 1)
        talk(client, accepted)


@scenario
def X14_connections_outlive_a_new_gate(lab: Lab) -> None:
    """The gate is replaced, and taken away and put back: those who are connected stay so."""
    node = lab.start_node(GUARD)
    server = Server(lab, PCSCF4, TCP_PORT)
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    with (connect(lab, ALICE_HOST, TCP_PORT) as one, server.accept() as first,
          connect(lab, STRANGER_HOST, TCP_PORT) as other, server.accept() as second):
        for step in (("upgrade",), ("attach",), ("detach",), ("attach",)):
            node.run_gate(*step)
            talk(one, first)
            talk(other, second)
        equal((verdict_of(first), verdict_of(second)), (BOUND, ADMITTED), "verdicts")
