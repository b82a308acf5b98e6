# SPDX-License-Identifier: Apache-2.0
"""Which identity reaches the far side, whatever the UE writes into its request."""
import dataclasses

from digest import Credentials, choose
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, HOME, STRANGER_HOST,
                 Lab)
from scenario import (deliver, equal, is_dropped, nothing_came, prefers, reaches_as, row,
                      scenario, status)
from sip_client import Ue
from sip_message import Message

TEL = "tel:+15551000"
PHONE = f"sip:+15551000@{HOME};user=phone"
BARRED = f"sip:ops@{HOME}"
SECOND = f"sip:alice.work@{HOME}"
RICH = dataclasses.replace(ALICE, impu=f'"Alice" <{ALICE.impu}>',
                           others=(TEL, SECOND, BARRED))


@scenario
def T12_forged_flag_is_removed(lab: Lab) -> None:
    """A stranger's integrity-protected proves nothing: he is challenged, and it is reported."""
    node = lab.start_node()
    stranger = lab.ue(ALICE, STRANGER_HOST)
    forgeries = (', integrity-protected="tls-yes"', ", integrity-protected=auth-done",
                 ', INTEGRITY-PROTECTED="ip-assoc-yes"', ', integrity-protected = "yes"')
    for count, forgery in enumerate(forgeries, 1):
        request = stranger.register_request(
            authorization=stranger.empty_authorization() + forgery)
        status(stranger.ask(request), 401)
        equal(node.events("forged-flag"), count, f"events after{forgery}")
    equal(node.bindings(), {}, "rows")


@scenario
def T26_preferred_identity_matrix(lab: Lab) -> None:
    """P-Preferred-Identity chooses among the registered identities and nothing else; From and the
    UE's own P-Asserted-Identity choose nothing."""
    node = lab.node()
    node.provision(RICH, "--barred", BARRED)
    node.provision(CAROL)
    node.start()
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    default = [ALICE.impu]
    matrix = {
        "(i) none": ([], default),
        "(ii) user part is case-sensitive": (prefers(f"<sip:ALICE@{HOME.upper()}>"), default),
        "(ii) host is not": (prefers(f"<sip:alice@{HOME.upper()}>"), default),
        "(iii) other parameters are ignored": (prefers(f"<{ALICE.impu};foo=bar>"), default),
        "(iv) tel with separators": (prefers("<tel:+1-555-1000>"), [TEL]),
        "(v) user=phone is the tel URI": (prefers(f"<{PHONE}>"), [TEL]),
        "(vi) sip and tel": (prefers(f"<{SECOND}>", f"<{TEL}>"), [SECOND, TEL]),
        "(vii) two sip: the first": (prefers(f"<{SECOND}>", f"<{ALICE.impu}>"), [SECOND]),
        "(ix) a scheme that identifies nobody": (prefers("<mailto:a@b.example>"), default),
        "(x) display name plays no role": (prefers(f'"Bob" <{SECOND}>'), [SECOND]),
        "(xi) own P-Asserted-Identity":
            ([("P-Asserted-Identity", f"<sip:victim@{HOME}>")], default),
        "(xii) barred": (prefers(f"<{BARRED}>"), default),
        "another user's": (prefers(f"<{CAROL.impu}>"), default),
        "From": ([("From", f"<{CAROL.impu}>;tag=x")], default),
    }
    for name, (rows, expected) in matrix.items():
        arrived = deliver(alice, carol, rows)
        equal(arrived.asserted, expected, name)
        equal(arrived.all("P-Preferred-Identity"), [], f"{name}: P-Preferred-Identity")
    arrived = deliver(alice, carol)
    equal(arrived["P-Asserted-Identity"], f'"Alice" <{ALICE.impu}>', "display name as stored")


@scenario
def T31_core_impersonation(lab: Lab) -> None:
    """What only the core may use, an own Path token or an assertion, is nothing from the access."""
    node = lab.start_node()
    carol, alice, bob = (lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, ALICE_HOST),
                         lab.ue(BOB, BOB_HOST))
    carol.register()
    bob.register()
    path = alice.register()["Path"]
    stranger = lab.ue(BOB, STRANGER_HOST)
    core_like = [("Route", path), ("P-Asserted-Identity", f"<{CAROL.impu}>"),
                 ("P-Served-User", f"<{CAROL.impu}>")]
    is_dropped(node, stranger, stranger.message(ALICE.impu, rows=core_like))
    # From a bound source it is a request like any other: bob's, to whom it is addressed.
    arrived = deliver(bob, carol, core_like)
    equal(arrived.asserted, [BOB.impu], "asserted")
    equal(arrived.all("P-Served-User"), [], "P-Served-User")
    nothing_came(alice, fence=bob)


@scenario
def T35_right_credentials_from_an_unbound_source(lab: Lab) -> None:
    """Digest does not rescue a source without a row: there is nothing to assert. In monitor mode
    the request reaches user space, which discards it too."""
    node = lab.start_node({"gate.mode": "monitor", "scscf.proxy_auth": "initial"})
    carol = lab.ue(CAROL, CAROL_HOST)
    carol.register()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    challenged = status(alice.ask(alice.message(CAROL.impu)), 407)
    elsewhere = lab.ue(ALICE, STRANGER_HOST)
    credentials = Credentials(ALICE, choose(challenged.all("Proxy-Authenticate")))

    def proven(ue: Ue, text: str) -> Message:
        answer = credentials.answer("MESSAGE", CAROL.impu)
        return ue.message(CAROL.impu, text, [("Proxy-Authorization", answer)])
    elsewhere.say(proven(elsewhere, "unbound"))
    node.wait_for_event("unbound", 1)
    alice.say(proven(alice, "fence"))
    equal(carol.expect_request("MESSAGE").body, b"fence", "the first that reached carol")
    elsewhere.drain()
    equal(elsewhere.inbox, [], "answers to the unbound source")


@scenario
def scrubbing_of_trust_domain_headers(lab: Lab) -> None:
    """What only network elements may write does not come out of the P-CSCF when a UE wrote it."""
    node = lab.start_node()
    carol, alice = lab.ue(CAROL, CAROL_HOST), lab.ue(ALICE, ALICE_HOST)
    carol.register()
    alice.register()
    forged = [("P-Charging-Vector", "icid-value=forged"),
              ("P-Charging-Function-Addresses", "ccf=192.0.2.1"),
              ("P-Profile-Key", "<sip:x@home1.example>"),
              ("P-Access-Network-Info", "3GPP-UTRAN-TDD; network-provided"),
              ("X-Harmless", "stays")]
    arrived = deliver(alice, carol, forged)
    for name, value in forged[:-1]:
        if value in arrived.all(name):
            raise AssertionError(f"{name} of the UE reached the far side:\n{arrived.text()}")
    equal(arrived.get("X-Harmless"), "stays", "a header that means nothing here")
    if node.events("scrubbed") < 1:
        raise AssertionError("nobody was told")


@scenario
def ipv6_registers_and_asserts(lab: Lab) -> None:
    """The story over IPv6: row in bindings6, asserted, and a stranger of the same /64 dropped."""
    node = lab.start_node()
    carol = lab.ue(CAROL, CAROL_HOST)
    bob = lab.ue(BOB, "2001:db8:1::8")
    carol.register()
    bob.register()
    row(node, f"any {CAROL_HOST}")
    reaches_as(carol, bob, CAROL.impu)
    reaches_as(bob, carol, BOB.impu)
    stranger = lab.ue(ALICE, "2001:db8:1::66")
    is_dropped(node, stranger, stranger.message(BOB.impu))


@scenario
def a_call_is_checked_from_invite_to_bye(lab: Lab) -> None:
    """INVITE, ACK and BYE through both roles; a stranger's BYE in the dialogue never gets in."""
    node = lab.start_node()
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    invite = alice.request("INVITE", BOB.impu, [("Contact", alice.contact)])
    alice.say(invite)
    arrived = bob.expect_request("INVITE")
    equal(arrived.asserted, [ALICE.impu], "asserted")
    bob.answer(arrived, 180, "Ringing", [("Contact", bob.contact)])
    accepted = bob.answer(arrived, 200, "OK", [("Contact", bob.contact)])
    response = status(alice.expect_final(invite), 200)
    dialogue = [("From", invite["From"]), ("To", response["To"]), ("Call-ID", invite["Call-ID"])]
    routes = [("Route", value) for value in reversed(response.all("Record-Route"))]
    target = bob.contact.strip("<>")
    ack = alice.request("ACK", target, [*dialogue, *routes,
                                        ("CSeq", f"{invite.cseq[0]} ACK")])
    alice.say(ack)
    bob.expect_request("ACK")

    stranger = lab.ue(CAROL, STRANGER_HOST)
    is_dropped(node, stranger, stranger.request("BYE", target, [*dialogue, *routes]))
    bye = alice.request("BYE", target, [*dialogue, *routes])
    alice.say(bye)
    hung_up = bob.expect_request("BYE")
    equal(hung_up["To"], accepted["To"], "dialogue of the BYE")
    bob.answer(hung_up, 200, "OK")
    status(alice.expect_final(bye), 200)


