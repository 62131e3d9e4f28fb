use crate::source::SourceMap;

use super::{format_body, format_program};

fn program(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("a.dl", text).unwrap();
    format_program(&sources, file).unwrap_or_else(|report| panic!("{text}: {report:?}"))
}

fn body(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("a.toml", text).unwrap();
    format_body(&sources, sources.file(file).span(), 2).unwrap_or_else(|report| panic!("{text}: {report:?}"))
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(program(text), expected, "{text}");
    assert_eq!(program(expected), expected, "not stable: {text}");
}

#[test]
fn short_items_stay_on_a_line() {
    check(
        ".decl  a( x:number ,y :symbol )brie\n.input a( IO = file , n=3 )\n\n\n\na(1,\"x\").a( 2 , \"y\" ) .\nb( x ):-a(x,_) ,!c(x),x>-1,not d (x).",
        ".decl a(x: number, y: symbol) brie\n.input a(IO=file, n=3)\n\na(1, \"x\"). a(2, \"y\").\nb(x) :- a(x, _), !c(x), x > -1, not d(x).\n",
    );
}

#[test]
fn conditions_go_one_to_a_line() {
    check(
        "a(x) :-\n b(x), c(x) ; d(x),\n e(sum y:{f(y),y>x}).",
        "a(x) :-\n  b(x), c(x)\n  ;\n  d(x),\n  e(sum y : { f(y), y > x }).\n",
    );
    let long = format!("a(x) :- {}.", ["relation_with_a_name(x, y)"; 6].join(", "));
    let expected = format!("a(x) :-\n  {}.\n", ["relation_with_a_name(x, y)"; 6].join(",\n  "));
    check(&long, &expected);
    let wide = format!("a(x) :- b(x), s = sum v : {{ {} }}.", ["relation_with_a_name(x, y)"; 6].join(", "));
    let inner = ["relation_with_a_name(x, y)"; 6].join(",\n    ");
    check(&wide, &format!("a(x) :-\n  b(x),\n  s = sum v : {{\n    {inner}\n  }}.\n"));
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "// head\n\n  // more\na(1). // one\n/* block\n  of two */ a(2).\na(x):-b(x), // first\n // second\n c(x) /* in */, d(x). // end\n// last",
        "// head\n\n// more\na(1). // one\n/* block\n  of two */\na(2).\na(x) :-\n  b(x), // first\n  // second\n  c(x) /* in */,\n  d(x). // end\n// last\n",
    );
    check("a(x) :- /* c */ b(x), c(x),\n d(x).", "a(x) :-\n  /* c */ b(x), c(x),\n  d(x).\n");
    check("a(x) :-\nb(x), c(x), /* c */ d(x).", "a(x) :-\n  b(x), c(x), /* c */ d(x).\n");
    check("a(1). /* blanks at the end\t\n  of a line */", "a(1). /* blanks at the end\t\n  of a line */\n");
    check("a(// x\n1,2).", "a(\n  // x\n  1,\n  2\n).\n");
    check(
        "#define X 1\n.include \"b\"\n#ifdef X\na(X).\n#endif",
        "#define X 1\n.include \"b\"\n#ifdef X\na(X).\n#endif\n",
    );
}

#[test]
fn declarations_and_components() {
    check(
        ".type  T=A{x:number}|B{ }\n.type S<:number .type P=[a:S,b:T]\n.comp C < T > : B< T >,D{\n.decl a(x:T)\n\n.override b a(1). .comp E{}\n // end\n}\n.init c=C<number>\n@[key(a,b)]\n.decl d(x:number) choice-domain x,(x,y)\na(x)<=a(y):-x<y.\n.plan 0:(1,2)\n.functor f(x:number):symbol stateful\n.pragma \"a\"  \"b\"",
        ".type T = A {x: number} | B {}\n.type S <: number\n.type P = [a: S, b: T]\n.comp C<T> : B<T>, D {\n  .decl a(x: T)\n\n  .override b\n  a(1).\n  .comp E {\n  }\n  // end\n}\n.init c = C<number>\n@[key(a,b)]\n.decl d(x: number) choice-domain x, (x, y)\na(x) <= a(y) :- x < y.\n.plan 0: (1, 2)\n.functor f(x: number): symbol stateful\n.pragma \"a\" \"b\"\n",
    );
}

#[test]
fn arguments_are_spaced() {
    check(
        "a(x):-x=-1+2*-y^2%3,y=[ 1 ,nil],z=$B( 1,$C()),w=@f( 1 ),s=sum(x+1)*2:{b{x:x,y>1,z}},m=max( 1,2 ),p.q>$r,t=10 万元+90%,if a is blank then 1 else 2=p.x else 3.",
        "a(x) :-\n  x = -1 + 2 * -y ^ 2 % 3,\n  y = [1, nil],\n  z = $B(1, $C()),\n  w = @f(1),\n  s = sum(x + 1) * 2 : { b{x: x, y > 1, z} },\n  m = max(1, 2),\n  p.q > $r,\n  t = 10 万元 + 90%,\n  if a is blank then 1 else 2 = p.x else 3.\n",
    );
}

#[test]
fn conditions_of_cards() {
    let expected = "  p in project,\n  spent = sum e.amount : { e in expenditure, e.project = p.name },\n\n  // over\n  spent > p.budget";
    assert_eq!(
        body("p in project,\nspent=sum e.amount:{e in expenditure,e.project=p.name},\n\n\n// over\nspent>p.budget"),
        expected
    );
    assert_eq!(body(expected), expected);
    assert_eq!(body("p in project, p.budget>0"), "  p in project, p.budget > 0");
}
