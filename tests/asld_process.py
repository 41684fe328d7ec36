# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A real asld for tests in Python: on free ports, in a folder of its own."""
import re
import subprocess
import tempfile


class Asld:
    def __init__(self, binary, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [binary, "--data-dir", f"{self.folder.name}/data", "--grpc-address", "127.0.0.1:0", "--http-address",
             "127.0.0.1:0", "--min-free", "0", *options], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"ready: .*http at port (\d+)", line):
                self.url = f"http://127.0.0.1:{found[1]}"
                return
        raise RuntimeError("asld did not start")

    def stop(self):
        self.process.terminate()
        self.process.communicate()
        self.folder.cleanup()
