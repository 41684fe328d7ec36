#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Sources of work over servers of SQS that are not ours: a real asld, killed again and again, whose connections to the
queue are cut; poison, failures and the dead-letter queue.

  sources_test.py ASLD ASLCTL moto|fauxqs|elasticmq [--messages N] [--kills N] [--seed N] [--only TEST]
"""
import argparse
import json
import random
import sys
import tempfile
import unittest

from sqs_servers import missing, skip, SqsServer, use_clients_python

NAME = "sources_test"
use_clients_python(NAME)

from asld_rig import Asld, client, one_state, until, wait_for  # noqa: E402
from toxic_proxy import ToxicProxy  # noqa: E402

GROUPS = 10
SOLD_OUT = {"StartAt": "Look", "States": {
    "Look": {"Type": "Choice", "Choices": [{"Variable": "$.good", "BooleanEquals": True, "Next": "Good"}],
             "Default": "Bad"},
    "Good": {"Type": "Succeed"},
    "Bad": {"Type": "Fail", "Error": "Sold.Out", "Cause": "none left"}}}


def visible(sqs, url):
    """Messages of the queue, whoever has them."""
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return sum(int(attributes.get(f"ApproximateNumberOfMessages{kind}", 0)) for kind in ("", "NotVisible", "Delayed"))


class SourcesTest(unittest.TestCase):
    options = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.server = SqsServer(self.options.server, self.folder.name)
        self.addCleanup(self.server.stop)
        self.sqs = client("sqs", self.server.endpoint)

    def queue(self, name, receives_max=1000, visibility=30):
        fifo = name.endswith(".fifo")
        kind = {"FifoQueue": "true"} if fifo else {}
        dead = self.sqs.create_queue(QueueName="dead-" + name, Attributes=kind)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(receives_max)})
        url = self.sqs.create_queue(QueueName=name, Attributes={
            **kind, "RedrivePolicy": policy, "VisibilityTimeout": str(visibility)})["QueueUrl"]
        return url, dead

    def start(self, endpoint=None, **sources):
        for source in sources.values():
            source.setdefault("endpoint", endpoint or self.server.endpoint)
            source.setdefault("region", "us-east-1")
        self.asld = Asld(self.options.asld, self.options.aslctl, self.folder.name, sources)
        self.addCleanup(self.asld.close)

    def send(self, url, bodies, group=None):
        """Ids of the messages, in order."""
        ids = []
        for first in range(0, len(bodies), 10):
            entries = []
            for i, body in enumerate(bodies[first:first + 10], first):
                fifo = {"MessageGroupId": group(i), "MessageDeduplicationId": f"d{i}"} if group else {}
                entries.append({"Id": str(i), "MessageBody": body, **fifo})
            answer = self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
            by_id = {one["Id"]: one["MessageId"] for one in answer["Successful"]}
            ids += [by_id[entry["Id"]] for entry in entries]
        return ids

    def test_every_message_is_accounted_for_whatever_breaks(self):
        count, kills = self.options.messages, self.options.kills
        orders, dead = self.queue("orders")
        steps, dead_steps = self.queue("steps.fifo")
        proxy = ToxicProxy(self.server.port, self.options.seed)
        self.addCleanup(proxy.stop)
        chance = random.Random(self.options.seed)
        self.start(proxy.endpoint,
                   orders={"queue": "orders", "state-machine": "order", "visibility": 3},
                   steps={"queue": "steps.fifo", "state-machine": "step", "ack": "succeeded", "visibility": 3})
        self.asld.create("order", one_state({"Type": "Pass"}))
        self.asld.create("step", one_state({"Type": "Pass"}))

        proxy.toxic = True
        order_ids = self.send(orders, [json.dumps({"n": i}) for i in range(count)])
        # A long poll of moto's on a FIFO queue does not see that a group is free again: twenty seconds a batch. While
        # connections are cut, ElasticMQ now and then forgets what a FIFO queue holds (its own count falls to nothing
        # with no delete sent), so there these messages come afterwards.
        step_count = GROUPS if self.options.server == "moto" else count // 2
        def send_steps():
            return self.send(steps, [json.dumps({"n": i}) for i in range(step_count)], lambda i: f"g{i % GROUPS}")
        step_ids = [] if self.options.server == "elasticmq" else send_steps()
        for _ in range(kills):
            enough = chance.randrange(1, max(2, count // kills))
            wait_for(lambda: self.asld.source("orders")["received"] >= enough or visible(self.sqs, orders) == 0, 5)
            self.asld.kill()
            self.asld.start()
        proxy.toxic = False
        step_ids = step_ids or send_steps()
        until(lambda: visible(self.sqs, orders) == 0 and visible(self.sqs, steps) == 0,
              lambda: f"both queues are empty; {self.asld.source('orders')}, {self.asld.source('steps')}",
              60 + count / 50)

        self.assertGreater(proxy.cuts, kills)
        self.assertGreater(proxy.half_open, 0)
        self.assertEqual((visible(self.sqs, dead), visible(self.sqs, dead_steps)), (0, 0))
        self.check_all(order_ids, "order")
        starts = self.check_all(step_ids, "step")
        for group in range(GROUPS):
            times = [starts[i] for i in step_ids[group::GROUPS]]
            self.assertEqual(times, sorted(times), f"group {group} is out of order")
        for name in ("orders", "steps"):
            self.asld.source(name)
        print(f"{self.options.server}: {count} messages and {step_count} in {GROUPS} groups, {kills} kills, "
              f"{proxy.cuts} connections cut, {proxy.half_open} left half-open", flush=True)

    def check_all(self, ids, machine):
        """Exactly one execution for each message, and all of them succeeded; when each began, by id."""
        until(lambda: not self.asld.executions(machine, "RUNNING"), "all executions end")
        executions = self.asld.executions(machine)
        names = [one["name"] for one in executions]
        self.assertEqual(sorted(names), sorted("sqs-" + i for i in ids))
        self.assertEqual({one["status"] for one in executions}, {"SUCCEEDED"})
        return {one["name"][len("sqs-"):]: one["startDate"] for one in executions}

    def test_poison_and_failures_reach_the_dead_letter_queue_and_come_back(self):
        url, dead = self.queue("orders", receives_max=2)
        self.start(orders={"queue": "orders", "state-machine": "order", "ack": "succeeded",
                           "filter": [{"body": {"good": [{"exists": True}]}}, {"body": ["plain"]}]})
        self.asld.create("order", SOLD_OUT)
        poison, fails, works, unwanted = self.send(url, ["plain", '{"good":false}', '{"good":true}', '"unwanted"'])

        until(lambda: visible(self.sqs, url) == 0 and visible(self.sqs, dead) == 2, "two messages are given up")
        counts = self.asld.source("orders")
        self.assertEqual((counts["started"], counts["unwanted"], counts["failed"]), (2, 1, 1), counts)
        self.assertEqual((counts["poison"], counts["returned"]), (2, 0), counts)
        self.assertEqual(counts["duplicates"], 1, counts)  # the failed one, at its second delivery

        until(lambda: self.asld.source("orders").get("deadLetterQueue"), "the dead-letter queue is known")
        reach = ("--endpoint-url", self.server.endpoint, "--region", "us-east-1")
        code, out, err = self.asld.run_aslctl("dlq", "ls", "orders", *reach, "-o", "json")
        self.assertEqual(code, 0, err)
        letters = {one["messageId"]: one for one in json.loads(out)["messages"]}
        self.assertEqual(set(letters), {poison, fails})
        self.assertEqual(letters[fails]["execution"], f"order/sqs-{fails}")
        self.assertEqual((letters[fails]["status"], letters[fails]["reason"]), ("FAILED", "Sold.Out: none left"))
        self.assertEqual(letters[poison]["execution"], "")
        self.assertIn("not JSON", letters[poison]["reason"])

        # The cause is mended, and the messages go back: new messages, new executions.
        self.asld.update("order", one_state({"Type": "Succeed"}))
        code, _, err = self.asld.run_aslctl("dlq", "redrive", "orders", *reach)
        self.assertEqual(code, 0, err)
        if self.options.server == "elasticmq":  # moves messages under their ids: they are the same work, which is done
            until(lambda: self.asld.source("orders")["duplicates"] > 1, "the failed one is known")
            until(lambda: visible(self.sqs, url) == 0 and visible(self.sqs, dead) == 2, "both are back")
            self.assertEqual(self.asld.source("orders")["started"], 2)
            return
        until(lambda: self.asld.source("orders")["started"] == 3, "the failed one is started again")
        until(lambda: visible(self.sqs, url) == 0 and visible(self.sqs, dead) == 1, "the poison is back")
        by_status = [one["status"] for one in self.asld.executions("order")]
        self.assertEqual(sorted(by_status), ["FAILED", "SUCCEEDED", "SUCCEEDED"])
        self.assertIn(f"sqs-{works}", [one["name"] for one in self.asld.executions("order")])
        self.assertNotIn(f"sqs-{unwanted}", [one["name"] for one in self.asld.executions("order")])

    def test_an_execution_outlives_the_engine_and_then_its_message_is_deleted(self):
        url, dead = self.queue("slow", receives_max=20)
        self.start(slow={"queue": "slow", "state-machine": "slow", "ack": "succeeded", "visibility": 2})
        self.asld.create("slow", one_state({"Type": "Wait", "Seconds": 7}))
        ids = self.send(url, ["{}"] * 5)
        until(lambda: self.asld.source("slow")["open"] == 5, "five executions run")

        self.asld.kill()
        self.asld.start()
        until(lambda: self.asld.source("slow")["duplicates"] >= 5, "the messages come again")
        self.assertEqual(self.asld.source("slow")["started"], 0)
        until(lambda: visible(self.sqs, url) == 0, "the messages are deleted")

        self.check_all(ids, "slow")
        self.assertEqual(visible(self.sqs, dead), 0)

    def test_a_paused_source_stays_paused_over_a_restart(self):
        url, _ = self.queue("orders")
        self.start(orders={"queue": "orders", "state-machine": "order"})
        self.asld.create("order", one_state({"Type": "Pass"}))
        code, _, err = self.asld.run_aslctl("sources", "pause", "orders")
        self.assertEqual((code, err), (0, "paused orders\n"))
        self.assertEqual(self.asld.stop(), 0)
        self.asld.start()

        self.send(url, ["{}"])
        until(lambda: self.asld.source("orders").get("visible") == 1, "the queue tells of its message")
        self.assertEqual(self.asld.source("orders")["state"], "paused")
        self.assertEqual(self.asld.source("orders")["received"], 0)
        self.assertEqual(self.asld.run_aslctl("sources", "resume", "orders")[0], 0)

        until(lambda: visible(self.sqs, url) == 0, "the message is taken")
        until(lambda: self.asld.source("orders")["started"] == 1, "it is counted")
        code, _, err = self.asld.run_aslctl("sources", "pause", "nothing")
        self.assertEqual(code, 3, err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("asld")
    parser.add_argument("aslctl")
    parser.add_argument("server", choices=("moto", "fauxqs", "elasticmq"))
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    SourcesTest.options = parser.parse_args()
    if what := missing(SourcesTest.options.server):
        skip(NAME, what)
    only = SourcesTest.options.only
    unittest.main(argv=[NAME, "-v", *([f"SourcesTest.{only}"] if only else [])])
