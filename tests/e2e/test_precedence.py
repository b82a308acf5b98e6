# SPDX-License-Identifier: Apache-2.0
"""Proxy-authentication: Digest stands where an address can be forged, and wins over it."""
from digest import Account, Credentials, choose, parameters
from lab import (ALICE, ALICE_HOST, BOB, CAROL, CAROL_HOST, PCSCF4, SIP_PORT, STRANGER_HOST, Lab)
from scenario import equal, nothing_came, reaches_as, scenario, status
from sip_client import Ue
from sip_message import Message

OTHER_HOST = "192.0.2.77"


def challenge_of(ue: Ue, request: Message) -> dict[str, str]:
    return choose(status(ue.ask(request), 407).all("Proxy-Authenticate"))


def next_challenge(registered: Message) -> dict[str, str]:
    """RFC 7616 3.5: the nonce that the home wants to see next on this flow."""
    info = parameters(registered["Authentication-Info"])
    return {"realm": ALICE.realm, "nonce": info["nextnonce"], "algorithm": "SHA-256"}


def proven(ue: Ue, target: str, account: Account, challenge: dict[str, str],
           text: str = "hello") -> Message:
    """A MESSAGE with the account's Proxy-Authorization."""
    answer = Credentials(account, challenge).answer("MESSAGE", target)
    return ue.message(target, text, [("Proxy-Authorization", answer)])


@scenario
def T07_spoofed_source_passes_the_address_check(lab: Lab) -> None:
    """The residual risk that Annex Q documents: with the address check alone, a frame with alice's
    source is alice's. (Not a promise; proxy_auth is the remedy, see T08.)"""
    node = lab.start_node({"scscf.proxy_auth": "never"})
    carol, alice = lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, ALICE_HOST)
    carol.register()
    alice.register()
    bound = node.verdicts()["bound"]
    forged = alice.message(CAROL.impu, "forged")
    lab.injector(STRANGER_HOST).spoof((ALICE_HOST, SIP_PORT), (PCSCF4, SIP_PORT), forged.write())
    arrived = carol.expect_request("MESSAGE")
    equal((arrived.body, arrived.asserted), (b"forged", [ALICE.impu]), "what reached carol")
    carol.answer(arrived, 200, "OK")
    status(alice.expect_final(forged), 200)  # the answer goes to alice, never to the attacker
    if node.verdicts()["bound"] <= bound:
        raise AssertionError("the gate did not see the forged frame")


@scenario
def T08_spoof_does_not_break_digest(lab: Lab) -> None:
    """With proxy-authentication a forged source is worth nothing: the 407 goes to alice."""
    lab.start_node({"scscf.proxy_auth": "always"})
    carol, alice = lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, ALICE_HOST)
    carol.register()
    alice.register()
    attacker = lab.injector(STRANGER_HOST)
    for method in ("MESSAGE", "INVITE", "OPTIONS", "SUBSCRIBE"):
        forged = alice.request(method, CAROL.impu, [("Contact", alice.contact)])
        attacker.spoof((ALICE_HOST, SIP_PORT), (PCSCF4, SIP_PORT), forged.write())
        status(alice.expect_final(forged), 407)
    fence = proven(alice, CAROL.impu, ALICE, challenge_of(alice, alice.message(CAROL.impu)),
                   "fence")
    alice.say(fence)
    equal(carol.expect_request("MESSAGE").body, b"fence", "the first that reached carol")
    equal(carol.requests(), [], "requests that reached carol")


@scenario
def T10_digest_takes_precedence(lab: Lab) -> None:
    """The attacker sends from alice's binding and proves himself as bob: it goes out as bob's."""
    node = lab.start_node({"scscf.proxy_auth": "initial"})
    carol, alice = lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, OTHER_HOST)
    carol.register()
    alice.register()
    challenge = challenge_of(alice, alice.message(CAROL.impu))
    unregistered = proven(alice, CAROL.impu, BOB, challenge)
    status(alice.ask(unregistered), 403)  # bob is not registered: he has no identity to assert

    bob = lab.ue(BOB, ALICE_HOST)
    bob.register()
    challenge = challenge_of(alice, alice.message(CAROL.impu))
    request = proven(alice, CAROL.impu, BOB, challenge)
    alice.say(request)
    arrived = carol.expect_request("MESSAGE")
    equal(arrived.asserted, [BOB.impu], "asserted")
    equal(arrived.all("Proxy-Authorization"), [], "credentials that went on")
    carol.answer(arrived, 200, "OK")
    status(alice.expect_final(request), 200)
    equal(node.events("precedence-mismatch"), 1, "events")
    event = node.last_event("precedence-mismatch")
    equal((event["impi"], event["impu"]), (BOB.impi, ALICE.impu), "who won, what was dropped")


@scenario
def T10_strict_option_rejects(lab: Lab) -> None:
    """precedence_mismatch = "reject": two identities in one request are one too many."""
    lab.start_node({"scscf.proxy_auth": "if_present", "scscf.precedence_mismatch": "reject"})
    carol, alice, bob = (lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, OTHER_HOST),
                         lab.ue(BOB, ALICE_HOST))
    carol.register()
    bob.register()
    challenge = next_challenge(alice.register())
    status(alice.ask(proven(alice, CAROL.impu, BOB, challenge)), 403)
    nothing_came(carol, fence=bob)


@scenario
def T11_shared_identity_is_kept(lab: Lab) -> None:
    """An identity of both users belongs to both: no mismatch, no event."""
    family = "sip:family@home1.example"
    node = lab.node({"scscf.proxy_auth": "initial"})
    for account in (ALICE, BOB):
        node.provision(Account(account.impi, account.impu, account.password, (family,)))
    node.provision(CAROL)
    node.start()
    carol, alice, bob = (lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, OTHER_HOST),
                         lab.ue(BOB, ALICE_HOST))
    for ue in (carol, alice, bob):
        ue.register()
    challenge = challenge_of(alice, alice.message(CAROL.impu))
    request = proven(alice, CAROL.impu, BOB, challenge)
    request.rows.append(("P-Preferred-Identity", f"<{family}>"))
    alice.say(request)
    equal(carol.expect_request("MESSAGE").asserted, [family], "asserted")
    equal(node.events("precedence-mismatch"), 0, "events")


@scenario
def T28_nonce_count_is_used_once(lab: Lab) -> None:
    """The same nonce count again: 407 with stale=true, and nothing goes on."""
    node = lab.start_node({"scscf.proxy_auth": "initial"})
    carol, alice = lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, ALICE_HOST)
    carol.register()
    alice.register()
    challenge = challenge_of(alice, alice.message(CAROL.impu))
    first = proven(alice, CAROL.impu, ALICE, challenge)
    alice.say(first)
    arrived = carol.expect_request("MESSAGE")
    carol.answer(arrived, 200, "OK")
    status(alice.expect_final(first), 200)
    replay = alice.message(CAROL.impu, "replay",
                           [("Proxy-Authorization", first["Proxy-Authorization"])])
    again = choose(status(alice.ask(replay), 407).all("Proxy-Authenticate"))
    equal(again.get("stale", "").lower(), "true", "stale")
    equal(node.events("nonce-stale"), 1, "events")


@scenario
def digest_algorithms(lab: Lab) -> None:
    """RFC 8760: a UE answers the challenge that it knows; one the home has no secret for fails."""
    node = lab.node()
    node.provision(ALICE)
    node.provision(BOB, "--algorithm", "SHA-512-256")
    node.start()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, OTHER_HOST)
    for algorithm in ("SHA-256", "MD5"):
        alice.algorithm = algorithm
        alice.register()
    challenged = status(bob.ask(bob.register_request()), 401)
    offered = [row.split("algorithm=")[1].split(",")[0]
               for row in challenged.all("WWW-Authenticate")]
    equal(offered, ["SHA-512-256"], "algorithms offered to bob")
    bob.register()
    reaches_as(alice, bob, ALICE.impu)
    wrong = lab.ue(Account(BOB.impi, BOB.impu, "guess"), "203.0.113.9")
    status(wrong.try_register(), 403)
    equal(node.events("authentication-failed"), 1, "events")
