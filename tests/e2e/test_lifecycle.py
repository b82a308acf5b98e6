# SPDX-License-Identifier: Apache-2.0
"""The gate's service: interfaces come, go and come back; routes move; it dies at any moment."""
import random
import signal
import time

from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, DAVE, PCSCF4, SIP_PORT, STRANGER_HOST,
                 Lab)
from node import Node
from process import wait_until
from scenario import contains, deliver, equal, is_dropped, nothing_came, row, scenario, status
from sip_client import Ue
from traffic import Traffic, under_traffic

FAR_HOST = "192.0.2.9"
GUARDED = "sipward-gate: every interface is guarded"
ABSENT = "there is no such interface"
LONGEST_ATTACH = 0.3  # seconds, about


def start_service(lab: Lab, changes: dict[str, object] | None = None) -> Node:
    node = lab.node(changes)
    for account in (ALICE, BOB, CAROL, DAVE):
        node.provision(account)
    node.start_gate_service()
    node.start_daemon()
    return node


def guards_again(node: Node, times: int) -> None:
    """The service has said so often that no alarm is left."""
    wait_until(lambda: node.gate.said().count(GUARDED) >= times, f"{times} times guarded")


def alarms(node: Node, interface: str) -> int:
    return node.gate.said().count(f"ALARM: {interface}: {ABSENT}")


def until_counted(node: Node, sender: Ue, request: bytes, reason: str) -> None:
    """Sends it until the gate counts it so: it follows the network a moment later."""
    before = node.verdicts()[reason]

    def counted() -> bool:
        sender.say(request)
        return node.verdicts()[reason] > before
    wait_until(counted, f"verdict {reason}")


@scenario
def interface_that_does_not_exist_yet(lab: Lab) -> None:
    """The service starts without one of its two interfaces, says ALARM, and guards it from the
    moment it appears; the other one is guarded all the time."""
    node = start_service(lab, {"gate.interfaces": ["access", "later"]})
    equal((alarms(node, "later"), alarms(node, "access")), (1, 0), "alarms")
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    bob.register()
    is_dropped(node, stranger, stranger.message(BOB.impu))
    lab.direct_host("later", FAR_HOST)
    guards_again(node, 1)
    far = lab.ue(DAVE, FAR_HOST)
    is_dropped(node, far, far.message(BOB.impu))
    far.register()
    contains(row(node, f"any {FAR_HOST}")["anchor"], "slot 1", "where it registered")
    for sender in (far, alice):
        deliver(sender, bob)
    lab.core.ip("link", "delete", "later")
    wait_until(lambda: alarms(node, "later") == 2, "ALARM")
    deliver(alice, bob)
    lab.direct_host("later", FAR_HOST)
    guards_again(node, 2)
    deliver(far, bob)


@scenario
def interface_made_anew_under_traffic(lab: Lab) -> None:
    """Deleted and made anew: ALARM until the gate is back, then no stranger's packet reaches the
    socket, and rows bind as before: the slot is kept."""
    node = start_service(lab)
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    bob.register()
    registered = row(node, f"any {ALICE_HOST}")
    flood = Traffic(stranger, stranger.message(BOB.impu, "trust me").write())
    with under_traffic(flood):
        for times in (1, 2):
            lab.unplug_core()
            wait_until(lambda times=times: alarms(node, "access") == times, "ALARM")
            lab.plug_in_core()
            guards_again(node, times)
            deliver(alice, bob)  # when this is answered, all before it has been read
            before, received = node.verdicts()["unbound"], node.received()
            node.wait_for_verdict("unbound", before + 20)
            equal(node.received(), received, "datagrams that user space has read")
    equal(row(node, f"any {ALICE_HOST}")["epoch"], registered["epoch"], "epoch")
    nothing_came(bob, fence=alice)


@scenario
def interface_down_and_renamed(lab: Lab) -> None:
    """Down and up changes nothing; renamed, the interface is missed and still shut."""
    node = start_service(lab)
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    bob.register()

    def take_down_and_up(was: str, now: str) -> None:
        lab.core.ip("link", "set", was, "down")
        if was != now:
            lab.core.ip("link", "set", was, "name", now)
        lab.core.ip("link", "set", now, "up")
        lab.address_core(now)

    def works() -> None:
        is_dropped(node, stranger, stranger.message(BOB.impu))
        deliver(alice, bob)

    take_down_and_up("access", "access")
    works()
    equal(alarms(node, "access"), 0, "alarms")
    take_down_and_up("access", "moved")
    wait_until(lambda: alarms(node, "access") == 1, "ALARM")
    works()
    take_down_and_up("moved", "access")
    guards_again(node, 1)
    works()


@scenario
def source_rules_follow_the_network(lab: Lab) -> None:
    """Routes, addresses of the host and a reloaded `deny` change who is spoofed, at once."""
    node = start_service(lab, {"gate.interface.access.reverse_path": "strict"})
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    text = alice.message("sip:nobody@elsewhere.example").write()
    lab.core_network()
    lab.core.ip("route", "add", f"{ALICE_HOST}/32", "dev", "core0")
    until_counted(node, alice, text, "reverse_path")
    lab.core.ip("route", "delete", f"{ALICE_HOST}/32", "dev", "core0")
    until_counted(node, alice, text, "bound")
    deliver(alice, bob)

    lab.core.ip("addr", "add", f"{STRANGER_HOST}/32", "dev", "core0")
    spoofer = lab.injector(STRANGER_HOST)

    def spoofed(reason: str) -> None:
        before = node.verdicts()[reason]

        def counted() -> bool:
            spoofer.spoof((STRANGER_HOST, SIP_PORT), (PCSCF4, SIP_PORT), text)
            return node.verdicts()[reason] > before
        wait_until(counted, f"verdict {reason}")

    spoofed("own_address")
    lab.core.ip("addr", "delete", f"{STRANGER_HOST}/32", "dev", "core0")
    spoofed("unbound")

    node.reconfigure({"gate.interface.access.deny": [f"{ALICE_HOST}/32"]})
    node.gate.signal(signal.SIGHUP)
    until_counted(node, alice, text, "source_denied")
    node.reconfigure({"gate.interface.access.deny": ["everybody"]})
    node.gate.signal(signal.SIGHUP)
    node.gate.wait_for("not reloaded: ")
    contains(node.gate.said(), "gate.interface.access.deny", "why it was not reloaded")
    until_counted(node, alice, text, "source_denied")
    node.reconfigure({"gate.interface.access.deny": []})
    node.gate.signal(signal.SIGHUP)
    until_counted(node, alice, text, "bound")
    deliver(alice, bob)


@scenario
def service_is_killed_at_any_moment(lab: Lab) -> None:
    """SIGKILL of `run`, also while an interface comes back: what is attached enforces, and the next
    `run` takes over what it finds."""
    node = start_service(lab)
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    bob.register()
    chance = random.Random(33203)
    for _ in range(4):
        node.gate.kill()
        is_dropped(node, stranger, stranger.message(BOB.impu))
        deliver(alice, bob)
        node.start_gate_service()
        lab.unplug_core()
        lab.plug_in_core()
        time.sleep(chance.random() * LONGEST_ATTACH)  # any moment of its work will do
        node.gate.kill()
        node.start_gate_service()
        is_dropped(node, stranger, stranger.message(BOB.impu))
        deliver(alice, bob)
    status(stranger.ask(stranger.register_request()), 401)
