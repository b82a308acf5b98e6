# SPDX-License-Identifier: Apache-2.0
"""T-2, Annex Q's last attack, where nobody reports that the address was given back: the UE that
promised keep-alives is silent, and who speaks with its address then may be anyone."""
from digest import Account, Credentials
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, DAVE, PCSCF4, SIP_PORT, STRANGER_HOST, Lab)
from node import Node
from process import wait_until
from scenario import (contains, deliver, equal, is_dropped, nothing_came, reaches_as, scenario,
                      status)
from sip_client import Ue
from test_precedence import challenge_of, proven

KEY = f"any {ALICE_HOST}"
INTERVAL = 60  # seconds
SILENCE = {"pcscf.keep_alive": INTERVAL, "gate.suspect_after": 1}
IMPOSTOR = Account(ALICE.impi, ALICE.impu, "not alice's password")


def registered(lab: Lab) -> tuple[Ue, Ue]:
    """alice, who promised keep-alives, and bob, who did not."""
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.offers_keep = True
    contains(alice.register()["Via"], f"keep={INTERVAL}", "what the 200 asks for")
    bob.register()
    return alice, bob


def is_suspect(node: Node) -> bool:
    return node.kernel_bindings()[KEY]["suspect"]


@scenario
def T02_silence_makes_a_row_suspect(lab: Lab) -> None:
    """After a silence nothing but a REGISTER passes in the kernel; the 200 ends the suspicion."""
    node = lab.start_node(SILENCE)
    alice, bob = registered(lab)
    deliver(alice, bob)
    for address in (ALICE_HOST, BOB_HOST):
        node.silence(address, INTERVAL + 5)
    for request in (alice.message(BOB.impu), alice.request("INVITE", BOB.impu), b"\r\n\r\n",
                    alice.message(BOB.impu)):  # what is refused is no sign of life
        is_dropped(node, alice, request, "suspect")
    equal(is_suspect(node), True, "suspect in the kernel")
    contains(node.ctl("explain", ALICE_HOST), "suspect", "explain")
    deliver(bob, bob)  # who promised nothing is not missed
    alice.register()
    equal(is_suspect(node), False, "suspect after the 200")
    reaches_as(alice, bob, ALICE.impu)


@scenario
def T02_keep_alives_prevent_suspicion(lab: Lab) -> None:
    """A CRLF before the silence is over is a sign of life, as any packet of the row is."""
    node = lab.start_node(SILENCE)
    alice, bob = registered(lab)
    for sign in (b"\r\n\r\n", alice.message(BOB.impu)):
        node.silence(ALICE_HOST, INTERVAL - 20)
        received = node.received()
        alice.say(sign)
        wait_until(lambda: node.received() > received, "the sign of life is read")
        equal(is_suspect(node), False, "suspect in the kernel")
        if node.kernel_bindings()[KEY]["last_seen"] >= INTERVAL - 20:
            raise AssertionError("the kernel did not note the sign of life")
    bob.answer(bob.expect_request("MESSAGE"), 200, "OK")
    reaches_as(alice, bob, ALICE.impu)


@scenario
def T02_suspect_must_prove_himself(lab: Lab) -> None:
    """suspect = "tag": nothing is asserted of the row; who has its address must answer a 407, and
    goes out as the user that he proves to be."""
    node = lab.start_node(SILENCE | {"gate.suspect": "tag"})
    alice, bob = registered(lab)
    dave = lab.ue(DAVE, STRANGER_HOST)
    dave.register()
    node.silence(ALICE_HOST, INTERVAL + 5)
    for method in ("MESSAGE", "INVITE", "OPTIONS"):
        status(alice.ask(alice.request(method, BOB.impu, [("Contact", alice.contact)])), 407)
    challenge = challenge_of(alice, alice.message(BOB.impu))
    guessed = alice.ask(proven(alice, BOB.impu, IMPOSTOR, challenge))
    if guessed.status not in (403, 407):
        raise AssertionError(f"a wrong password was answered {guessed.start}")
    nothing_came(bob, fence=dave)
    equal(node.verdicts()["suspect"], 0, "packets that were refused")

    for user in (ALICE, DAVE):  # dave is registered: the proof says who it is, not the row
        challenge = challenge_of(alice, alice.message(BOB.impu))
        answer = Credentials(user, challenge).answer("MESSAGE", BOB.impu)
        reaches_as(alice, bob, user.impu, [("Proxy-Authorization", answer)])
    if node.verdicts()["suspect_tagged"] < 6:
        raise AssertionError(f"verdicts: {node.verdicts()}")
    alice.register()
    reaches_as(alice, bob, ALICE.impu)


@scenario
def T07_suspect_spoofed_from_elsewhere(lab: Lab) -> None:
    """An anchor stands above suspicion: even with suspect = "tag" a forger gets no 407."""
    node = lab.start_node(SILENCE | {"gate.suspect": "tag", "gate.anchor": ["mac"]})
    alice, bob = registered(lab)
    node.silence(ALICE_HOST, INTERVAL + 5)
    caught, received = node.verdicts()["anchor_mac"], node.received()
    forged = alice.message(BOB.impu).write()
    lab.injector(STRANGER_HOST).spoof((ALICE_HOST, SIP_PORT), (PCSCF4, SIP_PORT), forged)
    node.wait_for_verdict("anchor_mac", caught + 1)
    equal(node.received(), received, "datagrams that user space has read")
    status(alice.ask(alice.message(BOB.impu)), 407)
