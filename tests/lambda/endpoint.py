# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A Lambda endpoint for tests: the Invoke API in front, and behind it AWS's own runtime client (npm's aws-lambda-ric), one
process a function, fed through the Runtime API. The SigV4 of every call is made again by botocore and compared.

    with Endpoint(["echo"]) as endpoint:   endpoint.url, endpoint.calls
"""
import base64
import http.server
import json
import os
import pathlib
import queue
import re
import subprocess
import sys
import threading
import urllib.parse
import uuid

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = Credentials("AKIDLAMBDA", "secret-of-the-test", "token-of-the-test")
INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations$")
RUNTIME = re.compile(r"/2018-06-01/runtime/(?:invocation/(next|[^/]+/(?:response|error))|init/error)$")
FUNCTIONS = pathlib.Path(__file__).with_name("functions.mjs")
RUNTIME_CLIENT = FUNCTIONS.parents[2] / "build" / "clients" / "node" / "node_modules" / "aws-lambda-ric" / "bin" / "index.mjs"


class Invocation:
    def __init__(self, payload, context):
        self.id, self.payload, self.context = str(uuid.uuid4()), payload, context
        self.ended = threading.Event()
        self.body, self.error = b"", None


class Function:
    """One function: its runtime's process, and what waits for it."""

    def __init__(self, name, endpoint):
        self.name, self.endpoint = name, endpoint
        self.waiting, self.running = queue.Queue(), {}
        self.under_way = self.most = 0  # guarded by endpoint.lock
        self.server = Server(self.handler())
        self.start()

    def start(self):
        name = self.name
        environment = {**os.environ, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.port}",
                       "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_LOG_GROUP_NAME": "g",
                       "AWS_LAMBDA_LOG_STREAM_NAME": "s", "LAMBDA_TASK_ROOT": str(FUNCTIONS.parent)}
        self.process = subprocess.Popen(["node", RUNTIME_CLIENT, f"functions.{name}"],
                                        cwd=FUNCTIONS.parent, env=environment, stdout=subprocess.DEVNULL)

    def wait(self, invocation):
        """Until it is answered. A process that ends before that is what AWS says it is, and another one comes."""
        while not invocation.ended.wait(0.05):
            if self.process.poll() is None:
                continue
            self.running.pop(invocation.id, None)
            invocation.error = "Unhandled"
            invocation.body = json.dumps({"errorMessage": f"RequestId: {invocation.id} Process exited before "
                                                          "completing request"}).encode()
            return self.start()

    def handler(self):
        function = self

        class Runtime(Handler):
            def do_GET(self):
                invocation = function.waiting.get()
                if invocation is None:  # the endpoint stops
                    self.close_connection = True
                    return
                function.running[invocation.id] = invocation
                self.answer(200, invocation.payload, {
                    "Lambda-Runtime-Aws-Request-Id": invocation.id, "Lambda-Runtime-Deadline-Ms": str(2 ** 52),
                    "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:us-east-1:123456789012:function:{function.name}",
                    "Lambda-Runtime-Client-Context": json.dumps(invocation.context)})

            def do_POST(self):
                body = self.body()
                what = RUNTIME.match(self.path)[1] or ""
                self.answer(202, b"{}")
                number, _, kind = what.partition("/")
                if invocation := function.running.pop(number, None):
                    invocation.body, invocation.error = body, "Unhandled" if kind == "error" else None
                    invocation.ended.set()

        return Runtime

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.waiting.put(None)
        self.server.stop()


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that went away is nothing to tell of: some tests kill it."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Server:
    def __init__(self, handler):
        self.http = Listener(("127.0.0.1", 0), handler)
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, body, headers=()):
        self.send_response_only(status)
        for name, value in {"Date": self.date_time_string(), "Content-Type": "application/json",
                            "Content-Length": str(len(body)), "Connection": "keep-alive", **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def signature_problem(request, body):
    """What is wrong with the request's SigV4; None: nothing. The same headers are signed anew by botocore."""
    given = request.headers.get("Authorization", "")
    parts = re.match(r"AWS4-HMAC-SHA256 Credential=AKIDLAMBDA/\d{8}/([^/]+)/lambda/aws4_request, "
                     r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$", given)
    if not parts:
        return f"not signed: {given!r}"
    signed = {name: request.headers[name] for name in parts[2].split(";") if name != "host"}
    path = request.path
    again = AWSRequest(request.command, f"http://{request.headers['Host']}{path}", data=body, headers=signed)
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    auth = SigV4Auth(KEY, "lambda", parts[1])
    signature = auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)
    if request.headers.get("X-Amz-Security-Token") != KEY.token:
        return "no session token"
    return None if signature == parts[3] else f"signed {parts[3]}, but {signature} is right"


class Endpoint:
    def __init__(self, functions):
        self.lock = threading.Lock()
        self.calls, self.problems = [], []  # guarded by lock
        self.functions = {name: Function(name, self) for name in functions}
        self.server = Server(self.handler())
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for function in self.functions.values():
            function.stop()
        self.server.stop()

    def called(self, name):
        with self.lock:
            return [call for call in self.calls if call["function"] == name]

    def handler(self):
        endpoint = self

        class Invoke(Handler):
            def do_POST(self):
                body = self.body()
                url = urllib.parse.urlsplit(self.path)
                function = urllib.parse.unquote(INVOKE.match(url.path)[1])
                call = {"function": function.rsplit(":", 1)[-1], "arn": function,
                        "qualifier": urllib.parse.parse_qs(url.query).get("Qualifier", [""])[0],
                        "type": self.headers["X-Amz-Invocation-Type"], "payload": body.decode(),
                        "context": self.headers.get("X-Amz-Client-Context")}
                problem = signature_problem(self, body)
                with endpoint.lock:
                    endpoint.calls.append(call)
                    if problem:
                        endpoint.problems.append(problem)
                if problem:
                    return self.refuse(403, "InvalidSignatureException", {"message": problem})
                self.invoke(call, body)

            def invoke(self, call, body):
                function = endpoint.functions.get(call["function"])
                if function is None:
                    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{call['function']}"
                    return self.refuse(404, "ResourceNotFoundException",
                                       {"Type": "User", "Message": f"Function not found: {arn}"})
                ids = {"x-amzn-RequestId": str(uuid.uuid4()), "x-amzn-Remapped-Content-Length": "0",
                       "X-Amzn-Trace-Id": "Root=1-5eaa1e45-f6d040f0e5b2480a56f2dba4;Sampled=0"}
                if call["type"] == "DryRun":
                    return self.answer(204, b"", ids)
                context = json.loads(base64.b64decode(call["context"] or "e30="))
                invocation = Invocation(body, context)
                if call["type"] == "Event":
                    function.waiting.put(invocation)
                    return self.answer(202, b"", ids)
                with endpoint.lock:
                    function.under_way += 1
                    function.most = max(function.most, function.under_way)
                function.waiting.put(invocation)
                function.wait(invocation)
                with endpoint.lock:
                    function.under_way -= 1
                headers = {"X-Amz-Executed-Version": call["qualifier"] or "$LATEST", **ids}
                if invocation.error:
                    headers["X-Amz-Function-Error"] = invocation.error
                if self.headers.get("X-Amz-Log-Type") == "Tail":
                    headers["X-Amz-Log-Result"] = base64.b64encode(b"the log").decode()
                self.answer(200, invocation.body, headers)

            def refuse(self, status, error, body):
                self.answer(status, json.dumps(body).encode(),
                            {"x-amzn-RequestId": str(uuid.uuid4()), "x-amzn-ErrorType": error})

        return Invoke
