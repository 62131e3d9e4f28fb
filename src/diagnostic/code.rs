//! [`Code`]: every complaint that gouji can make about its inputs.

macro_rules! codes {
    ($( $(#[$doc:meta])* $variant:ident = $name:literal, )*) => {
        /// Which complaint a [`Diagnostic`](super::Diagnostic) is. Each has a name that users see, a page under
        /// `docs/errors/` that `gouji explain` shows, and a file under `tests/ui/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $( $(#[$doc])* $variant, )*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The name that users see and give to `gouji explain`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The code of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }
        }
    };
}

codes! {
    // syntax: the text of rules
    /// A character that no token starts with.
    UnexpectedCharacter = "unexpected-character",
    /// A token where another was needed.
    UnexpectedToken = "unexpected-token",
    /// A clause without its final `.`.
    MissingDot = "missing-dot",
    /// A bracket that is never closed, or closed by another kind.
    UnclosedBracket = "unclosed-bracket",
    /// A string that is never closed.
    UnclosedString = "unclosed-string",
    /// A comment that is never closed.
    UnclosedComment = "unclosed-comment",
    /// `，（）：“”；` where ASCII punctuation is meant.
    FullWidthPunctuation = "full-width-punctuation",
    /// `==`, `and`, `&&`, `<>` and the like.
    ForeignOperator = "foreign-operator",
    /// `1,000,000`.
    ThousandsSeparator = "thousands-separator",
    /// A number out of range or malformed.
    BadNumber = "bad-number",
    /// A wrong escape in a string.
    BadEscape = "bad-escape",
    /// Brackets nested deeper than the reader goes.
    TooDeep = "too-deep",
    /// A word that this dialect refuses, with what to write instead.
    Unsupported = "unsupported",
    /// An included file that cannot be read, or includes itself.
    BadInclude = "bad-include",

    // analysis: the meaning of rules
    /// A relation that nobody declared.
    UnknownRelation = "unknown-relation",
    /// A column that a relation has not.
    UnknownColumn = "unknown-column",
    /// A type that nobody declared.
    UnknownType = "unknown-type",
    /// A function that does not exist.
    UnknownFunction = "unknown-function",
    /// A `$parameter` that no card declares.
    UnknownParameter = "unknown-parameter",
    /// A component that nobody declared.
    UnknownComponent = "unknown-component",
    /// A number of arguments other than the relation's columns.
    WrongArity = "wrong-arity",
    /// A function given another number of arguments.
    WrongArguments = "wrong-arguments",
    /// A variable of the head that the body does not bind.
    UnboundInHead = "unbound-in-head",
    /// A variable only in a negation.
    UnboundInNegation = "unbound-in-negation",
    /// A variable in a condition that nothing binds.
    UnboundVariable = "unbound-variable",
    /// An aggregate over a variable that is not in its braces.
    AggregateTarget = "aggregate-target",
    /// A variable of an aggregate's braces used outside.
    InnerVariableOutside = "inner-variable-outside",
    /// Two types that cannot be compared.
    TypeMismatch = "type-mismatch",
    /// One variable with two types.
    ConflictingTypes = "conflicting-types",
    /// Money against a bare number.
    MoneyWithoutUnit = "money-without-unit",
    /// Negation or an aggregate in a cycle.
    NegationInCycle = "negation-in-cycle",
    /// A name declared twice.
    DeclaredTwice = "declared-twice",
    /// A declaration that contradicts itself.
    BadDeclaration = "bad-declaration",
    /// An input or output directive that cannot be carried out.
    BadDirective = "bad-directive",
    /// A regular expression that does not compile.
    BadRegex = "bad-regex",
    /// A rule that grows without bound.
    GrowsWithoutBound = "grows-without-bound",
    /// A variable that occurs once.
    SingleUse = "single-use",
    /// Conditions that can never hold together.
    NeverHolds = "never-holds",
    /// A share compared with a whole number, as if it were a percentage.
    ShareWithoutPercent = "share-without-percent",
    /// Two relations with no common variable.
    CrossProduct = "cross-product",
    /// A symmetric pair compared with `!=`.
    SymmetricPair = "symmetric-pair",
    /// A relation without rules or input.
    EmptyRelation = "empty-relation",
    /// A relation whose rows nobody uses.
    UnusedRelation = "unused-relation",
    /// A sum over a derived relation that lost its rows.
    SumOverSet = "sum-over-set",
    /// Something else that is deprecated or doubtful.
    Doubtful = "doubtful",

    // cards
    /// TOML that does not parse.
    BadToml = "bad-toml",
    /// A key that a card or manifest has not.
    UnknownKey = "unknown-key",
    /// A key that must be there.
    MissingKey = "missing-key",
    /// A value that a key cannot have.
    BadValue = "bad-value",
    /// `when` in a basic string.
    WhenInBasicString = "when-in-basic-string",
    /// A rule code used twice.
    DuplicateRuleCode = "duplicate-rule-code",
    /// A message, label or help template that is wrong.
    BadTemplate = "bad-template",
    /// A label that points at nothing.
    BadLabel = "bad-label",
    /// A parameter default outside its own range.
    ParameterOutOfRange = "parameter-out-of-range",
    /// A parameter that the rule never uses.
    UnusedParameter = "unused-parameter",
    /// A card without a test that fires, or without one that stays clean.
    CardWithoutTest = "card-without-test",
    /// A card's test that fails.
    TestFailed = "test-failed",

    // manifest and facts
    /// No `audit.toml` found.
    NoManifest = "no-manifest",
    /// A rule pack or rule file that does not exist.
    UnknownPack = "unknown-pack",
    /// A file that cannot be read.
    UnreadableFile = "unreadable-file",
    /// Bytes in no known encoding.
    BadEncoding = "bad-encoding",
    /// An encoding that was guessed.
    EncodingGuessed = "encoding-guessed",
    /// A table, sheet or section that the file has not.
    UnknownTable = "unknown-table",
    /// A header that the table has not.
    UnknownHeader = "unknown-header",
    /// A header that fits two columns.
    AmbiguousHeader = "ambiguous-header",
    /// A column of the file that nothing uses.
    UnusedColumn = "unused-column",
    /// A row with another number of cells than the header.
    RaggedRow = "ragged-row",
    /// Rows that were left out, with the reason.
    RowsSkipped = "rows-skipped",
    /// A cell that is not what its column holds.
    MalformedCell = "malformed-cell",
    /// A formula for which the workbook stores no result, or an old one.
    StaleValue = "stale-value",
    /// Rows, columns or sheets that a workbook hides, or cells that a merged range covers.
    HiddenCells = "hidden-cells",
    /// A file that is broken inside.
    BrokenFile = "broken-file",
    /// A limit of size, depth or time was reached.
    LimitReached = "limit-reached",
    /// A reader that this build does not have.
    NotBuiltIn = "not-built-in",
    /// Nothing was checked.
    NothingChecked = "nothing-checked",

    // running
    /// Overflow, division by zero or the like in an instance of a rule.
    EvaluationError = "evaluation-error",
    /// A rule that could not be finished.
    RuleFailed = "rule-failed",
}
