use std::sync::Arc;

use super::{Symbols, Text};

#[test]
fn equal_texts_have_one_number_wherever_they_stand() {
    let mut symbols = Symbols::default();
    symbols.add_file(100, "甲,乙,甲".into());
    assert_eq!(symbols.intern("乙"), 0);
    assert_eq!(symbols.intern_at("甲", 100), 1);
    assert_eq!(symbols.intern_at("乙", 104), 0);
    assert_eq!(symbols.intern_at("甲", 108), 1);
    for number in 0..1000 {
        assert_eq!(symbols.intern(&format!("t{number}")), number + 2);
    }
    assert_eq!(symbols.get("t999"), Some(1001));
    assert_eq!(symbols.get("t1000"), None);
    assert_eq!((symbols.text(1), symbols.text(2), symbols.len()), ("甲", "t0", 1002));
}

#[test]
fn listed_texts_are_told_apart_all_at_once() {
    let (mut one, mut two) = (Symbols::default(), Symbols::default());
    one.reserve_listed(1000);
    assert_eq!((two.list("x"), two.intern("x"), two.list("y"), two.list("x"), two.list("z")), (0, 1, 2, 3, 4));
    assert_eq!((two.get("x"), two.get("y"), two.listed()), (Some(1), None, 4));
    one.intern("y");
    assert_eq!(one.intern_all(&two), [1, 2, 3, 4, 5]);
    assert_eq!((one.get("x"), one.get("z")), (Some(2), None));
    assert_eq!(one.tell_apart(2), [(1, 2), (3, 0), (4, 2)]);
    assert_eq!((one.get("x"), one.get("y"), one.get("z"), one.listed()), (Some(2), Some(0), Some(5), 0));
    // What comes later is told apart from both.
    assert_eq!((one.intern("z"), one.intern("w"), one.list("z"), one.list("v"), one.list("w")), (5, 6, 7, 8, 9));
    assert_eq!(one.tell_apart(1), [(7, 5), (9, 6)]);
    assert_eq!((one.get("v"), one.intern("z"), one.tell_apart(1)), (Some(8), 5, vec![]));
    let mut all = Symbols::default();
    assert_eq!(all.intern_all(&one).len(), one.len());
    assert_eq!((all.get("z"), all.get("v"), all.get("x")), (Some(5), Some(8), Some(2)));
}

#[test]
fn texts_that_were_only_added_are_told_apart_when_somebody_asks() {
    let text = Text::from("甲乙甲丙");
    let (mut one, mut two) = (Symbols::default(), Symbols::default());
    one.add_file(0, text.clone());
    two.add_file(0, text);
    assert_eq!((two.add_at("甲", 0), two.intern("乙"), two.add_at("甲", 6)), (0, 1, 2));
    assert_eq!((two.get("甲"), two.get("乙")), (None, Some(1)));
    assert_eq!((one.intern("丙"), one.intern_all(&two)), (0, vec![1, 2, 3]));
    assert_eq!((one.text(3), one.len(), one.get("甲")), ("甲", 4, None));
    let mut ids: Vec<u32> = [3, 1, 2, 0, 1].into_iter().cycle().take(100).collect();
    one.settle(ids.iter_mut());
    assert_eq!((&ids[..5], one.get("甲")), (&[3, 3, 2, 0, 3][..], Some(3)));
    assert!(ids.chunks(5).all(|chunk| *chunk == ids[..5]));
}

#[test]
fn texts_to_be_kept_are_one_copy_while_there_are_few() {
    let mut symbols = Symbols::default();
    let one = symbols.intern("甲");
    assert!(Arc::ptr_eq(&symbols.shared(one), &symbols.shared(one)));
    let later = symbols.intern("乙");
    assert_eq!((&*symbols.shared(one), &*symbols.shared(later)), ("甲", "乙"));
    (0..super::FEW).for_each(|number| _ = symbols.intern(&number.to_string()));
    assert_eq!(&*symbols.shared(one), "甲");
}

#[test]
fn the_texts_of_another_keep_their_meaning() {
    let text = Text::from("a,b");
    let (mut one, mut two) = (Symbols::default(), Symbols::default());
    one.add_file(0, text.clone());
    two.add_file(0, text);
    one.intern_at("b", 2);
    two.intern("x");
    two.intern_at("b", 2);
    two.intern_at("a", 0);
    assert_eq!(one.intern_all(&two), [1, 0, 2]);
    assert_eq!(one.text(2), "a");
}
