//! Random texts: nothing panics, places lie inside the text, and laying a program out does not change its tree.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::Config;

use crate::diagnostic::Report;
use crate::source::SourceMap;
use crate::text;

use super::{format_body, format_program, load_program, parse_arg, parse_body, parse_facts, parse_program};

const SAMPLE: &str = r#"
.type Id <: number
.type Tree = Leaf {} | Node {l: Tree, r: Tree}
/// An edge.
@[key(table, name)]
.decl edge(x: Id, `列 名`: symbol) brie choice-domain x, (x, y)
.input edge(IO=file, filename="a.csv", n=3)
edge(1, "a\n"). edge{x: 2, y > 3, z}.
path(x, y), reach(y) :- edge(x, y) ; path(x, z), !edge(z, y), x != 0x1F. // end
.plan 0: (1, 2)
path(x, _) <= path(y, _) :- x < y.
.comp A<T> : B<T> { .decl a(x: T) .override b a(1). }
.init a = A<number>
over(p, s) :- p in project{name: n}, s = sum e.amount : { e in expenditure, e.project = p.name },
    0 < s <= 10万元, s !~ p.budget * 90%, p.x is not blank, not (a(x) ; b(x)), x = [1, nil, $B(-2, max(a, b))],
    y = if p.x is blank then 0 else p.x else $rate, match("a.*", cat(x, "（）")), z = as(x, Id) band bnot y. /* c */
"#;

const FRAGMENTS: [&str; 78] = [
    "a",
    "b",
    "count",
    "sum",
    "max",
    "in",
    "not",
    "is",
    "blank",
    "if",
    "then",
    "else",
    "as",
    "nil",
    "true",
    "band",
    "bnot",
    "and",
    "或",
    "项目",
    "`a b`",
    "?x",
    "_",
    "1",
    "1,000,000",
    "10万元",
    "90%",
    "1.5",
    "0x1F",
    "12u",
    "1.2.3",
    "10万",
    "\"s\"",
    "\"",
    "“t”",
    "'",
    "`",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ";",
    ":",
    ":-",
    "<:",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    "~",
    "!~",
    "!",
    "+",
    "-",
    "*",
    "%",
    "^",
    "|",
    "@",
    "@[",
    "$",
    "->",
    "&&",
    "，",
    "（",
    "。",
    ".decl",
    ".comp",
    ".plan",
    "// c\n",
    "/*",
    "#define a b\n",
];

fn inside(sources: &SourceMap, report: &Report) {
    for complaint in report.diagnostics() {
        assert!(complaint.place().is_some(), "{complaint:?}");
        assert!(!complaint.message.zh.is_empty() && !complaint.message.en.is_empty());
        for label in &complaint.labels {
            assert!(sources.file_of(label.span).is_some(), "{complaint:?}");
        }
    }
}

/// Reads `text` in every way.
fn read_all(text: &str) {
    let mut sources = SourceMap::new();
    let file = sources.add("test.dl", text).unwrap();
    let span = sources.file(file).span();
    let reports = [
        parse_program(&sources, file).1,
        parse_body(&sources, span).1,
        parse_arg(&sources, span).1,
        parse_facts(&sources, span).1,
    ];
    for report in reports {
        inside(&sources, &report);
    }
    let _ = (format_program(&sources, file), format_body(&sources, span, 2));
    let mut loader = |_: &mut SourceMap, _: &str, _| Err(text!("无", "none"));
    let (_, report) = load_program(&mut sources, file, &mut loader);
    inside(&sources, &report);
}

/// The tree of `text`, without places; the text must be right.
fn tree(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("test.dl", text).unwrap();
    let (program, report) = parse_program(&sources, file);
    assert!(!report.has_errors(), "{text}\n{:?}", report.sorted());
    let places = regex::Regex::new(r"Span \{ start: \d+, len: \d+ \}").unwrap();
    let items = format!("{:?}", program.items);
    places.replace_all(&items, "").into_owned()
}

/// `text` laid out.
fn formatted(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("test.dl", text).unwrap();
    format_program(&sources, file).unwrap()
}

/// What stands between two tokens.
fn gap() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(" ".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\n\n\n  ".to_owned()),
        1 => Just(" // 注\n".to_owned()),
        1 => Just("\n  // own\n".to_owned()),
        1 => Just(" /* c */ ".to_owned()),
        1 => Just(" /* c\n d */ ".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "project", "count", "max", "cat", "项目", "`预算 (万元)`", "x1", "?v", "input"])
        .prop_map(str::to_owned)
}

fn list(item: impl Strategy<Value = String>, separator: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec((item, gap(), gap()), 1..4).prop_map(move |items| {
        let mut text = String::new();
        for (at, (item, before, after)) in items.into_iter().enumerate() {
            if at > 0 {
                text.push_str(&format!("{before}{separator}{after}"));
            }
            text.push_str(&item);
        }
        text
    })
}

fn constant() -> impl Strategy<Value = String> {
    let written =
        ["1", "-5", "2.50", "1.5e3", "0x1F", "7u", "90%", "10万元", "3 亿元", "\"文，字\\n\"", "nil", "_", "$rate"];
    prop::sample::select(written.to_vec()).prop_map(str::to_owned)
}

fn arg() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![constant(), name(), (name(), name()).prop_map(|(row, column)| format!("{row}.{column}"))];
    leaf.prop_recursive(3, 20, 3, |arg| {
        let operators = vec!["+", "-", "*", "/", "^", "band", "bshl", "lor", "else"];
        prop_oneof![
            (arg.clone(), prop::sample::select(operators), gap(), arg.clone())
                .prop_map(|(a, op, gap, b)| format!("({a} {op}{gap}{b})")),
            (arg.clone(), arg.clone()).prop_map(|(a, b)| format!("{a} % {b}")),
            arg.clone().prop_map(|a| format!("-({a})")),
            arg.clone().prop_map(|a| format!("bnot {a}")),
            list(arg.clone(), ",").prop_map(|args| format!("f({args})")),
            list(arg.clone(), ",").prop_map(|args| format!("[{args}]")),
            list(arg.clone(), ",").prop_map(|args| format!("$B({args})")),
            list(arg.clone(), ",").prop_map(|args| format!("max(1, {args})")),
            (arg.clone(), gap(), list(arg.clone(), ","))
                .prop_map(|(a, gap, args)| format!("sum ({a}){gap}: {{ r({args}) }}")),
            list(arg.clone(), ",").prop_map(|args| format!("count : r({args})")),
            (arg.clone(), arg.clone()).prop_map(|(a, b)| format!("(if {a} is blank then {a} else {b})")),
            arg.prop_map(|a| format!("as({a}, number)")),
        ]
    })
}

fn literal() -> impl Strategy<Value = String> {
    let pattern = prop_oneof![
        name(),
        (name(), arg()).prop_map(|(name, arg)| format!("{name}: {arg}")),
        (name(), arg()).prop_map(|(name, arg)| format!("{name} > {arg}")),
    ];
    let leaf = prop_oneof![
        (name(), list(arg(), ",")).prop_map(|(name, args)| format!("{name}({args})")),
        (name(), list(pattern, ",")).prop_map(|(name, args)| format!("{name}{{{args}}}")),
        (name(), name()).prop_map(|(row, table)| format!("{row} in {table}")),
        (arg(), gap(), arg()).prop_map(|(a, gap, b)| format!("{a} !~{gap}{b}")),
        (arg(), gap(), arg()).prop_map(|(a, gap, b)| format!("0 < {a} <={gap}{b}")),
        name().prop_map(|name| format!("p.{name} is not malformed")),
        Just("true".to_owned()),
        arg().prop_map(|arg| format!("match(\"a\", {arg})")),
    ];
    leaf.prop_recursive(2, 8, 3, |literal| {
        prop_oneof![
            literal.clone().prop_map(|literal| format!("!{literal}")),
            list(literal.clone(), ",").prop_map(|body| format!("not ({body}, true)")),
            list(literal, ";").prop_map(|body| format!("({body})")),
        ]
    })
}

fn item() -> impl Strategy<Value = String> {
    let fact = (name(), list(constant(), ",")).prop_map(|(name, args)| format!("{name}({args})."));
    let rule = (name(), list(arg(), ","), gap(), list(literal(), ","), gap(), list(literal(), ";"))
        .prop_map(|(name, args, gap, body, after, more)| format!("{name}({args}){gap}:-{gap}{body};{more}{after}."));
    let columns = || list((name(), gap()).prop_map(|(name, gap)| format!("{name}:{gap}number")), ",");
    let decl = (name(), columns()).prop_map(|(name, columns)| format!(".decl {name}({columns}) brie output"));
    let record = (name(), columns()).prop_map(|(name, columns)| format!(".type {name} = [{columns}]"));
    let tree = (name(), list(columns().prop_map(|columns| format!("N {{{columns}}}")), "|"))
        .prop_map(|(name, branches)| format!(".type {name} = {branches}"));
    let leaf = prop_oneof![
        fact,
        rule,
        decl,
        record,
        tree,
        name().prop_map(|name| format!(".output {name}(IO=file, n=3)")),
        Just(".type T <: number\n.type U = T | symbol".to_owned()),
        Just("\n#define X 1\n".to_owned()),
        Just("@[key(a , b)] .decl k(x: number)".to_owned()),
    ];
    leaf.prop_recursive(2, 8, 3, |item| {
        list(item, "\n").prop_map(|items| format!(".comp C<T> : B<T> {{ {items}\n}}\n.init c = C<number>"))
    })
}

proptest! {
    #![proptest_config(Config { cases: 96, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_tokens_are_read(fragments in prop::collection::vec((prop::sample::select(FRAGMENTS.to_vec()), 0..3_u8), 0..60)) {
        let text: String = fragments.iter().map(|(text, gap)| format!("{text}{}", ["", " ", "\n"][usize::from(*gap)])).collect();
        read_all(&text);
    }

    #[test]
    fn any_characters_are_read(text in any::<String>()) {
        read_all(&text);
    }

    #[test]
    fn any_change_of_a_program_is_read(
        cuts in prop::collection::vec((0..1500_usize, 0..6_usize, prop::sample::select(FRAGMENTS.to_vec()), any::<bool>()), 1..5)
    ) {
        let mut chars: Vec<char> = SAMPLE.chars().collect();
        for (at, length, fragment, insert) in cuts {
            let at = at % chars.len();
            let end = (at + length).min(chars.len());
            let new: Vec<char> = if insert { fragment.chars().collect() } else { Vec::new() };
            chars.splice(at..end, new);
        }
        read_all(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn laying_out_keeps_the_tree(items in list(item(), "\n")) {
        let once = formatted(&items);
        assert_eq!(tree(&items), tree(&once), "{items}\n---\n{once}");
        assert_eq!(formatted(&once), once, "{items}");
    }
}

#[test]
fn the_sample_is_right() {
    let once = formatted(SAMPLE);
    assert_eq!(tree(SAMPLE), tree(&once));
    assert_eq!(formatted(&once), once);
}
