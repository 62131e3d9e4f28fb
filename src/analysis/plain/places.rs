//! Where rows can be read from and written to.

use crate::analysis::components::Flat;
use crate::diagnostic::{Code, Diagnostic, Report, Text};
use crate::syntax::ast::DirectiveKind;
use crate::text;

/// Where and in which form rows can be written.
/// (`json` and `stdoutjson` are two names of one thing.)
const TARGETS: [&str; 6] = ["file", "stdout", "stdoutprintsize", "jsonfile", "stdoutjson", "json"];

/// Where they can be read from.
const ORIGINS: [&str; 3] = ["file", "stdin", "jsonfile"];

pub(super) fn check(flat: &Flat, report: &mut Report) {
    for directive in &flat.directives {
        let is_input = directive.kind == DirectiveKind::Input;
        let known: &[&str] = if is_input { &ORIGINS } else { &TARGETS };
        let io = directive.options.iter().filter(|(name, _)| name.text.eq_ignore_ascii_case("IO"));
        for (_, value) in io.filter(|(_, value)| !known.contains(&value.as_str())) {
            let message = if is_input {
                text!("不支持从 `{value}` 载入", "loading from `{value}` is not supported")
            } else {
                text!("不支持写到 `{value}`", "writing to `{value}` is not supported")
            };
            let complaint = Diagnostic::error(Code::Unsupported, message).at(directive.span);
            report.push(complaint.help(instead(directive.kind, value)));
        }
    }
}

/// What to write instead.
fn instead(kind: DirectiveKind, value: &str) -> Text {
    match (kind, value) {
        (DirectiveKind::Input, "sqlite") => text!(
            "先把数据库里的表另存为制表符分列的文件，再写 `IO=file, filename=\"….facts\"`",
            "save the table of the database as a file with tabs first, and write `IO=file, filename=\"….facts\"`"
        ),
        (DirectiveKind::Input, _) => {
            text!("可用：IO=file、IO=stdin、IO=jsonfile", "there are IO=file, IO=stdin and IO=jsonfile")
        }
        (DirectiveKind::PrintSize, _) => {
            text!("去掉 IO：行数总是打印出来", "leave IO out: sizes are always printed")
        }
        (_, "sqlite") => text!(
            "写 `IO=file`，再把写出的文件导入数据库",
            "write `IO=file`, and import the file that is written into the database"
        ),
        _ => text!(
            "可用：IO=file、IO=stdout、IO=jsonfile、IO=stdoutjson",
            "there are IO=file, IO=stdout, IO=jsonfile and IO=stdoutjson"
        ),
    }
}
