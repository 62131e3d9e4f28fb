//! What the TOML reader says, in both languages.

use crate::diagnostic::Text;

const KNOWN: [(&str, &str); 12] = [
    ("duplicate key", "这一项写了两次"),
    ("invalid basic string", "字符串没有写完；里面的双引号要写成 \\\"，或改用单引号 '…'"),
    ("invalid literal string", "单引号的字符串没有写完"),
    ("invalid multi-line literal string", "''' 没有闭合"),
    ("invalid multi-line basic string", "\"\"\" 没有闭合"),
    ("unclosed table", "方括号没有闭合"),
    ("unclosed inline table", "花括号没有闭合"),
    ("unclosed array", "列表的方括号没有闭合"),
    ("missing escaped value", "反斜杠之后的写法不对；改用单引号 '…' 就不需要转义"),
    ("string values must be quoted", "文字要加引号"),
    ("invalid unquoted key", "项的名称只用英文字母、数字、`-`、`_`"),
    ("key with no value", "这一项没有写值"),
];

/// The sentence for a message of the TOML reader.
pub(super) fn toml_message(message: &str) -> Text {
    let chinese = KNOWN.iter().find(|(english, _)| message.starts_with(english)).map(|(_, chinese)| *chinese);
    let zh = chinese.map_or_else(|| format!("TOML 写法不对：{message}"), str::to_owned);
    Text { zh, en: message.to_owned() }
}
