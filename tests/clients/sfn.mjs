// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// AWS's client for JavaScript (@aws-sdk/client-sfn, from the npm registry), out of build/clients/node, which
// `tools/dev setup` fills.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const sfn = createRequire(path.join(root, "build/clients/node/package.json"))("@aws-sdk/client-sfn");

export const clientOf = (endpoint, more = {}) => new sfn.SFNClient({ endpoint, region: "us-east-1", disableHostPrefix: true,
  credentials: { accessKeyId: "any", secretAccessKey: "any" }, ...more });
