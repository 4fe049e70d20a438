"""A figure of make bench as a line and as a record, and what the kernel says of a process."""

import os
import pathlib
import time

figures = {}


def row(name, value, unit="", baseline="", ratio=None, aim=""):
    figures[name] = {"value": value, "unit": unit, "ratio": ratio}
    shown = "" if ratio is None else f"{ratio:6.2f}x"
    print(f"{name:<46} {value:>12} {unit:<6} {baseline:<34} {shown:>8}  {aim}", flush=True)


def memory_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and all that come of it."""
    found = [pid]
    for parent in found:
        for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu_share(pid, seconds):
    members = family(pid)
    before = sum(map(cpu_seconds, members))
    time.sleep(seconds)
    return (sum(map(cpu_seconds, members)) - before) / seconds * 100
