use gouji::facts::*;
use gouji::schema::*;
use gouji::source::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut map = SourceMap::new();
    let f = map.load(std::path::Path::new(&args[1])).unwrap();
    let (m, r) = Manifest::read(&map, f);
    for d in r.diagnostics() {
        println!("{:?} {} @{:?}", d.code, d.message.zh, d.place().map(|s| map.location(s)));
    }
    let decl = std::fs::read_to_string("rules/lib/budget.dl").unwrap()
        + &std::fs::read_to_string("rules/lib/statement.dl").unwrap();
    let mut schema = Schema::default();
    let mut doc = String::new();
    for l in decl.lines() {
        let t = l.trim();
        if let Some(d) = t.strip_prefix("///") {
            doc = d.trim().to_owned();
        } else if let Some(x) = t.strip_prefix(".decl ") {
            if x.ends_with('(') {
                schema.relations.push(Relation {
                    name: x.trim_end_matches('(').to_owned(),
                    columns: vec![],
                    key: vec![0],
                    doc: doc.clone(),
                    span: Default::default(),
                });
            }
        } else if let Some((n, ty)) = t.trim_end_matches(',').split_once(": ") {
            let ty = match ty {
                "symbol" => ColumnType::Symbol,
                "money" => ColumnType::Money,
                "number" => ColumnType::Number,
                "date" => ColumnType::Date,
                "decimal" => ColumnType::Decimal,
                _ => continue,
            };
            if l.starts_with("    ") {
                schema.relations.last_mut().unwrap().columns.push(Column {
                    name: n.to_owned(),
                    ty,
                    doc: doc.clone(),
                    span: Default::default(),
                });
            }
        }
    }
    let dir = std::path::Path::new(&args[1]).parent().unwrap();
    let t = std::time::Instant::now();
    let (s, r) = load(&mut map, &m, &schema, dir);
    eprintln!("{:?}", t.elapsed());
    for d in r.sorted() {
        println!(
            "{:?} {:?} {} @{:?} {}",
            d.severity,
            d.code,
            d.message.zh,
            d.place().map(|s| map.location(s)).map(|l| format!("{}:{}:{}", l.file, l.line, l.column)),
            d.help.map(|h| h.zh).unwrap_or_default()
        );
    }
    for p in profile(&s, &schema, &map) {
        println!("{} rows {} {:?}", p.name, p.rows, p.sources);
        for c in p.columns {
            println!(
                "   {} {:?} {}/{}/{} {:?} {:?}..{:?} {:?} {:?}",
                c.name,
                c.ty,
                c.present,
                c.blank,
                c.malformed,
                c.precision,
                c.least.map(|v| v.to_string()),
                c.greatest.map(|v| v.to_string()),
                c.different,
                c.headers
            );
        }
    }
}
