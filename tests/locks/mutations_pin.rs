//! Mutations of the lock's pins: moved, removed, added, loosened, doubled, replaced by something else.

use crate::made::Style;
use crate::mutate::FORGED;
use crate::mutations::Verdict::{Fresh, Stale, Unsafe};
use crate::mutations::{judge, mutation};

fn unhashed(style: &Style) -> bool {
    !style.is_hashed()
}

#[test]
fn a_pin_that_moved() {
    judge(&[
        mutation("a direct pin outside its range", Stale, &["web", "3.0"], |pair| pair.repin("web", "==3.0")),
        mutation("a direct pin below its range", Stale, &["chain-a", "0.9"], |pair| pair.repin("chain-a", "==0.9")),
        mutation("a pin of a nested file outside its range", Stale, &["preview", "0.5"], |pair| {
            pair.repin("preview", "==0.5");
        }),
        mutation("an exact pin of the manifest", Stale, &["mixed-name-pkg", "1.1"], |pair| {
            pair.repin("mixed-name-pkg", "==1.1");
        }),
        mutation("a transitive pin past its constraint", Stale, &["leaf", "2.0", "constraint"], |pair| {
            pair.repin("leaf", "==2.0");
        }),
        mutation("a transitive pin past a looser constraint", Stale, &["proxy", "3.0", "constraint"], |pair| {
            pair.repin("proxy", "==3.0");
        }),
        mutation("a direct pin inside its range", Fresh, &[], |pair| pair.repin("web", "==1.1")),
        // Nothing offline knows what its parents need.
        mutation("a transitive pin without a constraint", Fresh, &[], |pair| pair.repin("core", "==1.0")),
        mutation("a prerelease inside the range", Fresh, &[], |pair| pair.repin("preview", "==2.0rc1")),
        mutation("a prerelease below the range", Stale, &["preview", "1.0rc1"], |pair| {
            pair.repin("preview", "==1.0rc1")
        }),
    ]);
}

#[test]
fn a_pin_that_is_spelled_otherwise() {
    judge(&[
        mutation("trailing zeros", Fresh, &[], |pair| pair.repin("web", "==2.0.0")),
        mutation("fewer zeros", Fresh, &[], |pair| pair.repin("web", "==2")),
        mutation("a name that is not normalised", Fresh, &[], |pair| {
            pair.in_entry("mixed-name-pkg", "mixed-name-pkg", "Mixed_Name.Pkg");
        }),
        mutation("an arbitrary equality", Fresh, &[], |pair| pair.repin("core", "===2.0")),
        mutation("another arbitrary equality", Stale, &["web", "3.0"], |pair| pair.repin("web", "===3.0")),
    ]);
}

#[test]
fn a_pin_that_is_gone() {
    judge(&[
        mutation("a direct entry removed", Stale, &["numlib", "missing"], |pair| pair.drop_entry("numlib")),
        mutation("a direct entry of a nested file removed", Stale, &["typed", "missing"], |pair| {
            pair.drop_entry("typed")
        }),
        mutation("a direct entry of a cycle removed", Stale, &["ring-a", "missing"], |pair| pair.drop_entry("ring-a")),
        mutation("a parent removed, its child left", Stale, &["chain-d", "chain-c"], |pair| pair.drop_entry("chain-c")),
        // Its parents' metadata is not in the lock.
        mutation("the end of a chain removed", Fresh, &[], |pair| pair.drop_entry("chain-d")),
    ]);
}

#[test]
fn a_pin_that_was_added() {
    judge(&[
        mutation("an entry without a reason", Stale, &["ghost"], |pair| pair.add_entry("ghost==1.0", &[])),
        mutation("an entry for a parent that is not there", Stale, &["ghost", "phantom"], |pair| {
            pair.add_entry("ghost==1.0", &["phantom"]);
        }),
        mutation("an entry that only explains itself", Stale, &["ghost"], |pair| {
            pair.add_entry("ghost==1.0", &["ghost"]);
        }),
        mutation("an entry that nobody asks for", Stale, &["ghost"], |pair| {
            pair.add_entry("ghost==1.0", &["-r requirements.in"]);
        }),
        mutation("two entries that explain each other", Stale, &["ghost", "phantom"], |pair| {
            pair.add_entry("ghost==1.0", &["phantom"]);
            pair.add_entry("phantom==1.0", &["ghost"]);
        }),
        // A forged parent that is there cannot be told from a real one.
        mutation("an entry with a forged parent that is there", Fresh, &[], |pair| {
            pair.add_entry("ghost==1.0", &["core"]);
        }),
    ]);
}

#[test]
fn a_pin_that_is_none() {
    judge(&[
        mutation("a range", Unsafe("unpinned"), &["core"], |pair| pair.repin("core", ">=2.0")),
        mutation("a range with an upper bound", Unsafe("unpinned"), &["core"], |pair| pair.repin("core", ">=2.0,<3")),
        mutation("a prefix", Unsafe("unpinned"), &["core"], |pair| pair.repin("core", "==2.*")),
        mutation("a compatible release", Unsafe("unpinned"), &["core"], |pair| pair.repin("core", "~=2.0")),
        mutation("a pin and a range", Unsafe("unpinned"), &["core"], |pair| pair.repin("core", "==2.0,>=1")),
        mutation("no version at all", Unsafe("unpinned"), &["core"], |pair| pair.repin("core", "")),
        mutation("a direct range that is the manifest's", Unsafe("unpinned"), &["web"], |pair| {
            pair.repin("web", ">=1,<3");
        }),
    ]);
}

#[test]
fn a_pin_twice() {
    judge(&[
        mutation("two versions", Unsafe("duplicate"), &["core"], |pair| pair.add_entry("core==1.0", &["web"])),
        mutation("two spellings of a name", Unsafe("duplicate"), &["mixed-name-pkg"], |pair| {
            pair.add_entry("Mixed.Name.Pkg==0.9", &["web"]);
        })
        .also(&["lock-drift"]),
        mutation("two versions, one under a marker", Unsafe("duplicate"), &["core"], |pair| {
            pair.add_entry("core==1.0 ; python_version >= '3'", &["web"]);
        }),
    ]);
}

#[test]
fn a_pin_that_became_a_source() {
    judge(&[
        mutation("an archive that the manifest does not name", Stale, &["numlib"], |pair| {
            let url = format!("numlib @ https://files.example.com/numlib-2.0-py3-none-any.whl#sha256={FORGED}");
            pair.in_entry("numlib", "numlib==2.0", &url);
        })
        .also(&["index-changed", "hash"])
        .on(unhashed),
        mutation("a branch of a repository", Unsafe("unpinned"), &["core"], |pair| {
            pair.in_entry("core", "core==2.0", "core @ git+https://github.com/example/core@main");
        })
        .also(&["index-changed", "lock-drift"])
        .on(unhashed),
        mutation("a directory of the tree", Unsafe("unpinned"), &["core"], |pair| {
            pair.in_entry("core", "core==2.0", "./core");
        })
        .also(&["index-changed", "lock-drift"])
        .on(unhashed),
    ]);
}
