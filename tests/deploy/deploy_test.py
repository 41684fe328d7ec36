#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""aslctl deploy, plan, apply, drift, import and rollback against moto's Step Functions and against a real asld; what got
there is read back with boto3.

  deploy_test.py ASLCTL ASLD   runs in the Python of build/clients, which `tools/dev setup` makes; without it, says so
"""
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PYTHON = pathlib.Path(__file__).resolve().parents[2] / "build" / "clients" / "bin" / "python"
if pathlib.Path(sys.prefix) != PYTHON.parents[1]:
    if not PYTHON.exists():
        print("deploy_test needs boto3 and moto of PyPI in build/clients: run `tools/dev setup`")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

sys.dont_write_bytecode = True
import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

from killing_proxy import KillingProxy  # noqa: E402

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from asld_process import Asld  # noqa: E402

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/order"
# What must never be seen: parts of it in any output of any run.
SECRETS = ["SECRETdeployEXAMPLEkey", "TOKENdeployEXAMPLE"]
# White space, order and escapes of its own: all of it has to arrive.
ORDER = """{ "Comment": "\\u00e4 \u00e4 \\/",
   "StartAt":"Pay",  "States" : {
     "Pay": {"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:charge","TimeoutSeconds": 10,
             "Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"],"MaxAttempts":3}],
             "Next":"Done"},
\t"Done": {"Type":"Succeed"}
}}
"""
PASS = '{"StartAt":"P","States":{"P":{"Type":"Pass","Result":%s,"End":true}}}'


def descriptor(team):
    return f"role: {ROLE}\nalias: live\ntags: {{team: {team}}}\n"


class Moto:
    def __init__(self):
        logging.getLogger("werkzeug").disabled = True  # a stack for everything that moto does not know
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.url = "http://%s:%d" % self.server.get_host_and_port()
        urllib.request.urlopen(f"{self.url}/moto-api/reset", data=b"").close()  # all servers share what they hold

    def stop(self):
        self.server.stop()


class Deploys:
    """What both sides do alike; `to` says which."""
    maxDiff = None

    def setUp(self):
        self.server = self.start()
        self.addCleanup(self.server.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.seen = []  # every output of every run
        self.sfn = self.client("us-east-1")

    def tearDown(self):
        for output in self.seen:
            for secret in SECRETS:
                self.assertNotIn(secret, output)

    def client(self, region):
        return boto3.client("stepfunctions", endpoint_url=self.server.url, region_name=region,
                            aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key=SECRETS[0])

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def variables(self, **more):
        # One attempt: moto answers what it does not know with a bare 500.
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_REGION": "us-east-1", "LC_ALL": "C.UTF-8",
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRETS[0], "AWS_SESSION_TOKEN": SECRETS[1],
                "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", **more}

    def start_aslctl(self, *arguments, url=None, **variables):
        return subprocess.Popen([ASLCTL, *arguments, "--to", self.to, "--endpoint-url", url or self.server.url],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.variables(**variables))

    def end(self, process, code=0):
        out, err = process.communicate(timeout=120)
        self.seen += [out, err]
        if code is not None:
            self.assertEqual(process.returncode, code, out + err)
        return out, err

    def aslctl(self, *arguments, code=0, **more):
        return self.end(self.start_aslctl(*arguments, **more), code)[0]

    def plan(self, *arguments, code=2, **more):
        return json.loads(self.aslctl("plan", *arguments, "-o", "json", code=code, **more))["machines"]

    def machine(self, name="order", sfn=None):
        sfn = sfn or self.sfn
        arns = [m["stateMachineArn"] for m in sfn.list_state_machines()["stateMachines"] if m["name"] == name]
        return sfn.describe_state_machine(stateMachineArn=arns[0]) if arns else None

    # --- stories ---

    def test_a_definition_arrives_byte_for_byte_and_nothing_is_left_to_do(self):
        path = self.write("order.asl.json", ORDER)

        self.assertEqual(self.plan(path, "--role", ROLE)[0]["action"], "create")
        self.assertIsNone(self.machine())
        self.aslctl("apply", path, "--role", ROLE)

        shown = self.machine()
        self.assertEqual((shown["definition"], shown["roleArn"]), (ORDER, ROLE))
        self.assertEqual(self.plan(path, "--role", ROLE, code=0)[0]["changes"], [])
        self.assertIn("nothing to do", self.aslctl("apply", path, "--role", ROLE))

    def test_a_plan_tells_state_by_state_what_differs_and_drift_the_other_way_round(self):
        path = self.write("order.asl.json", ORDER)
        self.aslctl("apply", path, "--role", ROLE)
        self.write("order.asl.json", ORDER.replace('"MaxAttempts":3', '"MaxAttempts":5').replace(
            '"Done": {"Type":"Succeed"}', '"Done": {"Type":"Pass","Next":"End"}, "End": {"Type":"Succeed"}'))

        changes = self.plan(path)[0]["changes"]
        self.assertIn({"subject": "state Pay", "path": "Retry[0].MaxAttempts", "change": "changed", "from": "3",
                       "to": "5"}, changes)
        self.assertIn({"subject": "state End", "change": "added", "to": "Succeed"}, changes)
        drift = json.loads(self.aslctl("drift", path, "-o", "json", code=2))["machines"][0]["changes"]
        self.assertIn({"subject": "state Pay", "path": "Retry[0].MaxAttempts", "change": "changed", "from": "5",
                       "to": "3"}, drift)
        self.assertIn({"subject": "state End", "change": "removed", "from": "Succeed"}, drift)

        self.aslctl("deploy", path, "--yes")
        self.aslctl("drift", path, code=0)
        self.assertIn("other white space", self.aslctl(
            "plan", self.write("order.asl.json", (self.folder / "order.asl.json").read_text() + "\n"), code=2))

    def test_nobody_is_there_to_say_yes(self):
        path = self.write("order.asl.json", ORDER)
        self.assertIn("--yes", self.end(self.start_aslctl("deploy", path, "--role", ROLE), 2)[1])
        self.assertIsNone(self.machine())

    def test_substitutions_are_all_that_changes(self):
        path = self.write("pass.asl.json", PASS % '{"table":"${Table}",  "stage":"${Stage}"}')

        process = self.start_aslctl("apply", path, "--role", ROLE, "--set", "Stage=prod")
        self.assertIn("pass.asl.json:1:64: ${Table} has no value", self.end(process, 2)[1])
        self.assertIsNone(self.machine("pass"))
        self.write("values.yaml", "Table: orders\nStage: test\n")
        self.aslctl("apply", path, "--role", ROLE, "--set", "Stage=prod", "--substitutions",
                    str(self.folder / "values.yaml"))

        self.assertEqual(self.machine("pass")["definition"], PASS % '{"table":"orders",  "stage":"prod"}')

    def test_a_template_says_what_is_deployed_and_with_which_values(self):
        self.write("pay.asl.json", PASS % '"${Function} ${Table} ${Region}"')
        template = self.write("template.yaml", """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: test}
Resources:
  Charge:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: !Sub "charge-${Stage}", Handler: a.b}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: orders}
  Pay:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: !Sub "pay-${Stage}"
      Role: %s
      DefinitionUri: pay.asl.json
      DefinitionSubstitutions:
        Function: !GetAtt Charge.Arn
        Table: !Ref Orders
        Region: !Ref AWS::Region
""" % ROLE)

        self.aslctl("apply", template, "--set", "Stage=live")

        self.assertEqual(self.machine("pay-live")["definition"], PASS % (
            f'"arn:aws:lambda:us-east-1:{ACCOUNT}:function:charge-live orders us-east-1"'))
        self.assertEqual(self.plan(template, "--set", "Stage=live", code=0)[0]["action"], "none")

    def test_a_folder_is_deployed_machine_by_machine(self):
        self.write("a.asl.json", PASS % 1)
        self.write("b.asl.yaml", "StartAt: P\nStates:\n  P: {Type: Pass, End: true}\n")
        self.write("deploy.yaml", f"role: {ROLE}\nmachines:\n  b: {{name: second}}\n")

        self.aslctl("apply", str(self.folder))

        self.assertEqual(self.machine("a")["definition"], PASS % 1)
        self.assertEqual(json.loads(self.machine("second")["definition"])["StartAt"], "P")
        self.aslctl("plan", str(self.folder), code=0)

    def test_what_is_wrong_is_told_before_anything_is_sent(self):
        path = self.write("order.asl.json", ORDER.replace('"Next":"Done"', '"Next":"Nowhere"'))
        proxy = KillingProxy(self.server.url)
        self.addCleanup(proxy.close)

        process = self.start_aslctl("apply", path, "--role", ROLE, url=proxy.url)

        self.assertRegex(self.end(process, 1)[1], r"order.asl.json:\d+:\d+: error: .*\[MISSING_TRANSITION_TARGET\]")
        self.assertEqual(proxy.calls, [])

    def test_what_was_imported_needs_no_change(self):
        self.sfn.create_state_machine(name="order", definition=ORDER, roleArn=ROLE)

        self.aslctl("import", "order", "--dir", str(self.folder))

        self.assertEqual((self.folder / "order.asl.json").read_text(), ORDER)
        self.aslctl("plan", str(self.folder / "order.asl.json"), code=0)
        (self.folder / "order.asl.json").write_text("mine")
        self.aslctl("import", "order", "--dir", str(self.folder), code=4)
        self.assertEqual((self.folder / "order.asl.json").read_text(), "mine")

    def test_killed_between_any_two_calls_it_goes_on(self):
        path = self.write("order.asl.json", ORDER)
        changed = ORDER.replace('"MaxAttempts":3', '"MaxAttempts":5')
        proxy = KillingProxy(self.server.url)
        self.addCleanup(proxy.close)

        def deploy_killed(text, kill_at, when):
            """True: it was killed."""
            self.write("order.asl.json", text)
            self.write("order.deploy.yaml", descriptor("shop" if text == ORDER else "pay"))
            proxy.reset(kill_at, when)
            process = self.start_aslctl("apply", path, url=proxy.url)
            proxy.watch(process)
            self.end(process, None)
            return process.returncode == -9

        def state():
            machine = self.machine()
            arn = machine["stateMachineArn"]
            tags = self.sfn.list_tags_for_resource(resourceArn=arn)["tags"]
            return machine["definition"], sorted((t["key"], t["value"]) for t in tags), self.routes(arn)

        deploy_killed(ORDER, None, "before")
        created, expected = len(proxy.calls), state()
        deploy_killed(changed, None, "before")
        updated, expected_changed = len(proxy.calls), state()
        self.assertEqual((expected[1], expected_changed[1]), ([("team", "shop")], [("team", "pay")]))
        self.assertGreaterEqual(min(created, updated), 3)
        for when in ("before", "after"):
            for at in range(1, max(created, updated) + 1):
                with self.subTest(when=when, at=at):
                    self.delete()
                    if at <= created:
                        self.assertTrue(deploy_killed(ORDER, at, when))
                    self.assertFalse(deploy_killed(ORDER, None, when))
                    self.assertEqual(state(), expected)
                    if at <= updated:
                        self.assertTrue(deploy_killed(changed, at, when))
                    self.assertFalse(deploy_killed(changed, None, when))
                    self.assertEqual(state(), expected_changed)
                    self.aslctl("plan", path, code=0)

    def delete(self):
        self.sfn.delete_state_machine(stateMachineArn=self.machine()["stateMachineArn"])
        while self.sfn.list_state_machines()["stateMachines"]:
            pass

    # --- versions and aliases ---

    def routes(self, arn):
        alias = self.sfn.describe_state_machine_alias(stateMachineAliasArn=f"{arn}:live")
        return [(self.sfn.describe_state_machine(stateMachineArn=r["stateMachineVersionArn"])["definition"],
                 r["stateMachineVersionArn"].rpartition(":")[2], r["weight"]) for r in alias["routingConfiguration"]]

    def weights(self):
        return [(version, weight) for _, version, weight in self.routes(self.machine()["stateMachineArn"])]

    def test_an_alias_follows_what_is_deployed_and_goes_back(self):
        path = self.write("order.asl.json", PASS % 1)
        self.write("order.deploy.yaml", descriptor("shop"))
        self.aslctl("apply", path)
        self.assertEqual(self.weights(), [("1", 100)])
        self.aslctl("plan", path, code=0)

        self.write("order.asl.json", PASS % 2)
        self.assertIn({"subject": "alias live", "change": "changed", "from": "version 1 100 %",
                       "to": "the new version 100 %"}, self.plan(path)[0]["changes"])
        self.aslctl("apply", path)
        self.assertEqual(self.weights(), [("2", 100)])

        self.aslctl("rollback", path)
        self.assertEqual(self.weights(), [("1", 100)])
        self.assertIn("alias live", self.aslctl("plan", path, code=2))
        self.aslctl("rollback", "order", "--alias", "live", "--to-version", "2")
        self.assertEqual(self.weights(), [("2", 100)])
        self.aslctl("plan", path, code=0)

    def test_an_alias_may_come_later(self):
        path = self.write("order.asl.json", PASS % 1)
        self.aslctl("apply", path, "--role", ROLE)
        self.assertEqual([c["subject"] for c in self.plan(path, "--alias", "live")[0]["changes"]],
                         ["version", "alias live"])
        self.aslctl("apply", path, "--alias", "live")
        self.assertEqual(self.weights(), [("1", 100)])
        self.aslctl("plan", path, "--alias", "live", code=0)

    def test_an_alias_goes_step_by_step_and_on_from_where_it_was_stopped(self):
        path = self.write("order.asl.json", PASS % 1)
        self.write("order.deploy.yaml", f"role: {ROLE}\nalias: {{name: live, steps: [10, 50, 100], bake: 1h}}\n")
        self.aslctl("apply", path)
        self.write("order.asl.json", PASS % 2)
        process = self.start_aslctl("apply", path)
        for line in process.stderr:
            if "version 2 has 10 %" in line:
                break
        process.terminate()
        _, err = self.end(process, 130)
        self.assertIn("not done: alias live to 50 %, alias live to 100 %", err)
        self.assertEqual(sorted(self.weights()), [("1", 90), ("2", 10)])

        self.assertIn({"subject": "alias live", "change": "changed", "from": "version 2 10 %, version 1 90 %",
                       "to": "version 2 50 %, 100 %"}, self.plan(path)[0]["changes"])
        self.aslctl("apply", path, "--bake", "0")
        self.assertEqual(self.weights(), [("2", 100)])


class OnMoto(Deploys, unittest.TestCase):
    to = "aws"

    def start(self):
        return Moto()

    def test_several_regions_in_one_run(self):
        path = self.write("order.asl.json", PASS % '"${AWS::Region}"')
        regions = ["us-east-1", "eu-west-1", "ap-south-1"]
        self.aslctl("apply", path, "--role", ROLE, "--region", ",".join(regions))
        for region in regions:
            self.assertEqual(self.machine(sfn=self.client(region))["definition"], PASS % f'"{region}"')
        self.aslctl("plan", path, "--region", ",".join(regions), code=0)

        self.client("eu-west-1").update_state_machine(
            stateMachineArn=self.machine(sfn=self.client("eu-west-1"))["stateMachineArn"], definition=PASS % 0)
        drift = json.loads(self.aslctl("drift", path, "--region", ",".join(regions), "-o", "json", code=2))["machines"]
        self.assertEqual([m["action"] for m in drift], ["none", "change", "none"])

    def test_settings_are_compared_and_applied_one_by_one(self):
        path = self.write("order.asl.json", PASS % 1)
        group = "arn:aws:logs:us-east-1:123456789012:log-group:/order:*"
        self.write("order.deploy.yaml", f"""
role: arn:aws:iam::${{AWS::AccountId}}:role/order
tracing: on
logging: {{level: ERROR, include_execution_data: true, destination: "{group}"}}
tags: {{team: shop, stage: test}}
""")
        self.aslctl("apply", path)
        shown = self.machine()
        self.assertEqual(shown["roleArn"], ROLE)
        self.assertEqual(shown["tracingConfiguration"], {"enabled": True})
        self.assertEqual(shown["loggingConfiguration"], {
            "level": "ERROR", "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]})
        self.aslctl("plan", path, code=0)

        self.write("order.deploy.yaml", "tracing: off\nlogging: off\ntags: {team: pay}\n")
        subjects = [c["subject"] for c in self.plan(path)[0]["changes"]]
        self.assertEqual(subjects, ["logging", "tracing", "tag team", "tag stage"])
        self.aslctl("apply", path)
        shown = self.machine()
        self.assertEqual(shown["tracingConfiguration"], {"enabled": False})
        self.assertEqual(shown["loggingConfiguration"]["level"], "OFF")
        self.assertEqual(self.sfn.list_tags_for_resource(resourceArn=shown["stateMachineArn"])["tags"],
                         [{"key": "team", "value": "pay"}])
        self.aslctl("plan", path, code=0)
        self.write("order.deploy.yaml", "type: EXPRESS\n")
        self.assertIn("type", self.end(self.start_aslctl("apply", path), 4)[1])

    def test_a_role_is_assumed_as_the_profile_says(self):
        path = self.write("order.asl.json", PASS % 1)
        (self.folder / ".aws").mkdir()
        self.write(".aws/config", "[profile shop]\nrole_arn = arn:aws:iam::222222222222:role/deployer\n"
                   "source_profile = base\nregion = eu-west-1\n")
        self.write(".aws/credentials",
                   f"[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRETS[0]}\n")
        self.aslctl("apply", path, "--role", "arn:aws:iam::${AWS::AccountId}:role/order", "--profile", "shop",
                    AWS_ENDPOINT_URL=self.server.url, AWS_REGION="")
        plan = self.plan(path, "--profile", "shop", code=0, AWS_ENDPOINT_URL=self.server.url, AWS_REGION="")
        self.assertEqual(plan[0]["stateMachineArn"], "arn:aws:states:eu-west-1:222222222222:stateMachine:order")

    def test_what_only_asld_can_do_is_refused(self):
        path = self.write("order.asl.json", ORDER.replace(":function:charge", ":function:charge the card"))
        err = self.end(self.start_aslctl("plan", path, "--role", ROLE), 1)[1]
        self.assertRegex(err, r"order.asl.json:3:\d+: error: 'charge the card' is a worker's name .*"
                              r"\[NOT_ON_AWS\] /States/Pay/Resource")
        err = self.end(self.start_aslctl("plan", self.write("order.asl.json", ORDER), "--region", "eu-west-1"), 1)[1]
        self.assertIn("it is in region us-east-1, and a state machine in eu-west-1 cannot call it", err)

    def test_a_failure_half_way_says_what_was_and_was_not_done(self):
        path = self.write("order.asl.json", PASS % 1)
        proxy = KillingProxy(self.server.url)
        self.addCleanup(proxy.close)
        self.aslctl("plan", path, "--role", ROLE, url=proxy.url, code=2)
        looks = len(proxy.calls)
        proxy.reset()
        original = proxy.pass_on

        def refuse(handler):
            if "ap-south-1" in handler.headers["Authorization"] and len(proxy.calls) > looks + 2:
                handler.rfile.read(int(handler.headers["Content-Length"]))
                body = b'{"__type":"AccessDeniedException","message":"not you"}'
                handler.send_response(400)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)
            else:
                original(handler)

        proxy.pass_on = refuse
        out, err = self.end(self.start_aslctl("apply", path, "--role", ROLE, "--region",
                                              "us-east-1,ap-south-1,eu-west-1", url=proxy.url), 4)
        self.assertIn("AccessDeniedException: not you", err)
        self.assertIn("order in us-east-1: done: created", err)
        self.assertIn("order in ap-south-1: not done: create", err)
        self.assertIn("order in eu-west-1: not begun", err)


class OnAsld(Deploys, unittest.TestCase):
    to = "local"

    def start(self):
        return Asld(ASLD)

    def test_what_was_deployed_runs(self):
        self.aslctl("apply", self.write("order.asl.json", PASS % 7))
        arn = self.sfn.start_execution(stateMachineArn=self.machine()["stateMachineArn"])["executionArn"]
        while (execution := self.sfn.describe_execution(executionArn=arn))["status"] == "RUNNING":
            pass
        self.assertEqual(execution["output"], "7")

    def test_a_version_that_fails_too_often_is_taken_back(self):
        path = self.write("order.asl.json", PASS % 1)
        self.write("order.deploy.yaml", """
alias: {name: live, steps: [50, 100], bake: 60s, failure_rate: 20%, executions: 3}
""")
        self.aslctl("apply", path)
        self.write("order.asl.json", '{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Bad"}}}')
        process = self.start_aslctl("apply", path)
        for line in process.stderr:
            if "version 2 has 50 %" in line:
                break
        alias = self.machine()["stateMachineArn"] + ":live"
        while process.poll() is None:  # half of them fail; it looks again and again
            self.sfn.start_execution(stateMachineArn=alias)
        out, err = self.end(process, 1)
        self.assertRegex(err, r"\d+ of \d+ executions of version 2 failed, 20 % are allowed")
        self.assertEqual(self.weights(), [("1", 100)])
        self.assertIn("alias live is back at version 1", out)

    def test_what_asld_does_not_serve_is_refused(self):
        path = self.write("order.asl.json", PASS % 1)
        self.write("order.deploy.yaml", "type: EXPRESS\n")
        self.assertIn("[NOT_ON_ASLD]", self.end(self.start_aslctl("plan", path), 1)[1])


if __name__ == "__main__":
    ASLCTL, ASLD = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
