//! `why`: proofs of findings.

use super::tell::Teller;
use super::words::Words;
use super::{Audit, Request};
use crate::exec;
use crate::exec::matcher::Matcher;
use crate::finding::Finding;
use crate::finding::proof::Node;
use crate::provenance::proof::Prover;
use crate::text;

/// Which findings to prove, and how much to show.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which findings.
    pub which: Which,
    /// Show every contributor of an aggregate rather than the largest.
    pub all: bool,
    /// Tell of every contributor, shown or not, as JSON does.
    pub every: bool,
    /// How deep derived relations are expanded.
    pub depth: usize,
}

/// Which findings to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one with this number.
    Number(usize),
    /// Those of a rule.
    Rule {
        /// The rule's code, any case.
        code: String,
        /// A part of the finding's key or message; all findings of the rule when empty.
        key: String,
    },
    /// All.
    Every,
}

/// A finding with its proof.
#[derive(Clone, Debug)]
pub struct Proved {
    /// Its number among the findings of the audit.
    pub number: usize,
    /// The finding.
    pub finding: Finding,
    /// The proof.
    pub proof: Node,
}

/// Each finding asked for, with its proof. `None` when there is no such rule.
#[must_use]
pub fn why(audit: &Audit, request: &Request, wanted: &Wanted) -> Option<Vec<Proved>> {
    if let Which::Rule { code, .. } = &wanted.which {
        audit.rules.cards.iter().find(|card| card.card.code.text.eq_ignore_ascii_case(code))?;
    }
    let Some(outcome) = &audit.outcome else { return Some(Vec::new()) };
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let matcher = Matcher::new(&input, outcome).remembering();
    let words = Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang, evidence: false };
    let prover = Prover::new(&matcher, wanted.depth);
    let teller = Teller { words: &words, all: wanted.all, every: wanted.every };
    let numbered = (1..).zip(audit.audited.findings.iter().zip(&audit.instances));
    let meant = numbered.filter(|(number, (finding, _))| is_meant(&wanted.which, *number, finding));
    let proved = meant.map(|(number, (finding, (relation, row)))| {
        let proof = match prover.prove(*relation, row) {
            Some(proof) => teller.proof(&proof, finding.message.clone()),
            None => unproved(&teller, finding),
        };
        Proved { number, finding: finding.clone(), proof }
    });
    Some(proved.collect())
}

fn is_meant(which: &Which, number: usize, finding: &Finding) -> bool {
    match which {
        Which::Every => true,
        Which::Number(wanted) => *wanted == number,
        Which::Rule { code, key } => {
            finding.code.eq_ignore_ascii_case(code) && (finding.key.contains(key) || finding.message.contains(key))
        }
    }
}

/// A finding that no derivation was found for within the limits of the search.
fn unproved(teller: &Teller<'_>, finding: &Finding) -> Node {
    let said = text!("推导太多，没有找到由低到高的证明", "there are too many derivations: no proof was found");
    let child = Node { text: teller.say(&said), ..Node::default() };
    Node { text: finding.message.clone(), children: vec![child], ..Node::default() }
}
