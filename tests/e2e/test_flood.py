# SPDX-License-Identifier: Apache-2.0
"""Floods of strangers, with and without the gate, and who gets in all the same."""
import json
import pathlib
import re
import sys

from frames import hardware_address
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, DAVE, PCSCF4, SIP_PORT,
                 STRANGER_HOST, Lab)
from node import Node
from process import Process, wait_until
from scenario import equal, row, scenario, status
from sip_client import Instance, Silence, Ue
from sip_message import Message

FLOOD = pathlib.Path(__file__).resolve().parent / "flood.py"
BLANK = "z9hG4bK@@@@@@@@"
DAVE_HOST = "192.0.2.9"
NAT = "203.0.113.99"
MANY_SOURCES = 1 << 20
FEW_SOURCES = 4_000
ENOUGH = 10_000  # frames
FEW = 100
MOST_GROWTH = 16 << 20  # octets of memory
RETRANSMISSIONS = 10


# ---- attackers, and clients as RFC 3261 has them ----

def start_flood(lab: Lab, request: Message, sources: int, count: int = 0) -> Process:
    """From 172.16.0.0 on. Answers to there end at a cable of the core that leads nowhere."""
    lab.core.ip("link", "add", "nowhere", "type", "veth", "peer", "name", "end")
    for link in ("nowhere", "end"):
        lab.core.ip("link", "set", link, "arp", "off", "up")
    lab.core.ip("route", "add", "172.16.0.0/12", "dev", "nowhere")
    via = ("Via", f"SIP/2.0/UDP {STRANGER_HOST}:{SIP_PORT};branch={BLANK};rport")
    rows = [via if name == "Via" else (name, value) for name, value in request.rows]
    payload = lab.workdir / "payload"
    payload.write_bytes(Message(request.start, rows, request.body).write())
    host = lab.host(STRANGER_HOST)
    flood = lab.process("flood", host.command(
        sys.executable, str(FLOOD), "eth0", hardware_address(lab.core, "access"), PCSCF4,
        str(count), str(sources), str(payload)))
    flood.wait_for("flooding")
    return flood


def frames_of(flood: Process) -> int:
    """How many have left."""
    flood.wait()
    return int(re.search(r"sent (\d+)", flood.said()).group(1))


def at_the_socket(node: Node) -> int:
    """Datagrams for user space: what it has read, and what its sockets had no room for."""
    sockets = node.ctl_json("counters")["sockets"]
    return sum(one["received"] + one["dropped_by_kernel"] for one in sockets)


def passed(node: Node) -> int:
    """Packets that the gate let in."""
    return sum(count for reason, count in node.verdicts().items()
               if reason == "bound" or reason.endswith("_admitted"))


def lost(lab: Lab) -> int:
    """Frames that no device of the lab had room for."""
    sums = 0
    for namespace in (lab.access, lab.core, lab.host(STRANGER_HOST)):
        for link in json.loads(namespace.ip("-j", "-s", "link", "show")):
            counters = link["stats64"]
            sums += counters["rx"]["dropped"] + counters["tx"]["dropped"]
    return sums


def insist(ue: Ue, request: Message) -> Message:
    """The final response; the request is sent anew while none comes (RFC 3261 17.1.2.2)."""
    for _ in range(RETRANSMISSIONS):
        ue.say(request)
        try:
            return ue.expect_final(request, patience=1.0)
        except Silence:
            pass
    raise Silence(f"{request.start}: no answer to {RETRANSMISSIONS} copies")


def exchange(sender: Ue, receiver: Ue) -> None:
    """A MESSAGE and its 200, whatever the network loses of both."""
    request = sender.message(receiver.account.impu)
    arrived = None
    for _ in range(RETRANSMISSIONS):
        sender.say(request)
        try:
            arrived = arrived or receiver.expect_request("MESSAGE", patience=1.0)
            equal(arrived.asserted, [sender.account.impu], "asserted")
            receiver.answer(arrived, 200, "OK")
            status(sender.expect_final(request, patience=1.0), 200)
            return
        except Silence:
            pass
    raise Silence(f"{request.start}: not delivered")


def register(ue: Ue) -> None:
    challenged = status(insist(ue, ue.register_request()), 401)
    status(insist(ue, ue.answer_to(challenged)), 200)


def memory(node: Node) -> int:
    """Octets of the daemon in memory."""
    status_file = pathlib.Path(f"/proc/{node.daemon.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status_file).group(1)) << 10


def registered(lab: Lab) -> tuple[Ue, Ue]:
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    return alice, bob


# ---- floods ----

@scenario
def X07_invite_flood_ends_in_the_kernel(lab: Lab) -> None:
    """INVITEs from a million sources: user space reads none of them, the counters have them all,
    and fifty MESSAGEs of the bound get through meanwhile."""
    node = lab.start_node()
    alice, bob = registered(lab)
    before, received, lost_before = node.verdicts(), node.received(), lost(lab)
    flood = start_flood(lab, alice.request("INVITE", BOB.impu), MANY_SOURCES)
    for _ in range(50):
        exchange(alice, bob)
    node.wait_for_verdict("unbound", before["unbound"] + 2 * ENOUGH)
    flood.stop()
    sent = frames_of(flood)

    def accounted() -> int:
        return node.verdicts()["unbound"] - before["unbound"] + lost(lab) - lost_before
    wait_until(lambda: accounted() >= sent, f"{sent} frames are accounted for")
    after = node.verdicts()
    grown = {reason for reason in after if after[reason] != before[reason]}
    equal(grown, {"unbound", "bound"}, "reasons of the gate meanwhile")
    equal(node.received() - received, after["bound"] - before["bound"],
          "datagrams that user space has read: those of bound sources")
    equal(node.events("unbound"), 0, "unbound requests that user space saw")


@scenario
def X07_invite_flood_without_a_gate(lab: Lab) -> None:
    """The same flood without a gate: all of it reaches the socket, and user space has to read what
    the socket has room for."""
    node = lab.start_node({"gate": None})
    alice, bob = registered(lab)
    came, lost_before = at_the_socket(node), lost(lab)
    flood = start_flood(lab, alice.request("INVITE", BOB.impu), MANY_SOURCES, ENOUGH)
    equal(frames_of(flood), ENOUGH, "frames")
    exchange(alice, bob)  # behind the flood in the same queue, and tells what had no room there
    wait_until(lambda: at_the_socket(node) - came + lost(lab) - lost_before >= ENOUGH,
               "the socket has had all of it")
    if node.events("unbound") < FEW:
        raise AssertionError(f"user space has read {node.events('unbound')} of {ENOUGH}")


@scenario
def X22_register_flood_leaves_room(lab: Lab) -> None:
    """REGISTERs from 4,000 forged sources spend the budget of strangers, and nothing else: neither
    that of users who are bound, were bound lately or have been challenged, nor maps and memory."""
    node = lab.start_node({"gate.register_rate_per_source": 2, "gate.register_rate_total": 50})
    alice, bob = registered(lab)
    dave, carol = lab.ue(DAVE, DAVE_HOST), lab.ue(CAROL, CAROL_HOST)
    dave.register()
    dave.deregister()
    challenged = status(carol.ask(carol.register_request()), 401)
    size, read, passing = memory(node), node.received(), passed(node)
    # With outbound, so that no NAT is held against it, and each that is read is challenged.
    flood = start_flood(lab, alice.register_request(instance=Instance()), FEW_SOURCES)
    start = node.verdicts()["register_flood"]
    node.wait_for_verdict("register_flood", start + ENOUGH)

    status(insist(carol, carol.answer_to(challenged)), 200)
    known = node.verdicts()["known_admitted"]
    register(dave)
    register(alice)
    if node.verdicts()["known_admitted"] < known + 2:
        raise AssertionError(f"verdicts: {node.verdicts()}")
    for _ in range(20):
        exchange(alice, bob)
    node.wait_for_verdict("register_flood", start + 2 * ENOUGH)
    flood.stop()
    wait_until(lambda: node.received() - read == passed(node) - passing,
               "user space has read what the counters say, and nothing else")

    if node.verdicts()["challenged_admitted"] == 0:
        raise AssertionError(f"verdicts: {node.verdicts()}")
    sizes = {name: len(node.dump(name)) for name in ("bindings4", "addresses4",
                                                     "bindings6", "addresses6")}
    equal(sizes, {"bindings4": 3, "addresses4": 3, "bindings6": 1, "addresses6": 1}, "maps")
    growth = memory(node) - size
    if growth > MOST_GROWTH:
        raise AssertionError(f"the daemon has grown by {growth >> 20} MB")


@scenario
def X22_register_flood_without_a_gate(lab: Lab) -> None:
    """The same flood without a gate: each REGISTER that is read is answered, wherever to."""
    node = lab.start_node({"gate": None})
    alice, bob = registered(lab)
    challenged = node.events("challenged")
    flood = start_flood(lab, alice.register_request(instance=Instance()), FEW_SOURCES, ENOUGH)
    equal(frames_of(flood), ENOUGH, "frames")
    exchange(alice, bob)
    if node.events("challenged") - challenged < FEW:
        raise AssertionError(f"challenges: {node.events('challenged') - challenged}")


# ---- all at once, and honestly ----

def phones_behind(lab: Lab, first_port: int) -> list[Ue]:
    return [lab.ue(account, NAT, first_port + 10 * user + phone)
            for user, account in enumerate((ALICE, BOB, CAROL, DAVE))
            for phone in range(8)]


def register_all(phones: list[Ue], instances: list[Instance]) -> None:
    """All ask at once, and all answer at once."""
    asked = [phone.register_request(instance=instance)
             for phone, instance in zip(phones, instances)]
    for phone, request in zip(phones, asked):
        phone.say(request)
    answers = [phone.answer_to(status(phone.expect_final(request), 401), instance=instance)
               for phone, request, instance in zip(phones, asked, instances)]
    for phone, request in zip(phones, answers):
        phone.say(request)
    for phone, request in zip(phones, answers):
        status(phone.expect_final(request), 200)


@scenario
def X22_mass_registration_behind_a_nat(lab: Lab) -> None:
    """A NAT forgets its mappings: all thirty-two phones behind it register anew at once, from other
    ports. None is refused; a stranger who sends as many REGISTERs is."""
    node = lab.start_node()
    before_outage, after_outage = phones_behind(lab, 40_001), phones_behind(lab, 50_001)
    instances = [Instance() for _ in before_outage]
    for phone, instance in zip(before_outage, instances):
        phone.register(instance=instance)
    node.reconfigure({"gate.register_rate_per_source": 4, "gate.syn_rate_per_source": 4})
    node.run_gate("attach")
    before = node.verdicts()
    register_all(after_outage, instances)
    after = node.verdicts()
    equal(after["known_admitted"] - before["known_admitted"], 2 * len(instances), "REGISTERs")
    equal(after["known_limited"], 0, "REGISTERs that were refused")
    equal(len(node.bindings()), len(instances), "rows")
    row(node, f"udp {NAT}:50001")

    stranger = lab.injector(STRANGER_HOST)
    request = after_outage[0].register_request().write()
    for number in range(2 * len(instances)):
        stranger.spoof((STRANGER_HOST, 1024 + number), (PCSCF4, SIP_PORT), request)
    wait_until(lambda: node.verdicts()["register_limited"] > 0, "the stranger is limited")
