#!/usr/bin/env bash
# How many instructions a commit costs, which repeat where times do not: `hook run pre-commit` with nothing governed
# changed, in an index of 10,000 entries and in one of 100,000, and with a pair of 500 pins with hashes changed. Compares
# with benches/instructions.txt.
#
#   benches/instructions.sh           fails on a growth of more than 10 %
#   benches/instructions.sh --write   makes today's figures the baseline
#   HOOK=path                         the binary; default: what install.sh builds here
#
# The count depends on the compiler, on whether the C library is inside, and a little on the processor: under another
# compiler than the baseline's nothing is compared.
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
  program=$PWD/target/bench/program
  CARGO_INSTALL_ROOT=$program ./install.sh --program >/dev/null
  hook=$program/bin/hook
fi
linked=dynamic
if ! ldd "$hook" >/dev/null 2>&1; then
  linked="static musl"
  if grep -qa GLIBC_TUNABLES "$hook"; then linked="static glibc"; fi
fi
if [ "${1:-}" != --write ] && ! grep -qxF "$linked" "$baseline"; then
  echo "skipped: the baseline was not measured with a $linked program"
  exit 0
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/freeze-guard-instructions.XXXXXX")
trap 'rm -rf "$place"' EXIT
mkdir "$place/home"

commit() { git -c user.name=Ada -c user.email=ada@example.com commit --quiet -m start; }

instructions() {
  # A scrubbed environment: its size is counted too.
  env -i PATH="$PATH" HOME="$place/home" valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$hook" run pre-commit 2>&1 | sed -n 's/.*Collected : //p'
}

unchanged() { # FILES
  local blob
  git init --quiet -b main "$place/repo-$1"
  cd "$place/repo-$1"
  blob=$(printf 'x = 1\n' | git hash-object -w --stdin)
  awk -v blob="$blob" -v files="$1" 'BEGIN {
    for (i = 0; i < files; i++) printf "100644 %s\tpkg%d/mod%d/file%d.py\n", blob, i / 1000, (i / 50) % 20, i
  }' | git update-index --index-info
  printf 'httpx==0.27.2\n' | tee requirements.txt >requirements.lock
  git add requirements.txt requirements.lock
  commit
  instructions
}

pair() { # VERSION
  awk -v version="$1" 'BEGIN {
    for (i = 0; i < 500; i++) {
      pin = "package-" i "==" (i % 50 ? "1.0" : version)
      print pin >"requirements.txt"
      printf "%s", pin >"requirements.lock"
      for (j = 0; j < 4; j++) printf " \\\n    --hash=sha256:%064d", i * 10 + j + (i % 50 ? 1 : version) * 100000 >"requirements.lock"
      print "" >"requirements.lock"
    }
  }'
  git add requirements.txt requirements.lock
}

changed() {
  git init --quiet -b main "$place/repo-pair"
  cd "$place/repo-pair"
  pair 1.0
  commit
  pair 1.1
  instructions
}

export HOME=$place/home GIT_CONFIG_NOSYSTEM=1
rows=("10000 $(unchanged 10000)" "100000 $(unchanged 100000)" "pair $(changed)")
if [ "${1:-}" = --write ]; then
  printf '%s\n' "# Instructions of \`hook run pre-commit\`, by files in the index and for a changed pair; benches/instructions.sh --write" \
    "$compiler $(uname -m)" "$linked" "${rows[@]}" >"$baseline"
fi
status=0
for row in "${rows[@]}"; do
  what=${row% *} now=${row#* }
  before=$(sed -n "s/^$what //p" "$baseline")
  printf '%7s: %s instructions, baseline %s\n' "$what" "$now" "$before"
  if [ "$now" -gt $((before + before / 10)) ]; then
    echo "more than 10 % above the baseline; if that is meant: benches/instructions.sh --write" >&2
    status=1
  fi
done
exit "$status"
