# SPDX-License-Identifier: Apache-2.0
"""The roles apart: a P-CSCF in front of somebody else's core, an S-CSCF behind another P-CSCF.

Where the test itself is the core it sees, and sends, every octet of that side."""
import re
import secrets

from digest import parameters
from lab import (ALICE, ALICE_HOST, BOB, BOB_HOST, CAROL, CAROL_HOST, DAVE, HOME, Lab)
from process import wait_until
from scenario import (answered, contains, equal, is_dropped, prefers,
                      reaches_as, row, scenario, status)
from sip_client import Endpoint, Instance, Ue
from sip_message import Message, uris

CORE = ("10.0.0.2", 5060)
PCSCF_CORE_SIDE = ("10.0.0.1", 5060)
WILDCARD = f"any {ALICE_HOST}"
SERVICE_ROUTE = f"<sip:orig@scscf.{HOME};lr>"
PCSCF_ALONE = {"scscf": None, "pcscf.upstream": "udp:10.0.0.2:5060",
               "pcscf.core_listen": "udp:10.0.0.1:5060"}


def start_pcscf(lab: Lab, changes: dict[str, object] | None = None):
    """A P-CSCF alone, and the test as its core."""
    home = lab.core_network()
    node = lab.node({**PCSCF_ALONE, **(changes or {})})
    node.start()
    return node, lab.endpoint(home, *CORE)


def challenge(core: Endpoint, request: Message) -> None:
    core.answer(request, 401, "Unauthorized",
                [("WWW-Authenticate", f'Digest realm="{HOME}", nonce="n0nce", algorithm=MD5, '
                  'qop="auth"')])


def grant(core: Endpoint, request: Message, *identities: str, outbound: bool = False) -> None:
    """What an S-CSCF says to a right answer."""
    rows = [("Contact", request["Contact"]), ("Path", request["Path"]),
            ("Service-Route", SERVICE_ROUTE),
            ("P-Associated-URI", ", ".join(f"<{one}>" for one in identities))]
    core.answer(request, 200, "OK", rows + ([("Require", "outbound")] if outbound else []))


def register_at(core: Endpoint, ue: Ue, instance: Instance | None = None) -> Message:
    """A registration through the P-CSCF; the answered REGISTER as it reached the core."""
    first = ue.register_request(instance=instance)
    ue.say(first)
    challenge(core, core.expect_request("REGISTER"))
    second = ue.answer_to(status(ue.expect_final(first), 401), instance=instance)
    ue.say(second)
    arrived = core.expect_request("REGISTER")
    grant(core, arrived, ue.account.impu, outbound=instance is not None)
    status(ue.expect_final(second), 200)
    return arrived


def flag_of(request: Message) -> str | None:
    return parameters(request["Authorization"]).get("integrity-protected")


@scenario
def pcscf_and_scscf_as_two_daemons(lab: Lab) -> None:
    """Deployments 2 and 3 against each other: the same story over a wire between the roles."""
    home = lab.core_network()
    pcscf = lab.node(PCSCF_ALONE, name="pcscf")
    scscf = lab.node({"gate": None, "pcscf": None, "scscf.listen": "udp:10.0.0.2:5060",
                      "scscf.trusted_peers": ["10.0.0.1"]}, name="scscf", namespace=home)
    for account in (ALICE, BOB, CAROL):
        scscf.provision(account)
    scscf.start()
    pcscf.start()
    alice, bob, carol = (lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST),
                         lab.ue(CAROL, CAROL_HOST))
    alice.register()
    bob.register()
    carol.register(instance=Instance())
    reaches_as(alice, bob, ALICE.impu, prefers(f"<{BOB.impu}>"))
    reaches_as(carol, alice, CAROL.impu)
    invite = alice.request("INVITE", BOB.impu, [("Contact", alice.contact)])
    answered(alice, invite, bob)
    equal(scscf.events("registered") + scscf.events("authenticated") >= 3, True, "S-CSCF events")
    alice.deregister()
    is_dropped(pcscf, alice, alice.message(BOB.impu))
    status(bob.ask(bob.message(ALICE.impu)), 480)


@scenario
def T12_core_sees_only_our_flag(lab: Lab) -> None:
    """integrity-protected as the core gets it: nothing, pending, yes; a UE's own never."""
    node, core = start_pcscf(lab)
    alice = lab.ue(ALICE, ALICE_HOST)
    for forgery in (', integrity-protected="tls-yes"', ", integrity-protected=auth-done",
                    ', INTEGRITY-PROTECTED = "ip-assoc-yes"'):
        alice.say(alice.register_request(authorization=alice.empty_authorization() + forgery))
        arrived = core.expect_request("REGISTER")
        equal(flag_of(arrived), None, f"flag for{forgery}")
        equal("integrity-protected" in arrived.text().lower(), False, "the word is there")
        challenge(core, arrived)
    arrived = register_at(core, alice)
    equal(flag_of(arrived), "ip-assoc-pending", "flag of an answer from an unbound source")
    alice.say(alice.register_request())
    arrived = core.expect_request("REGISTER")
    equal(flag_of(arrived), "ip-assoc-yes", "flag when the row is alice's")
    grant(core, arrived, ALICE.impu)
    row(node, WILDCARD)
    alice.close()
    bob = lab.ue(BOB, ALICE_HOST)
    bob.say(bob.register_request())
    equal(flag_of(core.expect_request("REGISTER")), None, "flag when the row is another user's")


@scenario
def registration_as_the_core_sees_it(lab: Lab) -> None:
    """Path with a token, Require: path, visited network and charging vector; no row before the
    200."""
    node, core = start_pcscf(lab)
    alice = lab.ue(ALICE, ALICE_HOST, 40001)
    phone = Instance()
    arrived = register_at(core, alice, phone)
    path = uris(arrived["Path"])[0]
    if not re.fullmatch(rf"sip:[^@;]+@pcscf\.{re.escape(HOME)}(:\d+)?;.*", path):
        raise AssertionError(f"Path: {path}")
    for word in (";lr", ";ob"):
        contains(path, word, "Path")
    contains(arrived.all("Require"), "path", "Require")
    contains(arrived["P-Visited-Network-ID"], HOME, "P-Visited-Network-ID")
    contains(arrived["P-Charging-Vector"], "icid-value=", "P-Charging-Vector")
    contains(arrived.all("Via")[1], f"received={ALICE_HOST}", "the UE's Via")
    row(node, f"udp {ALICE_HOST}:40001")
    bob = lab.ue(BOB, BOB_HOST)
    request = bob.register_request()
    bob.say(request)
    arrived = core.expect_request("REGISTER")
    equal(list(node.kernel_bindings()), [f"udp {ALICE_HOST}:40001"], "rows before the 200")
    core.answer(arrived, 403, "Forbidden")
    status(bob.expect_final(request), 403)
    equal(list(node.kernel_bindings()), [f"udp {ALICE_HOST}:40001"], "rows after a 403")


@scenario
def T27_service_route_is_enforced(lab: Lab) -> None:
    """Whatever Route the UE writes, the request follows the stored Service-Route."""
    node, core = start_pcscf(lab)
    alice = lab.ue(ALICE, ALICE_HOST)
    register_at(core, alice)
    routes = {"absent": ([], 0),
              "equal by the rules of URIs": ([f"<sip:orig@SCSCF.{HOME};lr>"], 0),
              "an extra hop": ([SERVICE_ROUTE, "<sip:evil.invalid;lr>"], 1),
              "another": (["<sip:evil.invalid;lr>"], 2)}
    for name, (values, replaced) in routes.items():
        request = alice.message("sip:carol@home2.example",
                                rows=[("Route", value) for value in values])
        alice.say(request)
        arrived = core.expect_request("MESSAGE")
        hops = [uri.lower() for value in arrived.all("Route") for uri in uris(value)]
        equal(hops, uris(SERVICE_ROUTE), f"Route, {name}")
        equal(arrived.asserted, [ALICE.impu], f"asserted, {name}")
        core.answer(arrived, 202, "Accepted")
        status(alice.expect_final(request), 202)
        equal(node.events("route-replaced"), replaced, f"events, {name}")


def terminating(core: Endpoint, path: str, target: str) -> Message:
    """A request of the core for a UE, through the Path of its registration."""
    return Message(f"MESSAGE {target} SIP/2.0", [
        ("Via", f"SIP/2.0/UDP {core.hostport};branch=z9hG4bK{secrets.token_hex(8)}"),
        ("Route", path), ("Max-Forwards", "70"), ("From", "<sip:carol@home2.example>;tag=1"),
        ("To", f"<{ALICE.impu}>"), ("Call-ID", secrets.token_hex(8)), ("CSeq", "1 MESSAGE"),
        ("P-Asserted-Identity", "<sip:carol@home2.example>")])


@scenario
def T18_no_leak_to_the_next_tenant(lab: Lab) -> None:
    """A request for alice through her old Path does not reach bob, who has her address now: 430; a
    token that we did not make: 403."""
    node, core = start_pcscf(lab)
    alice = lab.ue(ALICE, ALICE_HOST)
    path = register_at(core, alice)["Path"]
    call = terminating(core, path, f"sip:alice@{ALICE_HOST}:5060")
    core.send(call, PCSCF_CORE_SIDE)
    arrived = alice.expect_request("MESSAGE")
    alice.answer(arrived, 200, "OK")
    status(core.expect_final(call), 200)

    alice.close()
    bob = lab.ue(BOB, ALICE_HOST)
    register_at(core, bob)
    for changed, expected, event in ((path, 430, "flow-gone"),
                                     (one_bit_off(path), 403, "forged-token")):
        call = terminating(core, changed, f"sip:alice@{ALICE_HOST}:5060;n={expected}")
        core.send(call, PCSCF_CORE_SIDE)
        status(core.expect_final(call), expected)
        equal(node.events(event), 1, "events")
    bob.drain()
    equal(bob.requests(), [], "requests that reached the next tenant")


def one_bit_off(path: str) -> str:
    start = path.index("sip:") + 12
    other = "B" if path[start] == "A" else "A"
    return path[:start] + other + path[start + 1:]


@scenario
def T15_interleaved_registrations(lab: Lab) -> None:
    """Two answered REGISTERs of one key are outstanding; the order of the 200s decides."""
    node, core = start_pcscf(lab)
    alice = lab.ue(ALICE, ALICE_HOST)
    register_at(core, alice)
    epoch = row(node, WILDCARD)["epoch"]
    alice.close()
    bob, dave = lab.ue(BOB, ALICE_HOST), lab.ue(DAVE, ALICE_HOST, 0)
    dave.via = bob.hostport  # what he writes leaves through bob's socket
    arrived = {}
    for ue in (bob, dave):
        request = ue.register_request(authorization=ue.empty_authorization().replace(
            'response=""', f'response="{"a" * 32}"'))
        bob.say(request)
        arrived[ue.account] = (request, core.expect_request("REGISTER"))
    for account in (DAVE, BOB):
        request, at_core = arrived[account]
        grant(core, at_core, account.impu)
        status(bob.expect_final(request), 200)
    final = row(node, WILDCARD)
    equal((final["impi"], final["epoch"]), (BOB.impi, epoch + 2), "owner and epoch")
    equal(final["identities"], [BOB.impu], "identities: no mixture")


@scenario
def T16_the_first_copy_decides(lab: Lab) -> None:
    """A NAT moves the UE between two copies of its REGISTER: the row is the first one's."""
    node, core = start_pcscf(lab)
    phone = Instance()
    before, after = lab.ue(ALICE, ALICE_HOST, 40001), lab.ue(ALICE, ALICE_HOST, 40055)
    request = before.register_request(instance=phone)
    before.say(request)
    arrived = core.expect_request("REGISTER")
    after.say(request)
    grant(core, arrived, ALICE.impu, outbound=True)
    status(before.expect_final(request), 200)
    equal(list(node.bindings()), [f"udp {ALICE_HOST}:40001"], "rows")
    wait_until(lambda: not core.requests(), "no second REGISTER reached the core")
    is_dropped(node, after, after.message(BOB.impu))


@scenario
def stranger_on_the_core_side(lab: Lab) -> None:
    """Only the configured core may talk to the core side; another host there is nobody."""
    node, core = start_pcscf(lab)
    alice = lab.ue(ALICE, ALICE_HOST)
    path = register_at(core, alice)["Path"]
    core.namespace.ip("addr", "add", "10.0.0.66/24", "dev", "eth0")
    other = lab.endpoint(core.namespace, "10.0.0.66", 5060)
    other.send(terminating(other, path, f"sip:alice@{ALICE_HOST}:5060"), PCSCF_CORE_SIDE)
    node.wait_for_event("not-a-core-peer", 1)
    call = terminating(core, path, f"sip:alice@{ALICE_HOST}:5060;fence")
    core.send(call, PCSCF_CORE_SIDE)
    contains(alice.expect_request("MESSAGE").target, "fence", "the first that reached alice")
    equal(alice.requests(), [], "requests that reached alice")
