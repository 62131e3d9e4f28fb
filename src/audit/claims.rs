//! What the steps of a proof claim, in exact values and in names that stand for one value throughout a rule.

use super::words::Words;
use crate::exec::CellRef;
use crate::finding::proof::{Claim, Exact, Formula, Said, Sought};
use crate::ir::{Atom, Compare, Expr, Is, Literal, Origin, Rule, Term, TypeKind, VarId};
use crate::provenance::proof::{Because, Proof, Read, Step};
use crate::syntax::ast::CellState;
use crate::value::Value;

/// Speaks of one rule in claims.
pub(super) struct Claims<'w> {
    pub(super) words: &'w Words<'w>,
    pub(super) rule: &'w Rule,
}

/// A value, exactly.
pub(super) fn exact(value: &Value) -> Exact {
    let text = value.to_string();
    match value {
        // How many zeros stand behind depends on how it was computed.
        Value::Decimal(amount) | Value::Money(amount) => Exact::Amount(amount.normalize().to_string()),
        Value::Number(_) | Value::Unsigned(_) => Exact::Amount(text),
        Value::Symbol(_) => Exact::Text(text),
        Value::Date(_) => Exact::Day(text),
        Value::Row(row) => Exact::Row((u64::from(*row) + 1).to_string()),
        Value::Nil | Value::Float(_) | Value::Record(_) => Exact::Other(text),
    }
}

impl Claims<'_> {
    /// The name of a variable: as written, numbered where several of the rule are called alike.
    pub(super) fn name(&self, var: VarId) -> String {
        let vars = &self.rule.vars;
        let name = &vars[var.index()].name;
        match vars[..var.index()].iter().filter(|other| other.name == *name).count() {
            0 => name.clone(),
            before => format!("{name}#{}", before + 1),
        }
    }

    fn formula(&self, expr: &Expr) -> Formula {
        let call = |function, args: &[&Expr]| Formula::Call {
            function,
            args: args.iter().map(|arg| self.formula(arg)).collect(),
        };
        match expr {
            Expr::Var(var) => Formula::Name(self.name(*var)),
            Expr::Const(value) => Formula::Value(exact(value)),
            Expr::Call(function, args, _) => call(function.names()[0], &args.iter().collect::<Vec<_>>()),
            Expr::Else(value, default) => call("else", &[value, default]),
            Expr::Field(record, at) => self.field(record, *at),
            Expr::Precision(row, column) => {
                let cell = self.rule.vars.iter().position(|var| var.field == Some((*row, *column)));
                let cell = cell.and_then(|at| u32::try_from(at).ok());
                cell.map_or_else(
                    || Formula::Opaque("precision".to_owned()),
                    |at| call("precision", &[&Expr::Var(VarId(at))]),
                )
            }
            Expr::Record(_) => Formula::Opaque("record".to_owned()),
            Expr::If(..) => Formula::Opaque("if".to_owned()),
        }
    }

    /// A field of a row that a function yielded, by the name of the column.
    fn field(&self, record: &Expr, at: usize) -> Formula {
        let column = match record {
            Expr::Var(var) => match self.words.kind(self.rule.vars[var.index()].ty) {
                TypeKind::Generated(generator) => {
                    generator.columns().get(at).map(|(column, _)| format!("{}.{column}", self.name(*var)))
                }
                _ => None,
            },
            _ => None,
        };
        column.map_or_else(|| Formula::Opaque("field".to_owned()), Formula::Name)
    }

    pub(super) fn said(&self, expr: &Expr, value: &Value) -> Said {
        Said { value: exact(value), formula: self.formula(expr) }
    }

    /// What a proof claims as a whole.
    pub(super) fn of_rule(&self, proof: &Proof) -> Claim {
        let relation = self.words.input.program.relations[self.rule.head.index()].name.clone();
        let row = self.rule.args.iter().zip(&proof.row).map(|(arg, value)| self.said(arg, value)).collect();
        Claim::Rule { relation, row }
    }

    /// What a step claims; none when it claims nothing that could be checked.
    pub(super) fn of_step(&self, step: &Step) -> Option<Claim> {
        Some(match (&step.because, step.literal) {
            (Because::Fact { table, row, cells, .. }, Literal::Atom(atom)) => {
                let arity = self.words.input.store.tables[*table].arity();
                let about = cells.iter().filter(|read| read.cell.column >= arity);
                let about = about.filter_map(|read| Some((self.name(read.var?), exact(read.value.as_ref()?))));
                Claim::Row {
                    name: atom.row.map(|var| self.name(var)),
                    relation: self.words.input.store.tables[*table].name.clone(),
                    row: row + 1,
                    about: about.collect(),
                }
            }
            (Because::Derived { relation, row, .. }, Literal::Atom(atom)) => {
                let asked = |column: usize| atom.args.iter().find(|(at, _)| *at == column).map(|(_, term)| term);
                let row = row.iter().enumerate();
                let row = row.map(|(at, value)| (exact(value), asked(at).map(|term| self.term(term))));
                let relation = self.words.input.program.relations[relation.index()].name.clone();
                Claim::Derived { relation, row: row.collect() }
            }
            (Because::Compared { left, right, allowance }, Literal::Compare(compare)) => {
                self.comparison(compare, (left, right, allowance.as_ref()))
            }
            (Because::Named { var, value }, Literal::Bind(bind)) => {
                let (name, value) = (self.name(*var), value.as_ref().map(exact));
                Claim::Named { name, value, formula: self.formula(&bind.expr) }
            }
            (Because::Added { value, .. }, Literal::Aggregate(aggregate)) => Claim::Aggregate {
                name: self.name(aggregate.result),
                op: aggregate.op.name(),
                distinct: aggregate.distinct,
                value: exact(value),
                body: self.sought(&aggregate.body),
            },
            (Because::Generated { row, .. }, Literal::Generate(generate)) => {
                let Value::Record(fields) = row else { return None };
                let columns = generate.function.columns();
                let row = columns.iter().zip(fields.iter()).map(|((name, _), value)| (name.clone(), exact(value)));
                let (name, function) = (self.name(generate.row), generate.function.name());
                let args = generate.args.iter().map(|arg| self.formula(arg)).collect();
                Claim::Generated { name, function, args, row: row.collect() }
            }
            (Because::Absent { given }, Literal::Not(negation)) => Claim::Absent {
                given: given.iter().map(|(var, value)| (self.name(*var), exact(value))).collect(),
                body: self.sought(&negation.body),
            },
            (Because::Tested { args }, Literal::Test(test)) => Claim::Test {
                function: test.function.names()[0],
                args: test.args.iter().zip(args).map(|(arg, value)| self.said(arg, value)).collect(),
                negated: test.negated,
            },
            (_, Literal::Is(is)) => self.state(is),
            _ => return None,
        })
    }

    fn comparison(&self, compare: &Compare, (left, right, allowance): (&Value, &Value, Option<&Value>)) -> Claim {
        let allowance = compare.allowance.as_ref().zip(allowance).map(|(expr, value)| self.said(expr, value));
        let (left, right) = (self.said(&compare.left, left), self.said(&compare.right, right));
        Claim::Comparison { left, op: compare.op.symbol(), right, allowance }
    }

    fn state(&self, is: &Is) -> Claim {
        Claim::State { name: self.name(is.var), state: state(is), negated: is.negated }
    }

    fn term(&self, term: &Term) -> Formula {
        match term {
            Term::Var(var) => Formula::Name(self.name(*var)),
            Term::Const(value) => Formula::Value(exact(value)),
        }
    }

    /// What a negation looks for.
    fn sought(&self, body: &[Literal]) -> Vec<Sought> {
        let formulas = |args: &[Expr]| args.iter().map(|arg| self.formula(arg)).collect();
        let one = |literal: &Literal| match literal {
            Literal::Atom(atom) => self.sought_row(atom),
            Literal::Not(negation) => Sought::Not { body: self.sought(&negation.body) },
            Literal::Bind(bind) => Sought::Named { name: self.name(bind.var), formula: self.formula(&bind.expr) },
            Literal::Compare(compare) => Sought::Comparison {
                left: self.formula(&compare.left),
                op: compare.op.symbol(),
                right: self.formula(&compare.right),
                allowance: compare.allowance.as_ref().map(|allowance| self.formula(allowance)),
            },
            Literal::Is(is) => Sought::State { name: self.name(is.var), state: state(is), negated: is.negated },
            Literal::Test(test) => {
                Sought::Test { function: test.function.names()[0], args: formulas(&test.args), negated: test.negated }
            }
            Literal::Generate(_) | Literal::Unpack(_) | Literal::Aggregate(_) => Sought::Opaque,
        };
        body.iter().map(one).collect()
    }

    fn sought_row(&self, atom: &Atom) -> Sought {
        let relation = &self.words.input.program.relations[atom.relation.index()];
        if let Origin::Facts(table) = relation.origin {
            let table = &self.words.input.store.tables[table];
            let column = |(at, term): &(usize, Term)| (table.columns[*at].name.clone(), self.term(term));
            return Sought::Row {
                name: atom.row.map(|row| self.name(row)),
                relation: table.name.clone(),
                columns: atom.args.iter().map(column).collect(),
            };
        }
        let asked = |at: usize| atom.args.iter().find(|(column, _)| *column == at).map(|(_, term)| self.term(term));
        Sought::Derived { relation: relation.name.clone(), row: (0..relation.columns.len()).map(asked).collect() }
    }

    /// What reading a cell claims.
    pub(super) fn of_cell(&self, read: &Read) -> Claim {
        let CellRef { table, row, column } = read.cell;
        let table = &self.words.input.store.tables[table];
        let is_money = matches!(read.value, None | Some(Value::Money(_)));
        Claim::Cell {
            name: read.var.map(|var| self.name(var)),
            column: table.columns[column].name.clone(),
            unit: is_money.then(|| table.precision(row, column).unit.name()),
            value: read.value.as_ref().map(exact),
        }
    }
}

const fn state(is: &Is) -> &'static str {
    match is.state {
        CellState::Blank => "blank",
        CellState::Malformed => "malformed",
        CellState::Present => "present",
    }
}
