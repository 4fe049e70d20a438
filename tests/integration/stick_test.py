"""A stick that is pulled, fills up or turns read-only while a package is written: a tmpfs in a mount namespace of this test's
own. Whatever happens, there is a whole package or none, and the next run makes it. PAIHAO_SEED=N repeats a run; the rounds
are many in the long version, and few where a sanitizer slows everything down."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

import harness

INSIDE = "PAIHAO_OWN_NAMESPACE"
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
MAKER = harness.BUILD / "tests" / "package_maker"
SEED = int(os.environ.get("PAIHAO_SEED", time.time_ns() % 1000000))
ROUNDS = 400 if os.environ.get("PAIHAO_SLOW") else 20 if "san" in str(harness.BUILD) else 100
OK, EXISTS, GONE, FULL, READ_ONLY, BROKEN, WRONG_PASSPHRASE, SOURCE = range(8)
PASSPHRASE = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23"
COUNT, SIZE = 24, 40000


def can_unshare():
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


def maker(*args):
    done = subprocess.run([MAKER, *map(str, args)], capture_output=True, text=True, timeout=120 * harness.PATIENCE)
    fault, digest, kept, _ = done.stdout.split(" ", 3)
    assert done.returncode == int(fault), done
    return int(fault), digest, int(kept), done.stdout


@unittest.skipUnless(INSIDE in os.environ, "no mount namespaces here (unshare is refused): no stick can be pulled")
class StickTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paihao-stick-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stick, self.staging, self.drawer = (self.folder / name for name in ("stick", "staging", "drawer"))
        for each in (self.stick, self.staging, self.drawer):
            each.mkdir(mode=0o700)

    def plug(self, size="64m"):
        """The stick lies in the drawer, too, so that it can be looked at once it is pulled."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", self.stick], check=True)
        subprocess.run(["mount", "--bind", self.stick, self.drawer], check=True)

    def unplug(self):
        subprocess.run(["umount", "-l", self.stick], check=False, capture_output=True)
        subprocess.run(["umount", "-l", self.drawer], check=False, capture_output=True)

    def command(self, form, pause=0, name="package"):
        command = [MAKER, "make", self.stick, name, COUNT, SIZE, "--pause", pause]
        return [str(part) for part in command + (["--zip", PASSPHRASE, self.staging] if form == "zip" else [])]

    def whole(self, path):
        """Has the package every byte that it must have? Looked at without the program."""
        text = (path / "manifest.json").read_bytes()
        if (path / "manifest.sha256").read_text() != f"{hashlib.sha256(text).hexdigest()}  manifest.json\n":
            return False
        manifest = json.loads(text)
        if len(manifest["files"]) != COUNT:
            return False
        return all(hashlib.sha256((path / each["name"]).read_bytes()).hexdigest() == each["sha256"]
                   for each in manifest["files"])

    def look(self, folder, form, legend):
        """Nothing bears a package's name unless it is one; nothing hidden verifies unless it is complete. Gives whether
        there is a package."""
        name = "package.zip" if form == "zip" else "package"
        for entry in os.listdir(folder):
            path = folder / entry
            if entry == name:
                self.assertEqual(maker("verify", path, PASSPHRASE)[0], OK, legend)
                if form == "folder":
                    self.assertTrue(self.whole(path), legend)
            elif entry.startswith("."):
                self.assertIn(entry, {".package.partial", ".package.zip.partial", ".ballast"}, legend)
                if path.is_dir() and maker("verify", path)[0] == OK:
                    self.assertTrue(self.whole(path), legend)
            else:
                self.fail(f"{legend}: {entry}")
        return name in os.listdir(folder)

    def disturb(self, way, process, after):
        # begun, at the stick that is there
        harness.wait_until(lambda: os.listdir(self.drawer) or os.listdir(self.staging) or process.poll() is not None,
                           what="begun", interval=0.001)
        time.sleep(after)
        if way == "pulled":
            subprocess.run(["umount", "-l", self.stick], check=True)
        elif way == "read-only":
            # refused while somebody writes, like a switch that sticks; tried until it catches
            end = time.monotonic() + 5 * harness.PATIENCE
            while process.poll() is None and time.monotonic() < end:
                if subprocess.run(["mount", "-o", "remount,ro", self.stick], capture_output=True).returncode == 0:
                    break
        elif way == "filled":
            with open(self.drawer / ".ballast", "wb", buffering=0) as ballast:
                try:
                    while process.poll() is None:
                        ballast.write(b"\0" * 65536)
                except OSError:
                    pass
        elif way == "killed":
            process.send_signal(signal.SIGKILL)

    def mend(self, way):
        if way == "read-only":
            subprocess.run(["mount", "-o", "remount,rw", self.stick], check=True)
        elif way == "filled":
            (self.drawer / ".ballast").unlink(missing_ok=True)
        elif way == "pulled":
            subprocess.run(["mount", "--bind", self.drawer, self.stick], check=True)

    def undisturbed(self, form):
        """How many seconds one takes here that nobody disturbs."""
        self.plug("4m")
        try:
            begun = time.monotonic()
            subprocess.run(self.command(form, 300), stdout=subprocess.DEVNULL, check=True)
            return time.monotonic() - begun
        finally:
            self.unplug()

    def one_round(self, index, dice):
        way = dice.choice(["pulled", "read-only", "filled", "killed"])
        form = dice.choice(["folder", "zip"])
        after = dice.random() ** 2 * self.took[form]
        legend = f"seed {SEED}, round {index}: {form}, {way} after {after:.3f} s"
        expected = {"pulled": {GONE}, "read-only": {READ_ONLY}, "filled": {FULL}, "killed": {-signal.SIGKILL}}[way]
        self.plug("4m")
        try:
            process = subprocess.Popen(self.command(form, 300), stdout=subprocess.PIPE, text=True)
            self.disturb(way, process, after)
            told = process.communicate(timeout=60 * harness.PATIENCE)[0]
            code = process.returncode
            self.assertIn(code, expected | {OK}, f"{legend}: {told}")
            is_there = self.look(self.drawer, form, legend)
            if code == OK:
                self.assertTrue(is_there, legend)
            if way == "pulled":
                self.assertEqual(os.listdir(self.stick), [], f"{legend}: written where the stick was")
            if way != "killed":
                self.assertEqual(os.listdir(self.staging), [], f"{legend}: people are left in the staging folder")
            self.mend(way)
            again, _, kept, told = maker(*self.command(form)[1:])
            self.assertEqual(again, EXISTS if is_there else OK, f"{legend}: {told}")
            self.assertTrue(self.look(self.drawer, form, legend), legend)
            self.assertEqual(os.listdir(self.staging), [], legend)
            names = set(os.listdir(self.drawer))
            self.assertFalse([name for name in names if name.startswith(".") and code != OK and not is_there], f"{legend}: {names}")
            return way, form, code, kept
        finally:
            self.unplug()

    def test_pulled_full_read_only_or_killed_at_any_moment(self):
        print(f"seed {SEED}, {ROUNDS} rounds")
        self.took = {form: self.undisturbed(form) for form in ("folder", "zip")}
        dice, seen = random.Random(SEED), {}
        kept_at_all = 0
        for index in range(ROUNDS):
            way, form, code, kept = self.one_round(index, dice)
            seen[(way, code != OK)] = seen.get((way, code != OK), 0) + 1
            kept_at_all += kept > 0
        print(seen, f"taken up again {kept_at_all} times")
        if ROUNDS >= 100:  # else this proves nothing
            for way in ("pulled", "read-only", "filled", "killed"):
                self.assertGreater(seen.get((way, True), 0), 0, way)
            self.assertGreater(kept_at_all, 0)

    def test_a_stick_too_small(self):
        self.plug("600k")
        try:
            for form in ("folder", "zip"):
                fault, _, _, told = maker(*self.command(form)[1:])
                self.assertEqual(fault, FULL, told)
                self.assertEqual(os.listdir(self.stick), [])
        finally:
            self.unplug()


class ArchiveTest(unittest.TestCase):
    def test_bsdtar_reads_it_and_finds_the_same(self):
        with tempfile.TemporaryDirectory(prefix="paihao-zip-") as folder:
            folder = pathlib.Path(folder)
            for name in ("staging", "out", "unpacked", "plain"):
                (folder / name).mkdir(mode=0o700)
            self.assertEqual(maker("make", folder / "out", "交接", 5, 100000, "--zip", PASSPHRASE, folder / "staging")[0], OK)
            self.assertEqual(maker("make", folder / "plain", "交接", 5, 100000)[0], OK)
            archive = folder / "out" / "交接.zip"
            subprocess.run(["bsdtar", "-x", "--passphrase", PASSPHRASE, "-f", archive, "-C", folder / "unpacked"], check=True,
                           env={**os.environ, "LC_ALL": "C.UTF-8"})
            subprocess.run(["diff", "-r", folder / "unpacked", folder / "plain" / "交接"], check=True)
            self.assertEqual(maker("verify", folder / "unpacked")[0], OK)
            wrong = subprocess.run(["bsdtar", "-x", "--passphrase", "wrong", "-O", "-f", archive], capture_output=True)
            self.assertNotEqual(wrong.returncode, 0)
            # nothing of a part's content stands in the archive in the clear
            part = (folder / "plain" / "交接" / "照片" / "00000.jpg").read_bytes()
            self.assertNotIn(part[:16], archive.read_bytes())
            self.assertNotIn(b"paihao-package", archive.read_bytes())
            # nor a sum of it
            with zipfile.ZipFile(archive) as entries:
                self.assertEqual([(each.CRC, each.compress_type) for each in entries.infolist()], [(0, 99)] * 7)

    def test_one_that_libzip_sealed_is_still_opened(self):
        """Made before the seal was ours: stored and deflated entries, sealed by libzip."""
        corpus = harness.ROOT / "tests" / "fuzz" / "corpus" / "package_zip"
        for name in ("empty.zip", "two-parts.zip"):
            self.assertEqual(maker("verify", corpus / name, "fuzz")[0], OK, name)
            self.assertEqual(maker("verify", corpus / name, "fuzy")[0], WRONG_PASSPHRASE, name)


if __name__ == "__main__":
    if INSIDE not in os.environ and can_unshare():
        os.environ[INSIDE] = "1"
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, *sys.argv])
    unittest.main(verbosity=2)
