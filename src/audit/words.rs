//! Templates filled in.

use crate::diagnostic::Lang;
use crate::exec::Input;
use crate::exec::cells::{cell_of, table_of};
use crate::exec::matcher::{Bindings, Flow, Matcher, Mode};
use crate::finding::format::show;
use crate::ir::card::{Format, Part, Template};
use crate::ir::{Expr, Rule, TypeId, TypeKind};
use crate::schema::Schema;
use crate::value::Value;

use super::places::written;

/// Characters of a cell that are shown.
const SHOWN: usize = 200;

/// What filling in a template needs.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) input: Input<'a>,
    pub(super) matcher: &'a Matcher<'a>,
    pub(super) schema: &'a Schema,
    pub(super) lang: Lang,
    /// Whether findings are to carry what they stand on.
    pub(super) evidence: bool,
}

impl Words<'_> {
    /// `template` under `bindings`. A cell without a value is shown as it is written.
    pub(super) fn fill(&self, rule: &Rule, template: &Template, bindings: &Bindings) -> String {
        let mut complete = bindings.clone();
        let _ =
            self.matcher.solve(&rule.vars, &template.display, (bindings.clone(), Mode::Possible), &mut |found, _| {
                complete = found.clone();
                Flow::Break(())
            });
        let mut text = String::new();
        for part in &template.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Expr(expr, ty, format) => text += &self.value(rule, (expr, *ty), *format, &complete),
            }
        }
        text
    }

    fn value(&self, rule: &Rule, (expr, ty): (&Expr, TypeId), format: Format, bindings: &Bindings) -> String {
        match self.matcher.value(&rule.vars, expr, bindings) {
            Ok(Value::Row(row)) => match expr {
                Expr::Var(var) => table_of(&self.input, rule, *var).map(|table| self.row(table, row)),
                _ => None,
            }
            .unwrap_or_else(|| format!("#{}", row + 1)),
            Ok(value) => show(&value, self.kind(ty), format),
            Err(_) => {
                let cell = match expr {
                    Expr::Var(var) => cell_of(&self.input, rule, *var, bindings),
                    _ => None,
                };
                let text = cell.map(|cell| written(&self.input, cell)).unwrap_or_default();
                match (text.trim_matches(['"', '\'']).is_empty(), self.lang) {
                    (false, _) => shortened(text, self.lang),
                    (true, Lang::Zh) => "（空）".to_owned(),
                    (true, Lang::En) => "(blank)".to_owned(),
                }
            }
        }
    }

    /// A row by its key.
    pub(super) fn row(&self, table: usize, row: u32) -> String {
        let name = &self.input.store.tables[table].name;
        let key = self.schema.relation(name).map(|relation| relation.key.clone()).unwrap_or_default();
        let key = if key.is_empty() { vec![0] } else { key };
        let cell = |column: usize| match self.input.store.cell(self.input.sources, table, row, column) {
            crate::facts::store::Cell::Present(value) => value.to_string(),
            _ => String::new(),
        };
        let parts: Vec<String> = key.into_iter().map(cell).filter(|text| !text.is_empty()).collect();
        if parts.is_empty() { format!("#{}", row + 1) } else { parts.join("/") }
    }

    pub(super) fn kind(&self, ty: TypeId) -> &TypeKind {
        &self.input.program.types[ty.index()].kind
    }
}

/// A text of a cell without what nobody would read of it.
fn shortened(text: String, lang: Lang) -> String {
    let Some((end, _)) = text.char_indices().nth(SHOWN) else { return text };
    let all = text.chars().count();
    match lang {
        Lang::Zh => format!("{}……（共 {all} 字）", &text[..end]),
        Lang::En => format!("{}… ({all} characters)", &text[..end]),
    }
}
