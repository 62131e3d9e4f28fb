//! `eqrel`: closed by rules, so that engines need to know nothing of it, and one that does has them to be held against.
//!
//! What the program derives for an equivalence relation `r` goes to a relation `r′` of pairs; `r` is their closure:
//! `r′(y, x) :- r′(x, y).`  `r(x, y) :- r′(x, y).`  `r(x, z) :- r(x, y), r′(y, z).` Symmetry and transitivity give
//! reflexivity. (Closing `r` by itself would join all pairs with all pairs.)

use super::context::Relations;
use crate::ir::{Atom, Expr, Literal, Origin, Program, RelationId, Rule, Term, Var, VarId};

/// Replaces every equivalence relation by its pairs and the rules that close them.
pub(super) fn close(relations: &Relations, program: &mut Program) {
    for (at, relation) in relations.list.iter().enumerate() {
        if !relation.equivalence || relation.arity != 2 {
            continue;
        }
        let whole = id(at);
        let pairs = id(program.relations.len());
        let mut helper = program.relations[at].clone();
        helper.name.push('′');
        if let Origin::Facts(table) = helper.origin {
            helper.origin = Origin::Rules(Some(table));
        }
        program.relations[at].origin = Origin::Rules(None);
        program.relations[at].closes = Some(pairs);
        program.relations.push(helper);
        for rule in program.rules.iter_mut().filter(|rule| rule.head == whole) {
            rule.head = pairs;
        }
        add_rules(program, whole, pairs);
    }
}

fn id(at: usize) -> RelationId {
    RelationId(u32::try_from(at).expect("fewer than 2^32 relations"))
}

fn add_rules(program: &mut Program, whole: RelationId, pairs: RelationId) {
    let relation = &program.relations[whole.index()];
    let (ty, span) = (relation.columns[0].ty, relation.span);
    let var = |name: &str| Var { name: name.to_owned(), ty, field: None, span };
    let [x, y, z] = [VarId(0), VarId(1), VarId(2)];
    let atom = |relation: RelationId, a: VarId, b: VarId| {
        Literal::Atom(Atom { relation, row: None, args: vec![(0, Term::Var(a)), (1, Term::Var(b))], span })
    };
    let rule = |head: RelationId, args: [VarId; 2], body: Vec<Literal>| Rule {
        head,
        args: args.map(Expr::Var).to_vec(),
        body,
        vars: vec![var("x"), var("y"), var("z")],
        card: None,
        span,
    };
    let rules = [
        rule(pairs, [y, x], vec![atom(pairs, x, y)]),
        rule(whole, [x, y], vec![atom(pairs, x, y)]),
        rule(whole, [x, z], vec![atom(whole, x, y), atom(pairs, y, z)]),
    ];
    program.rules.extend(rules);
}
