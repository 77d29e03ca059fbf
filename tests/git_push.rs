//! The lines of a push: every shape that git sends, recorded from the real git where that is possible, and everything
//! it never sends. Addresses are shown without what is secret in them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its world is broken")]

mod git_support;

use freeze_guard::git::{PushLineProblem, RefUpdate, parse_push, redact_url};
use git_support::Scratch;
use proptest::prelude::*;

const A: &str = "1111111111111111111111111111111111111111";
const B: &str = "2222222222222222222222222222222222222222";
const ZERO: &str = "0000000000000000000000000000000000000000";

fn parse(text: &str) -> Vec<RefUpdate> {
    parse_push(text.as_bytes()).unwrap()
}

fn problem(text: &[u8]) -> (usize, PushLineProblem) {
    let error = parse_push(text).unwrap_err();
    assert!(!error.to_string().is_empty() && error.help().contains("git push"));
    (error.line, error.problem)
}

#[test]
fn every_local_ref_is_kept_as_it_was_typed() {
    let refs = [
        "refs/heads/main",
        "HEAD",
        A,
        "1111111",
        "HEAD~0",
        "main^{commit}",
        "main@{0}",
        "@{-1}",
        "@{u}",
        "HEAD^{/fix bug}",
        ":/fix bug",
        ":/a  b ",
        "refs/heads/auto/x",
        "refs/heads/auto/x~0",
        "refs/tags/t",
        "refs/remotes/origin/auto/x",
        "refs/heads/ä",
    ];
    for local in refs {
        let update = &parse(&format!("{local} {A} refs/heads/main {B}\n"))[0];
        assert_eq!(String::from_utf8_lossy(&update.local_ref), local);
        assert_eq!((update.local_id.to_string(), update.remote_id.to_string()), (A.to_owned(), B.to_owned()));
        assert_eq!(update.remote_ref, b"refs/heads/main");
        assert!(!update.is_deletion() && !update.is_creation());
    }
    let bytes = parse_push(format!("x {A} refs/heads/y {B}\n").replace('x', "\u{fffd}").as_bytes());
    assert!(bytes.is_ok());
    let raw = [b"refs/heads/\xff ".as_slice(), A.as_bytes(), b" refs/heads/\xff ", B.as_bytes(), b"\n"].concat();
    assert_eq!(parse_push(&raw).unwrap()[0].remote_ref, b"refs/heads/\xff");
}

#[test]
fn creation_deletion_and_many_lines() {
    let text = format!(
        "refs/heads/a {A} refs/heads/a {ZERO}\n(delete) {ZERO} refs/heads/b {B}\nHEAD {A} refs/for/main {ZERO}\n"
    );
    let updates = parse(&text);
    assert_eq!(updates.len(), 3);
    assert!(updates[0].is_creation() && !updates[0].is_deletion());
    assert!(updates[1].is_deletion() && !updates[1].is_creation());
    assert_eq!(parse(""), []);
    let long = |hex: &str| hex.repeat(2)[..64].to_owned();
    let sha256 = parse(&format!("(delete) {} refs/heads/b {}\n", long(ZERO), long(B)));
    assert!(sha256[0].is_deletion());
}

#[test]
fn a_line_that_is_not_valid_in_every_field_refuses_the_push() {
    use PushLineProblem::{Deletion, Fields, Id, Nul, RemoteRef, Repeated, Unfinished};
    let good = format!("refs/heads/a {A} refs/heads/a {B}\n");
    let cases: Vec<(String, usize, PushLineProblem)> = vec![
        (good.trim_end().to_owned(), 1, Unfinished),
        (format!("{good}refs/heads/b"), 2, Unfinished),
        ("\n".to_owned(), 1, Fields),
        (format!("{good}\n"), 2, Fields),
        (format!("{good}HEAD^{{/first\n"), 2, Fields),
        (format!("{A} refs/heads/a {B}\n"), 1, Fields),
        (format!(" {A} refs/heads/a {B}\n"), 1, Fields),
        (format!("refs/heads/a {A}  {B}\n"), 1, Fields),
        (format!("refs/heads/a {A} refs/heads/a {B} \n"), 1, Fields),
        (format!("refs/heads/a {A} refs/heads/a {B}\r\n"), 1, Id(format!("{B}\r").into_bytes())),
        (format!("refs/heads/a {A} refs/heads/a {}\n", &B[1..]), 1, Id(B[1..].into())),
        (format!("refs/heads/a {} refs/heads/a {B}\n", &A[1..]), 1, Id(A[1..].into())),
        (format!("refs/heads/a {A} refs/heads/a {}\n", "2".repeat(64)), 1, Id(A.into())),
        (format!("{good}refs/heads/b {0} refs/heads/b {0}\n", "2".repeat(64)), 2, Id("2".repeat(64).into())),
        (format!("refs/heads/a {A} refs/heads/a {}\n", "A".repeat(40)), 1, Id("A".repeat(40).into())),
        (format!("refs/heads/a {A} refs/heads/a {}\n", "g".repeat(40)), 1, Id("g".repeat(40).into())),
        (format!("refs/heads/a {A} main {B}\n"), 1, RemoteRef("main".into())),
        (format!("refs/heads/a {A} HEAD {B}\n"), 1, RemoteRef("HEAD".into())),
        (format!("refs/heads/a {A} refs/heads/a..b {B}\n"), 1, RemoteRef("refs/heads/a..b".into())),
        (format!("refs/heads/a {A} refs/heads/m\u{1b} {B}\n"), 1, RemoteRef("refs/heads/m\u{1b}".into())),
        (format!("refs/heads/a {A} refs/heads/a\0 {B}\n"), 1, Nul),
        (format!("refs/heads/a {ZERO} refs/heads/a {B}\n"), 1, Deletion),
        (format!("(delete) {A} refs/heads/a {B}\n"), 1, Deletion),
        (format!("{good}refs/heads/b {A} refs/heads/a {B}\n"), 2, Repeated("refs/heads/a".into())),
    ];
    for (text, line, expected) in cases {
        assert_eq!(problem(text.as_bytes()), (line, expected), "{text:?}");
    }
}

#[test]
fn a_message_shows_no_control_characters() {
    let error = parse_push(format!("x {A} refs/heads/\u{1b}[2J {B}\n").as_bytes()).unwrap_err();
    assert!(error.to_string().contains("\\u{1b}"), "{error}");
}

/// A clone with a remote whose main is one commit behind, and a hook that records what git tells it.
#[cfg(unix)]
fn with_recorder() -> Scratch {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    scratch.commit("one");
    scratch.git(&["clone", "--quiet", "--bare", ".", "../remote.git"]);
    scratch.git(&["remote", "add", "origin", "../remote.git"]);
    scratch.git(&["checkout", "--quiet", "-b", "auto/x"]);
    scratch.commit("fix bug");
    let hook = scratch.repo().join(".git/hooks/pre-push");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\ncat > ../stdin\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    scratch
}

#[cfg(unix)]
fn record(scratch: &Scratch, args: &[&str]) -> Vec<u8> {
    let file = scratch.root().join("stdin");
    let _ = std::fs::remove_file(&file);
    let mut world = scratch.world();
    world.env.insert("GIT_ALLOW_PROTOCOL".into(), "file".into());
    scratch.try_git(&world, &[&["push", "--quiet", "origin"], args].concat());
    std::fs::read(&file).unwrap_or_else(|_| panic!("git push {args:?} did not run the hook"))
}

#[cfg(unix)]
#[test]
fn what_the_real_git_sends_is_understood() {
    let scratch = with_recorder();
    let head = scratch.rev("HEAD").to_string();
    let cases = [
        (&["HEAD:main"][..], "HEAD"),
        (&["auto/x:main"], "refs/heads/auto/x"),
        (&["refs/heads/auto/x~0:main"], "refs/heads/auto/x~0"),
        (&["HEAD^{/fix bug}:main"], "HEAD^{/fix bug}"),
        (&[":/fix bug:main"], ":/fix bug"),
        (&["+@:main"], "HEAD"),
    ];
    for (args, local) in cases {
        let updates = parse_push(&record(&scratch, args)).unwrap();
        assert_eq!(updates.len(), 1, "{args:?}");
        let shown = String::from_utf8_lossy(&updates[0].local_ref).into_owned();
        assert!(shown == local || (local == "HEAD" && shown == "@"), "{args:?}: {shown}");
        assert_eq!(updates[0].remote_ref, b"refs/heads/main");
        assert_eq!(updates[0].local_id.to_string(), head);
        assert_eq!(updates[0].remote_id, scratch.rev("main"));
    }
    let deletion = parse_push(&record(&scratch, &[":main"])).unwrap();
    assert!(deletion[0].is_deletion());
    assert_eq!(parse_push(&record(&scratch, &["main"])).unwrap(), []);
    let many = parse_push(&record(&scratch, &["auto/x", "auto/x:main"])).unwrap();
    assert_eq!(many.len(), 2);
}

#[cfg(unix)]
#[test]
fn a_line_forged_by_a_line_break_in_a_pattern_refuses_the_push() {
    let scratch = with_recorder();
    let forged = format!("refs/heads/auto/x {A} refs/heads/other {B}");
    scratch.git(&["commit", "--quiet", "--allow-empty", "-m", &format!("subject\n\n{forged}\nend")]);
    let stdin = record(&scratch, &[&format!("HEAD^{{/subject\n\n{forged}\nend}}:main")]);
    assert!(stdin.split(|&byte| byte == b'\n').count() > 2, "git must have passed the line break on");
    assert!(parse_push(&stdin).is_err());
}

#[test]
fn addresses_lose_what_is_secret_and_stay_recognisable() {
    let cases = [
        ("https://user:s3cret@example.com/a.git", "https://example.com/a.git"),
        ("https://s3cret@example.com/a.git", "https://example.com/a.git"),
        ("https://user:s3@cret@example.com:8443/a.git", "https://example.com:8443/a.git"),
        ("https://user:s3/cret@example.com/a.git", "https://example.com/a.git"),
        ("https://example.com/a.git", "https://example.com/a.git"),
        ("https://example.com:8443/@scope/a.git", "https://example.com:8443/@scope/a.git"),
        ("https://example.com/a.git?access_token=s3cret", "https://example.com/a.git?redacted"),
        ("https://example.com/a.git#s3cret", "https://example.com/a.git?redacted"),
        ("https://user:s3cret@example.com?x=s3cret@y", "https://example.com?redacted"),
        ("ssh://git@example.com/a.git", "ssh://git@example.com/a.git"),
        ("ssh://git:s3cret@example.com:22/a.git", "ssh://example.com:22/a.git"),
        ("helper::https://user:s3cret@example.com/a", "helper::https://example.com/a"),
        ("https://proxy.example.com/https://user:s3cret@example.com/a", "https://example.com/a"),
        ("git@example.com:team/a.git", "git@example.com:team/a.git"),
        ("s3cret@example.com:team/a.git", "example.com:team/a.git"),
        ("user:s3cret@example.com:team/a.git", "example.com:team/a.git"),
        ("user:s3/cret@example.com:team/a.git", "example.com:team/a.git"),
        ("/srv/git/a@b.git", "/srv/git/a@b.git"),
        ("../a@b/c.git", "../a@b/c.git"),
        ("C:\\git\\a.git", "C:\\git\\a.git"),
        ("origin", "origin"),
        ("", ""),
    ];
    for (url, shown) in cases {
        assert_eq!(String::from_utf8_lossy(&redact_url(url.as_bytes())), shown, "{url}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_push(&bytes);
        let _ = redact_url(&bytes);
    }

    #[test]
    fn lines_like_those_of_git_never_panic(text in "([(]delete[)]|HEAD|refs/heads/[a-z/.~]{1,6}|[0-9a-f]{40}|0{40}| |\n|\u{0}|:/){0,24}") {
        if let Ok(updates) = parse_push(text.as_bytes()) {
            prop_assert_eq!(updates.len(), text.matches('\n').count());
        }
    }

    /// Whatever stands around it, a password in front of a host is gone.
    #[test]
    fn a_password_never_stays(
        scheme in "(https|http|ssh|x\\+y|helper::https)://",
        user in "[a-z]{0,4}",
        secret in "[A-Z0-9@:%]{0,3}SECRET[A-Z@:/]{0,4}",
        rest in "(:[0-9]{1,4})?(/[a-z@:]{0,5}){0,3}",
    ) {
        let url = format!("{scheme}{user}:{secret}@host{rest}");
        let shown = String::from_utf8(redact_url(url.as_bytes())).unwrap();
        prop_assert!(!shown.contains("SECRET"), "{url} -> {shown}");
    }
}
