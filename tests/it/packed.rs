//! Files packed with gzip: `compress=true` writes them, and `.input` reads them whatever they are called.

use std::fs;

use crate::support::{folder_with, gouji};

#[test]
fn packed_rows_are_written_and_read_again() {
    // Packed it is still larger than the pieces in which others are read.
    let write = ".decl a(x: number, y: symbol)\n\
                 a(x, cat(to_string(x * 48271 % 2147483647), to_string(x * 16807 % 2147483647))) :- x = range(0, 200000).\n\
                 .output a(IO=file, compress=true, headers=true)\n.printsize a\n";
    let read =
        ".decl a(x: number, y: symbol)\n.input a(filename=\"a.csv.gz\", headers=true, compress=true)\n.printsize a\n";
    let dir = folder_with("packed", &[("write.dl", write), ("read.dl", read)]);
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let run = |program: &str| gouji(&["run", &path(program), "-F", &path(""), "-D", &path("")]);
    assert_eq!(String::from_utf8(run("write.dl").stdout).unwrap(), "a\t200000\n");
    assert_eq!(fs::read(path("a.csv.gz")).unwrap()[..2], [0x1f, 0x8b]);
    assert_eq!(String::from_utf8(run("read.dl").stdout).unwrap(), "a\t200000\n");

    let packed = fs::read(path("a.csv.gz")).unwrap();
    fs::write(path("a.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    let torn = run("read.dl");
    assert_eq!(torn.status.code(), Some(2));
    assert!(String::from_utf8(torn.stderr).unwrap().contains("read.dl:2"));
}
