//! Mutations of pairs whose lock is stamped: the digest of the inputs decides what annotations cannot, and whatever else
//! is wrong stays wrong.

use std::sync::Mutex;

use crate::judge::write;
use crate::lock_command::{hook_lock, without_sources};
use crate::made::{LOCK, MANIFEST, Pair, Style};
use crate::mutations::Verdict::{Fresh, Stale, Undecided};
use crate::mutations::{Mutation, Verdict, judge, mutation};
use crate::tools::Tool;
use crate::world::World;

/// The lock made again with a stamp, by its own tool.
fn stamp(pair: &mut Pair) {
    static STAMPED: Mutex<Vec<(Pair, Pair)>> = Mutex::new(Vec::new());
    let mut all = STAMPED.lock().unwrap();
    if let Some((_, stamped)) = all.iter().find(|(plain, _)| plain == pair) {
        *pair = stamped.clone();
        return;
    }
    let plain = pair.clone();
    let tool = if pair.lock().contains("pip-compile") { Tool::PipCompile } else { Tool::Uv };
    without_sources(pair, tool);
    let world = World::new();
    let repo = world.repo("pair");
    write(&repo, &Pair::default(), pair);
    hook_lock(&repo, tool, &["--stamp", MANIFEST]).passes();
    *pair.lock() = std::fs::read_to_string(repo.path(LOCK)).unwrap();
    assert!(pair.lock().contains("# inputs: sha256:"), "{}", pair.lock());
    all.push((plain, pair.clone()));
}

fn stamped(name: &'static str, verdict: Verdict, says: &'static [&'static str], edit: fn(&mut Pair)) -> Mutation {
    mutation(name, verdict, says, edit).after(stamp).on(|style| !style.is_hashed())
}

fn strips_extras(style: &Style) -> bool {
    !style.keeps_extras() && !style.is_hashed()
}

#[test]
fn inputs_that_changed() {
    judge(&[
        stamped("an extra more", Stale, &["stamp"], |pair| pair.manifest("web[socks]", "web[socks,fast]"))
            .also(&["undecided"]),
        stamped("an extra less", Stale, &["stamp"], |pair| pair.manifest("web[socks]", "web")),
        stamped("a marker more", Stale, &["stamp"], |pair| pair.manifest("cli\n", "cli ; sys_platform == \"win32\"\n")),
        stamped("a looser bound", Stale, &["stamp"], |pair| pair.manifest("chain-a>=1", "chain-a")),
        stamped("a looser constraint", Stale, &["stamp"], |pair| pair.replace("constraints.txt", "proxy<3", "proxy<4")),
        stamped("an index", Stale, &["stamp"], |pair| pair.ask("--index-url https://packages.example.com/simple"))
            .also(&["index-changed"]),
        stamped("a requirement for another platform", Stale, &["stamp"], |pair| {
            pair.ask("colors ; sys_platform == \"win32\"");
        })
        .also(&["undecided"]),
    ]);
}

#[test]
fn inputs_that_mean_the_same() {
    judge(&[
        stamped("comments, spaces and order", Fresh, &[], |pair| {
            pair.manifest("chain-a>=1\nring-a\n", "# rings\nRing.A\n\nChain_A  >=1  # a chain\n");
        }),
        stamped("a requirement moved into the nested file", Fresh, &[], |pair| {
            pair.manifest("cli\n", "");
            pair.text("more.in").push_str("cli\n");
        }),
        stamped("extras and bounds spelled otherwise", Fresh, &[], |pair| {
            pair.manifest("web[socks]>=1,<3", "web[Socks] <3, >=1");
        }),
    ]);
}

#[test]
fn a_stamp_that_changed() {
    judge(&[
        stamped("another digest", Stale, &["stamp"], |pair| {
            let lock = pair.lock();
            let at = lock.find("# inputs: sha256:").unwrap() + 17;
            let other = if lock.as_bytes()[at] == b'0' { "1" } else { "0" };
            lock.replace_range(at..=at, other);
        }),
        stamped("a digest that is cut", Stale, &["stamp"], |pair| {
            let lock = pair.lock();
            let at = lock.find("# inputs: sha256:").unwrap() + 17;
            lock.replace_range(at..=at, "");
        }),
        stamped("two stamps", Stale, &["stamp"], |pair| {
            let lock = pair.lock();
            let at = lock.find("# inputs: ").unwrap();
            lock.insert_str(at, &format!("# inputs: sha256:{}\n", "0".repeat(64)));
        }),
        stamped("the command that it was made with", Stale, &["stamp"], |pair| {
            pair.replace(LOCK, "requirements.in", "--prerelease=allow requirements.in");
        })
        .on(|style| style.tool == Tool::Uv && !style.is_hashed()),
        // Without one the annotations decide, and they do not tell of extras that the lock strips.
        stamped("no stamp", Undecided, &["web", "extras"], without_stamp).change(Fresh).on(strips_extras),
        stamped("no stamp", Fresh, &[], without_stamp).on(|style| style.keeps_extras() && !style.is_hashed()),
    ]);
}

fn without_stamp(pair: &mut Pair) {
    let lock = pair.lock();
    *lock = lock.lines().filter(|line| !line.starts_with("# inputs:")).map(|line| format!("{line}\n")).collect();
}

#[test]
fn a_stamp_proves_nothing_about_pins() {
    judge(&[
        stamped("a pin outside its range", Stale, &["web", "3.0"], |pair| pair.repin("web", "==3.0")),
        stamped("a pin removed", Stale, &["numlib", "missing"], |pair| pair.drop_entry("numlib")),
        stamped("an entry without a reason", Stale, &["ghost"], |pair| pair.add_entry("ghost==1.0", &[])),
        stamped("a dangling entry", Stale, &["ghost", "nobody"], |pair| pair.add_entry("ghost==1.0", &["nobody"])),
    ]);
}
