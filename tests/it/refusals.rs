//! What is refused, or read all the same, in words that say what it is.

use std::fs;

use crate::support::{folder, folder_with, gouji};

fn said(args: &[&str]) -> String {
    let output = gouji(args);
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn a_manifest_that_is_a_folder_is_not_said_to_be_missing() {
    let dir = folder("refusals-manifest");
    fs::create_dir(dir.join("audit.toml")).unwrap();
    let told = said(&["check", dir.to_str().unwrap()]);
    assert!(told.contains("audit.toml 不是文件") && !told.contains("没有找到"), "{told}");
}

#[test]
fn files_outside_the_folder_are_read_and_named_once() {
    let project = "项目名称,预算金额\n甲,1\n";
    let dir = folder_with("refusals-outside", &[("p.csv", project)]);
    fs::create_dir(dir.join("audit")).unwrap();
    let manifest = "rules = [\"budget\"]\nunit = \"元\"\n[relation.project]\nsource = [\"../p.csv\", \"../audit/../p.csv\", \"q.csv\"]\n";
    fs::write(dir.join("audit/audit.toml"), manifest).unwrap();
    fs::write(dir.join("audit/q.csv"), project).unwrap();
    let told = said(&["facts", dir.join("audit").to_str().unwrap()]);
    assert!(told.contains("这些文件不在 audit.toml 的文件夹里：../p.csv、../audit/../p.csv；照样读入"), "{told}");
    assert_eq!(told.matches("照样读入").count(), 1, "{told}");
}

#[test]
fn records_that_grow_too_deep_stop_their_rule_on_both_engines() {
    let program = |most: usize| {
        format!(
            ".type L = [a: number, b: L]\n.decl r(n: number, l: L)\n.decl q(l: L)\n.output q(IO=stdout)\nr(0, nil).\n\
             r(n + 1, [n, l]) :- r(n, l), n < {most}.\nq(l) :- r({most}, l).\n"
        )
    };
    let dir = folder_with("refusals-deep", &[("fits.dl", &program(1000)), ("deep.dl", &program(50_000))]);
    for engine in ["frog", "reference"] {
        let run = |name: &str| said(&["run", dir.join(name).to_str().unwrap(), "--engine", engine]);
        let (fits, deep) = (run("fits.dl"), run("deep.dl"));
        assert!(fits.contains("[999, [998, ") && !fits.contains("嵌套"), "{engine} {fits}");
        assert!(
            deep.contains("记录嵌套超过 1000 层而停止"),
            "{engine} {}",
            deep.chars().take(2000).collect::<String>()
        );
    }
}
