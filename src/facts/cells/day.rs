//! Days as people write them.

use crate::value::{Date, Reason, parse_date};

/// Which part of `03/12/2020` comes first, or that days are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    /// The day: `dmy`.
    DayFirst,
    /// The month: `mdy`.
    MonthFirst,
    /// None: days are numbers as sheets count them, `43895`.
    Serial,
}

impl DayOrder {
    /// As manifests write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
            Self::Serial => "excel",
        }
    }
}

/// A day, perhaps with a time of day behind it, perhaps in Chinese digits. `03/12/2020` is one only where `order` says
/// which.
pub(super) fn read(text: &str, order: Option<DayOrder>) -> Result<Date, Reason> {
    let joined = without_blanks(text);
    let text = joined.as_deref().unwrap_or(text);
    let text = text.split_once([' ', 'T']).map_or(text, |(day, time)| if is_time(time) { day } else { text });
    let known = parse_date(text);
    let known = known.or_else(|reason| chinese(text).map_or(Err(reason), |day| parse_date(&day)));
    let known = known.or_else(|reason| named_month(text).map_or(Err(reason), |day| parse_date(&day)));
    let Some(order) = order else { return known };
    if order == DayOrder::Serial {
        return known.or_else(|reason| serial(text).ok_or(reason));
    }
    known.or_else(|reason| year_last(text).map_or(Err(reason), |parts| parse_date(&in_order(parts, order))))
}

/// `2024 年 3 月 8 日` without the blanks in it; none when there are none.
fn without_blanks(text: &str) -> Option<String> {
    let end = text.find(['日', '号']).filter(|_| text.contains('年'))?;
    let (day, behind) = text.split_at(end);
    let has_blanks = day.contains(char::is_whitespace);
    has_blanks.then(|| day.chars().filter(|c| !c.is_whitespace()).chain(behind.chars()).collect())
}

/// What `texts` show of the order of their parts: the day is first where a first part is no month. None when nothing
/// shows it, or they contradict each other.
pub fn order_of<'a>(texts: impl Iterator<Item = &'a str>) -> Option<DayOrder> {
    let (mut day, mut month) = (false, false);
    for text in texts {
        let text = text.trim();
        let text = text.split_once(' ').map_or(text, |(day, time)| if is_time(time) { day } else { text });
        let Some([first, second, _]) = year_last(text) else { continue };
        let above_twelve = |part: &str| part.parse::<u8>().is_ok_and(|number| number > 12);
        day |= above_twelve(first);
        month |= above_twelve(second);
    }
    match (day, month) {
        (true, false) => Some(DayOrder::DayFirst),
        (false, true) => Some(DayOrder::MonthFirst),
        _ => None,
    }
}

/// `00:00`, `12:30:45`, `12:30:45.123Z` and the like.
fn is_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(':')
        && text.bytes().all(|byte| byte.is_ascii_digit() || b":.Z+-".contains(&byte))
}

/// The parts of `03/12/2020`, `3-12-20`, `03.12.2020`.
fn year_last(text: &str) -> Option<[&str; 3]> {
    let mark = text.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = text.split(mark);
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let year = digits(parts[2], 4, 4) || digits(parts[2], 2, 2);
    (digits(parts[0], 1, 2) && digits(parts[1], 1, 2) && year).then_some(parts)
}

fn in_order([first, second, year]: [&str; 3], order: DayOrder) -> String {
    let year = whole_year(year);
    match order {
        DayOrder::MonthFirst => format!("{year}-{first}-{second}"),
        DayOrder::DayFirst | DayOrder::Serial => format!("{year}-{second}-{first}"),
    }
}

/// The day with a number of five digits, as sheets count them: 43895 is 2020-03-05.
fn serial(text: &str) -> Option<Date> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5 || !is_number(days) || !is_number(fraction) {
        return None;
    }
    let since = jiff::Span::new().try_days(days.parse::<i64>().ok()?).ok()?;
    jiff::civil::date(1899, 12, 30).checked_add(since).ok().map(Date)
}

/// Whether all of `texts` look like such days of our time, which nothing else says, and there is one.
pub fn are_serials<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut texts = texts.map(str::trim).filter(|text| !text.is_empty()).peekable();
    let of_our_time =
        |text: &str| text.len() == 5 && text.parse().is_ok_and(|days: u32| (20_000..60_000).contains(&days));
    texts.peek().is_some() && texts.all(of_our_time)
}

/// `20` is 2020, as sheets have it: from 30 on the last century.
fn whole_year(year: &str) -> String {
    let last_century = year.parse::<u8>().is_ok_and(|year| year >= 30);
    match year.len() {
        2 if last_century => format!("19{year}"),
        2 => format!("20{year}"),
        _ => year.to_owned(),
    }
}

/// `5-Mar-20`, `05 March 2020`, `Mar 5, 2020` with digits.
fn named_month(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([' ', '-', '/', ',', '.']).filter(|part| !part.is_empty()).collect();
    let [first, second, year] = parts[..] else { return None };
    let month = |text: &str| {
        let start = text.get(..3)?.to_ascii_lowercase();
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let whole = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let at = months.iter().position(|month| *month == start)?;
        let lower = text.to_ascii_lowercase();
        (lower == months[at] || lower == whole[at] || lower == "sept").then_some(at + 1)
    };
    let day = |text: &str| {
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
        digits.parse::<u8>().ok()
    };
    let year =
        Some(year).filter(|year| matches!(year.len(), 2 | 4) && year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (day, month) = match month(second) {
        Some(month) => (day(first)?, month),
        None => (day(second)?, month(first)?),
    };
    Some(format!("{}-{month}-{day}", whole_year(year)))
}

/// `二〇二〇年三月十二日` with ASCII digits.
fn chinese(text: &str) -> Option<String> {
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix(['日', '号']).unwrap_or(rest);
    let digit = |c: char| match c {
        '〇' | '零' | '○' => Some(0),
        _ => "一二三四五六七八九".chars().position(|known| known == c).map(|at| at + 1),
    };
    let small = |text: &str| -> Option<usize> {
        match text.split_once('十') {
            None => text.parse().ok().or_else(|| only(text).and_then(digit)),
            Some((tens, ones)) => {
                let tens = if tens.is_empty() { 1 } else { only(tens).and_then(digit)? };
                let ones = if ones.is_empty() { 0 } else { only(ones).and_then(digit)? };
                Some(tens * 10 + ones)
            }
        }
    };
    let digits: Option<String> = year.chars().map(|c| digit(c).map(|digit| digit.to_string())).collect();
    let year = digits.or_else(|| rest.ends_with('号').then(|| year.to_owned()))?;
    Some(format!("{year}-{}-{}", small(month)?, small(day)?))
}

/// The only character of a text.
fn only(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::{DayOrder, are_serials, order_of, read};

    fn shown(text: &str, order: Option<DayOrder>) -> String {
        read(text, order).map_or_else(|reason| format!("{reason:?}"), |day| day.to_string())
    }

    #[test]
    fn english_days() {
        for text in ["5-Mar-20", "05 March 2020", "Mar 5, 2020", "5th March 2020", "5/MAR/2020"] {
            assert_eq!(shown(text, None), "2020-03-05", "{text}");
        }
        assert_eq!(shown("5-Mrz-20", None), "NotADate");
        assert_eq!(shown("March 2020", None), "NotADate");
        assert_eq!(shown("31 Feb 2020", None), "NotADate");
    }

    #[test]
    fn the_order_is_told_or_shown_but_never_guessed() {
        assert_eq!(shown("03/12/2020", None), "NotADate");
        assert_eq!(shown("03/12/2020", Some(DayOrder::DayFirst)), "2020-12-03");
        assert_eq!(shown("03/12/2020 10:30", Some(DayOrder::MonthFirst)), "2020-03-12");
        assert_eq!(shown("3.12.98", Some(DayOrder::DayFirst)), "1998-12-03");
        assert_eq!(shown("2020-03-12", Some(DayOrder::DayFirst)), "2020-03-12", "what means one thing goes before");
        assert_eq!(shown("13/13/2020", Some(DayOrder::DayFirst)), "NotADate");
        assert_eq!(order_of(["03/12/2020", "28/02/2020"].into_iter()), Some(DayOrder::DayFirst));
        assert_eq!(order_of(["3/12/2020", "2/28/2020"].into_iter()), Some(DayOrder::MonthFirst));
        assert_eq!(order_of(["3/12/2020"].into_iter()), None);
        assert_eq!(order_of(["13/1/2020", "1/13/2020"].into_iter()), None);
    }

    #[test]
    fn numbers_are_days_only_where_that_is_told() {
        assert_eq!(shown("43895", None), "NotADate");
        assert_eq!(shown("43895", Some(DayOrder::Serial)), "2020-03-05");
        assert_eq!(shown("43895.5", Some(DayOrder::Serial)), "2020-03-05");
        assert_eq!(shown("2020-03-05", Some(DayOrder::Serial)), "2020-03-05");
        assert_eq!(shown("4389", Some(DayOrder::Serial)), "NotADate");
        assert!(are_serials(["43895", " ", "43896"].into_iter()));
        assert!(!are_serials(["43895", "99999"].into_iter()) && !are_serials([""].into_iter()));
    }
}
