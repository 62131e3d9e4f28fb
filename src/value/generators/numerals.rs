//! Numbers in Chinese numerals: `三万`, `壹万贰仟`, `十二`.

use super::written::Written;
use crate::value::Decimal;

/// The numbers that `text` writes in Chinese numerals, in order: such as have a power of ten in them and begin like a
/// number. `三` and `千` alone are words.
pub(super) fn numerals(text: &str) -> Vec<Written> {
    let is_numeral = |c: char| digit(c).is_some() || power(c).is_some();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(is_numeral) {
        let start = at + offset;
        let end = text[start..].find(|c| !is_numeral(c)).map_or(text.len(), |len| start + len);
        let run = &text[start..end];
        let counts = run.starts_with(|c| digit(c).is_some() || matches!(c, '十' | '拾'));
        let after_digit = text[..start].ends_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
        let weighty = run.contains(|c| power(c).is_some() || "壹贰叁肆伍陆柒捌玖".contains(c));
        if counts
            && weighty
            && !after_digit
            && let Some(value) = value(run)
        {
            found.push(Written { range: start..end, value });
        }
        at = end;
    }
    found
}

/// The value of numerals; none when they are in no order that makes one, such as `三四百`.
fn value(run: &str) -> Option<Decimal> {
    let (mut total, mut section, mut last) = (0_u64, 0_u64, None::<u64>);
    for c in run.chars() {
        match (digit(c), power(c)) {
            (Some(0), _) => {}
            (Some(_), _) if last.is_some() => return None,
            (Some(value), _) => last = Some(value),
            (None, Some(power)) if power >= 10_000 => {
                let part = section.checked_add(last.take().unwrap_or(0))?;
                // 亿 after 万 multiplies all that stands before it: 一万亿.
                let before = if power > 10_000 { std::mem::take(&mut total) } else { 0 };
                total = total.checked_add(part.checked_add(before)?.checked_mul(power)?)?;
                section = 0;
            }
            (None, Some(power)) => section = section.checked_add(last.take().unwrap_or(1).checked_mul(power)?)?,
            (None, None) => return None,
        }
    }
    total.checked_add(section)?.checked_add(last.unwrap_or(0)).map(Decimal::from)
}

fn digit(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn power(c: char) -> Option<u64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' | '萬' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::numerals;

    #[test]
    fn numerals_of_both_styles() {
        let values = |text: &str| numerals(text).iter().map(|number| number.value.to_string()).collect::<Vec<_>>();
        assert_eq!(
            values("三万、壹万贰仟叁佰、十二、一百零五、一万亿"),
            ["30000", "12300", "12", "105", "1000000000000"]
        );
        assert_eq!(values("三好、千方百计、一二三、三四百、5万"), Vec::<String>::new());
        assert!(values(&"九亿".repeat(40)).is_empty(), "too much for anything");
    }
}
