//! The same work for many things at once, with a progress bar where a person waits for it.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// `work` for every item, on as many threads as the machine has use for; the results in the items' order. `what` stands
/// beside the count in the bar, which is drawn on a terminal only.
pub(crate) fn for_each<T: Sync, R: Send>(items: &[T], what: &str, work: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let (next, (sender, results)) = (AtomicUsize::new(0), mpsc::channel());
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    if sender.send((at, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        collect(&results, items.len(), what)
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn collect<R>(results: &mpsc::Receiver<(usize, R)>, all: usize, what: &str) -> Vec<(usize, R)> {
    let (started, watched) = (Instant::now(), std::io::stderr().is_terminal());
    let mut bar: Option<ProgressBar> = None;
    let mut done = Vec::with_capacity(all);
    loop {
        match results.recv_timeout(PATIENCE) {
            Ok(result) => done.push(result),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if watched && started.elapsed() >= PATIENCE {
            bar.get_or_insert_with(|| new_bar(all, what)).set_position(done.len() as u64);
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    done
}

fn new_bar(all: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    let bar = ProgressBar::with_draw_target(Some(all as u64), ProgressDrawTarget::stderr());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_items_order() {
        let items: Vec<u64> = (0..200).collect();
        let work = |item: &u64| {
            thread::sleep(Duration::from_micros(item % 7 * 100));
            item * 2
        };
        assert_eq!(for_each(&items, "numbers", &work), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(for_each(&[], "numbers", &work).is_empty());
    }
}
