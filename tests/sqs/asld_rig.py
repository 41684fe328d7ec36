# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A real asld between queues, killed and started again as a test wants, and what is asked of it."""
import json
import os
import pathlib
import re
import subprocess
import threading
import time

import boto3
from botocore.config import Config

from sqs_servers import KEYS, REGION

ROLE = "arn:aws:iam::123456789012:role/any"
PAUSE = threading.Event()
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"


def client(service, endpoint):
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test",
                        aws_secret_access_key="test",
                        config=Config(retries={"max_attempts": 2}, max_pool_connections=32))


def one_state(state):
    return {"StartAt": "Only", "States": {"Only": {**state, **({} if state["Type"] == "Succeed" else {"End": True})}}}


def wait_for(condition, seconds):
    """Whether it came true within the limit."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        PAUSE.wait(0.05)
    return True


def until(condition, what, seconds=120):
    """Looks again and again; the limit only keeps a broken test from hanging."""
    if not wait_for(condition, seconds):
        raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")


class Asld:
    def __init__(self, binary, aslctl, folder, sources, environment=None, **settings):
        self.binary, self.aslctl = binary, aslctl
        self.environment = environment or {}
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "asld.yaml"
        self.config.write_text(json.dumps({"data-dir": str(self.folder / "data"), "sources": sources, **settings}))
        self.log = open(self.folder / "asld.log", "ab")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.binary, "--config", str(self.config), "--grpc-address", "127.0.0.1:0", "--http-address",
             "127.0.0.1:0", "--min-free", "0"], stderr=subprocess.PIPE, text=True,
            env={**os.environ, **KEYS, **self.environment})
        for line in self.process.stderr:
            self.log.write(line.encode())
            if found := re.search(r"ready: grpc at port (\d+), http at port (\d+)", line):
                self.address = f"127.0.0.1:{found[1]}"
                self.states = client("stepfunctions", f"http://127.0.0.1:{found[2]}")
                break
        else:
            raise RuntimeError("asld did not start")
        # Nobody reads what it says from now on; the pipe is large enough for a test's warnings.
        os.set_blocking(self.process.stderr.fileno(), False)

    def drain_log(self):
        try:
            while text := self.process.stderr.read():
                self.log.write(text.encode())
        except (TypeError, BlockingIOError):
            pass

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self.log.close()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(30)
        self.drain_log()
        self.process.stderr.close()
        return code

    def create(self, name, definition):
        self.states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)

    def update(self, name, definition):
        self.states.update_state_machine(stateMachineArn=MACHINE + name, definition=json.dumps(definition))

    def executions(self, machine, status=None):
        pages = self.states.get_paginator("list_executions").paginate(
            stateMachineArn=MACHINE + machine, **({"statusFilter": status} if status else {}),
            PaginationConfig={"PageSize": 1000})
        return [one for page in pages for one in page["executions"]]

    def run_aslctl(self, *arguments):
        done = subprocess.run([self.aslctl, "--address", self.address, *arguments], capture_output=True, text=True,
                              env={**os.environ, **KEYS}, check=False)
        return done.returncode, done.stdout, done.stderr

    def source(self, name):
        code, out, err = self.run_aslctl("sources", "-o", "json")
        assert code == 0, err
        found = next(s for s in json.loads(out)["sources"] if s["name"] == name)
        total = found["started"] + found["duplicates"] + found["rejected"] + found["returned"] + found["pending"]
        assert found["received"] == total, f"counts do not close: {found}"
        return found
