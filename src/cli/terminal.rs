//! What the process is connected to, and the one place where it writes.

use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::ProgressBar;

use super::{INCOMPLETE, INTERRUPTED, Said};
use crate::audit::Forewarn;
use crate::diagnostic::{Diagnostic, Lang, Severity};
use crate::exec::frog::interrupt;
use crate::progress::{self, Phase};
use crate::render::human::{self, Style};
use crate::source::SourceMap;

/// How long nothing need be shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often what is shown changes.
const TICK: Duration = Duration::from_millis(120);

/// Columns when nothing says how wide lines may be.
const COLUMNS: usize = 100;

/// `--color`
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

/// How to draw for what the process is connected to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// For results.
    pub(super) out: Style,
    /// For complaints.
    pub(super) err: Style,
}

impl Terminal {
    pub(super) fn new(color: Color, width: Option<usize>, lang: Lang) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let style = |is_terminal: bool| Style {
            columns: width.unwrap_or_else(|| if is_terminal { columns() } else { COLUMNS }).clamp(20, 400),
            color: match color {
                Color::Auto => is_terminal && !plain,
                Color::Always => true,
                Color::Never => false,
            },
            lang,
        };
        Self { out: style(std::io::stdout().is_terminal()), err: style(std::io::stderr().is_terminal()) }
    }

    pub(super) fn lang(&self) -> Lang {
        self.out.lang
    }

    /// Complaints, drawn.
    pub(super) fn complaints(&self, sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
        let drawn: Vec<String> =
            diagnostics.iter().map(|diagnostic| human::diagnostic(sources, diagnostic, self.err)).collect();
        drawn.join("\n")
    }
}

fn columns() -> usize {
    let own = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    own.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).unwrap_or(COLUMNS)
}

/// The language of the locale; Chinese where the locale names none.
pub(super) fn lang_of_locale() -> Lang {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set).unwrap_or_default();
    let language = locale.split(['_', '.', '-']).next().unwrap_or_default().to_lowercase();
    if ["", "c", "posix", "zh"].contains(&language.as_str()) { Lang::Zh } else { Lang::En }
}

/// What the process is doing, in a few words.
fn stage(lang: Lang) -> String {
    let (phase, rows) = progress::now();
    match (lang, phase) {
        (Lang::Zh, Phase::Beginning) => "正在准备…".to_owned(),
        (Lang::En, Phase::Beginning) => "preparing …".to_owned(),
        (Lang::Zh, Phase::Loading) => format!("正在载入资料…已读 {rows} 行"),
        (Lang::En, Phase::Loading) => format!("loading facts … {rows} rows read"),
        (Lang::Zh, Phase::Running(rule)) => format!("正在运行 {rule}…已得 {rows} 行"),
        (Lang::En, Phase::Running(rule)) => format!("running {rule} … {rows} rows derived"),
        (Lang::Zh, Phase::Finding) => "正在整理结果…".to_owned(),
        (Lang::En, Phase::Finding) => "putting results together …".to_owned(),
    }
}

/// Complaints that somebody at a terminal was shown before rules ran, so that they are not shown again.
#[derive(Debug, Default)]
pub(super) struct Forewarned(Vec<Diagnostic>);

impl Forewarned {
    /// Those of `complaints` that are worth a warning, and were not shown; from now on they were.
    fn of(&mut self, complaints: &[Diagnostic]) -> Vec<Diagnostic> {
        let fresh = self.rest(complaints).into_iter().filter(|complaint| complaint.severity > Severity::Note);
        let fresh: Vec<Diagnostic> = fresh.collect();
        self.0.extend_from_slice(&fresh);
        fresh
    }

    /// Those of `complaints` that were not shown.
    pub(super) fn rest(&self, complaints: &[Diagnostic]) -> Vec<Diagnostic> {
        complaints.iter().filter(|complaint| !self.0.contains(complaint)).cloned().collect()
    }
}

/// Does `work`; from the second second on, the terminal says how far it is. Complaints that `work` gives before it runs rules are
/// drawn at once: whoever waits at a terminal may see there that waiting is of no use. Elsewhere they come with all others.
pub(super) fn with_sign_of_life<T>(
    lang: Lang,
    draw: &dyn Fn(&SourceMap, &[Diagnostic]) -> String,
    work: impl FnOnce(&mut Forewarn<'_>) -> T,
) -> (T, Forewarned) {
    let mut warned = Forewarned::default();
    if !std::io::stderr().is_terminal() {
        return (work(&mut |_, _| {}), warned);
    }
    let shown: Mutex<Option<ProgressBar>> = Mutex::new(None);
    let mut forewarn = |sources: &SourceMap, complaints: &[Diagnostic]| {
        let said = draw(sources, &warned.of(complaints));
        let print = || write(&mut std::io::stderr(), &said);
        match &*shown.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(spinner) => spinner.suspend(print),
            None => print(),
        }
    };
    let (done, waiting) = channel::<()>();
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            let waiting = waiting;
            if waiting.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let spinner = ProgressBar::new_spinner();
            spinner.enable_steady_tick(TICK);
            *shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(spinner.clone());
            loop {
                spinner.set_message(stage(lang));
                if waiting.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            spinner.finish_and_clear();
        });
        let result = work(&mut forewarn);
        drop(done);
        result
    });
    (result, warned)
}

/// From now on Ctrl-C has rules stop with a word on where they were; a second one ends the process at once.
pub(super) fn stop_on_ctrl_c(lang: Lang) {
    let pressed = AtomicBool::new(false);
    let handler = move || {
        if pressed.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        interrupt();
        let said = match lang {
            Lang::Zh => "\n正在停下；再按一次 Ctrl-C 立即退出\n",
            Lang::En => "\nstopping; press Ctrl-C again to end at once\n",
        };
        write(&mut std::io::stderr(), said);
    };
    // Where there is no such signal, the process ends as ever.
    let _ = ctrlc::set_handler(handler);
}

/// Runs a verb, writes what it says, and ends as it says. A panic is our mistake and is said to be.
pub(super) fn guarded(lang: Lang, verb: impl FnOnce() -> Said) -> ExitCode {
    set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        let said = match lang {
            Lang::Zh => {
                format!("gouji 自身出错了，不是资料或规则的问题（{place}：{text}）。请把命令和这一行告诉开发者。\n")
            }
            Lang::En => format!(
                "gouji itself failed, not your files or rules ({place}: {text}). Please report the command and this line.\n"
            ),
        };
        write(&mut std::io::stderr(), &said);
    }));
    let said = catch_unwind(AssertUnwindSafe(verb)).unwrap_or(Said { code: INCOMPLETE, ..Said::default() });
    write(&mut std::io::stderr(), &said.stderr);
    write(&mut std::io::stdout(), &said.stdout);
    ExitCode::from(said.code)
}

/// Writes `text`. A reader that went away has seen what it wanted.
fn write(to: &mut impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

#[cfg(test)]
mod tests {
    use super::Forewarned;
    use crate::diagnostic::{Code, Diagnostic};
    use crate::text;

    #[test]
    fn what_was_shown_before_the_run_is_not_shown_again() {
        let warning = Diagnostic::warning(Code::GrowsWithoutBound, text!("甲", "a"));
        let note = Diagnostic::note(Code::GrowsWithoutBound, text!("乙", "b"));
        let failed = Diagnostic::error(Code::RuleFailed, text!("丙", "c"));
        let mut warned = Forewarned::default();
        let before = [warning.clone(), note.clone()];
        assert_eq!(warned.of(&before), before[..1]);
        assert_eq!(warned.of(&before), []);
        assert_eq!(warned.rest(&[warning, failed.clone(), note.clone()]), [failed, note]);
    }
}
