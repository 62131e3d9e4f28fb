//! The JSON schemas of rule files and manifests say exactly what the readers take.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The texts in quotes of the array that `name` is in the source file `path`.
fn keys_of_reader(path: &str, name: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let array = source.split_once(&format!("const {name}:")).unwrap_or_else(|| panic!("{path} has no {name}")).1;
    let array = array.split_once("= [").unwrap().1.split_once("];").unwrap().0;
    array.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn keys_of_schema(schema: &Value, object: &str) -> BTreeSet<String> {
    let object = schema.pointer(object).unwrap_or_else(|| panic!("no {object}"));
    assert_eq!(object["additionalProperties"], false, "{object}");
    object["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn rule_files_have_the_keys_of_their_schema() {
    let card = schema("card.schema.json");
    let reader = "src/cards/read.rs";
    assert_eq!(keys_of_schema(&card, ""), keys_of_reader(reader, "FILE_KEYS"));
    assert_eq!(keys_of_schema(&card, "/$defs/rule"), keys_of_reader(reader, "CARD_KEYS"));
}

#[test]
fn manifests_have_the_keys_of_their_schema() {
    let manifest = schema("manifest.schema.json");
    let (top, source) = ("src/facts/manifest/read.rs", "src/facts/manifest/source.rs");
    assert_eq!(keys_of_schema(&manifest, ""), keys_of_reader(top, "TOP_KEYS"));
    assert_eq!(keys_of_schema(&manifest, "/$defs/source"), keys_of_reader(source, "KEYS"));
    assert_eq!(keys_of_schema(&manifest, "/$defs/column/oneOf/1"), keys_of_reader(top, "COLUMN_KEYS"));
    let mut feed = keys_of_reader(source, "KEYS");
    feed.insert("source".to_owned());
    assert_eq!(keys_of_schema(&manifest, "/$defs/feed"), feed);
}

#[test]
fn what_a_schema_requires_is_missed_by_the_reader() {
    let card = schema("card.schema.json");
    let required: BTreeSet<&str> =
        card["$defs"]["rule"]["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let whole = [
        ("code", "code = \"X-1\""),
        ("title", "title = \"试\""),
        ("severity", "severity = \"note\""),
        ("when", "when = '''p in project'''"),
        ("message", "message = \"有\""),
    ];
    assert_eq!(whole.iter().map(|(key, _)| *key).collect::<BTreeSet<_>>(), required);
    let complaints = |left_out: &str| {
        let lines: Vec<&str> = whole.iter().filter(|(key, _)| *key != left_out).map(|(_, line)| *line).collect();
        let mut sources = gouji::source::SourceMap::new();
        let file = sources.add("x.toml", format!("language = 1\n[[rule]]\n{}\n", lines.join("\n"))).unwrap();
        gouji::cards::read(&sources, file).1.has_errors()
    };
    assert!(!complaints(""), "a card with all that is required is right");
    for key in required {
        assert!(complaints(key), "a card without {key} is wrong");
    }
}
