//! Layouts that fit or break: the classic pretty printer.

use unicode_width::UnicodeWidthStr;

/// A layout.
#[derive(Clone, Debug)]
pub(super) enum Doc {
    /// A word, as it is.
    Text(String),
    /// A blank.
    Space,
    /// A blank where the group fits on a line, else a line break.
    Line,
    /// A blank where the group fits, or else where what follows, so wide, fits on the line; or else a line break.
    Fill(usize),
    /// Nothing where the group fits, else a line break.
    SoftLine,
    /// An empty line, where the group is broken.
    Blank,
    /// A comment.
    Comment {
        text: String,
        /// It stands first on its line.
        alone: bool,
        /// Nothing may follow on its line.
        ends_line: bool,
    },
    /// On one line where it fits and need not break.
    Group { docs: Vec<Doc>, broken: bool },
    /// Further in.
    Indent(Vec<Doc>),
}

impl Doc {
    /// A group, broken when something in it must be.
    pub(super) fn group(docs: Vec<Self>) -> Self {
        let broken = docs.iter().any(Self::must_break);
        Self::Group { docs, broken }
    }

    /// Whether what holds it cannot be on one line.
    pub(super) fn must_break(&self) -> bool {
        match self {
            Self::Comment { text, alone, ends_line } => *alone || *ends_line || text.contains('\n'),
            Self::Group { broken, .. } => *broken,
            Self::Indent(docs) => docs.iter().any(Self::must_break),
            Self::Text(text) => text.contains('\n'),
            _ => false,
        }
    }

    /// How wide it is on one line.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Text(text) | Self::Comment { text, .. } => text.width(),
            Self::Space | Self::Line | Self::Fill(_) => 1,
            Self::SoftLine | Self::Blank => 0,
            Self::Group { docs, .. } | Self::Indent(docs) => docs.iter().map(Self::width).sum(),
        }
    }
}

/// Writing layouts.
#[derive(Debug)]
pub(super) struct Printer {
    out: String,
    limit: usize,
    column: usize,
    /// The line has no text yet.
    fresh: bool,
    /// Nothing more may stand on this line.
    full: bool,
}

impl Printer {
    pub(super) fn new(limit: usize) -> Self {
        Self { out: String::new(), limit, column: 0, fresh: true, full: false }
    }

    pub(super) fn finish(self) -> String {
        self.out.trim_end().to_owned()
    }

    /// Writes `docs` with lines indented by `indent`; those of no group are broken.
    pub(super) fn write(&mut self, docs: &[Doc], indent: usize) {
        for doc in docs {
            self.one(doc, indent, true);
        }
    }

    /// Begins a new line, unless this one has nothing on it.
    pub(super) fn new_line(&mut self) {
        if !self.fresh {
            // Blanks that were to go before more text; those inside a comment are the writer's.
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\n');
            self.column = 0;
            self.fresh = true;
        }
        self.full = false;
    }

    /// Leaves one line empty, unless nothing was written.
    pub(super) fn blank_line(&mut self) {
        self.new_line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn one(&mut self, doc: &Doc, indent: usize, broken: bool) {
        match doc {
            Doc::Text(text) => self.text(text, indent),
            Doc::Space => self.space(),
            Doc::Line | Doc::SoftLine if broken => self.new_line(),
            Doc::Fill(width) if broken && !self.has_room(*width) => self.new_line(),
            Doc::Line | Doc::Fill(_) => self.space(),
            Doc::SoftLine => {}
            Doc::Blank if broken => self.blank_line(),
            Doc::Blank => {}
            Doc::Comment { text, alone, ends_line } => {
                if *alone {
                    self.new_line();
                } else {
                    self.space();
                }
                self.text(text, indent);
                self.full = *ends_line;
            }
            Doc::Group { docs, broken } => {
                let width: usize = docs.iter().map(Doc::width).sum();
                let start = if self.fresh { indent } else { self.column };
                // Room for the comma or dot behind it.
                let broken = *broken || start + width + 1 > self.limit;
                for doc in docs {
                    self.one(doc, indent, broken);
                }
            }
            Doc::Indent(docs) => {
                for doc in docs {
                    self.one(doc, indent + super::STEP, broken);
                }
            }
        }
    }

    /// Whether a blank and what is so wide, with a comma or dot behind it, fit on this line, and the line does not begin
    /// with the end of something longer.
    pub(super) fn has_room(&self, width: usize) -> bool {
        let line = self.out.rsplit_once('\n').map_or(self.out.as_str(), |(_, line)| line);
        !self.full && self.column + width + 2 <= self.limit && !line.trim_start().starts_with([')', ']', '}'])
    }

    pub(super) fn space(&mut self) {
        if !self.fresh && !self.full && !self.out.ends_with(' ') {
            self.out.push(' ');
            self.column += 1;
        }
    }

    fn text(&mut self, text: &str, indent: usize) {
        if self.full {
            self.new_line();
        }
        if self.fresh {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
            self.fresh = false;
        }
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.width(),
            None => self.column + text.width(),
        };
    }
}
