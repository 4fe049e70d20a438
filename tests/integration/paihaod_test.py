"""The daemon as its service manager sees it: options, notifications, limits, signals, and the end when the store fails."""

import os
import resource
import signal
import socket
import struct
import subprocess
import time
import unittest

import harness


SO_TIMESTAMP = 29  # <asm-generic/socket.h>; Python has no name for it


def run(*arguments):
    return subprocess.run([harness.BUILD / "paihaod", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20 * harness.PATIENCE)


class OptionsTest(unittest.TestCase):
    def test_help_and_version(self):
        for option in ("-h", "--help"):
            done = run(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("--config FILE", done.stdout)
        for option in ("-V", "--version"):
            self.assertRegex(run(option).stdout, r"^paihaod \d+\.\d+\.\d+\n$")

    def test_wrong_usage(self):
        for arguments in (["--bogus"], ["--config"], ["file"], ["-c", "/dev/null", "more"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("Usage: paihaod", done.stderr)

    def test_no_configuration(self):
        done = run("--config", "/nonexistent/paihao.conf")
        self.assertEqual(done.returncode, 3)
        self.assertIn("/nonexistent/paihao.conf", done.stderr)


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.daemon = harness.Daemon()
        self.addCleanup(self.daemon.close)

    def listen(self, watchdog_us=None):
        """A service manager's notification socket, in the daemon's environment."""
        notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(notifications.close)
        path = str(self.daemon.folder / "notify")
        notifications.bind(path)
        notifications.settimeout(20 * harness.PATIENCE)
        self.daemon.env["NOTIFY_SOCKET"] = path
        if watchdog_us:
            self.daemon.env["WATCHDOG_USEC"] = str(watchdog_us)
        return notifications

    def test_tells_when_it_is_ready_and_when_it_stops(self):
        notifications = self.listen()
        self.daemon.spawn()
        self.assertEqual(notifications.recv(256), b"READY=1")
        self.assertTrue(self.daemon.is_healthy())
        self.daemon.process.terminate()
        self.assertEqual(notifications.recv(256), b"STOPPING=1")
        self.assertEqual(self.daemon.process.wait(20 * harness.PATIENCE), 0)

    def test_gives_signs_of_life(self):
        notifications = self.listen(watchdog_us=600_000)
        self.daemon.spawn()
        self.assertEqual(notifications.recv(256), b"READY=1")
        notifications.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
        sent = []  # when, as the kernel says; and one or another may be late on a machine that stalls
        for _ in range(9):
            text, more = notifications.recvmsg(256, 64)[:2]
            self.assertEqual(text, b"WATCHDOG=1")
            sent += [seconds + us / 1e6 for level, kind, data in more for seconds, us in [struct.unpack("qq", data)]]
        spans = sorted(later - earlier for earlier, later in zip(sent[1:], sent[2:]))
        self.assertLess(spans[len(spans) // 2], 0.6)

    def test_a_refused_start_is_never_ready(self):
        notifications = self.listen()
        self.daemon.write_config(self.daemon.config_text() + "lnae \"B\" {}\n")
        self.assertEqual(self.daemon.run_refused()[0], 3)
        notifications.settimeout(0.1)
        self.assertRaises(TimeoutError, notifications.recv, 256)

    def test_both_signals_end_it_and_others_do_not(self):
        for end in (signal.SIGTERM, signal.SIGINT):
            self.daemon.start()
            for other in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGALRM):
                self.daemon.process.send_signal(other)
            time.sleep(0.2)
            self.assertTrue(self.daemon.is_healthy())
            self.daemon.process.send_signal(end)
            self.assertEqual(self.daemon.process.wait(20 * harness.PATIENCE), 0)

    def test_limits_of_the_process(self):
        self.daemon.start()
        self.assertEqual(resource.prlimit(self.daemon.pid, resource.RLIMIT_CORE), (0, 0))
        soft, hard = resource.prlimit(self.daemon.pid, resource.RLIMIT_NOFILE)
        self.assertEqual(soft, hard)
        for name in ("event.db", "secret.key", "lock", "control.sock"):
            self.assertEqual((self.daemon.data / name).stat().st_mode & 0o077, 0, name)

    def test_stops_while_a_client_does_nothing(self):
        self.daemon.start()
        with socket.create_connection(("127.0.0.1", self.daemon.port)):
            begun = time.monotonic()
            self.assertEqual(self.daemon.stop(), 0)
            self.assertLess(time.monotonic() - begun, 8, "it waited until the client was cut off, after ten seconds")

    def test_a_failed_store_is_told_and_ends_it_and_nothing_is_lost(self):
        self.daemon.open_event()
        token = self.daemon.token("marshal")
        self.daemon.start()
        numbers = [self.daemon.check_in("A", harness.manual(i), token)[1]["number"] for i in range(5)]
        wal = self.daemon.data / "event.db-wal"
        size = wal.stat().st_size
        resource.prlimit(self.daemon.pid, resource.RLIMIT_FSIZE, (size, size))  # the next write fails: EFBIG
        status, problem = self.daemon.check_in("A", harness.manual(5), token)
        self.assertEqual((status, problem["code"]), (503, "store-failed"), problem)
        self.assertEqual(self.daemon.http("GET", "/healthz")[0], 503)
        self.assertEqual(self.daemon.process.wait(20 * harness.PATIENCE), 3)
        self.assertIn("database failed", self.daemon.log_text())
        self.daemon.start()
        line = [ticket["number"] for ticket in self.daemon.snapshot("A", token)["line"]]
        self.assertEqual(line, numbers)
        status, ticket = self.daemon.check_in("A", harness.manual(5), token)
        self.assertEqual((status, ticket["number"]), (201, "A0006"))
        self.daemon.tool("journal", "verify")

    def test_runs_with_its_standard_streams_closed(self):
        self.daemon.open_event()
        process = subprocess.Popen(["/bin/sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', harness.BUILD / "paihaod", "--config",
                                    self.daemon.config])
        try:
            harness.wait_until(self.daemon.is_healthy, what="healthz")
            self.assertEqual({os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)}, {"/dev/null"})
            token = self.daemon.token("marshal")
            self.assertEqual(self.daemon.check_in("A", harness.manual(1), token)[0], 201)
        finally:
            process.terminate()
            self.assertEqual(process.wait(20 * harness.PATIENCE), 0)
        self.daemon.tool("journal", "verify")


if __name__ == "__main__":
    os.environ.pop("NOTIFY_SOCKET", None)
    unittest.main(verbosity=2)
