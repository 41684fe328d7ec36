# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The benchmark of a source of work: messages a second through asld, with a bare receive-and-delete loop."""

import json
import pathlib
import re
import shutil
import statistics
import time
import urllib.request

from sides import Failed, Server, free_address, listens, run_program

MESSAGES = 20_000
SECONDS_MAX = 300
CLIENTS = pathlib.Path(__file__).resolve().parents[2] / "build" / "clients" / "node"
FAUXQS = """
import { buildApp } from "fauxqs";
await buildApp({ logger: false, host: "127.0.0.1" }).listen({ port: %s, host: "127.0.0.1" });
"""
PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
DELETED = re.compile(r'^asld_source_total\{source="bench",what="deleted"\} (\d+)', re.M)
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Sqs:
    def __init__(self, sides, build, scratch, args, report, raw):
        self.sides, self.args, self.report, self.raw = sides, args, report, raw
        self.loop = build / "tools" / "bench" / "asld_sqs_loop"
        self.aslctl = build / "tools" / "aslctl" / "aslctl"
        self.scratch = scratch

    def run(self):
        if not (CLIENTS / "node_modules" / "fauxqs").exists() or shutil.which("node") is None:
            print("# sqs needs fauxqs in build/clients: run `tools/dev setup`; left out")
            return
        rates = {"bare": [], "asld": []}
        for round_ in range(self.args.rounds):
            for side, run in (("bare", self.bare), ("asld", self.asld)):
                figures = run()
                self.raw(side, round_, figures)
                rates[side].append(figures["messages_per_s"])
        for side, label in (("bare", "bare"), ("asld", "source")):
            self.report.figure("sqs.%s" % label, statistics.median(rates[side]), "messages/s")
        self.report.figure("sqs.source_vs_bare",
                           statistics.median(a / b for a, b in zip(rates["asld"], rates["bare"])), "ratio",
                           at_least=0.5)

    def filled(self):
        """A new server, with a queue `bench` that holds the messages."""
        address = free_address()
        work = self.scratch / "sqs"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        # A module finds its packages from where it lies.
        script = CLIENTS / "fauxqs_bench.mjs"
        script.write_text(FAUXQS % address.rsplit(":", 1)[1])
        server = Server(["node", script], work, listens(address))
        run_program([self.loop, "http://" + address, "bench", "fill", MESSAGES])
        return server, address

    def bare(self):
        server, address = self.filled()
        try:
            return json.loads(run_program([self.loop, "http://" + address, "bench", "drain", MESSAGES]))
        finally:
            server.stop()

    def asld(self):
        server, address = self.filled()
        work = self.scratch / "sqs"
        config = work / "asld.yaml"
        grpc, http = free_address(), free_address()
        config.write_text(json.dumps({"data-dir": str(work / "data"), "grpc-address": grpc, "http-address": http,
                                      "sources": {"bench": {"queue": "bench", "state-machine": "bench",
                                                            "endpoint": "http://" + address, "region": "us-east-1"}}}))
        (work / "bench.asl.json").write_text(json.dumps(PASS))
        (work / "engine").mkdir()
        engine = Server([self.sides.asld, "--config", config], work / "engine", lambda s: "ready" in s.text(), KEYS)
        try:
            began = time.monotonic()  # the source waits for its state machine
            run_program([self.aslctl, "--address", grpc, "create", "bench", work / "bench.asl.json"])
            while self.deleted(http) < MESSAGES:
                if time.monotonic() - began > SECONDS_MAX:
                    raise Failed("the source did not empty its queue: " + engine.text()[-2000:])
                time.sleep(0.05)
            seconds = time.monotonic() - began
        finally:
            engine.stop()
            server.stop()
        return {"messages": MESSAGES, "seconds": seconds, "messages_per_s": MESSAGES / seconds}

    @staticmethod
    def deleted(http):
        with urllib.request.urlopen("http://%s/metrics" % http) as page:
            found = DELETED.search(page.read().decode())
        return int(found[1]) if found else 0
