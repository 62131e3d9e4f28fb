//! [`Cause`]: one cell that, written otherwise, would clear several findings.

use crate::diagnostic::Text;
use crate::source::Span;
use crate::text;

/// One cell that, written otherwise, would clear several findings. Probable, never certain: a suggestion where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Where the cell stands; then the places that say the same and would have to be mended with it. Each with its
    /// physical address, where it has one.
    pub places: Vec<(Span, Option<String>)>,
    /// Which cell: the key of its row, and its column.
    pub subject: String,
    /// What is written, what it should be, and the slip that leads from one to the other.
    pub change: String,
    /// How many findings the change would clear.
    pub findings: usize,
    /// How many findings more point at the cell.
    pub touching: usize,
    /// How many instances that could not be decided would be found to agree.
    pub decided: usize,
    /// How many equalities that hold would hold no longer.
    pub broken: usize,
    /// The next best suspect.
    pub runner_up: Option<String>,
    /// Whether the next best is just as good.
    pub tied: bool,
}

impl Cause {
    /// What is suspected, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> Text {
        let Self { subject, change, findings, touching, decided, broken, .. } = self;
        let mut said = text!("{subject}：{change}", "{subject}: {change}");
        let mut add = |more: Text| {
            said.zh += &more.zh;
            said.en += &more.en;
        };
        let twins = self.places.len();
        if twins > 1 {
            add(text!("（{twins} 处写着同一个数，一并改）", " (in all {twins} places that say the same)"));
        }
        if *findings > 0 {
            add(text!("，可消除 {findings} 个问题", ", which would clear {findings} findings"));
        }
        if *decided > 0 {
            add(text!("，并使 {decided} 处无法判定的相符", ", and settle {decided} that could not be decided"));
        }
        if *touching > 0 {
            add(text!("，另有 {touching} 个问题也指着这一格", "; {touching} more findings point at this cell"));
        }
        if *broken > 0 {
            add(text!("，但会使 {broken} 处原来相符的不再相符", ", but {broken} equalities would break"));
        }
        match &self.runner_up {
            Some(other) if self.tied => add(text!("；同样说得通的还有 {other}", "; just as likely: {other}")),
            Some(other) => add(text!("；其次是 {other}", "; next best: {other}")),
            None => {}
        }
        said
    }
}
