#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Compares what the workers of the order example did with what the engine's histories say.

  audit_orders.py LOG HISTORY.json…

LOG has one line per task that a worker began, beginning with its token, function and execution. A file name such as
history-order-7.json names the execution. Exit code 0: histories are dense and end once, every task that they show was
begun exactly once, and no other task was. A task that was given up together with its branch may not have begun.
"""
import collections
import json
import pathlib
import re
import sys

SCHEDULED = ("LambdaFunctionScheduled", "TaskScheduled", "ActivityScheduled")
STARTED = ("LambdaFunctionStarted", "TaskStarted", "ActivityStarted")
ENDED = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")


def read_log(file):
    """Per execution: the (token, function, attempt) of each line, in order."""
    done = collections.defaultdict(list)
    for line in pathlib.Path(file).read_text().splitlines():
        token, function, arn, attempt = line.split("\t")[:4]
        done[arn.rsplit(":", 1)[1]].append((token, function, attempt))
    return done


def check_history(name, events, lines, problems):
    """The type of the last event; what is wrong goes to `problems`."""
    ids = [e["id"] for e in events]
    if ids != list(range(1, len(ids) + 1)):
        problems.append(f"{name}: event ids are not dense from 1: {ids}")
    ends = [e["type"] for e in events if e["type"] in ENDED]
    if len(ends) != 1 or events[-1]["type"] not in ENDED:
        problems.append(f"{name}: ends {len(ends)} times, its last event is {events[-1]['type']}")
    scheduled, started, aborted = (sum(e["type"] in types for e in events)
                                   for types in (SCHEDULED, STARTED, ("TaskStateAborted",)))
    if not scheduled - aborted <= len(lines) <= scheduled or len(lines) < started:
        problems.append(f"{name}: the history has {scheduled} tasks, {aborted} of them given up; the workers did {len(lines)}")
    return events[-1]["type"]


def main():
    done, problems, ended, events_all = read_log(sys.argv[1]), [], collections.Counter(), 0
    for file in sys.argv[2:]:
        name = re.fullmatch(r"history-(.*)\.json", pathlib.Path(file).name).group(1)
        events = json.loads(pathlib.Path(file).read_text())["events"]
        ended[check_history(name, events, done.get(name, []), problems)] += 1
        events_all += len(events)
    tokens = collections.Counter(token for lines in done.values() for token, _, _ in lines)
    problems += [f"token {token} was done {n} times" for token, n in tokens.items() if n > 1]

    print(f"   {len(sys.argv) - 2} histories, {events_all} events, dense, each ended once: "
          + ", ".join(f"{n} {what}" for what, n in sorted(ended.items())))
    print(f"   {sum(map(len, done.values()))} lines in the workers' log, {len(tokens)} different tokens")
    print("   the lines of order-1, one per token:")
    for token, function, attempt in done.get("order-1", []):
        print(f"      …{token[-16:]}  {function}, attempt {attempt}")
    if problems:
        sys.exit("\n".join(problems))
    print("   nothing lost, nothing done twice")


main()
