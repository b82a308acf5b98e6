# SPDX-License-Identifier: Apache-2.0
"""What the kernel passes, drops, counts and shows."""
import ipaddress
import secrets
import struct

from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, PCSCF4, SIP_PORT,
                 STRANGER_HOST, Lab)
from process import wait_until
from scenario import (contains, deliver, equal, is_dropped, no_row, nothing_came, reaches_as,
                      row, scenario, status)
from sip_client import Instance

_COOKIE = 0x2112A442


@scenario
def unbound_is_dropped_in_enforce(lab: Lab) -> None:
    """Whatever a stranger sends that is no registration never reaches the socket."""
    node = lab.start_node()
    bob, stranger = lab.ue(BOB, BOB_HOST), lab.ue(ALICE, STRANGER_HOST)
    bob.register()
    for request in (stranger.message(BOB.impu), stranger.request("INVITE", BOB.impu),
                    stranger.request("REGISTERX", BOB.impu), stranger.request("register", BOB.impu),
                    stranger.request("BYE", BOB.impu), b"SIP/2.0 200 OK\r\n\r\n", b"\xf8sigcomp",
                    b"\0" * 20, secrets.token_bytes(600).replace(b"REG", b"reg")):
        is_dropped_somehow(node, stranger, request)
    equal(node.events("unbound"), 0, "unbound requests that user space saw")
    status(stranger.ask(stranger.register_request()), 401)  # but a REGISTER passes


def is_dropped_somehow(node, stranger, request) -> None:
    """Counted under one of the reasons of refusal, and never read by user space."""
    refusals = ("unbound", "sigcomp", "malformed_udp")
    before, received = node.verdicts(), node.received()
    stranger.say(request)
    wait_until(lambda: sum(node.verdicts()[one] for one in refusals)
               == sum(before[one] for one in refusals) + 1, f"{request!r:.60} is dropped")
    equal(node.received(), received, f"datagrams that user space has read after {request!r:.60}")


@scenario
def unbound_is_tagged_in_monitor(lab: Lab) -> None:
    """Monitor mode drops nothing: user space is told, discards the request and reports it."""
    node = lab.start_node({"gate.mode": "monitor"})
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    bob.register()
    unbound = node.verdicts()["unbound"]
    stranger.say(stranger.message(BOB.impu))
    node.wait_for_verdict("unbound", unbound + 1)
    node.wait_for_event("unbound", 1)
    contains(node.last_event("unbound")["flow"], STRANGER_HOST, "flow of the event")
    nothing_came(bob, fence=alice)
    stranger.drain()
    equal(stranger.inbox, [], "answers to the stranger")


@scenario
def monitor_can_answer_403(lab: Lab) -> None:
    """unbound_action = "403": what reaches user space unbound is told so."""
    lab.start_node({"gate.mode": "monitor", "pcscf.unbound_action": "403"})
    stranger = lab.ue(ALICE, STRANGER_HOST)
    status(stranger.ask(stranger.message(BOB.impu)), 403)


@scenario
def keepalives_of_both_kinds(lab: Lab) -> None:
    """RFC 5626: STUN on the SIP port is answered with where it came from; CRLF is swallowed."""
    node = lab.start_node()
    alice = lab.ue(ALICE, ALICE_HOST, 40001)
    for bound in (False, True):
        if bound:
            alice.register(instance=Instance())
        transaction = secrets.token_bytes(12)
        alice.say(struct.pack("!HHI", 0x0001, 0, _COOKIE) + transaction)
        equal(mapped_address(alice.receive_datagram(), transaction), (ALICE_HOST, 40001),
              f"mapped address, bound: {bound}")
        received = node.received()
        alice.say(b"\r\n\r\n")
        wait_until(lambda: node.received() == received + 1, "the CRLF is read")
    equal(node.verdicts()["keepalive_admitted"], 2, "keep-alives of the time before")
    equal(node.events("malformed"), 0, "events")


def mapped_address(response: bytes, transaction: bytes) -> tuple[str, int]:
    """XOR-MAPPED-ADDRESS of RFC 8489 14.2, IPv4."""
    kind, length, cookie = struct.unpack("!HHI", response[:8])
    equal((kind, length, cookie, response[8:20]),
          (0x0101, len(response) - 20, _COOKIE, transaction), "header of the STUN response")
    rest = response[20:]
    while rest:
        name, size = struct.unpack("!HH", rest[:4])
        if name == 0x0020:
            _, family, port, address = struct.unpack("!BBHI", rest[4:12])
            equal(family, 1, "address family")
            return str(ipaddress.IPv4Address(address ^ _COOKIE)), port ^ (_COOKIE >> 16)
        rest = rest[4 + (size + 3) // 4 * 4:]
    raise AssertionError("no XOR-MAPPED-ADDRESS")


@scenario
def deregistration_closes_the_door(lab: Lab) -> None:
    """After the 200 to a de-REGISTER the row is gone from the kernel."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    reaches_as(alice, bob, ALICE.impu)
    alice.deregister()
    no_row(node, f"any {ALICE_HOST}")
    is_dropped(node, alice, alice.message(BOB.impu))
    status(bob.ask(bob.message(ALICE.impu)), 480)


@scenario
def T21_expiry_with_a_stopped_agent(lab: Lab) -> None:
    """The row carries its expiry: the kernel drops what comes later though the agent is stopped."""
    node = lab.start_node({"scscf.min_expires": 1})
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    bob.register()
    alice.register(expires=3)
    with node.stopped():
        def expired() -> bool:
            alice.say(alice.message(BOB.impu, "until it expires"))
            return node.verdicts()["expired"] > 0
        wait_until(expired, "the kernel drops what comes from an expired row")
        before = node.verdicts()
        for _ in range(5):
            alice.say(alice.message(BOB.impu, "after it expired"))
        node.wait_for_verdict("expired", before["expired"] + 5)
        equal(node.verdicts()["bound"], before["bound"], "packets passed as bound")
    node.wait_for_event("expired", 1)
    wait_until(lambda: f"any {ALICE_HOST}" not in node.kernel_bindings(), "the row is removed")
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    carol.say(carol.message(BOB.impu, "fence"))
    while (arrived := bob.expect_request("MESSAGE")).body != b"fence":
        equal(arrived.body, b"until it expires", "what reached bob")


@scenario
def enforcement_outlives_both_processes(lab: Lab) -> None:
    """After SIGKILL of gate and daemon the kernel still knows who is bound and drops the others."""
    node = lab.node()
    node.provision(ALICE)
    node.start_gate_service()
    node.start_daemon()
    alice, stranger = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, STRANGER_HOST)
    alice.register()
    node.gate.kill()
    node.daemon.kill()
    before = node.verdicts()
    alice.say(alice.message(BOB.impu))
    stranger.say(stranger.message(BOB.impu))
    node.wait_for_verdict("bound", before["bound"] + 1)
    node.wait_for_verdict("unbound", before["unbound"] + 1)
    contains(node.run_gate("status"), "enforce", "status")


@scenario
def a_restarted_daemon_trusts_no_old_row(lab: Lab) -> None:
    """After a restart nobody is bound: what the dead daemon knew is not in the maps any more."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    node.daemon.kill()
    node.start_daemon()
    equal(node.kernel_bindings(), {}, "rows in the kernel")
    is_dropped(node, alice, alice.message(BOB.impu))
    alice.register()
    bob.register()
    reaches_as(alice, bob, ALICE.impu)


@scenario
def full_map_refuses_with_503(lab: Lab) -> None:
    """No room in the kernel's map of one family: 503, and nothing is registered anywhere."""
    node = lab.start_node({"gate.max_bindings": 1})
    alice, bob, carol = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                         lab.ue(CAROL, CAROL_HOST))
    alice.register()
    refused = status(bob.try_register(), 503)
    contains(refused, "Retry-After", "the answer")
    equal(list(node.bindings()), [f"any {ALICE_HOST}"], "rows")
    equal(node.events("overload"), 1, "events")
    equal([one["impi"] for one in node.ctl_json("registrations")], [ALICE.impi], "registrations")
    carol.register()  # the other family has room
    is_dropped(node, bob, bob.message(ALICE.impu))
    status(alice.ask(alice.message(BOB.impu)), 480)  # nor is he registered at the S-CSCF
    alice.deregister()
    bob.register()
    row(node, f"any {BOB_HOST}")


@scenario
def bpftool_shows_names_and_addresses(lab: Lab) -> None:
    """An operator reads the maps with bpftool: every field by name, ports in decimal."""
    node = lab.start_node()
    alice, carol = lab.ue(ALICE, ALICE_HOST, 40001), lab.ue(CAROL, CAROL_HOST)
    alice.register(instance=Instance())
    carol.register()
    deliver(carol, alice)
    four = node.dump("bindings4")
    equal(len(four), 1, "rows of bindings4")
    equal(four[0]["key"]["addr"], [203, 0, 113, 7], "address")
    equal((four[0]["key"]["port"], four[0]["key"]["proto"]), (40001, 17), "port and protocol")
    mine = row(node, f"udp {ALICE_HOST}:40001")
    equal((four[0]["value"]["binding"], four[0]["value"]["epoch"]),
          (mine["binding"], mine["epoch"]), "binding and epoch")
    six = node.dump("bindings6")
    equal(bytes(six[0]["key"]["addr"]), ipaddress.ip_address(CAROL_HOST).packed, "address")
    equal(six[0]["key"]["port"], 0, "port of a wildcard row")
    verdicts = node.verdicts()
    contains(verdicts, "bound", "counters")
    contains(verdicts, "unbound", "counters")
    if verdicts["bound"] < 2 or verdicts["register_admitted"] < 2:
        raise AssertionError(f"counters: {verdicts}")
    contains(str(node.dump("interfaces")), "access", "interfaces")


@scenario
def T33_fragmented_request(lab: Lab) -> None:
    """A request in IP fragments: asserted when it is bound, never accepted when it is not."""
    node = lab.start_node()
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    bob.register()
    text = "x" * 3000
    stranger.say(stranger.message(BOB.impu, text))
    node.wait_for_verdict("unbound", 1)
    request = alice.message(BOB.impu, text)
    alice.say(request)
    arrived = bob.expect_request("MESSAGE")
    equal((arrived.asserted, len(arrived.body)), ([ALICE.impu], len(text)), "what reached bob")
    bob.answer(arrived, 200, "OK")
    status(alice.expect_final(request), 200)
    equal(node.verdicts()["unbound"], 1, "fragments of the stranger that were dropped")


@scenario
def budget_of_unbound_sources(lab: Lab) -> None:
    """REGISTERs of one stranger are limited; a bound source is not, and other strangers neither."""
    node = lab.start_node({"gate.register_rate_per_source": 2})
    alice, other = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    flood = lab.injector(STRANGER_HOST)
    stranger = lab.ue(CAROL, STRANGER_HOST)
    for _ in range(50):
        flood.spoof((STRANGER_HOST, SIP_PORT), (PCSCF4, SIP_PORT),
                    stranger.register_request().write())
    wait_until(lambda: node.verdicts()["register_limited"] > 0, "the stranger is limited")
    for _ in range(5):
        alice.register()
    other.register()
