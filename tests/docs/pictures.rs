//! The pictures of docs/pictures: what the program really prints, in colour, in a world of its own. One line in
//! [`PICTURES`] makes one more; `FREEZE_GUARD_UPDATE_DOCS=1` writes them.

use std::fs;

use anstyle::{AnsiColor, RgbColor};
use anstyle_svg::{Palette, Term};

use crate::page::top;
use crate::scenarios;
use crate::session::{plain, type_in};
use crate::world::World;
use crate::{UPDATE, updates};

/// A picture of a terminal.
struct Picture {
    /// Its file in docs/pictures, without `.svg`.
    name: &'static str,
    scenario: &'static str,
    /// What happened before; not shown.
    setup: &'static str,
    /// The commands to show, with what they print.
    commands: &'static [&'static str],
}

const PICTURES: &[Picture] = &[
    Picture {
        name: "refusal",
        scenario: "sandbox",
        setup: "echo uvloop==0.20.0 >>requirements.txt",
        commands: &["git commit -am 'Use uvloop'"],
    },
    Picture {
        name: "audit",
        scenario: "unguarded",
        setup: "echo uvloop==0.20.0 >>requirements.txt && git commit -qam 'Use uvloop'\n\
                mkdir api && echo flask >api/requirements.txt && git add api && git commit -qm 'Begin the API'\n\
                cp requirements.txt requirements.lock && git commit -qam 'Bring the lock in step'",
        commands: &["hook audit"],
    },
];

/// Colours that can be read on the dark ground; the eight of a terminal, and the same again as its bright ones.
const COLOURS: [RgbColor; 8] = [
    RgbColor(0x0d, 0x11, 0x17),
    RgbColor(0xff, 0x7b, 0x72),
    RgbColor(0x7e, 0xe7, 0x87),
    RgbColor(0xe3, 0xb3, 0x41),
    RgbColor(0x79, 0xc0, 0xff),
    RgbColor(0xd2, 0xa8, 0xff),
    RgbColor(0x76, 0xe3, 0xea),
    RgbColor(0xe6, 0xed, 0xf3),
];

fn draw(picture: &Picture) -> String {
    let world = World::new();
    let mut place = scenarios::prepare(&world, picture.scenario).unwrap();
    let run = type_in(&world, &mut place, &format!("set -e\n{}", picture.setup), &[]);
    assert_eq!(run.status, Some(0), "{run}");
    let mut screen = String::new();
    for command in picture.commands {
        let run = type_in(&world, &mut place, command, &[("CLICOLOR_FORCE", "1")]);
        screen.push_str(&format!("\x1b[2m$\x1b[0m {command}\n{}", plain(&world, &run.stdout_text())));
    }
    // The audit is a list without colours; a refusal has some.
    assert!(screen.contains("\x1b[1") || picture.name == "audit", "without colour: {screen}");
    let palette = Palette(std::array::from_fn(|index| COLOURS[index % COLOURS.len()]));
    let (ground, ink) = (AnsiColor::Black.into(), AnsiColor::White.into());
    Term::new().palette(palette).bg_color(ground).fg_color(ink).render_svg(screen.trim_end())
}

#[test]
fn every_picture_shows_what_the_program_prints() {
    for picture in PICTURES {
        let (svg, path) = (draw(picture), top().join(format!("docs/pictures/{}.svg", picture.name)));
        if updates() {
            fs::write(&path, &svg).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == svg, "{} is behind the program: {UPDATE}=1 draws it anew\n{svg}", path.display());
    }
}
