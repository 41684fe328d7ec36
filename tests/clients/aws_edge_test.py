#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""boto3 and the AWS CLI against a real asld: activities, tags, who may call and how often, TLS.

  aws_edge_test.py ASLD   in the Python of build/clients, as aws_sdk_test.py
"""
import concurrent.futures
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

import aws_sdk_test as base  # first: it may start this file again in another Python

import boto3  # noqa: E402
import urllib3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

ARN = base.ARN
BINARY = sys.argv.pop(1)


def task(activity, **more):
    return base.states(T={"Type": "Task", "Resource": f"{ARN}activity:{activity}", **more})


def client(url, key="any", secret="any", **config):
    return boto3.client("stepfunctions", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret,
                        region_name="us-east-1", verify=config.pop("verify", None),
                        config=Config(retries={"max_attempts": 1, "mode": "standard"}, **config))


class Activities(base.Sdk):
    """What base.Sdk tests is left out: only its helpers are used."""

    def test_activity_lifecycle_and_pages(self):
        names = [f"life-{i}" for i in range(5)]
        made = [self.sfn.create_activity(name=name) for name in names]
        self.assertEqual(self.sfn.create_activity(name=names[0])["creationDate"], made[0]["creationDate"])
        shown = self.sfn.describe_activity(activityArn=made[0]["activityArn"])
        self.assertEqual((shown["name"], shown["encryptionConfiguration"]), (names[0], {"type": "AWS_OWNED_KEY"}))
        pages = list(self.sfn.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 2}))
        self.assertTrue(all(len(page["activities"]) <= 2 for page in pages))
        listed = [a["name"] for page in pages for a in page["activities"]]
        self.assertEqual([name for name in listed if name.startswith("life-")], names)
        self.refused("InvalidToken", "Invalid Token: 'Invalid token'", self.sfn.list_activities, nextToken="forged")
        for activity in made:
            self.sfn.delete_activity(activityArn=activity["activityArn"])
            self.sfn.delete_activity(activityArn=activity["activityArn"])
        for call in (self.sfn.describe_activity, self.sfn.get_activity_task):
            self.refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{made[0]['activityArn']}'", call,
                         activityArn=made[0]["activityArn"])
            self.refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: none'", call, activityArn="none")
        self.refused("InvalidName", "Invalid Name: 'a b'", self.sfn.create_activity, name="a b")

    def test_worker_that_polls(self):
        activity = self.sfn.create_activity(name="poll")["activityArn"]
        machine = self.machine(task("poll", HeartbeatSeconds=600))
        with concurrent.futures.ThreadPoolExecutor() as threads:
            polled = threads.submit(self.sfn.get_activity_task, activityArn=activity, workerName="w1")
            good = self.sfn.start_execution(stateMachineArn=machine, input='{"n":  1}')["executionArn"]
            given = polled.result()
        self.assertEqual(given["input"], '{"n":  1}')
        self.sfn.send_task_heartbeat(taskToken=given["taskToken"])
        self.sfn.send_task_success(taskToken=given["taskToken"], output='"ok"')
        self.assertEqual(self.ended(good)["output"], '"ok"')
        events = self.sfn.get_execution_history(executionArn=good)["events"]
        self.assertEqual([event["type"] for event in events[2:5]],
                         ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"])
        self.assertEqual(events[3]["activityStartedEventDetails"], {"workerName": "w1"})

        bad = self.sfn.start_execution(stateMachineArn=machine)["executionArn"]
        given = self.sfn.get_activity_task(activityArn=activity)
        self.sfn.send_task_failure(taskToken=given["taskToken"], error="E", cause="c")
        end = self.ended(bad)
        self.assertEqual((end["status"], end["error"], end["cause"]), ("FAILED", "E", "c"))

    def test_task_of_an_activity_that_is_not_there(self):
        end = self.run_to_end(self.machine(task("absent")))
        self.assertEqual((end["status"], end["error"]), ("FAILED", "States.Runtime"))
        self.assertIn(f"The activity {ARN}activity:absent does not exist.", end["cause"])

    def test_clients_that_go_away_take_no_task_with_them(self):
        activity = self.sfn.create_activity(name="gone")["activityArn"]
        machine = self.machine(task("gone"))
        host, port = base.ASLD.url.removeprefix("http://").split(":")
        body = json.dumps({"activityArn": activity})
        for _ in range(20):
            with socket.create_connection((host, int(port))) as dead:
                dead.sendall((f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSStepFunctions.GetActivityTask\r\n"
                              f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        arns = {self.sfn.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(20)}
        for _ in arns:
            given = self.sfn.get_activity_task(activityArn=activity)
            self.sfn.send_task_success(taskToken=given["taskToken"], output="1")
        self.assertEqual({self.ended(arn)["status"] for arn in arns}, {"SUCCEEDED"})

    def test_tags(self):
        machine = self.sfn.create_state_machine(name="tagged", definition=base.PASS, roleArn=base.ROLE, tags=[
            {"key": "a", "value": "1"}])["stateMachineArn"]
        activity = self.sfn.create_activity(name="tagged", tags=[{"key": "b", "value": "2"}])["activityArn"]
        for arn, first in ((machine, {"key": "a", "value": "1"}), (activity, {"key": "b", "value": "2"})):
            self.sfn.tag_resource(resourceArn=arn, tags=[{"key": "c", "value": "3"}, {"key": "c", "value": "4"}])
            self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=arn)["tags"],
                             [first, {"key": "c", "value": "4"}])
            self.sfn.untag_resource(resourceArn=arn, tagKeys=["c", "none"])
            self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=arn)["tags"], [first])
            error = self.refused("TooManyTags", f"Too Many Tags: '{arn}'", self.sfn.tag_resource, resourceArn=arn,
                                 tags=[{"key": f"k{i}", "value": ""} for i in range(50)])
            self.assertEqual(error.response["resourceName"], arn)
        absent = ARN + "activity:none"
        for call, more in ((self.sfn.tag_resource, {"tags": []}), (self.sfn.untag_resource, {"tagKeys": []}),
                           (self.sfn.list_tags_for_resource, {})):
            error = self.refused("ResourceNotFound", f"Resource not found: '{absent}'", call, resourceArn=absent,
                                 **more)
            self.assertEqual(error.response["resourceName"], absent)
        self.refused("ValidationException", "1 validation error detected: Value '' at 'tags.1.member.key' failed to "
                     "satisfy constraint: Member must have length greater than or equal to 1", self.raw.tag_resource,
                     resourceArn=machine, tags=[{"key": "", "value": ""}])

    def test_command_line(self):
        arn = json.loads(self.cli("create-activity", "--name", "by-cli").stdout)["activityArn"]
        self.cli("tag-resource", "--resource-arn", arn, "--tags", "key=k,value=v")
        self.assertEqual(json.loads(self.cli("list-tags-for-resource", "--resource-arn", arn).stdout)["tags"],
                         [{"key": "k", "value": "v"}])
        listed = json.loads(self.cli("list-activities", "--page-size", "1").stdout)["activities"]
        self.assertIn("by-cli", [activity["name"] for activity in listed])
        self.assertIn("(ActivityDoesNotExist)", self.cli("describe-activity", "--activity-arn",
                                                         ARN + "activity:none").stderr)


class Door(unittest.TestCase):
    """Each test has an asld of its own, with settings of its own."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = pathlib.Path(self.folder.name, name)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def start(self, *options):
        asld = base.Asld(BINARY, *options)
        self.addCleanup(asld.stop)
        return asld

    def code(self, sfn):
        with self.assertRaises(ClientError) as caught:
            sfn.list_state_machines()
        return caught.exception.response["Error"]["Code"]

    def test_only_who_signs_with_a_known_key_is_let_in(self):
        keys = self.write("keys", "[ci]\naws_access_key_id = AKIDCI\naws_secret_access_key = right\n")
        url = self.start("--aws-credentials", keys).url
        self.assertEqual(client(url, "AKIDCI", "right").list_state_machines()["stateMachines"], [])
        self.assertEqual(self.code(client(url, "AKIDCI", "wrong")), "InvalidSignatureException")
        self.assertEqual(self.code(client(url, "AKIDNO", "right")), "UnrecognizedClientException")
        from botocore import UNSIGNED
        self.assertEqual(self.code(client(url, signature_version=UNSIGNED)), "MissingAuthenticationTokenException")

    def test_who_calls_too_often_is_throttled_and_tries_again(self):
        url = self.start("--throttle", "aws,ListStateMachines=2/50").url
        once = client(url)
        codes = []
        for _ in range(3):
            try:
                once.list_state_machines()
                codes.append("")
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])
        self.assertEqual(codes[:2], ["", ""])
        self.assertIn(codes[2], ("", "ThrottlingException"))
        patient = boto3.client("stepfunctions", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="a",
                               region_name="us-east-1", config=Config(retries={"max_attempts": 10,
                                                                               "mode": "standard"}))
        for _ in range(10):
            patient.list_state_machines()

    def test_what_is_too_large_is_told_in_a_form_that_clients_read(self):
        url = self.start().url
        with self.assertRaises(ClientError) as caught:
            client(url).create_state_machine(name="m", definition="x" * (5 << 20), roleArn=base.ROLE)
        error = caught.exception.response
        self.assertEqual((error["Error"]["Code"], error["Error"]["Message"]),
                         ("RequestEntityTooLargeException", "HTTP content length exceeded 4194304 bytes."))
        self.assertEqual((error["ResponseMetadata"]["HTTPStatusCode"], len(error["ResponseMetadata"]["RequestId"])),
                         (413, 36))
        with urllib3.PoolManager(retries=False) as http:
            answer = http.request("POST", url, headers={"X-Large": "x" * 70_000}, body="{}")
        self.assertEqual((answer.status, json.loads(answer.data)), (431, {
            "__type": "RequestEntityTooLargeException", "message": "HTTP headers exceeded 65536 bytes."}))

    def test_who_finds_no_room_is_told_to_try_again_and_does(self):
        asld = self.start("--http-connections", "1")
        host, port = asld.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as first:
            first.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b" 200 ", first.recv(1000))
            with self.assertRaises(ClientError) as caught:
                client(asld.url).list_state_machines()
            error = caught.exception.response["Error"]
            self.assertEqual((error["Code"], error["Message"]),
                             ("ServiceUnavailable", "there are 1 connections already; try again"))
        patient = boto3.client("stepfunctions", endpoint_url=asld.url, aws_access_key_id="a", aws_secret_access_key="a",
                               region_name="us-east-1", config=Config(retries={"max_attempts": 10, "mode": "standard"}))
        self.assertEqual(patient.list_state_machines()["stateMachines"], [])

    def test_tls_by_certificate_files(self):
        certificate, key = str(pathlib.Path(self.folder.name, "c.pem")), str(pathlib.Path(self.folder.name, "k.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        url = self.start("--tls-certificate", certificate, "--tls-key", key).url.replace("http:", "https:")
        sfn = client(url, verify=certificate)
        activity = sfn.create_activity(name="safe")["activityArn"]
        machine = sfn.create_state_machine(name="m", definition=task("safe"), roleArn=base.ROLE)["stateMachineArn"]
        with concurrent.futures.ThreadPoolExecutor() as threads:  # an answer that comes late, over TLS
            polled = threads.submit(sfn.get_activity_task, activityArn=activity)
            sfn.start_execution(stateMachineArn=machine)
            self.assertIn("taskToken", polled.result())
        with self.assertRaises(Exception):
            client(url, verify=True).list_state_machines()


def load_tests(loader, *_):
    suite = unittest.TestSuite()
    for name in [name for name in vars(Activities) if name.startswith("test_")]:
        suite.addTest(Activities(name))
    suite.addTests(loader.loadTestsFromTestCase(Door))
    return suite


if __name__ == "__main__":
    base.ASLD = base.Asld(BINARY)
    try:
        result = unittest.main(argv=sys.argv, exit=False).result
    finally:
        base.ASLD.stop()
    sys.exit(not result.wasSuccessful())
