//! Mutations of the manifest and of what it includes, the lock left as it was.

use crate::made::Style;
use crate::mutations::Verdict::{Fresh, Open, Stale, Undecided, Warned};
use crate::mutations::{judge, mutation};
use crate::tools::Tool;

fn keeps_extras(style: &Style) -> bool {
    style.keeps_extras()
}

fn strips_extras(style: &Style) -> bool {
    !style.keeps_extras()
}

fn one_platform(style: &Style) -> bool {
    !style.is_universal()
}

fn universal(style: &Style) -> bool {
    style.is_universal()
}

/// pip-compile's header names the Python that it ran with, uv's does not.
fn names_its_python(style: &Style) -> bool {
    style.tool == Tool::PipCompile
}

fn names_nothing(style: &Style) -> bool {
    style.tool == Tool::Uv && !style.is_universal()
}

#[test]
fn more_or_less_is_asked_for() {
    judge(&[
        mutation("a requirement more", Stale, &["speedups", "missing"], |pair| pair.ask("speedups")),
        mutation("a requirement more in a nested file", Stale, &["speedups", "missing"], |pair| {
            pair.text("more.in").push_str("speedups>=0.9\n");
        }),
        mutation("a nested file more", Stale, &["speedups", "missing"], |pair| {
            pair.files.insert("yet.in".to_owned(), "speedups\n".to_owned());
            pair.ask("-r yet.in");
        }),
        mutation("a transitive package asked for directly", Stale, &["tools"], |pair| pair.ask("tools")),
        mutation("a requirement less", Stale, &["cli"], |pair| pair.manifest("cli\n", "")),
        mutation("a requirement less in a nested file", Stale, &["typed"], |pair| {
            pair.replace("more.in", "typed\n", "")
        }),
        mutation("a requirement of a cycle less", Stale, &["ring-a"], |pair| pair.manifest("ring-a\n", "")),
        mutation("a nested file less", Stale, &["typed", "preview"], |pair| {
            pair.manifest("-r more.in\n", "");
            pair.files.remove("more.in");
        }),
        mutation("another name", Stale, &["cli", "speedups"], |pair| pair.manifest("cli\n", "speedups\n")),
    ]);
}

#[test]
fn a_bound_that_moved() {
    judge(&[
        mutation("tightened past the pin", Stale, &["web", "2.0"], |pair| {
            pair.manifest("web[socks]>=1,<3", "web[socks]>=1,<2")
        }),
        mutation("raised past the pin", Stale, &["chain-a", "2.0"], |pair| pair.manifest("chain-a>=1", "chain-a>=2.1")),
        mutation("the pin excluded", Stale, &["numlib", "2.0"], |pair| pair.manifest("numlib>=1", "numlib>=1,!=2.0")),
        mutation("a compatible release before the pin", Stale, &["numlib", "2.0"], |pair| {
            pair.manifest("numlib>=1", "numlib~=1.0");
        }),
        mutation("another exact pin", Stale, &["numlib", "2.0"], |pair| pair.manifest("numlib>=1", "numlib==1.0")),
        mutation("a prefix before the pin", Stale, &["numlib", "2.0"], |pair| {
            pair.manifest("numlib>=1", "numlib==1.*")
        }),
        mutation("tightened, the pin still admitted", Fresh, &[], |pair| {
            pair.manifest("web[socks]>=1,<3", "web[socks]>=2,<3")
        }),
        mutation("a compatible release with the pin", Fresh, &[], |pair| pair.manifest("numlib>=1", "numlib~=2.0")),
        mutation("the very pin", Fresh, &[], |pair| pair.manifest("numlib>=1", "numlib==2.0")),
        mutation("the very pin, as text", Fresh, &[], |pair| pair.manifest("numlib>=1", "numlib===2.0")),
        mutation("loosened", Fresh, &[], |pair| pair.manifest("web[socks]>=1,<3", "web[socks]>=1")),
        mutation("a nested bound tightened past the pin", Stale, &["preview", "1.0"], |pair| {
            pair.replace("more.in", "preview>=1", "preview>1.0");
        }),
    ]);
}

#[test]
fn what_means_the_same() {
    judge(&[
        mutation("a comment", Fresh, &[], |pair| pair.manifest("cli\n", "cli  # the command line\n")),
        mutation("another order, spaces and case", Fresh, &[], |pair| {
            pair.manifest("chain-a>=1\nring-a\n", "Ring_A\n\nChain-A  >= 1\n");
        }),
        mutation("a bound spelled otherwise", Fresh, &[], |pair| {
            pair.manifest("web[socks]>=1,<3", "web[Socks]<3.0,>=1.0")
        }),
        mutation("a requirement moved into the nested file", Fresh, &[], |pair| {
            pair.manifest("cli\n", "");
            pair.text("more.in").push_str("cli\n");
        }),
        mutation("a marker that holds everywhere", Fresh, &[], |pair| {
            pair.manifest("cli\n", "cli ; python_version >= \"3\" or python_version < \"3\"\n");
        }),
    ]);
}

#[test]
fn extras_that_changed() {
    let more = |name, verdict| mutation(name, verdict, &["web"], |pair| pair.manifest("web[socks]", "web[socks,fast]"));
    judge(&[
        more("an extra more, and the lock keeps extras", Stale).on(keeps_extras),
        // Whether it was resolved is not recorded; as a change of the manifest alone it was not. That the extras of web
        // are open is nothing new.
        more("an extra more, and the lock strips extras", Open).alone(Fresh).on(strips_extras),
        mutation("the first extra, and the lock strips extras", Open, &["cli"], |pair| {
            pair.manifest("cli", "cli[more]")
        })
        .alone(Undecided)
        .on(strips_extras),
        mutation("an extra less, and the lock keeps extras", Open, &["web"], |pair| pair.manifest("web[socks]", "web"))
            .alone(Fresh)
            .on(keeps_extras),
        mutation("an extra less, and the lock strips extras", Open, &["web"], |pair| {
            pair.manifest("web[socks]", "web")
        })
        .alone(Fresh)
        .on(strips_extras),
        mutation("the extras of the lock changed", Stale, &["web"], |pair| pair.in_entry("web", "[socks]", "[fast]"))
            .on(keeps_extras),
    ]);
}

#[test]
fn markers_that_changed() {
    let windows = |pair: &mut crate::made::Pair| pair.ask("colors ; sys_platform == \"win32\"");
    let old = |pair: &mut crate::made::Pair| pair.ask("backport ; python_version < \"3.8\"");
    judge(&[
        // A lock of one platform leaves it out where it does not hold, and does not say which platform it was.
        mutation("a requirement for another platform", Undecided, &["colors"], windows).on(one_platform),
        // Here cli already needs it, so the lock has it, as a transitive entry.
        mutation("a requirement for another platform, in a lock for all", Stale, &["colors"], windows).on(universal),
        mutation("a requirement for an old Python, in a lock that names its own", Fresh, &[], old).on(names_its_python),
        mutation("a requirement for an old Python, in a lock that names none", Undecided, &["backport"], old)
            .on(names_nothing),
        mutation("a requirement for this Python", Stale, &["speedups", "missing"], |pair| {
            pair.ask("speedups ; python_version >= \"3.8\"");
        })
        .on(names_its_python),
        mutation("a marker added", Open, &["cli"], |pair| pair.manifest("cli\n", "cli ; sys_platform == \"win32\"\n"))
            .alone(Fresh),
    ]);
}

#[test]
fn a_marker_of_both_that_changed() {
    let fork = |pair: &mut crate::made::Pair| pair.manifest("numlib>=1", "numlib>=1 ; python_version >= \"3.8\"");
    let copies = |style: &Style| style.tool == Tool::PipCompile;
    judge(&[
        mutation("in the manifest, to its opposite", Open, &["numlib"], |pair| {
            pair.manifest("python_version >= \"3.8\"", "python_version < \"3.8\"");
        })
        .given(fork)
        .on(copies),
        mutation("in the manifest, away", Stale, &["numlib"], |pair| pair.manifest(" ; python_version >= \"3.8\"", ""))
            .given(fork)
            .on(copies)
            .alone(Fresh),
        mutation("in the manifest, spelled otherwise", Fresh, &[], |pair| {
            pair.manifest(" ; python_version >= \"3.8\"", ";python_version>='3.8'");
        })
        .given(fork)
        .on(copies),
        // A version on the left is outside of what can be compared.
        mutation("in the manifest, turned round", Open, &["numlib"], |pair| {
            pair.manifest("python_version >= \"3.8\"", "\"3.8\" <= python_version");
        })
        .given(fork)
        .on(copies)
        .alone(Open),
        mutation("in the lock, narrower", Stale, &["numlib"], |pair| {
            pair.in_entry("numlib", "python_version >= \"3.8\"", "python_version >= \"3.99\"");
        })
        .given(fork)
        .on(copies),
        mutation("in the lock, away", Fresh, &[], |pair| pair.in_entry("numlib", " ; python_version >= \"3.8\"", ""))
            .given(fork)
            .on(copies),
        mutation("in the lock, where the manifest has none", Stale, &["numlib"], |pair| {
            pair.in_entry("numlib", "numlib==2.0", "numlib==2.0 ; sys_platform == \"win32\"");
        }),
    ]);
}

#[test]
fn a_constraint_that_changed() {
    judge(&[
        mutation("tightened past the pin", Stale, &["leaf", "constraint"], |pair| {
            pair.replace("constraints.txt", "leaf<2", "leaf<1");
        }),
        mutation("tightened, the pin still admitted", Fresh, &[], |pair| {
            pair.replace("constraints.txt", "leaf<2", "leaf<1.5");
        }),
        mutation("one more, that the pin breaks", Stale, &["core", "constraint"], |pair| {
            pair.text("constraints.txt").push_str("core<2\n");
        }),
        mutation("one more, that the pin keeps", Fresh, &[], |pair| {
            pair.text("constraints.txt").push_str("core<3\n");
        }),
        mutation("one more, of a package that is not there", Fresh, &[], |pair| {
            pair.text("constraints.txt").push_str("absent<3\n");
        }),
        mutation("one on a direct pin", Stale, &["numlib", "constraint"], |pair| {
            pair.text("constraints.txt").push_str("numlib==1.0\n");
        }),
        mutation("a whole file more", Stale, &["tools", "constraint"], |pair| {
            pair.files.insert("strict.txt".to_owned(), "tools<1.5\n".to_owned());
            pair.ask("-c strict.txt");
        }),
        mutation("one that never holds here", Fresh, &[], |pair| {
            pair.text("constraints.txt").push_str("core<1 ; python_version < \"3\"\n");
        })
        .on(names_its_python),
        // The pins still fit: the lock's account of itself is out of date, and that is all.
        mutation("one gone", Warned("lock-drift"), &["leaf", "constraint"], |pair| {
            pair.replace("constraints.txt", "leaf<2\n", "");
        }),
        mutation("all gone", Warned("lock-drift"), &["leaf", "proxy", "constraint"], |pair| {
            pair.manifest("-c constraints.txt\n", "");
            pair.files.remove("constraints.txt");
        }),
    ]);
}

#[test]
fn a_source_that_changed() {
    judge(&[
        mutation("an archive in place of a version", Stale, &["numlib"], |pair| {
            pair.manifest("numlib>=1", "numlib @ https://files.example.com/numlib-2.0-py3-none-any.whl");
        })
        .also(&["hash", "unpinned", "index-changed"]),
        mutation("a repository in place of a version", Stale, &["numlib"], |pair| {
            pair.manifest("numlib>=1", "numlib @ git+https://github.com/example/numlib@v2.0");
        })
        .also(&["hash", "unpinned", "index-changed"]),
    ]);
}
