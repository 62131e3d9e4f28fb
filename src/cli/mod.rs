//! The command line: a file per verb. The only place that prints.
//!
//! Exit codes, whatever the flags: 0 checked and nothing at or above `--fail-level`; 1 findings; 2 usage, manifest or rule
//! error, or nothing was checked; 3 the run is incomplete, also when Ctrl-C stopped it; 130 Ctrl-C pressed twice.

mod check;
mod explain;
mod facts;
mod fmt;
mod init;
mod memory;
mod pages;
mod profile;
mod query;
mod rules;
mod run;
mod terminal;
mod test;
mod why;
mod why_not;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use self::terminal::{Color, Terminal};
use crate::audit::{Engine, Request};
use crate::diagnostic::Lang;
use crate::exec::frog::Options;
use crate::threads;

/// What a verb has to say and how the process ends.
#[derive(Debug, Default)]
struct Said {
    stdout: String,
    stderr: String,
    code: u8,
}

/// Checked, and nothing at or above the level asked for.
const CLEAN: u8 = 0;
/// There are findings.
const FOUND: u8 = 1;
/// Usage, manifest or rule error, or nothing was checked.
const REFUSED: u8 = 2;
/// The run is incomplete.
const INCOMPLETE: u8 = 3;
/// Ended at once, as shells name what a signal ended.
const INTERRUPTED: i32 = 130;

/// gouji 勾稽：按规则审核项目资料，每个问题都指到出处 / checks project records by rules, and points at the cells
#[derive(Debug, Parser)]
#[command(name = "gouji", version, propagate_version = true, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

/// Flags that every verb takes.
#[derive(Clone, Debug, Args)]
struct Common {
    /// 语言 / language of messages [zh, en]
    #[arg(long, global = true, value_enum)]
    lang: Option<LangArg>,
    /// 颜色 / colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// 每行宽度 / columns of a line
    #[arg(long, global = true, hide_short_help = true)]
    width: Option<usize>,
    /// 执行引擎 / engine
    #[arg(long, global = true, hide = true, value_enum, default_value_t = EngineArg::Frog)]
    engine: EngineArg,
    /// 最多运行多少秒 / most seconds a run may take
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    timeout: Option<u64>,
    /// 推导结果最多占多少 MB 内存，默认为可用内存的一半 / most megabytes that derived rows may take; half of what is free by default
    #[arg(long, global = true, value_name = "MB", hide_short_help = true)]
    max_memory: Option<usize>,
    /// 线程数 / threads
    #[arg(long, global = true, value_name = "N", hide_short_help = true)]
    threads: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// 审核一个文件夹 / audit a folder
    Check(check::CheckArgs),
    /// 列出载入了哪些资料 / show what was loaded
    Facts(facts::FactsArgs),
    /// 按资料文件写出一份 audit.toml / write an audit.toml for files
    Init(init::InitArgs),
    /// 列出、检查或导出规则 / list, lint or export rules
    Rules(rules::RulesArgs),
    /// 解释一条规则或一种报错 / explain a rule or a complaint
    Explain(explain::ExplainArgs),
    /// 运行一个普通的 Datalog 程序 / run a plain Datalog program
    Run(run::RunArgs),
    /// 整理规则文件的排版 / lay out rule files
    Fmt(fmt::FmtArgs),
    /// 运行规则自带的测试 / run the rules' own tests
    Test(test::TestArgs),
    /// 按条件查资料 / ask once, over the facts of an audit
    Query(query::QueryArgs),
    /// 证明一个问题：每个条件的值和出处 / prove a finding: each condition with its values and places
    Why(why::WhyArgs),
    /// 某一行为什么没有报：成立的条件和第一个不成立的条件 / why a row has no finding: what held, and what first did not
    WhyNot(why_not::WhyNotArgs),
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum LangArg {
    Zh,
    En,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum EngineArg {
    Frog,
    Reference,
}

/// Which audit, and what is different this time.
#[derive(Clone, Debug, Args)]
struct AuditArgs {
    /// 文件夹（用它或上级文件夹里的 audit.toml），或者一个规则文件：只用它的规则 / folder, of which the nearest audit.toml
    /// upward counts; or a rule file, to use its rules only
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// 只用这些规则：规则包名或路径 / only these rules: packs by name, files by path
    #[arg(long = "rules", value_name = "NAME|PATH")]
    rules: Vec<String>,
    /// 设置参数：规则编号.参数=值 / set a parameter
    #[arg(long = "set", value_name = "CODE.name=value")]
    set: Vec<String>,
}

impl AuditArgs {
    fn request(&self, common: &Common, lang: Lang) -> Request {
        let (mut start, mut rules) = (self.dir.clone(), self.rules.clone());
        if is_rule_file(&self.dir) {
            rules.push(self.dir.to_string_lossy().into_owned());
            start = self.dir.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        }
        let (set, engine) = (self.set.clone(), common.engine());
        Request { start, rules, set, engine, lang, ..Request::default() }
    }
}

/// Whether a file holds rules: any `.dl`, and a `.toml` with cards in it.
fn is_rule_file(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    let has_cards = || std::fs::read_to_string(path).is_ok_and(|text| text.contains("[[rule]]"));
    let of_rules = |extension| extension == "dl" || extension == "toml" && has_cards();
    path.is_file() && extension.is_some_and(of_rules)
}

impl Common {
    /// What runs the rules, and what it may use.
    fn engine(&self) -> Engine {
        match self.engine {
            EngineArg::Frog => Engine::FrogWith(Options {
                timeout: self.timeout.map(Duration::from_secs),
                max_memory: self.max_memory.map(|megabytes| megabytes << 20),
                default_memory: self.max_memory.is_none().then(memory::half_of_available).flatten(),
                threads: self.threads,
                eager: false,
            }),
            EngineArg::Reference => Engine::Reference,
        }
    }
}

/// Has the allocator keep what is freed, some megabytes of it.
///
/// glibc gives memory above a threshold straight back to the system, and raises that threshold to the size of what is
/// freed (mallopt(3), `M_MMAP_THRESHOLD`). Buffers of a megabyte that come and go with every piece of a file would be mapped
/// anew each time: half the page faults of loading. One larger block, freed before it was touched, tells it to keep them.
fn keep_freed_memory() {
    const SOME: usize = 4 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(SOME)));
}

/// Runs the command line.
pub fn main() -> ExitCode {
    keep_freed_memory();
    let cli = Cli::parse();
    let lang = cli.common.lang.map_or_else(terminal::lang_of_locale, |lang| match lang {
        LangArg::Zh => Lang::Zh,
        LangArg::En => Lang::En,
    });
    let terminal = Terminal::new(cli.common.color, cli.common.width, lang);
    if matches!(cli.verb, Verb::Check(_) | Verb::Run(_) | Verb::Query(_) | Verb::Why(_) | Verb::WhyNot(_)) {
        terminal::stop_on_ctrl_c(lang);
    }
    threads::join_pool();
    terminal::guarded(lang, || {
        let common = &cli.common;
        match &cli.verb {
            Verb::Check(args) => check::check(args, common, &terminal),
            Verb::Facts(args) => facts::facts(args, common, &terminal),
            Verb::Init(args) => init::init(args, &terminal),
            Verb::Run(args) => run::run(args, common, &terminal),
            Verb::Rules(args) => rules::rules(args, common, &terminal),
            Verb::Explain(args) => explain::explain(args, common, &terminal),
            Verb::Test(args) => test::test(args, common, &terminal),
            Verb::Query(args) => query::query(args, common, &terminal),
            Verb::Fmt(args) => fmt::fmt(args, &terminal),
            Verb::Why(args) => why::why(args, common, &terminal),
            Verb::WhyNot(args) => why_not::why_not(args, common, &terminal),
        }
    })
}
