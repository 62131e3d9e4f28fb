//! Which relations a program has: those declared, those that rules derive, and those of cards.

use std::collections::BTreeMap;

use super::components::Flat;
use super::context::{Column, Relation, Relations, loaded, money_type};
use super::disjunction::MARK;
use super::infer::Infer;
use super::input::{CardSource, Input, Mode};
use super::resolve::{alternatives, card_columns};
use super::types::{Class, Types, declared_twice};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::store::Table;
use crate::ir::{RelationId, TypeId};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Args, Atom, Clause, Decl, DirectiveKind, Name};
use crate::text;

/// Every relation; complaints go to the report of `infer`.
pub(super) fn collect(flat: &Flat, input: &Input, infer: &mut Infer) -> Relations {
    let mut relations = Relations::default();
    for decl in &flat.decls {
        if !decl.broken {
            super::schema::check_key(decl, &mut infer.report);
        }
        for name in &decl.names {
            declare(name, decl, input, infer, &mut relations);
        }
    }
    fact_row_types(flat, infer, &mut relations);
    // Sound clauses first: of the columns of a broken one some may be missing.
    let (broken, sound): (Vec<&Clause>, Vec<&Clause>) = flat.clauses.iter().partition(|clause| clause.body.broken);
    for clause in sound.into_iter().chain(broken) {
        for head in &clause.heads {
            match relations.id(&head.relation.text) {
                Some(id) => relations.get_mut(id).derived = true,
                None if input.mode == Mode::Audit || head.relation.text.contains(MARK) => {
                    let id = implied(head, infer, &mut relations);
                    let is_lost = input.programs.iter().any(|program| program.lost.may_declare(&head.relation.text));
                    relations.get_mut(id).doubtful = clause.body.broken || is_lost;
                }
                None => {}
            }
        }
    }
    limits(flat, infer, &mut relations);
    cards(input.cards, infer, &mut relations);
    relations
}

fn declare(name: &Name, decl: &Decl, input: &Input, infer: &mut Infer, relations: &mut Relations) {
    if let Some(first) = relations.id(&name.text) {
        let span = relations.get(first).span;
        infer.report.push(declared_twice(name, Some(span)));
        return;
    }
    let table = input.store.position(&name.text);
    let mut columns = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (at, column) in decl.columns.iter().enumerate() {
        if let Some(first) = seen.insert(&column.name.text, column.name.span) {
            infer.report.push(declared_twice(&column.name, Some(first)));
        }
        // the row of a relation is a type too; relations are not known yet
        let is_relation = infer.types.get(&column.ty.text).is_none();
        let ty = if is_relation { None } else { infer.types.get(&column.ty.text) };
        let ty = match (ty, table) {
            (Some(ty), Some(table)) if infer.types.class(ty) == Class::Money => {
                Some(money_type(&mut infer.types, input.store, table, at))
            }
            (ty, _) => ty,
        };
        let is_endless = ty.is_some_and(|ty| infer.types.is_endless(ty));
        let called = super::schema::called(column);
        let mut column = Column { called, ..column_of(&column.name, ty.filter(|_| !is_endless), infer) };
        if is_endless {
            column.node = infer.poison();
        }
        columns.push(column);
    }
    let arity = columns.len();
    if table.is_some() {
        add_built_in(&mut columns, name.span, infer);
    }
    let word = |text: &str| decl.qualifiers.iter().any(|word| word.text == text);
    let choice = choice_keys(decl, infer);
    check_equivalence(name, decl, infer);
    relations.add(Relation {
        name: name.text.clone(),
        doc: decl.doc.clone(),
        span: name.span,
        columns,
        arity,
        derived: false,
        table,
        loaded: table.map(|table| loaded(input.store, table, input.sources)),
        equivalence: word("eqrel"),
        choice,
        limit: None,
        key: super::schema::key(decl),
        card: None,
        doubtful: decl.broken,
    });
}

fn column_of(name: &Name, declared: Option<TypeId>, infer: &mut Infer) -> Column {
    let node = match declared {
        Some(ty) => infer.known(ty, name.span),
        None => infer.fresh(),
    };
    Column { name: name.text.clone(), span: name.span, declared, node, called: Vec::new() }
}

fn add_built_in(columns: &mut Vec<Column>, span: Span, infer: &mut Infer) {
    for (name, ty) in Table::BUILT_IN.into_iter().zip([Types::SYMBOL, Types::SYMBOL, Types::NUMBER]) {
        let name = Name { text: name.to_owned(), span };
        columns.push(column_of(&name, Some(ty), infer));
    }
}

fn choice_keys(decl: &Decl, infer: &mut Infer) -> Vec<Vec<usize>> {
    let mut keys = Vec::new();
    for names in decl.choice.iter().filter(|_| !decl.broken) {
        let mut key = Vec::new();
        for name in names {
            match decl.columns.iter().position(|column| column.name.text == name.text) {
                Some(at) => key.push(at),
                None => {
                    let text = &name.text;
                    let complaint = Diagnostic::error(
                        Code::UnknownColumn,
                        text!(
                            "choice-domain 里的 `{text}` 不是这张表的列",
                            "`{text}` in choice-domain is no column of this relation"
                        ),
                    );
                    infer.report.push(complaint.at(name.span));
                }
            }
        }
        keys.push(key);
    }
    keys
}

fn check_equivalence(name: &Name, decl: &Decl, infer: &mut Infer) {
    if decl.columns.is_empty() && decl.qualifiers.iter().any(|word| word.text == "btree_delete") {
        let message = text!("没有列的表，没有更好的行", "a relation without columns has no better rows");
        infer.report.push(Diagnostic::error(Code::BadDeclaration, message).at(name.span));
    }
    // Of columns that could not be read nothing is asked.
    let word = decl.qualifiers.iter().find(|word| word.text == "eqrel" && !decl.broken);
    let Some(word) = word else { return };
    let wrong = match &decl.columns[..] {
        [one, other] if one.ty.text == other.ty.text => return,
        [_, _] => text!("等价关系的两列要是同一类型", "both columns of an equivalence relation must be of one type"),
        _ => text!("等价关系要有两列", "an equivalence relation has two columns"),
    };
    let complaint = Diagnostic::error(Code::BadDeclaration, wrong);
    infer.report.push(complaint.at(name.span).secondary(word.span, text!("因为写了 eqrel", "because of eqrel")));
}

/// Columns whose type is the name of a fact relation hold rows of it; other unknown types are complained about.
fn fact_row_types(flat: &Flat, infer: &mut Infer, relations: &mut Relations) {
    for decl in &flat.decls {
        for (at, column) in decl.columns.iter().enumerate() {
            if infer.types.get(&column.ty.text).is_some() {
                continue;
            }
            let row_of = relations.id(&column.ty.text).filter(|id| relations.get(*id).table.is_some());
            let ty = match row_of {
                Some(id) => Some(infer.types.row(id, &column.ty.text)),
                None => {
                    let mut report = std::mem::take(&mut infer.report);
                    let found = infer.types.find(&column.ty, &mut report);
                    infer.report = report;
                    found
                }
            };
            for name in &decl.names {
                let Some(id) = relations.id(&name.text) else { continue };
                let node = match ty {
                    Some(ty) => infer.known(ty, column.ty.span),
                    None => infer.poison(),
                };
                if let Some(slot) = relations.get_mut(id).columns.get_mut(at) {
                    slot.declared = ty;
                    slot.node = node;
                }
            }
        }
    }
}

/// A relation without a declaration: its columns are called as the variables of its first head.
fn implied(head: &Atom, infer: &mut Infer, relations: &mut Relations) -> RelationId {
    let names: Vec<Name> = match &head.args {
        Args::Positional(args) => args.iter().enumerate().map(|(at, arg)| column_name(at, arg)).collect(),
        Args::Named(args) => args.iter().map(|arg| arg.column.clone()).collect(),
    };
    let columns: Vec<Column> = names.iter().map(|name| column_of(name, None, infer)).collect();
    relations.add(derived(&head.relation, columns, None))
}

fn column_name(at: usize, arg: &Arg) -> Name {
    let text = match &arg.kind {
        ArgKind::Var(name) => name.clone(),
        ArgKind::Field(row, column) => format!("{}.{}", row.text, column.text),
        _ => format!("_{}", at + 1),
    };
    Name { text, span: arg.span }
}

fn derived(name: &Name, columns: Vec<Column>, card: Option<usize>) -> Relation {
    Relation {
        name: name.text.clone(),
        doc: String::new(),
        span: name.span,
        arity: columns.len(),
        columns,
        derived: true,
        table: None,
        loaded: None,
        equivalence: false,
        choice: Vec::new(),
        limit: None,
        key: Vec::new(),
        card,
        doubtful: false,
    }
}

fn limits(flat: &Flat, infer: &mut Infer, relations: &mut Relations) {
    for directive in flat.directives.iter().filter(|directive| directive.kind == DirectiveKind::LimitSize) {
        let value =
            directive.options.iter().find(|(name, _)| name.text == "n").and_then(|(_, value)| value.parse().ok());
        for name in &directive.relations {
            let Some(id) = relations.id(&name.text) else { continue };
            relations.get_mut(id).limit = value;
            if value.is_none() {
                let complaint = Diagnostic::error(
                    Code::BadDirective,
                    text!("`.limitsize` 要写上限：`(n=…)`", "`.limitsize` needs its limit: `(n=…)`"),
                );
                infer.report.push(complaint.at(directive.span));
            }
        }
    }
}

fn cards(cards: &[CardSource], infer: &mut Infer, relations: &mut Relations) {
    for (position, card) in cards.iter().enumerate() {
        let name = Name { text: card.name.to_owned(), span: card.span };
        if let Some(first) = relations.id(card.name) {
            let span = relations.get(first).span;
            infer.report.push(declared_twice(&name, Some(span)));
            continue;
        }
        let all = if card.idle { Some(Vec::new()) } else { alternatives(card.when) };
        let Some(all) = all else { continue };
        let columns: Vec<Column> = all
            .first()
            .map(|first| card_columns(first, relations))
            .unwrap_or_default()
            .into_iter()
            .map(|(text, span)| column_of(&Name { text, span }, None, infer))
            .collect();
        let doubtful = card.when.broken;
        relations.add(Relation { doubtful, ..derived(&name, columns, Some(position)) });
    }
}
