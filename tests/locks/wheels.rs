//! The packages that locks are made of here: wheels with nothing in them but metadata, the same bytes on every run.
//!
//! Extras, markers, a diamond, a chain, a cycle, an extra that names its own package, a name that needs normalising, a
//! prerelease, a package that pip-compile holds unsafe, and one whose versions exclude each other's Pythons.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// One release: name, version, `Requires-Python`, `Provides-Extra`, `Requires-Dist`.
struct Release(&'static str, &'static str, Option<&'static str>, &'static [&'static str], &'static [&'static str]);

const WEB: &[&str] = &["core>=1", "tools", "speedups; extra == 'fast'", "proxy>=1; extra == 'socks'"];
const SELFISH: &[&str] = &["selfish[x,y]; extra == 'all'", "leaf; extra == 'x'", "core; extra == 'y'"];

const RELEASES: &[Release] = &[
    // A diamond: web needs core and tools, both need leaf.
    Release("web", "1.0", None, &["fast", "socks"], WEB),
    Release("web", "1.1", None, &["fast", "socks"], WEB),
    Release("web", "2.0", None, &["fast", "socks"], WEB),
    Release("core", "1.0", None, &[], &["leaf"]),
    Release("core", "1.2", None, &[], &["leaf"]),
    Release("core", "2.0", None, &[], &["leaf"]),
    Release("tools", "1.0", None, &[], &["core>=1", "leaf>=1"]),
    Release("tools", "1.5", None, &[], &["core>=1", "leaf>=1"]),
    Release("leaf", "1.0", None, &[], &[]),
    Release("leaf", "1.1", None, &[], &[]),
    Release("leaf", "2.0", None, &[], &[]),
    Release("speedups", "0.9", None, &[], &[]),
    Release("speedups", "1.0", None, &[], &[]),
    Release("proxy", "1.0", None, &[], &[]),
    Release("proxy", "2.0", None, &[], &[]),
    // A chain of four.
    Release("chain-a", "1.0", None, &[], &["chain-b"]),
    Release("chain-a", "2.0", None, &[], &["chain-b>=1"]),
    Release("chain-b", "1.0", None, &[], &["chain-c"]),
    Release("chain-c", "1.0", None, &[], &["chain-d"]),
    Release("chain-d", "1.0", None, &[], &[]),
    // Markers: of the platform, of the Python.
    Release("cli", "8.0", None, &[], &["colors; sys_platform == 'win32'"]),
    Release("cli", "8.1", None, &[], &["colors; sys_platform == 'win32'"]),
    Release("colors", "0.4.5", None, &[], &[]),
    Release("colors", "0.4.6", None, &[], &[]),
    Release("typed", "1.0", None, &[], &["backport; python_version < '3.8'"]),
    Release("backport", "1.0", None, &[], &[]),
    Release("numlib", "1.0", None, &[], &[]),
    Release("numlib", "2.0", None, &[], &[]),
    // 2.0 needs a newer Python than any, so the running one gets 1.0.
    Release("modern", "1.0", None, &[], &[]),
    Release("modern", "2.0", Some(">=3.99"), &[], &[]),
    Release("preview", "1.0", None, &[], &[]),
    Release("preview", "2.0rc1", None, &[], &[]),
    // The newest excludes the newest leaf.
    Release("grip", "1.0", None, &[], &[]),
    Release("grip", "1.1", None, &[], &[]),
    Release("grip", "2.0", None, &[], &["leaf<2"]),
    Release("setuptools", "70.0.0", None, &[], &[]),
    Release("setuptools", "75.0.0", None, &[], &[]),
    Release("builder", "1.0", None, &[], &["setuptools>=70"]),
    Release("ring-a", "1.0", None, &[], &["ring-b"]),
    Release("ring-b", "1.0", None, &[], &["ring-a"]),
    Release("selfish", "1.0", None, &["all", "x", "y"], SELFISH),
    Release("Mixed_Name.Pkg", "1.0", None, &[], &[]),
];

/// Writes every wheel into `directory`.
pub(crate) fn build(directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    RELEASES.iter().for_each(|release| build_one(directory, release));
}

/// Writes one release that is not among the usual ones, and needs nothing.
#[allow(dead_code, reason = "shared by test programs, not all of which need it")]
pub(crate) fn build_other(directory: &Path, name: &'static str, version: &'static str) {
    fs::create_dir_all(directory).unwrap();
    build_one(directory, &Release(name, version, None, &[], &[]));
}

fn build_one(directory: &Path, release: &Release) {
    let Release(name, version, ..) = release;
    let escaped = name.replace(['-', '.'], "_");
    let info = format!("{escaped}-{version}.dist-info");
    let wheel = "Wheel-Version: 1.0\nGenerator: freeze-guard\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned();
    let mut files = vec![(format!("{info}/METADATA"), metadata(release)), (format!("{info}/WHEEL"), wheel)];
    let record: String = files.iter().map(|(path, _)| format!("{path},,\n")).collect();
    files.push((format!("{info}/RECORD"), format!("{record}{info}/RECORD,,\n")));
    fs::write(directory.join(format!("{escaped}-{version}-py3-none-any.whl")), zip(&files)).unwrap();
}

fn metadata(Release(name, version, python, extras, requires): &Release) -> String {
    let mut text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
    let fields = [("Requires-Python", python.as_slice()), ("Provides-Extra", *extras), ("Requires-Dist", *requires)];
    for (field, values) in fields {
        values.iter().for_each(|value| writeln!(text, "{field}: {value}").unwrap());
    }
    text
}

/// A zip archive whose entries are stored, without dates: local headers, the central directory, its end record.
fn zip(files: &[(String, String)]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let (offset, size) = (length(&body), length(text.as_bytes()));
        let mut header = Vec::new();
        // Version 2.0, no flags, stored; the date is the first that the format knows, 1980-01-01.
        [20_u16, 0, 0, 0, 0x21].iter().for_each(|field| header.extend(field.to_le_bytes()));
        [crc32(text.as_bytes()), size, size].iter().for_each(|field| header.extend(field.to_le_bytes()));
        header.extend(u16::try_from(path.len()).unwrap().to_le_bytes());
        header.extend([0, 0]);
        body.extend(b"PK\x03\x04".iter().chain(&header).chain(path.as_bytes()).chain(text.as_bytes()));
        // No comment, disk 0, no attributes.
        directory.extend(b"PK\x01\x02\x14\0".iter().chain(&header).chain(&[0; 10]));
        directory.extend(offset.to_le_bytes().iter().chain(path.as_bytes()));
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let sizes = [length(&directory), length(&body)].map(u32::to_le_bytes).concat();
    let end = [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &sizes, &[0, 0]].concat();
    [body, directory, end].concat()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[test]
fn the_checksum_is_the_one_of_zip() {
    // The check value of the CRC catalogue.
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}
