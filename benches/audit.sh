#!/usr/bin/env bash
# How long `hook audit --all` takes over a long history, beside `git log --full-history` with the same pathspecs, which
# only finds the commits; without a commit graph, as in a fresh clone, and with one. And what memory it takes for itself:
# RssAnon, which leaves out the packs that both map.
#
#   benches/audit.sh [COMMITS]       default: 80000
#   TOUCHING=n                       one of so many commits changes a pair, default 200
#   HOOK=path                        the binary; default: a release build of this checkout
#   RUNS=n                           runs per row, default 7
#   BUDGET=n                         fails if the audit takes more than n hundredths of what git takes
#
# Needs git and Python 3; memory is told where there is /proc. What is generated is removed at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$PWD
commits=${1:-80000}

say() { printf '%s\n' "$*" >&2; }
for tool in git python3; do
  command -v "$tool" >/dev/null || { say "missing: $tool"; exit 1; }
done
for name in $(git rev-parse --local-env-vars); do unset "$name"; done

hook=${HOOK:-}
if [ -z "$hook" ]; then
  cargo build --release --locked --quiet
  hook=$top/target/release/hook
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/freeze-guard-bench.XXXXXX")
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"
export HOME=$place/home GIT_CONFIG_NOSYSTEM=1

# 200 files in 20 directories, 4 of which hold a pair; every commit changes one to three files, one of TOUCHING a pair,
# and of those one of forty its manifest alone; every fiftieth commit ends a branch of five.
history() { # COMMITS TOUCHING
  python3 - "$1" "$2" <<'PYTHON'
import random, sys

commits, touching = int(sys.argv[1]), int(sys.argv[2])
out, dice = sys.stdout, random.Random(7)


def file(path, text):
    out.write(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")


def pins(at):
    return "".join(f"package-{i}==1.{at if i == at % 40 else (at + 39 - i) // 40}\n" for i in range(40))


for mark in range(1, commits + 1):
    when = 1_500_000_000 + 600 * mark
    out.write(f"commit refs/heads/main\nmark :{mark}\ncommitter Ada <ada@example.com> {when} +0000\ndata 6\nchange\n")
    side = mark % 50 if mark > 50 else 0
    if mark > 1:
        out.write(f"from :{mark - 5 if side == 30 else mark - 1}\n")
    if side == 35:
        out.write(f"merge :{mark - 6}\n")
    if mark == 1:
        for i in range(200):
            file(f"pkg{i % 20}/file{i}.py", f"x = {i}\n")
        for i in range(4):
            file(f"pkg{i}/requirements.txt", pins(0))
            file(f"pkg{i}/requirements.lock", pins(0))
    elif mark % touching == 0:
        at = f"pkg{mark // touching % 4}/requirements"
        file(f"{at}.txt", pins(mark))
        if mark // touching % 40:
            file(f"{at}.lock", pins(mark))
    else:
        for _ in range(dice.randint(1, 3)):
            i = dice.randrange(200)
            file(f"pkg{i % 20}/file{i}.py", f"x = {mark}\n")
PYTHON
}

measure() { # TITLE
  python3 - "$hook" "$1" "${RUNS:-7}" "${BUDGET:-}" <<'PYTHON'
import os, re, statistics, subprocess, sys, time

hook, title, runs, budget = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
ends = ["requirements.txt", "requirements.lock", "requirements.in", ".gitattributes"]
specs = [f":(top,icase)*{end}" for end in ends] + [":(top,literal)freeze-guard.toml", ":(top,literal)pyproject.toml"]
rows = {
    "hook audit --all": [hook, "audit", "--all"],
    "git log --full-history": ["git", "log", "--full-history", "--format=%H", "--", *specs],
}


def run(command):
    start = time.perf_counter()
    # An audit that finds something that is still broken ends with status 1.
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode > 1:
        sys.exit(f"failed: {command}")
    return time.perf_counter() - start


def memory(command):
    child, most = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
    while child.poll() is None:
        try:
            status = open(f"/proc/{child.pid}/status").read()
        except OSError:
            status = ""
        most = max([most, *map(int, re.findall(r"RssAnon:\s+(\d+)", status))])
        time.sleep(0.002)
    return most


times = {name: [] for name in rows}
for _ in range(runs + 1):
    for name, command in rows.items():
        times[name].append(run(command))
base = statistics.median(times["git log --full-history"][1:])
print(f"\n{title}\n| what | median | spread | against git | memory of its own |\n|---|---|---|---|---|")
for name, command in rows.items():
    took = times[name][1:]
    own = f"{memory(command) / 1024:.1f} MiB" if os.path.exists("/proc/self/status") else "not told here"
    ratio = statistics.median(took) / base
    print(f"| {name} | {statistics.median(took):.2f} s | {min(took):.2f} to {max(took):.2f} s | {ratio:.2f} | {own} |")
    if budget and name.startswith("hook") and ratio * 100 > int(budget):
        sys.exit(f"above the budget: {ratio * 100:.0f} of {budget} hundredths")
PYTHON
}

git --version
"$hook" --version
git init --quiet -b main "$place/repo"
cd "$place/repo"
history "$commits" "${TOUCHING:-200}" | git fast-import --quiet
git repack -adfq
"$hook" audit --all | tail -n 1 || true
measure "$commits commits, without a commit graph"
git commit-graph write --reachable 2>/dev/null
measure "$commits commits, with a commit graph"
