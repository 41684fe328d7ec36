#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""boto3 and the AWS CLI against a real asld: versions, aliases, and what state machines are set to beside a definition.

  aws_versions_test.py ASLD   runs in the Python of build/clients, which `tools/dev setup` makes; without it, says so
"""
import json
import sys
import unittest

import aws_sdk_test
from aws_sdk_test import ARN, PASS, ROLE, WAIT, states

LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:g:*"


def result(n):
    return states(P={"Type": "Pass", "Result": n})


class Versions(unittest.TestCase):
    maxDiff = None
    setUpClass = classmethod(aws_sdk_test.Sdk.setUpClass.__func__)
    until = aws_sdk_test.Sdk.until
    ended = aws_sdk_test.Sdk.ended
    run_to_end = aws_sdk_test.Sdk.run_to_end
    refused = aws_sdk_test.Sdk.refused
    cli = aws_sdk_test.Sdk.cli

    def machine(self, n=1, **more):
        return self.sfn.create_state_machine(name=self.id().rsplit(".", 1)[-1][:80], definition=result(n), roleArn=ROLE,
                                             **more)

    def update(self, machine, n):
        return self.sfn.update_state_machine(stateMachineArn=machine, definition=result(n), publish=True)

    def alias(self, name, routes, **more):
        return self.sfn.create_state_machine_alias(name=name, routingConfiguration=[
            {"stateMachineVersionArn": version, "weight": weight} for version, weight in routes.items()],
            **more)["stateMachineAliasArn"]

    def versions(self, machine):
        return [v["stateMachineVersionArn"].rsplit(":", 1)[-1]
                for v in self.sfn.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]]

    def test_sequence_of_a_deployment(self):
        made = self.machine(publish=True, versionDescription="first")
        arn, first = made["stateMachineArn"], made["stateMachineVersionArn"]
        self.assertEqual(first, arn + ":1")
        again = self.machine(publish=True, versionDescription="first")
        self.assertEqual((again["stateMachineVersionArn"], again["creationDate"]), (first, made["creationDate"]))
        self.assertNotIn("stateMachineVersionArn", self.machine())
        self.refused("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'", self.machine, publish=True,
                     versionDescription="another")

        second = self.update(arn, 2)
        self.assertEqual(second["stateMachineVersionArn"], arn + ":2")
        self.assertEqual(self.update(arn, 2)["stateMachineVersionArn"], arn + ":2")
        self.assertEqual(self.versions(arn), ["2", "1"])
        shown = self.sfn.describe_state_machine(stateMachineArn=first)
        self.assertEqual((shown["stateMachineArn"], shown["definition"], shown["description"], shown["status"]),
                         (first, result(1), "first", "ACTIVE"))
        self.assertNotIn("description", self.sfn.describe_state_machine(stateMachineArn=arn))

        prod = self.alias("PROD", {first: 100}, description="what people use")
        self.assertEqual(self.run_to_end(prod)["output"], "1")
        self.sfn.update_state_machine_alias(stateMachineAliasArn=prod, routingConfiguration=[
            {"stateMachineVersionArn": arn + ":2", "weight": 100}])
        ran = self.run_to_end(prod, name="by-alias")
        self.assertEqual((ran["output"], ran["stateMachineArn"], ran["stateMachineVersionArn"],
                          ran["stateMachineAliasArn"]), ("2", arn, arn + ":2", prod))
        started = self.sfn.get_execution_history(executionArn=ran["executionArn"])["events"][0]
        self.assertEqual(started["executionStartedEventDetails"]["stateMachineVersionArn"], arn + ":2")
        self.assertEqual(started["executionStartedEventDetails"]["stateMachineAliasArn"], prod)
        of = self.sfn.describe_state_machine_for_execution(executionArn=ran["executionArn"])
        self.assertEqual((of["stateMachineArn"], of["definition"], of["revisionId"]),
                         (arn, result(2), second["revisionId"]))
        self.assertEqual([e["name"] for e in self.sfn.list_executions(stateMachineArn=arn + ":2")["executions"]],
                         ["by-alias"])
        self.assertEqual(len(self.sfn.list_executions(stateMachineArn=prod)["executions"]), 2)

        alias = self.sfn.describe_state_machine_alias(stateMachineAliasArn=prod)
        self.assertEqual((alias["name"], alias["description"], alias["routingConfiguration"]),
                         ("PROD", "what people use", [{"stateMachineVersionArn": arn + ":2", "weight": 100}]))
        self.assertLess(alias["creationDate"], alias["updateDate"])
        self.refused("ConflictException", "Version to be deleted must not be referenced by an alias. Current list of "
                     "aliases referencing this version: [PROD]", self.sfn.delete_state_machine_version,
                     stateMachineVersionArn=arn + ":2")
        self.sfn.delete_state_machine_version(stateMachineVersionArn=first)
        self.refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{first}'", self.sfn.start_execution,
                     stateMachineArn=first)
        self.sfn.delete_state_machine_alias(stateMachineAliasArn=prod)
        self.sfn.delete_state_machine_alias(stateMachineAliasArn=prod)
        self.sfn.delete_state_machine(stateMachineArn=arn)

    def test_revision_that_is_to_be_published(self):
        arn = self.machine()["stateMachineArn"]
        self.assertEqual(self.sfn.publish_state_machine_version(
            stateMachineArn=arn, revisionId="INITIAL", description="d")["stateMachineVersionArn"], arn + ":1")
        revision = self.sfn.update_state_machine(stateMachineArn=arn, definition=result(2))["revisionId"]
        self.refused("ConflictException", "Failed to publish the State Machine version for revision INITIAL. The "
                     f"current State Machine revision is {revision}.", self.sfn.publish_state_machine_version,
                     stateMachineArn=arn, revisionId="INITIAL")
        self.assertEqual(self.sfn.publish_state_machine_version(
            stateMachineArn=arn, revisionId=revision)["stateMachineVersionArn"], arn + ":2")
        none = ARN + "stateMachine:none"
        self.refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{none}'",
                     self.sfn.publish_state_machine_version, stateMachineArn=none)
        self.refused("ValidationException", "Version description can only be set when publish is true",
                     self.sfn.update_state_machine, stateMachineArn=arn, roleArn=ROLE, versionDescription="d")

    def test_errors_of_aliases(self):
        arn = self.machine(publish=True)["stateMachineArn"]
        second = self.update(arn, 2)["stateMachineVersionArn"]
        self.refused("ValidationException", f"Routing configuration must contain state machine version ARNs. Received: "
                     f"[{arn}]", self.alias, name="A", routes={arn: 100})
        self.refused("ValidationException", "Sum of routing configuration weights must equal 100. Received: [10, 100]",
                     self.alias, name="A", routes={arn + ":1": 10, second: 100})
        missing = self.refused("ResourceNotFound", f"Resource not found: '{arn}:9'", self.alias, name="A",
                               routes={arn + ":9": 100})
        self.assertIsInstance(missing, self.sfn.exceptions.ResourceNotFound)
        no_such = "Request references a resource that does not exist."
        self.refused("ResourceNotFound", no_such, self.sfn.describe_state_machine_alias,
                     stateMachineAliasArn=arn + ":none")
        self.refused("ResourceNotFound", no_such, self.sfn.update_state_machine_alias,
                     stateMachineAliasArn=arn + ":none", description="d")
        self.refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: none'", self.sfn.describe_state_machine_alias,
                     stateMachineAliasArn="none")
        self.refused("InvalidToken", "Invalid Token: 'Invalid token'", self.sfn.list_state_machine_aliases,
                     stateMachineArn=arn, nextToken="forged")
        self.refused("InvalidToken", "Invalid Token: 'Invalid token'", self.sfn.list_state_machine_versions,
                     stateMachineArn=arn, nextToken="forged")

    def test_lists_by_pages(self):
        arn = self.machine(0, publish=True)["stateMachineArn"]
        for n in range(1, 5):
            self.update(arn, n)
        wanted = [f"a{i}" for i in range(3)]
        for name in wanted:
            self.alias(name, {arn + ":1": 100})
        for call, member, of, all_of_them in (
                (self.sfn.list_state_machine_versions, "stateMachineVersions", "stateMachineVersionArn",
                 ["5", "4", "3", "2", "1"]),
                (self.sfn.list_state_machine_aliases, "stateMachineAliases", "stateMachineAliasArn", wanted)):
            found, token = [], {}
            while True:
                page = call(stateMachineArn=arn, maxResults=2, **token)
                found += [item[of].rsplit(":", 1)[-1] for item in page[member]]
                if "nextToken" not in page:
                    break
                token = {"nextToken": page["nextToken"]}
            self.assertEqual(found, all_of_them)

    def test_while_the_state_machine_is_being_deleted(self):
        made = self.sfn.create_state_machine(name="versions-deleting", definition=WAIT, roleArn=ROLE, publish=True)
        arn, version = made["stateMachineArn"], made["stateMachineVersionArn"]
        alias = self.alias("PROD", {version: 100})
        execution = self.sfn.start_execution(stateMachineArn=alias)["executionArn"]
        self.sfn.delete_state_machine(stateMachineArn=arn)
        deleting = f"State Machine is being deleted: '{arn}'"
        for target in (version, alias):
            self.refused("StateMachineDeleting", deleting, self.sfn.start_execution, stateMachineArn=target)
        self.refused("StateMachineDeleting", deleting, self.sfn.publish_state_machine_version, stateMachineArn=arn)
        self.refused("StateMachineDeleting", deleting, self.sfn.list_state_machine_aliases, stateMachineArn=arn)
        self.assertEqual(self.sfn.describe_state_machine(stateMachineArn=version)["status"], "DELETING")
        self.assertEqual(self.versions(arn), ["1"])
        self.sfn.stop_execution(executionArn=execution)
        self.assertEqual(self.sfn.describe_execution(executionArn=execution)["stateMachineAliasArn"], alias)

    def test_settings_are_kept_and_described(self):
        logging = {"level": "ERROR", "includeExecutionData": True,
                   "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": LOG_GROUP}}]}
        arn = self.machine(loggingConfiguration=logging, tracingConfiguration={"enabled": True},
                           encryptionConfiguration={"type": "AWS_OWNED_KEY"})["stateMachineArn"]
        shown = self.sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual((shown["loggingConfiguration"], shown["tracingConfiguration"],
                          shown["encryptionConfiguration"]), (logging, {"enabled": True}, {"type": "AWS_OWNED_KEY"}))
        first = self.sfn.update_state_machine(stateMachineArn=arn, tracingConfiguration={"enabled": False})
        shown = self.sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual((shown["loggingConfiguration"], shown["tracingConfiguration"], shown["revisionId"]),
                         (logging, {"enabled": False}, first["revisionId"]))
        self.refused("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log "
                     "Destination.", self.sfn.update_state_machine, stateMachineArn=arn,
                     loggingConfiguration={"level": "ALL"})
        self.refused("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'", self.machine)

    def test_command_line(self):
        arn = self.machine(publish=True)["stateMachineArn"]
        listed = json.loads(self.cli("list-state-machine-versions", "--state-machine-arn", arn).stdout)
        self.assertEqual([v["stateMachineVersionArn"] for v in listed["stateMachineVersions"]], [arn + ":1"])
        made = json.loads(self.cli("create-state-machine-alias", "--name", "PROD", "--routing-configuration",
                                   f"stateMachineVersionArn={arn}:1,weight=100").stdout)
        self.assertEqual(made["stateMachineAliasArn"], arn + ":PROD")
        self.assertEqual(self.run_to_end(made["stateMachineAliasArn"])["output"], "1")
        self.assertEqual(self.sfn.validate_state_machine_definition(definition=PASS)["result"], "OK")


if __name__ == "__main__":
    aws_sdk_test.ASLD = aws_sdk_test.Asld(sys.argv.pop(1))
    try:
        outcome = unittest.main(argv=sys.argv, exit=False).result
    finally:
        aws_sdk_test.ASLD.stop()
    sys.exit(not outcome.wasSuccessful())
