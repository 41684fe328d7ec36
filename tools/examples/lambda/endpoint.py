#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A Lambda endpoint in a few lines, to try asld's route with: the Invoke API over the functions below, no signatures.

  endpoint.py [PORT]     default 3001
"""
import http.server
import json
import re
import sys


def charge(event):
    if event["amount"] > 1000:
        raise ValueError("over the limit")
    return {"charged": event["amount"]}


class Invoke(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = re.match(r"/2015-03-31/functions/(?:.*%3A)?(\w+)/invocations", self.path)[1]
        if name not in globals():
            return self.answer(404, {"Type": "User", "Message": f"Function not found: {name}"},
                               "x-amzn-ErrorType", "ResourceNotFoundException")
        try:
            self.answer(200, globals()[name](json.loads(body)), "X-Amz-Executed-Version", "$LATEST")
        except Exception as error:  # whatever a function raises is its answer
            self.answer(200, {"errorType": type(error).__name__, "errorMessage": str(error)},
                        "X-Amz-Function-Error", "Unhandled")

    def answer(self, status, value, header, text):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, value in ((header, text), ("Content-Type", "application/json"), ("Content-Length", len(body))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 3001
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Invoke).serve_forever()
