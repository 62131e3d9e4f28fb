//! The stages of analysis in their order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cards::{CardDraft, CardScope, bodies, draft_alternative, finish_alternative};
use super::collect::collect;
use super::components::{Flat, expand};
use super::context::Relations;
use super::disjunction;
use super::equivalence;
use super::folding;
use super::functors;
use super::hir;
use super::infer::Infer;
use super::inline::inline;
use super::input::{Input, Mode};
use super::lints;
use super::lower::{Lower, Spreads};
use super::nominal;
use super::plain;
use super::resolve::{Builder, alternatives, too_many};
use super::rounds;
use super::strata::{components, stratify};
use super::types::Types;
use crate::diagnostic::Report;
use crate::ir::card::{Alternative, Card};
use crate::ir::{Column, Directive, Origin, Program, Relation, RelationId, Rule, RuleId, Subsumption};
use crate::syntax::ast::{Body, Clause, CompareOp, DirectiveKind};

/// A rule with names resolved, and the scopes that it has.
struct Draft {
    rule: hir::Rule,
    parents: Vec<Option<usize>>,
    card: Option<CardDraft>,
}

pub(super) fn build(input: &Input) -> (Program, Report) {
    let mut report = Report::new();
    let programs: Vec<_> = input.programs.iter().collect();
    let mut flat = expand(&programs, &mut report);
    if input.mode == Mode::Plain {
        plain::exclude(&mut flat, &programs);
        plain::check(&flat, input, &mut report);
        folding::fold(&mut flat);
    }
    inline(&mut flat, &mut report);
    if input.mode == Mode::Plain {
        rounds::unfold(&mut flat, &mut report);
    }
    disjunction::lift(&mut flat);
    let whens: Vec<Option<Body>> = input.cards.iter().map(|card| disjunction::lift_card(card, &mut flat)).collect();
    let mut cards = Cow::Borrowed(input.cards);
    for (at, when) in whens.iter().enumerate().filter_map(|(at, when)| Some((at, when.as_ref()?))) {
        cards.to_mut()[at].when = when;
    }
    let input = &Input { cards: &cards, ..*input };
    let types = Types::declare(&flat.types.iter().collect::<Vec<_>>(), input.mode, &mut report);
    let mut infer = Infer::new(input.mode, input.sources, types);
    let relations = collect(&flat, input, &mut infer);
    infer.column_names = relations.names();
    infer.used_parameters = vec![Vec::new(); input.cards.len()];
    let mut drafts = resolve_clauses(&flat, &relations, &mut infer);
    for position in (0..input.cards.len()).filter(|at| !input.cards[*at].idle) {
        resolve_card(input, position, &relations, &mut infer, &mut drafts);
    }
    if input.mode == Mode::Audit {
        lints::parameters(input.cards, &infer.used_parameters, &mut infer.report);
    }
    infer.solve(&relations);
    let mut program = Program { relations: finish_relations(&relations, &infer), ..Program::default() };
    program.cards = vec![None; input.cards.len()];
    let names = lower_all(drafts, &relations, &mut infer, &mut program);
    equivalence::close(&relations, &mut program);
    directives(&flat, &relations, &mut program, &mut infer.report);
    functors::check(&flat, &mut infer);
    let solved = std::mem::take(&mut infer.report);
    report.append(solved);
    program.types = infer.types.finish();
    stratify(&mut program, input.mode, &mut report);
    if input.mode == Mode::Audit {
        names.report(&mut report);
        lints::program(&program, &relations, input.sources, &mut report);
    }
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
            if let Some((mut rule, parents)) = draft {
                rule.broken |= clause.body.broken;
                drafts.push(Draft { rule, parents, card: None });
            }
        }
    }
}

fn resolve_card(input: &Input, position: usize, relations: &Relations, infer: &mut Infer, drafts: &mut Vec<Draft>) {
    let card = &input.cards[position];
    let Some(relation) = relations.id(card.name).filter(|id| relations.get(*id).card == Some(position)) else { return };
    for (body, span) in bodies(card, infer) {
        infer.rule = drafts.len();
        let scope = CardScope { relations, card, position, relation };
        let broken = card.when.broken;
        let (mut rule, parents, card) = draft_alternative(scope, infer, (&body, span));
        rule.broken |= broken;
        drafts.push(Draft { rule, parents, card: Some(card) });
    }
}

/// Lowers every rule that is sound, relations before those that use them, and adds them in the order in which they are
/// written. A card one of whose alternatives is wrong is none.
fn lower_all(drafts: Vec<Draft>, relations: &Relations, infer: &mut Infer, program: &mut Program) -> lints::Names {
    let mut spreads = Spreads::of(relations.list.len());
    let mut names = lints::Names::default();
    let mut lowered: Vec<Option<Lowered>> = Vec::new();
    lowered.resize_with(drafts.len(), || None);
    let agrees = drafts.iter().any(|draft| draft.rule.body.iter().any(agrees));
    let read = if agrees { read_by(&drafts) } else { BTreeSet::new() };
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    for (members, rules) in by_dependency(&drafts, relations) {
        for at in rules {
            let Some(mut draft) = drafts[at].take() else { continue };
            let sound =
                !draft.rule.broken && !infer.broken.contains(&at) && nominal::check(&draft.rule, relations, infer);
            let is_read = read.contains(&draft.rule.head.index());
            lowered[at] = if sound { lower(&mut draft, relations, infer, (&mut spreads, is_read)) } else { None };
            if infer.mode == Mode::Audit {
                names.add(&draft.rule, lowered[at].is_some());
            }
            if let (None, Some(card)) = (&lowered[at], draft.rule.card) {
                infer.wrong_cards.insert(card);
            }
        }
        spreads.complete(&members);
    }
    lowered.into_iter().flatten().for_each(|lowered| add_rule(lowered, program));
    infer.wrong_cards.iter().for_each(|card| program.cards[*card] = None);
    spreads.finish(program);
    names
}

/// The relations that conditions read: of no others does any `~` ask how exact they are.
fn read_by(drafts: &[Draft]) -> BTreeSet<usize> {
    let mut read = BTreeSet::new();
    drafts.iter().flat_map(|draft| &draft.rule.body).for_each(|cond| relations_in(cond, &mut read));
    read
}

/// Relations that depend on one another with the positions of their rules, each after those that it needs.
fn by_dependency(drafts: &[Option<Draft>], relations: &Relations) -> Vec<(Vec<RelationId>, Vec<usize>)> {
    let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); relations.list.len()];
    let mut rules: Vec<Vec<usize>> = vec![Vec::new(); relations.list.len()];
    for (at, draft) in drafts.iter().flatten().enumerate() {
        let head = draft.rule.head.index();
        rules[head].push(at);
        draft.rule.body.iter().for_each(|cond| relations_in(cond, &mut needs[head]));
    }
    let id = |member: &usize| RelationId(u32::try_from(*member).expect("fewer than 2^32 relations"));
    components(&needs)
        .into_iter()
        .map(|members| {
            let rules = members.iter().flat_map(|member| rules[*member].iter().copied()).collect();
            (members.iter().map(id).collect(), rules)
        })
        .collect()
}

fn relations_in(cond: &hir::Cond, out: &mut BTreeSet<usize>) {
    match cond {
        hir::Cond::Atom(atom) => {
            out.insert(atom.relation.index());
        }
        hir::Cond::Not(body, ..) => body.iter().for_each(|cond| relations_in(cond, out)),
        hir::Cond::Aggregate(aggregate) => aggregate.body.iter().for_each(|cond| relations_in(cond, out)),
        _ => {}
    }
}

/// Whether some `~` stands in it.
fn agrees(cond: &hir::Cond) -> bool {
    match cond {
        hir::Cond::Compare { op, .. } => matches!(op, CompareOp::Agree | CompareOp::Disagree),
        hir::Cond::Not(body, ..) => body.iter().any(agrees),
        hir::Cond::Aggregate(aggregate) => aggregate.body.iter().any(agrees),
        _ => false,
    }
}

/// A rule, and the alternative of its card.
struct Lowered {
    rule: Rule,
    alternative: Option<Alternative>,
    subsumption: bool,
}

/// None when something in it is wrong. Of the draft, only the head and the variables are left.
fn lower(
    draft: &mut Draft,
    relations: &Relations,
    infer: &mut Infer,
    (spreads, is_read): (&mut Spreads, bool),
) -> Option<Lowered> {
    let Draft { rule: draft, parents, card } = draft;
    let (own, parents) = (draft.vars.len(), std::mem::take(parents));
    let mut lower = Lower::new(infer, relations, spreads, (std::mem::take(&mut draft.vars), parents));
    let lowered = lower.whole(draft, card.take(), is_read);
    draft.vars = lower.vars;
    draft.vars.truncate(own);
    lowered
}

impl Lower<'_, '_> {
    /// The rule, and the alternative of its card.
    fn whole(&mut self, draft: &mut hir::Rule, card: Option<CardDraft>, is_read: bool) -> Option<Lowered> {
        let mut rule = self.rule(draft)?;
        let alternative = match card {
            Some(card) => Some(finish_alternative(self, card, draft, &rule.body)?),
            None => None,
        };
        rule.vars = self.finish_vars();
        if is_read && !draft.subsumption {
            self.register_spreads(&rule);
        }
        Some(Lowered { rule, alternative, subsumption: draft.subsumption })
    }
}

fn add_rule(lowered: Lowered, program: &mut Program) {
    let Lowered { rule, alternative, subsumption } = lowered;
    if subsumption {
        program.relations[rule.head.index()].subsumption.push(Subsumption { rule });
        return;
    }
    if let (Some(mut alternative), Some(card)) = (alternative, rule.card) {
        alternative.rule = RuleId(u32::try_from(program.rules.len()).expect("fewer than 2^32 rules"));
        let relation = rule.head;
        let card = program.cards[card].get_or_insert_with(|| Card { relation, alternatives: Vec::new() });
        card.alternatives.push(alternative);
    }
    program.rules.push(rule);
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
            closes: None,
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
}
