//! What the cells of a column look like, from the rows that have as many cells as there are headers.

/// So many forms a column may have whose cells are told by them.
const MOST_FORMS: usize = 4;
/// For each of which there are so many cells at least.
const CELLS_PER_FORM: usize = 6;
/// Characters of a form.
const LONGEST: usize = 24;

/// What the cells of a column look like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// The forms that they have; none when these are too many to tell a cell by.
    forms: Vec<String>,
    /// Some are blank.
    may_be_blank: bool,
    /// None is without a letter.
    has_words: bool,
}

impl Shape {
    /// What `texts` look like.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut shape = Self { has_words: true, ..Self::default() };
        let mut written = 0;
        for text in texts.map(str::trim) {
            if text.is_empty() {
                shape.may_be_blank = true;
                continue;
            }
            written += 1;
            shape.has_words &= is_worded(text);
            let form = form(text);
            if shape.forms.len() <= MOST_FORMS && !shape.forms.contains(&form) {
                shape.forms.push(form);
            }
        }
        if shape.forms.len() > MOST_FORMS || shape.forms.len() * CELLS_PER_FORM > written {
            shape.forms.clear();
        }
        shape.has_words &= written >= CELLS_PER_FORM;
        // Of a column that is blank throughout nothing is known.
        shape.may_be_blank |= written == 0;
        shape
    }

    /// Some may be blank, as a row shows that ends before them.
    pub(super) fn blank_too(&mut self) {
        self.may_be_blank = true;
    }

    /// Whether none is blank.
    pub(super) fn is_never_blank(&self) -> bool {
        !self.may_be_blank
    }

    /// Whether its cells are all numbers.
    fn has_numbers(&self) -> bool {
        self.is_telling() && self.forms.iter().all(|form| form.ends_with('N'))
    }

    /// Whether `text` may be a cell of each of `shapes` written as one.
    pub(super) fn may_be_joint(shapes: &[Self], text: &str) -> bool {
        let numbers = shapes.iter().filter(|shape| shape.has_numbers()).count();
        match number(text.trim()) {
            Some(_) => numbers == shapes.len(),
            None => numbers == 0 || numbers < shapes.len() && text.chars().any(char::is_numeric),
        }
    }

    /// Whether a cell is told by what it looks like.
    pub(super) fn is_telling(&self) -> bool {
        !self.forms.is_empty()
    }

    /// Whether `text` looks like a cell of the column.
    pub(super) fn fits(&self, text: &str) -> bool {
        let text = text.trim();
        match () {
            () if text.is_empty() => self.may_be_blank,
            () if self.is_telling() => self.forms.contains(&form(text)),
            () => !self.has_words || is_worded(text),
        }
    }
}

fn is_worded(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// The form of a text that is not blank: `9/9/9`, `A-9`, `N` for any number, `$N`.
fn form(text: &str) -> String {
    number(text).unwrap_or_else(|| {
        let mut form = String::new();
        let mut last = None;
        for c in text.chars() {
            let kind = match c {
                '0'..='9' | '０'..='９' => '9',
                c if c.is_ascii_alphabetic() => 'A',
                c if c.is_alphabetic() => '文',
                c if c.is_whitespace() => ' ',
                c => c,
            };
            let repeats = last == Some(kind) && matches!(kind, '9' | 'A' | '文' | ' ');
            if form.len() >= LONGEST {
                form.push('…');
                break;
            }
            if !repeats {
                form.push(kind);
            }
            last = Some(kind);
        }
        form
    })
}

/// The form of a number, with the mark of its currency.
fn number(text: &str) -> Option<String> {
    let is_sign = |c: char| matches!(c, '-' | '+' | '(' | '（' | '△' | '−' | ' ');
    let rest = text.trim_start_matches(is_sign);
    let marks = rest.len() - rest.trim_start_matches(['￥', '¥', '$', '£', '€']).len();
    let digits = rest[marks..].trim_start_matches(is_sign);
    let digits = digits.trim_end_matches(['元', '万', '亿', '%', '％', ')', '）', '-', ' ']);
    let begins = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let is_number = begins && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'\''));
    is_number.then(|| format!("{}N", &rest[..marks]))
}

#[cfg(test)]
mod tests {
    use super::{Shape, form};

    #[test]
    fn texts_have_forms() {
        for (text, shown) in [
            ("28/01/2018", "9/9/9"),
            ("MG-8769", "A-9"),
            ("$74.69", "$N"),
            ("-1,234.50", "N"),
            ("(3)", "N"),
            ("25.08万元", "N"),
            ("非遗展演2期", "文9文"),
            ("00:15", "9:9"),
        ] {
            assert_eq!(form(text), shown);
        }
    }

    #[test]
    fn columns_are_told_by_few_forms() {
        let shape = Shape::of(["A-1", "B-22", "C-3", "D-4", "E-5", "F-6"].into_iter());
        assert!(shape.is_telling() && shape.fits("Z-99") && !shape.fits("99") && !shape.fits(""));
        let words = ["甲", "乙 a", "丙(b)", "丁-c", "戊1", "己。"];
        let shape = Shape::of(words.into_iter());
        assert!(!shape.is_telling() && shape.fits("庚、辛") && !shape.fits("12.5") && !shape.fits(""));
        assert!(Shape::of(["", ""].into_iter()).fits("备注"), "nothing is known of it");
    }
}
