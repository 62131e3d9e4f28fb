//! Thousands that are parted by other marks than commas, where that can mean one thing only.

/// `1'234.50`, `1 234,50`, `1 234 567`: the number with nothing between its digits and a point before its decimals. None where
/// a blank may part two numbers, and where a comma or a point may be either mark.
pub(super) fn ungrouped(digits: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let mark = digits.chars().find(|c| !c.is_ascii_digit()).filter(|mark| matches!(mark, '\'' | '’' | ' '))?;
    if digits.len() > LONGEST {
        return None;
    }
    let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(mark).collect();
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let are_groups = groups.iter().enumerate().all(|(at, group)| {
        are_digits(group) && if at == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 }
    });
    let are_decimals = are_digits(decimals) && (decimals.len() != 3 || !digits.contains(','));
    let may_be_two = mark == ' ' && groups.len() == 2 && decimals.is_empty();
    let is_one = are_groups && are_decimals && !may_be_two && !digits.ends_with(['.', ',']);
    is_one.then(|| if decimals.is_empty() { groups.concat() } else { format!("{}.{decimals}", groups.concat()) })
}

#[cfg(test)]
mod tests {
    use super::ungrouped;

    #[test]
    fn marks_between_thousands_are_left_out() {
        for (digits, number) in [
            ("1'234.50", "1234.50"),
            ("12’345", "12345"),
            ("1 234,50", "1234.50"),
            ("1 234.5", "1234.5"),
            ("1 234 567", "1234567"),
        ] {
            assert_eq!(ungrouped(digits).as_deref(), Some(number));
        }
        for digits in
            ["1 234", "1'23", "1'234'5", "4,95", "1.234,50", "1,234 567", "1 234,567", "'123", "1 234.", "12 34 567"]
        {
            assert_eq!(ungrouped(digits), None, "{digits}");
        }
    }
}
