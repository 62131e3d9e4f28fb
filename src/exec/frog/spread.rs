//! A plan on several threads.
//!
//! Batches of the scanned relation are dealt to the threads in turn, and what comes out of them is taken in the order of
//! the batches: rows arrive as on one thread, whatever the number of threads. Channels are bounded, so a thread that is
//! ahead waits.

use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::World;
use super::batch::BATCH;
use super::steps::{Head, Runner};
use crate::exec::limits::{Limits, Stop};
use crate::plan::RulePlan;

/// What a plan came to, beside its rows.
#[derive(Debug, Default)]
pub struct Ran {
    /// Why it was stopped.
    pub stop: Option<Stop>,
    /// Whether a computation had no value.
    pub erred: bool,
    /// Whether an inner body could not be decided.
    pub doubted: bool,
    /// How many rows came out of each step.
    pub counts: Vec<u64>,
}

/// With fewer rows to scan, threads are not worth their start.
pub const WORTH: usize = 4 * BATCH;

/// How many batches of head rows may wait for their turn, per thread.
const WAITING: usize = 32;

/// Head rows of a batch, or none at its end.
type Message = Option<(Vec<Vec<u32>>, usize)>;

/// Runs a plan on up to `threads` threads; `head` is called on this one.
pub fn run(world: &World<'_>, plan: &RulePlan, (limits, threads): (Limits, usize), head: Head<'_>) -> Ran {
    let mut runner = Runner::new(world, plan, limits);
    let rows = runner.scanned();
    match rows {
        Some(rows) if threads > 1 && rows.len() >= WORTH => spread(world, plan, (limits, threads, rows), head),
        rows => {
            runner.run(rows, head);
            Ran::of(runner)
        }
    }
}

fn spread(
    world: &World<'_>,
    plan: &RulePlan,
    (limits, threads, rows): (Limits, usize, Range<usize>),
    head: Head<'_>,
) -> Ran {
    let mut ran = Ran { counts: vec![0; plan.steps.len()], ..Ran::default() };
    let batches: Vec<Range<usize>> =
        rows.clone().step_by(BATCH).map(|from| from..(from + BATCH).min(rows.end)).collect();
    thread::scope(|scope| {
        let mut receivers = Vec::new();
        let mut workers = Vec::new();
        for nth in 0..threads {
            let (sender, receiver) = sync_channel(WAITING);
            let mine: Vec<Range<usize>> = batches.iter().skip(nth).step_by(threads).cloned().collect();
            receivers.push(receiver);
            workers.push(scope.spawn(move || work(world, plan, limits, (&mine, &sender))));
        }
        ran.stop = collect(&receivers, batches.len(), head);
        // A worker that still sends finds nobody there, and ends.
        drop(receivers);
        for worker in workers {
            match worker.join() {
                Ok(own) => ran.add(own),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    ran
}

/// Takes head rows batch by batch. Why it ended early, if it did.
fn collect(receivers: &[Receiver<Message>], batches: usize, head: Head<'_>) -> Option<Stop> {
    for batch in 0..batches {
        while let Ok(Some((columns, len))) = receivers[batch % receivers.len()].recv() {
            if let Some(stop) = head(columns, len) {
                return Some(stop);
            }
        }
    }
    None
}

fn work(
    world: &World<'_>,
    plan: &RulePlan,
    limits: Limits,
    (batches, sender): (&[Range<usize>], &SyncSender<Message>),
) -> Ran {
    let mut runner = Runner::new(world, plan, limits);
    let mut deserted = false;
    for batch in batches {
        runner.run(Some(batch.clone()), &mut |columns, len| {
            deserted |= sender.send(Some((columns, len))).is_err();
            deserted.then_some(Stop::Deserted)
        });
        if runner.stop.is_some() || sender.send(None).is_err() {
            break;
        }
    }
    let ran = Ran::of(runner);
    Ran { stop: ran.stop.filter(|stop| *stop != Stop::Deserted), ..ran }
}

impl Ran {
    fn of(runner: Runner<'_>) -> Self {
        let Runner { stop, notes, counts, .. } = runner;
        Self { stop, erred: notes.erred, doubted: notes.doubted, counts }
    }

    fn add(&mut self, other: Self) {
        self.stop = self.stop.or(other.stop);
        self.erred |= other.erred;
        self.doubted |= other.doubted;
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, count)| *sum += count);
    }
}
