# SPDX-License-Identifier: Apache-2.0
"""Datagrams that are larger than a frame, and frames that are larger than usual."""
import json

from frames import Fragment, udp_datagram, udp_fragment
from lab import ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, PCSCF4, SIP_PORT, STRANGER_HOST, Lab
from process import wait_until
from scenario import deliver, equal, is_dropped, nothing_came, scenario, status
from sip_client import Ue

LARGE = "x" * 3_000  # three fragments with the headers
JUMBO = "x" * 6_000
JUMBO_MTU = "9000"
FIRST = 1_480  # octets of a first fragment


def registered(lab: Lab) -> tuple[Ue, Ue]:
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    return alice, bob


def sends(alice: Ue, bob: Ue, text: str) -> None:
    request = alice.message(BOB.impu, text)
    alice.say(request)
    arrived = bob.expect_request("MESSAGE")
    equal((arrived.asserted, len(arrived.body)), ([ALICE.impu], len(text)), "what reached bob")
    bob.answer(arrived, 200, "OK")
    status(alice.expect_final(request), 200)


@scenario
def X12_fragments_of_strangers(lab: Lab) -> None:
    """By `source` and by `track` a large MESSAGE of the bound arrives, and no fragment of a
    stranger's does. His REGISTER may come in fragments by `track` alone."""
    for policy, refusal in (("source", "fragment_unbound"), ("track", "fragment_untracked")):
        node = lab.node({"gate.fragments": policy}, policy)
        for account in (ALICE, BOB, CAROL):
            node.provision(account)
        node.start()
        alice, bob = registered(lab)
        stranger = lab.ue(CAROL, STRANGER_HOST)
        sends(alice, bob, LARGE)
        equal(node.verdicts()["fragment_admitted"], 2, f"later fragments by {policy}")
        received = node.received()
        stranger.say(stranger.message(BOB.impu, LARGE))
        node.wait_for_verdict(refusal, 2)
        equal(node.verdicts()["unbound"], 1, "first fragments of the stranger")
        equal(node.received(), received, "datagrams that user space has read")
        registration = stranger.register_request()
        registration.body = LARGE.encode()
        if policy == "track":
            status(stranger.ask(registration), 401)
        else:
            stranger.say(registration)
            node.wait_for_verdict(refusal, 4)
        nothing_came(bob, fence=alice)
        for ue in (alice, bob, stranger):
            ue.close()
        node.stop()
        node.detach()


@scenario
def X12_later_fragments_with_a_bound_source(lab: Lab) -> None:
    """They have no port, so that `source` passes forged ones; it does not pass many of them."""
    node = lab.start_node({"gate.fragment_rate_per_source": 5})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    received = node.received()
    for number in range(100):
        attacker.send_packet(udp_fragment(ALICE_HOST, PCSCF4, b"x" * 800,
                                          Fragment(id=number, offset=FIRST)))
    def accounted() -> bool:
        verdicts = node.verdicts()
        return verdicts["fragment_limited"] + verdicts["fragment_admitted"] == 100
    wait_until(accounted, "all fragments are counted")
    if node.verdicts()["fragment_limited"] == 0:
        raise AssertionError(f"verdicts: {node.verdicts()}")
    equal(node.received(), received, "datagrams that user space has read")
    deliver(alice, bob)


@scenario
def X12_tracked_fragments(lab: Lab) -> None:
    """By `track` a later fragment needs a first one that passed, and must not reach into it."""
    node = lab.start_node({"gate.fragments": "track"})
    alice, bob = registered(lab)
    attacker = lab.injector(STRANGER_HOST)
    datagram = udp_datagram((ALICE_HOST, SIP_PORT), (PCSCF4, SIP_PORT),
                            alice.message(BOB.impu, LARGE).write())
    head, tail = datagram[:FIRST], datagram[FIRST:2 * FIRST]
    attacker.send_packet(udp_fragment(ALICE_HOST, PCSCF4, tail, Fragment(id=1, offset=FIRST)))
    node.wait_for_verdict("fragment_untracked", 1)
    attacker.send_packet(udp_fragment(ALICE_HOST, PCSCF4, head, Fragment(id=2, more=True)))
    attacker.send_packet(udp_fragment(ALICE_HOST, PCSCF4, tail, Fragment(id=2, offset=FIRST - 8)))
    node.wait_for_verdict("fragment_overlap", 1)
    attacker.send_packet(udp_fragment(ALICE_HOST, PCSCF4, tail, Fragment(id=3, offset=FIRST)))
    node.wait_for_verdict("fragment_untracked", 2)
    nothing_came(bob, fence=alice)
    sends(alice, bob, LARGE)


@scenario
def X12_fragments_dropped(lab: Lab) -> None:
    """By `drop` no fragment passes, of nobody; what fits into a frame does."""
    node = lab.start_node({"gate.fragments": "drop"})
    alice, bob = registered(lab)
    is_dropped(node, alice, alice.message(BOB.impu, LARGE), "fragment_policy")
    node.wait_for_verdict("fragment_policy", 3)
    nothing_came(bob, fence=alice)


def enlarge_frames(lab: Lab) -> None:
    """Hosts that are made later are not enlarged."""
    for namespace in (lab.access, lab.core, *lab.hosts.values()):
        for link in json.loads(namespace.ip("-j", "link", "show")):
            if link["ifname"] != "lo":
                namespace.ip("link", "set", link["ifname"], "mtu", JUMBO_MTU)


@scenario
def jumbo_frames(lab: Lab) -> None:
    """MTU 9000: native XDP, and a MESSAGE of 6,000 octets in one frame is judged as any other."""
    for address in (ALICE_HOST, BOB_HOST, STRANGER_HOST):
        lab.host(address)
    enlarge_frames(lab)
    node = lab.start_node()
    interface = json.loads(node.run_gate("status", "--json"))["interfaces"][0]
    equal((interface["attached"], interface["hook"]), (True, "native"), "state of the gate")
    alice, bob = registered(lab)
    bound = node.verdicts()["bound"]
    sends(alice, bob, JUMBO)
    equal(node.verdicts()["bound"], bound + 2, "frames: the MESSAGE and its 200")
    equal(node.verdicts()["fragment_admitted"], 0, "fragments")
    stranger = lab.ue(CAROL, STRANGER_HOST)
    is_dropped(node, stranger, stranger.message(BOB.impu, JUMBO))
    registration = stranger.register_request()
    registration.body = JUMBO.encode()
    status(stranger.ask(registration), 401)
