//! Mutations that change what would be installed under the same name and version: hashes, indexes, hosts, commits.

use crate::made::{MANIFEST, Pair, Style};
use crate::mutate::FORGED;
use crate::mutations::Verdict::{Fresh, Stale, Undecided, Unsafe, Warned};
use crate::mutations::{judge, mutation};

fn hashed(style: &Style) -> bool {
    style.is_hashed()
}

fn unhashed(style: &Style) -> bool {
    !style.is_hashed()
}

fn edit_hash(pair: &mut Pair, name: &str, edit: impl Fn(&str) -> String) {
    let hashes: Vec<_> = pair.hashes(name).iter().map(|hash| edit(hash)).collect();
    pair.set_hashes(name, &hashes.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_hash_that_is_none() {
    let hash = Unsafe("hash");
    judge(&[
        mutation("cut by one digit", hash, &[], |pair| {
            edit_hash(pair, "core", |hash| hash.get(..hash.len() - 1).unwrap().to_owned());
        })
        .on(hashed),
        mutation("empty", hash, &[], |pair| pair.set_hashes("core", &["sha256:"])).on(hashed),
        mutation("no hexadecimal", hash, &[], |pair| {
            edit_hash(pair, "core", |hash| hash.replace(['d', 'e', 'f'], "x"))
        })
        .on(hashed),
        // pip cannot read the line at all.
        mutation("weak", Unsafe("invalid-line"), &[], |pair| {
            pair.set_hashes("core", &["md5:d41d8cd98f00b204e9800998ecf8427e"])
        })
        .also(&["hash", "ambiguous-line"])
        .on(hashed),
        mutation("weak beside a strong one", Unsafe("invalid-line"), &[], |pair| {
            let strong = pair.hashes("core").remove(0);
            pair.set_hashes("core", &[&strong, "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"]);
        })
        .also(&["hash", "ambiguous-line"])
        .on(hashed),
        mutation("of another algorithm's length", hash, &[], |pair| {
            edit_hash(pair, "core", |hash| hash.replace("sha256", "sha512"));
        })
        .on(hashed),
        mutation("weak, of an archive", hash, &["md5"], |pair| {
            let weak = "#md5=d41d8cd98f00b204e9800998ecf8427e";
            pair.in_entry("numlib", &format!("#sha256={FORGED}"), weak);
            pair.manifest(&format!("#sha256={FORGED}"), weak);
        })
        .after(by_url)
        .also(&["unpinned"])
        .on(unhashed),
        mutation("gone from one entry", hash, &["core"], |pair| pair.set_hashes("core", &[])).on(hashed),
        mutation("on one entry only", hash, &["leaf"], |pair| {
            let pin = format!("core==2.0 --hash=sha256:{FORGED}");
            pair.in_entry("core", "core==2.0", &pin);
        })
        .on(unhashed),
    ]);
}

#[test]
fn a_hash_that_changed() {
    let hash = Unsafe("hash");
    judge(&[
        mutation("replaced", hash, &["core"], |pair| pair.set_hashes("core", &[&format!("sha256:{FORGED}")]))
            .alone(Fresh)
            .on(hashed),
        mutation("replaced by another algorithm's", hash, &["core"], |pair| {
            pair.set_hashes("core", &[&format!("sha512:{FORGED}{FORGED}")]);
        })
        .alone(Fresh)
        .on(hashed),
        mutation("swapped between two entries", hash, &["core"], |pair| {
            let (core, leaf) = (pair.hashes("core").remove(0), pair.hashes("leaf").remove(0));
            pair.set_hashes("core", &[&leaf]);
            pair.set_hashes("leaf", &[&core]);
        })
        .alone(Fresh)
        .on(hashed),
        mutation("removed, one of two", hash, &["core"], |pair| {
            let known = pair.hashes("core").remove(0);
            pair.set_hashes("core", &[&known]);
        })
        .after(|pair| {
            let known = pair.hashes("core").remove(0);
            pair.set_hashes("core", &[&known, &format!("sha256:{FORGED}")]);
        })
        .alone(Fresh)
        .on(hashed),
        mutation("removed everywhere", hash, &["hash"], |pair| {
            let lock = pair.lock();
            let kept = lock.lines().filter(|line| !line.contains("--hash=")).map(|line| line.trim_end_matches(" \\"));
            *lock = kept.map(|line| format!("{line}\n")).collect();
        })
        .alone(Fresh)
        .on(hashed),
        // New wheels of a release are legitimate, and pip accepts any of the hashes.
        mutation("added", Warned("hash"), &["core"], |pair| {
            let known = pair.hashes("core").remove(0);
            pair.set_hashes("core", &[&known, &format!("sha256:{FORGED}")]);
        })
        .alone(Fresh)
        .on(hashed),
        mutation("another, for another version", Fresh, &[], |pair| {
            pair.repin("core", "==1.2");
            pair.set_hashes("core", &[&format!("sha256:{FORGED}")]);
        })
        .on(hashed),
        mutation("in upper case", Fresh, &[], |pair| {
            edit_hash(pair, "core", |hash| hash.to_uppercase().replacen("SHA256", "sha256", 1));
        })
        .on(hashed),
    ]);
}

fn before_the_first_entry(pair: &mut Pair, line: &str) {
    let lock = pair.lock();
    let at = lock
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('#') || line.trim().is_empty())
        .map(str::len)
        .sum();
    lock.insert_str(at, line);
}

#[test]
fn an_index_that_changed() {
    let (new, known) = (Unsafe("index-changed"), Warned("index-changed"));
    judge(&[
        mutation("an extra index in the lock", new, &["--extra-index-url"], |pair| {
            before_the_first_entry(pair, "--extra-index-url https://packages.example.com/simple\n");
        })
        .alone(known),
        mutation("an index in the lock", new, &["--index-url"], |pair| {
            before_the_first_entry(pair, "--index-url https://packages.example.com/simple\n");
        })
        .alone(known),
        mutation("a trusted host in the lock", new, &["--trusted-host"], |pair| {
            before_the_first_entry(pair, "--trusted-host packages.example.com\n");
        })
        .alone(known),
        mutation("a directory to look in, in the lock", new, &["--find-links"], |pair| {
            before_the_first_entry(pair, "--find-links https://packages.example.com/wheels\n");
        })
        .alone(known),
        mutation("an extra index in the manifest", new, &["--extra-index-url"], |pair| {
            pair.ask("--extra-index-url https://packages.example.com/simple");
        })
        .also(&["lock-drift", "undecided"])
        .alone(known),
        mutation("the index of both, in the lock alone", new, &["--index-url"], |pair| {
            let lock = pair.lock();
            *lock = lock.replace("packages.example.com", "packages.example.net");
        })
        .after(|pair| {
            pair.ask("--index-url https://packages.example.com/simple");
            before_the_first_entry(pair, "--index-url https://packages.example.com/simple\n");
        })
        .also(&["lock-drift"])
        .alone(known),
    ]);
}

/// A wheel by its URL, in the manifest and in the lock.
fn by_url(pair: &mut Pair) {
    let url = format!("https://files.example.com/numlib-2.0-py3-none-any.whl#sha256={FORGED}");
    pair.manifest("numlib>=1", &format!("numlib @ {url}"));
    pair.in_entry("numlib", "numlib==2.0", &format!("numlib @ {url}"));
}

#[test]
fn a_host_that_changed() {
    judge(&[
        mutation("of an archive, in the lock", Stale, &["numlib", "url"], |pair| {
            pair.in_entry("numlib", "files.example.com", "files.example.net");
        })
        .after(by_url)
        .also(&["index-changed"])
        .on(unhashed),
        mutation("of an archive, in both", Unsafe("index-changed"), &["numlib"], |pair| {
            pair.in_entry("numlib", "files.example.com", "files.example.net");
            pair.manifest("files.example.com", "files.example.net");
        })
        .after(by_url)
        .alone(Fresh)
        .on(unhashed),
        mutation("of an archive's digest, in both", Unsafe("hash"), &["numlib"], |pair| {
            let other = FORGED.replace('1', "9");
            pair.in_entry("numlib", FORGED, &other);
            pair.manifest(FORGED, &other);
        })
        .after(by_url)
        .alone(Fresh)
        .on(unhashed),
        mutation("of an archive, from a version, in both", Unsafe("index-changed"), &["numlib"], by_url)
            .alone(Fresh)
            .on(unhashed),
    ]);
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const OTHER: &str = "76543210fedcba9876543210fedcba9876543210";

/// A repository, at what the manifest names as `revision` and the lock as the commit.
fn by_commit(pair: &mut Pair, revision: &str) {
    let url = "git+https://github.com/example/numlib";
    pair.manifest("numlib>=1", &format!("numlib @ {url}@{revision}"));
    pair.in_entry("numlib", "numlib==2.0", &format!("numlib @ {url}@{COMMIT}"));
}

#[test]
fn a_commit_that_changed() {
    judge(&[
        mutation("in the lock, where the manifest names it", Stale, &["numlib"], |pair| {
            pair.in_entry("numlib", COMMIT, OTHER);
        })
        .after(|pair| by_commit(pair, COMMIT))
        .on(unhashed),
        mutation("in both", Fresh, &[], |pair| {
            pair.in_entry("numlib", COMMIT, OTHER);
            pair.replace(MANIFEST, COMMIT, OTHER);
        })
        .after(|pair| by_commit(pair, COMMIT))
        .on(unhashed),
        // Which commit a tag is, nobody can tell offline; that the lock moved alone, everybody can see.
        mutation("in the lock, where the manifest names a tag", Undecided, &["numlib"], |pair| {
            pair.in_entry("numlib", COMMIT, OTHER);
        })
        .after(|pair| by_commit(pair, "v2.0"))
        .alone(Fresh)
        .on(unhashed),
        mutation("to a branch, in the lock", Unsafe("unpinned"), &["numlib"], |pair| {
            pair.in_entry("numlib", COMMIT, "main");
        })
        .after(|pair| by_commit(pair, "v2.0"))
        .also(&["lock-drift", "undecided"])
        .on(unhashed),
        mutation("to another repository, in the lock", Stale, &["numlib"], |pair| {
            pair.in_entry("numlib", "github.com/example", "github.com/elpmaxe");
        })
        .after(|pair| by_commit(pair, COMMIT))
        .on(unhashed),
    ]);
}

#[test]
fn an_include_in_the_lock() {
    judge(&[
        mutation("of requirements", Unsafe("include"), &[], |pair| {
            pair.files.insert("more.txt".to_owned(), "ghost==1.0\n".to_owned());
            before_the_first_entry(pair, "-r more.txt\n");
        })
        .also(&["lock-drift", "hash"]),
        mutation("of constraints", Unsafe("include"), &[], |pair| {
            pair.files.insert("more.txt".to_owned(), "ghost==1.0\n".to_owned());
            before_the_first_entry(pair, "-c more.txt\n");
        })
        .also(&["lock-drift", "hash"]),
    ]);
}
