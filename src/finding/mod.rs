//! What an audit reports about the audited world: findings, verdicts, and what was and was not checked.

pub use crate::cards::Severity;
use crate::source::Span;

/// One finding, ready to be drawn: every text is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of the rule.
    pub code: String,
    /// Its weight.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// What identifies it across runs, after the code.
    pub key: String,
    /// Places that prove it, the primary one first.
    pub labels: Vec<Label>,
    /// How many places more than those labelled there are, and what they come to, in the message's language.
    pub folded: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Notes: the arithmetic, the allowance, a common cause.
    pub notes: Vec<String>,
}

/// A place that proves a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// How people address the place beyond file and line, such as `Sheet1!F12`.
    pub address: Option<String>,
    /// What to say there.
    pub text: String,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has findings.
    Fired,
    /// It was checked on at least one instance, and has none.
    Clean,
    /// It has no finding, and some instance could not be decided.
    Undecided,
    /// A relation that it needs has no rows or is not fed; which.
    NotApplicable(String),
    /// It could not be finished; why.
    Failed(String),
}
