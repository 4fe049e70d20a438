"""Packages from outside: made by the tool beside a daemon and without one, of a backup, and by the pages' jobs; what is on
record, what is refused, who sees a passphrase. Sticks are small tmpfs in a mount namespace of this test's own."""

import hashlib
import http.client
import json
import os
import pathlib
import pty
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import zlib

import harness

INSIDE = "PAIHAO_OWN_NAMESPACE"
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def can_unshare():
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


class Case(unittest.TestCase):
    def setUp(self):
        self.out = pathlib.Path(tempfile.mkdtemp(prefix="paihao-out-"))
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)
        self.daemon = harness.Daemon(["A"])
        self.addCleanup(self.daemon.close)
        self.daemon.open_event("交接 test")
        self.office = self.daemon.token("office")
        marshal = self.daemon.token("marshal")
        self.daemon.start()
        for index in range(1, 8):
            self.assertEqual(self.daemon.check_in("A", harness.manual(index), marshal)[0], 201)
        self.marshal = marshal

    def recorded(self):
        """(kind, position and sum) of every package on record."""
        lines = self.daemon.tool("--json", "journal", "tail", "-n", "1000").stdout.splitlines()
        return [(each["extra"], each["text"]) for each in map(json.loads, lines) if each["kind"] == "handed_over"
                or each["kind"] == "handed-over"]

    def verify(self, path, passphrase=None, check=True):
        return self.daemon.tool("--json", "handover", "verify", path, config=False, check=check,
                                input=f"{passphrase}\n" if passphrase else None)


class ToolTest(Case):
    def make(self, *args, **options):
        return self.daemon.tool_json("handover", *args, **options)

    def test_beside_a_daemon_and_without_one_the_same(self):
        one = self.make("agency", "--output", self.out)
        self.assertTrue(one["recorded"])
        self.daemon.stop()
        other = self.out / "other"
        other.mkdir()
        two = self.make("agency", "--output", other)
        self.assertTrue(two["recorded"])
        self.assertEqual((one["seq"], one["head"], one["digest"]), (two["seq"], two["head"], two["digest"]))
        subprocess.run(["diff", "-r", one["path"], two["path"]], check=True)
        self.assertEqual(self.recorded(), [("agency", f"{one['seq']} {one['digest']}")] * 2)
        self.daemon.tool("journal", "verify")

    def test_a_folder_and_a_zip_of_both_kinds(self):
        for kind in ("agency", "school"):
            folder = self.make(kind, "--output", self.out)
            sealed = self.make(kind, "--output", self.out, "--zip")
            self.assertEqual(folder["digest"], sealed["digest"])
            self.assertNotIn("passphrase", folder)
            self.assertRegex(sealed["passphrase"], r"^([A-HJKMNP-Z2-9]{5}-){4}[A-HJKMNP-Z2-9]{5}$")
            for made, word in ((folder, None), (sealed, sealed["passphrase"])):
                seen = json.loads(self.verify(made["path"], word).stdout)
                self.assertEqual((seen["ok"], seen["digest"], seen["files"]), (True, made["digest"], made["files"]))
                self.assertEqual(seen["about"]["kind"], kind)
            unpacked = self.out / f"unpacked-{kind}"
            unpacked.mkdir()
            subprocess.run(["bsdtar", "-x", "--passphrase", sealed["passphrase"], "-f", sealed["path"], "-C", unpacked],
                           check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
            subprocess.run(["diff", "-r", folder["path"], unpacked], check=True)
        self.assertEqual(os.listdir(self.daemon.data / "handover" / "staging"), [])

    def test_a_passphrase_of_ones_own(self):
        (self.out / "word").write_text("一个很长的口令 2026\n")
        made = self.make("agency", "--output", self.out, "--zip", "--passphrase-file", self.out / "word")
        self.assertNotIn("passphrase", made)
        self.verify(made["path"], "一个很长的口令 2026")
        self.daemon.tool("handover", "verify", made["path"], "--passphrase-file", self.out / "word", config=False)
        told = self.verify(made["path"], "another", check=False)
        self.assertEqual((told.returncode, json.loads(told.stdout)["code"]), (1, "passphrase-wrong"))
        self.assertIn("口令", told.stderr)

    def test_nothing_hides_between_what_is_sealed(self):
        """The sum at the end has no key: whoever adds something can reckon it anew."""
        made = self.make("agency", "--output", self.out, "--zip")
        whole = pathlib.Path(made["path"]).read_bytes()
        end = whole.rindex(b"PK\5\6")
        start, = struct.unpack("<I", whole[end + 16:end + 20])
        name, data = "名单.txt".encode(), harness.person(1).id_number.encode()
        hidden = b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, 0x800, 0, 0, 33, zlib.crc32(data), len(data), len(data),
                                         len(name), 0) + name + data

        def moved(by):
            return whole[end:end + 16] + struct.pack("<I", start + by) + whole[end + 20:]
        flags = whole.index(b"PK\3\4") + 6
        for case, forged in {
                "as it was": whole,
                "an entry that is not sealed": whole[:start] + hidden + whole[start:end] + moved(len(hidden)),
                "behind the directory": whole[:end] + b"-" * 30 + whole[end:],
                "in front": hidden + whole,
                "another name in front": whole.replace(b"numbers.csv", b"Numbers.csv", 1),
                "not sealed in front": whole[:flags] + b"\0" + whole[flags + 1:]}.items():
            with self.subTest(case):
                path = self.out / "forged.zip"
                path.write_bytes(forged[:-64] + hashlib.sha256(forged[:-64]).hexdigest().encode())
                told = self.verify(path, made["passphrase"], check=False)
                self.assertEqual((told.returncode, json.loads(told.stdout).get("code")),
                                 (0, None) if forged is whole else (1, "package-broken"), told)

    def test_what_is_refused(self):
        made = self.make("agency", "--output", self.out)
        for args, code, name in [
                (["agency", "--output", self.out], 1, "target-exists"),
                (["agency", "--output", self.out / "nowhere"], 3, "target-gone"),
                (["agency", "--passphrase-file", "x"], 2, "usage"),
                (["agency", "--database", "x"], 2, "usage"),
                (["verify", self.out / "nowhere"], 3, "file-unreadable"),
                (["verify", __file__], 1, "package-broken"),
                (["verify", self.out], 1, "package-broken")]:
            told = self.daemon.tool("--json", "handover", *args, check=False, input="x\n")
            self.assertEqual((told.returncode, json.loads(told.stdout)["code"]), (code, name), told)
        (pathlib.Path(made["path"]) / "extra").touch()
        told = self.verify(made["path"], check=False)
        self.assertEqual((told.returncode, json.loads(told.stdout)["code"]), (1, "package-broken"))
        self.assertIn("extra", told.stderr)

    def test_of_a_backup_nothing_is_recorded(self):
        backup = self.out / "backup.db"
        self.daemon.tool("backup", "--output", backup)
        live = self.make("school", "--output", self.out)
        before = self.recorded()
        (self.out / "b").mkdir()
        made = self.make("school", "--output", self.out / "b", "--database", backup, "--key", self.daemon.data / "secret.key",
                         config=False)
        self.assertFalse(made["recorded"])
        self.assertEqual(made["digest"], live["digest"])
        self.assertEqual(self.recorded(), before)

    def test_a_window_that_is_closed_leaves_no_names_behind(self):
        """Also by Ctrl-C and by whoever ends it: what was staged for the ZIP goes with it."""
        staging = self.daemon.data / "handover" / "staging"
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            for _ in range(200):  # until one was met in the middle
                tool = subprocess.Popen([harness.BUILD / "paihao", "--config", self.daemon.config, "handover", "school", "--zip",
                                         "--output", self.out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                while tool.poll() is None and not list(staging.rglob("school.xlsx")):
                    pass
                tool.send_signal(number)
                if tool.wait(60) == 1:
                    break
                for path in self.out.iterdir():
                    path.unlink()
            self.assertEqual((tool.returncode, list(staging.iterdir()), list(self.out.iterdir())), (1, [], []))

    def test_nothing_is_drawn_where_nobody_looks(self):
        self.assertEqual(self.daemon.tool("handover", "agency", "--output", self.out).stderr, "")

    def test_a_terminal_sees_progress_and_types_unseen(self):
        made = self.make("agency", "--output", self.out, "--zip")
        master, slave = pty.openpty()
        with subprocess.Popen([harness.BUILD / "paihao", "handover", "verify", made["path"]], stdin=slave, stdout=slave,
                              stderr=slave) as process:
            os.close(slave)
            shown = b""
            while "口令: ".encode() not in shown:
                shown += os.read(master, 1000)
            os.write(master, (made["passphrase"] + "\n").encode())
            try:
                while block := os.read(master, 1000):
                    shown += block
            except OSError:  # EIO: it has ended
                pass
        os.close(master)
        self.assertEqual(process.returncode, 0)
        self.assertIn("完好".encode(), shown)
        self.assertIn(b"checking", shown)
        self.assertIn(b"MB/s", shown)
        self.assertNotIn(made["passphrase"].encode(), shown)


class JobCase(Case):
    def api(self, method, path="", json=None, token=None):
        status, headers, answer = self.daemon.http(method, f"/api/v1/handover{path}", json=json, token=token or self.office)
        return status, answer

    def wait(self, token=None):
        """The newest job's view once it has ended."""
        def ended():
            job = self.api("GET", token=token)[1]["jobs"][0]
            return job if job["state"] in ("done", "failed", "cancelled") else None
        return harness.wait_until(ended, what="the job's end", timeout=30)


class JobTest(JobCase):
    def test_a_zip_is_made_and_downloaded(self):
        status, begun = self.api("POST", json={"kind": "school", "form": "zip"})
        self.assertEqual(status, 202, begun)
        job = self.wait()
        self.assertEqual((job["state"], job["problem"], job["kind"], job["id"]), ("done", None, "school", begun["id"]))
        self.assertEqual(self.recorded(), [("school", f"{job['seq']} {job['digest']}")])
        status, headers, data = self.daemon.http("GET", job["download"], token=self.office)
        self.assertEqual((status, headers["content-type"], headers["cache-control"]), (200, "application/zip", "no-store"))
        name = headers["content-disposition"].split("filename*=UTF-8''")[1]
        self.assertEqual(urllib.parse.unquote(name), job["name"])
        (self.out / "got.zip").write_bytes(data)
        seen = json.loads(self.verify(self.out / "got.zip", job["passphrase"]).stdout)
        self.assertEqual(seen["digest"], job["digest"])
        kept = self.daemon.data / "handover"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE((kept / job["name"]).stat().st_mode), 0o600)
        self.assertEqual(sorted(os.listdir(kept)), sorted([job["name"], "staging", "unchecked"]))
        self.assertEqual(os.listdir(kept / "staging") + os.listdir(kept / "unchecked"), [])
        # a state that anybody can look at again, but the passphrase no more
        answer = self.api("GET")[1]
        self.assertNotIn("passphrase", answer["jobs"][0])
        self.assertEqual([each["name"] for each in answer["packages"]], [job["name"]])
        self.assertEqual(answer["school_seq"], answer["content_seq"])
        self.assertNotIn(job["passphrase"], self.daemon.log_text())
        # what was made before the daemon was started again is still there
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.daemon.http("GET", job["download"], token=self.office)[0], 200)

    def test_the_passphrase_is_for_who_asked(self):
        other = self.daemon.token("office")
        self.api("POST", json={"kind": "agency", "form": "zip"})
        self.assertNotIn("passphrase", self.wait(other))
        self.assertIn("passphrase", self.wait())
        self.assertNotIn("passphrase", self.wait())

    def test_again_for_a_passphrase_that_was_lost(self):
        self.api("POST", json={"kind": "agency", "form": "zip"})
        first = self.wait()
        self.api("POST", json={"kind": "agency", "form": "zip"})
        second = self.wait()
        self.assertEqual((first["digest"], first["name"]), (second["digest"], second["name"]))
        self.assertNotEqual(first["passphrase"], second["passphrase"])
        (self.out / "got.zip").write_bytes(self.daemon.http("GET", second["download"], token=self.office)[2])
        self.verify(self.out / "got.zip", second["passphrase"])

    def test_what_is_refused(self):
        for body in ({}, {"kind": "agency"}, {"kind": "both", "form": "zip"}, {"kind": "agency", "form": "folder"},
                     {"kind": "agency", "form": "zip", "more": 1}, {"kind": "agency", "form": "tar"}):
            self.assertEqual(self.api("POST", json=body)[0], 400, body)
        for folder in ("/tmp", "/media/nothing", str(self.out), "/mnt/../tmp"):
            status, answer = self.api("POST", json={"kind": "agency", "form": "folder", "folder": folder})
            self.assertEqual((status, answer["code"]), (503, "target-gone"), folder)
        self.assertEqual(os.listdir(self.out), [])
        for method, path in (("GET", ""), ("POST", ""), ("POST", "/cancel"), ("GET", "/packages/0123456789abcdef")):
            self.assertEqual(self.api(method, path, json={} if method == "POST" else None, token=self.marshal)[0], 403)
        self.assertEqual(self.api("POST", "/record", json={"kind": "agency", "seq": 1, "digest": "0" * 64})[0], 403)
        for address in ("0123456789abcdef", "..", "%2e%2e%2fsecret.key", "secret.key"):
            self.assertEqual(self.api("GET", f"/packages/{address}")[0], 404, address)
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port)
        connection.request("HEAD", "/api/v1/handover", headers={"Authorization": f"Bearer {self.office}"})
        self.assertEqual(connection.getresponse().status, 405)
        connection.close()

    def test_one_at_a_time(self):
        for _ in range(20):  # on a fast machine the first may be done before the second is asked for
            self.assertEqual(self.api("POST", json={"kind": "school", "form": "zip"})[0], 202)
            status, problem = self.api("POST", json={"kind": "agency", "form": "zip"})[:2]
            self.wait()
            if status == 409:
                break
        self.assertEqual((status, problem["code"]), (409, "handover-busy"))
        self.assertTrue(problem["message"]["zh"] and problem["message"]["en"])

    def test_stopped_in_the_middle(self):
        for delay in (0, 0.01, 0.03, 0.1):
            self.api("POST", json={"kind": "school", "form": "zip"})
            time.sleep(delay)
            self.assertEqual(self.daemon.stop(), 0)
            kept = self.daemon.data / "handover"
            self.assertEqual([name for name in os.listdir(kept) if name.startswith(".")], [])
            for folder in ("staging", "unchecked"):
                self.assertEqual(os.listdir(kept / folder) if (kept / folder).exists() else [], [])
            self.daemon.tool("journal", "verify")
            self.daemon.start()


@unittest.skipUnless(INSIDE in os.environ, "no mount namespaces here (unshare is refused): no stick can be plugged in")
class StickTest(JobCase):
    def setUp(self):
        super().setUp()
        self.stick = self.plug("拍号 U盘", "8m")

    def plug(self, name, size):
        if not os.path.ismount("/mnt"):
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", "/mnt"], check=True)
            self.addClassCleanup(subprocess.run, ["umount", "-l", "/mnt"])
        stick = pathlib.Path("/mnt") / name
        stick.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", stick], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", stick], capture_output=True)
        return stick

    def ask(self, stick, kind="agency", form="folder"):
        return self.api("POST", json={"kind": kind, "form": form, "folder": str(stick)})

    def test_both_forms_go_to_the_stick(self):
        targets = {each["folder"]: each["room"] for each in self.api("GET")[1]["targets"]}
        self.assertGreater(targets[str(self.stick)], 7_000_000)
        self.assertEqual(self.ask(self.stick)[0], 202)
        folder = self.wait()
        self.assertEqual((folder["state"], folder["download"]), ("done", None))
        self.verify(self.stick / folder["name"])
        self.assertEqual(self.ask(self.stick, form="zip")[0], 202)
        sealed = self.wait()
        self.verify(self.stick / sealed["name"], sealed["passphrase"])
        self.assertEqual(sorted(os.listdir(self.stick)), sorted([folder["name"], sealed["name"]]))
        self.assertEqual(len(self.recorded()), 2)
        self.assertEqual(self.ask(self.stick)[0], 202)
        self.assertEqual(self.wait()["problem"]["code"], "target-exists")

    def test_a_full_and_a_protected_one(self):
        small = self.plug("small", "16k")
        self.ask(small, "school")
        job = self.wait()
        self.assertEqual((job["state"], job["problem"]["code"]), ("failed", "target-full"))
        self.assertIn("空间", job["problem"]["message"]["zh"])
        self.assertEqual(os.listdir(small), [])
        subprocess.run(["mount", "-o", "remount,ro", self.stick], check=True)
        self.assertNotIn(str(self.stick), [each["folder"] for each in self.api("GET")[1]["targets"]])
        self.assertEqual(self.ask(self.stick)[1]["code"], "target-gone")
        subprocess.run(["umount", "-l", small], check=True)
        self.assertEqual(self.ask(small)[1]["code"], "target-gone")
        self.assertEqual(self.recorded(), [])


if __name__ == "__main__":
    if INSIDE not in os.environ and can_unshare():
        os.environ[INSIDE] = "1"
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, *sys.argv])
    unittest.main(verbosity=2)
