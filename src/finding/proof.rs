//! [`Node`]: a proof as people read it — a tree of short lines, each with its place — and as a checker reads it: what
//! each line claims, in exact values.

use serde::Serialize;

use crate::source::Span;

/// A line of a proof, with what it stands on below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// What it says.
    pub text: String,
    /// Where: the condition in the rule, or the cell.
    pub place: Option<Span>,
    /// How people address the place beyond file and line, such as `Sheet1!F12`.
    pub address: Option<String>,
    /// What it claims, so that the claim can be checked without the engine.
    pub claim: Option<Claim>,
    /// What it stands on, as it is shown.
    pub children: Vec<Node>,
    /// For an aggregate: every part, also those that are not shown, in the order of rows.
    pub parts: Vec<Node>,
}

/// A value, exactly. Amounts of money are in 元.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Exact {
    /// A number.
    Amount(String),
    /// A text.
    Text(String),
    /// A day.
    Day(String),
    /// A row of facts.
    Row(String),
    /// Anything else.
    Other(String),
}

/// How a value is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Formula {
    /// The value of this name.
    Name(String),
    /// This value.
    Value(Exact),
    /// A function of these.
    Call {
        /// Its name: `+`, `round`, `else` …
        function: &'static str,
        /// What it is applied to.
        args: Vec<Formula>,
    },
    /// Something that is computed otherwise.
    Opaque(String),
}

/// A value and how it is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The value.
    pub value: Exact,
    /// How it is computed from the names of the same rule.
    pub formula: Formula,
}

/// A claim of a proof. Names stand for one value throughout the conditions of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Claim {
    /// A rule gives this row, because everything below holds.
    Rule {
        /// The relation.
        relation: String,
        /// The row.
        row: Vec<Said>,
    },
    /// A row of facts is there, with the cells below.
    Row {
        /// The name of the row.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The relation.
        relation: String,
        /// Which row, from 1.
        row: u32,
        /// What the row has that stands in no cell: its table, its file, its line.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        about: Vec<(String, Exact)>,
    },
    /// A cell holds this value, or none.
    Cell {
        /// Its name; none where the rule asks for a constant.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The column.
        column: String,
        /// The unit that bare numbers of the cell are in.
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<&'static str>,
        /// The value; none for a blank or malformed cell.
        value: Option<Exact>,
    },
    /// A derived row holds; its proof is below, unless it was not asked for.
    Derived {
        /// The relation.
        relation: String,
        /// The row: its values, and what they are called here, or what the rule asks for.
        row: Vec<(Exact, Option<Formula>)>,
    },
    /// A name stands for a value.
    Named {
        /// The name.
        name: String,
        /// The value; none for a cell without one.
        value: Option<Exact>,
        /// How it is computed.
        formula: Formula,
    },
    /// A comparison holds.
    Comparison {
        /// Left side.
        left: Said,
        /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `~`, `!~`.
        op: &'static str,
        /// Right side.
        right: Said,
        /// How far apart the two may lie.
        #[serde(skip_serializing_if = "Option::is_none")]
        allowance: Option<Said>,
    },
    /// The parts below come to this.
    Aggregate {
        /// The name of the result.
        name: String,
        /// `sum`, `count`, `min`, `max`, `mean`.
        op: &'static str,
        /// Whether equal values count once.
        distinct: bool,
        /// What it came to.
        value: Exact,
        /// What its parts are: all rows for which these conditions hold together.
        body: Vec<Sought>,
    },
    /// One part of an aggregate: what was added.
    Part(Said),
    /// A function yielded a row.
    Generated {
        /// The name of the row.
        name: String,
        /// The function.
        function: &'static str,
        /// What it was applied to.
        args: Vec<Formula>,
        /// The row: its columns and their values.
        row: Vec<(String, Exact)>,
    },
    /// Nothing was found with these.
    Absent {
        /// Names and values that it was looked for with.
        given: Vec<(String, Exact)>,
        /// What was looked for: conditions that never hold together.
        body: Vec<Sought>,
    },
    /// A function says that it is so — or that it is not.
    Test {
        /// Its name: `contains`, `match`.
        function: &'static str,
        /// What it is applied to.
        args: Vec<Said>,
        /// Whether it says no.
        negated: bool,
    },
    /// A cell is blank, malformed or present — or is not.
    State {
        /// The cell's name.
        name: String,
        /// The state.
        state: &'static str,
        /// Whether it is not in that state.
        negated: bool,
    },
}

/// A condition of what a negation looks for, or an aggregate adds. Names that the rule gives outside have their values; the
/// others are sought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Sought {
    /// A row of facts.
    Row {
        /// The name of the row.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The relation.
        relation: String,
        /// Columns by name, and what they are.
        columns: Vec<(String, Formula)>,
    },
    /// A derived row.
    Derived {
        /// The relation.
        relation: String,
        /// By column: what it is; none where anything will do.
        row: Vec<Option<Formula>>,
    },
    /// A name for what is computed.
    Named {
        /// The name.
        name: String,
        /// How.
        formula: Formula,
    },
    /// A comparison.
    Comparison {
        /// Left side.
        left: Formula,
        /// As in [`Claim::Comparison`].
        op: &'static str,
        /// Right side.
        right: Formula,
        /// How far apart the two may lie.
        #[serde(skip_serializing_if = "Option::is_none")]
        allowance: Option<Formula>,
    },
    /// A cell's state.
    State {
        /// The cell's name.
        name: String,
        /// The state.
        state: &'static str,
        /// Whether it is not in that state.
        negated: bool,
    },
    /// A function of Boolean result.
    Test {
        /// Its name.
        function: &'static str,
        /// What it is applied to.
        args: Vec<Formula>,
        /// Whether it must say no.
        negated: bool,
    },
    /// Nothing like this.
    Not {
        /// The conditions.
        body: Vec<Sought>,
    },
    /// A condition of another kind.
    Opaque,
}
