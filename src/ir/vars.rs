//! The variables of literals and expressions: which ones they mention, bind and need, and how to put others in their place.

use std::sync::Arc;

use super::{Atom, Compare, Expr, Literal, Term, VarId};

impl Term {
    /// Its variable, if it is one.
    #[must_use]
    pub const fn var(&self) -> Option<VarId> {
        match self {
            Self::Var(var) => Some(*var),
            Self::Const(_) => None,
        }
    }
}

impl Atom {
    /// The variables of its columns, in order; one that stands in two columns comes twice.
    pub fn column_vars(&self) -> impl Iterator<Item = VarId> + '_ {
        self.args.iter().filter_map(|(_, term)| term.var())
    }
}

impl Compare {
    /// Calls `see` with every variable in it.
    pub fn variables(&self, see: &mut dyn FnMut(VarId)) {
        self.left.variables(see);
        self.right.variables(see);
        self.allowance.iter().for_each(|allowance| allowance.variables(see));
    }
}

impl Literal {
    /// Calls `see` with every atom in it, also inside negations and aggregates.
    pub fn atoms(&self, see: &mut dyn FnMut(&Atom)) {
        match self {
            Self::Atom(atom) => see(atom),
            Self::Not(negation) => negation.body.iter().for_each(|literal| literal.atoms(see)),
            Self::Aggregate(aggregate) => aggregate.body.iter().for_each(|literal| literal.atoms(see)),
            Self::Generate(_) | Self::Compare(_) | Self::Bind(_) | Self::Unpack(_) | Self::Is(_) | Self::Test(_) => {}
        }
    }

    /// Calls `see` with every variable that it mentions, also inside negations and aggregates.
    pub fn variables(&self, see: &mut dyn FnMut(VarId)) {
        match self {
            Self::Atom(atom) => atom.row.into_iter().chain(atom.column_vars()).for_each(see),
            Self::Not(negation) => negation.body.iter().for_each(|literal| literal.variables(see)),
            Self::Generate(generate) => {
                see(generate.row);
                generate.args.iter().for_each(|arg| arg.variables(see));
            }
            Self::Compare(compare) => compare.variables(see),
            Self::Bind(bind) => {
                see(bind.var);
                bind.expr.variables(see);
            }
            Self::Unpack(unpack) => {
                unpack.record.variables(see);
                unpack.fields.iter().flatten().filter_map(Term::var).for_each(see);
            }
            Self::Aggregate(aggregate) => {
                see(aggregate.result);
                aggregate.target.iter().for_each(|target| target.variables(see));
                aggregate.body.iter().for_each(|literal| literal.variables(see));
            }
            Self::Is(is) => see(is.var),
            Self::Test(test) => test.args.iter().for_each(|arg| arg.variables(see)),
        }
    }

    /// Calls `change` on every variable that it mentions, also inside negations and aggregates.
    pub fn rename(&mut self, change: &mut dyn FnMut(&mut VarId)) {
        match self {
            Self::Atom(atom) => {
                atom.row.iter_mut().for_each(&mut *change);
                atom.args.iter_mut().for_each(|(_, term)| term.rename(change));
            }
            Self::Not(negation) => negation.body.iter_mut().for_each(|literal| literal.rename(change)),
            Self::Generate(generate) => {
                change(&mut generate.row);
                generate.args.iter_mut().for_each(|arg| arg.rename(change));
            }
            Self::Compare(compare) => {
                compare.left.rename(change);
                compare.right.rename(change);
                compare.allowance.iter_mut().for_each(|allowance| allowance.rename(change));
            }
            Self::Bind(bind) => {
                change(&mut bind.var);
                bind.expr.rename(change);
            }
            Self::Unpack(unpack) => {
                unpack.record.rename(change);
                unpack.fields.iter_mut().flatten().for_each(|term| term.rename(change));
            }
            Self::Aggregate(aggregate) => {
                change(&mut aggregate.result);
                aggregate.target.iter_mut().for_each(|target| target.rename(change));
                aggregate.body.iter_mut().for_each(|literal| literal.rename(change));
                aggregate.outer.iter_mut().for_each(change);
            }
            Self::Is(is) => change(&mut is.var),
            Self::Test(test) => test.args.iter_mut().for_each(|arg| arg.rename(change)),
        }
    }

    /// The variables that it gives a value where they have none.
    #[must_use]
    pub fn binds(&self) -> Vec<VarId> {
        match self {
            Self::Atom(atom) => atom.row.into_iter().chain(atom.column_vars()).collect(),
            Self::Generate(generate) => vec![generate.row],
            Self::Bind(bind) => vec![bind.var],
            Self::Unpack(unpack) => unpack.fields.iter().flatten().filter_map(Term::var).collect(),
            Self::Aggregate(aggregate) => vec![aggregate.result],
            Self::Not(_) | Self::Compare(_) | Self::Is(_) | Self::Test(_) => Vec::new(),
        }
    }

    /// The variables that must be bound before it can run, sorted. `scope` holds those that the enclosing bodies or
    /// other literals of the same body bind: what of them occurs inside a negation or aggregate comes from outside.
    #[must_use]
    pub fn needs(&self, scope: &dyn Fn(VarId) -> bool) -> Vec<VarId> {
        let mut needed = Vec::new();
        let mut see = |var| needed.push(var);
        match self {
            Self::Atom(_) => {}
            Self::Generate(generate) => generate.args.iter().for_each(|arg| arg.variables(&mut see)),
            Self::Bind(bind) => bind.expr.variables(&mut see),
            Self::Unpack(unpack) => unpack.record.variables(&mut see),
            Self::Aggregate(aggregate) => {
                aggregate.target.iter().for_each(|target| target.variables(&mut see));
                aggregate.body.iter().for_each(|inner| inner.variables(&mut see));
            }
            Self::Not(_) | Self::Compare(_) | Self::Is(_) | Self::Test(_) => self.variables(&mut see),
        }
        needed.sort_unstable();
        needed.dedup();
        if matches!(self, Self::Not(_) | Self::Aggregate(_)) {
            needed.retain(|var| scope(*var));
        }
        needed
    }
}

impl Expr {
    /// Calls `see` with every variable in it.
    pub fn variables(&self, see: &mut dyn FnMut(VarId)) {
        match self {
            Self::Var(var) | Self::Precision(var, _) => see(*var),
            Self::Const(_) => {}
            Self::Call(_, args, _) | Self::Record(args) => args.iter().for_each(|arg| arg.variables(see)),
            Self::Field(record, _) => record.variables(see),
            Self::If(condition, yes, no) => {
                condition.variables(see);
                yes.variables(see);
                no.variables(see);
            }
            Self::Else(first, second) => {
                first.variables(see);
                second.variables(see);
            }
        }
    }

    /// Calls `change` on every variable in it.
    pub fn rename(&mut self, change: &mut dyn FnMut(&mut VarId)) {
        match self {
            Self::Var(var) | Self::Precision(var, _) => change(var),
            Self::Const(_) => {}
            Self::Call(_, args, _) | Self::Record(args) => args.iter_mut().for_each(|arg| arg.rename(change)),
            Self::Field(record, _) => record.rename(change),
            Self::If(condition, yes, no) => {
                Arc::make_mut(condition).rename(change);
                yes.rename(change);
                no.rename(change);
            }
            Self::Else(first, second) => {
                first.rename(change);
                second.rename(change);
            }
        }
    }
}

impl Term {
    fn rename(&mut self, change: &mut dyn FnMut(&mut VarId)) {
        if let Self::Var(var) = self {
            change(var);
        }
    }
}
