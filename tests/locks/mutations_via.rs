//! Mutations of the lock's annotations: forged, dangling, circular, gone, or only written otherwise.

use crate::mutations::Verdict::{Fresh, Stale, Warned};
use crate::mutations::{judge, mutation};

#[test]
fn a_reason_that_is_none() {
    judge(&[
        mutation("a parent that is not there", Stale, &["chain-d", "nobody"], |pair| {
            pair.set_via("chain-d", &["nobody"]);
        }),
        mutation("itself only", Stale, &["chain-d"], |pair| pair.set_via("chain-d", &["chain-d"])),
        mutation("a circle that nothing else reaches", Stale, &["chain-c", "chain-d"], |pair| {
            pair.set_via("chain-c", &["chain-d"]);
        }),
        mutation("the manifest, which does not ask", Stale, &["chain-d"], |pair| {
            pair.set_via("chain-d", &["-r requirements.in"]);
        }),
        mutation("a nested file, which does not ask", Stale, &["chain-d"], |pair| {
            pair.set_via("chain-d", &["-r more.in"]);
        }),
        mutation("a file that the manifest does not include", Stale, &["other.in"], |pair| {
            pair.set_via("chain-d", &["-r other.in"]);
        }),
        // A constraint is no reason to install.
        mutation("a constraint alone", Stale, &["chain-d"], |pair| pair.set_via("chain-d", &["-c constraints.txt"])),
        mutation("a constraint alone, that names it", Stale, &["proxy"], |pair| {
            pair.set_via("proxy", &["-c constraints.txt"]);
        }),
    ]);
}

#[test]
fn a_reason_that_is_gone() {
    judge(&[
        mutation("the annotation of a transitive entry", Stale, &["chain-d"], |pair| pair.set_via("chain-d", &[])),
        mutation("the annotation of a direct entry", Stale, &["numlib"], |pair| pair.set_via("numlib", &[])),
        mutation("a direct entry that was only transitive", Stale, &["cli"], |pair| pair.set_via("cli", &["web"])),
        mutation("a direct entry of a cycle that was only transitive", Stale, &["ring-a"], |pair| {
            pair.set_via("ring-a", &["ring-b"]);
        }),
        mutation("a direct entry of a nested file that was only transitive", Stale, &["typed"], |pair| {
            pair.set_via("typed", &["web"]);
        }),
        mutation("a transitive entry as a direct one", Stale, &["core"], |pair| {
            let mut via = vec!["-r requirements.in".to_owned()];
            via.extend(pair.via("core"));
            pair.set_via("core", &via.iter().map(String::as_str).collect::<Vec<_>>());
        }),
        // The pins still fit, so this is no contradiction between the two files.
        mutation("a constraint that nobody made", Warned("lock-drift"), &["chain-d", "constraint"], |pair| {
            pair.set_via("chain-d", &["-c constraints.txt", "chain-c"]);
        }),
    ]);
}

#[test]
fn a_reason_that_is_written_otherwise() {
    judge(&[
        mutation("in another order", Fresh, &[], |pair| {
            let mut via = pair.via("leaf");
            via.reverse();
            pair.set_via("leaf", &via.iter().map(String::as_str).collect::<Vec<_>>());
        }),
        mutation("a parent that is not normalised", Fresh, &[], |pair| pair.set_via("chain-d", &["Chain_C"])),
        mutation("a parent with its extras", Fresh, &[], |pair| {
            pair.set_via("proxy", &["-c constraints.txt", "web[socks]"])
        }),
        mutation("with the line of the manifest", Fresh, &[], |pair| {
            pair.set_via("cli", &["-r requirements.in (line 4)"]);
        }),
        mutation("from the directory itself", Fresh, &[], |pair| pair.set_via("cli", &["-r ./requirements.in"])),
        mutation("from a sibling directory", Fresh, &[], |pair| {
            pair.set_via("cli", &["-r ../pair/../requirements.in"])
        }),
        mutation("from the directory above", Fresh, &[], |pair| pair.set_via("cli", &["-r backend/requirements.in"])),
        mutation("a constraint from elsewhere", Fresh, &[], |pair| {
            pair.set_via("proxy", &["-c ../pair/constraints.txt", "web"]);
        }),
        mutation("a comment of a person above", Fresh, &[], |pair| {
            let block = pair.block("core");
            pair.set_block("core", &format!("# see the runbook\n{block}"));
        }),
        mutation("without the last line feed", Fresh, &[], |pair| {
            let lock = pair.lock();
            *lock = lock.trim_end().to_owned();
        }),
        mutation("with CRLF", Fresh, &[], |pair| {
            let lock = pair.lock();
            *lock = lock.replace('\n', "\r\n");
        }),
    ]);
}
