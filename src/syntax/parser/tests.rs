use crate::diagnostic::{Code, Report};
use crate::source::SourceMap;

use super::super::ast::{Arg, ArgKind, Args, Body, CompareOp, Const, Item, Literal, Program, Source};
use super::super::{Text, lex, parse_arg, parse_body, parse_facts, parse_program};

/// Each complaint's code and what it marks first.
fn complaints(sources: &SourceMap, report: Report) -> Vec<(Code, String)> {
    let marked = |place| sources.text(place).into_owned();
    report.sorted().iter().map(|d| (d.code, d.place().map(marked).unwrap_or_default())).collect()
}

fn program_and_complaints(text: &str) -> (Program, Vec<(Code, String)>) {
    let mut sources = SourceMap::new();
    let file = sources.add("test.dl", text).unwrap();
    let (program, report) = parse_program(&sources, file);
    (program, complaints(&sources, report))
}

fn program(text: &str) -> Program {
    let (program, complaints) = program_and_complaints(text);
    assert_eq!(complaints, [], "{text}");
    program
}

fn wrong(text: &str) -> Vec<(Code, String)> {
    program_and_complaints(text).1
}

fn body_and_complaints(text: &str) -> (Body, Vec<(Code, String)>) {
    let mut sources = SourceMap::new();
    let file = sources.add("card.toml", text).unwrap();
    let (body, report) = parse_body(&sources, sources.file(file).span());
    (body, complaints(&sources, report))
}

fn literals(text: &str) -> Vec<Literal> {
    let (mut body, complaints) = body_and_complaints(text);
    assert_eq!(complaints, [], "{text}");
    assert_eq!(body.alternatives.len(), 1, "{text}");
    body.alternatives.remove(0)
}

fn arg(text: &str) -> Arg {
    let mut sources = SourceMap::new();
    let file = sources.add("card.toml", text).unwrap();
    let (arg, report) = parse_arg(&sources, sources.file(file).span());
    assert_eq!(complaints(&sources, report), [], "{text}");
    arg.unwrap()
}

/// An argument with all its operations in brackets.
fn shape(arg: &Arg) -> String {
    match &arg.kind {
        ArgKind::Var(name) => name.clone(),
        ArgKind::Field(row, column) => format!("{}.{}", row.text, column.text),
        ArgKind::Param(name) => format!("${name}"),
        ArgKind::Const(constant) => match constant {
            Const::Number(number) => number.to_string(),
            Const::Unsigned(number) => format!("{number}u"),
            Const::Decimal(_, written) | Const::Float(written) => written.clone(),
            Const::Percent(share) => format!("share {share}"),
            Const::Money(amount, unit) => format!("{amount}{}", unit.name()),
            Const::Text(text) => format!("{text:?}"),
        },
        ArgKind::Call(call) => {
            let args: Vec<String> = call.args.iter().map(shape).collect();
            format!("({}{} {})", if call.user { "@" } else { "" }, call.name.text, args.join(" "))
        }
        ArgKind::Else(a, b) => format!("({} else {})", shape(a), shape(b)),
        ArgKind::If(_, a, b) => format!("(if _ then {} else {})", shape(a), shape(b)),
        ArgKind::Aggregate(aggregate) => {
            let target = aggregate.target.as_ref().map(shape).unwrap_or_default();
            format!("({} {target} : {})", aggregate.op.text, aggregate.body.alternatives.len())
        }
        ArgKind::Record(args) => format!("[{}]", args.iter().map(shape).collect::<Vec<_>>().join(" ")),
        ArgKind::Branch(name, args) => {
            format!("${}({})", name.text, args.iter().map(shape).collect::<Vec<_>>().join(" "))
        }
        ArgKind::Cast(arg, ty) => format!("(as {} {})", shape(arg), ty.text),
        ArgKind::Unnamed => "_".to_owned(),
        ArgKind::Nil => "nil".to_owned(),
    }
}

#[test]
fn a_sign_that_begins_no_annotation_is_said_and_passed() {
    for text in ["r(x) :- @!! e(x).", "r(x) :- @! e(x).", "r(x) :- @!(e), e(x).", "@! r(1).", "@!"] {
        assert!(!wrong(text).is_empty(), "{text}");
    }
}

#[test]
fn operators_bind_as_in_souffle() {
    for (text, expected) in [
        ("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"),
        ("-x ^ 2", "(neg (^ x 2))"),
        ("2 ^ 3 ^ 4", "(^ 2 (^ 3 4))"),
        ("2 ** -1", "(^ 2 -1)"),
        ("a band b bor c", "(bor (band a b) c)"),
        ("bnot a bshl 2", "(bshl (bnot a) 2)"),
        ("a land b lor c lxor d", "(lor (land a b) (lxor c d))"),
        ("x % 3 + 10 % 4", "(+ (% x 3) (% 10 4))"),
        ("(a + b) / c", "(/ (+ a b) c)"),
        ("a - b - c", "(- (- a b) c)"),
        ("-5", "-5"),
        ("- -5", "(neg -5)"),
        ("a else b else 0", "(a else (b else 0))"),
        ("p.spent - p.budget", "(- p.spent p.budget)"),
        ("if p.x is blank then 0 else p.x + 1", "(if _ then 0 else (+ p.x 1))"),
        ("max(a, b, c) + min(1, 2)", "(+ (max a b c) (min 1 2))"),
        ("sum (x + 1) * 2 : { a(x) }", "(sum (* (+ x 1) 2) : 1)"),
        ("count : a(_)", "(count  : 1)"),
        ("count", "count"),
        ("sum + count", "(+ sum count)"),
        ("max(x) : { a(x) ; b(x) }", "(max x : 2)"),
        ("sum -x : { a(x) }", "(sum (neg x) : 1)"),
        ("count - 1", "(- count 1)"),
        ("sum distinct e.amount : { e in expenditure }", "(sum e.amount : 1)"),
        ("@f(1, @g())", "(@f 1 (@g ))"),
        ("as(x, my.type)", "(as x my.type)"),
        ("[a, [b, nil]]", "[a [b nil]]"),
        ("$Branch(1, $Leaf())", "$Branch(1 $Leaf())"),
        ("$min_rate * 2", "(* $min_rate 2)"),
        ("autoinc()", "$"),
        ("$", "$"),
    ] {
        assert_eq!(shape(&arg(text)), expected, "{text}");
    }
}

#[test]
fn constants_are_read_as_written() {
    for (text, expected) in [
        ("0x1F", "31"),
        ("0b101", "5"),
        ("12u", "12u"),
        ("0xFFu", "255u"),
        ("18446744073709551615", "18446744073709551615"),
        ("1.50", "1.50"),
        ("1.5e-3", "1.5e-3"),
        ("90%", "share 0.90"),
        ("12.5%", "share 0.125"),
        ("10万元", "10万元"),
        ("10 万元", "10万元"),
        ("1.5亿元", "1.5亿元"),
        ("-3元", "-3元"),
        ("1.2.3.4", "16909060"),
        (r#""a\"b\\c\n""#, r#""a\"b\\c\n""#),
        ("\"中文，（）\"", "\"中文，（）\""),
    ] {
        assert_eq!(shape(&arg(text)), expected, "{text}");
    }
}

#[test]
fn conditions_of_cards() {
    let found =
        literals("p in project, spent = sum e.amount : { e in expenditure, e.project = p.name }, spent > p.budget");
    assert_eq!(found.len(), 3);
    assert!(
        matches!(&found[0], Literal::In(row) if matches!(&row.source, Source::Relation(name, _) if name.text == "project"))
    );
    let Literal::Compare(sum) = &found[1] else { panic!("{found:?}") };
    assert_eq!(shape(&sum.rest[0].2), "(sum e.amount : 1)");

    let found = literals("0 < b < 100, s !~ t.amount, x is not blank, not (e in expenditure, e.amount > 0), !a(_)");
    let Literal::Compare(chain) = &found[0] else { panic!("{found:?}") };
    assert_eq!(chain.rest.iter().map(|part| part.0).collect::<Vec<_>>(), [CompareOp::Lt, CompareOp::Lt]);
    assert!(matches!(&found[1], Literal::Compare(compare) if compare.rest[0].0 == CompareOp::Disagree));
    assert!(matches!(&found[2], Literal::Is(is) if is.negated));
    assert!(matches!(&found[3], Literal::Not(body, _) if body.alternatives[0].len() == 2));
    assert!(matches!(&found[4], Literal::Not(..)));

    let found = literals(
        "project{name: n, budget > 0, amount}, i in money_items(p.purpose), 2 <= count : { i in money_items(p.purpose) }",
    );
    let Literal::Atom(atom) = &found[0] else { panic!("{found:?}") };
    assert!(matches!(&atom.args, Args::Named(args) if args.len() == 3));
    assert!(matches!(&found[1], Literal::In(row) if matches!(row.source, Source::Function(_))));
    assert!(matches!(&found[2], Literal::Compare(_)));
}

#[test]
fn words_are_not_reserved() {
    let found = literals(
        "count > 1, max = min, in in project, not = 3, is = 2, a(true, sum), true, `预算 金额` > 1, t.count = 1, if = else, input(x), output = 1",
    );
    assert_eq!(found.len(), 12);
    program(
        ".decl max(count: number, cat: symbol, in: symbol, not: number)\nmax(1, \"a\", \"b\", 2).\n.decl input(x: number)\ninput(1).\n.input input",
    );
}

#[test]
fn groups_and_calls_in_the_place_of_conditions() {
    let found = literals(
        "(a(x) ; b(x)), (x + 1) * 2 > y, f(x) = y, f(x) + 1 < 2, match(\"a.*\", x), (x) > 1, graph.edge(x, y), !(a(x) ; b(x)), cat(\"a\", x) is blank",
    );
    assert!(matches!(&found[0], Literal::Group(body, _) if body.alternatives.len() == 2));
    assert!(found[1..4].iter().all(|literal| matches!(literal, Literal::Compare(_))));
    assert!(matches!(&found[4], Literal::Test(_)));
    assert!(matches!(&found[5], Literal::Compare(_)));
    assert!(matches!(&found[6], Literal::Atom(atom) if atom.relation.text == "graph.edge"));
    assert!(matches!(&found[7], Literal::Not(body, _) if body.alternatives.len() == 2));
    assert!(matches!(&found[8], Literal::Is(_)));
}

#[test]
fn the_items_of_souffle() {
    let text = r#"
        .type Id <: number
        .type Any = Id | symbol
        .type Pair = [a: Id, b: symbol]
        .type Tree = Leaf {} | Node {l: Tree, r: Tree}
        .number_type N .symbol_type S .type T
        /// An edge.
        @[key(table, name), checked]
        .decl edge, path(x: number, /// the end
            y: g.number) brie output choice-domain x, (x, y)
        .input edge(IO=file, filename="a.csv", n=3, headers=true)
        .output path, edge .limitsize path(n=10)
        .pragma "magic-transform" "*"
        .functor f(x: number, symbol): number stateful
        edge(1, 2). edge(2, 3).
        path(x, y), reach(y) :- edge(x, y) ; path(x, z), edge(z, y).
        .plan 0: (1, 2), 1: (2, 1)
        path(x, _) <= path(y, _) :- x < y.
        .comp A<T, U> : B<T>, C { .comp D { x(1). } .override path path(x, y) :- edge(x, y). .init d = D }
        .init a = A<number, symbol>
        a.path(1, 2).
    "#;
    let program = program(text);
    assert_eq!(program.items.len(), 20, "{:#?}", program.items);
    let Item::Decl(decl) = &program.items[7] else { panic!("{:?}", program.items[7]) };
    assert_eq!(decl.doc, "An edge.");
    assert_eq!(decl.annotations[0].value, "table, name");
    assert_eq!(decl.choice.len(), 2);
    assert_eq!(decl.columns[1].ty.text, "g.number");
    let rules: Vec<_> = program
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Clause(clause) => Some(clause),
            _ => None,
        })
        .collect();
    assert_eq!(rules[2].heads.len(), 2);
    assert_eq!(rules[2].body.alternatives.len(), 2);
    assert!(rules[2].plan.is_some());
    assert!(rules[3].subsumes.is_some());
    let Some(Item::Component(component)) = program.items.iter().find(|item| matches!(item, Item::Component(_))) else {
        panic!()
    };
    assert_eq!(component.items.len(), 4);
    assert_eq!(component.bases.len(), 2);
}

#[test]
fn annotations_may_stand_anywhere_and_hold_anything() {
    let program = program(
        r#"
        @[a{ a(x) :- b. .comp X { } ( [ ] )}, c = 1 2 3, d::e]
        .type R = [ /// a
            @[x] a: number, @[form = {=}] b: number ]
        .type T = @[x] One {} | @[y] Two { @![inner] @[z(v)] v: symbol }
        .functor f(@[x{s = symbol}] s: symbol): unsigned
        @[x] M(i), @[y()] J(i) :- @![doc = "inner"] i = range(0, 4).
        @[x(q($One()).)]
        q($One()).
        .comp C { @![x] @[t] .decl a(@[t] @[doc = "d"] t: T) @[end] }
        .output C.q1()
        "#,
    );
    assert_eq!(program.items.len(), 7, "{:#?}", program.items);
}

#[test]
fn relations_with_the_names_of_words() {
    let found = literals(
        "not(X), if(X), else(X), and(X), or(X), in(X), is(X), then(X), not(a(x)), not(x > 1), not(x, 1), if (x) > 1 then 1 else 2 = y",
    );
    let atoms = found.iter().filter(|literal| matches!(literal, Literal::Atom(_))).count();
    let negations = found.iter().filter(|literal| matches!(literal, Literal::Not(..))).count();
    assert_eq!((atoms, negations), (9, 2), "{found:?}");
}

#[test]
fn facts_of_card_tests() {
    let mut sources = SourceMap::new();
    let text =
        "project{name: \"甲\", budget: 100}.  project{name: \"乙\", budget: -100}.\n expenditure{voucher: \"v1\"}.";
    let file = sources.add("card.toml", text).unwrap();
    let (facts, report) = parse_facts(&sources, sources.file(file).span());
    assert_eq!(complaints(&sources, report), []);
    assert_eq!(facts.len(), 3);
}

#[test]
fn each_slip_is_said_once() {
    use Code::*;
    for (text, expected) in [
        ("a(x) :- b(x)\nc(x) :- d(x).", vec![(MissingDot, ")")]),
        ("a(x) :- b(x),\nc(x) :- d(x).", vec![(MissingDot, ",")]),
        ("a(1)\na(2).", vec![(MissingDot, ")")]),
        ("a(1)", vec![(MissingDot, ")")]),
        ("a(1)\n.decl b(x: number)", vec![(MissingDot, ")")]),
        ("a(x) :- b(x)\n  c(x),\n d(x).", vec![(UnexpectedToken, ")")]),
        ("a(x) :- b(x) c(x).", vec![(UnexpectedToken, ")")]),
        ("a(x :- b(x).", vec![(UnclosedBracket, "(")]),
        ("a(x) :- b(x, c(y), d(z).\ne(1).", vec![(UnclosedBracket, "(")]),
        ("a(x) :- b(x]. c(1).", vec![(UnclosedBracket, "]")]),
        ("a(x) :- b(x)).", vec![(UnclosedBracket, ")")]),
        ("a(x) :- b(x), x == 1.", vec![(ForeignOperator, "==")]),
        ("a(x) :- b(x) and c(x) && d(x).", vec![(ForeignOperator, "and"), (ForeignOperator, "&&")]),
        (
            "a(x) :- b(x), x <> 1, x ≠ 2, x ≤ 3.",
            vec![(ForeignOperator, "<>"), (ForeignOperator, "≠"), (ForeignOperator, "≤")],
        ),
        ("a(x)：－b（x，“y”）。", vec![(FullWidthPunctuation, "：")]),
        ("a(x) :- b(x), x > 1,000,000.", vec![(ThousandsSeparator, "1,000,000")]),
        ("a(x) :- b(x), x > 100,000元.", vec![(ThousandsSeparator, "100,000元")]),
        ("a(x) :- b(x), x > 1,000,000元, x < 2.", vec![(ThousandsSeparator, "1,000,000元")]),
        ("a(x) :- b(x), x > 100&000元.", vec![(ForeignOperator, "&"), (UnexpectedToken, "000元")]),
        ("a(x) <- b(x).", vec![(ForeignOperator, "<-")]),
        ("a :- b(x).", vec![(UnexpectedToken, "a")]),
        ("a(x) :- b(x), x.", vec![(UnexpectedToken, "x")]),
        ("a(x) :- b(x,), c(x),.", vec![(UnexpectedToken, ","), (UnexpectedToken, ",")]),
        ("a(x) :- b(\"x), c(x).\nd(1).", vec![(UnclosedString, "\"")]),
        ("a(\"x\nd(1).\ne(1)\n", vec![(UnclosedString, "\""), (MissingDot, ")")]),
        ("a(x) :- b(\"x), c(x).\nd :- e(x).", vec![(UnclosedString, "\""), (UnexpectedToken, "d")]),
        ("a(1). /* b", vec![(UnclosedComment, "/*")]),
        ("a(\"\\q\").", vec![(BadEscape, "\\q")]),
        ("a(10万).", vec![(BadNumber, "10万")]),
        ("a(99999999999999999999).", vec![(BadNumber, "99999999999999999999")]),
        (".declare a(x: number)", vec![(UnexpectedToken, ".declare")]),
        (".decl a(x: number).\na(1).", vec![(UnexpectedToken, ".")]),
        (".decl a(x, y: number)", vec![(UnexpectedToken, "x")]),
        ("a(x) :- p not in b, c(x).", vec![(ForeignOperator, "not in")]),
        ("a(x) :- b(x) :- c(x). d(1).", vec![(UnexpectedToken, ":-")]),
        (".lattice a<> { Lub -> @f(_, _) }\na(1).", vec![]),
        (
            "a(x) :- b(x), x = ^ 2, c(x ; y), d(1 2).",
            vec![(UnexpectedToken, "^"), (UnexpectedToken, ";"), (UnexpectedToken, "1")],
        ),
        ("a(1). # note", vec![(ForeignOperator, "#")]),
        ("a(1) :- b(1), \u{3}c(2).", vec![(UnexpectedCharacter, "\u{3}")]),
        ("a(1) :- b(1), \u{3}\u{3}\u{3}c(2).", vec![(UnexpectedCharacter, "\u{3}\u{3}\u{3}")]),
        ("a(180\u{3}000).", vec![(UnexpectedToken, "0"), (UnexpectedCharacter, "\u{3}")]),
        ("a(180,\u{3}000).", vec![(UnexpectedCharacter, "\u{3}")]),
        (".decl a)\na(1).", vec![(UnclosedBracket, ")")]),
        (".decl a}", vec![(UnclosedBracket, "}")]),
    ] {
        let expected: Vec<(Code, String)> = expected.into_iter().map(|(code, at)| (code, at.to_owned())).collect();
        assert_eq!(wrong(text), expected, "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_in_time() {
    for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("f(", ")"), ("1 + (", ")"), ("count : { x = ", "}")] {
        let text = format!("a(x) :- x = {}1{}. b(1).", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(wrong(&text).iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::TooDeep], "{open}");
    }
    let chain = format!("a({}1).", "1 + ".repeat(100_000));
    assert_eq!(wrong(&chain)[0].0, Code::TooDeep);
    let not = format!("a() :- {}b().", "!".repeat(100_000));
    assert_eq!(wrong(&not)[0].0, Code::TooDeep);
    let open = wrong(&format!("a({}", "(".repeat(100_000)));
    assert!(open.len() <= 3, "{open:?}");
}

/// What could not be read has been complained about, whatever token is missing, added, replaced or the last.
#[test]
fn nothing_is_left_out_in_silence() {
    let read = |text: &str| {
        let mut sources = SourceMap::new();
        let file = sources.add("t.dl", text).unwrap();
        let lexed = lex(&sources, sources.file(file).span(), Text::File);
        let words: Vec<String> = lexed.tokens.iter().map(|token| sources.text(token.text).into_owned()).collect();
        let (program, report) = super::program(&sources, lexed);
        (words, program.lost.names.is_empty() || report.has_errors())
    };
    let signs = [")", "(", "}", "{", "]", "[", ",", ".", ":-", ":", ";", "x", "1", "!", ".decl", "="];
    for item in [
        ".decl a(x: number, y: symbol) input choice-domain x",
        ".type B <: number",
        ".type C = [x: B, y: C]",
        ".output a(IO=file), b",
        ".comp P<T> { .decl q(x: T) q(x) :- a(x, _), !b([x, nil]), x = sum y : { a(y, _) }. }",
        ".init p = P<B>",
        "c(x), d(x) :- (a(x, \"t\") ; p.q(x)), x > 3, x + 1 != -x.",
        "d(1, f(2)).",
        "a(x) <= a(y) :- x < y.",
    ] {
        let (words, _) = read(item);
        for at in 0..=words.len() {
            let (before, after) = words.split_at(at);
            let rests = [after, after.get(1..).unwrap_or_default(), &[]];
            for (sign, rest) in signs.iter().flat_map(|sign| rests.map(|rest| (*sign, rest))) {
                let text = [before, &[sign.to_owned()], rest].concat().join(" ").replace(" .", "\n.");
                assert!(read(&text).1, "{text}");
            }
        }
    }
}

/// Every program in the repository's own tests is read without a complaint.
#[test]
fn the_programs_of_the_repository() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/run"), root.join("rules")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let rejected = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("reject-"));
            if path.is_dir() && !rejected {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "dl") {
                let text = std::fs::read_to_string(&path).unwrap();
                if text.lines().any(|line| line.trim_start().starts_with('#')) {
                    continue;
                }
                let (_, complaints) = program_and_complaints(&text);
                assert_eq!(complaints, [], "{}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 0);
}
