//! What the fast engine relies on in datafrog 2.0.1, and what it must never use.

use datafrog::{Iteration, Leapers, Relation};

/// Proposes 1, 2, … up to the tuple.
struct UpTo(Vec<u32>);

impl<'leap> Leapers<'leap, u32, u32> for &'leap UpTo {
    fn for_each_count(&mut self, tuple: &u32, mut op: impl FnMut(usize, usize)) {
        op(0, *tuple as usize);
    }

    fn propose(&mut self, tuple: &u32, _: usize, values: &mut Vec<&'leap u32>) {
        values.extend(&self.0[..*tuple as usize]);
    }

    fn intersect(&mut self, _: &u32, _: usize, _: &mut Vec<&'leap u32>) {}
}

#[test]
fn leapjoin_calls_its_logic_once_per_pair_in_order_and_needs_no_result() {
    let source = Relation { elements: vec![2, 0, 3] };
    let leapers = UpTo(vec![1, 2, 3]);
    let mut seen = Vec::new();
    let none: Relation<()> = Relation::from_leapjoin(&source, &leapers, |row, value| seen.push((*row, *value)));
    assert_eq!(seen, [(2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]);
    assert!(none.len() <= 1, "results without size are one result");
}

#[test]
fn a_relation_built_from_its_elements_is_left_as_it_is() {
    assert_eq!(Relation { elements: vec![3, 1, 1] }.elements, [3, 1, 1]);
    assert_eq!(Relation::from_vec(vec![3, 1, 1]).elements, [1, 3]);
}

#[test]
fn a_variable_whose_stable_part_is_emptied_never_merges() {
    let mut iteration = Iteration::new();
    let variable = iteration.variable::<u32>("rows");
    variable.insert(Relation { elements: vec![0, 1] });
    assert!(iteration.changed());
    assert_eq!(variable.recent.borrow().elements, [0, 1]);
    variable.insert(Relation { elements: vec![2] });
    assert!(iteration.changed());
    assert_eq!(variable.stable.borrow().len(), 1);
    variable.stable.borrow_mut().clear();
    assert_eq!(variable.recent.borrow().elements, [2]);
    assert!(!iteration.changed());
    assert_eq!(variable.stable.borrow().iter().map(|batch| batch.len()).collect::<Vec<_>>(), [1]);
}

#[test]
fn the_antijoin_of_relations_is_broken_and_must_not_be_used() {
    let rows: Relation<(u32, u32)> = vec![(1, 10), (2, 20)].into();
    let without: Relation<u32> = vec![1].into();
    let left = Relation::from_antijoin(&rows, &without, |key, value| (*key, *value));
    // It should hold (2, 20). If this fails, datafrog was mended.
    assert!(left.is_empty());
}
