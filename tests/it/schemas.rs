//! The JSON schemas of rule files and manifests say exactly what the readers take, and what is printed keeps to its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The texts in quotes of the array that `name` is in the source file `path`.
fn keys_of_reader(path: &str, name: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let array = source.split_once(&format!("const {name}:")).unwrap_or_else(|| panic!("{path} has no {name}")).1;
    let array = array.split_once('=').unwrap().1.split_once("];").unwrap().0;
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

/// What `gouji` prints with these arguments, as JSON.
fn printed(args: &[&str]) -> Value {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_gouji")).args(args).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}"))
}

/// Holds `document` against `schema`, a draft that names itself.
fn keeps_to(document: &Value, schema: &Value, of: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(wrong.is_empty(), "{of}: {wrong:#?}");
}

/// Audits of every kind: text files, tables of many files, findings without a place, a refused one.
fn audits() -> Vec<String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemas");
    fs::create_dir_all(&dir).unwrap();
    let refused = dir.join("audit.toml");
    fs::write(&refused, "rules = [\"budget\"]\n[relation.projekt]\nsource = [{ file = \"p.csv\" }]\n").unwrap();
    ["facts/kaifu-2020", "facts/wenlv-2024", dir.to_str().unwrap()].map(str::to_owned).to_vec()
}

#[test]
fn what_check_and_why_print_keeps_to_the_schemas_of_gouji() {
    for dir in audits() {
        for lang in ["zh", "en"] {
            let document = printed(&["check", &dir, "--format", "json", "--lang", lang]);
            keeps_to(&document, &schema("check-1.json"), &dir);
            let summed = |finding: &Value| !finding["contributors"].as_array().unwrap().is_empty();
            let findings = document["findings"].as_array().unwrap();
            assert!(findings.is_empty() || findings.iter().any(summed), "{dir}: sums have contributors");
        }
    }
    for dir in &audits()[..2] {
        keeps_to(&printed(&["why", "all", dir, "--json"]), &schema("why-1.json"), dir);
    }
}

#[test]
fn a_schema_that_is_broken_is_noticed() {
    let mut document = printed(&["check", "facts/kaifu-2020", "--format", "json"]);
    document["findings"][3]["labels"][0]["line"] = Value::from("12");
    let validator = jsonschema::validator_for(&schema("check-1.json")).unwrap();
    assert!(!validator.is_valid(&document));
}

#[test]
fn sarif_is_valid_by_its_own_schema() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema/sarif-2.1.0.json")).unwrap();
    let mut sarif: Value = serde_json::from_str(&text).unwrap();
    // The pattern of `language`, which is not printed, is no regular expression: it has a `]` that nothing opens.
    for of in ["run", "toolComponent"] {
        let language = sarif.pointer_mut(&format!("/definitions/{of}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    for dir in audits() {
        for lang in ["zh", "en"] {
            keeps_to(&printed(&["check", &dir, "--format", "sarif", "--lang", lang]), &sarif, &dir);
        }
    }
}
