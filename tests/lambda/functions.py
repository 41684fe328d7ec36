# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The functions that tests run in AWS's runtime client; one process each."""
import os

import boto3
from botocore.config import Config


class CardDeclined(Exception):
    pass


def echo(event, _):
    return event


def context(_, context):
    return {"id": context.aws_request_id, "custom": context.client_context.custom if context.client_context else None}


def decline(event, _):
    raise CardDeclined(f"over the limit: {event['cents']}")


def crash(_event, _):
    os._exit(3)


def approve(event, _):
    """Answers the Task by its token, at the endpoint that the event names."""
    sfn = boto3.client("stepfunctions", endpoint_url=event["url"], region_name="us-east-1", aws_access_key_id="any",
                       aws_secret_access_key="any", config=Config(inject_host_prefix=False))
    sfn.send_task_heartbeat(taskToken=event["token"])
    if event["order"] > 0:
        sfn.send_task_success(taskToken=event["token"], output='{"approved": true}')
    else:
        sfn.send_task_failure(taskToken=event["token"], error="Refused", cause="no such order")
    return "asked"
