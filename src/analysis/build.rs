//! The stages of analysis in their order.

use super::collect::collect;
use super::components::{Flat, expand};
use super::context::Relations;
use super::hir;
use super::infer::Infer;
use super::input::Input;
use super::lower::Lower;
use super::resolve::{Builder, alternatives, too_many};
use super::strata::stratify;
use super::types::Types;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Column, Directive, Origin, Program, Relation, Rule, RuleId, Subsumption};
use crate::syntax::ast::{Clause, DirectiveKind};
use crate::text;

/// A rule with names resolved, and the scopes that it has.
struct Draft {
    rule: hir::Rule,
    parents: Vec<Option<usize>>,
}

pub(super) fn build(input: &Input) -> (Program, Report) {
    let mut report = Report::new();
    let programs: Vec<_> = input.programs.iter().collect();
    let flat = expand(&programs, &mut report);
    let types = Types::declare(&flat.types.iter().collect::<Vec<_>>(), &mut report);
    let mut infer = Infer::new(input.mode, input.sources, types);
    let relations = collect(&flat, input, &mut infer);
    let drafts = resolve_clauses(&flat, &relations, &mut infer);
    infer.solve(&relations);
    let mut program = Program { relations: finish_relations(&relations, &infer), ..Program::default() };
    for (at, draft) in drafts.iter().enumerate() {
        if draft.rule.broken || infer.broken.contains(&at) {
            continue;
        }
        if let Some(rule) = lower(draft, &relations, &mut infer) {
            add_rule(rule, draft.rule.subsumption, &mut program);
        }
    }
    program.cards = vec![None; input.cards.len()];
    directives(&flat, &relations, &mut program, &mut infer.report);
    let solved = std::mem::take(&mut infer.report);
    report.append(solved);
    program.types = infer.types.finish();
    stratify(&mut program, &mut report);
    (program, report)
}

fn resolve_clauses(flat: &Flat, relations: &Relations, infer: &mut Infer) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for clause in &flat.clauses {
        resolve_clause(clause, relations, infer, &mut drafts);
    }
    drafts
}

fn resolve_clause(clause: &Clause, relations: &Relations, infer: &mut Infer, drafts: &mut Vec<Draft>) {
    let Some(mut all) = alternatives(&clause.body) else {
        infer.report.push(too_many(clause.span));
        return;
    };
    if all.is_empty() {
        all.push(Vec::new());
    }
    for head in &clause.heads {
        for body in &all {
            infer.rule = drafts.len();
            let builder = Builder::new(infer, relations, &[], None);
            let draft = match &clause.subsumes {
                Some(better) => builder.subsumption([head, better], body, clause.span),
                None => builder.clause(head, body, clause.span),
            };
            if let Some((rule, parents)) = draft {
                drafts.push(Draft { rule, parents });
            }
        }
    }
}

fn lower(draft: &Draft, relations: &Relations, infer: &mut Infer) -> Option<Rule> {
    let mut lower = Lower::new(infer, relations, &draft.rule, draft.parents.clone());
    let mut rule = lower.rule(&draft.rule)?;
    rule.vars = lower.finish_vars();
    Some(rule)
}

fn add_rule(rule: Rule, subsumption: bool, program: &mut Program) -> Option<RuleId> {
    if subsumption {
        program.relations[rule.head.index()].subsumption.push(Subsumption { rule });
        return None;
    }
    let id = RuleId(u32::try_from(program.rules.len()).expect("fewer than 2^32 rules"));
    program.rules.push(rule);
    Some(id)
}

fn finish_relations(relations: &Relations, infer: &Infer) -> Vec<Relation> {
    relations
        .list
        .iter()
        .map(|relation| Relation {
            name: relation.name.clone(),
            columns: relation
                .columns
                .iter()
                .map(|column| Column {
                    name: column.name.clone(),
                    ty: column.declared.or_else(|| infer.ty(column.node)).unwrap_or(Types::NUMBER),
                })
                .collect(),
            arity: relation.arity,
            origin: match relation.table {
                Some(table) if !relation.derived => Origin::Facts(table),
                table => Origin::Rules(table),
            },
            equivalence: relation.equivalence,
            choice: relation.choice.clone(),
            limit: relation.limit,
            subsumption: Vec::new(),
            span: relation.span,
        })
        .collect()
}

fn directives(flat: &Flat, relations: &Relations, program: &mut Program, report: &mut Report) {
    for directive in &flat.directives {
        for name in &directive.relations {
            let Some(relation) = relations.id(&name.text) else {
                report.push(relations.unknown(name));
                continue;
            };
            if directive.kind == DirectiveKind::LimitSize {
                continue;
            }
            program.directives.push(Directive {
                kind: directive.kind,
                relation,
                options: directive.options.iter().map(|(key, value)| (key.text.clone(), value.clone())).collect(),
                span: directive.span,
            });
        }
    }
    for functor in &flat.functors {
        let name = &functor.name.text;
        report.push(
            Diagnostic::error(
                Code::Unsupported,
                text!("不支持自定义函数 `{name}`", "user-defined functors are not supported: `{name}`"),
            )
            .at(functor.span)
            .help(text!("用内建函数或规则来写", "write it with built-in functions or rules")),
        );
    }
}
