//! [`Run`]: how a part of a text is set, where that changes what it says.

use std::borrow::Cow;

/// How a part of a text is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Crossed out or hidden: it says nothing.
    pub gone: bool,
    /// Where it stands on its line.
    pub line: Line,
}

/// Where small characters stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Line {
    /// On the line, and not small.
    #[default]
    On,
    /// Above it: the mark of a footnote, a power.
    Above,
    /// Below it.
    Below,
}

impl Run {
    /// `text` as it is to be read: small digits are characters of their own, so that 25 with a footnote 2 is no 252.
    #[must_use]
    pub fn read<'a>(self, text: &'a str) -> Cow<'a, str> {
        match self.line {
            _ if self.gone => Cow::Borrowed(""),
            Line::On => Cow::Borrowed(text),
            line => Cow::Owned(text.chars().map(|c| small(c, line)).collect()),
        }
    }

    /// Takes what the properties of a run in Word or Excel say of it: `strike`, `vanish`, `vertAlign`, each with its value.
    pub fn property(&mut self, name: &str, value: Option<&str>) {
        match (name, value) {
            ("strike" | "dstrike" | "vanish", value) => {
                self.gone |= !matches!(value, Some("0" | "false" | "off"));
            }
            ("vertAlign", Some("superscript")) => self.line = Line::Above,
            ("vertAlign", Some("subscript")) => self.line = Line::Below,
            _ => {}
        }
    }
}

/// A digit as the small one of that line; anything else as it is.
#[must_use]
pub const fn small(c: char, line: Line) -> char {
    const ABOVE: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    const BELOW: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    match (c.to_digit(10), line) {
        (Some(digit), Line::Above) => ABOVE[digit as usize],
        (Some(digit), Line::Below) => BELOW[digit as usize],
        _ => c,
    }
}
