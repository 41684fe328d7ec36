#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The payment team's worker of the order example, in another language than the shop's.

Its provider is unavailable at the first attempt of every charge, so that a retry can be seen. Like the C++ worker it
begins every task with one line in the log, which stands for the effect on the world.
"""
import argparse
import os
import random
import sys

import asld_worker

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--server", default="127.0.0.1:8084", help="asld's gRPC address")
options.add_argument("--log", default="order.log", help="file that gets one line per executed task")
options.add_argument("--work-ms-min", type=int, default=200, help="shortest time a task takes")
options.add_argument("--work-ms-max", type=int, default=1000, help="longest time a task takes")
options.add_argument("--slots", type=int, default=4, help="tasks at once")
options = options.parse_args()

worker = asld_worker.Worker(options.server, name="payments", slots=options.slots)


def begin(task):
    """The log line, in one write to a file opened with O_APPEND, and then the time that the work takes."""
    line = "\t".join((task.token.hex(), task.function, task.execution_arn, str(task.attempt), task.idempotency_key))
    file = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)
    task.withdrawn(wait_s=random.uniform(options.work_ms_min, max(options.work_ms_min, options.work_ms_max)) / 1000)


@worker.function("charge-card")
def charge_card(task):
    begin(task)
    charge = task.input
    if task.attempt == 1:
        raise asld_worker.Failure("PaymentProviderUnavailable", "the provider did not answer")
    if charge["card"] == "tok_declined":
        raise asld_worker.Failure("CardDeclined", "the bank declined the charge")
    return {"receipt": "RCPT-" + charge["payment"], "amount": charge["amount"], "currency": charge["currency"]}


@worker.function("refund-card")
def refund_card(task):
    begin(task)
    return {"refunded": task.input["amount"], "receipt": task.input["receipt"]}


sys.exit(0 if worker.run() else 1)
