//! [`Limits`]: when a rule has to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Input;
use crate::diagnostic::Text;
use crate::ir::RuleId;
use crate::text;
use crate::threads;
use crate::value::Record;

/// How to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How long the whole run may take. A stratum that others follow gets half of what is left.
    pub timeout: Option<Duration>,
    /// How many bytes rows and indexes of derived relations may take.
    pub max_memory: Option<usize>,
    /// The same where nobody set [`Self::max_memory`]: half of what the machine has left.
    pub default_memory: Option<usize>,
    /// How many threads may work; as many as the machine has when none are given.
    pub threads: Option<usize>,
    /// Whether ways that pay for many rows only are taken for any number of them: so that tests over few rows try them all.
    pub eager: bool,
}

/// Whether somebody asked this process to stop.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Has every run of this process stop soon: rules that are not finished fail, what others found stands.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

impl Options {
    /// How many threads work.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(threads::available).clamp(1, 64)
    }

    fn memory(&self) -> Option<Memory> {
        let asked = self.max_memory.map(|bytes| Memory { bytes, is_default: false });
        asked.or_else(|| self.default_memory.map(|bytes| Memory { bytes, is_default: true }))
    }
}

/// How much memory a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    bytes: usize,
    /// Whether nobody asked for this limit.
    is_default: bool,
}

/// Why a rule was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It took too long.
    Time(Duration),
    /// It took too much memory.
    Memory(Memory),
    /// Somebody asked for it: see [`interrupt`].
    Interrupted,
    /// Nobody takes its rows any more: another thread was stopped.
    Deserted,
    /// It made records that are nested deeper than [`Record::DEEPEST`].
    Deep,
}

/// Where a run stopped.
#[derive(Clone, Copy, Debug)]
pub struct Stopped {
    /// The rule that ran.
    pub rule: RuleId,
    /// Which stratum that was.
    pub stratum: usize,
    /// How many rows its relation had.
    pub rows: usize,
}

impl Stop {
    /// As a sentence: which limit, how far the rule had come, and what can be done.
    #[must_use]
    pub fn reason(self, input: &Input<'_>, at: Stopped) -> Text {
        let rule = &input.program.rules[at.rule.index()];
        let (relation, rows) = (&input.program.relations[rule.head.index()].name, at.rows);
        let (nth, strata) = (at.stratum + 1, input.program.strata.len());
        let location = input.sources.location(rule.span);
        let place = format!("{}:{}", location.file, location.line);
        let Text { zh, en } = text!(
            "此时 `{relation}` 已有 {rows} 行（{place}；第 {nth} 层，共 {strata} 层）",
            "when `{relation}` had {rows} rows ({place}; stratum {nth} of {strata})"
        );
        match self {
            Self::Time(limit) => {
                let seconds = limit.as_secs_f64();
                text!(
                    "超过时限（{seconds:.1} 秒）而停止；{zh}；可用 `--timeout` 放宽",
                    "stopped at the time limit ({seconds:.1} s), {en}; `--timeout` raises it"
                )
            }
            Self::Interrupted => text!("被中断（Ctrl-C）；{zh}", "interrupted (Ctrl-C), {en}"),
            Self::Deserted => text!("随别的线程停止", "stopped with another thread"),
            Self::Deep => {
                let most = Record::DEEPEST;
                text!("记录嵌套超过 {most} 层而停止；{zh}", "stopped at records nested deeper than {most} levels, {en}")
            }
            Self::Memory(Memory { bytes, is_default }) => {
                let megabytes = bytes >> 20;
                let Text { zh: of_zh, en: of_en } = if is_default {
                    text!("，即可用内存的一半", ", half of what was free")
                } else {
                    Text::default()
                };
                text!(
                    "超过内存上限（{megabytes} MB{of_zh}）而停止；{zh}；可用 `--max-memory` 放宽",
                    "stopped at the memory limit ({megabytes} MB{of_en}), {en}; `--max-memory` raises it"
                )
            }
        }
    }
}

/// What a stratum may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    end: Option<(Instant, Duration)>,
    memory: Option<Memory>,
    /// Bytes that are in use elsewhere.
    elsewhere: usize,
}

impl Limits {
    /// For a stratum that begins now, of a run that began at `start`; `last` when none follows.
    #[must_use]
    pub fn new(options: &Options, start: Instant, last: bool) -> Self {
        let end = options.timeout.map(|limit| {
            let left = limit.saturating_sub(start.elapsed());
            (Instant::now() + if last { left } else { left / 2 }, limit)
        });
        Self { end, memory: options.memory(), elsewhere: 0 }
    }

    /// The same, when so many bytes are in use elsewhere.
    #[must_use]
    pub const fn beside(self, elsewhere: usize) -> Self {
        Self { elsewhere, ..self }
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
        self.memory.filter(|most| self.elsewhere + bytes > most.bytes).map(Stop::Memory)
    }
}

/// Bytes in use by all who have a share of it: strata that run side by side.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<AtomicUsize>);

impl Meter {
    /// Somebody who used `before` bytes uses `now`; how many all use.
    pub fn moved(&self, before: usize, now: usize) -> usize {
        if now >= before {
            self.0.fetch_add(now - before, Ordering::Relaxed) + (now - before)
        } else {
            self.0.fetch_sub(before - now, Ordering::Relaxed) - (before - now)
        }
    }
}
