# SPDX-License-Identifier: Apache-2.0
"""The daemon is gone, or the gate, or what both know of each other is not the same."""
import json
import subprocess
import sys
import time

from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, PCSCF4, SIP_PORT,
                 STRANGER_HOST, Lab)
from netns import run
from node import Node
from process import wait_until
from scenario import contains, deliver, equal, is_dropped, row, scenario, status
from sip_client import Instance, Ue
from sip_message import Message

_TIMEOUT = 2  # seconds, the least that can be configured


def drift(node: Node) -> dict[str, int]:
    return node.ctl_json("counters")["drift"]


def wait_until_silent(node: Node) -> None:
    """The gate takes the daemon for dead: both read the same monotonic clock."""
    beat = node.dump("pulse")[0]["value"]["beat_s"]
    wait_until(lambda: int(time.monotonic()) > beat + _TIMEOUT + 1, "the heartbeat is overdue")


def counts(node: Node, sender: Ue, request: Message, reason: str) -> None:
    before = node.verdicts()[reason]
    sender.say(request)
    node.wait_for_verdict(reason, before + 1)


def fails(node: Node, mode: str) -> None:
    """The gate goes on with another mode; the daemon is dead and stays so."""
    node.reconfigure({"gate.interface.access.fail_mode": mode})
    node.run_gate("attach")


@scenario
def fail_modes_of_a_dead_daemon(lab: Lab) -> None:
    """SIGKILL of sipwardd. `closed`: bound sources pass and nobody is admitted; `hold`: all as it
    was; `open`: all pass, and are counted."""
    node = lab.start_node({"gate.heartbeat_timeout": _TIMEOUT})
    alice, stranger = lab.ue(ALICE, ALICE_HOST), lab.ue(CAROL, STRANGER_HOST)
    alice.register()
    node.daemon.kill()
    heir = lab.endpoint(lab.core, PCSCF4, SIP_PORT)
    wait_until_silent(node)

    def arrives(sender: Ue, request: Message, reason: str) -> None:
        counts(node, sender, request, reason)
        equal(heir.receive_datagram(), request.write(), "what reaches the listener")

    def is_shut(request: Message, reason: str) -> None:
        """What comes after it comes first."""
        counts(node, stranger, request, reason)
        arrives(alice, alice.message(BOB.impu), "bound")

    is_shut(stranger.register_request(), "agent_silent")
    is_shut(stranger.message(BOB.impu), "unbound")
    fails(node, "hold")
    arrives(stranger, stranger.register_request(), "register_admitted")
    is_shut(stranger.message(BOB.impu), "unbound")
    fails(node, "open")
    arrives(stranger, stranger.message(BOB.impu), "unbound")
    arrives(stranger, stranger.register_request(), "register_admitted")
    arrives(alice, alice.message(BOB.impu), "bound")


@scenario
def users_come_back_after_a_crash(lab: Lab) -> None:
    """The daemon that returns knows nobody: it removes and counts the rows it finds, and their UEs
    register anew on a lane of their own, also when strangers may not register at all."""
    node = lab.start_node()
    alice, bob, carol = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST), lab.ue(CAROL, CAROL_HOST)
    for ue in (alice, bob, carol):
        ue.register()
    node.daemon.kill()
    equal(len(node.kernel_bindings()), 3, "rows that the dead daemon leaves")
    node.reconfigure({"gate.register_rate_total": 0, "gate.challenged_rate_total": 0})
    node.run_gate("attach")
    before = node.verdicts()
    node.start_daemon()
    equal(drift(node), {"missing": 0, "different": 0, "extra": 3, "refused": 0}, "drift")
    equal(node.kernel_bindings(), {}, "rows in the kernel")
    is_dropped(node, alice, alice.message(BOB.impu))
    stranger = lab.ue(CAROL, STRANGER_HOST)
    is_dropped(node, stranger, stranger.register_request(), "register_flood")
    for ue in (alice, bob, carol):
        ue.register()
    equal(node.verdicts()["known_admitted"] - before["known_admitted"], 6, "known_admitted")
    deliver(alice, bob)
    deliver(carol, bob)


@scenario
def daemon_finds_a_gate_attached_anew(lab: Lab) -> None:
    """Detached and attached while the daemon lives: it writes all its rows into the new maps, and
    nobody registers anew."""
    node = lab.start_node()
    alice, bob, carol = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST), lab.ue(CAROL, CAROL_HOST)
    for ue in (alice, bob, carol):
        ue.register()
    node.run_gate("detach")
    node.run_gate("attach")
    wait_until(lambda: drift(node)["missing"] == 3, "the daemon writes its rows anew")
    contains(node.ctl("bindings", "--verify"), "agree", "bindings --verify")
    deliver(alice, bob)
    deliver(carol, bob)
    stranger = lab.ue(CAROL, STRANGER_HOST)
    is_dropped(node, stranger, stranger.message(BOB.impu))
    status(stranger.ask(stranger.register_request()), 401)


@scenario
def repair_makes_the_maps_agree(lab: Lab) -> None:
    """A row that somebody deleted from the kernel's map comes back, one that somebody added goes;
    `--verify` names both before."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST, 40001), lab.ue(BOB, BOB_HOST)
    alice.register(instance=Instance())
    bob.register()
    found = node.dump("bindings4")
    mine = next(one for one in found if one["key"]["port"] == 40001)
    forged = key_words([203, 0, 113, 66], 0, 0)
    change_rows(node, "update", *forged, "value", "hex", *row_words(node, mine["key"]))
    change_rows(node, "delete", *key_of(mine))
    said = differences(node)
    contains(said, f"udp {ALICE_HOST}:40001: in the daemon's table only", "bindings --verify")
    contains(said, f"any {STRANGER_HOST}: in the kernel only", "bindings --verify")
    is_dropped(node, alice, alice.message(BOB.impu))
    contains(node.ctl("bindings", "--repair"),
             "missing in the kernel: 1, different: 0, only there: 1, could not be written: 0",
             "bindings --repair")
    equal(drift(node), {"missing": 1, "different": 0, "extra": 1, "refused": 0}, "drift")
    contains(node.ctl("bindings", "--verify"), "agree", "bindings --verify")
    row(node, f"udp {ALICE_HOST}:40001")
    equal(rows_of_address(node, mine["key"]["addr"]), (1, 0), "rows that the address has")
    deliver(alice, bob)
    stranger = lab.ue(CAROL, STRANGER_HOST)
    is_dropped(node, stranger, stranger.message(BOB.impu))


def key_words(address: list[int], port: int, proto: int) -> list[str]:
    """`struct sipward_key4` as bpftool reads it."""
    octets = bytes(address) + port.to_bytes(2, sys.byteorder) + bytes([proto, 0])
    return ["key", "hex", *hexadecimal(octets)]


def key_of(found: dict) -> list[str]:
    key = found["key"]
    return key_words(key["addr"], key["port"], key["proto"])


def hexadecimal(octets: bytes) -> list[str]:
    return [f"{octet:02x}" for octet in octets]


def row_words(node: Node, key: dict) -> list[str]:
    """The octets of a row's value."""
    shown = json.loads(run("bpftool", "-j", "map", "lookup", "pinned",
                           str(node.pins / "bindings4"), *key_of({"key": key})))
    return [one.removeprefix("0x") for one in shown["value"]]


def change_rows(node: Node, command: str, *words: str) -> None:
    run("bpftool", "map", command, "pinned", str(node.pins / "bindings4"), *words)


def rows_of_address(node: Node, address: list[int]) -> tuple[int, int]:
    """With a port, and without."""
    found = next(one["value"] for one in node.dump("addresses4") if one["key"]["addr"] == address)
    return found["port_rows"], found["wildcard"]


def differences(node: Node) -> str:
    done = subprocess.run(node.program("sipwardctl", "bindings", "--verify"), capture_output=True,
                          text=True, check=False)
    equal(done.returncode, 1, "exit status of bindings --verify")
    return done.stdout
