//! What goes on in a long verb: a spinner where a person waits at a terminal, plain lines elsewhere. Commands are shown
//! before they run, wherever that is.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::err;
use freeze_guard::change::Event;

/// Between two pictures of the spinner.
const TICK: Duration = Duration::from_millis(120);

/// So many characters of a command stand beside the spinner.
const WIDTH: usize = 60;

/// The steps of a verb, as they are told.
pub(crate) struct Steps {
    watched: bool,
    bar: Option<ProgressBar>,
}

impl Steps {
    /// Nothing goes on yet.
    pub(crate) fn new() -> Self {
        Self { watched: std::io::stderr().is_terminal(), bar: None }
    }

    /// Tells one thing.
    pub(crate) fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Step(text) if self.watched => self.spin(text),
            Event::Step(text) => err(&format!("{text} ...\n")),
            Event::Command(text) => {
                self.say(&format!("running: {text}\n"));
                if self.watched {
                    self.spin(&text.chars().take(WIDTH).collect::<String>());
                }
            }
            Event::Note(text) => self.say(&format!("note: {text}\n")),
        }
    }

    /// Nothing goes on any more.
    pub(crate) fn done(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn say(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| err(text)),
            None => err(text),
        }
    }

    fn spin(&mut self, text: &str) {
        self.done();
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(TICK);
        self.bar = Some(bar);
    }
}
