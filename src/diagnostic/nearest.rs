//! The nearest known name to one that is not known.

/// The candidate most like `wrong`, when one is near enough that it was probably meant.
///
/// Distance is the number of characters inserted, deleted, replaced or swapped with their neighbour (optimal string
/// alignment), letter case ignored; near enough is at most a third of the longer name, and at least one.
/// Equal distances go to the candidate that comes first.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let chars: Vec<char> = candidate.to_lowercase().chars().collect();
        let limit = (wrong.len().max(chars.len()) / 3).max(1);
        if wrong.len().abs_diff(chars.len()) > limit {
            continue;
        }
        let distance = alignment(&wrong, &chars);
        if distance <= limit && distance < chars.len().max(1) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn alignment(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        assert_eq!(nearest("budgt", ["name", "budget", "spent"]), Some("budget"));
        assert_eq!(nearest("naem", ["name", "budget"]), Some("name"));
        assert_eq!(nearest("Projct", ["project"]), Some("project"));
        assert_eq!(nearest("voucher", ["name", "budget"]), None);
        assert_eq!(nearest("预算金客", ["预算金额", "支出金额"]), Some("预算金额"));
        assert_eq!(nearest("x", ["y"]), None, "a whole other one-letter name is not a slip");
    }
}
