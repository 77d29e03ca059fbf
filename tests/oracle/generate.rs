//! Requirements files at random, from the grammar's own pieces and from what breaks readers of it. Deterministic: the
//! same seed gives the same file. The lists of pieces are packed, one per line they would hide the code.

/// SplitMix64, enough to choose pieces.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        // Twice through, for neighbouring seeds would otherwise walk the same path one step apart.
        let mut first = Self(seed);
        Self(first.next() ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// One of the first `plain`, which are correct, nine times in ten; else any.
    fn pick_plain<'t>(&mut self, from: &[&'t str], plain: usize) -> &'t str {
        let plain = if self.once_in(10) { from.len() } else { plain };
        from[self.below(plain)]
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

#[rustfmt::skip]
const NAMES: &[&str] = &[
    "foo", "Foo_Bar", "a", "0x", "foo.bar", "foo-1.0", "f--o", "foo_", "foo-", "foo.", "foo.egg", "base.txt", "föö",
    "-foo", "_a", "zope.interface",
];
#[rustfmt::skip]
const VERSIONS: &[&str] = &[
    "1.0", "1", "1.0.0", "v1.0", "1!2.0", "1.0a1", "1.0RC1", "1.0-1", "1.0.post1", "1.0.dev", "1.0a-", "1.0a--1",
    "1.0+local", "1.0+L.1-b", "1.0.*", "1.*", "*", "2004d", "1.0-SNAPSHOT", "18446744073709551616", "", "01.02",
    "1.0c1", "1.0preview2", "1.0-r4", "1.0.zip", "1.0_post", "1.0+", "1..0", "1.0.dev.", "1.0a.post1",
    "1.0alpha.beta", "1.0.tar.gz", "1_0", "1.0b2.post3.dev4+x.5", "1.0.post1.*", "1.0+a.*",
];
#[rustfmt::skip]
const OPERATORS: &[&str] = &[
    "==", "===", ">=", "<=", "<", ">", "!=", "~=", "==", "=", "=>", "====",
];
#[rustfmt::skip]
const SPACES: &[&str] = &[
    "", "", "", "", " ", "  ", "\t", " \t", "\u{a0}", "\u{1f}", "\u{3000}", "\u{200b}",
];
#[rustfmt::skip]
const EXTRAS: &[&str] = &[
    "", "", "", "[a]", "[a,B]", "[ a , b_c ]", "[]", "[a,]", "[,a]", "[a b]", "[a-]", "[a_]", "[a] [b]", "[a", "a]",
    "[\u{a0}a]", "[a.b,A-B]",
];
#[rustfmt::skip]
const VARIABLES: &[&str] = &[
    "python_version", "python_full_version", "os_name", "os.name", "sys_platform", "sys.platform", "platform_machine",
    "platform.machine", "platform_system", "platform_release", "platform_version", "platform_python_implementation",
    "python_implementation", "implementation_name", "implementation_version", "extra", "extras", "dependency_groups",
    "pyton_version", "platform.release", "os", "extra_",
];
#[rustfmt::skip]
const LITERALS: &[&str] = &[
    "\"3.8\"", "'3.9'", "\"3.8, 3.9\"", "\"3.8 3.9\"", "'linux'", "\"win32\"", "'nt'", "\"X_Y.z\"", "''", "\"a'b\"",
    "'a\"b'", "\"é\"", "\"a\\x41\"", "\"3.*\"", "\"open", "' #'", "3.8", "\"a;b\"", "\"18446744073709551616\"",
];
const COMPARISONS: &[&str] =
    &["==", "!=", "<", "<=", ">", ">=", "~=", "===", " in ", " not in ", " not  in ", "in", "not in", "=", " notin "];
#[rustfmt::skip]
const URLS: &[&str] = &[
    "https://e/f.zip", "https://e/f-1.0.tar.gz", "http://u:p@e/f.zip", "https://e/foo-1.0-py3-none-any.whl",
    "https://e/foo-bar.whl", "https://e/foo__x-1-py3-none-any.whl", "https://e/foo-1.0-1-py2.py3-none-any.whl",
    "git+https://h/r", "git+https://h/r@v1", "git+ssh://git@h:o/r.git",
    "git+https://h/r@0123456789012345678901234567890123456789", "https://e/a;b/f.zip", "https://e/a b.zip",
    "ftp://e/f.zip", "HTTPS://e/x.zip", "file:///x", "file:./x", "file:dir", "file://host/x", "FILE:///x",
    "file:../x", "file://h/../x", "file:///x/y.zip", "./dir", "dir", "git@h:o/r", "https://[::1]/f.zip",
    "https://[::1/f.zip", "https://[x]/f", "https://${TOKEN}@e/f.zip", "s3://b/f", "hg+https://h/r", "svn+svn://h/r",
    "git:h/r", "bzr+lp:x", "https://e/f%2Ezip", "https://e/foo-1.0-py3-none-any%2Ewhl", "https:", "https://e/x[!]",
    "https://e/x[a]",
];
#[rustfmt::skip]
const FRAGMENTS: &[&str] = &[
    "", "", "", "#egg=foo", "#egg=foo[x]", "#egg=", "#egg=foo&subdirectory=s", "#subdirectory=s&egg=bar", "&egg=x",
    "#sha256=ab", "#md5=ab", "#egg=foo_", "#xegg=foo", "#egg=Foo.Bar#egg=-",
];
#[rustfmt::skip]
const PATHS: &[&str] = &[
    ".", "./exists/dir", "exists/dir", "exists/dir/", "./exists/sub/dir", "exists/../exists/dir", "./foo-1.0.tar.gz",
    "foo-1.0.tar.gz", "foo-1.0-py3-none-any.whl", "./foo.whl", "./foo-1.0-PY3-none-any.WHL", "foo==1.0.zip",
    "foo.ZIP", ".zip", "../x.tar.bz2", "a/b.tgz", "x.tar", "foo@1.zip", "./foo@1.zip", "exists\\dir", "/abs/f.zip",
    "x.tar.whl", "foo-1.0-py3-none-any.whl/", "dir/x.zip/..",
];
#[rustfmt::skip]
const HASHES: &[&str] = &[
    "--hash=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "--hash sha256:AB",
    "--hash=\"sha256:ab\"", "--ha=sha256:ab", "--hash=md5:ab", "--hash=SHA256:ab", "--hash=sha256",
    "--hash=sha384:ab:c", "--hash=sha512:", "--hash", "--hash=sha256:a'b", "--hash=sha256:é",
];
#[rustfmt::skip]
const OPTIONS: &[&str] = &[
    "--index-url https://e/s", "-i https://e/s", "--pypi-url=https://e", "--extra-index-url https://u:p@e/s",
    "--no-index", "-f ./w", "--find-links=https://e", "-c c.txt", "--constraint c.txt", "-r base.txt", "-rbase.txt",
    "-r=base.txt", "-r \"a b.txt\"", "-r a b.txt", "-r base.txt#c", "-r sub\\x.txt", "--requirement=x", "--req x",
    "--no-binary :all:", "--no-binary a,b", "--only-binary=:none:", "--no-binary -x", "--prefer-binary",
    "--require-hashes", "--no-require-hashes", "--no-require", "--pre", "--all-releases :all:", "--only-final=x",
    "--trusted-host h", "--use-feature fast-deps", "--use-feature=2020-resolver", "--pre=x", "-C k=v",
    "--config-settings=k=v", "-C k", "--global-option=x", "-U", "--timeout 5", "-foo", "-", "--", "- six",
    "--pre foo", "-e .", "-e exists/dir[a,b]", "-e ./exists/dir[a, b]", "-e=.", "-e.", "--edit exists/dir",
    "-e git+https://h/r#egg=foo", "-e git+https://h/r", "-e \"foo @ git+https://h/r\"",
    "-e 'foo[a] @ git+https://h/r ; os_name==\"nt\"'", "-e https://e/f.zip", "-e file:./x", "-e file:./x[a]#egg=y",
    "-e file://h/x", "-e foo @ git+https://h/r", "-e . ; os_name==\"nt\"", "-e git:h/r#egg=foo",
    "-e svn+https://h/r@1#egg=a_b", "-e \"foo @ file:./x\"", "-e \"foo @ https://e/x.zip\"", "-e ''",
    "-e \"exists/dir [a]\"", "-e 'foo @ git+https://h/r;os_name==\"nt\"'", "--", "-r ''", "-e \"", "--index-url=",
    "-ix", "-r a.txt -r b.txt", "-r a -c b", "-e exists/dir -e .", "--extra-index-url", "-ré.txt",
    "--find-links a --find-links b", "-e exists/dir#egg=x", "-e file:exists/dir#egg=x-",
];
#[rustfmt::skip]
const BREAKS: &[&str] = &[
    "\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", "\r", "\u{b}", "\u{c}", "\u{1c}", "\u{85}", "\u{2028}",
    " \\\n", "\\\n", " \\\n    ", "\\\\\n", "\\ \n", " # c\n", "#c\n", " # c \\\n", "\u{a0}# c\n", " \\\n # via x\n",
    "\t\n", "\u{1f}\n",
];
#[rustfmt::skip]
const JUNK: &[&str] = &[
    " ", "\t", "#", " #", "\\", "\"", "'", ";", "; ", " ;", ",", "(", ")", "[", "]", "@", " @ ", "-", " -", "--", "=",
    "==", "é", "\u{a0}", "\u{200b}", "\u{feff}", "\u{2028}", "\0", "$", "${X}", "*", "!", "/", ":", "\u{1d}", ".",
    "..", "+", "%", "\u{7f}", "1", "_", "~", "{", "\u{1f600}", "K",
];

/// One file.
pub(crate) fn file(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut text = String::new();
    if random.once_in(12) {
        text.push_str(random.pick(&[
            "# -*- coding: utf-8 -*-\n",
            "# coding: latin-1\n",
            "# decoding: this\n",
            "#\n# coding=ascii\n",
            "# coding: utf-7\n",
            " # coding: utf-7\n",
            "# vim: fileencoding=utf8\n",
        ]));
    }
    for _ in 0..=random.below(5) {
        let mut line = line(&mut random);
        if random.once_in(8) {
            mutate(&mut random, &mut line);
        }
        text.push_str(&line);
        text.push_str(random.pick_plain(BREAKS, 8));
    }
    if random.once_in(3) {
        text.pop();
    }
    encode(&mut random, &text)
}

fn line(random: &mut Random) -> String {
    match random.below(20) {
        0..=8 => named(random),
        9..=10 => by_url(random),
        11 => local(random),
        12..=15 => {
            let mut line = random.pick(OPTIONS).to_owned();
            while random.once_in(4) {
                line.push(' ');
                line.push_str(random.pick(OPTIONS));
            }
            line
        }
        16 => format!("# {}", named(random)),
        17 => random.pick_plain(HASHES, 4).to_owned(),
        18 => String::new(),
        _ => (0..random.below(8)).map(|_| random.pick(JUNK)).collect(),
    }
}

fn space(random: &mut Random) -> &'static str {
    random.pick_plain(SPACES, 8)
}

fn named(random: &mut Random) -> String {
    let mut line = space(random).to_owned();
    line.push_str(random.pick_plain(NAMES, 7));
    line.push_str(space(random));
    line.push_str(random.pick_plain(EXTRAS, 7));
    line.push_str(space(random));
    let enclosed = random.once_in(10);
    line.push_str(if enclosed { "(" } else { "" });
    for index in 0..random.pick(&["0", "1", "1", "1", "1", "2", "3"]).parse::<usize>().unwrap() {
        line.push_str(if index > 0 { random.pick_plain(&[",", " , ", ", ", " ,", " ", ",,"], 4) } else { "" });
        line.push_str(random.pick_plain(OPERATORS, 9));
        line.push_str(space(random));
        line.push_str(random.pick_plain(VERSIONS, 13));
        line.push_str(if random.once_in(20) { "," } else { "" });
    }
    line.push_str(if enclosed { random.pick_plain(&[")", " )", ""], 2) } else { "" });
    tail(random, line)
}

fn by_url(random: &mut Random) -> String {
    let mut line = String::new();
    if random.once_in(2) {
        line = format!(
            "{}{}{}",
            random.pick_plain(NAMES, 7),
            random.pick_plain(EXTRAS, 7),
            random.pick(&[" @ ", "@", " @", "@ ", "\t@\t"])
        );
    }
    line.push_str(random.pick_plain(URLS, 12));
    line.push_str(random.pick_plain(FRAGMENTS, 4));
    tail(random, line)
}

fn local(random: &mut Random) -> String {
    let mut line = random.pick(PATHS).to_owned();
    line.push_str(random.pick_plain(EXTRAS, 7));
    tail(random, line)
}

fn tail(random: &mut Random, mut line: String) -> String {
    if random.once_in(3) {
        line.push_str(random.pick_plain(&[" ; ", ";", "; ", " ;", ";;"], 4));
        line.push_str(&marker(random, 0));
    }
    if random.once_in(3) {
        for _ in 0..=random.below(3) {
            line.push_str(random.pick_plain(&[" ", "  ", " \\\n    ", " \\\n", "\t"], 4));
            line.push_str(if random.once_in(12) { random.pick(OPTIONS) } else { random.pick_plain(HASHES, 4) });
        }
    }
    line
}

fn marker(random: &mut Random, depth: usize) -> String {
    let side = |random: &mut Random, left: bool| {
        let from = if random.once_in(8) != left { VARIABLES } else { LITERALS };
        random.pick_plain(from, 10).to_owned()
    };
    let clause = match random.below(8) {
        0 if depth < 3 => format!("({})", marker(random, depth + 1)),
        1 if random.once_in(8) => String::new(),
        _ => {
            let (left, right) = (side(random, true), side(random, false));
            format!("{left}{}{}{}{right}", space(random), random.pick_plain(COMPARISONS, 10), space(random))
        }
    };
    match random.below(4) {
        0 => format!(
            "{clause}{}{}",
            random.pick_plain(&[" and ", " or ", "and", " and", " or(", ") or "], 2),
            marker(random, depth + 1)
        ),
        _ => clause,
    }
}

fn mutate(random: &mut Random, line: &mut String) {
    let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    let at = places[random.below(places.len())];
    if random.once_in(3) && at < line.len() {
        line.remove(at);
    } else {
        line.insert_str(at, random.pick(JUNK));
    }
}

fn encode(random: &mut Random, text: &str) -> Vec<u8> {
    let wide = |mark: char, big: bool| -> Vec<u8> {
        let units: Vec<u16> = std::iter::once(mark)
            .chain(text.chars())
            .flat_map(|char| char.encode_utf16(&mut [0; 2]).to_vec())
            .collect();
        units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let mut bytes = match random.below(60) {
        0 => wide('\u{feff}', false),
        1 => wide('\u{feff}', true),
        2 => [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat(),
        3 => std::iter::once('\u{feff}').chain(text.chars()).flat_map(|char| u32::from(char).to_le_bytes()).collect(),
        _ => text.as_bytes().to_vec(),
    };
    if random.once_in(60) && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] = u8::try_from(random.below(256)).unwrap();
    }
    bytes
}
