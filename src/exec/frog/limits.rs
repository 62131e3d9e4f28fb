//! [`Limits`]: when a rule has to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::diagnostic::Text;
use crate::text;
use crate::threads;

/// How to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How long the whole run may take. A stratum that others follow gets half of what is left.
    pub timeout: Option<Duration>,
    /// How many bytes rows and indexes of derived relations may take.
    pub max_memory: Option<usize>,
    /// How many threads may work; as many as the machine has when none are given.
    pub threads: Option<usize>,
    /// From how many rows of a relation on an aggregate over it is found for every key in one pass, when not as usual.
    pub one_pass_from: Option<usize>,
}

/// Whether somebody asked this process to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Has every run of this process stop soon: rules that are not finished fail, what others found stands.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

impl Options {
    /// Whether a run may have to stop before its end.
    #[must_use]
    pub const fn has_limits(&self) -> bool {
        self.timeout.is_some() || self.max_memory.is_some()
    }

    /// How many threads work.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(threads::available).clamp(1, 64)
    }
}

/// Why a rule was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It took too long.
    Time(Duration),
    /// It took too much memory.
    Memory(usize),
    /// Somebody asked for it: see [`interrupt`].
    Interrupted,
    /// Nobody takes its rows any more: another thread was stopped.
    Deserted,
}

impl Stop {
    /// As a sentence, with how many rows the relation had by then.
    #[must_use]
    pub fn reason(self, relation: &str, rows: usize) -> Text {
        match self {
            Self::Time(limit) => {
                let seconds = limit.as_secs_f64();
                text!(
                    "超过时限（{seconds:.1} 秒）而停止；此时 `{relation}` 已有 {rows} 行",
                    "stopped at the time limit ({seconds:.1} s), when `{relation}` had {rows} rows"
                )
            }
            Self::Interrupted => text!(
                "被中断（Ctrl-C）；此时 `{relation}` 已有 {rows} 行",
                "interrupted (Ctrl-C), when `{relation}` had {rows} rows"
            ),
            Self::Deserted => text!("随别的线程停止", "stopped with another thread"),
            Self::Memory(limit) => {
                let megabytes = limit >> 20;
                text!(
                    "超过内存上限（{megabytes} MB）而停止；此时 `{relation}` 已有 {rows} 行",
                    "stopped at the memory limit ({megabytes} MB), when `{relation}` had {rows} rows"
                )
            }
        }
    }
}

/// What a stratum may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    end: Option<(Instant, Duration)>,
    max_memory: Option<usize>,
    /// Bytes that are in use elsewhere.
    pub elsewhere: usize,
}

impl Limits {
    /// For a stratum that begins now, of a run that began at `start`; `last` when none follows.
    #[must_use]
    pub fn new(options: &Options, start: Instant, last: bool) -> Self {
        let end = options.timeout.map(|limit| {
            let left = limit.saturating_sub(start.elapsed());
            (Instant::now() + if last { left } else { left / 2 }, limit)
        });
        Self { end, max_memory: options.max_memory, elsewhere: 0 }
    }

    /// Whether the time is over, or somebody asked to stop.
    #[must_use]
    pub fn time(&self) -> Option<Stop> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Some(Stop::Interrupted);
        }
        self.end.filter(|(end, _)| Instant::now() >= *end).map(|(_, limit)| Stop::Time(limit))
    }

    /// Whether `bytes` more than elsewhere are too many.
    #[must_use]
    pub fn memory(&self, bytes: usize) -> Option<Stop> {
        self.max_memory.filter(|most| self.elsewhere + bytes > *most).map(Stop::Memory)
    }
}
