//! Writes the fuzzer's first inputs, from the lines of our own tests and pages, one folder for each target. It needs
//! nothing but the standard library: `rustc --edition 2024 -o target/seeds fuzz/seeds.rs && target/seeds fuzz/corpus`.

use std::fs;
use std::io;
use std::path::PathBuf;

#[path = "../tests/oracle/generate.rs"]
mod generate;
#[path = "../tests/requirements/rows.rs"]
mod rows;

/// How many generated files there are among the seeds.
const GENERATED: u64 = 200;

fn main() -> io::Result<()> {
    let Some(corpus) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("name the folder to write to, and run at the top of the checkout"));
    };
    let write = |target: &str, name: String, content: &[u8]| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(format!("seed-{name}")), content))
    };
    for (index, (row, input, ..)) in rows::ROWS.iter().enumerate() {
        write("requirements", format!("row-{row}-{index}"), rows::filled(input).as_bytes())?;
    }
    for seed in 0..GENERATED {
        write("requirements", format!("generated-{seed}"), &generate::file(seed))?;
    }
    for entry in fs::read_dir("tests/requirements/regressions")? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        write("requirements", name, &fs::read(&path)?)?;
    }
    let page = fs::read_to_string("docs/policy.md")?;
    for (index, block) in page.split("```toml\n").skip(1).enumerate() {
        write("policy", index.to_string(), block.split("```").next().unwrap_or_default().as_bytes())?;
    }
    let (id, zero) = ("0123456789abcdef0123456789abcdef01234567", "0".repeat(40));
    let lines = [
        format!("refs/heads/main {id} refs/heads/main {zero}\n"),
        format!("(delete) {zero} refs/heads/x {id}\n"),
        format!("HEAD~1 with spaces {id} refs/tags/v1 {id}\nrefs/heads/a {id} refs/heads/b {id}\n"),
        format!("x {id}{id} refs/heads/x {id}\n"),
    ];
    for (index, line) in lines.iter().enumerate() {
        write("push", index.to_string(), line.as_bytes())?;
    }
    for version in 2..=4 {
        write("index", format!("version-{version}"), &index_file(version))?;
    }
    Ok(())
}

/// The byte that chooses SHA-1, and an index of two files.
fn index_file(version: u8) -> Vec<u8> {
    let mut file = [b"\0DIRC\0\0\0".as_slice(), &[version, 0, 0, 0, 2]].concat();
    for (path, strip) in [(&b"a/requirements.txt"[..], 0), (b"b", 18)] {
        file.extend([0x65; 24]);
        file.extend([0, 0, 0x81, 0xa4]);
        file.extend([7; 32]);
        file.extend([0, path.len() as u8]);
        if version == 4 {
            file.push(strip);
        }
        file.extend(path);
        let size = if version == 4 { file.len() + 1 } else { (file.len() - 1 - 12 + 8) / 8 * 8 + 13 };
        file.resize(size, 0);
    }
    file.extend(*b"TREE\0\0\0\0");
    file.extend([0; 20]);
    file
}
