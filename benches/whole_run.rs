//! How long an auditor waits: `gouji check facts/kaifu-2020` as a whole process, from start to exit.
//! `cargo bench --bench whole_run`; another binary or folder: `cargo bench --bench whole_run -- BINARY DIR`
//!
//! Runs of the process that only says its version stand between the others: what they take is the system's share.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 101;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    let binary = args.next().unwrap_or_else(|| env!("CARGO_BIN_EXE_gouji").to_owned());
    let dir = args.next().unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/facts/kaifu-2020").to_owned());
    let (mut check, mut version) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        check.push(wall(&binary, &["check", &dir]));
        version.push(wall(&binary, &["--version"]));
    }
    println!("{:12} {:>10} {:>10}", "run", "median", "least");
    for (name, times) in [("check", &mut check), ("--version", &mut version)] {
        times.sort_unstable();
        println!("{name:12} {:>10.1?} {:>10.1?}", times[RUNS / 2], times[0]);
    }
}

/// The time from starting the process until it has ended.
fn wall(binary: &str, args: &[&str]) -> Duration {
    let start = Instant::now();
    let status = Command::new(binary).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let took = start.elapsed();
    status.expect("the binary runs");
    took
}
