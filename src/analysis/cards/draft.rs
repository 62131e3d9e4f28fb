//! The parts of a card with names resolved, types not known yet.

use crate::analysis::context::Relations;
use crate::analysis::hir::{Expr, Kind, Role, Rule};
use crate::analysis::infer::{Constraint, Infer};
use crate::analysis::input::{CardSource, LabelSource, Piece, TemplateSource};
use crate::analysis::resolve::{Binding, Builder, Conditions};
use crate::cards::Severity;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::card::Format;
use crate::ir::{RelationId, VarId};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Literal, Name};
use crate::text;

/// One alternative of a card.
pub(in crate::analysis) struct CardDraft {
    pub(super) message: TemplateDraft,
    pub(super) help: Option<TemplateDraft>,
    pub(super) labels: Vec<LabelDraft>,
    pub(super) severity: Vec<(TemplateDraft, Severity)>,
    pub(super) key: TemplateDraft,
}

/// A template: its conditions belong to a scope of their own.
pub(super) struct TemplateDraft {
    pub(super) body: Conditions,
    pub(super) parts: Vec<PartDraft>,
}

pub(super) enum PartDraft {
    Text(String),
    Expr(Expr, Format),
}

pub(super) struct LabelDraft {
    pub(super) row: VarId,
    pub(super) column: Option<Name>,
    pub(super) span: Span,
    /// The scope of the braces in which it is bound; 0 for none.
    pub(super) around: usize,
    pub(super) text: TemplateDraft,
    pub(super) limit: Option<usize>,
}

/// What a card is resolved against.
#[derive(Clone, Copy)]
pub(in crate::analysis) struct CardScope<'c> {
    pub(in crate::analysis) relations: &'c Relations,
    pub(in crate::analysis) card: &'c CardSource<'c>,
    pub(in crate::analysis) position: usize,
    pub(in crate::analysis) relation: RelationId,
}

/// Resolves one alternative of a card: its rule, the scopes of the rule, and the templates.
pub(in crate::analysis) fn draft_alternative(
    scope: CardScope,
    infer: &mut Infer,
    (body, span): (&[&Literal], Span),
) -> (Rule, Vec<Option<usize>>, CardDraft) {
    let CardScope { relations, card, position, relation } = scope;
    let mut builder = Builder::new(infer, relations, &card.params, Some(position));
    let (args, conds) = builder.card_body(relation, body, span);
    let message = builder.template(card.message, 0);
    let help = card.help.map(|help| builder.template(help, 0));
    let labels = card.labels.iter().filter_map(|label| builder.label(label)).collect();
    let severity = card
        .severity
        .iter()
        .map(|entry| {
            let mut draft = builder.empty_template(0);
            if let Some(when) = &entry.when {
                builder.severity_condition(when, &mut draft);
            }
            (draft, entry.is)
        })
        .collect();
    let key = if card.key.is_empty() { builder.default_key(&args) } else { builder.written_key(card.key) };
    let (rule, parents) = builder.finish(relation, args, conds, span);
    (rule, parents, CardDraft { message, help, labels, severity, key })
}

impl Builder<'_, '_> {
    fn empty_template(&mut self, around: usize) -> TemplateDraft {
        TemplateDraft { body: Conditions::of(self.enter(around)), parts: Vec::new() }
    }

    /// Resolves in a scope of its own, in which fields of rows are read anew.
    fn template_expr(&mut self, arg: &Arg, draft: &mut TemplateDraft) -> Expr {
        self.display = Some(draft.body.scope);
        let value = self.expr(arg, &mut draft.body);
        self.display = None;
        value
    }

    fn template(&mut self, source: &TemplateSource, around: usize) -> TemplateDraft {
        let mut draft = self.empty_template(around);
        for piece in &source.pieces {
            let part = match piece {
                Piece::Text(text) => PartDraft::Text(text.clone()),
                Piece::Hole(arg, format) => PartDraft::Expr(self.template_expr(arg, &mut draft), *format),
            };
            draft.parts.push(part);
        }
        draft
    }

    fn severity_condition(&mut self, when: &crate::syntax::ast::Body, draft: &mut TemplateDraft) {
        self.display = Some(draft.body.scope);
        match &when.alternatives[..] {
            [] => {}
            [one] => {
                let literals: Vec<&Literal> = one.iter().collect();
                self.conjunction(&literals, &mut draft.body);
            }
            _ => self.filter_group(when, when.span, &mut draft.body),
        }
        self.display = None;
    }

    fn written_key(&mut self, args: &[Arg]) -> TemplateDraft {
        let mut draft = self.empty_template(0);
        for arg in args {
            let value = self.template_expr(arg, &mut draft);
            add_key_part(&mut draft, value);
        }
        draft
    }

    /// The key columns of the rows; without rows, the variables.
    fn default_key(&mut self, columns: &[Expr]) -> TemplateDraft {
        let mut draft = self.empty_template(0);
        let vars: Vec<VarId> = columns
            .iter()
            .filter_map(|column| match column.kind {
                Kind::Var(var) => Some(var),
                _ => None,
            })
            .collect();
        self.display = Some(draft.body.scope);
        let mut parts = Vec::new();
        for var in &vars {
            let Some(relation) = self.row_relation(*var) else { continue };
            let relation = self.relations.get(relation);
            let key = if relation.key.is_empty() { vec![0] } else { relation.key.clone() };
            let names: Vec<String> =
                key.iter().filter_map(|at| relation.columns.get(*at)).map(|column| column.name.clone()).collect();
            let span = self.vars[var.index()].span;
            for text in names {
                let field = self.field_var(*var, &Name { text, span }, span);
                parts.push(self.var_expr(field, span));
            }
        }
        if parts.is_empty() {
            parts = vars.iter().map(|var| self.var_expr(*var, self.vars[var.index()].span)).collect();
        }
        self.display = None;
        parts.into_iter().for_each(|part| add_key_part(&mut draft, part));
        draft
    }

    fn row_relation(&self, var: VarId) -> Option<RelationId> {
        match self.infer.class(self.vars[var.index()].node) {
            Some(crate::analysis::types::Class::Row(relation)) => Some(relation),
            _ => None,
        }
    }

    fn label(&mut self, source: &LabelSource) -> Option<LabelDraft> {
        let (name, column) = match &source.at.kind {
            ArgKind::Var(name) => (name, None),
            ArgKind::Field(row, column) => (&row.text, Some(column.clone())),
            _ => {
                self.complain(bad_label(
                    source.at.span,
                    text!("标注要指向一行或一个单元格", "a label marks a row or a cell"),
                ));
                return None;
            }
        };
        let Some((binding, around)) = self.find_for_label(name) else {
            let known: Vec<String> = self.label_names();
            let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            let complaint = Diagnostic::error(
                Code::BadLabel,
                text!("规则里没有 `{name}`，无处标注", "the rule has no `{name}` to label"),
            )
            .at(source.at.span);
            self.complain(match near {
                Some(near) => complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")),
                None => complaint,
            });
            return None;
        };
        let Binding::Var(row) = binding else {
            self.complain(bad_label(
                source.at.span,
                text!("`{name}` 是规则得出的行，没有位置可标", "`{name}` is a derived row and stands nowhere"),
            ));
            return None;
        };
        if let (Some(column), Role::Row) = (&column, self.vars[row.index()].role) {
            // Asked for here too, so that it is told of a rule that has something else wrong with it.
            let (span, result) = (source.at.span, self.infer.fresh());
            let row = (self.vars[row.index()].node, span);
            self.infer.constrain(span, Constraint::Field { row, column: column.clone(), result });
        }
        let text = self.template(&source.text, around);
        Some(LabelDraft { row, column, span: source.at.span, around, text, limit: source.limit })
    }

    /// What a label names: outside braces first, then in braces in their order.
    fn find_for_label(&self, name: &str) -> Option<(Binding, usize)> {
        std::iter::once(0)
            .chain(self.braces.iter().copied())
            .find_map(|scope| Some((self.scopes[scope].names.get(name)?.clone(), scope)))
    }

    fn label_names(&self) -> Vec<String> {
        std::iter::once(0)
            .chain(self.braces.iter().copied())
            .flat_map(|scope| self.scopes[scope].names.keys().cloned())
            .collect()
    }
}

fn add_key_part(draft: &mut TemplateDraft, value: Expr) {
    if !draft.parts.is_empty() {
        draft.parts.push(PartDraft::Text("，".to_owned()));
    }
    draft.parts.push(PartDraft::Expr(value, Format::default()));
}

/// A label that marks nothing.
pub(super) fn bad_label(span: Span, message: crate::diagnostic::Text) -> Diagnostic {
    Diagnostic::error(Code::BadLabel, message).at(span).help(text!(
        "写行变量（`p`）或它的列（`p.budget`），花括号里的也可以",
        "write a row variable (`p`) or its column (`p.budget`), also of those inside braces"
    ))
}
