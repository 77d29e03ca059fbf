#!/bin/sh
# Builds and installs the program `hook` from this clone, wires the hooks of REPO, and shows whether they are in force and
# the state of its pairs. Without REPO: the clone of the current directory, else this one. With --program nothing is
# wired: every clone whose hooks are wired uses the new program at once.
# Exit status: 0 wired, 1 not built, not wired or a guard not in force, 2 wrong arguments.
set -u

say() { printf 'install.sh: %s\n' "$*"; }
fail() {
    say "$@" >&2
    exit 1
}

usage='usage: install.sh [REPO | --program]'
if [ "$#" -gt 1 ]; then
    printf '%s\n' "$usage" >&2
    exit 2
fi
wire=yes
case ${1-} in
-h | --help)
    printf '%s\n' "$usage"
    sed -n '2,5s/^# //p' "$0"
    exit 0
    ;;
--program)
    wire=no
    shift
    ;;
-*)
    printf '%s\n' "$usage" >&2
    exit 2
    ;;
esac

# A program that has the C library inside, and every address settled, starts in half the time, which is most of what a
# hook costs; with musl as that library in half of that again, for glibc first asks the processor what it is, which in a
# virtual machine takes long. Prints the target to build it for; fails where none can be linked, or the user has settings
# of their own.
static='-Ctarget-feature=+crt-static -Crelocation-model=static'
static_target() {
    [ -z "${RUSTFLAGS-}${CARGO_ENCODED_RUSTFLAGS-}${CARGO_BUILD_TARGET-}" ] || return 1
    host=$(rustc -vV | sed -n 's/^host: //p')
    case $host in *-linux-gnu) ;; *) return 1 ;; esac
    probe=$(mktemp -d) || return 1
    printf 'fn main() {}\n' >"$probe/probe.rs"
    linked=''
    for target in "${host%gnu}musl" "$host"; do
        # shellcheck disable=SC2086 # They are words.
        if rustc --target "$target" $static -o "$probe/probe" "$probe/probe.rs" && "$probe/probe"; then
            linked=$target
            break
        fi
    done >/dev/null 2>&1
    rm -rf "$probe"
    [ -n "$linked" ] && printf '%s\n' "$linked"
}

build() {
    set -- --locked --path "$here" --root "$root"
    if target=$(static_target); then
        set -- "$@" --target "$target" --config "target.$target.rustflags='$static'"
        cargo install "$@" && rewrite "$root/bin/hook"
    else
        cargo install "$@"
    fi
}

# What a linker wrote lies in memory page by page, and is mapped so at every start, until it is read from the disk again. A
# copy lies there in larger pieces. Where none can be made the program is as good.
rewrite() { # FILE
    if ! { cp -p "$1" "$1.new" && mv -f "$1.new" "$1"; } 2>/dev/null; then rm -f "$1.new"; fi
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || fail "cannot find the directory of $0"
[ -f "$here/Cargo.toml" ] || fail "$here is not a clone of Freeze Guard: run install.sh where it was cloned to"
command -v git >/dev/null || fail "git is missing: install it with your system's packages, then run this again"
command -v cargo >/dev/null || fail "Rust is missing: get it from https://rustup.rs, then run this again in a new terminal"

if [ "$#" -eq 1 ]; then
    repo=$1
elif [ "$wire" = yes ] && [ "$(git rev-parse --is-inside-work-tree 2>/dev/null)" = true ]; then
    repo=$PWD
else
    repo=$here
fi
[ -d "$repo" ] || fail "there is no directory $repo"
if [ "$wire" = yes ] && ! git -C "$repo" rev-parse --git-dir >/dev/null 2>&1; then
    fail "$repo is not a git repository: name a clone, install.sh REPO"
fi

root=${CARGO_INSTALL_ROOT:-${CARGO_HOME:-${HOME:+$HOME/.cargo}}}
case $root in
'') fail "neither HOME nor CARGO_HOME is set, so there is no place to install to" ;;
/*) ;;
*) root=$PWD/$root ;;
esac

# From within the clone, so that neither cargo nor rustup takes settings from REPO.
(cd -- "$here" && build) || fail "the build failed; the reason stands above"
hook=$root/bin/hook
[ -x "$hook" ] || hook=$root/bin/hook.exe
[ -x "$hook" ] || fail "cargo left no program in $root/bin"
say "installed $hook"
case :${PATH-}: in
*":$root/bin:"*) ;;
*) say "$root/bin is not on your PATH: the hooks work, but to type \`hook\` add it there" ;;
esac
[ "$wire" = yes ] || exit 0

"$hook" -C "$repo" install || fail "the hooks of $repo are not wired; the reason stands above"

printf '\n'
"$hook" -C "$repo" status
in_force=$?

printf '\n'
if git -C "$repo" rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
    "$hook" -C "$repo" check --rev HEAD
else
    "$hook" -C "$repo" check
fi

[ "$in_force" -eq 0 ] || fail "not every guard is in force; the status above says which"
