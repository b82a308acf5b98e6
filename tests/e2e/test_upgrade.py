# SPDX-License-Identifier: Apache-2.0
"""One gate takes the place of another while packets flow, whatever maps it finds."""
import random
import subprocess
import sys
import time
from collections.abc import Callable

from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, DAVE, STRANGER_HOST, Lab)
from netns import run
from node import Node
from process import wait_until
from scenario import contains, deliver, equal, is_dropped, row, scenario
from sip_client import Ue
from test_events import SOURCE
from test_lifecycle import FAR_HOST, LONGEST_ATTACH, guards_again, start_service
from traffic import Traffic, under_traffic

_KEEP_ALIVE = b"\r\n\r\n"
_META = 40  # octets of `struct sipward_meta`
_UNKNOWN_VERSION = 99


def gate_says(node: Node, command: str) -> str:
    """Both outputs of a command that succeeds."""
    done = subprocess.run(node.program("sipward-gate", command), capture_output=True, text=True,
                          check=False)
    equal(done.returncode, 0, f"exit status of {command}, which says {done.stderr}")
    return done.stdout + done.stderr


class Upgrade:
    """A bound UE's and a stranger's datagrams all through it. Each of the UE's is read by user
    space, and none besides."""

    def __init__(self, node: Node, alice: Ue, stranger: Ue):
        self.node = node
        self.bound = Traffic(alice, _KEEP_ALIVE)
        self.strange = Traffic(stranger, stranger.message(BOB.impu, "trust me").write())

    def play(self, steps: Callable[[], object]) -> None:
        received = self.node.received()
        with under_traffic(self.bound, self.strange):
            steps()
        wait_until(lambda: self.node.received() - received >= self.bound.sent,
                   "the bound UE's datagrams are read")
        equal(self.node.received() - received, self.bound.sent, "datagrams that were read")
        equal(self.node.events("unbound"), 0, "the stranger's among them")


@scenario
def upgrade_in_place_is_hitless(lab: Lab) -> None:
    """The same maps: every packet of the bound UE passes as bound, every one of the stranger is
    dropped as unbound."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    before = node.verdicts()
    upgrade = Upgrade(node, alice, lab.ue(CAROL, STRANGER_HOST))
    upgrade.play(lambda: [node.run_gate("upgrade") for _ in range(3)])
    node.wait_for_verdict("unbound", before["unbound"] + upgrade.strange.sent)
    after = node.verdicts()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    equal(changed, {"bound": upgrade.bound.sent, "unbound": upgrade.strange.sent}, "verdicts")
    deliver(alice, bob)
    agrees(node)


def agrees(node: Node) -> None:
    contains(node.ctl("bindings", "--verify"), "agree", "bindings --verify")


@scenario
def upgrade_to_other_maps_is_hitless(lab: Lab) -> None:
    """Maps of another size take the place of the old ones: nothing of a bound UE is lost, nothing
    of a stranger passes, and the daemon goes on with the new maps."""
    # The mode in which a daemon that seems dead would open the door.
    node = lab.start_node({"gate.interface.access.fail_mode": "open"})
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    for size in (1000, 300_000):
        node.reconfigure({"gate.max_bindings": size})
        Upgrade(node, alice, stranger).play(lambda: node.run_gate("upgrade"))
        equal(capacity(node), size, "rows that the new map can have")
        bob.register()
        agrees(node)
        row(node, f"any {BOB_HOST}")
        deliver(alice, bob)
        events_arrive(node, stranger)
        bob.deregister()
    is_dropped(node, bob, bob.message(ALICE.impu))
    equal((node.pins / "next").exists(), False, "a folder of half-done work is left")


def capacity(node: Node) -> int:
    shown = run("bpftool", "-j", "map", "show", "pinned", str(node.pins / "bindings4"))
    return int(shown.partition('"max_entries":')[2].partition(",")[0])


def events_arrive(node: Node, stranger: Ue) -> None:
    """The gate tells of the stranger; not of each packet, and its budget is spent."""
    def numbers() -> set[int]:
        return {event["sequence"] for event in node.gate_events("unbound", SOURCE)}
    seen = numbers()

    def told() -> bool:
        stranger.say(stranger.request("INVITE", BOB.impu))
        return bool(numbers() - seen)
    wait_until(told, "an event of the gate")


def wait_for_beat(node: Node) -> None:
    """The daemon has opened the maps that are pinned now."""
    def beat() -> int:
        return node.dump("pulse")[0]["value"]["beat_s"]
    seen = beat()
    wait_until(lambda: beat() > seen, "a beat of the daemon")


@scenario
def upgrade_is_killed_at_any_moment(lab: Lab) -> None:
    """SIGKILL of `upgrade` while it replaces the maps: nobody is lost or let in, and the next one
    finishes the work."""
    node = lab.start_node()
    alice, bob, stranger = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                            lab.ue(CAROL, STRANGER_HOST))
    alice.register()
    chance = random.Random(33203)

    def kill_some() -> None:
        for number in range(6):
            node.reconfigure({"gate.max_bindings": 1000 + number})
            half_done = lab.process(f"upgrade-{number}", node.program("sipward-gate", "upgrade"))
            time.sleep(chance.random() * LONGEST_ATTACH)  # any moment of its work will do
            half_done.kill()
        node.run_gate("upgrade")

    Upgrade(node, alice, stranger).play(kill_some)
    equal(capacity(node), 1005, "rows that the new map can have")
    equal((node.pins / "next").exists(), False, "a folder of half-done work is left")
    wait_for_beat(node)
    bob.register()
    deliver(alice, bob)
    agrees(node)


@scenario
def upgrade_without_a_gate(lab: Lab) -> None:
    """There is nothing to upgrade, and the command says what to do instead."""
    node = lab.node()
    try:
        node.run_gate("upgrade")
    except RuntimeError as error:
        contains(str(error), "nothing to upgrade", "the error")
        contains(str(error), "sipward-gate attach", "the error")
    else:
        raise AssertionError("something was upgraded")
    equal(node.pins.exists(), False, f"{node.pins} exists")


@scenario
def upgrade_beside_a_service(lab: Lab) -> None:
    """The service goes on with its old configuration after an upgrade by hand: an interface that
    comes then brings no other one out of step with the daemon."""
    node = start_service(lab, {"gate.interfaces": ["access", "later"]})
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    lab.direct_host("later", FAR_HOST)
    guards_again(node, 1)
    alice.register()
    node.reconfigure({"gate.max_bindings": 1000})
    node.run_gate("upgrade")
    lab.core.ip("link", "delete", "later")
    wait_until(lambda: node.gate.said().count("ALARM: later") == 2, "ALARM")
    lab.direct_host("later", FAR_HOST)
    guards_again(node, 2)
    wait_for_beat(node)
    bob.register()
    deliver(alice, bob)
    deliver(bob, alice)
    far = lab.ue(DAVE, FAR_HOST)
    far.register()
    deliver(far, alice)
    agrees(node)


@scenario
def maps_of_another_version_never_wedge_a_start(lab: Lab) -> None:
    """What is pinned is of a version that nobody knows, or no such map at all: `attach` and `run`
    say so, make new maps, and the UEs register anew."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    node.daemon.stop()
    claim_version(node, _UNKNOWN_VERSION)
    contains(gate_says(node, "attach"), f"ABI version {_UNKNOWN_VERSION}", "the warning")
    node.start_daemon()
    equal(node.kernel_bindings(), {}, "rows in the kernel")
    is_dropped(node, alice, alice.message(BOB.impu))
    alice.register()
    bob.register()
    deliver(alice, bob)

    node.daemon.stop()
    (node.pins / "bindings4").unlink()
    run("bpftool", "map", "create", str(node.pins / "bindings4"), "type", "array", "key", "4",
        "value", "8", "entries", "4", "name", "bindings4")
    claim_version(node, _UNKNOWN_VERSION)
    node.start_gate_service()
    contains(node.gate.said(), f"ABI version {_UNKNOWN_VERSION}", "the warning")
    node.start_daemon()
    alice.register()
    bob.register()
    deliver(alice, bob)


def claim_version(node: Node, version: int) -> None:
    octets = version.to_bytes(4, sys.byteorder) + bytes(_META - 4)
    run("bpftool", "map", "update", "pinned", str(node.pins / "meta"), "key", "hex",
        *["00"] * 4, "value", "hex", *(f"{octet:02x}" for octet in octets))
