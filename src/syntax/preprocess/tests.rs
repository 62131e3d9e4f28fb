use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::source::SourceMap;
use crate::text;

use super::super::load_program;
use super::preprocess;

/// The tokens of the first of `files`, with spaces between, and the complaints.
fn run(files: &[(&str, &str)]) -> (String, Vec<Code>) {
    let mut sources = SourceMap::new();
    let ids: BTreeMap<&str, _> = files.iter().map(|(name, text)| (*name, sources.add(*name, *text).unwrap())).collect();
    let mut loader = |_: &mut SourceMap, path: &str, _| ids.get(path).copied().ok_or_else(|| text!("没有", "missing"));
    let lexed = preprocess(&mut sources, ids[files[0].0], &mut loader);
    let texts: Vec<String> = lexed.tokens.iter().map(|token| sources.text(token.text).into_owned()).collect();
    let codes = lexed.report.sorted().iter().map(|complaint| complaint.code).collect();
    (texts.join(" ").trim_end().to_owned(), codes)
}

#[test]
fn macros_stand_for_tokens() {
    for (text, expected) in [
        ("#define N 10\na(N).", "a ( 10 ) ."),
        ("#define P(x, y) p(y, x)\nP(1, f(2, 3)).", "p ( f ( 2 , 3 ) , 1 ) ."),
        ("#define P(x) x\n#define Q P(P(1))\nQ P", "1 P"),
        ("#define A B\n#define B A\nA B", "A B"),
        ("#define N(a) n_##a\nN(x)(1).", "n_x ( 1 ) ."),
        ("#define S(a) #a\nS(x + \"y\")", "\"x + \\\"y\\\"\""),
        ("#define V(...) f(__VA_ARGS__)\nV(1, 2)", "f ( 1 , 2 )"),
        ("#define L(a) a(1). \\\n  a(2).\nL(b)", "b ( 1 ) . b ( 2 ) ."),
        ("#define X 1\n#undef X\nX", "X"),
        ("a(__LINE__).\nb(__LINE__, __FILE__).", "a ( 1 ) . b ( 2 , \"main\" ) ."),
        ("#define F() g\nF()", "g"),
    ] {
        assert_eq!(run(&[("main", text)]), (expected.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn conditions_hide() {
    for (text, expected) in [
        ("#ifdef X\na\n#else\nb\n#endif\nc", "b c"),
        ("#define X\n#ifdef X\na\n#else\nb\n#endif", "a"),
        ("#ifndef X\na\n#endif", "a"),
        ("#if defined(X) || 1 + 1 == 2 && !0\na\n#elif 1\nb\n#else\nc\n#endif", "a"),
        ("#if 0\na == \"\n#if 1\nb\n#endif\n#elif (3 > 2)\nc\n#else\nd\n#endif", "c"),
        ("#define V 3\n#if V >= 3\na\n#endif", "a"),
        ("#define V 1<<4\n#if V == 16 // yes\na\n#endif", "a"),
        ("#define V W\n#define W V\n#if V ? 0 : 1\na\n#endif", "a"),
        ("#define AT(a, b) ((a) * 100 + (b))\n#if AT(2, 4) >= AT(2,3) && defined AT\na\n#elif 1\nb\n#endif", "a"),
        ("#define X\n#if 'x' == 120 && __LINE__ == 2 && !defined(Y) /* no */ && ~0u\na\n#endif", "a"),
    ] {
        assert_eq!(run(&[("main", text)]), (expected.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn includes_are_followed() {
    let files = [("main", ".include \"b\"\n#include \"b\"\na #define"), ("b", ".once\nb"), ("c", "c")];
    assert_eq!(run(&files).0, "b a");
    assert_eq!(run(&[("main", "#include <c>\n.include \"c\""), ("c", "c.")]).0, "c . c .");
    assert_eq!(run(&[("main", ".include \"main\"\na")]), ("a".to_owned(), vec![Code::BadInclude]));
    assert_eq!(run(&[("main", ".include \"gone\"\na")]), ("a".to_owned(), vec![Code::BadInclude]));
}

#[test]
fn slips_are_said() {
    for (text, code) in [
        ("#if 1\na", Code::UnclosedBracket),
        ("#endif", Code::UnclosedBracket),
        ("#else", Code::UnclosedBracket),
        ("#if )\n#endif", Code::UnexpectedToken),
        ("#define P(x) x\nP(1", Code::UnclosedBracket),
        ("#define P(x) x\nP(1, 2)", Code::WrongArguments),
        ("#error no", Code::Unsupported),
        ("# what is this", Code::ForeignOperator),
        ("#define", Code::UnexpectedToken),
    ] {
        assert_eq!(run(&[("main", text)]).1, [code], "{text}");
    }
}

#[test]
fn a_bomb_of_macros_is_defused() {
    let mut text = String::from("#define A0 a a\n");
    for level in 1..60 {
        text.push_str(&format!("#define A{level} A{} A{}\n", level - 1, level - 1));
    }
    text.push_str("A59\nb(1).");
    let (_, codes) = run(&[("main", &text)]);
    assert!(codes.contains(&Code::LimitReached), "{codes:?}");
    let nested = format!("#define P(x) x\n{}1{}", "P(".repeat(10_000), ")".repeat(10_000));
    assert!(run(&[("main", &nested)]).1.contains(&Code::LimitReached));
    let chain: String = (0..1000).map(|at| format!("#define A{at} A{}\n", at + 1)).collect();
    assert!(run(&[("main", &(chain + "A0"))]).1.contains(&Code::LimitReached));
    let deep = format!("#if {}1\n#endif", "(".repeat(100_000));
    assert_eq!(run(&[("main", &deep)]).1, [Code::UnexpectedToken]);
}

#[test]
fn what_a_macro_gave_is_shown_at_its_use() {
    let mut sources = SourceMap::new();
    let file = sources.add("main", "#define BAD(x) a(x) :- = .\n\nBAD(1)\nb(1).").unwrap();
    let mut loader = |_: &mut SourceMap, _: &str, _| Err(text!("", ""));
    let (program, report) = load_program(&mut sources, file, &mut loader);
    let complaints = report.sorted();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert_eq!(sources.text(complaints[0].place().unwrap()), "BAD(1)");
    assert_eq!(program.items.len(), 2);
}
