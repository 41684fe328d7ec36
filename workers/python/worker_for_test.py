# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The worker that worker_test.cc drives: worker_for_test.py ADDRESS [AUTHORITIES]. Its gated function ends when a line comes on
standard input."""
import sys

import asld_worker

calls = 0
worker = asld_worker.Worker(sys.argv[1], tls_ca=sys.argv[2] if len(sys.argv) > 2 else None, slots=2, instance="w",
                            name="snake", log=lambda line: None)


@worker.function("echo")
def echo(task):
    global calls
    calls += 1
    return {"call": calls, "input": task.input, "attempt": task.attempt, "key": task.idempotency_key}


@worker.activity("gated")
def gated(task):
    global calls
    calls += 1
    return {"call": calls, "line": sys.stdin.readline().strip()}


@worker.function("until withdrawn")
def until_withdrawn(task):
    assert task.withdrawn(wait_s=60)


@worker.function("decline")
def decline(task):
    raise asld_worker.Failure("CardDeclined", "over the limit \udcff")


@worker.function("raise")
def raise_something(task):
    raise KeyError("price")


@worker.function("not json")
def not_json(task):
    return float("nan")


sys.exit(0 if worker.run() else 1)
