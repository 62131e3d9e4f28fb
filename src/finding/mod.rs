//! What an audit reports about the audited world: findings, verdicts, and what was and was not checked.

mod answers;
mod cause;
pub mod format;
pub mod proof;

pub use crate::cards::Severity;
use crate::diagnostic::Text;
use crate::source::Span;
pub use answers::Answers;
pub use cause::{Cause, RunnerUp};
use proof::Exact;

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
    /// The probable cause that it shares with others, by its position in [`Audited::causes`].
    pub cause: Option<usize>,
    /// What it stands on, where programs asked for it.
    pub evidence: Option<Evidence>,
}

/// What a finding stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The values of the rule's variables.
    pub values: Vec<NamedValue>,
    /// The rows that each aggregate took.
    pub contributors: Vec<Contributors>,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// The variable, as written.
    pub name: String,
    /// Its value.
    pub value: Exact,
    /// The value as people read it.
    pub shown: String,
}

/// What an aggregate came to, and from what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributors {
    /// The variable of the result; none where nobody named it.
    pub name: Option<String>,
    /// `sum`, `count`, `min`, `max`, `mean`.
    pub op: &'static str,
    /// The result.
    pub value: Exact,
    /// The result as people read it.
    pub shown: String,
    /// What it was computed from, in the order of rows.
    pub parts: Vec<Contributor>,
}

/// A row that an aggregate took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    /// The cell that was added, or the row.
    pub span: Option<Span>,
    /// How people address the place beyond file and line.
    pub address: Option<String>,
    /// What was added; none for a count.
    pub value: Option<Exact>,
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
    NotApplicable(Text),
    /// It could not be finished; why.
    Failed(Text),
}

/// A rule and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleVerdict {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What became of it.
    pub verdict: Verdict,
    /// How many rows of facts it looked at: those of every relation that it asks about, also through helper relations.
    pub rows: u64,
    /// How many findings it has.
    pub findings: usize,
    /// Instances that could not be decided.
    pub undecided: Vec<Undecided>,
    /// Instances whose evaluation has no value: a division by zero, an overflow.
    pub without_value: Vec<Undecided>,
}

/// An instance of a rule that is neither a finding nor a pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// Which instance, in a few words: the keys of its rows.
    pub instance: String,
    /// Why it has no answer.
    pub reason: Text,
    /// The cells that have no value, each with its physical address where it has one, or the condition that has none.
    pub cells: Vec<(Span, Option<String>)>,
}

/// What an audit came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// What the audit is called.
    pub title: String,
    /// The manifest, as people see its path.
    pub manifest: String,
    /// Findings by file, place and code; those of one cause together, where the first of them stands.
    pub findings: Vec<Finding>,
    /// Probable causes of findings, the one that explains most first.
    pub causes: Vec<Cause>,
    /// Where causes were not sought, or not everywhere, and why.
    pub unsought: Vec<Text>,
    /// Every rule that was loaded, by code.
    pub verdicts: Vec<RuleVerdict>,
    /// How many fact files were read.
    pub files: usize,
    /// How many rows they have.
    pub rows: u64,
}

impl Audited {
    /// How many rules there are of a kind.
    #[must_use]
    pub fn rules(&self, kind: impl Fn(&Verdict) -> bool) -> usize {
        self.verdicts.iter().filter(|rule| kind(&rule.verdict)).count()
    }

    /// How many findings there are of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The number of the first finding under the same probable cause; a finding's number is its position, from 1.
    #[must_use]
    pub fn group(&self, finding: &Finding) -> Option<usize> {
        let cause = finding.cause?;
        self.findings.iter().position(|other| other.cause == Some(cause)).map(|at| at + 1)
    }

    /// How many findings stand under a probable cause.
    #[must_use]
    pub fn consequences(&self) -> usize {
        self.findings.iter().filter(|finding| finding.cause.is_some()).count()
    }

    /// Whether any rule was checked on anything.
    #[must_use]
    pub fn checked_anything(&self) -> bool {
        self.verdicts.iter().any(|rule| !matches!(rule.verdict, Verdict::NotApplicable(_)))
    }
}
