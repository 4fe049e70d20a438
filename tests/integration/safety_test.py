"""Purge, backups, restore, and two live copies of one event, from outside."""

import json
import os
import pathlib
import pty
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

import harness
import school_day
from harness import Daemon, capture_code, manual, person
from secrets_of import Secrets

SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
KILLS = int(os.environ.get("PAIHAO_ROUNDS", "100" if os.environ.get("PAIHAO_SLOW") else "20"))
DIGEST = "ab" * 32
REASON = "张测试 忘带证件"
CONTACT = "赵测试联系人 99000000000"  # somebody in a remark of the schedule
PAYLOADS = [b"synthetic capture code %d \xfe\xff payload" % i for i in range(4)]


def students():
    return school_day.School(2026, 5000).admit(12, "测试学院", "样例一班", "本科")


def handed_over(daemon):
    done = subprocess.run([harness.BUILD / "tests" / "handed_over", daemon.data, DIGEST], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def whole_day(daemon):
    """A day with everything personal in it, closed. The daemon runs before and after. Gives the secrets."""
    daemon.tool("event", "create", "--name", "测试 2026")
    roster = daemon.folder / "people.csv"
    people = students()
    roster.write_bytes(school_day.as_csv(school_day.roster_rows(people)))
    daemon.tool("roster", "import", roster)
    schedule = daemon.folder / "schedule.csv"
    schedule.write_bytes(school_day.as_csv([("机位", "日期", "时间", "单位", "备注"),
                                            ("A", "2026-11-23", "08:30-09:30", people[0].unit, f"联系人{CONTACT}")]))
    daemon.tool("schedule", "import", schedule, "--accept-good")
    daemon.tool("session", "open", "--lane", "A")
    token = daemon.token("office")
    shown = [school_day.id_card(one) for one in people[:4]] + [school_day.typed_student_number(one) for one in people[4:6]]
    shown += [manual(i) for i in range(3)] + [capture_code(payload) for payload in PAYLOADS]
    for body in shown:
        status, ticket = daemon.check_in("A", body, token)
        assert status == 201, ticket
        number = ticket["number"]
        assert daemon.act("A", number, "call", token)[0] == 200
        assert daemon.act("A", number, "shot", token)[0] == 200
    assert daemon.act("A", number, "retake", token, {"reason": REASON})[0] == 200
    assert daemon.act("A", number, "shot", token)[0] == 200
    secrets = Secrets()
    for one in people:
        secrets.add("a name", one.name)
        secrets.add("an ID number", one.id_number)
        secrets.add("a student number", one.student_no)
    for i in range(3):
        secrets.add("a name", person(i).name)
        secrets.add("an ID number", person(i).id_number)
    secrets.add("a payload", *PAYLOADS)
    secrets.add("a reason", REASON)
    secrets.add("a remark", CONTACT)
    return secrets, token


def sign_ledger(daemon):
    """Every difference, with a reason: here it does not matter why."""
    for line in daemon.tool_json("ledger")["lines"]:
        if line["difference"] and not line["signed"]:
            of = ["--lane", line["lane"]] if line["lane"] else ["--unit", line["unit"]] if line["unit"] else []
            daemon.tool("ledger", "sign", "--line", line["line"], *of, f"--difference={line['difference']}",
                        "--reason", "other")


def close_day(daemon):
    sign_ledger(daemon)
    daemon.tool("session", "close", "--lane", "A")
    daemon.tool("event", "close")


class Case(unittest.TestCase):
    def daemon(self, *args, **options):
        daemon = Daemon(*args, **options)
        self.addCleanup(daemon.close)
        return daemon

    def refused(self, daemon, code, *args, exit_code=1):
        done = daemon.tool("--json", *args, check=False)
        self.assertEqual(done.returncode, exit_code, done.stderr)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["code"], code)


class Purge(Case):
    def test_refused_before_both_packages_of_the_closed_event(self):
        daemon = self.daemon()
        self.refused(daemon, "no-event", "purge", "--yes")
        daemon.start().open_event("x")
        self.refused(daemon, "not-handed-over", "purge", "--yes")
        close_day(daemon)
        self.refused(daemon, "not-handed-over", "purge", "--yes")
        self.assertTrue(daemon.is_running)
        daemon.stop()
        handed_over(daemon)
        self.refused(daemon, "not-confirmed", "purge")  # no terminal, no --yes
        self.assertTrue((daemon.data / "secret.key").exists())

    def test_somebody_who_reads_holds_it_up_and_it_is_finished_later(self):
        daemon = self.daemon().open_event("x")
        close_day(daemon)
        handed_over(daemon)
        reader = sqlite3.connect(f"file:{daemon.data / 'event.db'}?mode=ro", uri=True, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        self.refused(daemon, "purge-unfinished", "purge", "--yes", exit_code=3)
        reader.close()
        daemon.tool("purge", "--yes")
        self.assertFalse((daemon.data / "secret.key").exists())

    def test_a_key_behind_a_link_is_destroyed_where_it_is(self):
        daemon = self.daemon().open_event("x")
        close_day(daemon)
        handed_over(daemon)
        real, link = daemon.folder / "real.key", daemon.data / "secret.key"
        shutil.move(link, real)
        link.symlink_to(real)
        self.assertIsNone(daemon.tool_json("purge", "--yes")["key_left"])
        self.assertEqual((real.exists(), link.is_symlink()), (False, False))

    def test_confirmed_on_a_terminal(self):
        daemon = self.daemon().open_event("x")
        close_day(daemon)
        handed_over(daemon)
        for answer, code in ((b"no\n", 1), ("销毁\n".encode(), 0)):
            master, slave = pty.openpty()
            tool = subprocess.Popen([harness.BUILD / "paihao", "--config", daemon.config, "purge"], stdin=slave,
                                    stderr=slave, stdout=subprocess.DEVNULL)
            os.close(slave)
            os.write(master, answer)
            self.assertEqual(tool.wait(60), code)
            os.close(master)
            self.assertEqual((daemon.data / "secret.key").exists(), code == 1)

    def test_leaves_nothing_personal_and_a_journal_that_verifies(self):
        daemon = self.daemon().start()
        secrets, _ = whole_day(daemon)
        daemon.tool("backup")
        close_day(daemon)
        (daemon.data / "handover").mkdir()
        (daemon.data / "handover" / "staging").mkdir()  # is no package
        (daemon.data / "handover" / "school.zip").write_bytes(b"names: " + person(1).name.encode())
        daemon.tool("handover", "numbers", "--lane", "A", "--output", daemon.data)
        (daemon.data / ".new-1234").write_bytes(person(2).name.encode())
        (daemon.data / "tls.crt").write_bytes(b"a certificate of the site")
        self.assertEqual(daemon.stop(), 0)
        secrets.add_rows(daemon.data / "event.db", daemon.data / "secret.key")
        handed_over(daemon)
        daemon.start()
        kinds = {what for _, what, _ in secrets.found_under(daemon.data)}
        self.assertLessEqual({"a sealed box", "a digest", "the key", "a name as it is", "a remark as it is"}, kinds)  # the search can find
        certificate = daemon.folder / "certificate.html"
        told = daemon.tool_json("purge", "--yes", "--certificate", certificate)
        self.assertEqual(daemon.process.wait(20), 0, "the daemon ended, and well")
        self.assertEqual(secrets.found_under(daemon.data), [])
        self.assertEqual(secrets.found_in(certificate.read_bytes()), [])
        self.assertEqual(secrets.found_in(json.dumps(told, ensure_ascii=False)), [])
        self.assertEqual(secrets.found_under(daemon.folder / "log"), [])
        left = {path.name: path for path in daemon.data.iterdir()}
        self.assertLessEqual(set(left), {"event.db", "event.db-shm", "event.db-wal", "lock", "tls.crt"})
        if "event.db-wal" in left:  # of those who only read
            self.assertEqual(left["event.db-wal"].stat().st_size, 0)
        self.assertEqual(told["destroyed"], {"people": 19, "credentials": told["destroyed"]["credentials"],
                                             "reasons": 1, "packages": 1, "backups": 1})
        self.assertEqual((told["files_left"], told["agency"]["digest"], told["school"]["digest"]),
                         (["tls.crt"], DIGEST, DIGEST))
        self.after_purge(daemon, told)
        page = certificate.read_text()
        for text in (told["id"], told["head"], DIGEST, "个人信息销毁证明", "学校 / School", "影像机构 / Agency", "tls.crt",
                     "测试 2026"):
            self.assertIn(text, page)
        self.assertNotIn("http", page)  # of its own

    def after_purge(self, daemon, told):
        verified = daemon.tool_json("journal", "verify")
        self.assertEqual((verified["ok"], verified["purged"], verified["people"], verified["head"]),
                         (True, True, 0, told["head"]))
        self.assertEqual(json.loads(daemon.tool("--json", "journal", "tail", "-n", "1").stdout)["kind"], "purged")
        status = daemon.tool_json("event", "status")
        self.assertEqual((status["state"], status["seq"], status["id"]), ("purged", told["seq"], told["id"]))
        self.assertIn("purged", daemon.tool("event", "status").stdout)
        code, said = daemon.run_refused()
        self.assertEqual(code, 4)
        self.assertRegex(said, "personal data is destroyed.*another data_dir")
        self.assertFalse((daemon.data / "secret.key").exists())
        self.refused(daemon, "event-purged", "session", "open", "--lane", "A")
        again = daemon.tool_json("purge", "--yes")  # once more: only the certificate anew
        again.pop("files_left"), told.pop("files_left")
        self.assertEqual(again, told)

    def test_killed_at_any_moment_and_run_again(self):
        print(f"SEED={SEED}", flush=True)
        choices = random.Random(SEED)
        daemon = self.daemon().start()
        secrets, _ = whole_day(daemon)
        close_day(daemon)
        daemon.tool("backup")
        daemon.stop()
        handed_over(daemon)
        secrets.add_rows(daemon.data / "event.db", daemon.data / "secret.key")
        before = daemon.folder / "before"
        shutil.copytree(daemon.data, before)
        took = 0.3
        ended = 0
        for _ in range(KILLS):
            shutil.rmtree(daemon.data)
            shutil.copytree(before, daemon.data)
            start = time.monotonic()
            tool = subprocess.Popen([harness.BUILD / "paihao", "--config", daemon.config, "purge", "--yes"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                tool.wait(choices.uniform(0, took))
                took = max(0.02, time.monotonic() - start)
                ended += 1
            except subprocess.TimeoutExpired:
                tool.send_signal(signal.SIGKILL)
                tool.wait()
            told = daemon.tool_json("purge", "--yes")
            self.assertEqual(secrets.found_under(daemon.data), [])
            self.assertEqual((told["destroyed"]["people"], told["destroyed"]["reasons"]), (19, 1))
            verified = daemon.tool_json("journal", "verify")
            self.assertEqual((verified["ok"], verified["purged"]), (True, True))
        self.assertLess(ended, KILLS)

    def test_a_key_in_another_folder(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-key-"))
        self.addCleanup(shutil.rmtree, folder, True)
        daemon = self.daemon(key_file=folder / "other.key").open_event("x")
        close_day(daemon)
        key = (folder / "other.key").read_bytes()
        (folder / ".new-0123456789abcdef").write_bytes(key[:40])  # half of one, as a crash leaves it
        (folder / ".new-of-somebody").write_bytes(b"mine")
        (folder / ".new-fedcba9876543210").write_bytes(b"mine, too")
        shutil.copy(folder / "other.key", daemon.data / "secret.key")  # where handed_over looks
        handed_over(daemon)
        daemon.tool("purge", "--yes")
        self.assertEqual({path.name for path in folder.iterdir()}, {".new-of-somebody", ".new-fedcba9876543210"})
        self.assertFalse((daemon.data / "secret.key").exists())

    def test_killed_before_each_step(self):
        """The states between the steps, made by hand: whatever is left, the next purge takes away."""
        daemon = self.daemon().start()
        secrets, _ = whole_day(daemon)
        close_day(daemon)
        daemon.stop()
        handed_over(daemon)
        secrets.add_rows(daemon.data / "event.db", daemon.data / "secret.key")
        rows = daemon.folder / "rows.db"
        shutil.copy(daemon.data / "event.db", rows)
        key = (daemon.data / "secret.key").read_bytes()
        daemon.tool("purge", "--yes")
        connection = sqlite3.connect(daemon.data / "event.db")
        connection.execute("ATTACH ? AS old", (str(rows),))
        for table in ("person", "credential"):
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM old.{table}")
        connection.commit()
        connection.close()
        (daemon.data / "secret.key").write_bytes(key[:20] + bytes(30))  # overwritten by half
        os.chmod(daemon.data / "secret.key", 0o600)
        self.assertNotEqual(secrets.found_under(daemon.data), [])
        done = daemon.tool("journal", "verify", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("purge is not finished", done.stderr)
        self.assertIn("not finished", daemon.tool("event", "status").stdout)
        self.assertEqual(daemon.run_refused()[0], 4)
        daemon.tool("purge", "--yes")
        self.assertEqual(secrets.found_under(daemon.data), [])
        self.assertTrue(daemon.tool_json("journal", "verify")["ok"])


def backup_conf(folder, every=60, keep=24):
    return f'backup {{ folder = "{folder}" every_minutes = {every} keep = {keep} }}\n'


class Backups(Case):
    def setUp(self):
        self.stick = pathlib.Path(tempfile.mkdtemp(prefix="paihao-stick-"))
        self.addCleanup(shutil.rmtree, self.stick, True)

    def backups(self):
        return sorted(path for path in self.stick.glob("paihao-*.db"))

    def state(self, daemon, token):
        return daemon.http("GET", "/api/v1/event", token=token)[2]["backup"]

    def wait_for(self, daemon, token, predicate, what, timeout=30):
        return harness.wait_until(lambda: predicate(self.state(daemon, token)) and self.state(daemon, token), timeout, what)

    def test_at_start_at_close_verified_and_few(self):
        daemon = self.daemon(more=backup_conf(self.stick, keep=3)).start()
        token = daemon.token("office")
        other = self.stick / "paihao-000000000000-000-00000000-0000000001.db"
        other.write_text("another event's")
        (self.stick / "holiday.jpg").write_text("mine")
        daemon.open_event("x")
        self.wait_for(daemon, token, lambda state: state["at"], "the first backup")
        for index in range(5):
            self.assertEqual(daemon.check_in("A", manual(index), token)[0], 201)
            seq = daemon.snapshot("A", token)["seq"]
            daemon.tool("session", "close", "--lane", "A")
            state = self.wait_for(daemon, token, lambda state: state["seq"] > seq, "a backup at the close")
            daemon.tool("session", "open", "--lane", "A")
        self.assertEqual((state["problem"], state["folder"], state["same_disk"]), (None, str(self.stick), True))
        mine = [path for path in self.backups() if path != other]
        self.assertEqual(len(mine), 3)
        self.assertTrue(mine[-1].name.endswith(f"-{state['seq']:010d}.db"))
        self.assertEqual(other.read_text(), "another event's")
        self.assertEqual({path.name for path in self.stick.iterdir()} - {path.name for path in self.backups()},
                         {"holiday.jpg", f"paihao-claim-{daemon.http('GET', '/api/v1/event', token=token)[2]['id'][:16]}.json"})
        display = daemon.token("display")
        self.assertNotIn("folder", self.state(daemon, display))
        metrics = daemon.http("GET", "/metrics")[2].decode()
        self.assertIn(f"paihao_backup_seq {self.state(daemon, token)['seq']}", metrics)
        self.assertIn("paihao_backup_ok 1", metrics)
        # sealed, without the key, and sound
        self.assertEqual([path for path in self.stick.iterdir() if "key" in path.name], [])
        secrets = Secrets()
        for index in range(5):
            secrets.add("a name", person(index).name)
            secrets.add("an ID number", person(index).id_number)
        secrets.patterns[(daemon.data / "secret.key").read_text().splitlines()[1].encode()] = "the key"
        self.assertEqual(secrets.found_under(self.stick), [])

    def test_a_stick_that_vanishes_fills_and_comes_back(self):
        folder = self.stick / "in"
        daemon = self.daemon(more=backup_conf(folder)).start()
        token = daemon.token("office")
        daemon.open_event("x")
        state = self.wait_for(daemon, token, lambda state: state["problem"], "told that it is not there")
        self.assertEqual(state["problem"]["code"], "target-gone")
        self.assertEqual(set(state["problem"]["message"]), {"zh", "en"})
        self.assertIn("paihao_backup_ok 0", daemon.http("GET", "/metrics")[2].decode())
        self.assertEqual(daemon.check_in("A", manual(1), token)[0], 201)
        time.sleep(3)
        self.assertEqual(daemon.log_text().count("target-gone"), 1)
        self.assertFalse(folder.exists())
        folder.mkdir()
        self.wait_for(daemon, token, lambda state: state["at"] and not state["problem"], "healed")
        self.assertEqual(len(list(folder.glob("*.db"))), 1)
        self.assertIn("are made again", daemon.log_text())
        shutil.rmtree(folder)
        self.wait_for(daemon, token, lambda state: state["problem"], "gone again")
        self.assertEqual(daemon.stop(), 0)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "needs to mount")
    def test_full_and_read_only(self):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", self.stick], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("no mounts here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.stick], check=False)
        daemon = self.daemon(more=backup_conf(self.stick)).start()
        token = daemon.token("office")
        daemon.open_event("x")
        state = self.wait_for(daemon, token, lambda state: state["problem"], "full")
        self.assertEqual(state["problem"]["code"], "target-full")
        self.assertEqual(self.backups(), [])
        subprocess.run(["mount", "-o", "remount,size=64m", self.stick], check=True)
        self.wait_for(daemon, token, lambda state: state["at"], "room again")
        self.assertEqual(len(self.backups()), 1)
        self.assertEqual(daemon.check_in("A", manual(1), token)[0], 201)
        subprocess.run(["mount", "-o", "remount,ro", self.stick], check=True)
        daemon.tool("session", "close", "--lane", "A")
        state = self.wait_for(daemon, token, lambda state: state["problem"], "read-only")
        self.assertEqual(state["problem"]["code"], "target-read-only")
        subprocess.run(["mount", "-o", "remount,rw", self.stick], check=True)
        self.wait_for(daemon, token, lambda state: not state["problem"], "healed")
        harness.wait_until(lambda: len(self.backups()) == 2, 30, "the second backup")


class Restore(Case):
    def setUp(self):
        self.stick = pathlib.Path(tempfile.mkdtemp(prefix="paihao-stick-"))
        self.addCleanup(shutil.rmtree, self.stick, True)

    def first(self):
        """A running event with two numbers and a backup of them."""
        daemon = self.daemon(more=backup_conf(self.stick)).start()
        daemon.open_event("毕业 2026")
        token = daemon.token("office")
        for index in range(2):
            self.assertEqual(daemon.check_in("A", manual(index), token)[0], 201)
        seq = daemon.snapshot("A", token)["seq"]
        daemon.tool("session", "close", "--lane", "A")
        harness.wait_until(lambda: any(int(path.stem.split("-")[-1]) > seq for path in self.stick.glob("*.db")),
                           30, "a backup")
        return daemon, token, max(self.stick.glob("*.db"))

    def test_goes_on_with_the_same_numbers_and_the_first_copy_stops(self):
        first, token, backup = self.first()
        key = first.folder / "usb.key"
        shutil.copy(first.data / "secret.key", key)
        key.chmod(0o644)  # as a FAT stick has it
        second = self.daemon(more=backup_conf(self.stick))
        self.refused(second, "event-elsewhere", "restore", backup, "--key", key)  # on this computer, and it runs
        self.assertEqual(list(second.data.glob("*.db")), [])
        first.kill()
        told = second.tool_json("restore", backup, "--key", key)
        self.assertEqual((told["name"], told["moves"], told["claimed"], told["gone_on"], told["last_numbers"]),
                         ("毕业 2026", 1, True, False, {"A": "A0002"}))
        self.assertEqual((second.data / "secret.key").stat().st_mode & 0o777, 0o600)
        self.assertTrue(second.tool_json("journal", "verify")["ok"])
        self.assertFalse((second.data / "restoring").exists())
        self.refused(second, "event-exists", "restore", backup, "--key", key)
        second.start()
        second.tool("session", "open", "--lane", "A")
        self.assertEqual(second.check_in("A", manual(2), token)[1]["number"], "A0003")  # the tokens work there, too
        self.assertEqual(second.check_in("A", manual(0), token)[1]["number"], "A0001")  # known, with the same number
        self.assertEqual(second.stop(), 0)

        first.spawn()  # the old one comes back: the stick says that it may not go on
        snapshot = harness.wait_until(lambda: self.answers(first, token), 20, "the first one again")
        self.assertEqual(snapshot["store"], "event-elsewhere")
        for lane_step in (lambda: first.check_in("A", manual(5), token), lambda: first.act("A", "A0001", "call", token)):
            status, problem = lane_step()
            self.assertEqual((status, problem["code"]), (409, "event-elsewhere"))
        self.assertTrue(first.http("GET", "/api/v1/event", token=token)[2]["elsewhere"])
        self.assertEqual(first.log_text().count("event-elsewhere: another copy"), 1)
        self.refused(first, "event-elsewhere", "session", "open", "--lane", "A")
        self.assertEqual(first.stop(), 0)
        shutil.rmtree(self.stick)  # without the stick it still knows
        self.stick.mkdir()
        first.spawn()
        snapshot = harness.wait_until(lambda: self.answers(first, token), 20, "the first one again")
        self.assertEqual(snapshot["store"], "event-elsewhere")
        # a person decides that it is the first one after all
        self.assertTrue(first.tool_json("event", "continue")["claimed"])
        first.tool("session", "open", "--lane", "A")
        self.assertEqual(first.check_in("A", manual(5), token)[1]["number"], "A0003")
        self.assertEqual(first.stop(), 0)
        second.spawn()
        snapshot = harness.wait_until(lambda: self.answers(second, token), 20, "the second one")
        self.assertEqual(snapshot["store"], "event-elsewhere")

    def answers(self, daemon, token):
        try:
            status, _, answer = daemon.http("GET", "/api/v1/lanes/A", token=token)
            return answer if status == 200 else None
        except OSError:
            return None

    def test_refusals_leave_nothing(self):
        first, _, backup = self.first()
        first.stop()
        second = self.daemon()
        key = first.data / "secret.key"
        broken = self.stick / "broken.db"
        broken.write_bytes(backup.read_bytes()[:-4096] + bytes(4096))
        wrong = self.stick / "wrong.key"
        wrong.write_text("paihao key 1\n" + "12" * 32 + "\n")
        for code, exit_code, *args in (
                ("database-corrupt", 3, broken, "--key", key), ("key-wrong", 3, backup, "--key", wrong),
                ("key-missing", 3, backup, "--key", self.stick / "gone"), ("no-event", 1, self.stick / "gone.db", "--key", key)):
            self.refused(second, code, "restore", *args, exit_code=exit_code)
            self.assertEqual([path.name for path in second.data.iterdir()], ["lock"], code)
        (second.data / "secret.key").write_bytes(wrong.read_bytes())
        self.refused(second, "event-exists", "restore", backup, "--key", key)
        self.assertEqual((second.data / "secret.key").read_bytes(), wrong.read_bytes())

    def test_makes_way_for_it_where_a_service_only_started(self):
        first, token, backup = self.first()
        first.stop()
        second = self.daemon().start()
        second.token("office")
        self.refused(second, "daemon-runs", "restore", backup, "--key", first.data / "secret.key", exit_code=3)
        second.stop()
        self.assertTrue((second.data / "event.db").exists())
        said = second.tool("restore", backup, "--key", first.data / "secret.key").stdout
        self.assertIn("last number A0002", said)
        self.assertTrue(second.tool_json("journal", "verify")["ok"])

    def test_killed_at_any_moment_and_run_again(self):
        choices = random.Random(SEED)
        first, _, backup = self.first()
        first.stop()
        second = self.daemon()
        took, killed = 0.3, 0
        for _ in range(KILLS):
            shutil.rmtree(second.data)
            second.data.mkdir(mode=0o700)
            start = time.monotonic()
            command = [harness.BUILD / "paihao", "--config", second.config, "restore", backup, "--key",
                       first.data / "secret.key"]
            tool = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                tool.wait(choices.uniform(0, took))
                took = max(0.02, time.monotonic() - start)
            except subprocess.TimeoutExpired:
                tool.kill()
                tool.wait()
                killed += 1
            again = second.tool("--json", "restore", backup, "--key", first.data / "secret.key", check=False)
            self.assertIn(json.loads(again.stdout).get("code"), (None, "event-exists"))
            verified = second.tool_json("journal", "verify")
            self.assertTrue(verified["ok"])
        self.assertGreater(killed, 0)


class Copies(Case):
    def setUp(self):
        self.stick = pathlib.Path(tempfile.mkdtemp(prefix="paihao-stick-"))
        self.addCleanup(shutil.rmtree, self.stick, True)

    def copied(self, daemon):
        """The data folder as somebody copied it by hand."""
        other = self.daemon(more=daemon.more)
        shutil.rmtree(other.data)
        shutil.copytree(daemon.data, other.data, ignore=shutil.ignore_patterns("control.sock", "lock"))
        return other

    def test_two_daemons_of_one_computer(self):
        daemon = self.daemon().open_event("x")
        other = self.copied(daemon)
        daemon.start()
        code, said = other.run_refused()
        self.assertEqual(code, 4)
        self.assertIn("event-elsewhere", said)
        self.assertTrue(daemon.is_running)
        daemon.kill()
        other.start()  # free again, at once
        other.stop()
        another = self.daemon().open_event("x")  # of the same name, but another event
        daemon.start()
        another.start()

    def test_a_copied_folder_that_went_on_is_noticed_by_the_stick(self):
        daemon = self.daemon(more=backup_conf(self.stick)).open_event("x")
        token = daemon.token("office")
        other = self.copied(daemon)
        other.start()
        self.assertEqual(other.check_in("A", manual(1), token)[0], 201)
        seq = other.snapshot("A", token)["seq"]
        other.tool("session", "close", "--lane", "A")
        harness.wait_until(lambda: any(int(path.stem.split("-")[-1]) > seq for path in self.stick.glob("*.db")),
                           30, "its backup")
        other.stop()
        daemon.spawn()
        harness.wait_until(lambda: self.problem_of(daemon, token) == "event-elsewhere", 20, "noticed")
        daemon.stop()
        other.start()  # that one goes on
        other.tool("session", "open", "--lane", "A")
        self.assertEqual(other.check_in("A", manual(2), token)[1]["number"], "A0002")

    def problem_of(self, daemon, token):
        try:
            return daemon.check_in("A", manual(7), token)[1].get("code")
        except OSError:
            return None

    def test_no_false_alarms(self):
        """Restarts, a stick of another event, an older claim of one's own, nonsense on the stick."""
        daemon = self.daemon(more=backup_conf(self.stick)).start()
        daemon.open_event("x")
        token = daemon.token("office")
        claim_of = lambda: next(iter(self.stick.glob("paihao-claim-*.json")), None)
        harness.wait_until(claim_of, 30, "the claim")
        old = claim_of().read_bytes()
        self.assertEqual(daemon.check_in("A", manual(1), token)[0], 201)
        daemon.tool("session", "close", "--lane", "A")
        harness.wait_until(lambda: claim_of().read_bytes() != old, 30, "a newer claim")
        daemon.tool("session", "open", "--lane", "A")
        for index, text in enumerate((old, b"", b"{}", b"\xff" * 2000, b'{"paihao":"claim 1"}',
                                      old.replace(b'"event":"', b'"event":"00', 1))):
            daemon.kill()
            claim_of().write_bytes(text)
            daemon.start()
            self.assertEqual(daemon.check_in("A", manual(10 + index), token)[0], 201, text)
        self.assertFalse((daemon.data / "elsewhere.json").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
