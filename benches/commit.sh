#!/usr/bin/env bash
# How long a commit waits for the guard when nothing governed changed, beside git itself and other hook managers that
# do the same job, in generated repositories. One hyperfine run per size, so that all rows saw the same machine.
#
#   benches/commit.sh [FILES...]     default: 10000 100000
#   HOOK=path                        the binary; default: what install.sh builds here
#   RUNS=n                           runs per row, default 40
#
# Needs git, hyperfine and Python 3. pre-commit, prek and lefthook come from the package registry into a virtual
# environment under target/; one that cannot be had is named and left out. What is generated is removed at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$PWD
tools=$top/target/bench
peers=("pre-commit==4.7.0" "prek==0.5.11" "lefthook==2.2.2")

say() { printf '%s\n' "$*" >&2; }
for tool in git hyperfine python3; do
  command -v "$tool" >/dev/null || { say "missing: $tool (hyperfine: apt-get install hyperfine, or cargo install hyperfine)"; exit 1; }
done
for name in $(git rev-parse --local-env-vars); do unset "$name"; done

hook=${HOOK:-}
if [ -z "$hook" ]; then
  CARGO_INSTALL_ROOT=$tools/program ./install.sh --program >/dev/null
  hook=$tools/program/bin/hook
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/freeze-guard-bench.XXXXXX")
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"
export HOME=$place/home GIT_CONFIG_NOSYSTEM=1 PIP_DISABLE_PIP_VERSION_CHECK=1
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com

fetch_peers() {
  local peer
  [ -x "$tools/bin/python" ] || python3 -m venv "$tools"
  for peer in "${peers[@]}"; do
    "$tools/bin/python" -m pip install --quiet "$peer" || say "left out: $peer cannot be installed"
  done
}

generate() { # DIRECTORY FILES
  local repo=$1 files=$2 blob
  git init --quiet -b main "$repo"
  cd "$repo"
  blob=$(printf 'x = 1\n' | git hash-object -w --stdin)
  awk -v blob="$blob" -v files="$files" 'BEGIN {
    for (i = 0; i < files; i++) printf "100644 %s\tpkg%d/mod%d/file%d.py\n", blob, i / 1000, (i / 50) % 20, i
  }' | git update-index --index-info
  git checkout-index --all --force
  printf 'httpx==0.27.2\n' | tee requirements.txt >requirements.lock
  git add requirements.txt requirements.lock
  git update-index -q --refresh
  git commit --quiet -m start
  # The change that is about to be committed: code, nothing governed.
  printf 'x = 2\n' >pkg0/mod0/file0.py
  git add pkg0/mod0/file0.py
  write_peer_configs
  "$hook" install >/dev/null
}

# The same job, as one would write it for another manager: the manifest may change only together with the lock.
write_peer_configs() {
  cat >.git/check-lock <<'SCRIPT'
#!/bin/sh
git diff --cached --quiet -- requirements.txt && exit 0
cmp -s requirements.txt requirements.lock && ! git diff --cached --quiet -- requirements.lock && exit 0
echo "requirements.txt changed without requirements.lock" >&2
exit 1
SCRIPT
  chmod +x .git/check-lock
  cat >.git/info/exclude <<'EXCLUDE'
.pre-commit-config.yaml
lefthook.yml
EXCLUDE
  cat >.pre-commit-config.yaml <<'CONFIG'
repos:
  - repo: local
    hooks:
      - id: check-lock
        name: check-lock
        entry: .git/check-lock
        language: system
        files: ^requirements\.(txt|lock)$
        pass_filenames: false
CONFIG
  cat >lefthook.yml <<'CONFIG'
no_auto_install: true
pre-commit:
  jobs:
    - name: check-lock
      glob: "requirements.{txt,lock}"
      run: .git/check-lock
CONFIG
}

rows=() # NAME, COMMAND, NAME, COMMAND, ...
choose_rows() {
  local name
  rows=(
    "hook run pre-commit" "$hook run pre-commit"
    "git diff --cached" "git diff --cached --quiet -- requirements.txt requirements.lock"
  )
  for name in pre-commit prek lefthook; do
    [ -x "$tools/bin/$name" ] || continue
    case $name in
      lefthook) same_job "$name" "$tools/bin/$name run pre-commit" ;;
      *) same_job "$name" "$tools/bin/$name run" ;;
    esac
  done
  rows+=("the shim" ".git/hooks/pre-commit" "/bin/true" "/bin/true")
}

# A row that does not do the job is not a comparison: it must pass now and refuse a manifest that is staged alone.
same_job() { # NAME COMMAND
  local passes=no refuses=no
  # shellcheck disable=SC2086 # The command is words.
  $2 >/dev/null 2>&1 && passes=yes
  printf 'httpx==0.27.2\nuvloop==0.20.0\n' >requirements.txt
  git add requirements.txt
  # shellcheck disable=SC2086
  $2 >/dev/null 2>&1 || refuses=yes
  git checkout --quiet HEAD -- requirements.txt
  if [ "$passes$refuses" = yesyes ]; then
    rows+=("$1" "$2")
  else
    say "left out: $1 does not do the job here (passes: $passes, refuses: $refuses)"
  fi
}

measure() { # FILES
  local arguments=() index
  for ((index = 0; index < ${#rows[@]}; index += 2)); do
    arguments+=(--command-name "${rows[index]}" "${rows[index + 1]}")
  done
  hyperfine --shell=none --warmup 5 --runs "${RUNS:-40}" --style none --export-json "$place/result.json" \
    "${arguments[@]}" >/dev/null
  python3 - "$place/result.json" "$1" <<'PYTHON'
import json, sys

rows = json.load(open(sys.argv[1]))["results"]
first, base = rows[0]["median"], next(row["median"] for row in rows if row["command"] == "/bin/true")
print(f"\n{int(sys.argv[2]):,} files")
print("| what | median | spread | against hook |\n|---|---|---|---|")
for row in rows:
    print(
        f"| {row['command']} | {row['median'] * 1000:.2f} ms | {row['min'] * 1000:.2f} to {row['max'] * 1000:.2f} ms "
        f"| {row['median'] / first:.2f} |"
    )
print(f"Starting a process takes {base * 1000:.2f} ms of each row.")
PYTHON
}

fetch_peers
git --version
"$hook" --version
[ "$#" -gt 0 ] || set -- 10000 100000
for files in "$@"; do
  generate "$place/repo-$files" "$files"
  choose_rows
  measure "$files"
  cd "$top"
  rm -rf "$place/repo-$files"
done
