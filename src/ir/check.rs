//! [`check`]: the promises of a [`Program`], tested.

use std::collections::BTreeSet;

use super::{Expr, Literal, Program, Rule, Term, VarId};

/// Every broken promise, in words; empty for a right program.
#[must_use]
pub fn check(program: &Program) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, rule) in program.rules.iter().enumerate() {
        let name = &program.relations[rule.head.index()].name;
        let columns = program.relations[rule.head.index()].arity;
        if rule.args.len() != columns {
            wrong.push(format!("rule {at} ({name}): {} arguments for {columns} columns", rule.args.len()));
        }
        let mut checker = Checker { rule, wrong: Vec::new(), used: BTreeSet::new() };
        let mut bound = BTreeSet::new();
        checker.body(&rule.body, &mut bound);
        for arg in &rule.args {
            checker.needs(arg, &bound, "the head");
        }
        wrong.extend(checker.wrong.into_iter().map(|text| format!("rule {at} ({name}): {text}")));
    }
    for card in program.cards.iter().flatten() {
        for alternative in &card.alternatives {
            let rule = &program.rules[alternative.rule.index()];
            let name = &program.relations[rule.head.index()].name;
            let mut checker = Checker { rule, wrong: Vec::new(), used: BTreeSet::new() };
            checker.card(alternative);
            wrong.extend(checker.wrong.into_iter().map(|text| format!("card {name}: {text}")));
        }
    }
    wrong
}

struct Checker<'r> {
    rule: &'r Rule,
    wrong: Vec<String>,
    /// Variables bound in some body that has been checked.
    used: BTreeSet<VarId>,
}

impl Checker<'_> {
    fn name(&self, var: VarId) -> &str {
        self.rule.vars.get(var.index()).map_or("a variable out of range", |var| &var.name)
    }

    fn body(&mut self, body: &[Literal], bound: &mut BTreeSet<VarId>) {
        for literal in body {
            self.literal(literal, bound);
        }
        self.used.extend(bound.iter());
    }

    fn bind(&mut self, var: VarId, bound: &mut BTreeSet<VarId>, by: &str) {
        if !bound.insert(var) {
            let name = self.name(var).to_owned();
            self.wrong.push(format!("{by} binds `{name}`, which is bound already"));
        }
    }

    fn needs(&mut self, expr: &Expr, bound: &BTreeSet<VarId>, by: &str) {
        match expr {
            Expr::Var(var) | Expr::Precision(var, _) => {
                if !bound.contains(var) {
                    let name = self.name(*var).to_owned();
                    self.wrong.push(format!("{by} needs `{name}`, which is not bound"));
                }
            }
            Expr::Const(_) => {}
            Expr::Call(_, args, _) | Expr::Record(args) => args.iter().for_each(|arg| self.needs(arg, bound, by)),
            Expr::Field(inner, _) => self.needs(inner, bound, by),
            Expr::If(cond, then, other) => {
                self.literal(cond, &mut bound.clone());
                self.needs(then, bound, by);
                self.needs(other, bound, by);
            }
            Expr::Else(first, second) => {
                self.needs(first, bound, by);
                self.needs(second, bound, by);
            }
        }
    }

    fn literal(&mut self, literal: &Literal, bound: &mut BTreeSet<VarId>) {
        match literal {
            Literal::Atom(atom) => {
                bound.extend(atom.row);
                bound.extend(atom.column_vars());
            }
            Literal::Not(negation) => self.body(&negation.body, &mut bound.clone()),
            Literal::Generate(generate) => {
                generate.args.iter().for_each(|arg| self.needs(arg, bound, "a function of rows"));
                self.bind(generate.row, bound, "a function of rows");
            }
            Literal::Compare(compare) => {
                self.needs(&compare.left, bound, "a comparison");
                self.needs(&compare.right, bound, "a comparison");
                compare.allowance.iter().for_each(|allowance| self.needs(allowance, bound, "an allowance"));
            }
            Literal::Bind(bind) => {
                self.needs(&bind.expr, bound, "an equality");
                self.bind(bind.var, bound, "an equality");
            }
            Literal::Unpack(unpack) => {
                self.needs(&unpack.record, bound, "a pattern");
                bound.extend(unpack.fields.iter().flatten().filter_map(Term::var));
            }
            Literal::Aggregate(aggregate) => {
                for var in &aggregate.outer {
                    if !bound.contains(var) {
                        let name = self.name(*var).to_owned();
                        self.wrong.push(format!("an aggregate needs `{name}` from outside, which is not bound"));
                    }
                }
                let mut within: BTreeSet<VarId> = aggregate.outer.iter().copied().collect();
                self.body(&aggregate.body, &mut within);
                aggregate.target.iter().for_each(|target| self.needs(target, &within, "an aggregate's target"));
                self.bind(aggregate.result, bound, "an aggregate");
            }
            Literal::Is(is) => self.needs(&Expr::Var(is.var), bound, "`is`"),
            Literal::Test(test) => test.args.iter().for_each(|arg| self.needs(arg, bound, "a test")),
        }
    }

    fn card(&mut self, alternative: &super::card::Alternative) {
        let mut bound = BTreeSet::new();
        for arg in &self.rule.args {
            if let Expr::Var(var) = arg {
                bound.insert(*var);
            }
        }
        let mut templates = vec![&alternative.message, &alternative.key];
        templates.extend(&alternative.help);
        for template in templates {
            self.template(template, &bound);
        }
        for (conditions, _) in &alternative.severity {
            self.body(conditions, &mut bound.clone());
        }
        for label in &alternative.labels {
            let mut body = &self.rule.body;
            let mut within = bound.clone();
            self.body(body, &mut BTreeSet::new());
            let silent = self.wrong.len();
            for position in &label.scope {
                let mut all = BTreeSet::new();
                self.body(body, &mut all);
                within.extend(all);
                match body.get(*position) {
                    Some(Literal::Aggregate(aggregate)) => body = &aggregate.body,
                    _ => {
                        self.wrong.push("a label's scope is no aggregate".to_owned());
                        return;
                    }
                }
            }
            if !label.scope.is_empty() {
                let mut all = within.clone();
                self.body(body, &mut all);
                within = all;
            }
            self.wrong.truncate(silent);
            self.template(&label.text, &within);
        }
    }

    fn template(&mut self, template: &super::card::Template, bound: &BTreeSet<VarId>) {
        let mut bound = bound.clone();
        self.body(&template.display, &mut bound);
        for part in &template.parts {
            if let super::card::Part::Expr(expr, _, _) = part {
                self.needs(expr, &bound, "a template");
            }
        }
    }
}
