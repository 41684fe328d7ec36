// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The functions that tests run in AWS's runtime client; one process each.
import { clientOf, sfn } from "../clients/sfn.mjs";

export const echo = async (event) => event;

export const context = async (_, { awsRequestId, clientContext }) => ({ id: awsRequestId, custom: clientContext?.custom ?? null });

export const decline = async ({ cents }) => {
  const declined = new Error(`over the limit: ${cents}`);
  declined.name = "CardDeclined";
  throw declined;
};

export const crash = async () => process.exit(3);

// Answers the Task by its token, at the endpoint that the event names.
export const approve = async ({ url, token, order }) => {
  const client = clientOf(url);
  await client.send(new sfn.SendTaskHeartbeatCommand({ taskToken: token }));
  await client.send(order > 0 ? new sfn.SendTaskSuccessCommand({ taskToken: token, output: '{"approved": true}' })
    : new sfn.SendTaskFailureCommand({ taskToken: token, error: "Refused", cause: "no such order" }));
  return "asked";
};
