#!/usr/bin/env bash
# How many instructions a commit costs, which repeat where times do not: `hook run pre-commit` with nothing governed
# changed, in an index of 10,000 entries and in one of 100,000. Compares with benches/instructions.txt.
#
#   benches/instructions.sh           fails on a growth of more than 10 %
#   benches/instructions.sh --write   makes today's figures the baseline
#   HOOK=path                         the binary; default: a release build of this checkout
#
# The count depends on the compiler, and a little on the C library and the processor: under another compiler than the
# baseline's nothing is compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
baseline=$PWD/benches/instructions.txt
command -v valgrind >/dev/null || { echo "skipped: there is no valgrind on PATH"; exit 0; }
for name in $(git rev-parse --local-env-vars); do unset "$name"; done
compiler=$(rustc --version | cut -d' ' -f1,2)
if [ "${1:-}" != --write ] && [ ! -e "$baseline" ]; then
  echo "skipped: there is no baseline yet; benches/instructions.sh --write makes one"
  exit 0
fi
if [ "${1:-}" != --write ] && ! grep -qxF "$compiler $(uname -m)" "$baseline"; then
  echo "skipped: the baseline was measured with $(sed -n 2p "$baseline"), this is $compiler $(uname -m)"
  exit 0
fi
hook=${HOOK:-}
if [ -z "$hook" ]; then
  cargo build --release --locked --quiet
  hook=${CARGO_TARGET_DIR:-$PWD/target}/release/hook
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/freeze-guard-instructions.XXXXXX")
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"

count() { # FILES
  local repo=$place/repo-$1 blob
  git init --quiet -b main "$repo"
  cd "$repo"
  blob=$(printf 'x = 1\n' | git hash-object -w --stdin)
  awk -v blob="$blob" -v files="$1" 'BEGIN {
    for (i = 0; i < files; i++) printf "100644 %s\tpkg%d/mod%d/file%d.py\n", blob, i / 1000, (i / 50) % 20, i
  }' | git update-index --index-info
  printf 'httpx==0.27.2\n' | tee requirements.txt >requirements.lock
  git add requirements.txt requirements.lock
  git -c user.name=Ada -c user.email=ada@example.com commit --quiet -m start
  # A scrubbed environment: its size is counted too.
  env -i PATH="$PATH" HOME="$place/home" valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$hook" run pre-commit 2>&1 | sed -n 's/.*Collected : //p'
}

export HOME=$place/home GIT_CONFIG_NOSYSTEM=1
small=$(count 10000)
large=$(count 100000)
if [ "${1:-}" = --write ]; then
  printf '%s\n' "# Instructions of \`hook run pre-commit\`, by files in the index; benches/instructions.sh --write" \
    "$compiler $(uname -m)" "10000 $small" "100000 $large" >"$baseline"
fi
status=0
for row in "10000 $small" "100000 $large"; do
  files=${row% *} now=${row#* }
  before=$(sed -n "s/^$files //p" "$baseline")
  printf '%7s files: %s instructions, baseline %s\n' "$files" "$now" "$before"
  if [ "$now" -gt $((before + before / 10)) ]; then
    echo "more than 10 % above the baseline; if that is meant: benches/instructions.sh --write" >&2
    status=1
  fi
done
exit "$status"
