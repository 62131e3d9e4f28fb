//! Where rows can be written to.

use crate::analysis::components::Flat;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::syntax::ast::DirectiveKind;
use crate::text;

/// Where and in which form rows can be written.
/// (`json` and `stdoutjson` are two names of one thing.)
const KINDS: [&str; 6] = ["file", "stdout", "stdoutprintsize", "jsonfile", "stdoutjson", "json"];

pub(super) fn check(flat: &Flat, report: &mut Report) {
    for directive in flat.directives.iter().filter(|directive| directive.kind == DirectiveKind::Output) {
        for (name, value) in &directive.options {
            let is = |option: &str| name.text.eq_ignore_ascii_case(option);
            let complaint = if is("IO") && !KINDS.contains(&value.as_str()) {
                let message = text!("不支持写到 `{value}`", "writing to `{value}` is not supported");
                let help = text!(
                    "可用：IO=file、IO=stdout、IO=jsonfile、IO=stdoutjson",
                    "there are IO=file, IO=stdout, IO=jsonfile and IO=stdoutjson"
                );
                Diagnostic::error(Code::Unsupported, message).help(help)
            } else if is("compress") && value == "true" {
                let message = text!("不支持写成压缩文件", "writing compressed files is not supported");
                let help = text!("去掉 `compress=true`", "leave `compress=true` out");
                Diagnostic::error(Code::Unsupported, message).help(help)
            } else {
                continue;
            };
            report.push(complaint.at(directive.span));
        }
    }
}
