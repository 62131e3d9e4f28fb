//! Proofs in words.

use super::claims::Claims;
use super::places::{cell_spot, generated_spot, written};
use super::words::Words;
use crate::diagnostic::{Lang, Text};
use crate::exec::CellRef;
use crate::finding::format::show;
use crate::finding::proof::{Claim, Node};
use crate::ir::card::Format;
use crate::ir::{Aggregate, AggregateOp, Expr, Literal, Origin, Rule, TypeId, TypeKind, VarId};
use crate::provenance::proof::{Because, Contributor, Proof, Prover, Read, Step};
use crate::source::Span;
use crate::text;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

/// Contributors that are shown before the rest is folded.
const SHOWN: usize = 8;

/// Tells proofs in words.
pub(super) struct Teller<'w> {
    pub(super) words: &'w Words<'w>,
    /// Show every contributor of an aggregate rather than the largest.
    pub(super) all: bool,
    /// Tell of every contributor, shown or not, for programs.
    pub(super) every: bool,
}

impl Teller<'_> {
    pub(super) fn proof(&self, proof: &Proof, text: String) -> Node {
        let rule = &self.words.input.program.rules[proof.rule.index()];
        let claim = Claims { words: self.words, rule }.of_rule(proof);
        let children = proof.steps.iter().map(|step| self.step(rule, step)).collect();
        Node { text, place: Some(rule.span), claim: Some(claim), children, ..Node::default() }
    }

    fn step(&self, rule: &Rule, step: &Step) -> Node {
        let condition = self.condition(step.literal);
        let claim = Claims { words: self.words, rule }.of_step(step);
        let node = Node { place: Some(step.literal.span()), claim, ..Node::default() };
        match &step.because {
            Because::Fact { table, row, cells, .. } => {
                let arity = self.words.input.store.tables[*table].arity();
                let read = cells.iter().filter(|read| read.cell.column < arity);
                let children = read.map(|read| self.cell(rule, read)).collect();
                let named = match step.literal {
                    Literal::Atom(atom) if step.is_reading() => atom.row.map(|row| rule.vars[row.index()].name.clone()),
                    _ => None,
                };
                let text = format!("{}  ⇒  {}", named.unwrap_or(condition), self.words.row(*table, *row));
                Node { text, place: Some(self.row_place(*table, *row)), children, ..node }
            }
            Because::Derived { relation, row, proof, cut } => {
                let declared = &self.words.input.program.relations[relation.index()];
                let values = row.iter().zip(&declared.columns).map(|(value, column)| self.value(value, column.ty));
                let mut text = format!("{}({})", declared.name, values.collect::<Vec<_>>().join("，"));
                if *cut {
                    text += &self.say(&text!("  …（--depth 展开更深）", "  … (--depth shows more)"));
                }
                let below = proof.as_ref().map(|proof| self.proof(proof, String::new())).unwrap_or_default();
                // The derived row and the rule that gives it are one line.
                let rule = Node { text: String::new(), ..below };
                let children = if proof.is_some() { vec![rule] } else { Vec::new() };
                Node { text, children, ..node }
            }
            Because::Compared { left, right, allowance } => {
                Node { text: self.compared(rule, step.literal, condition, (left, right, allowance.as_ref())), ..node }
            }
            Because::Named { var, value } => {
                let ty = rule.vars[var.index()].ty;
                let value = value.as_ref().map_or_else(|| "—".to_owned(), |value| self.value(value, ty));
                Node { text: format!("{condition}  ⇒  {value}"), ..node }
            }
            Because::Added { value, parts } => match step.literal {
                Literal::Aggregate(aggregate) => self.added((rule, aggregate), (value, parts), node),
                _ => node,
            },
            Because::Generated { row, cell } => {
                let (text, spot) = self.generated(rule, step.literal, row, *cell);
                let place = spot.as_ref().map(|(span, _)| *span).or(node.place);
                let address = spot.and_then(|(_, address)| address);
                Node { text: format!("{condition}  ⇒  {text}"), place, address, ..node }
            }
            Because::Absent { given } => {
                let given = given.iter().filter(|(var, _)| !rule.vars[var.index()].name.starts_with('_'));
                let looked: Vec<String> = given.map(|(var, value)| self.named(rule, *var, value)).collect();
                let nothing = self.say(&text!("没有找到", "none found"));
                let with = if looked.is_empty() { String::new() } else { format!("（{}）", looked.join("，")) };
                Node { text: format!("{condition}  ⇒  {nothing}{with}"), ..node }
            }
            Because::Tested { .. } | Because::Holds => Node { text: condition, ..node },
        }
    }

    /// `p = T2/机构改革经费`
    fn named(&self, rule: &Rule, var: VarId, value: &Value) -> String {
        let var = &rule.vars[var.index()];
        format!("{} = {}", var.name, self.value(value, var.ty))
    }

    /// A comparison, with the values of both sides.
    fn compared(
        &self,
        rule: &Rule,
        literal: &Literal,
        condition: String,
        (left, right, allowance): (&Value, &Value, Option<&Value>),
    ) -> String {
        let Literal::Compare(compare) = literal else { return condition };
        let ty = self.ty(rule, &compare.left).or_else(|| self.ty(rule, &compare.right));
        let said = |value: &Value| ty.map_or_else(|| value.to_string(), |ty| self.value(value, ty));
        let sides = format!("{} {} {}", said(left), compare.op.symbol(), said(right));
        let mut text = if condition == sides { condition } else { format!("{condition}  ⇒  {sides}") };
        if let Some(allowance) = allowance.map(said) {
            text += &self.say(&text!("（允许误差 {allowance}）", " (allowance {allowance})"));
        }
        text
    }

    /// The type of an expression, for showing its value; none for a bare number.
    pub(super) fn ty(&self, rule: &Rule, expr: &Expr) -> Option<TypeId> {
        match expr {
            Expr::Var(var) => Some(rule.vars[var.index()].ty),
            Expr::Else(value, default) => self.ty(rule, value).or_else(|| self.ty(rule, default)),
            Expr::If(_, yes, no) => self.ty(rule, yes).or_else(|| self.ty(rule, no)),
            Expr::Call(function, args, _) => {
                use Function::{Abs, Add, Max, Min, Mul, Neg, Round, RoundEven, Sub, Trunc};
                let kept = [Abs, Add, Max, Min, Mul, Neg, Round, RoundEven, Sub, Trunc].contains(function);
                let mut types = args.iter().filter(|_| kept).filter_map(|arg| self.ty(rule, arg));
                let first = types.next();
                let money = |ty: &TypeId| matches!(self.words.kind(*ty), TypeKind::Money(_));
                first.into_iter().chain(types).find(money).or(first)
            }
            Expr::Const(_) | Expr::Record(_) | Expr::Field(..) | Expr::Precision(..) => None,
        }
    }

    /// Whether an aggregate is not the one written, but adds the allowances of that one's parts, or of a derived row's.
    fn is_allowance(&self, rule: &Rule, aggregate: &Aggregate) -> bool {
        let beside = rule.body.iter().filter(|literal| literal.span() == aggregate.span);
        // They stand at one place; what was written comes first.
        let first = beside.into_iter().next();
        !matches!(first, Some(Literal::Aggregate(other)) if other.result == aggregate.result) && first.is_some()
    }

    /// An aggregate: its parts, largest first, the rest folded, and the sum added up again.
    fn added(
        &self,
        (rule, aggregate): (&Rule, &Aggregate),
        (value, parts): (&Value, &[Contributor]),
        node: Node,
    ) -> Node {
        let result = &rule.vars[aggregate.result.index()];
        let shown = self.value(value, result.ty);
        let is_zero = total([value].into_iter()).is_some_and(|total| magnitude(&total).is_zero());
        let told = if self.every { parts } else { &[] };
        let told: Vec<Node> = told.iter().map(|part| self.part((rule, aggregate), part)).collect();
        if self.is_allowance(rule, aggregate) {
            if is_zero {
                return Node { parts: told, ..node };
            }
            let count = parts.len();
            let said =
                text!("其中 {count} 项的允许误差相加  ⇒  {shown}", "the allowances of its {count} parts  ⇒  {shown}");
            return Node { text: self.say(&said), parts: told, ..node };
        }
        let is_unnamed = result.name.starts_with('_');
        if is_unnamed && parts.is_empty() {
            // The comparison that it stands in says what it came to.
            return node;
        }
        let name = if is_unnamed { String::new() } else { format!("{} = ", result.name) };
        let text = format!("{name}{}  ⇒  {shown}", self.written(aggregate.span));
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by(|a, b| parts[*b].value.cmp(&parts[*a].value));
        let most = if self.all { order.len() } else { SHOWN.min(order.len()) };
        let shown = |at: &usize| Node { children: Vec::new(), ..self.part((rule, aggregate), &parts[*at]) };
        let mut children: Vec<Node> = order[..most].iter().map(shown).collect();
        let rest = &order[most..];
        if !rest.is_empty() {
            let left_out: Vec<&Contributor> = rest.iter().map(|at| &parts[*at]).collect();
            children.push(Node { text: self.folded(aggregate.op, &left_out, result.ty), ..Node::default() });
        }
        if aggregate.op == AggregateOp::Sum && parts.len() > 1 {
            children.extend(self.again(parts, result.ty));
        }
        Node { text, children, parts: told, ..node }
    }

    /// How many parts are not shown, and what they come to.
    fn folded(&self, op: AggregateOp, parts: &[&Contributor], ty: TypeId) -> String {
        let count = parts.len();
        let sum = total(parts.iter().map(|part| &part.value)).filter(|_| op == AggregateOp::Sum);
        match sum.map(|sum| self.value(&sum, ty)) {
            Some(sum) => self.say(&text!(
                "… 另有 {count} 项，共 {sum}（--all 全部列出）",
                "… and {count} more, {sum} in total (--all lists them)"
            )),
            None => self.say(&text!("… 另有 {count} 项（--all 全部列出）", "… and {count} more (--all lists them)")),
        }
    }

    /// The parts of a sum added up once more, here, from the values shown.
    fn again(&self, parts: &[Contributor], ty: TypeId) -> Option<Node> {
        let sum = self.value(&total(parts.iter().map(|part| &part.value))?, ty);
        let count = parts.len();
        let said = text!("复核：{count} 项重新相加 = {sum}", "added up again: {count} parts = {sum}");
        Some(Node { text: self.say(&said), ..Node::default() })
    }

    /// A part of an aggregate: what was added, and the rows it comes from.
    fn part(&self, (rule, aggregate): (&Rule, &Aggregate), part: &Contributor) -> Node {
        let ty = rule.vars[aggregate.result.index()].ty;
        let mut names: Vec<String> = Vec::new();
        let mut spot = part.cell.map(|cell| cell_spot(&self.words.input, cell));
        let steps = Prover::new(self.words.matcher, 1).part(rule, aggregate, part);
        for step in steps.iter().filter(|step| !step.is_reading()) {
            match &step.because {
                Because::Fact { table, row, .. } => {
                    names.push(self.words.row(*table, *row));
                    spot = spot.or_else(|| Some((self.row_place(*table, *row), None)));
                }
                Because::Generated { row, cell } => {
                    let (text, place) = self.generated(rule, step.literal, row, *cell);
                    names.push(text);
                    spot = spot.or(place);
                }
                _ => {}
            }
        }
        if names.is_empty() {
            let bound = steps.iter().filter_map(|step| match (&step.because, step.literal) {
                (Because::Derived { relation, row, .. }, _) => Some((*relation, row)),
                _ => None,
            });
            names.extend(bound.map(|(relation, row)| {
                let columns = &self.words.input.program.relations[relation.index()].columns;
                let values = row.iter().zip(columns).map(|(value, column)| self.value(value, column.ty));
                values.collect::<Vec<_>>().join("，")
            }));
        }
        let value = if aggregate.op == AggregateOp::Count {
            String::new()
        } else {
            format!("{}  ", self.value(&part.value, ty))
        };
        let claims = Claims { words: self.words, rule };
        let claim = aggregate.target.as_ref().map(|target| Claim::Part(claims.said(target, &part.value)));
        let (place, address) = spot.map_or((None, None), |(span, address)| (Some(span), address));
        let children = steps.iter().map(|step| self.step(rule, step)).collect();
        Node { text: format!("{value}{}", names.join("，")), place, address, claim, children, ..Node::default() }
    }

    /// A row that a function yielded: the characters it was read from, and where they stand.
    fn generated(
        &self,
        rule: &Rule,
        literal: &Literal,
        row: &Value,
        cell: Option<(CellRef, u32)>,
    ) -> (String, Option<super::places::Spot>) {
        let Literal::Generate(generate) = literal else { return (row.to_string(), None) };
        let (Value::Record(fields), columns) = (row, generate.function.columns()) else {
            return (self.value(row, rule.vars[generate.row.index()].ty), None);
        };
        let named = |wanted: &str| columns.iter().position(|(name, _)| name == wanted).and_then(|at| fields.get(at));
        let label = named("label").map_or_else(String::new, ToString::to_string);
        let text = match named("text") {
            Some(text) => format!("{}“{}”", short(&label, 24), short(&text.to_string(), 40)),
            None => short(&row.to_string(), 40),
        };
        (text, cell.and_then(|cell| generated_spot(&self.words.input, &generate.function, fields, cell)))
    }

    fn cell(&self, rule: &Rule, read: &Read) -> Node {
        let table = &self.words.input.store.tables[read.cell.table];
        let column = &table.columns[read.cell.column].name;
        let unit = table.precision(read.cell.row, read.cell.column).unit;
        let shown = match &read.value {
            Some(Value::Money(yuan)) => crate::finding::format::money(*yuan, unit, None),
            Some(value) => short(&value.to_string(), 40),
            None => self.no_value(read.cell),
        };
        let claim = Claims { words: self.words, rule }.of_cell(read);
        let (span, address) = cell_spot(&self.words.input, read.cell);
        Node { text: format!("{column} = {shown}"), place: Some(span), address, claim: Some(claim), ..Node::default() }
    }

    /// What is written in a cell: its column, and the text or that there is none.
    pub(super) fn written_in(&self, cell: CellRef) -> String {
        let column = &self.words.input.store.tables[cell.table].columns[cell.column].name;
        let text = written(&self.words.input, cell);
        let text = text.trim_matches(['"', '\'']);
        let said = if text.is_empty() {
            text!("{column}（空）", "{column} (blank)")
        } else {
            text!("{column}“{text}”", "{column} “{text}”")
        };
        self.say(&said)
    }

    /// A cell without a value: as it is written.
    fn no_value(&self, cell: CellRef) -> String {
        let text = written(&self.words.input, cell);
        let text = text.trim_matches(['"', '\'']);
        if text.is_empty() {
            return self.say(&text!("（空）", "(blank)"));
        }
        self.say(&text!("“{text}”（读不出）", "“{text}” (unreadable)"))
    }

    pub(super) fn value(&self, value: &Value, ty: TypeId) -> String {
        match (value, self.words.kind(ty)) {
            (Value::Row(row), TypeKind::Row(relation)) => {
                let relation = &self.words.input.program.relations[relation.index()];
                match relation.origin {
                    Origin::Facts(table) => self.words.row(table, *row),
                    Origin::Rules(_) => value.to_string(),
                }
            }
            (value, kind) => short(&show(value, kind, Format::default()), 60),
        }
    }

    fn row_place(&self, table: usize, row: u32) -> Span {
        self.words.input.store.tables[table].row_span(self.words.input.sources, row)
    }

    /// A condition as written, on one line. The place of a test ends with its last argument and begins after `not`.
    pub(super) fn condition(&self, literal: &Literal) -> String {
        let written = self.written(literal.span());
        match literal {
            Literal::Test(test) => format!("{}{written})", if test.negated { "not " } else { "" }),
            _ => written,
        }
    }

    /// What stands at a place, on one line.
    pub(super) fn written(&self, span: Span) -> String {
        let text = self.words.input.sources.text(span);
        short(&text.split_whitespace().collect::<Vec<_>>().join(" "), 80)
    }

    pub(super) fn say(&self, text: &Text) -> String {
        match self.words.lang {
            Lang::Zh => text.zh.clone(),
            Lang::En => text.en.clone(),
        }
    }
}

/// What amounts come to, of the kind of the first; none where they are no amounts.
fn total<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Value> {
    let mut sum = Decimal::ZERO;
    let mut money = false;
    for value in values {
        let amount = match value {
            Value::Money(amount) => {
                money = true;
                *amount
            }
            Value::Decimal(amount) => *amount,
            Value::Number(number) => Decimal::from(*number),
            _ => return None,
        };
        sum = sum.checked_add(amount)?;
    }
    Some(if money { Value::Money(sum) } else { Value::Decimal(sum) })
}

fn magnitude(value: &Value) -> Decimal {
    match value {
        Value::Money(amount) | Value::Decimal(amount) => amount.abs(),
        _ => Decimal::ZERO,
    }
}

/// At most so many characters.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
