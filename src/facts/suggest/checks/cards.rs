//! Checks as text: cards, and the definitions that they share.

use super::{Checks, Formula, Top, Whole, WholeKind, wholes};
use crate::schema::{ColumnType, Relation, Schema};

/// The cards and the definitions for them.
#[derive(Debug, Default)]
pub(in crate::facts::suggest) struct Cards {
    /// A file of cards; empty without any.
    pub cards: String,
    /// What goes behind the declarations.
    pub definitions: String,
    /// How many cards there are.
    pub count: usize,
}

/// The cards of all checks.
pub(in crate::facts::suggest) fn cards(schema: &Schema, all: &[Checks]) -> Cards {
    let mut cards = Cards::default();
    for checks in all {
        let writer = Writer { schema, checks, relation: &schema.relations[checks.relation] };
        for formula in &checks.formulas {
            writer.formula(&mut cards, formula);
        }
        let mut defined = false;
        for whole in &checks.wholes {
            writer.whole(&mut cards, whole, &mut defined);
        }
        for column in &checks.unique {
            writer.unique(&mut cards, *column);
        }
        for column in &checks.identities {
            writer.identity(&mut cards, *column);
        }
    }
    if cards.count > 0 {
        const HEAD: &str = "# 由 gouji init 写出：自带规则不认得的表，按表中各行自己的规律写的核对规则。\n\
            # 绝大多数行都符合的算式才写；不对的删去，可以改字句和轻重。\nlanguage = 1\n";
        cards.cards.insert_str(0, HEAD);
    }
    cards
}

/// One card, its parts as text.
struct Card {
    title: String,
    severity: &'static str,
    when: Vec<String>,
    message: String,
    labels: Vec<(String, String, Option<usize>)>,
    key: &'static str,
    help: &'static str,
}

impl Cards {
    fn push(&mut self, card: &Card) {
        self.count += 1;
        let code = format!("BG-{:03}", self.count);
        let out = &mut self.cards;
        *out += &format!("\n[[rule]]\ncode     = \"{code}\"\ntitle    = {}\n", quoted(&card.title));
        *out += &format!("severity = \"{}\"\nwhen = '''\n  {}\n'''\n", card.severity, card.when.join(",\n  "));
        *out += &format!("message = {}\nlabels  = [\n", quoted(&card.message));
        for (at, text, limit) in &card.labels {
            let limit = limit.map(|limit| format!(", limit = {limit}")).unwrap_or_default();
            *out += &format!("  {{ at = \"{at}\", text = {}{limit} }},\n", quoted(text));
        }
        *out += &format!("]\nkey     = [{}]\nhelp    = {}\n", card.key, quoted(card.help));
    }
}

/// What writes the cards of one table.
struct Writer<'a> {
    schema: &'a Schema,
    checks: &'a Checks,
    relation: &'a Relation,
}

const HELP_ROW: &str =
    "重算一遍：这一行至少有一格不对。表里绝大多数行都合这个算式；不该合的，在 tables.toml 里删去这条规则。";
const HELP_SUM: &str = "先看相加的各行有没有写错、漏列、重列，再看合计是不是旧数。";
/// A number of an identity card: 15 digits, or 17 and what they make the last one. Of passports, and where stars hide some
/// of it, nothing is known.
const CHECK_DIGIT: &str = "(
    match(\"[0-9]{10,}[xX]?\", id), not match(\"[0-9]{15}|[0-9]{17}[0-9xX]\", id)
    ;
    match(\"[0-9]{17}[0-9xX]\", id),
    rest = (sum to_number(substr(id, i, 1)) * (2 ^ (17 - i) % 11) : { i = range(0, 17) }) % 11,
    last = substr(\"10X98765432\", rest, 1), own = substr(id, 17, 1), own != last, not (last = \"X\", own = \"x\")
  )";
const HELP_TWICE: &str = "核对是不是同一个人、同一件东西列了两次，或者号码抄错。";

impl Writer<'_> {
    fn name(&self, column: usize) -> &str {
        &self.relation.columns[column].name
    }

    /// The header of a column, the lowest level alone where no other column has it.
    fn header(&self, column: usize) -> String {
        let own = &self.checks.headers[column];
        let alike = self.checks.headers.iter().filter(|other| *other == own).count();
        let all = &self.relation.columns[column].doc;
        let same = self.relation.columns.iter().filter(|other| other.doc == *all).count();
        let text = match (alike, same) {
            (1, _) if !own.is_empty() => own.clone(),
            (_, 1) => all.clone(),
            _ => format!("{all}（{}）", self.name(column)),
        };
        text.replace('{', "{{").replace('}', "}}")
    }

    /// `“{x.name}”的`, where the table has names.
    fn whose(&self, row: &str) -> String {
        self.checks.title.map_or_else(String::new, |title| format!("“{{{}}}”的", self.called(row, title)))
    }

    /// What a row is called: its title, else what stands in the first column.
    fn called(&self, row: &str, title: usize) -> String {
        let is_text = self.relation.columns[0].ty == ColumnType::Symbol;
        let name = self.name(title);
        if title > 0 && is_text { format!("{row}.{name} else {row}.{}", self.name(0)) } else { format!("{row}.{name}") }
    }

    /// A cell as a term, nothing where it is blank.
    fn or_nothing(&self, row: &str, column: usize) -> String {
        let nothing = match self.relation.columns[column].ty {
            ColumnType::Money => "0元",
            ColumnType::Decimal => "0.0",
            _ => "0",
        };
        format!("({row}.{} else {nothing})", self.name(column))
    }

    fn table(&self) -> &str {
        &self.relation.name
    }

    /// A cell of the row `x`.
    fn cell(&self, column: usize) -> String {
        format!("x.{}", self.name(column))
    }

    /// The headers of columns, and the columns as terms, joined by signs.
    fn joined(&self, columns: &[usize], signs: (&str, &str)) -> (String, String) {
        let headers: Vec<String> = columns.iter().map(|column| self.header(*column)).collect();
        let terms: Vec<String> = columns.iter().map(|column| self.or_nothing("x", *column)).collect();
        (headers.join(signs.0), terms.join(signs.1))
    }

    fn formula(&self, cards: &mut Cards, formula: &Formula) {
        let (table, (whole, more, less)) = (self.table(), formula.parts());
        let (stated, said) = (self.cell(whole), self.header(whole));
        let (conditions, right) = self.conditions(formula, (whole, &more, &less));
        let mut when = vec![format!("x in {table}"), format!("{stated} is not blank")];
        when.extend(conditions);
        when.push(format!("s !~ {stated}"));
        let (shown, apart) = match formula {
            Formula::Share(..) | Formula::Growth(..) => ("{s:.2%}", String::new()),
            _ => ("{s}", format!("，相差 {{abs(s - {stated})}}")),
        };
        let mut labels = vec![(stated.clone(), format!("印的是 {{{stated}}}"), None)];
        if matches!(formula, Formula::Balance(..)) {
            let above = format!("p.{}", self.name(whole));
            labels.push((above.clone(), format!("上一行 {{{above}}}"), None));
        }
        labels.extend(more.iter().chain(&less).take(6).map(|column| {
            let cell = self.cell(*column);
            (cell.clone(), format!("{} {{{cell}}}", self.header(*column)), None)
        }));
        cards.push(&Card {
            title: format!("{table}：{said} ＝ {right}"),
            severity: "error",
            when,
            message: format!("{}{said}是 {{{stated}}}，按“{right}”算是 {shown}{apart}", self.whose("x")),
            labels,
            key: "\"x.table\", \"x.line\"",
            help: HELP_ROW,
        });
    }

    /// What makes `s` of the columns of a row, and how people say it.
    fn conditions(&self, formula: &Formula, (whole, more, less): (usize, &[usize], &[usize])) -> (Vec<String>, String) {
        let (mut right, mut terms) = self.joined(more, (" ＋ ", " + "));
        if !less.is_empty() {
            let (headers, minus) = self.joined(less, (" － ", " - "));
            right += &format!(" － {headers}");
            terms += &format!(" - {minus}");
        }
        let present = |columns: &[usize]| -> Vec<String> {
            columns.iter().map(|column| format!("{} is not blank", self.cell(*column))).collect()
        };
        let mut when = Vec::new();
        match formula {
            Formula::Sum(..) => {
                let blank = more.iter().chain(less).map(|column| format!("{} is blank", self.cell(*column)));
                when.push(format!("not ({})", blank.collect::<Vec<_>>().join(", ")));
                when.extend(self.is_flow());
                when.push(format!("s = {terms}"));
            }
            Formula::Balance(..) => {
                let (table, name) = (self.table(), self.name(whole));
                when.push(format!("p in {table}, p.table = x.table, p.line = x.line - 1"));
                when.push(format!("p.{name} is not blank, s = p.{name} + {terms}"));
                right = format!("上一行{} ＋ {right}", self.header(whole));
            }
            Formula::Product(_, factors, times) => {
                when.extend(present(factors));
                let all = factors.iter().map(|column| self.cell(*column)).collect::<Vec<_>>().join(" * ");
                right = self.joined(factors, (" × ", "")).0;
                if *times == 1 {
                    when.push(format!("s = {all}"));
                } else {
                    when.push(format!("s = {all} * {times}"));
                    right += &format!(" × {times}");
                }
            }
            Formula::Share(_, [one, of]) => {
                when.extend(present(&[*one, *of]));
                when.push(format!("{} != {}", self.cell(*of), self.zero(*of)));
                when.push(format!("s = {} / {}", self.cell(*one), self.cell(*of)));
                right = self.joined(&[*one, *of], (" ÷ ", "")).0;
            }
            Formula::Growth(_, [one, of], reversed) => {
                when.extend(present(&[*one, *of]));
                when.push(format!("{} != {}", self.cell(*of), self.zero(*of)));
                let (from, to) = if *reversed { (*of, *one) } else { (*one, *of) };
                when.push(format!("s = ({} - {}) / {}", self.cell(from), self.cell(to), self.cell(*of)));
                right = format!("（{}）÷ {}", self.joined(&[from, to], (" － ", "")).0, self.header(*of));
            }
        }
        (when, right)
    }

    /// That a row is a flow, where some are not.
    fn is_flow(&self) -> Option<String> {
        let title = self.checks.title.filter(|_| self.checks.has_stocks)?;
        let (name, words) = (self.name(title), super::formulas::NO_FLOW.join("|"));
        Some(format!("not (x.{name} is present, match(\".*({words}).*\", x.{name}))"))
    }

    fn zero(&self, column: usize) -> &'static str {
        match self.relation.columns[column].ty {
            ColumnType::Money => "0元",
            ColumnType::Decimal => "0.0",
            _ => "0",
        }
    }

    /// The definition of which rows are above which, once for a table.
    fn define(&self, cards: &mut Cards, top: &Top, defined: &mut bool) {
        if *defined || *top == Top::All {
            return;
        }
        *defined = true;
        let table = self.table();
        let out = &mut cards.definitions;
        match top {
            Top::All => {}
            Top::Codes(column) => {
                let (code, longer) = (self.name(*column), wholes::LONGER);
                *out += &format!(
                    "\n/// 编码少两位的上一级。\n{table}_上级(p, c) :-\n  c in {table}, c.{code} is present, strlen(c.{code}) > {longer},\n  p in {table}, p.table = c.table, p.{code} is present, p.{code} = substr(c.{code}, 0, strlen(c.{code}) - {longer}).\n"
                );
                *out += &format!(
                    "\n/// 没有上一级的各行。\n{table}_顶层(x) :- x in {table}, x.{code} is present, not {table}_上级(_, x).\n"
                );
            }
            Top::Numbered(column, pattern, next) => {
                let name = self.name(*column);
                *out += &format!(
                    "\n/// 编了大序号的各行。\n{table}_顶层(x) :- x in {table}, x.{name} is present, match(\"{pattern}\", x.{name}).\n"
                );
                let is_next = match next {
                    Some(next) => format!("x.{name} is present, match(\"{next}\", x.{name})"),
                    None => format!("not {table}_顶层(x)"),
                };
                *out += &format!(
                    "\n/// 大序号管的下一级各行：到下一个大序号为止。\n{table}_上级(h, x) :-\n  x in {table}, {is_next},\n  last = max g.line : {{ {table}_顶层(g), g.table = x.table, g.line < x.line }},\n  {table}_顶层(h), h.table = x.table, h.line = last.\n"
                );
            }
        }
    }

    fn whole(&self, cards: &mut Cards, whole: &Whole, defined: &mut bool) {
        let (table, is_total) = (self.table(), !matches!(whole.kind, WholeKind::Heading(_)));
        let totals = self.checks.totals.map(|at| &self.schema.relations[at]);
        let (row, called, whose) = match totals.filter(|_| is_total) {
            Some(totals) => {
                let called = totals.columns[0].name.as_str();
                (totals.name.as_str(), called, format!("t.{called}"))
            }
            None => (table, "", self.checks.title.map_or("t.table".to_owned(), |title| self.called("t", title))),
        };
        let (own, parts, what) = match &whole.kind {
            WholeKind::Grand(top) => {
                self.define(cards, top, defined);
                let top = if *top == Top::All { String::new() } else { format!("{table}_顶层(ROW), ") };
                let own = format!("match(\"{}\", norm(t.{called}))", wholes::GRAND);
                (own, format!("{top}ROW in {table}, ROW.table = t.table"), "合计")
            }
            WholeKind::Sub { before } => {
                let (said, which) = match before {
                    true => ("到下一个合计行为止", "max u.line : { u in ROW, u.table = x.table, u.line < x.line }"),
                    false => ("上一个合计行以来", "min u.line : { u in ROW, u.table = x.table, x.line < u.line }"),
                };
                cards.definitions += &format!(
                    "\n/// 小计管的各行：{said}。\n{table}_小计(t, x) :-\n  x in {table}, line = {},\n  t in {row}, t.table = x.table, t.line = line.\n",
                    which.replace("ROW", row)
                );
                let own = format!("not match(\"{}\", norm(t.{called}))", wholes::GRAND);
                (own, format!("{table}_小计(t, ROW)"), "小计")
            }
            WholeKind::Heading(top) => {
                self.define(cards, top, defined);
                (String::new(), format!("{table}_上级(t, ROW)"), "上级行")
            }
        };
        for column in &whole.columns {
            let (name, header) = (self.name(*column), self.header(*column));
            let rows = |row: &str| format!("{}, {row}.{name} is not blank", parts.replace("ROW", row));
            let mut when = vec![format!("t in {row}"), format!("t.{name} is not blank")];
            when.extend(Some(own.clone()).filter(|own| !own.is_empty()));
            when.push(format!("n = count : {{ {} }}, n > 0", rows("q")));
            when.push(format!("s = sum x.{name} : {{ {} }}", rows("x")));
            when.push(format!("s !~ t.{name}"));
            let title = self.checks.title.map_or_else(|| "x.line".to_owned(), |title| self.called("x", title));
            cards.push(&Card {
                title: format!("{table}：{what}的{header} ＝ 各行相加"),
                severity: "error",
                when,
                message: format!(
                    "“{{{whose}}}”的{header}是 {{t.{name}}}，各行（{{n}} 行）相加为 {{s}}，相差 {{abs(s - t.{name})}}"
                ),
                labels: vec![
                    (format!("t.{name}"), format!("印的是 {{t.{name}}}"), None),
                    (format!("x.{name}"), format!("{{{title}}}：{{x.{name}}}"), Some(3)),
                ],
                key: "\"t.table\", \"t.line\"",
                help: HELP_SUM,
            });
        }
    }

    fn unique(&self, cards: &mut Cards, column: usize) {
        let (table, name, header) = (self.table(), self.name(column), self.header(column));
        let whose = self.checks.title.map_or_else(String::new, |title| {
            format!("（“{{{}}}”与“{{{}}}”）", self.called("a", title), self.called("b", title))
        });
        cards.push(&Card {
            title: format!("{table}：{header}重复"),
            severity: "warning",
            when: vec![
                format!("a in {table}, a.{name} is present, key = norm(a.{name})"),
                format!("b in {table}, b.{name} is present, norm(b.{name}) = key"),
                "a < b".to_owned(),
                format!("not (c in {table}, c.{name} is present, norm(c.{name}) = key, a < c, c < b)"),
            ],
            message: format!("{header} {{b.{name}}} 不止一行有{whose}"),
            labels: vec![
                (format!("b.{name}"), "又一次".to_owned(), None),
                (format!("a.{name}"), "前面已有".to_owned(), None),
            ],
            key: "\"b.table\", \"b.line\"",
            help: HELP_TWICE,
        });
    }

    fn identity(&self, cards: &mut Cards, column: usize) {
        let (table, name, header) = (self.table(), self.name(column), self.header(column));
        cards.push(&Card {
            title: format!("{table}：{header}位数或校验码不对"),
            severity: "warning",
            when: vec![format!("x in {table}, x.{name} is present, id = norm(x.{name})"), CHECK_DIGIT.to_owned()],
            message: format!("{}{header} {{x.{name}}} 有 {{strlen(id)}} 位，位数或校验码不对", self.whose("x")),
            labels: vec![(format!("x.{name}"), "这个号码不存在".to_owned(), None)],
            key: "\"x.table\", \"x.line\"",
            help: "与身份证件核对；抄错一位，校验码就不对。",
        });
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
