//! Full-width punctuation, which input methods leave behind: reported with its fix, and read as meant.

use crate::diagnostic::{Code, Diagnostic, Fix, Label};
use crate::source::Span;
use crate::text;

use super::Lexer;

/// The full-width characters of the line being read.
#[derive(Debug, Default)]
pub(super) struct Wide {
    found: Vec<(Span, char, String)>,
}

impl Lexer<'_> {
    /// Notes that `wide` stands at `at` where `meant` should.
    pub(super) fn mark_wide(&mut self, at: usize, wide: char, meant: &str) {
        let place = self.span(at, at + wide.len_utf8());
        self.wide.found.push((place, wide, meant.to_owned()));
    }

    /// Reports the full-width characters of a line together: they have one cause, the input method.
    pub(super) fn flush_wide(&mut self) {
        let found = std::mem::take(&mut self.wide.found);
        let mut shown: Vec<char> = Vec::new();
        let (mut labels, mut fixes) = (Vec::new(), Vec::new());
        for (span, wide, meant) in found {
            let text = if shown.contains(&wide) {
                text!("", "")
            } else {
                shown.push(wide);
                text!("`{wide}` → `{meant}`", "`{wide}` → `{meant}`")
            };
            labels.push(Label { span, text, primary: true });
            fixes.push(Fix { span, replacement: meant });
        }
        if labels.is_empty() {
            return;
        }
        let list: Vec<String> = shown.iter().map(|wide| format!("`{wide}`")).collect();
        let list = list.join(" ");
        let message = text!(
            "规则里的标点要用半角，这里有全角的 {list}",
            "punctuation in rules is half-width; here stands full-width {list}"
        );
        let help = text!("可自动改：`gouji fmt --fix`", "`gouji fmt --fix` can change it");
        let mut complaint = Diagnostic::error(Code::FullWidthPunctuation, message).help(help);
        complaint.labels = labels;
        complaint.fixes = fixes;
        self.complain(complaint);
    }
}

/// The ASCII character that a full-width or typographic one means in a rule.
#[must_use]
pub(super) fn narrow(c: char) -> Option<char> {
    Some(match c {
        '。' | '．' | '｡' => '.',
        '、' | '﹐' => ',',
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        '×' | '∗' => '*',
        '÷' | '∕' => '/',
        '−' | '–' | '—' => '-',
        '～' | '∼' | '〜' => '~',
        '￥' => '$',
        '¦' => '|',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xFEE0)?,
        _ => return None,
    })
}
