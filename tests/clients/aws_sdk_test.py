#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""boto3 and the AWS CLI against a real asld: state machines, executions and task tokens, looked at closely; that nothing is
left out is the business of aws_script_test.py.

  aws_sdk_test.py ASLD   runs in the Python of build/clients, which `tools/dev setup` makes; without it, says so
"""
import json
import os
import pathlib
import subprocess
import sys
import unittest

PYTHON = pathlib.Path(__file__).resolve().parents[2] / "build" / "clients" / "bin" / "python"
if pathlib.Path(sys.prefix) != PYTHON.parents[1]:
    if not PYTHON.exists():
        print("aws_sdk_test needs the AWS clients of PyPI in build/clients: run `tools/dev setup`")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True
from asld_process import Asld  # noqa: E402

ROLE = "arn:aws:iam::123456789012:role/any"
ARN = "arn:aws:states:us-east-1:123456789012:"
TRIES_MAX = 20_000  # of asking for a state that comes by itself


def states(**kinds):
    """A definition of these states, one after the other."""
    names = list(kinds)
    return json.dumps({"StartAt": names[0], "States": {
        name: {**state, **({"Next": names[i + 1]} if i + 1 < len(names) else {"End": True})}
        for i, (name, state) in enumerate(kinds.items())}})


PASS = states(P={"Type": "Pass"})
WAIT = states(W={"Type": "Wait", "Seconds": 86400})
CALLBACK = states(T={"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {
    "FunctionName": "nobody", "Payload": {"token.$": "$$.Task.Token"}}})


class Sdk(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        credentials = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
        cls.sfn = boto3.client("stepfunctions", endpoint_url=ASLD.url, **credentials, config=Config(
            inject_host_prefix=False, retries={"max_attempts": 1, "mode": "standard"}))
        # Sends whatever it is given, so that asld has to check it.
        cls.raw = boto3.client("stepfunctions", endpoint_url=ASLD.url, **credentials, config=Config(
            inject_host_prefix=False, parameter_validation=False, retries={"max_attempts": 1}))

    def machine(self, definition, name=None):
        name = name or self.id().rsplit(".", 1)[-1]
        return self.sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]

    def until(self, call, wanted):
        for _ in range(TRIES_MAX):
            answer = call()
            if wanted(answer):
                return answer
        self.fail(f"still {answer}")

    def ended(self, arn):
        return self.until(lambda: self.sfn.describe_execution(executionArn=arn), lambda e: e["status"] != "RUNNING")

    def run_to_end(self, machine, **more):
        return self.ended(self.sfn.start_execution(stateMachineArn=machine, **more)["executionArn"])

    def refused(self, code, message, call, **request):
        with self.assertRaises(ClientError) as caught:
            call(**request)
        error = caught.exception.response["Error"]
        self.assertEqual((error["Code"], error["Message"]), (code, message))
        return caught.exception

    # --- state machines ---

    def test_state_machine_lifecycle(self):
        spaced = ' {"StartAt":  "P",\n "States": {"P": {"Type":"Pass", "Comment": "\u00e4\\u00e4", "End":true}} } '
        made = self.sfn.create_state_machine(name="lifecycle", definition=spaced, roleArn=ROLE)
        again = self.sfn.create_state_machine(name="lifecycle", definition=spaced, roleArn=ROLE)
        self.assertEqual(made["creationDate"], again["creationDate"])
        arn = made["stateMachineArn"]
        self.assertEqual(arn, ARN + "stateMachine:lifecycle")
        shown = self.sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual(shown["definition"], spaced)
        self.assertEqual((shown["status"], shown["type"], shown["roleArn"]), ("ACTIVE", "STANDARD", ROLE))
        self.assertEqual(shown["loggingConfiguration"], {"level": "OFF", "includeExecutionData": False})
        self.assertNotIn("revisionId", shown)
        self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=arn)["tags"], [])
        self.refused("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'",
                     self.sfn.create_state_machine, name="lifecycle", definition=PASS, roleArn=ROLE)

        execution = self.sfn.start_execution(stateMachineArn=arn)["executionArn"]
        updated = self.sfn.update_state_machine(stateMachineArn=arn, definition=PASS)
        shown = self.sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual((shown["definition"], shown["revisionId"]), (PASS, updated["revisionId"]))
        began = self.sfn.describe_state_machine_for_execution(executionArn=execution)
        self.assertEqual((began["definition"], began["updateDate"]), (spaced, made["creationDate"]))
        self.refused("MissingRequiredParameter",
                     "Missing Required Parameter: 'Either the definition or the role ARN must be specified'",
                     self.sfn.update_state_machine, stateMachineArn=arn)

        self.assertIn("lifecycle", [m["name"] for m in self.sfn.list_state_machines()["stateMachines"]])
        self.sfn.delete_state_machine(stateMachineArn=arn)
        self.sfn.delete_state_machine(stateMachineArn=arn)

    def test_state_machine_that_is_being_deleted(self):
        arn = self.machine(WAIT)
        execution = self.sfn.start_execution(stateMachineArn=arn)["executionArn"]
        self.sfn.delete_state_machine(stateMachineArn=arn)
        self.assertEqual(self.sfn.describe_state_machine(stateMachineArn=arn)["status"], "DELETING")
        self.refused("StateMachineDeleting", f"State Machine is being deleted: '{arn}'",
                     self.sfn.start_execution, stateMachineArn=arn)
        self.sfn.stop_execution(executionArn=execution)

    def test_state_machines_by_pages(self):
        wanted = [f"page-{i}" for i in range(5)]
        for name in wanted:
            self.machine(PASS, name)
        pages = list(self.sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2}))
        self.assertTrue(all(len(page["stateMachines"]) <= 2 for page in pages))
        names = [machine["name"] for page in pages for machine in page["stateMachines"]]
        self.assertEqual([name for name in names if name.startswith("page-")], wanted)

    def test_definitions_that_are_refused(self):
        with self.assertRaises(self.sfn.exceptions.InvalidDefinition) as caught:
            self.machine('{"StartAt": "A"}')
        self.assertRegex(str(caught.exception), "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ")
        self.refused("InvalidName", "Invalid Name: 'a b'", self.sfn.create_state_machine, name="a b",
                     definition=PASS, roleArn=ROLE)
        for setting in ({"type": "EXPRESS"}, {"encryptionConfiguration": {
                "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}}):
            with self.assertRaises(ClientError) as caught:
                self.sfn.create_state_machine(name="x", definition=PASS, roleArn=ROLE, **setting)
            self.assertEqual(caught.exception.response["Error"]["Code"], "UnsupportedOperationException")

    def test_definitions_are_validated_without_being_created(self):
        good = self.sfn.validate_state_machine_definition(definition=PASS)
        self.assertEqual((good["result"], good["diagnostics"], good["truncated"]), ("OK", [], False))
        bad = self.sfn.validate_state_machine_definition(
            definition=states(P={"Type": "Pass", "Seconds": 1}, W={"Type": "Wait"}), type="EXPRESS", maxResults=1)
        self.assertEqual((bad["result"], len(bad["diagnostics"]), bad["truncated"]), ("FAIL", 1, True))
        self.assertEqual(bad["diagnostics"][0]["location"], "/States/P")

    # --- executions ---

    def test_execution_that_succeeds(self):
        machine = self.machine(PASS)
        text = '{"a": 1.0,  "b": "\u00e4"}'
        end = self.run_to_end(machine, name="good", input=text)
        self.assertEqual(end["executionArn"], ARN + "execution:" + machine.rsplit(":", 1)[-1] + ":good")
        self.assertEqual((end["status"], end["input"]), ("SUCCEEDED", text))
        self.assertEqual(json.loads(end["output"]), json.loads(text))
        self.assertEqual((end["inputDetails"], end["outputDetails"]), ({"included": True}, {"included": True}))
        self.assertEqual((end["redriveCount"], end["redriveStatus"]), (0, "NOT_REDRIVABLE"))
        self.assertGreaterEqual(end["stopDate"], end["startDate"])
        self.assertNotIn("error", end)
        self.refused("ExecutionAlreadyExists", f"Execution Already Exists: '{end['executionArn']}'",
                     self.sfn.start_execution, stateMachineArn=machine, name="good", input=text)

    def test_execution_that_is_stopped(self):
        machine = self.machine(WAIT)
        first = self.sfn.start_execution(stateMachineArn=machine, name="one")
        again = self.sfn.start_execution(stateMachineArn=machine, name="one")
        self.assertEqual((first["executionArn"], first["startDate"]), (again["executionArn"], again["startDate"]))
        stopped = self.sfn.stop_execution(executionArn=first["executionArn"], error="Enough", cause="of it")
        end = self.sfn.describe_execution(executionArn=first["executionArn"])
        self.assertEqual((end["status"], end["error"], end["cause"]), ("ABORTED", "Enough", "of it"))
        self.assertEqual((end["stopDate"], end["redriveStatus"]), (stopped["stopDate"], "REDRIVABLE"))
        last = self.sfn.get_execution_history(executionArn=first["executionArn"], reverseOrder=True)["events"][0]
        self.assertEqual(last["executionAbortedEventDetails"], {"error": "Enough", "cause": "of it"})

    def test_executions_by_pages_and_status(self):
        machine = self.machine(PASS)
        arns = [self.run_to_end(machine, name=f"e{i}")["executionArn"] for i in range(5)]
        pages = self.sfn.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="SUCCEEDED", PaginationConfig={"PageSize": 2})
        listed = [execution for page in pages for execution in page["executions"]]
        self.assertEqual([execution["executionArn"] for execution in listed], arns[::-1])
        self.assertEqual(set(listed[0]), {"executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate",
                                          "redriveCount"})
        self.assertEqual(self.sfn.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"], [])
        self.refused("InvalidToken", "Invalid Token: 'Invalid token'", self.sfn.list_executions,
                     stateMachineArn=machine, nextToken="forged")

    def test_history_by_pages(self):
        machine = self.machine(states(A={"Type": "Pass"}, B={"Type": "Pass"}))
        arn = self.run_to_end(machine, input='{"x": 1}')["executionArn"]
        pages = self.sfn.get_paginator("get_execution_history").paginate(
            executionArn=arn, PaginationConfig={"PageSize": 2})
        events = [event for page in pages for event in page["events"]]
        self.assertEqual([(event["id"], event["previousEventId"], event["type"]) for event in events], [
            (1, 0, "ExecutionStarted"), (2, 0, "PassStateEntered"), (3, 2, "PassStateExited"),
            (4, 3, "PassStateEntered"), (5, 4, "PassStateExited"), (6, 5, "ExecutionSucceeded")])
        self.assertEqual(events[0]["executionStartedEventDetails"], {
            "input": '{"x": 1}', "inputDetails": {"truncated": False}, "roleArn": ROLE})
        bare = self.sfn.get_execution_history(executionArn=arn, includeExecutionData=False)["events"]
        self.assertEqual(bare[1]["stateEnteredEventDetails"], {"name": "A"})
        self.assertEqual(self.sfn.get_execution_history(executionArn=arn, reverseOrder=True)["events"], events[::-1])

    # --- task tokens ---

    def waiting(self, name):
        """An execution that waits for a token, and the token."""
        arn = self.sfn.start_execution(stateMachineArn=self.machine(CALLBACK, name))["executionArn"]
        events = self.until(lambda: self.sfn.get_execution_history(executionArn=arn)["events"],
                            lambda found: found[-1]["type"] == "TaskScheduled")
        parameters = json.loads(events[-1]["taskScheduledEventDetails"]["parameters"])
        return arn, parameters["Payload"]["token"]

    def test_task_that_ends_by_its_token(self):
        arn, token = self.waiting("token-success")
        self.sfn.send_task_heartbeat(taskToken=token)
        with self.assertRaises(self.sfn.exceptions.InvalidOutput):
            self.sfn.send_task_success(taskToken=token, output="{")
        self.sfn.send_task_success(taskToken=token, output='{"done": true}')
        self.assertEqual(json.loads(self.ended(arn)["output"]), {"done": True})
        for call, request in ((self.sfn.send_task_success, {"output": "{}"}), (self.sfn.send_task_failure, {}),
                              (self.sfn.send_task_heartbeat, {})):
            self.refused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'", call,
                         taskToken=token, **request)
            self.refused("InvalidToken", "Invalid Token: 'Invalid token'", call, taskToken="forged", **request)

    def test_task_that_fails_by_its_token(self):
        arn, token = self.waiting("token-failure")
        self.sfn.send_task_failure(taskToken=token, error="No", cause="never")
        end = self.ended(arn)
        self.assertEqual((end["status"], end["error"], end["cause"]), ("FAILED", "No", "never"))

    # --- what is refused ---

    def test_arns(self):
        for call, member, kind, code, text in (
                (self.sfn.describe_state_machine, "stateMachineArn", "stateMachine:none", "StateMachineDoesNotExist",
                 "State Machine Does Not Exist"),
                (self.sfn.update_state_machine, "stateMachineArn", "stateMachine:none", "StateMachineDoesNotExist",
                 "State Machine Does Not Exist"),
                (self.sfn.start_execution, "stateMachineArn", "stateMachine:none", "StateMachineDoesNotExist",
                 "State Machine Does Not Exist"),
                (self.sfn.list_executions, "stateMachineArn", "stateMachine:none", "StateMachineDoesNotExist",
                 "State Machine Does Not Exist"),
                (self.sfn.list_tags_for_resource, "resourceArn", "stateMachine:none", "ResourceNotFound",
                 "Resource not found"),
                (self.sfn.describe_execution, "executionArn", "execution:m:none", "ExecutionDoesNotExist",
                 "Execution Does Not Exist"),
                (self.sfn.describe_state_machine_for_execution, "executionArn", "execution:m:none",
                 "ExecutionDoesNotExist", "Execution Does Not Exist"),
                (self.sfn.stop_execution, "executionArn", "execution:m:none", "ExecutionDoesNotExist",
                 "Execution Does Not Exist"),
                (self.sfn.get_execution_history, "executionArn", "execution:m:none", "ExecutionDoesNotExist",
                 "Execution Does Not Exist")):
            self.refused(code, f"{text}: '{ARN}{kind}'", call, **{member: ARN + kind})
            self.refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: none'", call, **{member: "none"})
            self.refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'", call,
                         **{member: ARN + "express:m:e:1"})

    def test_constraints(self):
        machine = self.machine(PASS)
        value = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must "
        for call, request, message in (
                (self.raw.list_state_machines, {"maxResults": 1001},
                 value.format(1001, "maxResults") + "have value less than or equal to 1000"),
                (self.raw.list_state_machines, {"nextToken": "x" * 1025},
                 value.format("x" * 1025, "nextToken") + "have length less than or equal to 1024"),
                (self.raw.list_executions, {"stateMachineArn": machine, "statusFilter": "succeeded"},
                 value.format("succeeded", "statusFilter") + "satisfy enum value set: "
                 "[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"),
                (self.raw.start_execution, {"stateMachineArn": machine, "name": "n" * 81},
                 value.format("n" * 81, "name") + "have length less than or equal to 80"),
                (self.raw.describe_execution, {}, "1 validation error detected: Value null at 'executionArn' failed "
                 "to satisfy constraint: Member must not be null")):
            self.refused("ValidationException", message, call, **request)
        self.refused("SerializationException", "NUMBER_VALUE can not be converted to a String",
                     self.raw.start_execution, stateMachineArn=1)
        self.refused("InvalidName", "Invalid Name: 'a/b'", self.sfn.start_execution, stateMachineArn=machine,
                     name="a/b")
        with self.assertRaises(self.sfn.exceptions.InvalidExecutionInput):
            self.sfn.start_execution(stateMachineArn=machine, input="{")

    def test_operations_that_are_not_there_yet(self):
        error = self.refused(
            "UnsupportedOperationException",
            "RedriveExecution is not supported yet by asld, which has to have redrive first",
            self.sfn.redrive_execution, executionArn=ARN + "execution:m:e")
        self.assertEqual(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertEqual(len(error.response["ResponseMetadata"]["RequestId"]), 36)
        with self.assertRaises(ClientError):
            self.sfn.start_sync_execution(stateMachineArn=ARN + "stateMachine:m")  # reaches asld: no host prefix

    # --- the AWS CLI ---

    def cli(self, *words):
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_PAGER": "",
                       "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL_SFN": ASLD.url}
        return subprocess.run([PYTHON, PYTHON.with_name("aws"), "stepfunctions", *words], env=environment, text=True,
                              capture_output=True, check=False)

    def test_command_line(self):
        machine = json.loads(self.cli("create-state-machine", "--name", "by-cli", "--definition", PASS, "--role-arn",
                                      ROLE).stdout)["stateMachineArn"]
        arns = {json.loads(self.cli("start-execution", "--state-machine-arn", machine).stdout)["executionArn"]
                for _ in range(3)}
        listed = json.loads(self.cli("list-executions", "--state-machine-arn", machine, "--page-size", "1").stdout)
        self.assertEqual({execution["executionArn"] for execution in listed["executions"]}, arns)
        wrong = self.cli("describe-execution", "--execution-arn", "none")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("(InvalidArn) when calling the DescribeExecution operation: Invalid Arn: 'Invalid ARN prefix: "
                      "none'", wrong.stderr)


if __name__ == "__main__":
    ASLD = Asld(sys.argv.pop(1))
    try:
        result = unittest.main(argv=sys.argv, exit=False).result
    finally:
        ASLD.stop()
    sys.exit(not result.wasSuccessful())
