//! Every link of the pages that leads into this repository arrives: the file is there, and the heading too. Pages of
//! the book link to pages of the book, for nothing else is beside them where the book is read.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::page::{Page, What, names, top};

/// Where people read this repository; links to it are links into this checkout.
const HOME: &str = "https://github.com/freeze-guard/freeze-guard";

/// The file that `link` on `page` leads to, from the top of the repository, and the heading in it; `None` where it
/// leads away from here.
fn target(page: &str, link: &str) -> Option<(PathBuf, Option<String>)> {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if let Some(rest) = path.strip_prefix(HOME) {
        return match rest.strip_prefix("/blob/main/").or_else(|| rest.strip_prefix("/tree/main/")) {
            Some(file) => Some((file.into(), anchor)),
            // Its front page shows the README; issues and the like are not in the checkout.
            None => rest.is_empty().then(|| ("README.md".into(), anchor)),
        };
    }
    if path.contains("://") || path.starts_with("mailto:") {
        return None;
    }
    if path.is_empty() {
        return Some((page.into(), anchor));
    }
    let mut whole = PathBuf::new();
    for part in Path::new(page).parent().unwrap().join(path).components() {
        match part {
            Component::ParentDir => assert!(whole.pop(), "{page}: {link} leads out of the repository"),
            part => whole.push(part),
        }
    }
    Some((whole, anchor))
}

/// What is wrong with a link.
fn fault(page: &Page, link: &str) -> Option<String> {
    let (file, anchor) = target(&page.name, link)?;
    if !top().join(&file).exists() {
        return Some(format!("there is no {}", file.display()));
    }
    let shown = file.to_str().unwrap();
    if page.name.starts_with("docs/") && !link.starts_with(HOME) && !shown.starts_with("docs/") {
        return Some(format!("{shown} is not in the book: link to {HOME}/blob/main/{shown}"));
    }
    let anchor = anchor?;
    if !shown.ends_with(".md") {
        return Some(format!("{shown} has no headings"));
    }
    let known = Page::read(shown).anchors();
    (!known.contains(&anchor)).then(|| format!("{shown} has no #{anchor}, only {}", known.join(", ")))
}

fn links(page: &Page) -> impl Iterator<Item = (usize, &str)> {
    page.pieces.iter().filter_map(|piece| match &piece.what {
        What::Link(link) => Some((piece.line, link.as_str())),
        _ => None,
    })
}

#[test]
fn every_link_arrives() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for name in names() {
        let page = Page::read(&name);
        for (line, link) in links(&page) {
            seen += 1;
            faults.extend(fault(&page, link).map(|fault| format!("{name}:{line}: {link}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen > 10, "the pages have links");
}

#[test]
fn every_page_is_in_the_book() {
    let summary = Page::read("docs/SUMMARY.md");
    let listed: BTreeSet<String> = links(&summary).map(|(_, link)| format!("docs/{link}")).collect();
    let pages: BTreeSet<String> =
        names().into_iter().filter(|name| name.starts_with("docs/") && *name != summary.name).collect();
    assert_eq!(listed, pages);
}

#[test]
fn a_broken_link_is_seen() {
    let broken = |link: &str| fault(&Page::of("docs/rules.md", ""), link);
    for right in ["policy.md", "policy.md#exempt", "https://example.com/x", &format!("{HOME}#policy")] {
        assert_eq!(broken(right), None);
    }
    for wrong in ["nowhere.md", "policy.md#nowhere", "#nowhere", "../README.md", &format!("{HOME}/blob/main/x.md")] {
        assert!(broken(wrong).is_some(), "{wrong}");
    }
}
