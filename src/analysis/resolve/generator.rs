//! Functions that yield rows.

use super::{Binding, Builder, Conditions};
use crate::analysis::hir::{Cond, Expr};
use crate::analysis::types::Types;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::VarId;
use crate::source::Span;
use crate::syntax::ast;
use crate::text;
use crate::value::generators::Generator;

impl Builder<'_, '_> {
    pub(super) fn generator(&mut self, source: &ast::In, call: &ast::Call, here: &mut Conditions) {
        let Some(function) = self.find_generator(call) else {
            self.forget_row(&source.row.text, here.scope);
            return;
        };
        let args: Vec<Expr> = call.args.iter().map(|arg| self.expr(arg, here)).collect();
        let Some(Binding::Var(row)) = self.lookup(&source.row.text, here.scope).cloned() else { return };
        self.generate(row, (function, args), source.span, here);
    }

    /// A generator of `call`'s name that takes so many arguments; the groups of a regular expression become columns.
    pub(super) fn find_generator(&mut self, call: &ast::Call) -> Option<Generator> {
        let name = &call.name;
        let Some(function) = Generator::from_name(&name.text) else {
            let text = &name.text;
            let near = nearest(text, Generator::NAMES);
            let complaint = Diagnostic::error(
                Code::UnknownFunction,
                text!("没有给出行的函数 `{text}`", "there is no function `{text}` that yields rows"),
            )
            .at(name.span);
            let list = Generator::NAMES.join(", ");
            self.complain(match near {
                Some(near) => complaint.meant(name.span, near),
                None => complaint.help(text!("有：{list}", "there are: {list}")),
            });
            return None;
        };
        let (params, optional) = function.params();
        let given = call.args.len();
        if given > params.len() || given + optional < params.len() {
            let (text, wanted) = (&name.text, params.len());
            self.complain(
                Diagnostic::error(
                    Code::WrongArguments,
                    text!(
                        "`{text}` 有 {wanted} 个参数，这里给了 {given} 个",
                        "`{text}` takes {wanted} arguments, {given} are given"
                    ),
                )
                .at(name.span),
            );
            return None;
        }
        if let Generator::Captures(_) = function {
            return self.capture_groups(&call.args[1]).map(Generator::Captures);
        }
        Some(function)
    }

    fn capture_groups(&mut self, pattern: &ast::Arg) -> Option<Vec<String>> {
        let ast::ArgKind::Const(ast::Const::Text(text)) = &pattern.kind else {
            self.complain(
                Diagnostic::error(
                    Code::BadRegex,
                    text!(
                        "`captures` 的正则表达式要直接写出来",
                        "the regular expression of `captures` must be written out"
                    ),
                )
                .at(pattern.span)
                .help(text!("写 `captures(文字, \"(?<名字>…)\")`", "write `captures(text, \"(?<name>…)\")`")),
            );
            return None;
        };
        let groups = self.regex(text, pattern.span)?;
        let own = Generator::Captures(Vec::new()).columns();
        if let Some(taken) = groups.iter().find(|group| own.iter().any(|(column, _)| column == *group)) {
            let list = own.iter().map(|(column, _)| column.as_str()).collect::<Vec<_>>().join(", ");
            self.complain(
                Diagnostic::error(
                    Code::BadRegex,
                    text!(
                        "`captures` 自己就有一列叫 `{taken}`，正则表达式里的组不能再叫这个",
                        "`captures` has a column `{taken}` of its own: no group can be called so"
                    ),
                )
                .at(pattern.span)
                .help(text!("换一个名字；自带的列：{list}", "call it otherwise; its own columns: {list}")),
            );
            return None;
        }
        Some(groups)
    }

    pub(super) fn generate(
        &mut self,
        row: VarId,
        (function, args): (Generator, Vec<Expr>),
        span: Span,
        here: &mut Conditions,
    ) {
        for (arg, kind) in args.iter().zip(function.params().0) {
            if let (Some(ty), false) = (Types::of_kind(*kind), matches!(function, Generator::Range(_))) {
                let known = self.infer.known(ty, arg.span);
                self.infer.unify(arg.node, known, arg.span);
            }
        }
        let name = function.name();
        let ty = self.infer.types.generated(function.clone(), name);
        let known = self.infer.known(ty, span);
        self.infer.unify(self.vars[row.index()].node, known, span);
        self.vars[row.index()].uses += 1;
        here.list.push(Cond::Generate { row, function, args, span });
    }
}
