# SPDX-License-Identifier: Apache-2.0
"""Sources that are not who they say: what each defence of the gate makes of the same story."""
import ctypes
import fcntl
import socket
import struct

from frames import Injector, udp_packet
from lab import (ACCESS_ROUTES, ALICE, ALICE_HOST, BOB, BOB_HOST, PCSCF4, PCSCF6, SIP_PORT,
                 STRANGER_HOST, Lab)
from netns import Namespace
from node import Node
from process import wait_until
from scenario import contains, deliver, equal, is_dropped, nothing_came, row, scenario, status
from sip_client import Ue
from sip_message import Message

KEY = f"any {ALICE_HOST}"
PROXY4, PROXY6 = (PCSCF4, SIP_PORT), (PCSCF6, SIP_PORT)
SOURCE = f"{ALICE_HOST}:{SIP_PORT}"
ANOTHER_HOST = "203.0.113.50"
CORE_PEER = "10.0.0.2"


# ---- the same story with and without defences: frames with alice's source from another host ----

def registered(lab: Lab) -> tuple[Ue, Ue]:
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    return alice, bob


def speaks_for(attacker: Injector, alice: Ue, bob: Ue) -> None:
    """A forged frame is taken for alice's: bob is told so, and the answer goes to her."""
    forged = alice.message(bob.account.impu, "forged")
    attacker.spoof((ALICE_HOST, SIP_PORT), PROXY4, forged.write())
    arrived = bob.expect_request("MESSAGE")
    equal((arrived.body, arrived.asserted), (b"forged", [ALICE.impu]), "what reached bob")
    bob.answer(arrived, 200, "OK")
    status(alice.expect_final(forged), 200)


def is_caught(node: Node, packet: bytes, attacker: Injector, reason: str,
              vlan: int | None = None) -> None:
    """The gate counts the packet under the reason, and user space never reads it."""
    before, received = node.verdicts()[reason], node.received()
    attacker.send_packet(packet, vlan)
    node.wait_for_verdict(reason, before + 1)
    equal(node.received(), received, "datagrams that user space has read")


def forge(request: Message, hop_limit: int = 64) -> bytes:
    return udp_packet((ALICE_HOST, SIP_PORT), PROXY4, request.write(), hop_limit)


@scenario
def T07_without_a_gate_the_spoofer_is_alice(lab: Lab) -> None:
    """The residual risk that Annex Q documents, with the address check in user space alone."""
    lab.start_node({"gate": None})
    alice, bob = registered(lab)
    speaks_for(lab.injector(STRANGER_HOST), alice, bob)


@scenario
def T07_without_anchor_the_spoofer_is_alice(lab: Lab) -> None:
    """The same risk with a gate that looks at the address alone: anchor = []."""
    node = lab.start_node({"gate.anchor": []})
    alice, bob = registered(lab)
    bound = node.verdicts()["bound"]
    speaks_for(lab.injector(STRANGER_HOST), alice, bob)
    equal(node.verdicts()["bound"], bound + 2, "bound: the forged MESSAGE and bob's answer")


@scenario
def T07_anchor_mac_tells_the_spoofer(lab: Lab) -> None:
    """anchor = ["mac"]: dropped, counted, and told with the attacker's address; alice goes on."""
    node = lab.start_node({"gate.anchor": ["mac"]})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    for request in (alice.message(BOB.impu, "forged"),
                    alice.request("INVITE", BOB.impu, [("Contact", alice.contact)]),
                    alice.request("BYE", BOB.impu)):
        is_caught(node, forge(request), attacker, "anchor_mac")
    is_caught(node, udp_packet((ALICE_HOST, SIP_PORT), PROXY4, b"\r\n\r\n"), attacker,
              "anchor_mac")
    wait_until(lambda: node.gate_events("anchor_mac", SOURCE), "the gate tells of it")
    event = node.gate_events("anchor_mac", SOURCE)[0]
    equal((event["verdict"], event["dropped"], event["mac"]), ("spoofed", True, attacker.mac),
          "the event")
    contains(node.ctl("explain", ALICE_HOST), "registered from another source MAC", "explain")
    nothing_came(bob, fence=alice)


@scenario
def T07_anchor_hop_limit_tells_the_distance(lab: Lab) -> None:
    """anchor = ["hop_limit"]: a packet from farther away than the tolerance is not alice's."""
    node = lab.start_node({"gate.anchor": ["hop_limit"], "gate.hop_limit_tolerance": 2})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    for hop_limit in (61, 67, 1, 255):
        is_caught(node, forge(alice.message(BOB.impu), hop_limit), attacker, "anchor_hop_limit")
    for hop_limit in (62, 66):  # within the tolerance it is no defence, and promises none
        forged = alice.message(BOB.impu, f"{hop_limit}")
        attacker.send_packet(forge(forged, hop_limit))
        arrived = bob.expect_request("MESSAGE")
        equal(arrived.body, forged.body, "what reached bob")
        bob.answer(arrived, 200, "OK")
        status(alice.expect_final(forged), 200)
    deliver(alice, bob)


def leave_tags_in_frames(namespace: Namespace, interface: str) -> None:
    """A veth hands VLAN tags over beside the frame, where XDP sees none: tx-vlan-offload off."""
    get_flags, set_flags, tag_in_frame = 0x25, 0x26, ~(1 << 7)  # linux/ethtool.h
    with namespace.entered():
        control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with control:
        flags = _ethtool(control, interface, get_flags, 0)
        _ethtool(control, interface, set_flags, flags & tag_in_frame)


def _ethtool(control: socket.socket, interface: str, command: int, data: int) -> int:
    siocethtool = 0x8946
    value = bytearray(struct.pack("=II", command, data))
    pointer = (ctypes.c_char * len(value)).from_buffer(value)
    request = struct.pack("16sP8x", interface.encode(), ctypes.addressof(pointer))
    fcntl.ioctl(control, siocethtool, request)
    return struct.unpack("=II", value)[1]


@scenario
def T07_anchor_vlan_tells_the_network(lab: Lab) -> None:
    """anchor = ["vlan"]: alice registered untagged; what comes in a VLAN is another's."""
    leave_tags_in_frames(lab.access, "to-core")
    node = lab.start_node({"gate.anchor": ["vlan"]})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    is_caught(node, forge(alice.message(BOB.impu)), attacker, "anchor_vlan", vlan=7)
    wait_until(lambda: node.gate_events("anchor_vlan", SOURCE), "the gate tells of it")
    equal(node.gate_events("anchor_vlan", SOURCE)[0]["vlan"], 7, "VLAN of the event")
    is_caught(node, udp_packet((STRANGER_HOST, SIP_PORT), PROXY4, b"x"), attacker, "unbound",
              vlan=7)
    deliver(alice, bob)


# ---- a UE that moves, and one that only says so ----

def anchor_of(node: Node) -> str:
    """Of alice's row, the same in user space and in the kernel."""
    here = node.bindings()[KEY]["anchor"]
    equal(node.kernel_bindings()[KEY]["anchor"], here, "anchor in the kernel")
    return here


@scenario
def T07_only_the_200_moves_the_anchor(lab: Lab) -> None:
    """alice's address comes up behind another MAC. Till she proves herself by a registration it is
    not hers there; then it is, and is not where it was."""
    node = lab.start_node({"gate.anchor": ["mac"]})
    alice, bob = registered(lab)
    old_place, new_place = lab.injector(ALICE_HOST), lab.injector(ANOTHER_HOST)
    contains(anchor_of(node), old_place.mac, "the anchor")

    spoofer = lab.injector(STRANGER_HOST)
    admitted = node.verdicts()["known_admitted"]
    spoofed = alice.register_request()
    spoofer.spoof((ALICE_HOST, SIP_PORT), PROXY4, spoofed.write())
    status(alice.expect_final(spoofed), 401)  # the challenge goes to alice
    equal(node.verdicts()["known_admitted"], admitted + 1, "REGISTERs from the other place")
    contains(anchor_of(node), old_place.mac, "the anchor after a REGISTER without credentials")
    deliver(alice, bob)

    moved = lab.ue_at(alice, lab.hosts[ANOTHER_HOST])
    is_dropped(node, moved, moved.message(BOB.impu), "anchor_mac")
    moved.register()
    contains(anchor_of(node), new_place.mac, "the anchor after the 200")
    contains(node.ctl("explain", ALICE_HOST), new_place.mac, "explain")
    equal(len([key for key in node.bindings() if ALICE_HOST in key]), 1, "rows of alice")
    equal(deliver(moved, bob).asserted, [ALICE.impu], "asserted from the new place")
    is_caught(node, forge(alice.message(BOB.impu)), old_place, "anchor_mac")
    is_caught(node, forge(alice.message(BOB.impu)), spoofer, "anchor_mac")
    nothing_came(bob, fence=moved)


# ---- sources that cannot be true ----

@scenario
def X16_X17_impossible_sources(lab: Lab) -> None:
    """Each impossible source has its counter; not even a REGISTER with it reaches user space."""
    lab.core_network()
    node = lab.start_node({
        "gate.bogons": True, "gate.allow": list(ACCESS_ROUTES),
        "gate.deny": ["203.0.113.128/25", "2001:db8:1::bad:0/112"],
        "scscf.listen": "udp:10.0.0.1:5060", "scscf.trusted_peers": [CORE_PEER]})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    sources = (("own_address", PCSCF4), ("own_address", "10.0.0.1"), ("own_address", PCSCF6),
               ("core_peer", CORE_PEER),
               ("martian", "127.0.0.1"), ("martian", "224.0.0.5"), ("martian", "0.0.0.0"),
               ("martian", "255.255.255.255"), ("martian", "10.0.0.255"),
               ("martian", "::1"), ("martian", "ff02::1"), ("martian", "::"),
               ("source_denied", "203.0.113.200"), ("source_denied", "2001:db8:1::bad:1"),
               ("bogon", "169.254.1.1"), ("bogon", "198.18.0.1"), ("bogon", "fe80::1"),
               ("source_not_allowed", "8.8.8.8"), ("source_not_allowed", "2a00::1"))
    requests = (alice.register_request(), alice.message(BOB.impu))
    received = node.received()
    for reason, source in sources:
        before = node.verdicts()[reason]
        for request in requests:
            proxy = PROXY6 if ":" in source else PROXY4
            attacker.send_packet(udp_packet((source, SIP_PORT), proxy, request.write()))
        wait_until(lambda: node.verdicts()[reason] == before + len(requests), f"{source}: {reason}")
    equal(node.received(), received, "datagrams that user space has read")
    wait_until(lambda: node.gate_events("core_peer", f"{CORE_PEER}:{SIP_PORT}"), "an event")
    deliver(alice, bob)


@scenario
def X17_a_rule_stands_above_a_row(lab: Lab) -> None:
    """The operator denies the address of a bound user: nothing of hers passes, whatever she says,
    and the others go on; when the rule is gone, so is its effect."""
    node = lab.start_node()
    alice, bob = registered(lab)
    node.reconfigure({"gate.deny": [f"{ALICE_HOST}/32"]})
    node.run_gate("attach")
    for request in (alice.message(BOB.impu), alice.register_request(), b"\r\n\r\n"):
        is_dropped(node, alice, request, "source_denied")
    row(node, KEY)
    deliver(bob, bob)
    node.reconfigure({"gate.deny": []})
    node.run_gate("attach")
    deliver(alice, bob)


@scenario
def X17_reverse_path(lab: Lab) -> None:
    """reverse_path = "strict": a source whose way back leaves elsewhere is spoofed; "loose": only
    one without a way back is."""
    lab.core_network()
    node = lab.start_node({"gate.reverse_path": "strict"})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    elsewhere, nowhere = (udp_packet((source, SIP_PORT), PROXY4, alice.register_request().write())
                          for source in ("10.0.0.77", "8.8.8.8"))
    for packet in (elsewhere, nowhere):
        is_caught(node, packet, attacker, "reverse_path")
    node.reconfigure({"gate.reverse_path": "loose"})
    node.run_gate("attach")
    is_caught(node, nowhere, attacker, "reverse_path")
    admitted = node.verdicts()["register_admitted"]
    attacker.send_packet(elsewhere)
    node.wait_for_verdict("register_admitted", admitted + 1)
    deliver(alice, bob)
