#!/bin/sh
# Builds and installs `hook`, wires the hooks of a clone, and shows whether they are in force and how its pairs stand.
# Usage: ./install.sh [REPO]    REPO: a clone; without it the one that you stand in, else the one this script lies in.
set -eu

say() { printf '%s\n' "$*"; }

if ! command -v cargo >/dev/null 2>&1; then
	say 'install.sh: Rust is not installed; get it with your package manager or from https://rustup.rs, then run this again' >&2
	exit 1
fi
command -v git >/dev/null 2>&1 || { say 'install.sh: git is not installed' >&2; exit 1; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ $# -gt 0 ]; then
	repo=$1
elif git rev-parse --git-dir >/dev/null 2>&1; then
	repo=.
else
	repo=$here
fi
git -C "$repo" rev-parse --git-dir >/dev/null 2>&1 || { say "install.sh: $repo is no git repository" >&2; exit 1; }

cargo install --locked --quiet --path "$here"

root=${CARGO_INSTALL_ROOT:-${CARGO_HOME:-$HOME/.cargo}}
hook=$root/bin/hook
[ -x "$hook" ] || hook=$(command -v hook)
say "installed: $("$hook" --version) as $hook"
case :$PATH: in
*":$root/bin:"*) ;;
*) say "note: $root/bin is not on PATH; add it to type \`hook\`" ;;
esac

# Each line of the next three is worth seeing, also where one of them finds something amiss.
status=0
"$hook" -C "$repo" install || status=$?
"$hook" -C "$repo" status || [ "$status" -ne 0 ] || status=$?
if git -C "$repo" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	"$hook" -C "$repo" check || say "note: \`hook check\` shows this again once it is mended"
fi
exit "$status"
