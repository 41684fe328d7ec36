#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""One script, which boto3, the AWS CLI and AWS's client for JavaScript each run against an asld of their own. AWS's model of
Step Functions says what belongs in it: every operation, every paginator, and every error that an operation declares, but for
those that are told here, with the reason.

  aws_script_test.py ASLD   in the Python of build/clients, as aws_sdk_test.py
"""
import json
import os
import sys
import unittest

from aws_sdk_test import ARN, PASS, ROLE, WAIT, Asld, states  # first: it may start this file again in another Python

from aws_clients import Boto3, CommandLine, JavaScript, Refused  # noqa: E402

BINARY = sys.argv.pop(1)
ACTIVITY = ARN + "activity:story"
MACHINE = ARN + "stateMachine:story"
DELETING = ARN + "stateMachine:deleting"
NO_MACHINE, NO_ACTIVITY, NO_EXECUTION = (ARN + name for name in ("stateMachine:none", "activity:none",
                                                                 "execution:story:none"))
LONG = ARN + "stateMachine:" + "n" * 3_000
TASK = states(T={"Type": "Task", "Resource": ACTIVITY})
MANY_TAGS = [{"key": f"k{i}", "value": ""} for i in range(51)]
LOGGING = {"level": "ALL"}  # and no destination
ALIASES_MAX = 100

# What is not built yet, and what each of them says is missing.
NOT_BUILT = {
    "DescribeMapRun": ({"mapRunArn": "arn"}, "map runs"),
    "ListMapRuns": ({"executionArn": NO_EXECUTION}, "map runs"),
    "UpdateMapRun": ({"mapRunArn": "arn"}, "map runs"),
    "RedriveExecution": ({"executionArn": NO_EXECUTION}, "redrive"),
    "StartSyncExecution": ({"stateMachineArn": MACHINE}, "Express workflows"),
    "TestState": ({"definition": '{"Type": "Pass", "End": true}'}, "running a state by itself"),
}

# Errors that no call can get from asld.
NEVER = {
    "ActivityAlreadyExists": "as InvalidEncryptionConfiguration: it is about another key",
    "ExecutionLimitExceeded": "asld has no limit on open executions",
    "InvalidEncryptionConfiguration": "keys of KMS are not taken: UnsupportedOperationException",
    "InvalidTracingConfiguration": "it is a yes or a no",
    "KmsAccessDeniedException": "asld calls no KMS",
    "KmsInvalidStateException": "asld calls no KMS",
    "KmsThrottlingException": "asld calls no KMS",
    "StateMachineLimitExceeded": "asld has no limit on state machines",
    "StateMachineTypeNotSupported": "of Express workflows, which are not built yet",
    "TaskDoesNotExist": "AWS, too, says TaskTimedOut of what has gone",
    # of one operation
    ("CreateStateMachine", "ConflictException"): "creating and publishing are one step",
    ("CreateStateMachine", "InvalidArn"): "asld takes on no role, so any text will do",
    ("CreateStateMachineAlias", "InvalidArn"): "ValidationException names the routes that lead to no version, as on AWS",
    ("CreateStateMachineAlias", "InvalidName"): "ValidationException comes first, as on AWS",
    ("DeleteStateMachineAlias", "ConflictException"): "one thread changes state machines",
    ("DeleteStateMachineAlias", "ResourceNotFound"): "deleting what is not there is no error",
    ("ListExecutions", "ResourceNotFound"): "of map runs, which are not built yet",
    ("ListStateMachineAliases", "ResourceNotFound"): "StateMachineDoesNotExist says it",
    ("UpdateStateMachine", "ConflictException"): "one thread changes state machines",
    ("UpdateStateMachineAlias", "ConflictException"): "one thread changes state machines",
}
# Errors that take too much to get here, and the test that gets them.
ELSEWHERE = {
    "ActivityLimitExceeded": "engine/aws_activities_test.cc",
    "ActivityWorkerLimitExceeded": "engine/aws_activities_test.cc",
    ("PublishStateMachineVersion", "ServiceQuotaExceededException"): "engine/versions_test.cc",
    ("UpdateStateMachine", "ServiceQuotaExceededException"): "engine/versions_test.cc",
}


def create(**more):
    return {"name": "x", "definition": PASS, "roleArn": ROLE, **more}


def route(arn, weight=100):
    return [{"stateMachineVersionArn": arn, "weight": weight}]


# operation, error, members; the state machine "story" has two versions and ALIASES_MAX aliases by then.
REFUSALS = [
    ("CreateActivity", "InvalidName", {"name": "a b"}),
    ("CreateActivity", "TooManyTags", {"name": "x", "tags": MANY_TAGS}),
    ("CreateStateMachine", "InvalidDefinition", create(definition="{}")),
    ("CreateStateMachine", "InvalidLoggingConfiguration", create(loggingConfiguration=LOGGING)),
    ("CreateStateMachine", "InvalidName", create(name="a b")),
    ("CreateStateMachine", "StateMachineAlreadyExists", create(name="story", definition=WAIT)),
    ("CreateStateMachine", "StateMachineDeleting", create(name="deleting")),
    ("CreateStateMachine", "TooManyTags", create(tags=MANY_TAGS)),
    ("CreateStateMachine", "ValidationException", create(name="n" * 81)),
    ("CreateStateMachineAlias", "ConflictException", {"name": "PROD", "routingConfiguration": route(MACHINE + ":1")}),
    ("CreateStateMachineAlias", "ResourceNotFound", {"name": "A", "routingConfiguration": route(MACHINE + ":9")}),
    ("CreateStateMachineAlias", "ServiceQuotaExceededException",
     {"name": "A", "routingConfiguration": route(MACHINE + ":1")}),
    ("CreateStateMachineAlias", "StateMachineDeleting", {"name": "A", "routingConfiguration": route(DELETING + ":1")}),
    ("CreateStateMachineAlias", "ValidationException", {"name": "1", "routingConfiguration": route(MACHINE + ":1")}),
    ("CreateStateMachineAlias", "ValidationException", {"name": "A", "routingConfiguration": route("none")}),
    ("DeleteActivity", "InvalidArn", {"activityArn": "none"}),
    ("DeleteStateMachine", "InvalidArn", {"stateMachineArn": "none"}),
    ("DeleteStateMachine", "ValidationException", {"stateMachineArn": LONG}),
    ("DeleteStateMachineAlias", "InvalidArn", {"stateMachineAliasArn": "none"}),
    ("DeleteStateMachineAlias", "ValidationException", {"stateMachineAliasArn": LONG}),
    ("DeleteStateMachineVersion", "ConflictException", {"stateMachineVersionArn": MACHINE + ":1"}),
    ("DeleteStateMachineVersion", "InvalidArn", {"stateMachineVersionArn": "none"}),
    ("DeleteStateMachineVersion", "ValidationException", {"stateMachineVersionArn": LONG}),
    ("DescribeActivity", "ActivityDoesNotExist", {"activityArn": NO_ACTIVITY}),
    ("DescribeActivity", "InvalidArn", {"activityArn": "none"}),
    ("DescribeExecution", "ExecutionDoesNotExist", {"executionArn": NO_EXECUTION}),
    ("DescribeExecution", "InvalidArn", {"executionArn": "none"}),
    ("DescribeStateMachine", "InvalidArn", {"stateMachineArn": "none"}),
    ("DescribeStateMachine", "StateMachineDoesNotExist", {"stateMachineArn": NO_MACHINE}),
    ("DescribeStateMachineAlias", "InvalidArn", {"stateMachineAliasArn": "none"}),
    ("DescribeStateMachineAlias", "ResourceNotFound", {"stateMachineAliasArn": MACHINE + ":none"}),
    ("DescribeStateMachineAlias", "ValidationException", {"stateMachineAliasArn": LONG}),
    ("DescribeStateMachineForExecution", "ExecutionDoesNotExist", {"executionArn": NO_EXECUTION}),
    ("DescribeStateMachineForExecution", "InvalidArn", {"executionArn": "none"}),
    ("GetActivityTask", "ActivityDoesNotExist", {"activityArn": NO_ACTIVITY}),
    ("GetActivityTask", "InvalidArn", {"activityArn": "none"}),
    ("GetExecutionHistory", "ExecutionDoesNotExist", {"executionArn": NO_EXECUTION}),
    ("GetExecutionHistory", "InvalidArn", {"executionArn": "none"}),
    ("GetExecutionHistory", "InvalidToken", {"executionArn": ARN + "execution:story:one", "nextToken": "forged"}),
    ("ListActivities", "InvalidToken", {"nextToken": "forged"}),
    ("ListExecutions", "InvalidArn", {"stateMachineArn": "none"}),
    ("ListExecutions", "InvalidToken", {"stateMachineArn": MACHINE, "nextToken": "forged"}),
    ("ListExecutions", "StateMachineDoesNotExist", {"stateMachineArn": NO_MACHINE}),
    ("ListExecutions", "ValidationException", {"stateMachineArn": LONG}),
    ("ListStateMachineAliases", "InvalidArn", {"stateMachineArn": "none"}),
    ("ListStateMachineAliases", "InvalidToken", {"stateMachineArn": MACHINE, "nextToken": "forged"}),
    ("ListStateMachineAliases", "StateMachineDeleting", {"stateMachineArn": DELETING}),
    ("ListStateMachineAliases", "StateMachineDoesNotExist", {"stateMachineArn": NO_MACHINE}),
    ("ListStateMachineVersions", "InvalidArn", {"stateMachineArn": "none"}),
    ("ListStateMachineVersions", "InvalidToken", {"stateMachineArn": MACHINE, "nextToken": "forged"}),
    ("ListStateMachineVersions", "ValidationException", {"stateMachineArn": LONG}),
    ("ListStateMachines", "InvalidToken", {"nextToken": "forged"}),
    ("ListTagsForResource", "InvalidArn", {"resourceArn": "none"}),
    ("ListTagsForResource", "ResourceNotFound", {"resourceArn": NO_ACTIVITY}),
    ("PublishStateMachineVersion", "ConflictException", {"stateMachineArn": MACHINE, "revisionId": "old"}),
    ("PublishStateMachineVersion", "InvalidArn", {"stateMachineArn": "none"}),
    ("PublishStateMachineVersion", "StateMachineDeleting", {"stateMachineArn": DELETING}),
    ("PublishStateMachineVersion", "StateMachineDoesNotExist", {"stateMachineArn": NO_MACHINE}),
    ("PublishStateMachineVersion", "ValidationException", {"stateMachineArn": MACHINE, "description": "d" * 257}),
    ("SendTaskFailure", "InvalidToken", {"taskToken": "forged"}),
    ("SendTaskHeartbeat", "InvalidToken", {"taskToken": "forged"}),
    ("SendTaskSuccess", "InvalidToken", {"taskToken": "forged", "output": "1"}),
    ("StartExecution", "ExecutionAlreadyExists", {"stateMachineArn": MACHINE, "name": "one", "input": "2"}),
    ("StartExecution", "InvalidArn", {"stateMachineArn": "none"}),
    ("StartExecution", "InvalidExecutionInput", {"stateMachineArn": MACHINE, "input": "{"}),
    ("StartExecution", "InvalidName", {"stateMachineArn": MACHINE, "name": "a b"}),
    ("StartExecution", "StateMachineDeleting", {"stateMachineArn": DELETING}),
    ("StartExecution", "StateMachineDoesNotExist", {"stateMachineArn": NO_MACHINE}),
    ("StartExecution", "ValidationException", {"stateMachineArn": MACHINE, "name": "n" * 81}),
    ("StopExecution", "ExecutionDoesNotExist", {"executionArn": NO_EXECUTION}),
    ("StopExecution", "InvalidArn", {"executionArn": "none"}),
    ("StopExecution", "ValidationException", {"executionArn": NO_EXECUTION, "error": "e" * 257}),
    ("TagResource", "InvalidArn", {"resourceArn": "none", "tags": []}),
    ("TagResource", "ResourceNotFound", {"resourceArn": NO_ACTIVITY, "tags": []}),
    ("TagResource", "TooManyTags", {"resourceArn": MACHINE, "tags": MANY_TAGS}),
    ("UntagResource", "InvalidArn", {"resourceArn": "none", "tagKeys": []}),
    ("UntagResource", "ResourceNotFound", {"resourceArn": NO_ACTIVITY, "tagKeys": []}),
    ("UpdateStateMachine", "InvalidArn", {"stateMachineArn": "none", "definition": PASS}),
    ("UpdateStateMachine", "InvalidDefinition", {"stateMachineArn": MACHINE, "definition": "{}"}),
    ("UpdateStateMachine", "InvalidLoggingConfiguration", {"stateMachineArn": MACHINE, "loggingConfiguration": LOGGING}),
    ("UpdateStateMachine", "MissingRequiredParameter", {"stateMachineArn": MACHINE}),
    ("UpdateStateMachine", "StateMachineDeleting", {"stateMachineArn": DELETING, "definition": PASS}),
    ("UpdateStateMachine", "StateMachineDoesNotExist", {"stateMachineArn": NO_MACHINE, "definition": PASS}),
    ("UpdateStateMachine", "ValidationException",
     {"stateMachineArn": MACHINE, "definition": PASS, "versionDescription": "without publish"}),
    ("UpdateStateMachineAlias", "InvalidArn", {"stateMachineAliasArn": "none", "description": "d"}),
    ("UpdateStateMachineAlias", "ResourceNotFound", {"stateMachineAliasArn": MACHINE + ":none", "description": "d"}),
    ("UpdateStateMachineAlias", "StateMachineDeleting", {"stateMachineAliasArn": DELETING + ":PROD", "description": "d"}),
    ("UpdateStateMachineAlias", "ValidationException", {"stateMachineAliasArn": MACHINE + ":PROD"}),
    ("ValidateStateMachineDefinition", "ValidationException", {"definition": PASS, "maxResults": 101}),
]


class Script:
    """A client, and what it was used for."""

    def __init__(self, client, test):
        self.client = client
        self.test = test
        self.served = set()
        self.errors = set()
        self.paged = set()

    def __getattr__(self, operation):
        """`script.ListActivities(…)` calls it."""
        def call(**members):
            answer = self.client.call(operation, **members)
            self.served.add(operation)
            return answer
        return call

    def refused(self, operation, error, members):
        with self.test.assertRaises(Refused, msg=f"{operation} {error}") as caught:
            self.client.call(operation, **members)
        self.test.assertEqual(caught.exception.code, error, f"{operation}: {caught.exception}")
        # Constraints are checked before the service, which has an exception of that name of its own.
        self.test.assertTrue(caught.exception.modelled, f"{operation}: {error}")
        self.test.assertNotEqual(caught.exception.message, "")
        self.errors.add((operation, error))

    def pages(self, operation, member, **members):
        """All items, one a page, by the client's own paginator."""
        self.paged.add(operation)
        pages = self.client.pages(operation, 1, **members)
        self.test.assertTrue(all(len(page[member]) <= 1 for page in pages))
        return [item for page in pages for item in page[member]]

    def tokens(self, operation, member, **members):
        """The same, where clients have no paginator."""
        found, more = [], {}
        while True:
            page = self.client.call(operation, **members, **more, maxResults=1)
            found += page[member]
            if "nextToken" not in page:
                return found
            more = {"nextToken": page["nextToken"]}

    def ended(self, arn):
        while (about := self.DescribeExecution(executionArn=arn))["status"] == "RUNNING":
            pass
        return about


def state_machines(script, test):
    made = script.CreateStateMachine(name="story", definition=PASS, roleArn=ROLE, publish=True, versionDescription="first",
                                     tags=[{"key": "a", "value": "1"}])
    test.assertEqual((made["stateMachineArn"], made["stateMachineVersionArn"]), (MACHINE, MACHINE + ":1"))
    test.assertEqual(script.DescribeStateMachine(stateMachineArn=MACHINE)["definition"], PASS)
    test.assertEqual(script.ValidateStateMachineDefinition(definition="{}")["result"], "FAIL")
    script.TagResource(resourceArn=MACHINE, tags=[{"key": "b", "value": "2"}])
    script.UntagResource(resourceArn=MACHINE, tagKeys=["a"])
    test.assertEqual(script.ListTagsForResource(resourceArn=MACHINE)["tags"], [{"key": "b", "value": "2"}])

    updated = script.UpdateStateMachine(stateMachineArn=MACHINE, definition=TASK)
    published = script.PublishStateMachineVersion(stateMachineArn=MACHINE, revisionId=updated["revisionId"])
    test.assertEqual(published["stateMachineVersionArn"], MACHINE + ":2")
    prod = script.CreateStateMachineAlias(name="PROD", routingConfiguration=route(MACHINE + ":1"))
    script.UpdateStateMachineAlias(stateMachineAliasArn=prod["stateMachineAliasArn"], routingConfiguration=[
        *route(MACHINE + ":1", 90), *route(MACHINE + ":2", 10)])
    shown = script.DescribeStateMachineAlias(stateMachineAliasArn=MACHINE + ":PROD")
    test.assertEqual([each["weight"] for each in shown["routingConfiguration"]], [90, 10])
    for i in range(1, ALIASES_MAX):
        script.CreateStateMachineAlias(name=f"a{i:02}", routingConfiguration=route(MACHINE + ":1"))
    script.ListStateMachineVersions(stateMachineArn=MACHINE)
    script.ListStateMachineAliases(stateMachineArn=MACHINE)
    versions = script.tokens("ListStateMachineVersions", "stateMachineVersions", stateMachineArn=MACHINE)
    test.assertEqual([each["stateMachineVersionArn"] for each in versions], [MACHINE + ":2", MACHINE + ":1"])
    aliases = script.tokens("ListStateMachineAliases", "stateMachineAliases", stateMachineArn=MACHINE)
    test.assertEqual(len(aliases), ALIASES_MAX)

    script.CreateStateMachine(name="deleting", definition=WAIT, roleArn=ROLE, publish=True)
    script.CreateStateMachineAlias(name="PROD", routingConfiguration=route(DELETING + ":1"))
    script.StartExecution(stateMachineArn=DELETING, name="sleeps")
    script.DeleteStateMachine(stateMachineArn=DELETING)
    script.ListStateMachines()
    listed = script.pages("ListStateMachines", "stateMachines")
    test.assertEqual([each["name"] for each in listed], ["deleting", "story"])


def executions_and_activities(script, test):
    for name in ("other", "story"):
        script.CreateActivity(name=name)
    script.ListActivities()
    test.assertEqual([each["name"] for each in script.pages("ListActivities", "activities")], ["other", "story"])
    test.assertEqual(script.DescribeActivity(activityArn=ACTIVITY)["name"], "story")

    tokens = []
    for name in ("one", "two"):
        arn = script.StartExecution(stateMachineArn=MACHINE, name=name, input='{"a":  1}')["executionArn"]
        task = script.GetActivityTask(activityArn=ACTIVITY, workerName="w")
        test.assertEqual(task["input"], '{"a":  1}')
        tokens.append(task["taskToken"])
        script.SendTaskHeartbeat(taskToken=tokens[-1])
        script.refused("SendTaskSuccess", "InvalidOutput", {"taskToken": tokens[-1], "output": "{"})
        if name == "one":
            script.SendTaskSuccess(taskToken=tokens[-1], output='"done"')
        else:
            script.SendTaskFailure(taskToken=tokens[-1], error="E", cause="c")
        end = script.ended(arn)
        test.assertEqual((end["status"], end.get("output"), end.get("error")),
                         ("SUCCEEDED", '"done"', None) if name == "one" else ("FAILED", None, "E"))
        for operation, more in (("SendTaskSuccess", {"output": "1"}), ("SendTaskFailure", {}), ("SendTaskHeartbeat", {})):
            script.refused(operation, "TaskTimedOut", {"taskToken": tokens[-1], **more})
    test.assertEqual(script.DescribeStateMachineForExecution(executionArn=arn)["definition"], TASK)
    script.GetExecutionHistory(executionArn=arn)
    events = script.pages("GetExecutionHistory", "events", executionArn=arn)
    test.assertEqual([(event["id"], event["type"]) for event in events], [
        (1, "ExecutionStarted"), (2, "TaskStateEntered"), (3, "ActivityScheduled"), (4, "ActivityStarted"),
        (5, "ActivityFailed"), (6, "ExecutionFailed")])
    script.ListExecutions(stateMachineArn=MACHINE)
    listed = script.pages("ListExecutions", "executions", stateMachineArn=MACHINE)
    test.assertEqual([each["name"] for each in listed], ["two", "one"])


def the_end(script, test):
    script.StopExecution(executionArn=ARN + "execution:deleting:sleeps", error="E", cause="c")
    test.assertEqual(script.ended(ARN + "execution:deleting:sleeps")["status"], "ABORTED")
    script.DeleteActivity(activityArn=ACTIVITY)
    script.DeleteStateMachineAlias(stateMachineAliasArn=MACHINE + ":PROD")
    script.DeleteStateMachineVersion(stateMachineVersionArn=MACHINE + ":2")
    script.DeleteStateMachine(stateMachineArn=MACHINE)


class EveryClient(unittest.TestCase):
    maxDiff = None

    def run_script(self, client_type):
        asld = Asld(BINARY)
        self.addCleanup(asld.stop)
        script = Script(client_type(asld.url), self)
        self.addCleanup(script.client.stop)
        state_machines(script, self)
        executions_and_activities(script, self)
        for operation, error, members in REFUSALS:
            with self.subTest(operation=operation, error=error):
                script.refused(operation, error, members)
        for operation, (members, missing) in NOT_BUILT.items():
            with self.assertRaises(Refused, msg=operation) as caught:
                script.client.call(operation, **members)
            self.assertEqual((caught.exception.code, caught.exception.message), (
                "UnsupportedOperationException",
                f"{operation} is not supported yet by asld, which has to have {missing} first"))
        the_end(script, self)
        self.check_that_nothing_is_left_out(script)

    def check_that_nothing_is_left_out(self, script):
        model = Boto3("http://127.0.0.1:1").sfn.meta.service_model
        served = set(model.operation_names) - set(NOT_BUILT)
        self.assertEqual(script.served, served)
        self.assertEqual(script.paged, script.client.paginators - set(NOT_BUILT))
        declared = {(operation, error.name) for operation in served
                    for error in model.operation_model(operation).error_shapes}
        excused = {**NEVER, **ELSEWHERE}
        wanted = {pair for pair in declared if pair not in excused and pair[1] not in excused}
        self.assertEqual(script.errors & declared, wanted)
        self.assertEqual({name for name in excused if name not in declared and name not in {e for _, e in declared}}, set())

    def test_boto3(self):
        self.run_script(Boto3)

    def test_command_line(self):
        self.run_script(CommandLine)

    def test_javascript(self):
        if missing := JavaScript.missing():
            self.assertNotEqual(os.environ.get("CI"), "true", missing)
            self.skipTest(f"{missing}: run `tools/dev setup`")
        self.run_script(JavaScript)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
