//! `recursive_iteration_cnt()` and `.decl d = debug_delta(r)`: rules that ask in which round of their recursion they run.
//!
//! A relation `r(x)` of such a recursion gets a twin `r∨round(x, n)` that keeps each row with the round in which it first came:
//! a choice by `x`, for rounds come in their order. Rules of the recursion read and derive rows of twins, the one in round
//! `n + 1` where the last of the rows that it reads came in round `n`; that is the count, from 0. `r` is its twin without rounds,
//! and `d` what came in a round.

use std::collections::BTreeSet;

use super::components::Flat;
use super::disjunction::MARK;
use super::plain::{Parts, Recursion};
use super::resolve::alternatives;
use crate::diagnostic::{Code, Diagnostic, Report, Text};
use crate::source::Span;
use crate::syntax::ast::{
    Arg, ArgKind, Args, Atom, Body, Call, Clause, ColumnDecl, Compare, CompareOp, Const, Decl, DirectiveKind, Literal,
    Name,
};
use crate::syntax::walk::{self, Rewrite};
use crate::text;

/// What the count is called in programs.
const COUNT: &str = "recursive_iteration_cnt";

/// The variable for the round of the rule; no program can write it.
const ROUND: &str = "∨n";

/// Gives relations whose rounds matter their twins.
pub(super) fn unfold(flat: &mut Flat, report: &mut Report) {
    let counting: Vec<(&Clause, Span)> =
        flat.clauses.iter().filter_map(|clause| Some((clause, first_count(clause)?))).collect();
    if counting.is_empty() && flat.decls.iter().all(|decl| decl.delta.is_none()) {
        return;
    }
    let told_before = report.diagnostics().len();
    let recursion = Recursion::of(flat);
    let mut wanted: BTreeSet<&str> =
        flat.decls.iter().filter_map(|decl| Some(decl.delta.as_ref()?.text.as_str())).collect();
    for (clause, count) in counting {
        if recursion.is_recursive(clause) {
            wanted.extend(clause.heads.iter().map(|head| head.relation.text.as_str()));
        } else {
            let message = text!("只有递归的规则一轮一轮地算", "only recursive rules run in rounds");
            report.push(Diagnostic::error(Code::BadDeclaration, message).at(count));
        }
    }
    // All that depend on one another run in the same rounds.
    let names = flat.decls.iter().flat_map(|decl| &decl.names).map(|name| name.text.as_str());
    let joins = |name: &str| wanted.iter().any(|wanted| recursion.is_recursive_use(wanted, name));
    let twins: BTreeSet<String> = names.filter(|name| joins(name)).map(str::to_owned).collect();
    let is_recursive = |clause: &Clause| recursion.is_recursive(clause);
    let recursive: Vec<bool> = flat.clauses.iter().map(is_recursive).collect();
    refuse(flat, &twins, report);
    deltas(flat, report);
    if report.diagnostics().len() > told_before {
        // That the count has no meaning is said once.
        let mut nothing = Count(ArgKind::Const(Const::Unsigned(0)));
        flat.clauses.iter_mut().for_each(|clause| walk::clause(&mut nothing, clause));
        return;
    }
    let mut clauses = Vec::new();
    for (clause, is_recursive) in std::mem::take(&mut flat.clauses).into_iter().zip(recursive) {
        if clause.heads.iter().any(|head| twins.contains(&head.relation.text)) {
            rounds_of(&clause, &twins, is_recursive, &mut clauses);
        } else {
            clauses.push(clause);
        }
    }
    let mut made = Vec::new();
    for decl in &flat.decls {
        for name in decl.names.iter().filter(|name| twins.contains(&name.text)) {
            made.push(twin_of(decl, name));
            clauses.push(without_rounds(decl, name));
        }
        if let Some(of) = decl.delta.as_ref().filter(|of| twins.contains(&of.text)) {
            clauses.extend(decl.names.iter().map(|name| new_in_rounds(decl, name, of)));
        }
    }
    flat.decls.append(&mut made);
    flat.clauses = clauses;
}

/// Complains about relations whose rows do not simply come, round by round.
fn refuse(flat: &Flat, twins: &BTreeSet<String>, report: &mut Report) {
    for decl in &flat.decls {
        let why = match decl {
            decl if decl.qualifiers.iter().any(|word| word.text == "eqrel") => {
                text!("`eqrel` 的行自己会多出来", "rows of `eqrel` come by themselves")
            }
            decl if !decl.choice.is_empty() => {
                text!("`choice-domain` 不留全部的行", "`choice-domain` keeps not all rows")
            }
            decl if decl.columns.is_empty() && decl.delta.is_none() => text!("它没有列", "it has no columns"),
            _ => continue,
        };
        decl.names.iter().filter(|name| twins.contains(&name.text)).for_each(|name| report.push(roundless(name, &why)));
    }
    for directive in &flat.directives {
        let why = match directive.kind {
            DirectiveKind::Input => text!("它还有载入的行", "it has rows that are loaded, too"),
            DirectiveKind::LimitSize => text!("`.limitsize` 不留全部的行", "`.limitsize` keeps not all rows"),
            DirectiveKind::Output | DirectiveKind::PrintSize => continue,
        };
        let names = directive.relations.iter().filter(|name| twins.contains(&name.text));
        names.for_each(|name| report.push(roundless(name, &why)));
    }
    let subsumed = flat.clauses.iter().filter(|clause| clause.subsumes.is_some()).flat_map(|clause| &clause.heads);
    for name in subsumed.map(|head| &head.relation).filter(|name| twins.contains(&name.text)) {
        report.push(roundless(name, &text!("支配子句不留全部的行", "subsumptive clauses keep not all rows")));
    }
}

/// That nobody can say in which round rows of a relation came.
fn roundless(name: &Name, why: &Text) -> Diagnostic {
    let shown = &name.text;
    let message = Text {
        zh: format!("`{shown}` 的行数不出是第几轮来的：{}", why.zh),
        en: format!("the rounds of `{shown}` cannot be counted: {}", why.en),
    };
    let help = text!(
        "自己数：给 `{shown}` 加一列 n，递归的规则里写 `n + 1`，并写出上界，如 `n < 100`",
        "count them yourself: give `{shown}` a column n, write `n + 1` in its recursive rules, and a bound such as `n < 100`"
    );
    Diagnostic::error(Code::Unsupported, message).at(name.span).help(help)
}

/// Gives relations of what is new their columns.
fn deltas(flat: &mut Flat, report: &mut Report) {
    for at in 0..flat.decls.len() {
        let Some(of) = flat.decls[at].delta.clone() else { continue };
        let declared = flat.decls.iter().find(|decl| decl.names.iter().any(|name| name.text == of.text));
        let Some(mut columns) = declared.filter(|decl| decl.delta.is_none()).map(|decl| decl.columns.clone()) else {
            let name = &of.text;
            let message = text!("没有名为 `{name}` 的表", "there is no relation `{name}`");
            report.push(Diagnostic::error(Code::UnknownRelation, message).at(of.span));
            continue;
        };
        columns.push(round_column(of.span));
        flat.decls[at].columns = columns;
    }
}

/// The clauses of a relation with a twin, each alternative for itself.
fn rounds_of(clause: &Clause, twins: &BTreeSet<String>, is_recursive: bool, out: &mut Vec<Clause>) {
    let bodies: Vec<Vec<Literal>> = match alternatives(&clause.body) {
        Some(all) if !all.is_empty() => all.into_iter().map(|body| body.into_iter().cloned().collect()).collect(),
        _ => vec![Vec::new()],
    };
    for mut body in bodies {
        let mut rounds = Vec::new();
        for literal in body.iter_mut().filter(|_| is_recursive) {
            if let Literal::Atom(atom) = literal
                && twins.contains(&atom.relation.text)
                && let Args::Positional(args) = &mut atom.args
            {
                let round = var(&format!("{ROUND}{}", rounds.len()), atom.span);
                args.push(round.clone());
                rounds.push(round);
                atom.relation.text = twin(&atom.relation.text);
            }
        }
        let span = clause.span;
        let next = if rounds.is_empty() {
            number(0, span)
        } else {
            let last = if rounds.len() > 1 { call("max", rounds, span) } else { rounds.remove(0) };
            let rest = vec![(CompareOp::Eq, span, last)];
            body.push(Literal::Compare(Compare { first: var(ROUND, span), rest, span }));
            call("+", vec![var(ROUND, span), number(1, span)], span)
        };
        let mut heads = clause.heads.clone();
        for head in heads.iter_mut().filter(|head| twins.contains(&head.relation.text)) {
            if let Args::Positional(args) = &mut head.args {
                args.push(next.clone());
                head.relation.text = twin(&head.relation.text);
            }
        }
        let is_fact = body.is_empty();
        let alternatives = if is_fact { Vec::new() } else { vec![body] };
        let body = Body { alternatives, ..clause.body.clone() };
        let mut made = Clause { heads, body, plan: None, ..clause.clone() };
        walk::clause(&mut Count(ArgKind::Var(ROUND.to_owned())), &mut made);
        out.push(made);
    }
}

/// `r∨round(x, n) choice-domain x`
fn twin_of(decl: &Decl, name: &Name) -> Decl {
    let mut columns = decl.columns.clone();
    let key = columns.iter().map(|column| column.name.clone()).collect();
    columns.push(round_column(name.span));
    let names = vec![Name { text: twin(&name.text), span: name.span }];
    Decl { names, columns, qualifiers: Vec::new(), choice: vec![key], annotations: Vec::new(), ..decl.clone() }
}

/// `r(x) :- r∨round(x, _).`
fn without_rounds(decl: &Decl, name: &Name) -> Clause {
    let span = name.span;
    let args: Vec<Arg> = (0..decl.columns.len()).map(|at| var(&format!("∨{at}"), span)).collect();
    let mut read = args.clone();
    read.push(Arg { kind: ArgKind::Unnamed, span });
    clause(atom(&name.text, args, span), vec![atom(&twin(&name.text), read, span)], Vec::new(), span)
}

/// `d(x, n - 1) :- r∨round(x, n), n > 0.`
fn new_in_rounds(decl: &Decl, name: &Name, of: &Name) -> Clause {
    let span = name.span;
    let mut args: Vec<Arg> = (0..decl.columns.len().saturating_sub(1)).map(|at| var(&format!("∨{at}"), span)).collect();
    let mut read = args.clone();
    read.push(var(ROUND, span));
    args.push(call("-", vec![var(ROUND, span), number(1, span)], span));
    let first = var(ROUND, span);
    let later = Literal::Compare(Compare { first, rest: vec![(CompareOp::Gt, span, number(0, span))], span });
    clause(atom(&name.text, args, span), vec![atom(&twin(&of.text), read, span)], vec![later], span)
}

/// Puts something in the place of the count.
struct Count(ArgKind);

impl Rewrite for Count {
    fn arg(&mut self, arg: &mut Arg) {
        if is_count(arg) {
            arg.kind = self.0.clone();
        } else {
            walk::arg(self, arg);
        }
    }
}

/// Where a clause first asks for the count.
fn first_count(clause: &Clause) -> Option<Span> {
    Parts::of(clause).args.iter().find(|(arg, _)| is_count(arg)).map(|(arg, _)| arg.span)
}

fn is_count(arg: &Arg) -> bool {
    matches!(&arg.kind, ArgKind::Call(call) if call.name.text == COUNT && call.args.is_empty() && !call.user)
}

fn twin(name: &str) -> String {
    format!("{name}{MARK}round")
}

fn round_column(span: Span) -> ColumnDecl {
    let name = |text: &str| Name { text: text.to_owned(), span };
    ColumnDecl { name: name("<iteration>"), ty: name("unsigned"), doc: String::new(), annotations: Vec::new() }
}

fn var(name: &str, span: Span) -> Arg {
    Arg { kind: ArgKind::Var(name.to_owned()), span }
}

fn number(value: u64, span: Span) -> Arg {
    Arg { kind: ArgKind::Const(Const::Unsigned(value)), span }
}

fn call(name: &str, args: Vec<Arg>, span: Span) -> Arg {
    let name = Name { text: name.to_owned(), span };
    Arg { kind: ArgKind::Call(Call { name, args, user: false }), span }
}

fn atom(relation: &str, args: Vec<Arg>, span: Span) -> Atom {
    Atom { relation: Name { text: relation.to_owned(), span }, args: Args::Positional(args), span }
}

fn clause(head: Atom, atoms: Vec<Atom>, mut rest: Vec<Literal>, span: Span) -> Clause {
    let mut body: Vec<Literal> = atoms.into_iter().map(Literal::Atom).collect();
    body.append(&mut rest);
    let body = Body { alternatives: vec![body], broken: false, span };
    Clause { heads: vec![head], subsumes: None, body, plan: None, span }
}
