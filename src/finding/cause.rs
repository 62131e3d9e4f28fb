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
    /// The next best suspects, best first.
    pub runners_up: Vec<RunnerUp>,
    /// How many others, also those not listed, are just as likely.
    pub equals: usize,
}

/// Another cell that may be the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunnerUp {
    /// Where it stands, with its physical address.
    pub place: (Span, Option<String>),
    /// Which cell: the key of its row, and its column.
    pub subject: String,
    /// What is written, what it should be, and the slip.
    pub change: String,
    /// Whether it is just as likely as the first.
    pub equal: bool,
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
        let named = |others: &[&RunnerUp]| {
            others.iter().map(|other| format!("{} {}", other.subject, other.change)).collect::<Vec<_>>().join("、")
        };
        let equal: Vec<&RunnerUp> = self.runners_up.iter().filter(|other| other.equal).collect();
        let (equals, others) = (self.equals, named(&equal));
        match (equals, self.runners_up.first()) {
            (0, Some(other)) => {
                let other = named(&[other]);
                add(text!("；其次是 {other}", "; next best: {other}"));
            }
            (0, None) => {}
            _ if equals == equal.len() => add(text!(
                "；同样说得通的还有 {others}，单凭这些数分不出是哪一格",
                "; just as likely: {others} — these figures cannot tell which"
            )),
            _ => add(text!(
                "；同样说得通的还有 {others} 等 {equals} 格，单凭这些数分不出是哪一格",
                "; just as likely are {equals} more cells, such as {others}: these figures cannot tell which"
            )),
        }
        said
    }
}
