"""purge --copy, from outside: the copy of an event that stopped for another one, and never the one that goes on."""

import json
import os
import pathlib
import pty
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import harness
import safety_test
from harness import manual, person
from safety_test import backup_conf, whole_day

SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
KILLS = int(os.environ.get("PAIHAO_ROUNDS", "60" if os.environ.get("PAIHAO_SLOW") else "12"))


class CopyPurge(safety_test.Case):
    def setUp(self):
        self.stick = pathlib.Path(tempfile.mkdtemp(prefix="paihao-stick-"))
        self.addCleanup(shutil.rmtree, self.stick, True)

    def backup_of(self, daemon, token):
        """Closes the session, which makes one; waits until the stick has it."""
        seq = daemon.snapshot("A", token)["seq"]
        daemon.tool("session", "close", "--lane", "A")
        harness.wait_until(lambda: any(int(path.stem.split("-")[-1]) > seq for path in self.stick.glob("*.db")), 30, "a backup")
        return max(self.stick.glob("*.db"))

    def stopped(self, daemon, token):
        daemon.spawn()
        harness.wait_until(lambda: self.store_of(daemon, token) == "event-elsewhere", 20, "it has stopped")

    def runs(self, daemon, token):
        try:
            return daemon.snapshot("A", token)
        except OSError:
            return False

    def store_of(self, daemon, token):
        try:
            return daemon.http("GET", "/api/v1/lanes/A", token=token)[2].get("store")
        except OSError:
            return None

    def moved(self, **options):
        """A day on a first computer, which went on at a second one. Both are off: one computer runs one copy only."""
        first = self.daemon(more=backup_conf(self.stick), **options).start()
        secrets, token = whole_day(first)
        backup = self.backup_of(first, token)
        self.assertEqual(first.stop(), 0)
        key = options.get("key_file", first.data / "secret.key")
        secrets.add_rows(first.data / "event.db", key)
        second = self.daemon(more=backup_conf(self.stick))
        second.tool("restore", backup, "--key", key)
        second.start()
        second.tool("session", "open", "--lane", "A")
        self.refused(second, "copy-goes-on", "purge", "--copy", "--yes")
        self.assertTrue(second.is_running)
        self.assertEqual(second.stop(), 0)
        return first, second, secrets, token

    def test_leaves_nothing_personal_of_the_copy_that_stopped_and_the_other_goes_on(self):
        first, second, secrets, token = self.moved()
        first.tool("backup")
        (first.data / "handover").mkdir()
        (first.data / "handover" / "school.zip").write_bytes(b"names: " + person(1).name.encode())
        self.stopped(first, token)
        self.refused(first, "not-handed-over", "purge", "--yes")
        self.refused(first, "not-confirmed", "purge", "--copy")  # no terminal, no --yes
        self.refused(second, "copy-goes-on", "purge", "--copy", "--yes")
        self.assertTrue(first.is_running)
        self.assertNotEqual(secrets.found_under(first.data), [])  # the search can find
        before = json.loads(first.tool("--json", "journal", "tail", "-n", "1").stdout)["seq"]
        certificate = first.folder / "certificate.html"
        told = first.tool_json("purge", "--copy", "--yes", "--certificate", certificate)
        self.assertEqual(first.process.wait(20), 0, "the daemon ended, and well")
        for found in (secrets.found_under(first.data), secrets.found_in(certificate.read_bytes()),
                      secrets.found_in(json.dumps(told, ensure_ascii=False)), secrets.found_under(first.folder / "log")):
            self.assertEqual(found, [])
        self.assertEqual((told["destroyed"]["people"], told["destroyed"]["backups"], told["destroyed"]["packages"]), (19, 1, 1))
        self.assertEqual((told["goes_on"]["moves"], told["key_left"], told["seq"]), (1, None, before + 1))
        page = certificate.read_text()
        for text in ("未继续副本的个人信息销毁证明", "in a copy that did not go on", told["id"], f"{told['seq']}, {told['head']}",
                     f"1, {told['goes_on']['seq']}"):
            self.assertIn(text, page)
        self.gone_for_good(first, told)
        self.unharmed(second, token)

    def gone_for_good(self, first, told):
        verified = first.tool_json("journal", "verify")
        self.assertEqual((verified["ok"], verified["purged"], verified["people"], verified["head"]), (True, True, 0, told["head"]))
        for command in (("event", "continue"), ("session", "open", "--lane", "A")):
            self.refused(first, "event-purged", *command)
        self.assertEqual(first.run_refused()[0], 4)
        self.assertIn("did not go on", first.tool("event", "status").stdout)
        self.assertEqual(first.tool_json("purge", "--copy", "--yes"), told)  # once more: only the certificate anew

    def unharmed(self, second, token):
        second.start()
        self.assertEqual(second.check_in("A", manual(900), token)[0], 201)
        self.assertTrue((second.data / "secret.key").exists())
        verified = second.tool_json("journal", "verify")
        self.assertEqual((verified["ok"], verified["purged"]), (True, False))
        self.assertFalse(second.http("GET", "/api/v1/event", token=token)[2]["elsewhere"])

    def test_refused_where_no_other_copy_is_known_or_a_person_decided_for_this_one(self):
        alone = self.daemon().open_event("x")
        self.refused(alone, "copy-goes-on", "purge", "--copy", "--yes")
        alone.start()
        self.refused(alone, "copy-goes-on", "purge", "--copy", "--yes")
        self.assertTrue(alone.is_running)
        first, second, _, token = self.moved()
        self.stopped(first, token)
        first.tool("event", "continue")
        self.refused(first, "copy-goes-on", "purge", "--copy", "--yes")
        self.assertTrue((first.data / "secret.key").exists())
        self.assertEqual(first.stop(), 0)
        self.stopped(second, token)  # and now it is the other one that may
        second.tool("purge", "--copy", "--yes")
        self.assertFalse((second.data / "secret.key").exists())

    def test_of_two_that_went_on_from_one_folder_never_the_one_that_is_ahead(self):
        one = self.daemon(more=backup_conf(self.stick)).open_event("x")
        token = one.token("office")
        other = self.daemon(more=one.more)
        shutil.rmtree(other.data)
        shutil.copytree(one.data, other.data, ignore=shutil.ignore_patterns("control.sock", "lock"))
        other.start()
        self.assertEqual(other.check_in("A", manual(1), token)[0], 201)
        self.backup_of(other, token)
        self.assertEqual(other.stop(), 0)
        stick = self.stick.rename(self.stick.with_suffix(".away"))
        self.addCleanup(shutil.rmtree, stick, True)
        one.spawn()
        harness.wait_until(lambda: self.runs(one, token), 20, "it runs")
        for i in range(10, 20):
            self.assertEqual(one.check_in("A", manual(i), token)[0], 201)
        self.assertEqual(one.stop(), 0)
        stick.rename(self.stick)
        self.stopped(one, token)
        self.refused(one, "copy-goes-on", "purge", "--copy", "--yes")  # it holds more than the claim tells of
        self.assertTrue(one.is_running)
        self.assertEqual(one.stop(), 0)
        other.start()
        other.tool("session", "open", "--lane", "A")
        for i in range(30, 50):
            self.assertEqual(other.check_in("A", manual(i), token)[0], 201)
        self.backup_of(other, token)
        self.refused(other, "copy-goes-on", "purge", "--copy", "--yes")
        self.assertEqual(other.stop(), 0)
        self.stopped(one, token)
        self.assertEqual(one.tool_json("purge", "--copy", "--yes")["goes_on"]["moves"], 0)
        other.start()
        self.assertTrue(other.tool_json("journal", "verify")["ok"])

    def test_a_key_that_the_other_copy_may_use_is_left(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-key-"))
        self.addCleanup(shutil.rmtree, folder, True)
        shared = folder / "shared.key"
        first, second, secrets, token = self.moved(key_file=shared)
        self.stopped(first, token)
        told = first.tool_json("purge", "--copy", "--yes")
        self.assertEqual((told["key_left"], shared.exists()), (str(shared), True))
        self.assertEqual(secrets.found_under(first.data), [])
        self.assertIn(f"left alone): {shared}", first.tool("purge", "--copy", "--yes").stdout)
        self.unharmed(second, token)

    def test_no_certificate_for_the_whole_event_from_a_copy_that_stopped(self):
        first = self.daemon(more=backup_conf(self.stick)).start()
        secrets, token = whole_day(first)
        safety_test.sign_ledger(first)
        backup = self.backup_of(first, token)
        first.tool("event", "close")
        self.assertEqual(first.stop(), 0)
        safety_test.handed_over(first)
        second = self.daemon(more=backup_conf(self.stick))
        second.tool("restore", backup, "--key", first.data / "secret.key")
        self.refused(first, "event-elsewhere", "purge", "--yes")
        self.assertTrue((first.data / "secret.key").exists())
        first.tool("event", "continue")  # a person decides
        self.assertIsNone(first.tool_json("purge", "--yes")["goes_on"])
        self.assertTrue((second.data / "secret.key").exists())

    def test_a_link_to_a_key_is_left_with_the_key(self):
        first, second, secrets, token = self.moved()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-key-"))
        self.addCleanup(shutil.rmtree, folder, True)
        link = first.data / "secret.key"
        shutil.move(link, folder / "shared.key")
        link.symlink_to(folder / "shared.key")
        self.stopped(first, token)
        for _ in range(2):
            told = first.tool_json("purge", "--copy", "--yes")
            self.assertEqual((told["key_left"], (folder / "shared.key").exists()), (str(link), True))
        self.unharmed(second, token)

    def test_a_key_of_two_names_is_left(self):
        first, second, secrets, token = self.moved()
        os.unlink(first.data / "secret.key")
        os.link(second.data / "secret.key", first.data / "secret.key")
        self.stopped(first, token)
        self.assertEqual(first.tool_json("purge", "--copy", "--yes")["key_left"], str(first.data / "secret.key"))
        self.assertEqual((first.data / "secret.key").read_bytes(), (second.data / "secret.key").read_bytes())
        self.unharmed(second, token)

    @unittest.skipUnless(os.geteuid() == 0 and os.path.isdir("/dev/shm"), "mounts a stick")
    def test_a_stick_mounted_in_the_data_folder_is_left_alone(self):
        first, second, secrets, token = self.moved()
        inside = first.data / "backup"
        inside.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "none", inside], capture_output=True, check=False).returncode:
            self.skipTest("cannot mount")
        try:
            for path in self.stick.iterdir():
                shutil.copy(path, inside)
            first.config.write_text(first.config.read_text().replace(str(self.stick), str(inside)))
            before = sorted(path.name for path in inside.iterdir())
            told = first.tool_json("purge", "--copy", "--yes")
            self.assertEqual(sorted(path.name for path in inside.iterdir()), before)
            self.assertEqual((told["destroyed"]["backups"], told["files_left"]), (0, ["backup"]))
            self.assertEqual(len(told["backups_left"]), len([name for name in before if name.endswith(".db")]))
        finally:
            subprocess.run(["umount", inside], check=True)
        self.unharmed(second, token)

    def test_asked_on_a_terminal_in_plain_words(self):
        first, _, _, token = self.moved()
        self.stopped(first, token)
        for answer, code in ((b"yes\n", 1), ("销毁\n".encode(), 0)):
            master, slave = pty.openpty()
            tool = subprocess.Popen([harness.BUILD / "paihao", "--config", first.config, "purge", "--copy"], stdin=slave,
                                    stderr=slave, stdout=subprocess.DEVNULL)
            os.close(slave)
            os.write(master, answer)
            said = b""
            while b"Type" not in said:
                said += os.read(master, 4096)
            self.assertEqual(tool.wait(60), code)
            os.close(master)
            for text in ("COPY that did not go on", "19 people", "未继续的副本"):
                self.assertIn(text, said.decode(errors="replace"))
            self.assertEqual((first.data / "secret.key").exists(), code == 1)

    def test_killed_at_any_moment_and_run_again(self):
        print(f"SEED={SEED}", flush=True)
        choices = random.Random(SEED)
        first, second, secrets, token = self.moved()
        self.stopped(first, token)
        self.assertEqual(first.stop(), 0)
        before = first.folder / "before"
        shutil.copytree(first.data, before)
        took = 0.3
        for _ in range(KILLS):
            shutil.rmtree(first.data)
            shutil.copytree(before, first.data)
            start = time.monotonic()
            tool = subprocess.Popen([harness.BUILD / "paihao", "--config", first.config, "purge", "--copy", "--yes"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                tool.wait(choices.uniform(0, took))
                took = max(0.02, time.monotonic() - start)
            except subprocess.TimeoutExpired:
                tool.send_signal(signal.SIGKILL)
                tool.wait()
            told = first.tool_json("purge", "--copy", "--yes")
            self.assertEqual(secrets.found_under(first.data), [])
            self.assertEqual((told["destroyed"]["people"], told["goes_on"]["moves"]), (19, 1))
            self.assertTrue(first.tool_json("journal", "verify")["ok"])
        self.unharmed(second, token)


if __name__ == "__main__":
    unittest.main(verbosity=2)
