//! Rule cards: the TOML of a rule, read with places.

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 提示
    Note,
    /// 警告
    Warning,
    /// 错误
    Error,
}
