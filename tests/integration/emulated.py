"""Emulated readers for the tests: the programs tests/integration/emulate.c and emulate_bus.c, each a process, driven line by
line."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import harness


class Emulator:
    """A program that answers each line with a JSON object, in a folder that goes with it."""

    def __init__(self, folder, arguments):
        self.folder = folder
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.hello = json.loads(self.process.stdout.readline())
        assert self.hello["ready"], self.hello

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


class Rig(Emulator):
    """Devices on ptys: path(name) is what a configuration names; command(line) answers emulate's JSON object."""

    def __init__(self, sam=(), sam_tcp=(), pn532=(), scanner=(), options=()):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-rig-"))
        arguments = [harness.BUILD / "tests" / "emulate", "--dir", folder, *options]
        for kind, names in (("--sam", sam), ("--sam-tcp", sam_tcp), ("--pn532", pn532), ("--scanner", scanner)):
            for name in names:
                arguments += [kind, name]
        super().__init__(folder, arguments)

    def address(self, name):
        """Of a device behind TCP."""
        return self.hello["links"][name]

    def path(self, name):
        return self.folder / name


class Bus(Emulator):
    """One device behind umockdev: a SAM reader on USB, an ACR122 (kind "acr122"), or a keyboard when it is described (`device` and `ioctls`, texts for
    umockdev). Only a process in its `environment` sees it."""

    def __init__(self, device=None, ioctls=None, kind="usb"):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-bus-"))
        if device:
            (folder / "device").write_text(device)
            (folder / "ioctls").write_text(ioctls)
        super().__init__(folder, [harness.BUILD / "tests" / "emulate_bus", *(["keyboard", folder] if device else [kind])])
        # Addresses of sanitizers do not go together with umockdev's own preloaded library unless told so.
        self.environment = {"LD_PRELOAD": "libumockdev-preload.so.0", "UMOCKDEV_DIR": self.hello["root"],
                            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}


def reader_program(path, buses):
    """Writes a reader program that runs paihao-reader in the environment of the bus its device is on, elsewhere as it is.
    buses: beginnings of a device -> Bus."""
    lines = ["#!/bin/sh"]
    for beginning, bus in buses.items():
        settings = " ".join(f"{name}='{value}'" for name, value in bus.environment.items())
        lines.append(f"case \"$*\" in *'--device {beginning}'*) export {settings};; esac")
    lines.append(f"exec '{harness.BUILD / 'paihao-reader'}' \"$@\"")
    path.write_text("\n".join(lines) + "\n")
    os.chmod(path, 0o755)
