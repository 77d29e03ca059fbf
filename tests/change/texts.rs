//! Manifests and locks put together at random.

use proptest::prelude::*;

const A: &str = "--hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "--hash=sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A requirement that is pinned, or (with `loose`) may be not.
pub(crate) fn requirement(loose: bool) -> impl Strategy<Value = String> {
    let versions: &[&str] =
        if loose { &["==1.0", "==2.0", ">=1", "", "~=1.0,<3", " (>=1)"] } else { &["==1.0", "==2.0"] };
    let tails = [String::new(), format!(" {A}"), format!(" \\\n    {A} \\\n    {B}"), "  # why".to_owned()];
    (
        prop::sample::select(vec!["flask", "Flask", "zope.interface", "uvloop", "idna"]),
        prop::sample::select(vec!["", "", "[async]"]),
        prop::sample::select(versions.to_vec()),
        prop::sample::select(vec![
            "",
            "",
            " ; python_version < \"3.9\"",
            ";python_version>='3.9'",
            " ; os_name == 'é'",
        ]),
        prop::sample::select(tails.to_vec()),
    )
        .prop_map(|(name, extras, version, marker, tail)| format!("{name}{extras}{version}{marker}{tail}"))
}

fn other() -> impl Strategy<Value = String> {
    let lines = [
        "# a comment",
        "",
        "   ",
        "-r more.txt",
        "-c limits.txt",
        "--index-url https://example.com/simple",
        "# é \u{2028}x",
        "--require-hashes",
        "x @ https://example.com/x-1.0.tar.gz",
        "-e ./local",
        "--pre --no-index",
        "flask=1",
        "# via y",
        "-r requirements.txt",
        "<<<<<<< HEAD",
        "=======",
        "idna \\",
        "\t# indented",
    ];
    prop::sample::select(lines.map(str::to_owned).to_vec())
}

pub(crate) fn file(loose: bool) -> impl Strategy<Value = String> {
    let line = prop_oneof![5 => requirement(loose), 2 => other()];
    (prop::collection::vec(line, 0..7), prop::bool::ANY, prop::bool::ANY, prop::bool::weighted(0.1)).prop_map(
        |(lines, crlf, end, mark)| {
            let text = lines.join("\n") + if end { "\n" } else { "" };
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

/// Pinned requirements of different names, in some layout: a manifest with nothing wrong in it.
pub(crate) fn sound() -> impl Strategy<Value = String> {
    let heads = ["", "# head\n", "# head\n# more\n\n", "\n# late\n"];
    let lines =
        ["flask==3.0.3", "Idna[x] == 3.7 ; python_version < '3.9'  # why", "uvloop==0.20.0 # why", "# alone", ""];
    (
        prop::sample::select(heads.to_vec()),
        prop::sample::subsequence(lines.to_vec(), 0..5),
        prop::bool::ANY,
        prop::bool::ANY,
    )
        .prop_map(|(head, lines, crlf, end)| {
            let text = format!("{head}{}{}", lines.join("\n"), if end { "\n" } else { "" });
            if crlf { text.replace('\n', "\r\n") } else { text }
        })
}
