#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Tasks that send messages, over servers of SQS that are not ours: a real asld, and consumers that take the messages
and send task tokens back.

  tasks_test.py ASLD ASLCTL moto|fauxqs|elasticmq [--only TEST]
"""
import argparse
import json
import re
import socket
import sys
import tempfile
import unittest

from sqs_servers import missing, skip, SqsServer, use_clients_python

NAME = "tasks_test"
use_clients_python(NAME)

from asld_rig import Asld, client, MACHINE, one_state, until  # noqa: E402

SEND = "arn:aws:states:::sqs:sendMessage"
WAITS = SEND + ".waitForTaskToken"


def send(parameters, resource=SEND, **more):
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, **more}


class Silence:
    """Takes connections and requests, and answers none."""

    def __init__(self, test):
        self.test = test
        self.listener = socket.create_server(("127.0.0.1", 0))
        test.addCleanup(self.listener.close)
        self.listener.settimeout(60)
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def request(self):
        """The connection, and the head and body of what came on it."""
        connection, _ = self.listener.accept()
        self.test.addCleanup(connection.close)
        connection.settimeout(60)
        data = b""
        while True:
            data += connection.recv(65536)
            head, end, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"^content-length: (\d+)", head, re.M | re.I)
            if end and len(body) == int(length[1]):
                return connection, head.decode(), json.loads(body)


class TasksTest(unittest.TestCase):
    options = None
    maxDiff = None
    tests = 0

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.server = SqsServer(cls.options.server, folder.name)
        cls.addClassCleanup(cls.server.stop)
        cls.sqs = client("sqs", cls.server.endpoint)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        TasksTest.tests += 1
        self.name = f"orders{self.tests}"
        self.url = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]

    def asld(self, endpoint=None, **variables):
        variables = {"AWS_ENDPOINT_URL_SQS": endpoint or self.server.endpoint, **variables}
        asld = Asld(self.options.asld, self.options.aslctl, self.folder, {}, variables, **{"lease-ms": 100})
        self.addCleanup(asld.close)
        return asld

    def start(self, asld, definition, given=None):
        asld.create("orders", definition)
        return asld.states.start_execution(stateMachineArn=MACHINE + "orders", input=json.dumps(given or {}))[
            "executionArn"]

    def events(self, asld, arn):
        """Details of its Task's events, by type."""
        found = []
        for event in asld.states.get_execution_history(executionArn=arn)["events"]:
            details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
            if event["type"].startswith("Task") and "State" not in event["type"]:
                found.append((event["type"], details))
        return found

    def ended(self, asld, arn):
        until(lambda: asld.states.describe_execution(executionArn=arn)["status"] != "RUNNING", "it ends")
        return asld.states.describe_execution(executionArn=arn)

    def succeeds(self, asld, definition, given=None):
        arn = self.start(asld, definition, given)
        end = self.ended(asld, arn)
        self.assertEqual(end["status"], "SUCCEEDED", end)
        return json.loads(end["output"]), self.events(asld, arn)

    def received(self, url=None):
        """The next message, taken from its queue."""
        messages = []

        def one_came():
            messages.extend(self.sqs.receive_message(
                QueueUrl=url or self.url, WaitTimeSeconds=1, MaxNumberOfMessages=1, MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"]).get("Messages", []))
            return messages
        until(one_came, "a message")
        self.sqs.delete_message(QueueUrl=url or self.url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return messages[0]

    def test_a_task_sends_a_message_and_has_sqss_answer(self):
        asld = self.asld()
        attributes = {"kind": {"DataType": "String", "StringValue.$": "$.kind"},
                      "weight": {"DataType": "Number", "StringValue": "7"}}
        output, events = self.succeeds(asld, one_state(send({
            "QueueUrl": self.url, "MessageBody": {"id.$": "$.id", "price": 1.50}, "DelaySeconds": 1,
            "MessageAttributes": attributes})), {"id": "7é", "kind": "gift"})

        message = self.received()
        self.assertEqual(message["Body"], '{"price":1.5,"id":"7é"}')
        self.assertEqual({name: value["StringValue"] for name, value in message["MessageAttributes"].items()},
                         {"kind": "gift", "weight": "7"})
        self.assertEqual(output["MessageId"], message["MessageId"])
        self.assertEqual(output["MD5OfMessageBody"], message["MD5OfBody"])
        self.assertIn("MD5OfMessageAttributes", output)
        self.assertEqual(output["SdkHttpMetadata"]["HttpStatusCode"], 200)
        self.assertEqual([kind for kind, _ in events], ["TaskScheduled", "TaskStarted", "TaskSucceeded"])
        self.assertEqual({(details["resourceType"], details["resource"]) for _, details in events},
                         {("sqs", "sendMessage")})
        self.assertEqual(events[0][1]["region"], "us-east-1")
        self.assertEqual(json.loads(events[0][1]["parameters"])["MessageBody"], {"price": 1.5, "id": "7é"})
        self.assertEqual(json.loads(events[2][1]["output"]), output)

    def test_a_fifo_queue_knows_a_message_again(self):
        url = self.sqs.create_queue(QueueName=f"{self.name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        message = {"QueueUrl": url, "MessageBody.$": "$.body", "MessageGroupId": "g", "MessageDeduplicationId.$": "$.id"}
        step = send(message, ResultPath="$.sent")
        asld = self.asld()
        output, _ = self.succeeds(asld, {"StartAt": "A", "States": {
            "A": {**step, "Next": "B"}, "B": {**step, "ResultPath": "$.again", "End": True}}},
            {"body": "as it is", "id": "d1"})

        self.assertTrue(output["sent"]["SequenceNumber"])
        message = self.received(url)
        self.assertEqual((message["Body"], message["Attributes"]["MessageGroupId"]), ("as it is", "g"))
        self.assertEqual(self.sqs.receive_message(QueueUrl=url).get("Messages", []), [])

    def test_whoever_takes_the_message_ends_the_task_by_its_token(self):
        asld = self.asld()
        task = send({"QueueUrl": self.url, "MessageBody": {"order.$": "$.id", "token.$": "$$.Task.Token"}}, WAITS,
                    HeartbeatSeconds=600, Catch=[{"ErrorEquals": ["Order.Refused"], "Next": "Refused"}], End=True)
        definition = {"StartAt": "Ask", "States": {"Ask": task, "Refused": {"Type": "Pass", "End": True}}}
        paid = self.start(asld, definition, {"id": 1})
        body = json.loads(self.received()["Body"])
        self.assertEqual(body["order"], 1)
        until(lambda: self.events(asld, paid)[-1][0] == "TaskSubmitted", "SQS has answered")
        asld.states.send_task_heartbeat(taskToken=body["token"])
        asld.states.send_task_success(taskToken=body["token"], output='{"paid": true}')

        self.assertEqual(json.loads(self.ended(asld, paid)["output"]), {"paid": True})
        events = self.events(asld, paid)
        self.assertEqual([kind for kind, _ in events],
                         ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"])
        self.assertEqual({details["resource"] for _, details in events}, {"sendMessage.waitForTaskToken"})
        self.assertIn("MessageId", json.loads(events[2][1]["output"]))

        refused = self.start(asld, definition, {"id": 2})
        asld.states.send_task_failure(taskToken=json.loads(self.received()["Body"])["token"], error="Order.Refused",
                                      cause="no stock")
        self.assertEqual(json.loads(self.ended(asld, refused)["output"]),
                         {"Error": "Order.Refused", "Cause": "no stock"})

    def test_a_queue_that_does_not_exist_is_caught_by_its_name(self):
        asld = self.asld()
        output, events = self.succeeds(asld, {"StartAt": "Send", "States": {
            "Send": send({"QueueUrl": self.url + "-gone", "MessageBody": "x"}, End=True,
                         Catch=[{"ErrorEquals": ["SQS.QueueDoesNotExistException"], "Next": "Gone"}]),
            "Gone": {"Type": "Pass", "End": True}}})

        # ElasticMQ does not tell the code of the older protocol.
        self.assertRegex(output["Cause"], r"^.+ \(Service: AmazonSQS; Status Code: 400; Error Code: "
                         r"(AWS\.SimpleQueueService\.NonExistentQueue|QueueDoesNotExist); Request ID: .+; Proxy: null\)$")
        self.assertEqual(events[-1], ("TaskFailed", {"resourceType": "sqs", "resource": "sendMessage",
                                                     "error": output["Error"], "cause": output["Cause"]}))

    def test_retry_sends_once_the_queue_is_there(self):
        asld = self.asld()
        retry = [{"ErrorEquals": ["SQS.QueueDoesNotExistException"], "IntervalSeconds": 1, "BackoffRate": 1.0,
                  "MaxAttempts": 60}]
        arn = self.start(asld, one_state(send({"QueueUrl": self.url + "-late", "MessageBody": "x"}, Retry=retry)))
        until(lambda: "TaskFailed" in [kind for kind, _ in self.events(asld, arn)], "a first attempt")
        late = self.sqs.create_queue(QueueName=f"{self.name}-late")["QueueUrl"]

        self.assertEqual(self.ended(asld, arn)["status"], "SUCCEEDED")
        self.assertEqual(self.received(late)["Body"], "x")

    def test_a_message_on_its_way_when_the_engine_is_killed_may_have_been_sent(self):
        silence = Silence(self)
        asld = self.asld(silence.endpoint)
        retry = [{"ErrorEquals": ["SQS.SdkClientException"], "IntervalSeconds": 1}]
        arn = self.start(asld, one_state(send({"QueueUrl": self.url, "MessageBody": "x"}, Retry=retry)))
        connection, head, _ = silence.request()
        self.assertIn("AmazonSQS.SendMessage", head)

        asld.kill()
        connection.close()
        asld.environment["AWS_ENDPOINT_URL_SQS"] = self.server.endpoint
        asld.start()

        self.assertEqual(self.ended(asld, arn)["status"], "SUCCEEDED")
        failed = [details for kind, details in self.events(asld, arn) if kind == "TaskFailed"]
        self.assertEqual([(one["error"], one["cause"]) for one in failed], [
            ("SQS.SdkClientException",
             "The engine ended while it called SQS; whether the message was sent is unknown.")])
        self.assertEqual(self.received()["Body"], "x")

    def test_a_message_of_which_the_time_is_over_is_given_up(self):
        silence = Silence(self)
        asld = self.asld(silence.endpoint)
        arn = self.start(asld, one_state(send({"QueueUrl": self.url, "MessageBody": "x"}, TimeoutSeconds=1)))
        connection, _, _ = silence.request()

        self.assertEqual(self.ended(asld, arn)["error"], "States.Timeout")
        self.assertEqual(connection.recv(1), b"", "the call is cancelled")

    def test_without_an_endpoint_the_queues_url_says_where(self):
        silence = Silence(self)
        asld = self.asld()
        del asld.environment["AWS_ENDPOINT_URL_SQS"]
        asld.kill()
        asld.start()
        url = f"{silence.endpoint}/123456789012/orders"
        self.start(asld, one_state(send({"QueueUrl": url, "MessageBody": "x"})))

        _, head, body = silence.request()
        self.assertEqual(body, {"QueueUrl": url, "MessageBody": "x"})
        self.assertRegex(head, re.compile(
            "^authorization: AWS4-HMAC-SHA256 Credential=test/[0-9]+/us-east-1/sqs/aws4_request", re.M | re.I))

    def test_the_role_of_its_credentials_is_assumed(self):
        if self.options.server != "moto":
            self.skipTest("only moto has an STS")
        silence, role = Silence(self), "arn:aws:iam::210987654321:role/sender"
        asld = self.asld(silence.endpoint, AWS_ENDPOINT_URL_STS=self.server.endpoint)
        arn = self.start(asld, one_state(send({"QueueUrl": self.url, "MessageBody": "x"},
                                              Credentials={"RoleArn.$": "$.role"})), {"role": role})

        connection, head, _ = silence.request()
        connection.close()
        self.assertRegex(head, re.compile("^authorization: .* Credential=ASIA", re.M | re.I))
        self.assertRegex(head, re.compile("^x-amz-security-token: .+", re.M | re.I))
        self.assertEqual(self.ended(asld, arn)["error"], "SQS.SdkClientException")
        self.assertEqual(self.events(asld, arn)[0][1]["taskCredentials"], {"roleArn": role})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("asld")
    parser.add_argument("aslctl")
    parser.add_argument("server", choices=("moto", "fauxqs", "elasticmq"))
    parser.add_argument("--only", default="")
    TasksTest.options = parser.parse_args()
    if what := missing(TasksTest.options.server):
        skip(NAME, what)
    only = TasksTest.options.only
    unittest.main(argv=[NAME, "-v", *([f"TasksTest.{only}"] if only else [])])
