# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Three of AWS's own clients behind one form: boto3, the AWS CLI, and @aws-sdk/client-sfn for JavaScript. Operations and
members are named as in AWS's model of Step Functions."""
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess

import boto3
from awscli.clidriver import create_clidriver
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": ""}


class Refused(Exception):
    def __init__(self, code, message, modelled=True):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.modelled = modelled  # the client has a class for it, and this is of that class


class Boto3:
    name = "boto3"

    def __init__(self, url):
        self.sfn = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1", aws_access_key_id="any",
                                aws_secret_access_key="any", config=Config(inject_host_prefix=False,
                                                                           retries={"max_attempts": 1}))
        model = self.sfn.meta.service_model
        self.paginators = {name for name in model.operation_names if self.sfn.can_paginate(xform_name(name))}

    def call(self, operation, **members):
        return self.answer(lambda: getattr(self.sfn, xform_name(operation))(**members))

    def pages(self, operation, size, **members):
        pages = self.sfn.get_paginator(xform_name(operation)).paginate(**members, PaginationConfig={"PageSize": size})
        return self.answer(lambda: list(pages))

    def answer(self, ask):
        try:
            return ask()
        except ClientError as error:
            about = error.response["Error"]
            kind = getattr(self.sfn.exceptions, about["Code"], None) if about["Code"] in dir(
                self.sfn.exceptions) else None
            raise Refused(about["Code"], about["Message"], kind is not None and isinstance(error, kind)) from error

    def stop(self):
        pass


class CommandLine:
    """In this process: its start would take longer than all its calls."""
    name = "the AWS CLI"
    paginators = {"GetExecutionHistory", "ListActivities", "ListExecutions", "ListMapRuns", "ListStateMachines"}

    def __init__(self, url):
        os.environ.update(KEYS)
        self.options = ["--endpoint-url", url, "--output", "json"]
        self.driver = create_clidriver()

    def call(self, operation, **members):
        return self.run(operation, members, "--no-paginate")

    def pages(self, operation, size, **members):
        pages, more = [], []
        while True:
            pages.append(self.run(operation, members, "--page-size", str(size), "--max-items", str(size), *more))
            if "NextToken" not in pages[-1]:
                return pages
            more = ["--starting-token", pages[-1]["NextToken"]]

    def run(self, operation, members, *more):
        said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with contextlib.redirect_stdout(said[0]), contextlib.redirect_stderr(said[1]):
            code = self.driver.main([*self.options, "stepfunctions", xform_name(operation, "-"), "--cli-input-json",
                                     json.dumps(members), *more])
        for stream in said:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode() for stream in said)
        if code == 0:
            return json.loads(out or "{}")
        found = re.search(r"\((\w+)\) when calling the \w+ operation(?: \(reached max retries: \d+\))?: (.*)", err, re.S)
        if not found:
            raise RuntimeError(f"{operation} {members}: {code} {err}")
        raise Refused(found[1], found[2].strip())

    def stop(self):
        pass


class JavaScript:
    name = "@aws-sdk/client-sfn"

    @staticmethod
    def missing():
        """Why it cannot run; "" when it can."""
        if shutil.which("node") is None:
            return "node is missing"
        modules = pathlib.Path(__file__).resolve().parents[2] / "build/clients/node/package.json"
        return "" if modules.exists() else "the packages of npm in build/clients/node are missing"

    def __init__(self, url):
        script = pathlib.Path(__file__).with_name("aws_client.mjs")
        self.process = subprocess.Popen(["node", "--no-warnings", script, url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.paginators = set(self.hear()["paginators"])

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("aws_client.mjs has ended")
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        heard = self.hear()
        if "error" in heard:
            raise Refused(heard["error"], heard["message"], heard["modelled"])
        return heard["answer"]

    def call(self, operation, **members):
        return self.ask(operation=operation, members=members)

    def pages(self, operation, size, **members):
        return self.ask(operation=operation, members=members, pageSize=size)

    def stop(self):
        self.process.communicate()
