#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the story (story.py). Called by scripts/demo."""
import argparse
import pathlib
import sys
import traceback

sys.dont_write_bytecode = True

import leftover  # noqa: E402
from lab import PCSCF4, Lab  # noqa: E402
from story import Story, tell  # noqa: E402


def how_to_enter(lab: Lab, story: Story) -> str:
    core, config = lab.core.path, story.node.config_file
    build = lab.build
    hosts = "\n".join(f"    {address:15} nsenter --net={host.path}"
                      for address, host in lab.hosts.items())
    return f"""
The lab is still up. Its name is {lab.tag}.

  Look inside:
    {build}/sipwardctl --config {config} status
    {build}/sipwardctl --config {config} bindings
    {build}/sipwardctl --config {config} events
    {build}/sipwardctl --config {config} counters
    bpftool map dump pinned {story.node.pins}/bindings4
    bpftool map dump pinned {story.node.pins}/counters
  Be the P-CSCF host ({PCSCF4}):
    nsenter --net={core}
    tail -f {story.node.home}/sipwardd.log
  Be a UE's host:
{hosts}
  Remove it:
    scripts/demo --remove {lab.tag}
"""


def play(build: pathlib.Path, keep: bool) -> int:
    with Lab(build) as lab:
        tell(f"The lab is {lab.tag}: namespaces for the P-CSCF host, a bridge and the UEs.")
        story = Story(lab)
        try:
            story.tell_all()
        except Exception:  # pylint: disable=broad-except
            tell(f"\nNOT AS TOLD:\n{traceback.format_exc()}\n{lab.logs()}")
            return 1
        if keep:
            leftover.remember(lab)
            tell(how_to_enter(lab, story))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="leave the lab up")
    parser.add_argument("--remove", metavar="TAG", help="remove a lab that was left up")
    arguments = parser.parse_args()
    try:
        if arguments.remove:
            return leftover.remove(arguments.remove)
        return play(arguments.build, arguments.keep)
    except KeyboardInterrupt:
        tell("\ninterrupted; the lab is removed")
        return 130


if __name__ == "__main__":
    sys.exit(main())
