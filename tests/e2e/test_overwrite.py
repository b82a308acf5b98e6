# SPDX-License-Identifier: Apache-2.0
"""Who owns a row of the IP address check table, and when it changes hands."""
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, DAVE, PCSCF4, SIP_PORT,
                 STRANGER_HOST, Lab)
from process import wait_until
from scenario import (contains, equal, is_dropped, no_row, prefers, reaches_as, row, scenario,
                      status)
from sip_client import Instance, Ue

WILDCARD = f"any {ALICE_HOST}"


@scenario
def T01_next_tenant_registers(lab: Lab) -> None:
    """Alice vanished; bob gets her address and registers: all of the row becomes bob's."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    alice.close()
    epoch = row(node, WILDCARD)["epoch"]

    bob = lab.ue(BOB, ALICE_HOST)
    status(bob.ask(bob.register_request()), 401)
    equal(row(node, WILDCARD)["impi"], ALICE.impi, "owner while bob is only challenged")
    bob.register()
    new = row(node, WILDCARD)
    equal(new["impi"], BOB.impi, "owner after bob's 200")
    equal(new["epoch"], epoch + 1, "epoch")
    equal(node.events("overwritten"), 1, "events")
    reaches_as(bob, carol, BOB.impu, prefers(f"<{ALICE.impu}>"))
    equal(node.events("preferred-not-registered"), 1, "events")


@scenario
def T03_port_reuse_with_outbound(lab: Lab) -> None:
    """With RFC 5626 a row is of one port; a NAT that gives the port to bob moves that row only."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    dave = lab.ue(DAVE, ALICE_HOST, 40002)
    dave.register(instance=Instance())
    phone = Instance()
    alice = lab.ue(ALICE, ALICE_HOST, 40001)
    alice.register(instance=phone)
    alice.close()
    bob = lab.ue(BOB, ALICE_HOST, 40001)
    bob.register(instance=Instance())
    equal(row(node, f"udp {ALICE_HOST}:40001")["impi"], BOB.impi, "owner of the port")
    equal(row(node, f"udp {ALICE_HOST}:40002")["impi"], DAVE.impi, "owner of the other port")
    reaches_as(bob, carol, BOB.impu)
    reaches_as(dave, carol, DAVE.impu)


@scenario
def T03_moved_port_must_register_first(lab: Lab) -> None:
    """The NAT moves alice to another port: unbound until she registers; then the old row goes."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    phone = Instance()
    before = lab.ue(ALICE, ALICE_HOST, 40001)
    before.register(instance=phone)
    after = lab.ue(ALICE, ALICE_HOST, 40055)
    is_dropped(node, after, after.message(CAROL.impu))
    after.register(instance=phone)
    reaches_as(after, carol, ALICE.impu)
    no_row(node, f"udp {ALICE_HOST}:40001")
    is_dropped(node, before, before.message(CAROL.impu))


@scenario
def T04_nat_without_outbound_is_refused(lab: Lab) -> None:
    """TS 33.203 N.2: a Via that is not the source, and no outbound: 421 Require: outbound."""
    node = lab.start_node()
    alice = lab.ue(ALICE, ALICE_HOST, 40001)
    alice.via = "10.0.0.5:5060"
    refused = status(alice.ask(alice.register_request()), 421)
    equal(refused.get("Require"), "outbound", "Require")
    contains(refused["Via"], f"received={ALICE_HOST}", "Via of the answer")
    contains(refused["Via"], "rport=40001", "Via of the answer")
    equal(node.bindings(), {}, "rows")
    equal(node.events("nat-without-outbound"), 1, "events")
    alice.register(instance=Instance())
    row(node, f"udp {ALICE_HOST}:40001")


@scenario
def T05_T06_two_users_of_one_address(lab: Lab) -> None:
    """Two users without outbound: seen and reported; `portbind` keeps them apart."""
    node = lab.start_node({"pcscf.on_shared_ip": "portbind"})
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST, 5060)
    bob = lab.ue(BOB, ALICE_HOST, 5062)
    alice.register()
    bob.register()
    if node.events("shared-address") < 1:
        raise AssertionError("nobody was told that two users share an address")
    reaches_as(alice, carol, ALICE.impu)
    reaches_as(bob, carol, BOB.impu)


@scenario
def T13_spoofed_deregistration(lab: Lab) -> None:
    """A de-REGISTER with alice's forged source and no answer: challenged, and nothing changes."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    before = row(node, WILDCARD)
    forged = alice.register_request(expires=0, contact="*")
    attacker = lab.injector(STRANGER_HOST)
    attacker.spoof((ALICE_HOST, SIP_PORT), (PCSCF4, SIP_PORT), forged.write())
    status(alice.expect_final(forged), 401)  # the answer goes to whom the address belongs
    after = row(node, WILDCARD)
    equal((after["epoch"], after["created"]), (before["epoch"], before["created"]), "the row")
    equal(node.events("deregistered"), 0, "events")
    reaches_as(alice, carol, ALICE.impu)


@scenario
def T14_unauthenticated_register_overwrites_nothing(lab: Lab) -> None:
    """REGISTERs of other users with alice's forged source: challenged; the row stays alice's."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    before = row(node, WILDCARD)
    attacker = lab.injector(STRANGER_HOST)
    mallory = lab.ue(BOB, BOB_HOST)
    mallory.via = alice.hostport
    guess = mallory.empty_authorization().replace('response=""', f'response="{"0" * 32}"')
    for authorization in (None, guess):
        forged = mallory.register_request(authorization=authorization)
        attacker.spoof((ALICE_HOST, SIP_PORT), (PCSCF4, SIP_PORT), forged.write())
        refused = alice.expect_final(forged)
        if refused.status not in (401, 403):
            raise AssertionError(f"accepted:\n{refused.text()}")
    after = row(node, WILDCARD)
    equal((after["impi"], after["epoch"]), (ALICE.impi, before["epoch"]), "the row")
    reaches_as(alice, carol, ALICE.impu)


@scenario
def T17_packets_queued_before_an_overwrite(lab: Lab) -> None:
    """Packets that the gate tagged for alice and user space reads when the row is bob's: nobody's.

    The daemon is stopped while bob's answer and then many requests from the same address arrive, so
    that all of them carry the tag of alice's row."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    alice.close()
    bob = lab.ue(BOB, ALICE_HOST)
    answer = bob.answer_to(status(bob.ask(bob.register_request()), 401))
    requests = [bob.message(CAROL.impu) for _ in range(300)]
    bound = node.verdicts()["bound"]
    with node.stopped():
        bob.say(answer)
        for request in requests:
            bob.say(request)
        node.wait_for_verdict("bound", bound + len(requests) + 1)
    status(bob.expect_final(answer), 200)

    def all_are_judged() -> bool:
        return len(distinct(carol)) + node.events("stale-epoch") >= len(requests)
    wait_until(all_are_judged, "every queued request is forwarded or refused")
    for _ in distinct(carol):  # read before the overwrite: alice's row, alice's tag
        arrived = carol.expect_request("MESSAGE")
        equal(arrived.asserted, [ALICE.impu], "asserted for what was read before the overwrite")
        carol.answer(arrived, 200, "OK")
    if node.events("stale-epoch") == 0:
        raise AssertionError("no request was read after the overwrite: the test proves nothing")
    reaches_as(bob, carol, BOB.impu)


def distinct(receiver: Ue) -> set[str]:
    """The requests that have come, without their retransmissions."""
    return {request.branch for request in receiver.requests()}
