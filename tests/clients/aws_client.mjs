// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// AWS's client for JavaScript (@aws-sdk/client-sfn, from the npm registry), driven by lines of JSON: see aws_clients.py.
//
//   node aws_client.mjs URL   with the packages in build/clients/node, which `tools/dev setup` fetches
//   {"operation":"ListActivities","members":{…}} → {"answer":{…}} or {"error":NAME,"message":TEXT,"modelled":BOOLEAN};
//   with "pageSize", by the client's paginator: {"answer":[{…}, …]}
import { createInterface } from "node:readline";
import { clientOf, sfn } from "./sfn.mjs";

const client = clientOf(process.argv[2], { maxAttempts: 1 });

async function answer({ operation, members, pageSize }) {
  if (pageSize === undefined) {
    const { $metadata, ...rest } = await client.send(new sfn[`${operation}Command`](members));
    return rest;
  }
  const pages = [];
  for await (const page of sfn[`paginate${operation}`]({ client, pageSize }, members)) pages.push(page);
  return pages;
}

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
say({ paginators: Object.keys(sfn).filter((name) => name.startsWith("paginate")).map((name) => name.slice(8)) });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ answer: await answer(JSON.parse(line)) });
  } catch (error) {
    say({ error: error.name, message: error.message, modelled: typeof sfn[error.name] === "function" && error instanceof sfn[error.name] });
  }
}
