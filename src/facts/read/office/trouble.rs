//! [`Trouble`]: why a file, or a part of it, could not be read.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::source::Span;
use crate::text;

/// Why a file, or a part of it, could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which complaint it is.
    pub code: Code,
    /// The reason, as the end of a sentence.
    pub why: Text,
    /// What to do about it.
    pub help: Option<Text>,
}

impl Trouble {
    /// The file is not what it should be.
    #[must_use]
    pub fn broken(why: Text) -> Self {
        let help = text!(
            "用 Excel、Word 或 WPS 打开它，另存一份后再试；打不开则向提供者重新索取",
            "open it in Excel, Word or WPS and save it anew; if it does not open there either, ask for it again"
        );
        Self { code: Code::BrokenFile, why, help: Some(help) }
    }

    /// The file asks for more than a reader gives.
    #[must_use]
    pub fn limit(why: Text) -> Self {
        let help = text!("把需要的表另存为较小的文件或 CSV", "save the tables you need as a smaller file or as CSV");
        Self { code: Code::LimitReached, why, help: Some(help) }
    }

    /// The reason with another help.
    #[must_use]
    pub fn with_help(mut self, help: Text) -> Self {
        self.help = Some(help);
        self
    }

    /// The complaint that the file `name` cannot be read, at `at`.
    #[must_use]
    pub fn diagnostic(self, name: &str, at: Span) -> Diagnostic {
        let Text { zh, en } = self.why;
        let diagnostic = Diagnostic::error(self.code, text!("读不了 {name}：{zh}", "cannot read {name}: {en}")).at(at);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}
