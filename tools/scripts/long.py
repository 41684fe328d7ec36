#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The long forms of the tests that draw by chance, in chunks, so that an interrupted run goes on where it was.

  long.py BUILD STATE [PART…] [--chunks N] [--again]

BUILD is a release build, STATE a folder for state.json, one log per part, and what the running chunk writes. A chunk
that fails ends the run with its command, which replays it. Every number in a chunk's last lines is added up by the text
around it, and printed at the end.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

SOURCES_TEST = pathlib.Path(__file__).resolve().parents[2] / "tests/sqs/sources_test.py"

# Part: how many in all, how many per chunk, and the chunk's command (environment first) given its first seed.
PARTS = {
    "kills": (200, 10, lambda b, first, n: (
        {}, [b / "tests/kill/kill_test", "--seed", str(100 + first), "--kills", str(n)])),
    "kills-with-workers": (200, 10, lambda b, first, n: (
        {}, [b / "tests/kill/kill_test", "--die", "--seed", str(100 + first), "--kills", str(n)])),
    "seeds": (10000, 500, lambda b, first, n: (
        {}, [b / "tests/sim/asld_sim", "--quiet", "--store", "memory", "--seeds", f"{first}..{first + n - 1}"])),
    "seeds-independent": (10000, 500, lambda b, first, n: (
        {}, [b / "tests/sim/asld_sim", "--quiet", "--store", "independent", "--seeds", f"{first}..{first + n - 1}"])),
    # Messages, with the engine killed ten times and the queue's connections cut, and half as many in FIFO groups.
    "sqs": (50000, 10000, lambda b, first, n: (
        {}, [SOURCES_TEST, b / "engine/asld", b / "tools/aslctl/aslctl", "fauxqs", "--messages", str(n), "--kills", "10",
             "--seed", str(first), "--only", "test_every_message_is_accounted_for_whatever_breaks"])),
}


def power_cuts(build):
    """A part for each test of label `crash` named *power_cut*, without its deliberate breaks, whose number is fixed."""
    listed = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "-L", "^crash$", "-R", "power_cut"],
                            check=True, text=True, stdout=subprocess.PIPE).stdout
    return {test["name"].removesuffix("_test").replace("_", "-") + "s": (
        1000, 50, lambda b, first, n, command=test["command"]: (
            {"ASLD_CUTS": str(n), "ASLD_SEED": str(100_000 + first)},
            [*command, "--gtest_brief=1", "--gtest_filter=-*IsRed*"]))
            for test in json.loads(listed)["tests"]}


NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
REPLAY_ONLY = re.compile(r"^(kill \d+:|kill_test --seed|seed \d+$|Note: |\[)")


def add_up(sums, output):
    """Adds the numbers of each line to those of earlier lines with the same words."""
    for line in output.splitlines():
        line = re.sub(r"^seed \d+: |build \S+ ", "", line.rstrip())
        numbers = [int(n) for n in NUMBER.findall(line)]
        if numbers and not REPLAY_ONLY.match(line):
            words = NUMBER.sub("{}", line.replace("{", "(").replace("}", ")"))
            sums[words] = [a + b for a, b in zip(sums.get(words, [0] * len(numbers)), numbers)]


def run_part(name, build, folder, state, parts, chunks_max):
    total, chunk, command_of = parts[name]
    part = state.setdefault(name, {"done": 0, "seconds": 0, "sums": {}})
    chunks = 0
    while part["done"] < total and chunks != chunks_max:
        chunks += 1
        count = min(chunk, total - part["done"])
        environment, command = command_of(build, part["done"] + 1, count)
        command = [str(word) for word in command]
        shown = " ".join([f"{k}={v}" for k, v in environment.items()] + command)
        print(f"+ {shown}", flush=True)
        began = time.monotonic()
        # Directories that tests make; an interrupted chunk leaves its own to the next.
        scratch = folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        places = {"TMPDIR": str(scratch), "TEST_TMPDIR": str(scratch)}
        done = subprocess.run(command, env={**os.environ, **places, **environment}, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with open(folder / f"{name}.log", "a") as log:
            log.write(f"+ {shown}\n{done.stdout}")
        if done.returncode:
            print(done.stdout[-20000:])
            sys.exit(f"{name} failed after {part['done']} of {total}; this replays it:\n  {shown}")
        part["done"] += count
        part["seconds"] += round(time.monotonic() - began)
        add_up(part["sums"], done.stdout)
        write(folder, state)
        shutil.rmtree(scratch)
        print(f"  {name}: {part['done']} of {total}", flush=True)


def write(folder, state):
    """In one step, so that an interruption leaves the old state or the new one."""
    fresh = folder / "state.json.new"
    fresh.write_text(json.dumps(state, indent=1))
    fresh.replace(folder / "state.json")


def main():
    parser = argparse.ArgumentParser(prog="tools/dev long", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("state", type=pathlib.Path)
    parser.add_argument("parts", nargs="*", metavar="PART", help="all when none is named; " + ", ".join(PARTS) +
                        ", and one for each power-cut test, such as store-power-cuts")
    parser.add_argument("--chunks", type=int, default=-1, metavar="N", help="no more than N chunks of each part now")
    parser.add_argument("--again", action="store_true", help="forget what was done of these parts and begin anew")
    args = parser.parse_args()
    parts = {**power_cuts(args.build), **PARTS}
    unknown = [p for p in args.parts if p not in parts]
    if unknown:
        parser.error(f"no part {unknown[0]}; there are: {', '.join(parts)}")
    names = args.parts or list(parts)

    folder = args.state.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "state.json"
    state = json.loads(file.read_text()) if file.exists() else {}
    for name in names if args.again else []:
        state.pop(name, None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or the chunk would outlive us
    try:
        for name in names:
            run_part(name, args.build, folder, state, parts, args.chunks)
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; the same command goes on from here")
    for name in names:
        print(f"\n{name}: {state[name]['done']} of {parts[name][0]} passed in {state[name]['seconds']} s")
        for words, numbers in state[name]["sums"].items():
            print("  " + words.format(*numbers))


main()
