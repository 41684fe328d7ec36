#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The calls that Terraform's AWS provider makes for aws_sfn_state_machine, aws_sfn_alias and aws_sfn_activity, in its order
and with the members that it sends, made by boto3 against a real asld. After each of them a second plan must be empty: what
is read is what was asked for.

  aws_terraform_test.py ASLD   in the Python of build/clients, as aws_sdk_test.py
"""
import sys
import unittest

from aws_sdk_test import PASS, ROLE, TRIES_MAX, WAIT, Asld, states  # first: it may start this file again

import boto3  # noqa: E402

BINARY = sys.argv.pop(1)
CHANGED = states(P={"Type": "Pass", "Result": "changed"})
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/order:*"
OFF = {"level": "OFF", "includeExecutionData": False}


class Provider:
    """Each method is what the provider does in one step of a resource's life."""

    def __init__(self, url):
        self.sfn = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1", aws_access_key_id="any",
                                aws_secret_access_key="any")

    def until(self, call, wanted):
        for _ in range(TRIES_MAX):
            answer = call()
            if wanted(answer):
                return answer
        raise AssertionError(f"still {answer}")

    def plan(self, definition):
        found = self.sfn.validate_state_machine_definition(definition=definition, type="STANDARD")
        return found["result"], [each["code"] for each in found["diagnostics"]]

    def create(self, name, definition, tags, **settings):
        def attempt():  # the one before may still be on its way out
            try:
                return self.sfn.create_state_machine(
                    name=name, definition=definition, roleArn=ROLE, type="STANDARD", tags=as_list(tags),
                    publish=True, versionDescription="", **settings)["stateMachineArn"]
            except self.sfn.exceptions.StateMachineDeleting:
                return None
        return self.until(attempt, lambda arn: arn is not None)

    def find(self, arn):
        try:
            return self.sfn.describe_state_machine(stateMachineArn=arn)
        except self.sfn.exceptions.StateMachineDoesNotExist:
            return None

    def read(self, arn):
        """What becomes of it in the state file."""
        shown = self.find(arn)
        versions = self.sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
        tags = self.sfn.list_tags_for_resource(resourceArn=arn)["tags"]
        return {"definition": shown["definition"], "role": shown["roleArn"], "type": shown["type"],
                "status": shown["status"], "logging": shown["loggingConfiguration"],
                "tracing": shown["tracingConfiguration"]["enabled"],
                "encryption": shown["encryptionConfiguration"]["type"], "revision": shown.get("revisionId", ""),
                "version": versions[0]["stateMachineVersionArn"] if versions else "",
                "tags": {tag["key"]: tag["value"] for tag in tags}}

    def update(self, arn, definition, **settings):
        self.sfn.update_state_machine(stateMachineArn=arn, definition=definition, roleArn=ROLE, publish=True,
                                      versionDescription="", **settings)
        self.until(lambda: self.sfn.describe_state_machine(stateMachineArn=arn),
                   lambda shown: shown["definition"] == definition)

    def retag(self, arn, before, after):
        if gone := [key for key in before if after.get(key) != before[key]]:
            self.sfn.untag_resource(resourceArn=arn, tagKeys=gone)
        if new := {key: value for key, value in after.items() if before.get(key) != value}:
            self.sfn.tag_resource(resourceArn=arn, tags=as_list(new))

    def destroy(self, arn):
        self.sfn.delete_state_machine(stateMachineArn=arn)
        self.until(lambda: self.find(arn), lambda found: found is None)


def as_list(tags):
    return [{"key": key, "value": value} for key, value in tags.items()]


class Terraform(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        asld = Asld(BINARY)
        self.addCleanup(asld.stop)
        self.provider = Provider(asld.url)
        self.sfn = self.provider.sfn

    def test_state_machine(self):
        terraform = self.provider
        self.assertEqual(terraform.plan("{}")[0], "FAIL")
        self.assertEqual(terraform.plan(PASS), ("OK", []))
        logging = {"level": "ERROR", "includeExecutionData": True,
                   "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}]}
        arn = terraform.create("order", PASS, {"team": "shop", "stage": "test"}, loggingConfiguration=logging,
                               tracingConfiguration={"enabled": True})
        wanted = {"definition": PASS, "role": ROLE, "type": "STANDARD", "status": "ACTIVE", "logging": logging,
                  "tracing": True, "encryption": "AWS_OWNED_KEY", "revision": "", "version": arn + ":1",
                  "tags": {"team": "shop", "stage": "test"}}
        self.assertEqual(terraform.read(arn), wanted)
        self.assertEqual(terraform.read(arn), wanted)  # the second plan

        self.assertEqual(terraform.plan(CHANGED), ("OK", []))
        terraform.update(arn, CHANGED, loggingConfiguration=OFF)
        changed = terraform.read(arn)
        self.assertNotEqual(changed["revision"], "")
        self.assertEqual(changed, {**wanted, "definition": CHANGED, "logging": OFF, "version": arn + ":2",
                                   "revision": changed["revision"]})
        terraform.update(arn, CHANGED)  # as when an apply was cut off after this call: nothing more comes of it
        self.assertEqual(terraform.read(arn), changed)

        terraform.retag(arn, changed["tags"], {"team": "pay", "cost": "1"})
        self.assertEqual(terraform.read(arn), {**changed, "tags": {"team": "pay", "cost": "1"}})

        running = self.sfn.start_execution(stateMachineArn=arn)["executionArn"]
        terraform.destroy(arn)
        self.assertEqual(self.sfn.describe_execution(executionArn=running)["stateMachineArn"], arn)
        with self.assertRaises(self.sfn.exceptions.ResourceNotFound):
            self.sfn.list_tags_for_resource(resourceArn=arn)

    def test_state_machine_that_has_to_be_replaced(self):
        arn = self.provider.create("order", WAIT, {})
        running = self.sfn.start_execution(stateMachineArn=arn)["executionArn"]
        self.sfn.delete_state_machine(stateMachineArn=arn)
        self.assertEqual(self.provider.read(arn)["status"], "DELETING")
        with self.assertRaises(self.sfn.exceptions.StateMachineDeleting):
            self.sfn.create_state_machine(name="order", definition=PASS, roleArn=ROLE)
        self.sfn.stop_execution(executionArn=running)
        self.assertEqual(self.provider.create("order", PASS, {}), arn)
        self.assertEqual(self.provider.read(arn)["version"], arn + ":1")

    def test_alias(self):
        machine = self.provider.create("order", PASS, {})
        self.provider.update(machine, CHANGED)

        def read(arn):
            try:
                shown = self.sfn.describe_state_machine_alias(stateMachineAliasArn=arn)
            except self.sfn.exceptions.ResourceNotFound:
                return None
            return shown["name"], shown.get("description", ""), [
                (route["stateMachineVersionArn"], route["weight"]) for route in shown["routingConfiguration"]]

        arn = self.sfn.create_state_machine_alias(name="live", description="d", routingConfiguration=[
            {"stateMachineVersionArn": machine + ":1", "weight": 100}])["stateMachineAliasArn"]
        self.assertEqual(read(arn), ("live", "d", [(machine + ":1", 100)]))
        self.sfn.update_state_machine_alias(stateMachineAliasArn=arn, routingConfiguration=[
            {"stateMachineVersionArn": machine + ":1", "weight": 50},
            {"stateMachineVersionArn": machine + ":2", "weight": 50}])
        self.assertEqual(read(arn), ("live", "d", [(machine + ":1", 50), (machine + ":2", 50)]))
        self.sfn.update_state_machine_alias(stateMachineAliasArn=arn, description="")
        self.assertEqual(read(arn), ("live", "", [(machine + ":1", 50), (machine + ":2", 50)]))
        self.sfn.delete_state_machine_alias(stateMachineAliasArn=arn)
        self.assertIsNone(read(arn))
        self.provider.destroy(machine)

    def test_activity(self):
        def read(arn):
            try:
                return self.sfn.describe_activity(activityArn=arn)
            except self.sfn.exceptions.ActivityDoesNotExist:
                return None

        arn = self.sfn.create_activity(name="paint", tags=as_list({"team": "shop"}))["activityArn"]
        shown = read(arn)
        self.assertEqual((shown["name"], shown["encryptionConfiguration"]), ("paint", {"type": "AWS_OWNED_KEY"}))
        self.provider.retag(arn, {"team": "shop"}, {"team": "pay"})
        self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=arn)["tags"], as_list({"team": "pay"}))
        self.sfn.delete_activity(activityArn=arn)
        self.assertIsNone(read(arn))


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
