//! `gouji run`

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::{Terminal, with_sign_of_life};
use super::{CLEAN, Common, INCOMPLETE, REFUSED, Said};
use crate::audit::{PlainRequest, PlainRun, run_plain_forewarning};
use crate::diagnostic::{Code, Diagnostic};
use crate::render::souffle::{Results, Target, output};
use crate::source::{SourceMap, pack};
use crate::text;

/// `gouji run`
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// 程序 / the program
    program: PathBuf,
    /// 资料所在的文件夹 / where fact files are
    #[arg(short = 'F', long = "fact-dir", value_name = "DIR", default_value = ".")]
    facts: PathBuf,
    /// 结果写到哪个文件夹，`-` 为打印 / where results are written; `-` prints them
    #[arg(short = 'D', long = "output-dir", value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// 还到这里找 `.include` 的文件 / look here too for included files
    #[arg(short = 'I', long = "include-dir", value_name = "DIR")]
    include: Vec<PathBuf>,
}

pub(super) fn run(args: &RunArgs, common: &Common, terminal: &Terminal) -> Said {
    let request = PlainRequest {
        program: &args.program,
        facts: &args.facts,
        include: &args.include,
        stdin,
        engine: common.engine(),
    };
    let draw = |sources: &SourceMap, complaints: &[Diagnostic]| terminal.complaints(sources, complaints);
    let (mut run, warned) =
        with_sign_of_life(terminal.lang(), &draw, |forewarn| run_plain_forewarning(&request, forewarn));
    let mut said = Said { code: REFUSED, ..Said::default() };
    if let Some(outcome) = &run.outcome {
        said.code = if outcome.failures.is_empty() { CLEAN } else { INCOMPLETE };
        write_outputs(&mut run, args, common.engine().threads(), &mut said);
    }
    said.stderr = terminal.complaints(&run.sources, &warned.rest(&run.diagnostics));
    said
}

fn stdin() -> String {
    let mut bytes = Vec::new();
    // What cannot be read is not there.
    let _ = std::io::stdin().read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes what the program's directives ask for.
fn write_outputs(run: &mut PlainRun, args: &RunArgs, threads: usize, said: &mut Said) {
    let Some(outcome) = &run.outcome else { return };
    let PlainRun { program, store, sources, .. } = &*run;
    let results = Results { program, store, sources, derived: &outcome.relations, threads };
    let is_printed = args.output == Path::new("-");
    let mut failed = Vec::new();
    for directive in &run.program.directives {
        let made = output(&results, directive);
        let Some((target, text)) = made else { continue };
        match target {
            Target::Stdout => said.stdout += &text,
            Target::File(_) | Target::Packed(_) if is_printed => {
                let name = &run.program.relations[directive.relation.index()].name;
                said.stdout += &crate::render::souffle::banner(name, "", &text);
            }
            Target::File(ref name) | Target::Packed(ref name) => {
                let is_packed = matches!(target, Target::Packed(_));
                let bytes = if is_packed { pack(&text) } else { text.into_bytes() };
                let path = args.output.join(name);
                if let Err(error) = std::fs::write(&path, bytes) {
                    let path = path.display();
                    let message = text!("写不了 {path}：{error}", "cannot write {path}: {error}");
                    failed.push(Diagnostic::error(Code::UnreadableFile, message).at(directive.span));
                }
            }
        }
    }
    if !failed.is_empty() {
        said.code = INCOMPLETE;
        run.diagnostics.append(&mut failed);
    }
}
