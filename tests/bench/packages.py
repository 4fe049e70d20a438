"""make bench: packing beside plain cp, fsync and sha256sum of the same bytes, on the same disk."""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import harness
from figures import row

MAKER = harness.BUILD / "tests" / "package_maker"
PARTS, PART = 32, 8 << 20  # 256 MiB that nobody can press together
ROUNDS = min(3, int(os.environ.get("BENCH_ROUNDS", "5")))


def seconds(*command, expect=0):
    begun = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True)
    assert done.returncode == expect, done
    return time.monotonic() - begun


def copy_and_sum(source, target):
    """What somebody would do by hand: copy, sync, and read back the sums."""
    begun = time.monotonic()
    shutil.copytree(source, target, copy_function=lambda one, other: subprocess.run(["cp", one, other], check=True))
    files = [each for each in pathlib.Path(target).rglob("*") if each.is_file()]
    subprocess.run(["sync", *files], check=True)
    subprocess.run(["sha256sum", *files], check=True, capture_output=True)
    return time.monotonic() - begun


def packing():
    size_mb = PARTS * PART / 1e6
    folder_s, zip_s, plain_s, verify_s = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="paihao-bench-", dir=os.environ.get("BENCH_FOLDER")) as base:
        base = pathlib.Path(base)
        staging = base / "staging"
        staging.mkdir(mode=0o700)
        for index in range(ROUNDS):
            word = ["--zip", "ABCDE-FGHJK-MNPQR-STUVW-XYZ23", staging]
            folder_s.append(seconds(MAKER, "make", base, f"f{index}", PARTS, PART))
            verify_s.append(seconds(MAKER, "verify", base / f"f{index}"))
            plain_s.append(copy_and_sum(base / f"f{index}", base / "copy"))
            zip_s.append(seconds(MAKER, "make", base, f"z{index}", PARTS, PART, *word))
            for name in (f"f{index}", "copy"):
                shutil.rmtree(base / name)
            (base / f"z{index}.zip").unlink()
    median = statistics.median
    plain = f"cp, sync, sha256sum {size_mb / median(plain_s):.0f} MB/s"
    row("a folder package of 256 MiB", f"{size_mb / median(folder_s):.0f}", "MB/s", plain,
        median(a / b for a, b in zip(plain_s, folder_s)), "read back twice")
    row("  the same sealed as a ZIP", f"{size_mb / median(zip_s):.0f}", "MB/s", plain,
        median(a / b for a, b in zip(plain_s, zip_s)), "AES-256 by libzip, twice")
    row("  a folder package checked", f"{size_mb / median(verify_s):.0f}", "MB/s")


if __name__ == "__main__":
    packing()
