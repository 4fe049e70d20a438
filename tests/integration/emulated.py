"""Emulated readers for the tests: the program tests/integration/emulate.c, one process, driven line by line."""

import json
import pathlib
import shutil
import subprocess
import tempfile

import harness


class Rig:
    """Devices on ptys: path(name) is what a configuration names; command(line) answers emulate's JSON object."""

    def __init__(self, sam=(), sam_tcp=(), pn532=(), scanner=(), options=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-rig-"))
        arguments = [harness.BUILD / "tests" / "emulate", "--dir", self.folder, *options]
        for kind, names in (("--sam", sam), ("--sam-tcp", sam_tcp), ("--pn532", pn532), ("--scanner", scanner)):
            for name in names:
                arguments += [kind, name]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.hello = json.loads(self.process.stdout.readline())
        assert self.hello["ready"], self.hello

    def address(self, name):
        """Of a device behind TCP."""
        return self.hello["links"][name]

    def path(self, name):
        return self.folder / name

    def command(self, line, check=True):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if check and not answer["ok"]:
            raise AssertionError(f"emulate: {line.split()[0]}: {answer}")
        return answer

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
