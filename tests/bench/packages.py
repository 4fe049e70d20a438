"""make bench: packing beside plain cp, fsync and sha256sum of the same bytes, on the same disk, and a ZIP beside bsdtar's. Ours
reads back from the disk, the others from memory. Beside the clock the processor's time is told, which a busy disk does not
change."""

import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

import harness
from figures import row

MAKER = harness.BUILD / "tests" / "package_maker"
PARTS, PART = 32, 8 << 20  # 256 MiB that nobody can press together
PASSPHRASE = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23"
ROUNDS = min(3, int(os.environ.get("BENCH_ROUNDS", "5")))


def timed(work):
    """Its seconds by the clock, and of processor time."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    after, taken = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begun
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def copy_and_sum(source, target):
    """What somebody would do by hand: copy, sync, and read back the sums."""
    shutil.copytree(source, target, copy_function=lambda one, other: run("cp", one, other))
    files = [each for each in pathlib.Path(target).rglob("*") if each.is_file()]
    run("sync", *files)
    run("sha256sum", *files)


def archive_and_read(source, target):
    """The same with a sealed archive: another program's AES-256 ZIP, synced, and every entry read back."""
    run("bsdtar", "--format", "zip", "--options", "zip:encryption=aes256,zip:compression=store",
        "--passphrase", PASSPHRASE, "-cf", target, "-C", source.parent, source.name)
    run("sync", target)
    run("bsdtar", "--passphrase", PASSPHRASE, "-xOf", target)


def one_round(base, taken):
    folder, copy, archive, sealed = base / "f", base / "copy", base / "z.zip", base / "other.zip"
    ways = {
        "folder": lambda: run(MAKER, "make", base, "f", PARTS, PART),
        "plain": lambda: copy_and_sum(folder, copy),
        "checked": lambda: run(MAKER, "verify", folder),
        "zip": lambda: run(MAKER, "make", base, "z", PARTS, PART, "--zip", PASSPHRASE, base / "staging"),
        "zip checked": lambda: run(MAKER, "verify", archive, PASSPHRASE),
        "other zip": lambda: archive_and_read(folder, sealed),
    }
    for name, work in ways.items():
        taken.setdefault(name, []).append(timed(work))
    for each in (folder, copy):
        shutil.rmtree(each)
    for each in (archive, sealed):
        each.unlink()
    os.sync()


def packing():
    size_mb, taken = PARTS * PART / 1e6, {}
    with tempfile.TemporaryDirectory(prefix="paihao-bench-", dir=os.environ.get("BENCH_FOLDER")) as base:
        (pathlib.Path(base) / "staging").mkdir(mode=0o700)
        for _ in range(ROUNDS):
            one_round(pathlib.Path(base), taken)

    def told(name, kind=0):
        return statistics.median(each[kind] for each in taken[name])

    def ratio(name, beside, kind=0):
        return statistics.median(b[kind] / a[kind] for a, b in zip(taken[name], taken[beside]))

    plain, other = "cp, sync, sha256sum", "bsdtar's, sync, read back"
    for name, legend, beside, words in (("folder", "a folder package of 256 MiB", "plain", plain),
                                        ("zip", "  the same sealed as a ZIP", "other zip", other)):
        row(legend, f"{size_mb / told(name):.0f}", "MB/s", f"{words} {size_mb / told(beside):.0f}", ratio(name, beside))
        row("  its processor time", f"{told(name, 1):.2f}", "s", f"{words} {told(beside, 1):.2f}", 1 / ratio(name, beside, 1))
    row("  the ZIP beside the plain copy", f"{size_mb / told('zip'):.0f}", "MB/s", f"{plain} {size_mb / told('plain'):.0f}",
        ratio("zip", "plain"))
    row("  checked again, folder / ZIP", f"{size_mb / told('checked'):.0f}/{size_mb / told('zip checked'):.0f}", "MB/s")


if __name__ == "__main__":
    packing()
