//! A page of the documentation, taken apart: its headings, links, code blocks and comments, each with its line.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A page and what stands in it, in order.
pub(crate) struct Page {
    /// From the top of the repository, as in `docs/rules.md`.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) pieces: Vec<Piece>,
}

/// Something in a page.
pub(crate) struct Piece {
    /// One-based.
    pub(crate) line: usize,
    pub(crate) what: What,
}

pub(crate) enum What {
    Heading {
        level: usize,
        text: String,
    },
    /// The target of a link or of a picture.
    Link(String),
    Block(Block),
    /// What stands between `<!--` and `-->`.
    Comment(String),
}

/// A fenced code block.
pub(crate) struct Block {
    pub(crate) language: String,
    /// Where its text stands in the page.
    pub(crate) at: Range<usize>,
}

/// The top of the repository.
pub(crate) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Page {
    /// Reads the page `name`.
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(top().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self::of(name, &text)
    }

    /// A page of this text.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), pieces: pieces(text) }
    }

    /// The text of a block.
    pub(crate) fn block(&self, block: &Block) -> &str {
        &self.text[block.at.clone()]
    }

    /// What a link to each heading ends in. GitHub and mdBook make it alike: lower case, no punctuation, a hyphen for
    /// each space, and a number behind one that was there before.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for piece in &self.pieces {
            let What::Heading { text, .. } = &piece.what else { continue };
            let kept = text.trim().to_lowercase();
            let kept = kept.chars().filter(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | ' '));
            let plain: String = kept.map(|char| if char == ' ' { '-' } else { char }).collect();
            let free = |name: &String| !anchors.contains(name);
            let numbered = (1..).map(|number| format!("{plain}-{number}"));
            let anchor = std::iter::once(plain.clone()).chain(numbered).find(free);
            anchors.extend(anchor);
        }
        anchors
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let mut pieces = Vec::new();
    // A heading, an HTML block and a code block each end before the next begins.
    let (mut heading, mut html, mut code): (Option<String>, Option<String>, Option<Block>) = (None, None, None);
    for (event, at) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let what = match event {
            Event::Start(Tag::Heading { .. }) => {
                heading = Some(String::new());
                continue;
            }
            Event::End(TagEnd::Heading(level)) => {
                What::Heading { level: level as usize, text: heading.take().unwrap() }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => What::Link(dest_url.to_string()),
            Event::Start(Tag::HtmlBlock) => {
                html = Some(String::new());
                continue;
            }
            Event::Html(more) => {
                html.iter_mut().for_each(|html| html.push_str(&more));
                continue;
            }
            Event::End(TagEnd::HtmlBlock) => {
                let html = html.take().unwrap();
                let inner = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                What::Comment(inner.unwrap_or_else(|| panic!("only comments may be HTML: {html}")).trim().to_owned())
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let start = at.start + text[at.clone()].find('\n').map_or(0, |end| end + 1);
                code = Some(Block { language: language.to_string(), at: start..start });
                continue;
            }
            Event::End(TagEnd::CodeBlock) => match code.take() {
                Some(block) => What::Block(block),
                None => continue,
            },
            Event::Text(more) => {
                code.iter_mut().for_each(|block| block.at.end = at.end);
                heading.iter_mut().for_each(|heading| heading.push_str(&more));
                continue;
            }
            Event::Code(more) => {
                heading.iter_mut().for_each(|heading| heading.push_str(&more));
                continue;
            }
            _ => continue,
        };
        pieces.push(Piece { line: line(at.start), what });
    }
    pieces
}

/// The names of the pages: the README and its neighbours, and every page of docs/.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).into();
    let entries = fs::read_dir(top().join("docs")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let pages = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    names.extend(pages.map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap())));
    names
}

#[test]
fn a_page_is_taken_apart() {
    let text = "# A `b` C!\n\n<!-- scenario: x -->\n```console\n$ one\n```\n\n[to](#a-b-c) ![p](p.svg)\n\n# A b, c\n";
    let page = Page::of("page.md", text);
    assert_eq!(page.anchors(), ["a-b-c", "a-b-c-1"]);
    let shown: Vec<String> = page
        .pieces
        .iter()
        .map(|piece| match &piece.what {
            What::Heading { level, text } => format!("{}: {level} {text}", piece.line),
            What::Link(target) => format!("{}: -> {target}", piece.line),
            What::Block(block) => format!("{}: {} {:?}", piece.line, block.language, page.block(block)),
            What::Comment(comment) => format!("{}: <{comment}>", piece.line),
        })
        .collect();
    let wanted =
        ["1: 1 A b C!", "3: <scenario: x>", "4: console \"$ one\\n\"", "8: -> #a-b-c", "8: -> p.svg", "10: 1 A b, c"];
    assert_eq!(shown, wanted);
}
