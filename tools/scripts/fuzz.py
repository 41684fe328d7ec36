#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Runs one libFuzzer program over its seed corpus and on from there, and prints executions and edges.

  fuzz.py PROGRAM CORPUS RUNS   RUNS executions, the same ones for the same program: a check that fails, fails again
  ASLD_FUZZ_SECONDS=N fuzz.py … a hunt: as many as fit, other ones each time, on from what earlier hunts found

What a hunt finds on its way is kept in a folder beside the program and never in the source: an input that matters is
copied to the seed corpus by hand, and a crash becomes a named test row.
"""
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile


def main():
    program, corpus, runs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    seeds = sum(1 for f in corpus.iterdir() if f.is_file()) if corpus.is_dir() else 0
    if not seeds:
        sys.exit(f"{corpus}: no seed corpus; a fuzz target starts from at least one good input")
    if seconds := os.environ.get("ASLD_FUZZ_SECONDS"):
        found = program.with_name(program.name + "_corpus")
        found.mkdir(exist_ok=True)
        fuzz(program, [f"-max_total_time={seconds}", f"-seed={random.randrange(1, 2**31)}"], found, corpus, seeds)
    else:
        with tempfile.TemporaryDirectory() as found:
            fuzz(program, [f"-runs={runs}", "-seed=1"], found, corpus, seeds)


def fuzz(program, bounds, found, corpus, seeds):
    command = [str(program), *bounds, "-print_final_stats=1", "-timeout=60", "-rss_limit_mb=2048",
               f"-artifact_prefix={program}_crash_", str(found), str(corpus)]
    print(" ".join(command), flush=True)
    done = subprocess.run(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True, errors="replace")
    executions = re.search(r"number_of_executed_units:\s*(\d+)", done.stdout)
    edges = re.findall(r"\bcov: (\d+)", done.stdout)
    if done.returncode or not executions or not edges:
        print(done.stdout[-20000:])
        sys.exit(f"{program.name} failed; replay a crash with: {program} {program}_crash_…")
    print(f"{program.name}: {executions.group(1)} executions, {edges[-1]} edges, {seeds} seeds")


main()
