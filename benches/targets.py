#!/usr/bin/env python3
"""What a commit and a push cost beside what they must not exceed, as one table.

    python3 benches/targets.py [--hook PROGRAM] [--runs N] [--quick]

Every section runs its rows in turn, one after the other and again, so that all of them saw the same machine; a row is
the median. Times are those of whole processes, started from here. --quick leaves out the million files and the long
histories. Needs git and Linux or macOS; without --hook the program is built and installed below target/ by install.sh.
What is generated stands in a temporary directory and is removed at the end.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
WHO = {f"GIT_{who}_{what}": "ada@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
PATHS = ["requirements.txt", "requirements.lock", "freeze-guard.toml", "pyproject.toml"]
# What every commit of a push is asked for, as git is asked for it.
ANYWHERE = [f":(icase,glob)**/{name}" for name in ("requirements.txt", "requirements.lock", "requirements.in")]
SAME = [*ANYWHERE, ":(glob)**/.gitattributes", *PATHS[2:]]


class Bench:
    """A place to generate repositories in, and the table so far."""

    def __init__(self, place, hook, runs):
        self.place, self.hook, self.runs = place, str(hook), runs
        (place / "home").mkdir()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(place / "home"), "GIT_CONFIG_NOSYSTEM": "1", **WHO}

    def git(self, repo, *words, stdin=b""):
        run = subprocess.run(["git", *words], cwd=repo, env=self.environment, input=stdin, stdout=subprocess.PIPE, check=True)
        return run.stdout.decode().strip()

    def repository(self, name):
        repo = self.place / name
        repo.mkdir()
        self.git(repo, "init", "--quiet", "-b", "main")
        # Not while something is measured.
        self.git(repo, "config", "maintenance.auto", "false")
        self.git(repo, "config", "gc.auto", "0")
        return repo

    def judges(self, repo, command):
        """What fails at once is fast for nothing."""
        status = self.once(repo, command)[1]
        if status:
            sys.exit(f"{' '.join(command)} ended with {status}")

    def once(self, repo, command, stdin=os.devnull):
        """Seconds and the exit status of one process."""
        files = [
            (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        os.chdir(repo)
        start = time.perf_counter()
        child = os.posix_spawnp(command[0], command, self.environment, file_actions=files)
        _, status = os.waitpid(child, 0)
        return time.perf_counter() - start, os.waitstatus_to_exitcode(status)

    def memory(self, repo, command):
        """MiB that a process has at most. A child begins with what its parent has, so a small one starts it."""
        start = "import os, sys; child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)"
        start += "; print(os.wait4(child, 0)[2].ru_maxrss)"
        small = [sys.executable, "-S", "-c", start, *command]
        run = subprocess.run(small, cwd=repo, env=self.environment, stdout=subprocess.PIPE, check=True)
        return int(run.stdout) / (1024 if sys.platform == "linux" else 1024 * 1024)

    def measure(self, repo, commands, runs=None, stdin=os.devnull):
        """Medians in ms, the commands in turn; each must end as it did the first time."""
        # The kernel writes what was generated to the disk while something else could be measured.
        os.sync()
        first = [self.once(repo, command, stdin) for command in commands]
        times = [[] for _ in commands]
        for _ in range(runs or self.runs):
            for index, command in enumerate(commands):
                took, status = self.once(repo, command, stdin)
                if status != first[index][1]:
                    sys.exit(f"{' '.join(command)} ended with {status}, and with {first[index][1]} before")
                times[index].append(took)
        return [statistics.median(row) * 1000 for row in times]

    def row(self, what, value, beside, limit, unit="ms"):
        verdict = "met" if value <= limit else "missed"
        print(f"| {what} | {value:,.2f} {unit} | {beside} | {limit:,.2f} {unit} | {verdict} |", flush=True)


def source_files(bench, name, files, checked_out):
    """A repository with a pair and so many other files, one of which is about to be committed."""
    repo = bench.repository(name)
    blob = bench.git(repo, "hash-object", "-w", "--stdin", stdin=b"x = 1\n")
    lines = (f"100644 {blob}\tpkg{i // 1000}/mod{i // 50 % 20}/file{i}.py\n" for i in range(files))
    bench.git(repo, "update-index", "--index-info", stdin="".join(lines).encode())
    if checked_out:
        bench.git(repo, "checkout-index", "--all", "--force")
    for path in PATHS[:2]:
        (repo / path).write_text("httpx==0.27.2\n")
    bench.git(repo, "add", *PATHS[:2])
    bench.git(repo, "commit", "--quiet", "--no-verify", "-m", "start")
    changed = bench.git(repo, "hash-object", "-w", "--stdin", stdin=b"x = 2\n")
    bench.git(repo, "update-index", "--cacheinfo", f"100644,{changed},pkg0/mod0/file0.py")
    if checked_out:
        bench.git(repo, "checkout-index", "--force", "--", "pkg0/mod0/file0.py")
        bench.git(repo, "update-index", "-q", "--refresh")
    subprocess.run([bench.hook, "install"], cwd=repo, env=bench.environment, stdout=subprocess.DEVNULL, check=True)
    return repo


def unchanged(bench, files, part):
    """Nothing governed changed: the hook beside git's own look at one path. Gives bytes of the index and ms."""
    repo = source_files(bench, f"files-{files}", files, checked_out=files <= 10_000)
    hook, diff = [bench.hook, "run", "pre-commit"], ["git", "diff", "--cached", "--quiet", "--", PATHS[0]]
    shim = [str(repo / ".git/hooks/pre-commit")]
    runs = bench.runs if files <= 100_000 else max(bench.runs // 4, 5)
    own, git, true, wired = bench.measure(repo, [hook, diff, ["/bin/true"], shim], runs)
    what = f"pre-commit, nothing governed changed, {files:,} files"
    if part:
        bench.row(what, own, f"`git diff --cached --quiet` {git:,.2f} ms / {part}", git / part)
    else:
        print(f"(with {files:,} files: {own:.2f} ms, `git diff --cached --quiet` {git:.2f} ms)", flush=True)
    if files == 10_000:
        bench.row(what, own, f"`/bin/true` {true:.2f} ms x 3", true * 3)
        print(f"(the shim and the program together: {wired:.2f} ms)", flush=True)
    if files == 1_000_000:
        bench.row("the same, memory", bench.memory(repo, hook), "16 MiB", 16, "MiB")
    size = (repo / ".git/index").stat().st_size
    shutil.rmtree(repo)
    return size, own


def locked(version):
    """A lock of 1,500 pins with 23 hashes each, as a resolver writes it: about 3 MiB."""
    lines = []
    for number in range(1500):
        pin = f"package-{number}=={version if number % 50 == 0 else '1.0'}"
        digests = sorted(hashlib.sha256(f"{pin} {file}".encode()).hexdigest() for file in range(23))
        lines.append(pin + "".join(f" \\\n    --hash=sha256:{digest}" for digest in digests) + "\n")
    return "".join(lines)


def parse_time():
    """Milliseconds in which a lock as large is parsed, from benches/reading.rs."""
    command = ["cargo", "bench", "--locked", "--quiet", "--bench", "reading", "--", "compiled_lock"]
    said = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, check=True).stdout.decode()
    row = next(line for line in said.splitlines() if "compiled_lock" in line)
    number, unit = row.split("│")[2].split()
    return float(number) * {"ms": 1, "µs": 1e-3}[unit]


def pair(bench, parse):
    """One pair changed, beside the unchanged one and what inflating and parsing its two states takes."""
    repo = bench.repository("pair")
    for version in ("1.0", "1.1"):
        lock = locked(version)
        (repo / PATHS[0]).write_text("".join(line.split(" ")[0] + "\n" for line in lock.splitlines() if "==" in line))
        (repo / PATHS[1]).write_text(lock)
        (repo / "app.py").write_text(version)
        bench.git(repo, "add", ".")
        bench.git(repo, "commit", "--quiet", "-m", version)
    bench.git(repo, "reset", "--quiet", "--soft", "main~1")
    hook = [bench.hook, "run", "pre-commit"]
    inflate = [["git", "cat-file", "blob", f"{state}:{PATHS[1]}"] for state in ("HEAD", "ORIG_HEAD")]
    for command in [hook, *inflate]:
        bench.judges(repo, command)
    changed, first, second, true = bench.measure(repo, [hook, *inflate, ["/bin/true"]])
    bench.git(repo, "checkout", "--quiet", "HEAD", "--", *PATHS[:2])
    (same,) = bench.measure(repo, [hook])
    inflating = first + second - 2 * true
    beside = f"unchanged {same:.2f} ms x 1.5 + of both states inflating {inflating:.2f} ms, parsing {2 * parse:.2f} ms"
    what = "pre-commit, one pair of 1,500 pins with hashes changed"
    bench.row(what, changed, beside, same * 1.5 + inflating + 2 * parse)
    shutil.rmtree(repo)


def history(bench, commits, policy):
    """A history in which every 200th commit changes the pair, packed. Gives the repository and its last 20,000."""
    repo = bench.repository("history-" + ("every" if policy else "tips"))

    def stream():
        yield b"feature done\n"
        for number in range(1, commits + 1):
            changes = {f"d{number % 20}/f{number * 7 % 200}.py": f"x = {number}\n"}
            if number == 1 or number % 200 == 0:
                pins = "".join(f"package-{pin}==1.{number}\n" for pin in range(30))
                changes |= {PATHS[0]: pins, PATHS[1]: pins}
            if number == 1 and policy:
                changes[PATHS[2]] = policy
            yield b"commit refs/heads/main\ncommitter Ada <ada@example.com> %d +0000\ndata 0\n" % (1_600_000_000 + number)
            for path, text in changes.items():
                yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()
        yield b"done\n"

    bench.git(repo, "fast-import", "--quiet", stdin=b"".join(stream()))
    bench.git(repo, "repack", "-adfq")
    bench.git(repo, "branch", "auto/x", "main")
    bench.git(repo, "remote", "add", "origin", "elsewhere")
    base = bench.git(repo, "rev-parse", "main~20000")
    bench.git(repo, "update-ref", "refs/remotes/origin/main", base)
    tip = bench.git(repo, "rev-parse", "main")
    pushed = bench.place / f"{repo.name}.stdin"
    pushed.write_text(f"refs/heads/auto/x {tip} refs/heads/main {base}\n")
    return repo, str(pushed), base


def pushes(bench):
    """A push of 20,000 commits, tip against tip and commit by commit."""
    push = [bench.hook, "run", "pre-push", "origin", "elsewhere"]
    repo, pushed, _ = history(bench, 82_000, "")
    own, parse = bench.measure(repo, [push, ["git", "rev-parse", "HEAD"]], stdin=pushed)
    bench.row("pre-push, 20,000 of 82,000 commits", own, f"`git rev-parse HEAD` {parse:.2f} ms x 2", parse * 2)
    shutil.rmtree(repo)
    repo, pushed, base = history(bench, 82_000, "[push]\nevery-commit = true\n")
    walks = [["git", "rev-list", "--full-history", "main", f"^{base}", "--", *paths] for paths in (SAME, PATHS)]
    own, git, top = bench.measure(repo, [push, *walks], max(bench.runs // 10, 5), stdin=pushed)
    bench.row("the same with `every-commit`", own, f"`git rev-list` of the same paths {git:.2f} ms", git)
    print(f"(`git rev-list` of the paths at the top alone: {top:.2f} ms)", flush=True)
    shutil.rmtree(repo)


def growth(points):
    """How many ns each further byte of the index takes."""
    slopes = []
    for (small, less), (large, more) in zip(points, points[1:]):
        slopes.append(f"{(more - less) * 1e6 / (large - small):.3f} ns per byte from {small:,} to {large:,} bytes")
    print("growth: " + ", ".join(slopes))


def program():
    root = TOP / "target/bench/program"
    built = subprocess.run(
        [TOP / "install.sh", "--program"], env={**os.environ, "CARGO_INSTALL_ROOT": str(root)}, stdout=subprocess.DEVNULL
    )
    if built.returncode:
        sys.exit("install.sh did not build the program")
    return root / "bin/hook"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hook", type=pathlib.Path, help="the program to measure")
    parser.add_argument("--runs", type=int, default=100, help="runs of each row; long ones run less often")
    parser.add_argument("--parse", type=float, metavar="MS", help="what parsing a lock takes; default: measured with cargo")
    parser.add_argument("--quick", action="store_true", help="small repositories only")
    asked = parser.parse_args()
    hook = (asked.hook or program()).resolve()
    parse = asked.parse or parse_time()
    with tempfile.TemporaryDirectory(prefix="freeze-guard-targets.") as place:
        bench = Bench(pathlib.Path(place), hook, asked.runs)
        print("| what | median | beside | at most | |\n|---|---|---|---|---|", flush=True)
        points = [unchanged(bench, 10_000, 3)]
        pair(bench, parse)
        if not asked.quick:
            points += [unchanged(bench, 100_000, None), unchanged(bench, 1_000_000, 12)]
            pushes(bench)
        growth(points)
        os.chdir(TOP)


if __name__ == "__main__":
    main()
