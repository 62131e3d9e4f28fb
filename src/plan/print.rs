//! A plan as readable text: a line a step, inner bodies indented, with how many rows are expected after each.

use std::fmt::Write;

use super::{Action, Check, MeetAtom, Plan, RulePlan, Step};
use crate::diagnostic::Lang;
use crate::ir::{Expr, Program, RelationId, Rule, RuleId, Term, VarId};

impl RulePlan {
    /// How many rows the head is expected to get.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.steps.iter().map(|step| step.estimate).product()
    }

    /// The plan as text. `actual`, if given, says how many rows came out of each step.
    #[must_use]
    pub fn print(&self, program: &Program, lang: Lang, actual: Option<&[u64]>) -> String {
        let rule = &program.rules[self.rule.index()];
        let printer = Printer { program, rule, lang };
        let mut text = String::new();
        printer.steps(&self.steps, (1, 1.0), actual, &mut text);
        let _ = writeln!(text, "  → {}", printer.relation(self.head));
        text
    }
}

impl Plan {
    /// The plans of one rule as text, one per way in which it runs.
    #[must_use]
    pub fn print_rule(&self, program: &Program, rule: RuleId, lang: Lang) -> String {
        let word = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
        let mut text = String::new();
        for stratum in &self.strata {
            for plan in stratum.once.iter().filter(|plan| plan.rule == rule) {
                text.push_str(word("运行一次：\n", "once:\n"));
                text.push_str(&plan.print(program, lang, None));
            }
            for plan in stratum.rounds.iter().filter(|plan| plan.rule == rule) {
                text.push_str(word("每一轮：\n", "each round:\n"));
                text.push_str(&plan.print(program, lang, None));
            }
        }
        text
    }
}

struct Printer<'a> {
    program: &'a Program,
    rule: &'a Rule,
    lang: Lang,
}

impl Printer<'_> {
    fn word(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    fn relation(&self, relation: RelationId) -> &str {
        &self.program.relations[relation.index()].name
    }

    fn steps(&self, steps: &[Step], (depth, rows): (usize, f64), actual: Option<&[u64]>, text: &mut String) {
        let mut rows = rows;
        for (at, step) in steps.iter().enumerate() {
            rows *= step.estimate;
            let line = format!("{}{}", "  ".repeat(depth), self.action(&step.action));
            let _ = write!(text, "{line:<56} {} {}", self.word("约", "about"), count(rows));
            if let Some(actual) = actual.and_then(|actual| actual.get(at)) {
                let _ = write!(text, "，{} {actual}", self.word("实际", "in fact"));
            }
            text.push('\n');
            match &step.action {
                Action::Not(not) => self.steps(&not.nested.steps, (depth + 1, rows), None, text),
                Action::Aggregate(aggregate) => self.steps(&aggregate.nested.steps, (depth + 1, rows), None, text),
                _ => {}
            }
        }
    }

    fn action(&self, action: &Action) -> String {
        match action {
            Action::Scan(scan) => {
                let how =
                    if scan.delta { self.word("新增的行", "new rows of") } else { self.word("扫描", "scan") };
                format!("{how} {}", self.relation(scan.relation))
            }
            Action::Join(join) => {
                let how = if join.keys.is_empty() {
                    self.word("全部配对", "every pair with")
                } else {
                    self.word("连接", "join")
                };
                let old = if join.old { self.word("（旧的行）", " (old rows)") } else { "" };
                let like = match &join.equal {
                    Some(equal) => {
                        let pairs = equal.own.iter().zip(&equal.probe);
                        let pairs: Vec<String> =
                            pairs.map(|(own, probe)| format!("{} = {}", self.expr(own), self.expr(probe))).collect();
                        self.word("，只取相等的：", ", equal only: ").to_owned() + &pairs.join(", ")
                    }
                    None if join.similar.is_some() => self.word("，只取文字相似的", ", texts alike only").to_owned(),
                    None => String::new(),
                };
                format!("{how} {}{old}{}{like}", self.relation(join.relation), self.keys(join.relation, &join.keys))
            }
            Action::Meet(meet) => {
                let one =
                    |atom: &MeetAtom| self.relation(atom.relation).to_owned() + &self.keys(atom.relation, &atom.keys);
                let atoms: Vec<String> = meet.atoms.iter().map(one).collect();
                format!("{} {} ∈ {}", self.word("共有的", "common"), self.var(meet.var), atoms.join(" ∩ "))
            }
            Action::Exists(exists) => {
                let how = if exists.negated.is_some() {
                    self.word("没有", "no row in")
                } else {
                    self.word("存在", "some row in")
                };
                format!("{how} {}{}", self.relation(exists.relation), self.keys(exists.relation, &exists.keys))
            }
            Action::Filter(check) => format!("{} {}", self.word("筛选", "keep where"), self.check(check)),
            Action::Compute(compute) => {
                format!(
                    "{} {} = {}",
                    self.word("计算", "compute"),
                    self.var(compute.bind.var),
                    self.expr(&compute.bind.expr)
                )
            }
            Action::Generate(step) => {
                format!("{} {}", self.word("逐行取出", "rows of"), self.var(step.generate.row))
            }
            Action::Unpack(step) => format!("{} {}", self.word("拆开", "take apart"), self.expr(&step.unpack.record)),
            Action::Not(_) => self.word("没有满足下列条件的：", "nothing for which:").to_owned(),
            Action::Aggregate(step) => {
                let op = step.aggregate.op.name();
                let target = step.aggregate.target.as_ref().map(|target| self.expr(target)).unwrap_or_default();
                let by: Vec<&str> = step.nested.outer.iter().map(|var| self.var(*var)).collect();
                let by = if by.is_empty() {
                    String::new()
                } else {
                    format!("，{} {}", self.word("按", "by"), by.join(", "))
                };
                format!("{} = {op} {target}{by}：", self.var(step.aggregate.result))
            }
        }
    }

    fn keys(&self, relation: RelationId, keys: &[(usize, Term)]) -> String {
        let columns = &self.program.relations[relation.index()].columns;
        let one = |(column, term): &(usize, Term)| format!("{} = {}", columns[*column].name, self.term(term));
        if keys.is_empty() {
            return String::new();
        }
        format!(" {} {}", self.word("按", "on"), keys.iter().map(one).collect::<Vec<_>>().join(", "))
    }

    fn check(&self, check: &Check) -> String {
        match check {
            Check::Compare(compare) => {
                let op = compare.op.symbol();
                format!("{} {op} {}", self.expr(&compare.left), self.expr(&compare.right))
            }
            Check::Is(is) => format!("{} is …", self.var(is.var)),
            Check::Test(test) => {
                let args: Vec<String> = test.args.iter().map(|arg| self.expr(arg)).collect();
                format!("{}{}({})", if test.negated { "not " } else { "" }, test.function.name(), args.join(", "))
            }
            Check::Same(_, term, _) => format!("= {}", self.term(term)),
        }
    }

    fn var(&self, var: VarId) -> &str {
        &self.rule.vars[var.index()].name
    }

    fn term(&self, term: &Term) -> String {
        match term {
            Term::Var(var) => self.var(*var).to_owned(),
            Term::Const(value) => value.to_string(),
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Var(var) => self.var(*var).to_owned(),
            Expr::Const(value) => value.to_string(),
            Expr::Call(function, args, _) => {
                let args: Vec<String> = args.iter().map(|arg| self.expr(arg)).collect();
                match &args[..] {
                    [left, right] if function.name().chars().all(|sign| !sign.is_alphanumeric()) => {
                        format!("({left} {} {right})", function.name())
                    }
                    args => format!("{}({})", function.name(), args.join(", ")),
                }
            }
            Expr::Record(fields) => {
                format!("[{}]", fields.iter().map(|field| self.expr(field)).collect::<Vec<_>>().join(", "))
            }
            Expr::Field(record, at) => format!("{}.{at}", self.expr(record)),
            Expr::If(_, yes, no) => format!("if … then {} else {}", self.expr(yes), self.expr(no)),
            Expr::Else(first, second) => format!("({} else {})", self.expr(first), self.expr(second)),
            Expr::Precision(var, _) => format!("precision({})", self.var(*var)),
        }
    }
}

/// An estimate, no finer than it deserves.
fn count(rows: f64) -> String {
    if rows < 9.5 { format!("{rows:.1}") } else { format!("{rows:.0}") }
}
