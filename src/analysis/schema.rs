//! Which relations facts are loaded into.

use super::components::Flat;
use super::input::Mode;
use super::types::Types;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::schema::{Column, ColumnType, Relation, Schema};
use crate::syntax::ast::{Annotation, ColumnDecl, Decl, DirectiveKind, Name};
use crate::text;

/// The relations of `.input` directives, in the order of their declarations.
pub(super) fn schema(flat: &Flat, report: &mut Report) -> Schema {
    // complaints about types are made by the analysis proper
    let types = Types::declare(&flat.types.iter().collect::<Vec<_>>(), Mode::Plain, &mut Report::new());
    let is_input = |name: &str| {
        flat.directives.iter().any(|directive| {
            directive.kind == DirectiveKind::Input && directive.relations.iter().any(|relation| relation.text == name)
        })
    };
    let mut relations: Vec<Relation> = Vec::new();
    for decl in &flat.decls {
        for name in &decl.names {
            let known = relations.iter().any(|relation| relation.name == name.text);
            if known || !is_input(&name.text) {
                continue;
            }
            if let Some(columns) = columns(decl, &types, report) {
                let key = key(decl);
                let totals = listed(&decl.annotations, "totals").next().map(|(_, relation)| relation.to_owned());
                relations.push(Relation {
                    name: name.text.clone(),
                    columns,
                    key,
                    totals,
                    doc: decl.doc.clone(),
                    span: name.span,
                });
            }
        }
    }
    Schema { relations }
}

fn columns(decl: &Decl, types: &Types, report: &mut Report) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    let mut loadable = true;
    for column in &decl.columns {
        let ty = match types.get(&column.ty.text) {
            Some(id) => types.column(id),
            None => Some(ColumnType::Symbol), // unknown types are complained about elsewhere
        };
        let Some(ty) = ty else {
            let (name, ty) = (&column.name.text, &column.ty.text);
            report.push(
                Diagnostic::error(
                    Code::Unsupported,
                    text!(
                        "列 `{name}` 是记录类型 `{ty}`，不能从文件载入",
                        "the column `{name}` is of the record type `{ty}`, which cannot be loaded from files"
                    ),
                )
                .at(column.ty.span)
                .help(text!(
                    "把记录的各个字段作为单独的列载入",
                    "load the fields of the record as columns of their own"
                )),
            );
            loadable = false;
            continue;
        };
        columns.push(Column {
            name: column.name.text.clone(),
            ty,
            doc: column.doc.clone(),
            headers: listed(&column.annotations, "header").map(|(_, header)| header.to_owned()).collect(),
            is_share: types.get(&column.ty.text).is_some_and(|id| types.is_share(id)),
            part_of: listed(&column.annotations, "part_of").map(|(_, whole)| whole.to_owned()).next(),
            span: column.name.span,
        });
    }
    loadable.then_some(columns)
}

/// The columns of `@[key(a, b)]`; built-in columns count after the declared ones.
pub(super) fn key(decl: &Decl) -> Vec<usize> {
    listed(&decl.annotations, "key").filter_map(|(_, name)| position(decl, name)).collect()
}

/// What people call a column: the headers under which printed tables have it, and what its documentation begins with.
pub(super) fn called(column: &ColumnDecl) -> Vec<String> {
    let headers = listed(&column.annotations, "header").map(|(_, header)| header.to_owned());
    std::iter::once(beginning(&column.doc)).chain(headers).filter(|name| !name.is_empty()).collect()
}

/// The first words of a documentation.
fn beginning(doc: &str) -> String {
    doc.split(['（', '(', '，', ',', '、', '：', ':', '；', '。', '\n']).next().unwrap_or_default().trim().to_owned()
}

/// What the annotations `@[word(a, "b", …)]` list, each with its annotation.
fn listed<'a>(annotations: &'a [Annotation], word: &'a str) -> impl Iterator<Item = (&'a Annotation, &'a str)> {
    let of_word = annotations.iter().filter(move |annotation| annotation.name.text == word);
    of_word.flat_map(|annotation| {
        let items = annotation.value.split([',', '，', '、']).map(|item| item.trim().trim_matches('"').trim());
        items.filter(|item| !item.is_empty()).map(move |item| (annotation, item))
    })
}

fn position(decl: &Decl, name: &str) -> Option<usize> {
    let built_in = crate::facts::store::Table::BUILT_IN;
    decl.columns
        .iter()
        .position(|column| column.name.text == name)
        .or_else(|| built_in.iter().position(|known| *known == name).map(|at| decl.columns.len() + at))
}

/// Names in `@[key(…)]` that are no columns.
pub(super) fn check_key(decl: &Decl, report: &mut Report) {
    for (annotation, name) in listed(&decl.annotations, "key").filter(|(_, name)| position(decl, name).is_none()) {
        let known: Vec<&str> = decl.columns.iter().map(|column| column.name.text.as_str()).collect();
        let list = super::context::columns_list(known.into_iter());
        let relation = decl.names.first().map_or("", |name: &Name| name.text.as_str());
        report.push(
            Diagnostic::error(
                Code::UnknownColumn,
                text!("`{relation}` 没有列 `{name}`", "`{relation}` has no column `{name}`"),
            )
            .at(annotation.name.span)
            .help(text!("有：{list}", "there are: {list}")),
        );
    }
}
