//! `why-not`: why a rule has no finding about a row, in words.

use super::places::cell_spot;
use super::tell::Teller;
use super::words::Words;
use super::{Audit, Request};
use crate::diagnostic::Text;
use crate::exec::matcher::{Bindings, Matcher};
use crate::exec::{self, CellRef};
use crate::finding::proof::Node;
use crate::ir::{Compare, Expr, Literal, Rule, RuleId, VarId};
use crate::provenance::why_not::{Held, Nearest, Obstacle, WhyNot, near_misses, row_variables, why_not, why_not_about};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::text;
use crate::value::functions::{self, Function};
use crate::value::{Decimal, Value};

/// Which rule, and which rows.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The rule's code, any case.
    pub code: String,
    /// Which rows.
    pub about: About,
}

/// Which rows to tell of.
#[derive(Clone, Debug)]
pub enum About {
    /// A part of the row's key (`机构改革经费`, `T2/机构改革经费`), or its place (`detail.toml:74`).
    Row(String),
    /// Those for which a single comparison fails, by no more than this share.
    Near(Decimal),
}

/// What there is to say.
#[derive(Debug)]
pub enum Answer {
    /// There is no such rule.
    NoRule,
    /// The rule asks about no row of facts by itself.
    NoRows,
    /// No row of the relations that the rule asks about is meant; these are.
    NoSuchRow(Vec<String>),
    /// No row came near.
    NoneNear,
    /// For each alternative of the rule, row variable and row meant: what held, and what did not.
    Told(Vec<Node>),
}

/// Why a rule has no finding about rows.
#[must_use]
pub fn explain(audit: &Audit, request: &Request, asked: &Asked) -> Answer {
    let cards = &audit.rules.cards;
    let Some(at) = cards.iter().position(|card| card.card.code.text.eq_ignore_ascii_case(&asked.code)) else {
        return Answer::NoRule;
    };
    let (Some(outcome), Some(Some(card))) = (&audit.outcome, audit.program.cards.get(at)) else {
        return Answer::NoRule;
    };
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let matcher = Matcher::new(&input, outcome);
    let words = Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang, evidence: false };
    let mut told = Vec::new();
    let (mut asks, mut known) = (false, Vec::new());
    let code = &cards[at].card.code.text;
    for alternative in &card.alternatives {
        let rule = &audit.program.rules[alternative.rule.index()];
        // The first row variable is what the rule is about; the others are looked for only when it has no such row.
        for (var, table) in row_variables(&matcher, alternative.rule) {
            asks = true;
            let answers = answers(&words, alternative.rule, (var, table), &asked.about);
            if answers.is_empty() {
                known.extend((0..audit.store.tables[table].rows.min(5)).map(|row| words.row(table, row)));
                continue;
            }
            for (row, answer) in answers {
                let name = format!("{} = {}", rule.vars[var.index()].name, words.row(table, row));
                told.push(tell(&words, code, &answer, (name, Some(row_place(&words, table, row)))));
            }
            break;
        }
        if let (false, About::Row(asked)) = (asks, &asked.about) {
            told.extend(of_no_row(&words, (alternative.rule, code), asked));
        }
    }
    match (asks, told.is_empty(), &asked.about) {
        (false, true, _) => Answer::NoRows,
        (true, true, About::Near(_)) => Answer::NoneNear,
        (true, true, About::Row(_)) => {
            known.dedup();
            known.truncate(5);
            Answer::NoSuchRow(known)
        }
        (_, false, _) => Answer::Told(told),
    }
}

/// Of a rule that asks about no row by itself: what became of what its conditions bind to something of that name.
fn of_no_row(words: &Words<'_>, (id, code): (RuleId, &str), asked: &str) -> Option<Node> {
    let rule = &words.input.program.rules[id.index()];
    let teller = Teller { words, all: false, every: false };
    let shown = |var: VarId, value: &Value| teller.value(value, rule.vars[var.index()].ty);
    let meant = |bindings: &Bindings| bindings.values().any(|(var, value)| shown(var, value).contains(asked));
    let answer = why_not_about(words.matcher, id, &meant)?;
    let named = answer.bindings.iter().filter(|(var, _)| !rule.vars[var.index()].name.starts_with('_'));
    let bound: Vec<String> =
        named.map(|(var, value)| format!("{} = {}", rule.vars[var.index()].name, shown(*var, value))).collect();
    Some(tell(words, code, &answer, (bound.join("，"), None)))
}

/// What became of the rows of a table that are asked about.
fn answers(words: &Words<'_>, rule: RuleId, (var, table): (VarId, usize), about: &About) -> Vec<(u32, WhyNot)> {
    match about {
        About::Row(asked) => {
            let meant = (0..words.input.store.tables[table].rows).filter(|row| is_meant(words, (table, *row), asked));
            meant.map(|row| (row, why_not(words.matcher, rule, (var, row)))).collect()
        }
        About::Near(within) => {
            let near = near_misses(words.matcher, rule, (var, table), *within);
            near.into_iter().map(|near| (near.row, near.why)).collect()
        }
    }
}

fn row_place(words: &Words<'_>, table: usize, row: u32) -> Span {
    words.input.store.tables[table].row_span(words.input.sources, row)
}

/// Whether `asked` means that row: a part of its key, or the file and line on which it, or a cell of it, stands.
fn is_meant(words: &Words<'_>, (table, row): (usize, u32), asked: &str) -> bool {
    if words.row(table, row).contains(asked) {
        return true;
    }
    let Some((file, line)) = asked.rsplit_once(':') else { return false };
    let Ok(line) = line.parse::<u32>() else { return false };
    let start = words.input.sources.location(row_place(words, table, row));
    let columns = 0..words.input.store.tables[table].arity();
    let on_line = |column| {
        let at = words.input.sources.location(cell_spot(&words.input, CellRef { table, row, column }).0);
        at.line == line
    };
    start.file.ends_with(file) && (start.line == line || columns.into_iter().any(on_line))
}

fn tell(words: &Words<'_>, code: &str, answer: &WhyNot, (name, place): (String, Option<Span>)) -> Node {
    let teller = Teller { words, all: false, every: false };
    let rule = &words.input.program.rules[answer.rule.index()];
    let of = (rule, code);
    let condition = |span: &Span, mark: &str| {
        let literal = rule.body.iter().find(|literal| literal.span() == *span);
        let written = literal.map_or_else(|| teller.written(*span), |literal| teller.condition(literal));
        Node { text: format!("{mark} {written}"), place: Some(*span), ..Node::default() }
    };
    let mut spans: Vec<Span> = answer.held.clone();
    spans.sort_unstable();
    spans.dedup();
    let mut children: Vec<Node> = spans.iter().map(|span| condition(span, "✓")).collect();
    match &answer.failed {
        None => {
            let fires = text!("条件都成立：这一行已经报了", "every condition holds: this row has a finding");
            children.push(Node { text: teller.say(&fires), ..Node::default() });
        }
        Some((span, obstacle)) => {
            let mut failed = condition(span, "✗");
            failed.children = obstacles(words, &teller, of, (*span, obstacle));
            children.push(failed);
        }
    }
    Node { text: name, place, children, ..Node::default() }
}

/// What stood in the way.
fn obstacles(
    words: &Words<'_>,
    teller: &Teller<'_>,
    of: (&Rule, &str),
    (span, obstacle): (Span, &Obstacle),
) -> Vec<Node> {
    let line = |text: Text| Node { text: teller.say(&text), ..Node::default() };
    let at_cell = |cell: CellRef, text: Text| Node { place: Some(cell_spot(&words.input, cell).0), ..line(text) };
    match obstacle {
        Obstacle::Compared { .. } => compared(teller, of, (span, obstacle)),
        Obstacle::NoRow { .. } => no_row(words, teller, of, (span, obstacle)),
        Obstacle::Other { cell, wanted, held } => {
            let column = &words.input.store.tables[cell.table].columns[cell.column];
            let (row, name) = (words.row(cell.table, cell.row), &column.name);
            let said = held.as_ref().map_or_else(|| teller.written_in(*cell), |held| format!("{name}“{held}”"));
            vec![at_cell(*cell, text!("{row} 的 {said}，不是“{wanted}”", "{row} has {said}, not “{wanted}”"))]
        }
        Obstacle::Present(Some(Held::Fact(table, row))) => {
            let name = words.row(*table, *row);
            vec![Node {
                place: Some(row_place(words, *table, *row)),
                ..line(text!("找到了 {name}", "there is {name}"))
            }]
        }
        Obstacle::Present(Some(Held::Derived(relation, row))) => {
            let relation = &words.input.program.relations[relation.index()];
            let values = row.iter().zip(&relation.columns).map(|(value, column)| teller.value(value, column.ty));
            let (name, values) = (&relation.name, values.collect::<Vec<_>>().join("，"));
            vec![line(text!("找到了 {name}({values})", "there is {name}({values})"))]
        }
        Obstacle::State(cell) => {
            let said = teller.written_in(*cell);
            vec![at_cell(*cell, text!("这一格：{said}", "the cell: {said}"))]
        }
        Obstacle::Present(None) | Obstacle::False => vec![line(text!("不成立", "it does not hold"))],
        Obstacle::Undecided(cells) => {
            let undecided = |cell: &CellRef| {
                let said = teller.written_in(*cell);
                at_cell(*cell, text!("无法判定，要用到这一格：{said}", "undecided, it needs this cell: {said}"))
            };
            cells.iter().map(undecided).collect()
        }
    }
}

/// What no row has, which comes nearest, and why rules do not give it.
fn no_row(
    words: &Words<'_>,
    teller: &Teller<'_>,
    (rule, code): (&Rule, &str),
    (span, obstacle): (Span, &Obstacle),
) -> Vec<Node> {
    let Obstacle::NoRow { wanted, nearest, rules } = obstacle else { return Vec::new() };
    let line = |text: Text| Node { text: teller.say(&text), ..Node::default() };
    let atom = rule.body.iter().find_map(|literal| match literal {
        Literal::Atom(atom) if atom.span == span => Some(atom),
        _ => None,
    });
    let columns = atom.map_or(&[][..], |atom| &words.input.program.relations[atom.relation.index()].columns);
    let shown = |(column, value): &(usize, Value)| match columns.get(*column) {
        Some(column) => format!("“{}”", teller.value(value, column.ty)),
        None => format!("“{value}”"),
    };
    let looked = wanted.iter().map(shown).collect::<Vec<_>>().join("、");
    let mut lines = vec![line(match looked.as_str() {
        "" => text!("一行也没有", "there is no row"),
        looked => text!("没有一行是 {looked}", "no row has {looked}"),
    })];
    if let Some(Nearest { cell, wanted, held }) = nearest {
        let row = words.row(cell.table, cell.row);
        let differs = difference(wanted, held);
        let (zh, en) = (&differs.zh, &differs.en);
        let said = text!("最接近的是 {row}：写作“{held}”{zh}", "the nearest is {row}, which says “{held}”{en}");
        lines.push(Node { place: Some(cell_spot(&words.input, *cell).0), ..line(said) });
    }
    lines.extend(rules.iter().map(|why| {
        let place = words.input.program.rules[why.rule.index()].span;
        tell(words, code, why, (teller.written(place), Some(place)))
    }));
    lines
}

/// How two texts differ, in a few words.
fn difference(wanted: &Value, held: &Value) -> Text {
    let (wanted, held) = (wanted.to_string(), held.to_string());
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let blanks = |text: &str| text.chars().filter(|c| c.is_whitespace()).count();
    let apart = blanks(&wanted).abs_diff(blanks(&held));
    let norm = |text: &str| functions::call(Function::Norm, &[Value::symbol(text)]).ok();
    if bare(&wanted) == bare(&held) {
        return match apart {
            1 => text!("，只差一个空格", ": only a blank is different"),
            _ => text!("，只差空格", ": only blanks are different"),
        };
    }
    if norm(&wanted) == norm(&held) {
        return text!("，只差全角半角", ": only the width of characters is different");
    }
    match functions::call(Function::Distance, &[Value::symbol(wanted), Value::symbol(held)]) {
        Ok(Value::Number(edits)) => text!("，差 {edits} 个字", ": {edits} characters are different"),
        _ => Text::default(),
    }
}

/// A comparison that is false: both sides, the allowance, the distance, and the parameter that would make it true.
fn compared(teller: &Teller<'_>, (rule, code): (&Rule, &str), (span, obstacle): (Span, &Obstacle)) -> Vec<Node> {
    let Obstacle::Compared { left, op, right, allowance, distance } = obstacle else { return Vec::new() };
    let line = |text: Text| Node { text: teller.say(&text), ..Node::default() };
    let compare = rule.body.iter().find_map(|literal| match literal {
        Literal::Compare(compare) if compare.span == span => Some(compare),
        _ => None,
    });
    let ty = compare.and_then(|compare| teller.ty(rule, &compare.left).or_else(|| teller.ty(rule, &compare.right)));
    let said = |value: &Value| ty.map_or_else(|| value.to_string(), |ty| teller.value(value, ty));
    let sides = format!("{} {} {}", said(left), op.symbol(), said(right));
    let mut lines = vec![line(text!("{sides} 不成立", "{sides} is false"))];
    if let Some(allowance) = allowance.as_ref().map(said) {
        lines.push(line(text!("允许误差 {allowance}", "allowance {allowance}")));
    }
    if let Some(distance) = distance {
        let shown = said(distance);
        lines.push(line(if is_nothing(distance) {
            text!("两边正好相等", "both sides are just equal")
        } else {
            text!("还差 {shown}", "it is {shown} away")
        }));
    }
    if let (Value::Symbol(_), Value::Symbol(_), CompareOp::Eq) = (left, right, op) {
        let differs = difference(left, right);
        let trimmed = |text: &str| text.trim_start_matches(['，', ':', ' ']).to_owned();
        lines.extend(
            (!differs.zh.is_empty()).then(|| line(Text { zh: trimmed(&differs.zh), en: trimmed(&differs.en) })),
        );
    }
    let written = teller.written(span);
    let turning = compare.and_then(|compare| turning_point(compare, &written));
    if let Some((name, op, is_left)) = turning {
        let (now, other) = if is_left { (said(left), said(right)) } else { (said(right), said(left)) };
        let (zh, en) = admits(op);
        lines.push(line(text!(
            "参数 {name} {zh} {other} 时才报（现为 {now}）；试一试：--set {code}.{name}=…",
            "it fires once {name} is {en} {other} (now {now}); try --set {code}.{name}=…"
        )));
    }
    lines
}

fn is_nothing(distance: &Value) -> bool {
    match distance {
        Value::Number(number) => *number == 0,
        Value::Unsigned(number) => *number == 0,
        Value::Decimal(number) | Value::Money(number) => number.is_zero(),
        _ => false,
    }
}

/// The parameter that is one side of a comparison by itself, what it would have to be to the other side, and whether it is
/// the left one.
fn turning_point(compare: &Compare, written: &str) -> Option<(String, CompareOp, bool)> {
    let at = written.find('$')?;
    let name: String = written[at + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let (before, after) = (written[..at].trim_end(), written[at + 1 + name.len()..].trim_start());
    let turned = match compare.op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        same => same,
    };
    match (&compare.left, &compare.right) {
        (_, Expr::Const(_)) if after.is_empty() && before.ends_with(compare.op.symbol()) => Some((name, turned, false)),
        (Expr::Const(_), _) if before.is_empty() && after.starts_with(compare.op.symbol()) => {
            Some((name, compare.op, true))
        }
        _ => None,
    }
}

const fn admits(op: CompareOp) -> (&'static str, &'static str) {
    match op {
        CompareOp::Eq | CompareOp::Agree => ("等于", "equal to"),
        CompareOp::Ne | CompareOp::Disagree => ("不等于", "other than"),
        CompareOp::Lt => ("小于", "below"),
        CompareOp::Le => ("不大于", "at most"),
        CompareOp::Gt => ("大于", "above"),
        CompareOp::Ge => ("不小于", "at least"),
    }
}
