"""A really full disk: the data folder is a small tmpfs of its own, in a mount namespace of this test's own."""

import os
import subprocess
import sys
import time
import unittest

import harness

INSIDE = "PAIHAO_OWN_NAMESPACE"
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def can_unshare():
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


@unittest.skipUnless(INSIDE in os.environ, "no mount namespaces here (unshare is refused): no full disk can be made")
class DiskTest(unittest.TestCase):
    def setUp(self):
        self.daemon = harness.Daemon(["A"])
        self.addCleanup(self.daemon.close)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", self.daemon.data], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.daemon.data], check=True)
        self.daemon.open_event()
        self.token = self.daemon.token("marshal")
        self.daemon.start()

    def fill(self):
        with open(self.daemon.data / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"\0" * 4096)
            except OSError:
                pass

    def check_in(self, index):
        return self.daemon.check_in("A", harness.manual(index), self.token, key=f"k{index}")

    def test_full_then_free(self):
        before = [self.check_in(index)[1]["number"] for index in range(1, 4)]
        self.assertEqual(before, ["A0001", "A0002", "A0003"])
        with self.daemon.events("A", self.token) as events:
            self.fill()
            index, status = 4, 201
            while status == 201:  # the WAL may have room left in its last page
                status, answer = self.check_in(index)
                index += 1
            refused = index - 1
            self.assertEqual((status, answer["code"]), (507, "disk-full"))
            self.assertIn("磁盘", answer["message"]["zh"])
            events.wait_for(lambda event: event.event == "store" and event.data["store"] == "disk-full")
            snapshot = self.daemon.snapshot("A", self.token)
            self.assertEqual(snapshot["store"], "disk-full")
            issued = snapshot["counts"]["issued"]
            self.assertEqual(issued, refused - 1)
            self.assertEqual(self.daemon.http("GET", "/healthz")[0], 503)
            # it goes on refusing, and what was issued stays to be seen
            self.assertEqual(self.check_in(refused)[0], 507)
            self.assertEqual(self.daemon.snapshot("A", self.token)["counts"]["issued"], issued)
            time.sleep(2.5)  # nobody may say that all is well while the disk is still full
            self.assertEqual(self.daemon.snapshot("A", self.token)["store"], "disk-full")
            self.assertIn("disk-full: ", self.daemon.log_text())
            os.unlink(self.daemon.data / "ballast")
            events.wait_for(lambda event: event.event == "store" and event.data["store"] == "ok")
            self.assertFalse([event for event in events.seen[:-1] if event.event == "store" and event.data["store"] == "ok"])
        status, answer = self.check_in(refused)
        self.assertEqual((status, answer["number"]), (201, f"A{refused:04d}"))
        self.assertEqual(self.check_in(1)[1]["number"], "A0001")
        self.daemon.tool("journal", "verify")
        self.daemon.stop()
        self.daemon.tool("journal", "verify")

    def test_full_at_the_start(self):
        self.check_in(1)
        self.daemon.stop()
        self.fill()
        self.daemon.spawn()
        try:
            harness.wait_until(lambda: self.daemon.is_healthy() or not self.daemon.is_running, what="up or refused")
        finally:
            os.unlink(self.daemon.data / "ballast")
        if not self.daemon.is_running:
            self.assertEqual(self.daemon.process.returncode, 3)
            self.assertIn("disk", self.daemon.log_text())
            self.daemon.start()
        harness.wait_until(self.daemon.is_healthy, what="healthy")
        self.assertEqual(self.check_in(2)[1]["number"], "A0002")


if __name__ == "__main__":
    if INSIDE not in os.environ and can_unshare():
        os.environ[INSIDE] = "1"
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, *sys.argv])
    unittest.main(verbosity=2)
