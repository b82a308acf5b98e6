# SPDX-License-Identifier: Apache-2.0
"""sipward-gate check: what an operator reads before the first attach."""
import json
import subprocess

from lab import Lab
from node import Node
from scenario import contains, equal, scenario

_OBSTACLE = 4


def check(node: Node, *options: str) -> tuple[int, str]:
    done = subprocess.run(node.program("sipward-gate", "check", *options), text=True,
                          stdout=subprocess.PIPE, check=False, timeout=60)
    return done.returncode, done.stdout


@scenario
def check_says_yes_before_and_after_an_attach(lab: Lab) -> None:
    """Nothing stops an attach; then the gate is there, and nothing stops another."""
    node = lab.node()
    code, text = check(node)
    equal(code, 0, f"exit code of\n{text}")
    contains(text, "access: good: driver veth: native XDP", "check")
    contains(text, "nothing stops an attach", "check")
    node.start()
    code, text = check(node)
    equal(code, 0, f"exit code of\n{text}")
    contains(text, "access: good: the gate is attached", "check")


@scenario
def check_names_the_obstacle_first(lab: Lab) -> None:
    """An interface without native XDP: exit code 4, the remedy, and the same as JSON."""
    node = lab.node({"gate.interfaces": ["lo"]})
    code, text = check(node)
    equal(code, _OBSTACLE, "exit code")
    contains(text.splitlines()[0], "lo: OBSTACLE: ", "first line")
    contains(text, "allow_generic = true", "remedy")
    code, text = check(node, "--json")
    equal(code, _OBSTACLE, "exit code with --json")
    told = json.loads(text)
    equal(told["obstacle"], True, "obstacle")
    equal((told["findings"][0]["grade"], told["findings"][0]["subject"]), ("obstacle", "lo"),
          "first finding")


@scenario
def check_prints_what_is_wrong_with_the_file(lab: Lab) -> None:
    """Every mistake of the configuration file is an obstacle."""
    node = lab.node({"gate.interfaces": [], "gate.mode": "maybe"})
    code, text = check(node)
    equal(code, _OBSTACLE, "exit code")
    contains(text, "key 'gate.interfaces'", "first mistake")
    contains(text, "key 'gate.mode'", "second mistake")
