#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Tasks on a Lambda endpoint: a real asld, AWS's own runtime client behind an Invoke API that checks every signature,
and a proxy between the two that does what networks do.

  lambda_test.py ASLD ASLCTL   runs in the Python of build/clients, which `tools/dev setup` makes; without it, says so
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

PYTHON = pathlib.Path(__file__).resolve().parents[2] / "build" / "clients" / "bin" / "python"


def skip():
    print("lambda_test needs boto3 of PyPI and aws-lambda-ric of npm in build/clients: run `tools/dev setup`")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


if pathlib.Path(sys.prefix) != PYTHON.parents[1]:
    if not PYTHON.exists():
        skip()
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402

from endpoint import KEY, RUNTIME_CLIENT, Endpoint  # noqa: E402
from toxic_proxy import ToxicProxy  # noqa: E402

if not RUNTIME_CLIENT.exists():
    skip()

ROLE = "arn:aws:iam::123456789012:role/any"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
INVOKE = "arn:aws:states:::lambda:invoke"
TRIES_MAX = 20_000  # of asking for a state that comes by itself

ROUTES = """routes:
- match: [echo, decline, crash, context, approve, "nobody*"]
  to: lambda
  endpoint: {endpoint}
- match: {arn}one-by-one
  to: lambda
  endpoint: {endpoint}
  concurrency: 2
- match: toxic-*
  to: lambda
  endpoint: {proxy}
- match: mocked
  to: mock
  result: {{paid: true, cents: 12}}
- match: mocked-failure
  to: mock
  error: CardDeclined
  cause: over the limit
"""


def task(resource, **more):
    return {"Type": "Task", "Resource": resource, **more}


def states(**kinds):
    """A definition of these states, one after the other."""
    names = list(kinds)
    return json.dumps({"StartAt": names[0], "States": {
        name: {**state, **({"Next": names[i + 1]} if i + 1 < len(names) else {"End": True})}
        for i, (name, state) in enumerate(kinds.items())}})


class Asld:
    def __init__(self, folder, config):
        self.folder, self.config = folder, config
        self.start()

    def start(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {"AWS_ACCESS_KEY_ID": KEY.access_key, "AWS_SECRET_ACCESS_KEY": KEY.secret_key,
                        "AWS_SESSION_TOKEN": KEY.token, "AWS_EC2_METADATA_DISABLED": "true"}
        self.process = subprocess.Popen(
            [BINARY, "--data-dir", f"{self.folder}/data", "--grpc-address", "127.0.0.1:0", "--http-address",
             "127.0.0.1:0", "--min-free", "0", "--lease-ms", "100", "--config", self.config],
            stderr=subprocess.PIPE, text=True, env=environment)
        self.wait_for("ready:")

    def wait_for(self, text):
        for line in self.process.stderr:
            if found := re.search(r"grpc at port (\d+), http at port (\d+)", line):
                self.address, self.url = f"127.0.0.1:{found[1]}", f"http://127.0.0.1:{found[2]}"
            if text in line:
                return line
        raise RuntimeError(f"asld ended before it said {text!r}")

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def stop(self):
        self.process.terminate()
        self.process.communicate()
        return self.process.returncode

    def aslctl(self, *arguments):
        return subprocess.run([ASLCTL, "--address", self.address, *arguments], capture_output=True, text=True)


class Lambda(unittest.TestCase):
    maxDiff = None
    machines = 0

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.endpoint = Endpoint(["echo", "decline", "crash", "context", "approve"])
        cls.proxy = ToxicProxy(cls.endpoint.url)
        cls.config = pathlib.Path(cls.folder.name, "asld.yaml")
        cls.endpoint.functions["one-by-one"] = cls.endpoint.functions["echo"]
        for name in ("echo", "decline"):
            cls.endpoint.functions[f"toxic-{name}"] = cls.endpoint.functions[name]
        cls.write_routes()
        cls.asld = Asld(cls.folder.name, cls.config)
        cls.connect()

    @classmethod
    def tearDownClass(cls):
        cls.asld.stop()
        cls.proxy.server.stop()
        cls.endpoint.__exit__()
        cls.folder.cleanup()

    @classmethod
    def write_routes(cls, more=""):
        cls.config.write_text(ROUTES.format(endpoint=cls.endpoint.url, proxy=cls.proxy.url, arn=FUNCTION) + more)

    @classmethod
    def connect(cls):
        cls.sfn = boto3.client(
            "stepfunctions", endpoint_url=cls.asld.url, region_name="us-east-1", aws_access_key_id="any",
            aws_secret_access_key="any", config=Config(inject_host_prefix=False, retries={"max_attempts": 1}))

    def setUp(self):
        self.proxy.lay_out()

    def tearDown(self):
        self.assertEqual(self.endpoint.problems, [])

    def start(self, definition, value=None):
        Lambda.machines += 1
        made = self.sfn.create_state_machine(name=f"machine-{Lambda.machines}", definition=definition, roleArn=ROLE)
        return self.sfn.start_execution(stateMachineArn=made["stateMachineArn"],
                                        input=json.dumps(value or {}))["executionArn"]

    def until(self, call, wanted):
        for _ in range(TRIES_MAX):
            answer = call()
            if wanted(answer):
                return answer
        self.fail(f"still {answer}")

    def ended(self, arn):
        return self.until(lambda: self.sfn.describe_execution(executionArn=arn), lambda e: e["status"] != "RUNNING")

    def succeeds(self, definition, value=None):
        end = self.ended(self.start(definition, value))
        self.assertEqual(end["status"], "SUCCEEDED", end)
        return json.loads(end["output"])

    def fails(self, definition, value=None):
        end = self.ended(self.start(definition, value))
        self.assertEqual(end["status"], "FAILED", end)
        return end["error"], end["cause"]

    def events(self, arn):
        pages = self.sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
        return [event for page in pages for event in page["events"]]

    def types(self, arn):
        return [event["type"] for event in self.events(arn)]

    # --- what a function answers ---

    def test_a_function_arn_is_called_and_its_output_is_the_tasks(self):
        arn = self.start(states(A=task(FUNCTION + "echo")), {"order": 7, "price": 1.10})

        end = self.ended(arn)
        self.assertEqual(json.loads(end["output"]), {"order": 7, "price": 1.10})
        self.assertEqual(self.types(arn), [
            "ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted",
            "LambdaFunctionSucceeded", "TaskStateExited", "ExecutionSucceeded"])
        call = self.endpoint.called("echo")[-1]
        self.assertEqual((call["arn"], call["type"]), (FUNCTION + "echo", "RequestResponse"))

    def test_an_invocation_has_awss_envelope_of_what_lambda_answered(self):
        output = self.succeeds(states(A=task(INVOKE, Parameters={
            "FunctionName": "echo", "Qualifier": "7", "LogType": "Tail", "Payload": {"n": 1}})))

        self.assertEqual(self.endpoint.called("echo")[-1]["qualifier"], "7")
        self.assertEqual(list(output), ["ExecutedVersion", "LogResult", "Payload", "SdkHttpMetadata",
                                        "SdkResponseMetadata", "StatusCode"])
        self.assertEqual((output["Payload"], output["StatusCode"], output["ExecutedVersion"]), ({"n": 1}, 200, "7"))
        headers = output["SdkHttpMetadata"]["AllHttpHeaders"]
        self.assertEqual(list(headers), ["X-Amz-Log-Result", "X-Amz-Executed-Version", "x-amzn-Remapped-Content-Length",
                                         "Connection", "x-amzn-RequestId", "Content-Length", "Date",
                                         "X-Amzn-Trace-Id", "Content-Type"])
        self.assertEqual(headers["x-amzn-RequestId"], [output["SdkResponseMetadata"]["RequestId"]])
        self.assertEqual(output["SdkHttpMetadata"]["HttpStatusCode"], 200)

    def test_the_client_context_reaches_the_function(self):
        output = self.succeeds(states(A=task(INVOKE, Parameters={
            "FunctionName": FUNCTION + "context", "ClientContext": "eyJjdXN0b20iOiB7ImEiOiAxfX0="})))
        self.assertEqual(output["Payload"]["custom"], {"a": 1})

    def test_an_event_is_not_waited_for_and_a_dry_run_runs_nothing(self):
        def invoked(kind):
            return self.succeeds(states(A=task(INVOKE, Parameters={
                "FunctionName": "echo", "InvocationType": kind, "Payload": {"kind": kind}})))

        event = invoked("Event")
        self.assertEqual((event["StatusCode"], event["Payload"]), (202, ""))
        self.assertEqual(invoked("DryRun")["StatusCode"], 204)

    def test_a_function_that_fails_says_how(self):
        error, cause = self.fails(states(A=task(FUNCTION + "decline")), {"cents": 5})

        self.assertEqual(error, "CardDeclined")
        self.assertEqual(list(json.loads(cause)), ["errorType", "errorMessage", "trace"])
        self.assertEqual(json.loads(cause)["errorMessage"], "over the limit: 5")

    def test_a_function_that_ends_without_an_answer_is_unknown(self):
        error, cause = self.fails(states(A=task(FUNCTION + "crash")))

        self.assertEqual(error, "Lambda.Unknown")
        self.assertRegex(cause, "The cause could not be determined because Lambda did not return an error type. "
                                r'Returned payload: {"errorMessage": "RequestId: \S+ Process exited before completing '
                                'request"}$')

    def test_a_function_that_is_not_there(self):
        for resource, more in ((FUNCTION + "nobody", {}), (INVOKE, {"Parameters": {"FunctionName": "nobody"}})):
            error, cause = self.fails(states(A=task(resource, **more)))
            self.assertEqual(error, "Lambda.ResourceNotFoundException")
            self.assertRegex(cause, rf"^Function not found: {FUNCTION}nobody \(Service: AWSLambda; Status Code: 404; "
                                    r"Error Code: ResourceNotFoundException; Request ID: \S+; Proxy: null\)$")

    def test_a_function_answers_by_its_task_token(self):
        asks = task(INVOKE + ".waitForTaskToken", Parameters={"FunctionName": "approve", "Payload": {
            "token.$": "$$.Task.Token", "order.$": "$.order", "url": self.asld.url}})

        arn = self.start(states(A=asks), {"order": 7})
        self.assertEqual(json.loads(self.ended(arn)["output"]), {"approved": True})
        self.assertEqual(self.fails(states(A=asks), {"order": 0}), ("Refused", "no such order"))

    # --- what the service and the network do ---

    def test_what_lambda_refuses_has_awss_names_and_texts(self):
        def refused(*plan):
            self.proxy.lay_out(*plan)
            return self.fails(states(A=task(FUNCTION + "toxic-echo")))

        text = "{} (Service: AWSLambda; Status Code: {}; Error Code: {}; Request ID: of-the-proxy; Proxy: null)"
        self.assertEqual(refused(429, 429, 429), ("Lambda.TooManyRequestsException", text.format(
            "Rate Exceeded.", 429, "TooManyRequestsException")))
        self.assertEqual(refused(500), ("Lambda.ServiceException", text.format(
            "An error occurred.", 500, "ServiceException")))
        self.assertEqual(refused(503, 503, 503)[0], "Lambda.AWSLambdaException")

    def test_an_answer_that_is_lost_is_no_reason_to_call_twice(self):
        for what in ("reset", "lose", "truncate"):
            self.proxy.lay_out(what)
            error, cause = self.fails(states(A=task(FUNCTION + "toxic-echo")))
            self.assertEqual(error, "Lambda.SdkClientException", what)
            self.assertTrue(cause.startswith("Unable to execute HTTP request: "), cause)
            self.assertEqual(self.proxy.seen(), [what])

    def test_retry_calls_again(self):
        self.proxy.lay_out("lose", 500, "truncate")
        output = self.succeeds(states(A=task(FUNCTION + "toxic-echo", Retry=[{
            "ErrorEquals": ["Lambda.SdkClientException", "Lambda.ServiceException"], "IntervalSeconds": 1,
            "MaxDelaySeconds": 2}])), {"n": 1})

        self.assertEqual(output, {"n": 1})
        self.assertEqual(self.proxy.seen(), ["lose", 500, "truncate", "pass"])

    def test_a_timeout_ends_the_call(self):
        self.proxy.lay_out("hang")
        arn = self.start(states(A=task(FUNCTION + "toxic-echo", TimeoutSeconds=1)))

        self.assertEqual(self.ended(arn)["error"], "States.Timeout")
        self.assertIn("LambdaFunctionTimedOut", self.types(arn))
        self.assertTrue(self.proxy.left.acquire(timeout=60))

    def test_a_stop_ends_the_call(self):
        self.proxy.lay_out("hang")
        arn = self.start(states(A=task(FUNCTION + "toxic-echo")))
        self.assertTrue(self.proxy.saw(1))

        self.sfn.stop_execution(executionArn=arn)

        self.assertTrue(self.proxy.left.acquire(timeout=60))
        self.assertEqual(self.ended(arn)["status"], "ABORTED")

    def test_no_more_are_called_at_once_than_the_route_says(self):
        self.endpoint.functions["echo"].most = 0
        definition = states(M={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
            "StartAt": "A", "States": {"A": task(FUNCTION + "one-by-one", End=True)}}})

        output = self.succeeds(definition, {"items": list(range(40))})

        self.assertEqual(output, list(range(40)))
        self.assertEqual(self.endpoint.functions["echo"].most, 2)

    # --- the engine ends in between ---

    def test_a_call_under_way_when_the_engine_is_killed_is_unknown(self):
        retry = [{"ErrorEquals": ["Lambda.Unknown"], "IntervalSeconds": 1}]
        self.proxy.lay_out("pass", "hang")
        before = len(self.endpoint.called("toxic-echo"))
        arn = self.start(states(A=task(FUNCTION + "toxic-echo"), B=task(FUNCTION + "toxic-echo", Retry=retry),
                                C=task(FUNCTION + "toxic-echo")), {"n": 3})
        self.assertTrue(self.proxy.saw(2))

        self.asld.kill()
        self.asld.start()
        self.connect()

        self.assertEqual(json.loads(self.ended(arn)["output"]), {"n": 3})
        failed = [event for event in self.events(arn) if event["type"] == "LambdaFunctionFailed"]
        self.assertEqual([event["lambdaFunctionFailedEventDetails"] for event in failed], [{
            "error": "Lambda.Unknown",
            "cause": "The engine ended while it called the function; whether the work was done is unknown."}])
        # The first was not called again, the second twice; the proxy did not pass its first call on.
        self.assertEqual(self.proxy.seen(), ["pass", "hang", "pass", "pass"])
        self.assertEqual(len(self.endpoint.called("toxic-echo")) - before, 3)

    def test_a_stop_waits_for_answers_of_calls_under_way(self):
        definition = states(A=task(FUNCTION + "one-by-one"), W={"Type": "Wait", "Seconds": 86400})
        arns = [self.start(definition, {"n": n}) for n in range(20)]

        self.assertEqual(self.asld.stop(), 0)
        self.asld.start()
        self.connect()

        for arn in arns:
            self.until(lambda: self.types(arn), lambda types: "WaitStateEntered" in types)
            self.assertNotIn("LambdaFunctionFailed", self.types(arn))
            self.sfn.stop_execution(executionArn=arn)

    # --- routes ---

    def test_a_mock_answers_what_the_file_says(self):
        self.assertEqual(self.succeeds(states(A=task(FUNCTION + "mocked"))), {"paid": True, "cents": 12})
        self.assertEqual(self.succeeds(states(A=task(INVOKE, Parameters={"FunctionName": "mocked"})))["Payload"],
                         {"paid": True, "cents": 12})
        self.assertEqual(self.fails(states(A=task(FUNCTION + "mocked-failure"))), ("CardDeclined", "over the limit"))

    def test_routes_are_shown_and_change_at_run_time(self):
        shown = json.loads(self.asld.aslctl("routes", "-o", "json").stdout)["routes"]
        self.assertEqual(shown[-1], {"match": "*", "to": "worker", "from": "default"})
        self.assertEqual(shown[6], {"match": FUNCTION + "one-by-one", "to": "lambda", "endpoint": self.endpoint.url,
                                    "concurrency": 2, "from": f"{self.config}:5"})
        taken = self.asld.aslctl("routes", FUNCTION + "toxic-one:live", "-o", "name").stdout
        self.assertEqual(taken, "toxic-*\n")
        late = states(A=task(FUNCTION + "late"))
        waits = self.start(late)

        self.write_routes("- {match: late, to: lamda}\n")
        refused = self.asld.aslctl("routes", "reload")
        self.assertNotEqual(refused.returncode, 0)
        line = len(self.config.read_text().splitlines())
        self.assertIn(f"{self.config}:{line}: routes[5].to is 'lamda', but must be one of worker, lambda, mock, "
                      "default; did you mean lambda?", refused.stderr)
        self.assertEqual(self.asld.aslctl("routes", "late", "-o", "name").stdout, "*\n")

        self.write_routes("- {match: late, to: mock, result: 1}\n")
        self.assertEqual(self.asld.aslctl("routes", "reload").returncode, 0)
        self.assertEqual(self.succeeds(late), 1)

        self.write_routes("- {match: late, to: mock, result: 2}\n")
        self.asld.process.send_signal(signal.SIGHUP)
        self.asld.wait_for("routes: read again")
        self.assertEqual(self.succeeds(late), 2)
        # One that was scheduled for workers waits for them.
        self.assertEqual(self.sfn.describe_execution(executionArn=waits)["status"], "RUNNING")
        self.sfn.stop_execution(executionArn=waits)

    def test_an_event_for_a_worker_is_refused(self):
        error, cause = self.fails(states(A=task(INVOKE, Parameters={
            "FunctionName": "of-a-worker", "InvocationType": "Event"})))
        self.assertEqual(error, "States.Runtime")
        self.assertIn("goes to workers", cause)


if __name__ == "__main__":
    BINARY, ASLCTL = sys.argv[1], sys.argv[2]
    del sys.argv[1:3]
    unittest.main()
