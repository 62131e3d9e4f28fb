//! Days of a sheet, which are stored as numbers.

use super::number;
use super::style::Kind;

/// What a stored number shows as in a format of days or times; none when the format shows no day, or no day is stored.
#[must_use]
pub(super) fn shown(stored: &str, kind: Kind, since_1904: bool) -> Option<String> {
    if matches!(kind, Kind::Number | Kind::Percent) {
        return None;
    }
    let (days, seconds) = number::days_and_seconds(stored)?;
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if kind == Kind::Time && days == 0 {
        return Some(time);
    }
    let day = day(days, since_1904)?;
    Some(if seconds == 0 && kind != Kind::Time { day } else { format!("{day} {time}") })
}

/// The day with that number. The 29th of February 1900, which sheets believe in, is given as they show it.
fn day(days: i64, since_1904: bool) -> Option<String> {
    let (year, days) = if since_1904 {
        (1904, days)
    } else {
        match days {
            60 => return Some("1900-02-29".to_owned()),
            ..60 => (1900, days - 1),
            _ => (1900, days - 2),
        }
    };
    let day = jiff::civil::date(year, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    (days >= 0).then(|| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Kind, shown};

    #[test]
    fn numbers_become_the_days_that_sheets_show() {
        for (stored, kind, since_1904, text) in [
            ("43831", Kind::Date, false, Some("2020-01-01")),
            ("1", Kind::Date, false, Some("1900-01-01")),
            ("59", Kind::Date, false, Some("1900-02-28")),
            ("60", Kind::Date, false, Some("1900-02-29")),
            ("61", Kind::Date, false, Some("1900-03-01")),
            ("42369", Kind::Date, true, Some("2020-01-01")),
            ("43831.354166666664", Kind::DateTime, false, Some("2020-01-01 08:30:00")),
            ("43831.5", Kind::Date, false, Some("2020-01-01 12:00:00")),
            ("0.354166666666667", Kind::Time, false, Some("08:30:00")),
            ("0", Kind::Date, false, None),
            ("-5", Kind::Date, false, None),
            ("99999999", Kind::Date, false, None),
            ("43831", Kind::Number, false, None),
        ] {
            assert_eq!(shown(stored, kind, since_1904).as_deref(), text, "{stored}");
        }
    }
}
