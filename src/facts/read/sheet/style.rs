//! [`NumberFormat`]: what a cell's number format makes of its number.

/// What a cell's number format makes of its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberFormat {
    /// What is shown.
    pub kind: Kind,
    /// Decimal places that are always shown.
    pub decimals: u8,
    /// The unit of money that is shown behind the number; empty when none is, or one that changes nothing.
    pub unit: &'static str,
    /// By how many places the number is shown smaller than it is, where a unit makes up for that.
    pub down: u8,
}

/// Units that formats show behind numbers.
const UNITS: [&str; 6] = ["百万元", "千元", "万元", "亿元", "万", "亿"];

/// What a number is shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    #[default]
    Number,
    /// A percentage.
    Percent,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time.
    DateTime,
}

impl NumberFormat {
    /// The format that a workbook knows by number alone.
    #[must_use]
    pub fn built_in(id: u32) -> Self {
        let number = |decimals| Self { decimals, ..Self::default() };
        let of = |kind| Self { kind, ..Self::default() };
        match id {
            2 | 4 | 7 | 8 | 39 | 40 | 43 | 44 => number(2),
            9 => of(Kind::Percent),
            10 => Self { decimals: 2, ..of(Kind::Percent) },
            14..=17 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 => of(Kind::Date),
            22 => of(Kind::DateTime),
            18..=21 | 32 | 33 | 45..=47 | 55 | 56 => of(Kind::Time),
            _ => number(0),
        }
    }

    /// Whether it shows percentages.
    #[must_use]
    pub fn is_percent(self) -> bool {
        self.kind == Kind::Percent
    }

    /// The format that `code` writes, by its first section.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        let bare = bare_section(code);
        if bare.eq_ignore_ascii_case("general") || bare.contains('@') {
            return Self::default();
        }
        let letters = bare.to_ascii_lowercase();
        let has = |wanted: &[char]| letters.contains(wanted);
        let placeholders = bare.contains(['0', '#', '?']);
        let time = has(&['h', 's']);
        let of = |kind| Self { kind, ..Self::default() };
        // `aaaa` is the day of the week.
        if has(&['y', 'd']) && !letters.contains("e+") || letters.contains("aaa") {
            return of(if time { Kind::DateTime } else { Kind::Date });
        }
        if time {
            return of(Kind::Time);
        }
        if has(&['m']) && !placeholders {
            return of(Kind::Date);
        }
        if bare.contains('%') {
            return Self { decimals: decimals(&bare), ..of(Kind::Percent) };
        }
        let (unit, down) = unit(code);
        let decimals = if letters.contains('e') || down > 0 { 0 } else { decimals(&bare) };
        Self { decimals, unit, down, ..Self::default() }
    }
}

/// Zeros after the point; none when a comma after them scales the number down.
fn decimals(bare: &str) -> u8 {
    let Some((_, after)) = bare.split_once('.') else { return 0 };
    let places = after.chars().take_while(|character| *character == '0').count();
    let scaled = after.trim_start_matches(['0', '#', '?']).starts_with(',');
    if scaled { 0 } else { u8::try_from(places.min(15)).unwrap_or(0) }
}

/// The unit that the first section of a format shows behind the number, and by how many places it shows the number smaller:
/// three for each comma behind the digits, and as many as stand behind a point that is only written there (`0!.0,"万"`).
fn unit(code: &str) -> (&'static str, u8) {
    let (mut behind, mut commas, mut after_point, mut quoted) = (String::new(), 0_u8, None::<u8>, false);
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => break,
            '0' | '#' | '?' if !quoted => {
                (behind, commas) = (String::new(), 0);
                after_point = after_point.map(|places| places.saturating_add(1));
            }
            ',' if !quoted && behind.is_empty() => commas = commas.saturating_add(1),
            '_' | '*' if !quoted => {
                characters.next();
            }
            '\\' | '!' if !quoted => match characters.next() {
                Some('.') => after_point = Some(0),
                other => behind.extend(other),
            },
            ' ' | ')' => {}
            other => behind.push(other),
        }
    }
    let down = commas.saturating_mul(3).saturating_add(after_point.unwrap_or(0));
    UNITS.iter().find(|unit| **unit == behind && down < 12).map_or(("", 0), |unit| (*unit, down))
}

/// The first section of a format without quoted text, escapes, padding, colours and conditions.
fn bare_section(code: &str) -> String {
    let mut bare = String::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '"' => while characters.next().is_some_and(|inner| inner != '"') {},
            '\\' | '!' | '_' | '*' => {
                characters.next();
            }
            '[' => {
                let inside: String = characters.by_ref().take_while(|inner| *inner != ']').collect();
                if matches!(inside.to_ascii_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    bare.push_str(&inside);
                }
            }
            other => bare.push(other),
        }
    }
    bare.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, NumberFormat};

    #[test]
    fn codes_say_what_they_show() {
        for (code, kind, decimals) in [
            ("General", Kind::Number, 0),
            ("0.00", Kind::Number, 2),
            ("#,##0.00_);[Red]\\(#,##0.00\\)", Kind::Number, 2),
            ("_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ", Kind::Number, 2),
            ("0.0##", Kind::Number, 1),
            ("0.00,", Kind::Number, 0),
            ("0.00%", Kind::Percent, 2),
            ("0%", Kind::Percent, 0),
            ("0.00E+00", Kind::Number, 0),
            ("0\"dm\"", Kind::Number, 0),
            ("yyyy/m/d", Kind::Date, 0),
            ("yyyy\"年\"m\"月\"d\"日\";@", Kind::Date, 0),
            ("[$-804]yyyy\"年\"m\"月\"", Kind::Date, 0),
            ("m/d/yy h:mm", Kind::DateTime, 0),
            ("h:mm:ss", Kind::Time, 0),
            ("[h]:mm", Kind::Time, 0),
            ("@", Kind::Number, 0),
            ("0.00百万", Kind::Number, 2),
            ("aaaa", Kind::Date, 0),
        ] {
            let format = NumberFormat { kind, decimals, ..NumberFormat::default() };
            assert_eq!(NumberFormat::of_code(code), format, "{code}");
        }
    }

    #[test]
    fn units_behind_numbers_are_seen() {
        for (code, unit, down, decimals) in [
            ("0.00\"万元\"", "万元", 0, 2),
            ("#,##0.00万元_);(#,##0.00)", "万元", 0, 2),
            ("0!.0,\"万\"", "万", 4, 0),
            ("0\\.0000\\万\\元", "万元", 4, 0),
            ("0.00,\"千元\"", "千元", 3, 0),
            ("0.00,", "", 0, 0),
            ("0.00,,\"百万\"", "", 0, 0),
            ("0\"元\"", "", 0, 0),
            ("0;0\"万元\"", "", 0, 0),
        ] {
            let format = NumberFormat { unit, down, decimals, ..NumberFormat::default() };
            assert_eq!(NumberFormat::of_code(code), format, "{code}");
        }
    }
}
