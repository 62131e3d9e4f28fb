//! The parts of a card in the resolved program.

use std::collections::BTreeSet;

use super::draft::{CardDraft, LabelDraft, PartDraft, TemplateDraft, bad_label};
use crate::analysis::hir::Rule;
use crate::analysis::lower::Lower;
use crate::analysis::resolve::Conditions;
use crate::analysis::types::{Class, Types};
use crate::cards::Severity;
use crate::ir::card::{Alternative, Label, Part, Place, Template};
use crate::ir::{Literal, RuleId, VarId};
use crate::text;

/// Lowers the templates of one alternative, whose rule became `body`. `lower` has lowered that rule, whose id is
/// not known yet.
pub(in crate::analysis) fn finish_alternative(
    lower: &mut Lower,
    draft: CardDraft,
    rule: &Rule,
    body: &[Literal],
) -> Option<Alternative> {
    let mut columns = BTreeSet::new();
    rule.args.iter().for_each(|arg| columns.extend(lower.needs(arg)));
    let message = template(lower, draft.message, &columns, body);
    let help = draft.help.map(|help| template(lower, help, &columns, body));
    let labels = draft.labels.into_iter().filter_map(|draft| label(lower, draft, &columns, body)).collect();
    let mut severity: Vec<(Vec<Literal>, Severity)> = draft
        .severity
        .into_iter()
        .map(|(conditions, is)| (template(lower, conditions, &columns, body).display, is))
        .collect();
    if severity.last().is_none_or(|(conditions, _)| !conditions.is_empty()) {
        severity.push((Vec::new(), Severity::Warning));
    }
    let key = template(lower, draft.key, &columns, body);
    (!lower.broken).then_some(Alternative { rule: RuleId(0), message, help, labels, severity, key })
}

fn template(lower: &mut Lower, draft: TemplateDraft, have: &BTreeSet<VarId>, body: &[Literal]) -> Template {
    let TemplateDraft { body: Conditions { scope, list: mut conds }, parts } = draft;
    lower.place_fields(&mut conds, scope);
    let mut bound = have.clone();
    let mut extra = Vec::new();
    if parts.iter().any(|part| matches!(part, PartDraft::Expr(expr, _) if lower.is_allowance(expr)))
        && let Some(allowance) = lower.first_allowance.clone()
    {
        let mut wanted = BTreeSet::new();
        allowance.variables(&mut |var| {
            wanted.insert(var);
        });
        extra = closure(body, wanted, &mut bound);
    }
    let mut display = extra;
    display.extend(lower.order(conds, &mut bound, scope));
    let parts = parts
        .into_iter()
        .map(|part| match part {
            PartDraft::Text(text) => Part::Text(text),
            PartDraft::Expr(expr, format) => {
                lower.check_bound(&expr, &bound);
                let ty = lower.infer.ty(expr.node).unwrap_or(Types::SYMBOL);
                Part::Expr(lower.expr(&expr), ty, format)
            }
        })
        .collect();
    Template { display, parts }
}

/// The conditions of `body` that give the wanted variables their values, in their order.
fn closure(body: &[Literal], mut wanted: BTreeSet<VarId>, bound: &mut BTreeSet<VarId>) -> Vec<Literal> {
    let mut chosen = Vec::new();
    for literal in body.iter().rev() {
        let gives = literal.binds();
        if !gives.iter().any(|var| wanted.contains(var) && !bound.contains(var)) {
            continue;
        }
        literal.variables(&mut |var| {
            wanted.insert(var);
        });
        chosen.push(literal.clone());
    }
    chosen.reverse();
    for literal in &chosen {
        bound.extend(literal.binds());
    }
    chosen
}

fn label(lower: &mut Lower, draft: LabelDraft, columns: &BTreeSet<VarId>, body: &[Literal]) -> Option<Label> {
    let class = lower.infer.class(lower.vars[draft.row.index()].node);
    let at = match (class, &draft.column) {
        (Some(Class::Row(_)), None) => Place::Row(draft.row),
        (Some(Class::Row(relation)), Some(column)) => match lower.relations.find_column(relation, &column.text) {
            Some(position) => Place::Cell(draft.row, position),
            None => {
                if !lower.relations.get(relation).doubtful {
                    let complaint = lower.relations.unknown_column(relation, column);
                    lower.complain(complaint);
                }
                return None;
            }
        },
        (Some(Class::Generated(_)), _) => Place::Part(draft.row),
        _ => {
            let name = lower.vars[draft.row.index()].name.clone();
            lower.complain(bad_label(
                draft.span,
                text!("`{name}` 是算出来的值，没有位置可标", "`{name}` is a computed value and stands nowhere"),
            ));
            return None;
        }
    };
    let Some(scope) = path(lower, draft.around) else {
        lower.complain(bad_label(
            draft.span,
            text!("否定里的行不存在，无处标注", "a row in a negation does not exist and cannot be labelled"),
        ));
        return None;
    };
    let mut have = columns.clone();
    if draft.around != 0 {
        // whoever solves the braces has solved what is around them
        for at in 0..lower.vars.len() {
            if lower.is_within(draft.around, lower.vars[at].scope) {
                have.insert(VarId(u32::try_from(at).expect("fewer than 2^32 variables")));
            }
        }
    }
    let text = template(lower, draft.text, &have, body);
    Some(Label { at, scope, text, limit: draft.limit })
}

/// The positions of the aggregates that lead to the braces of that scope.
fn path(lower: &Lower, scope: usize) -> Option<Vec<usize>> {
    let mut path = Vec::new();
    let mut at = scope;
    while at != 0 {
        let (around, position) = lower.positions.get(&at).copied()?;
        path.push(position);
        at = around;
    }
    path.reverse();
    Some(path)
}
