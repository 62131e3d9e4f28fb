//! The pages about complaints, `docs/errors/NAME.md`, in the binary.

use crate::diagnostic::Code;

macro_rules! pages {
    ($($name:literal),* $(,)?) => {
        /// Every page by its name. A test compares this list with the folder.
        const PAGES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../docs/errors/", $name, ".md")))),*];
    };
}

pages![];

/// The page about a complaint.
pub(super) fn page(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code.name()).map(|(_, text)| *text)
}
