#!/usr/bin/python3
"""What hardly ever happens, through the real programs: a data folder that cannot be used, a daemon of another version, a
table that cannot be read in a confined process, a hand-over that fails on this computer. Each has words of its own."""

import fcntl
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import harness
from harness import wait_until
from tool_test import Case, refusal

TABLE = "姓名,学号,单位\n测试甲,S-0000001,计算机1班\n".encode()


class FolderUnusable(Case):
    def test_where_the_lock_cannot_be_taken(self):
        daemon = self.daemon().open_event()
        daemon.tool("backup")
        backup = next((daemon.data / "backup").glob("*.db"))
        (daemon.data / "lock").unlink()
        (daemon.data / "lock").mkdir()
        before = sorted(path.name for path in daemon.data.iterdir())
        for command in (("event", "status"), ("session", "open", "--lane", "A"), ("ledger",),
                        ("restore", backup, "--key", daemon.data / "secret.key")):
            told = self.refused(daemon, "folder-unusable", 3, *command)
            self.assertEqual(told["status"], 503)
            self.assertIn(str(daemon.data), told["message"]["en"])
            self.assertIn("directory", told["message"]["en"])  # why
        self.assertEqual(sorted(path.name for path in daemon.data.iterdir()), before, "nothing was changed")
        (daemon.data / "lock").rmdir()
        daemon.tool("event", "status")


class OtherDaemon:
    """Holds the data and answers at its socket as no daemon of this version does."""

    def __init__(self, data, answer, status="200 OK"):
        self.lock = open(data / "lock", "r+", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.path = data / "control.sock"
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen()
        body = answer.encode()
        self.whole = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        self.asked = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                near, _ = self.socket.accept()
            except OSError:
                return
            with near:
                self.asked.append(near.recv(65536).split(b"\r\n", 1)[0].decode())
                near.sendall(self.whole)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.path.unlink()
        self.lock.close()


class DaemonStrange(Case):
    def test_an_answer_that_this_version_does_not_understand(self):
        daemon = self.daemon().open_event()
        token = ("token", "create", "--role", "display")
        for answer, status, command in (
                ("[]", "200 OK", token), ("not JSON", "200 OK", token), ('{"token":7}', "200 OK", token),
                ('{"tokens":{}}', "200 OK", ("token", "list")), ("{}", "200 OK", ("token", "list")),
                ('{"lanes":[7]}', "200 OK", ("event", "status")),
                ("names, no file name", "200 OK", ("handover", "numbers", "--lane", "A")),
                ("oops", "500 Internal Server Error", ("event", "close")), ("{}", "404 Not Found", ("session", "open", "--lane", "A")),
                ('{"code":"x"}', "409 Conflict", ("event", "continue"))):
            with self.subTest(answer=answer, command=command):
                other = OtherDaemon(daemon.data, answer, status)
                try:
                    told = self.refused(daemon, "daemon-strange", 3, *command)
                    self.assertIn("版本可能不同", told["message"]["zh"])
                    self.assertTrue(other.asked, "it was asked")
                finally:
                    other.close()
        self.assertEqual(daemon.tool_json("token", "list")["tokens"], [], "and nothing was done")


class TableSystem(Case):
    """The program that reads tables in a confined process is not where it should be: half an installation."""

    def setUp(self):
        self.alone = pathlib.Path(tempfile.mkdtemp(prefix="paihao-alone-"))
        self.addCleanup(shutil.rmtree, self.alone, True)

    def test_the_tool_says_so(self):
        daemon = self.daemon().open_event()
        people = daemon.folder / "people.csv"
        people.write_bytes(TABLE)
        tool = shutil.copy(harness.BUILD / "paihao", self.alone / "paihao-of-old")
        done = subprocess.run([tool, "--config", daemon.config, "--json", "roster", "import", people], env=daemon.env,
                              capture_output=True, text=True, check=False)
        told = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((refusal(done), told["code"], told["status"], done.returncode), ("table-system", "table-system", 500, 3))
        self.assertEqual(daemon.tool_json("units"), [])
        daemon.tool("roster", "import", people)  # with both programs in place it is read

    def test_the_daemon_says_so_and_goes_on(self):
        daemon = self.daemon().open_event()
        token = daemon.token("office")
        whole, harness.BUILD = harness.BUILD, self.alone
        self.addCleanup(setattr, harness, "BUILD", whole)
        shutil.copy(whole / "paihaod", self.alone)
        daemon.start()
        harness.BUILD = whole
        send = lambda: daemon.http("POST", "/api/v1/roster?kind=people", raw=TABLE, token=token,
                                   headers={"Content-Type": "text/csv"})
        for _ in range(2):
            status, _, problem = send()
            self.assertEqual((status, problem["code"]), (500, "table-system"))
            self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])
            self.assertNotIn("测试甲", json.dumps(problem, ensure_ascii=False))
        self.assertEqual(daemon.check_in("A", harness.manual(1), token)[0], 201, "the door goes on")
        (self.alone / "paihao").symlink_to(whole / "paihao")
        self.assertEqual(send()[0], 200)


class Internal(Case):
    def test_a_package_that_this_computer_cannot_make(self):
        daemon = self.daemon().start()
        daemon.open_event()
        token = daemon.token("office")
        (daemon.data / "handover").write_text("somebody's file in the place of the folder")
        status, _, answer = daemon.http("POST", "/api/v1/handover", json={"kind": "agency", "form": "zip"}, token=token)
        self.assertIn(status, (200, 201, 202), answer)
        last = lambda: daemon.http("GET", "/api/v1/handover", token=token)[2]
        problem = wait_until(lambda: [job["problem"] for job in last()["jobs"] if job.get("problem")], 20, "told")[0]
        self.assertEqual(problem["code"], "internal")
        self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])
        self.assertIn("handover: ", daemon.log_text())
        self.assertEqual((daemon.data / "handover").read_text(), "somebody's file in the place of the folder")
        (daemon.data / "handover").unlink()
        daemon.http("POST", "/api/v1/handover", json={"kind": "agency", "form": "zip"}, token=token)
        wait_until(lambda: any(job["state"] == "done" for job in last()["jobs"]), 30, "and then it is made")


if __name__ == "__main__":
    unittest.main(verbosity=2)
