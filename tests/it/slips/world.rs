//! Consistent sets of tables, written as files with rules beside them, and one slip in one cell of them.
//!
//! What can be decided is decided here, by trying: whether another cell, mended by undoing one slip, would make everything
//! agree as well. Slips are made forward, from what was meant to what is written; gouji goes the other way.

use std::fs;
use std::path::Path;

/// A set of tables: cells as they should be, in hundredths, and the sums that hold between them.
pub struct Set {
    /// By cell.
    pub cells: Vec<Cell>,
    /// The first cells add up to the last.
    pub sums: Vec<Vec<usize>>,
    columns: usize,
    rows: usize,
    /// A second table states the same.
    twice: bool,
    /// Rows state their totals.
    across: bool,
}

/// A cell.
#[derive(Clone)]
pub struct Cell {
    /// What is meant, in hundredths.
    pub meant: i64,
    /// As it is written.
    pub text: String,
}

/// One slip.
pub struct Mutation {
    /// The cell; of a row that is missing or one too many, its first.
    pub cell: usize,
    /// What happened to it.
    pub kind: &'static str,
    /// What is written now.
    pub written: String,
    /// What happened to a whole row of the first table.
    row: Option<RowSlip>,
}

/// A slip that concerns a whole row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowSlip {
    /// This one is missing.
    Missing(usize),
    /// The rows up to this one are followed by their subtotal, as if it were a row.
    Subtotal(usize),
    /// This one stands there twice.
    Twice(usize),
}

/// Numbers that are the same each time (xorshift64).
pub struct Random(pub u64);

impl Random {
    /// Less than `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

fn written(hundredths: i64) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

/// What is written, in hundredths; none where that is no number or has more places.
fn read(text: &str) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 2 || whole.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let padded: i64 = format!("{fraction:0<2}").parse().ok()?;
    Some(sign * (whole.parse::<i64>().ok()? * 100 + padded))
}

impl Set {
    /// A random one: three to seven rows, two to four columns, with or without totals of rows and a second table.
    pub fn random(random: &mut Random) -> Self {
        let (rows, columns) = (3 + random.below(5), 2 + random.below(3));
        let (twice, across) = (random.below(3) == 0, random.below(4) > 0);
        let width = columns + usize::from(across);
        let mut values = vec![0_i64; (rows + 1) * width];
        let places = [1, 10, 100][random.below(3)];
        for row in 0..rows {
            for column in 0..columns {
                let digits = [10, 100, 1000, 10_000][random.below(4)];
                let value = i64::try_from(digits + random.below(9 * digits)).unwrap() * places;
                let mut totals = vec![row * width + column, rows * width + column];
                if across {
                    totals.extend([row * width + columns, rows * width + columns]);
                }
                totals.into_iter().for_each(|cell| values[cell] += value);
            }
        }
        let mut sums: Vec<Vec<usize>> =
            (0..width).map(|column| (0..=rows).map(|row| row * width + column).collect()).collect();
        if across {
            sums.extend((0..=rows).map(|row| (0..width).map(|column| row * width + column).collect()));
        }
        if twice {
            let offset = values.len();
            let copied: Vec<i64> = values[..rows * width].to_vec();
            sums.extend((0..copied.len()).map(|cell| vec![cell, offset + cell]));
            values.extend(copied);
        }
        let cells = values.into_iter().map(|meant| Cell { meant, text: written(meant) }).collect();
        Self { cells, sums, columns: width, rows, twice, across }
    }

    /// The file, the line, and the column if it is one cell, where a slip stands; a missing row, in the table that has it.
    pub fn place_of(&self, mutation: &Mutation) -> (&'static str, usize, Option<usize>) {
        match mutation.row {
            Some(RowSlip::Missing(row)) => ("others.csv", row + 2, None),
            Some(RowSlip::Subtotal(row) | RowSlip::Twice(row)) => ("lines.csv", row + 3, None),
            None => {
                let (file, line, column) = self.place(mutation.cell);
                (file, line, Some(column))
            }
        }
    }

    fn place(&self, cell: usize) -> (&'static str, usize, usize) {
        let totals = self.rows * self.columns;
        let table = (self.rows + 1) * self.columns;
        if (totals..table).contains(&cell) {
            return ("totals.csv", 2 + cell - totals, 3);
        }
        let (file, cell) = if cell < totals { ("lines.csv", cell) } else { ("others.csv", cell - table) };
        let (row, column) = (cell / self.columns, cell % self.columns);
        // Names are one character wide.
        let before = if file == "lines.csv" { 0 } else { (self.rows + 1) * self.columns };
        let left: usize = (0..column).map(|at| self.cells[before + row * self.columns + at].text.len() + 1).sum();
        (file, row + 2, 3 + left)
    }

    /// The cell above in the same file: totals of columns stand below one another.
    fn above(&self, cell: usize) -> Option<usize> {
        let (totals, table) = (self.rows * self.columns, (self.rows + 1) * self.columns);
        match cell {
            cell if cell < totals => cell.checked_sub(self.columns),
            cell if cell < table => (cell > totals).then(|| cell - 1),
            cell => (cell >= table + self.columns).then(|| cell - self.columns),
        }
    }

    /// A random slip in a random cell; none when that slip cannot be made there, or changes nothing.
    pub fn slip(&self, random: &mut Random) -> Option<Mutation> {
        if random.below(8) == 0 {
            return Some(self.row_slip(random));
        }
        let cell = random.below(self.cells.len());
        let text = &self.cells[cell].text;
        let mut all = slips(text);
        if let Some(above) = self.above(cell) {
            all.push(("抄了上一行", self.cells[above].text.clone()));
        }
        all.extend(self.misadded(cell));
        // Kinds are equally likely, whatever the number of slips of a kind.
        let mut kinds: Vec<&str> = all.iter().map(|(kind, _)| *kind).collect();
        kinds.dedup();
        let kind = kinds[random.below(kinds.len())];
        let of_kind: Vec<&String> = all.iter().filter(|(other, _)| *other == kind).map(|(_, text)| text).collect();
        let written = of_kind[random.below(of_kind.len())].clone();
        (written != *text && read(&written) != Some(self.cells[cell].meant)).then_some(Mutation {
            cell,
            kind,
            written,
            row: None,
        })
    }

    /// A row that the second table has and the first has not; where there is none, a subtotal among the rows.
    fn row_slip(&self, random: &mut Random) -> Mutation {
        let (kind, row) = if self.twice {
            ("少录一行", RowSlip::Missing(random.below(self.rows)))
        } else if random.below(2) == 0 {
            ("小计又录成一行", RowSlip::Subtotal(1 + random.below(self.rows - 1)))
        } else {
            ("一行录了两遍", RowSlip::Twice(random.below(self.rows)))
        };
        Mutation { cell: 0, kind, written: self.cells[0].text.clone(), row: Some(row) }
    }

    /// What a total comes to without one of its parts, or with one of them twice.
    fn misadded(&self, cell: usize) -> Vec<(&'static str, String)> {
        let sums = self.sums.iter().filter(|sum| sum.len() > 2 && sum.last() == Some(&cell));
        let parts = || sums.clone().flat_map(|sum| &sum[..sum.len() - 1]);
        let with = |part: &usize, sign: i64| written(self.cells[cell].meant + sign * self.cells[*part].meant);
        let without = parts().map(|part| ("合计漏加一项", with(part, -1)));
        without.chain(parts().map(|part| ("合计重加一项", with(part, 1)))).collect()
    }

    /// Whether no other cell, by undoing one slip in it, makes everything agree.
    pub fn is_decidable(&self, mutation: &Mutation) -> bool {
        if mutation.row.is_some() {
            // Every column says so.
            return true;
        }
        let mut values: Vec<Option<i64>> = self.cells.iter().map(|cell| Some(cell.meant)).collect();
        values[mutation.cell] = read(&mutation.written);
        if values[mutation.cell].is_none() {
            return true;
        }
        let gap = |sum: &Vec<usize>| {
            let (total, parts) = sum.split_last().unwrap();
            parts.iter().map(|part| values[*part].unwrap()).sum::<i64>() - values[*total].unwrap()
        };
        let failed: Vec<&Vec<usize>> = self.sums.iter().filter(|sum| gap(sum) != 0).collect();
        let explains = |cell: usize| {
            let part = |sum: &Vec<usize>| sum.split_last().is_some_and(|(total, _)| *total != cell);
            let wanted: Vec<i64> =
                failed.iter().map(|sum| values[cell].unwrap() + if part(sum) { -gap(sum) } else { gap(sum) }).collect();
            let in_all_failed = failed.iter().all(|sum| sum.contains(&cell));
            let in_failed_only = self.sums.iter().all(|sum| !sum.contains(&cell) || gap(sum) != 0);
            let agree = wanted.windows(2).all(|pair| pair[0] == pair[1]);
            let misadded = |meant: i64| {
                let sums = failed.iter().filter(|sum| sum.len() > 2 && sum.last() == Some(&cell));
                let mut parts = sums.flat_map(|sum| &sum[..sum.len() - 1]);
                parts.any(|part| values[*part].unwrap() == (meant - self.cells[cell].meant).abs())
            };
            let is_slip = |meant: i64| {
                misadded(meant) || slips(&written(meant)).iter().any(|(_, slipped)| *slipped == self.cells[cell].text)
            };
            in_all_failed && in_failed_only && agree && wanted[0] >= 0 && is_slip(wanted[0])
        };
        (0..self.cells.len()).filter(|cell| *cell != mutation.cell).all(|cell| !explains(cell))
    }

    /// Writes the tables with the slip in them, and the rules, into a folder.
    pub fn write(&self, dir: &Path, mutation: &Mutation) {
        let text = |cell: usize| {
            let text = if cell == mutation.cell { &mutation.written } else { &self.cells[cell].text };
            if text.contains(',') { format!("\"{text}\"") } else { text.clone() }
        };
        fs::create_dir_all(dir).unwrap();
        let name = |row: usize| char::from(b'A' + u8::try_from(row).unwrap());
        let header = ["a", "b", "c", "d", "e"][..self.columns].join(",");
        let table = |offset: usize| {
            let row = |row: usize| {
                let cells: Vec<String> = (0..self.columns).map(|at| text(offset + row * self.columns + at)).collect();
                match mutation.row.filter(|_| offset == 0) {
                    Some(RowSlip::Missing(gone)) if gone == row => String::new(),
                    Some(RowSlip::Subtotal(last)) if last == row => {
                        format!("{},{}\nZ,{}\n", name(row), cells.join(","), self.subtotal(row).join(","))
                    }
                    Some(RowSlip::Twice(twice)) if twice == row => {
                        format!("{},{}\n", name(row), cells.join(",")).repeat(2)
                    }
                    _ => format!("{},{}\n", name(row), cells.join(",")),
                }
            };
            format!("name,{header}\n{}", (0..self.rows).map(row).collect::<String>())
        };
        let totals = |at: usize| format!("{},{}\n", ["a", "b", "c", "d", "e"][at], text(self.rows * self.columns + at));
        let totals = format!("item,amount\n{}", (0..self.columns).map(totals).collect::<String>());
        let mut files = vec![
            ("audit.toml", self.manifest()),
            ("lines.dl", self.declarations()),
            ("rules.toml", self.rules()),
            ("lines.csv", table(0)),
            ("totals.csv", totals),
        ];
        if self.twice {
            files.push(("others.csv", table((self.rows + 1) * self.columns)));
        }
        for (file, text) in files {
            fs::write(dir.join(file), text).unwrap();
        }
    }

    /// What the rows of the first table come to, up to and with `last`, by column.
    fn subtotal(&self, last: usize) -> Vec<String> {
        let sum = |column: usize| (0..=last).map(|row| self.cells[row * self.columns + column].meant).sum();
        (0..self.columns).map(|column| written(sum(column))).collect()
    }

    fn manifest(&self) -> String {
        let source = |relation: &str, file: &str| {
            format!("[relation.{relation}]\nsource = [{{ file = \"{file}\", unit = \"万元\" }}]\n")
        };
        let others = if self.twice { source("other", "others.csv") } else { String::new() };
        format!("rules = [\"./rules.toml\"]\n{}{}{others}", source("line", "lines.csv"), source("stated", "totals.csv"))
    }

    fn names(&self) -> &'static [&'static str] {
        &["a", "b", "c", "d", "e"][..self.columns]
    }

    fn declarations(&self) -> String {
        let columns: String = self.names().iter().map(|name| format!(", {name}: money")).collect();
        format!(
            "@[key(name)]\n.decl line(name: symbol{columns})\n.input line\n@[key(name)]\n.decl other(name: symbol{columns})\n\
             .input other\n@[key(item)]\n.decl stated(item: symbol, amount: money)\n.input stated\n"
        )
    }

    fn rules(&self) -> String {
        let mut rules = "language = 1\nuse = [\"lines.dl\"]\n".to_owned();
        let mut rule = |code: String, when: String| {
            rules += &format!(
                "[[rule]]\ncode = \"{code}\"\ntitle = \"{code}\"\nseverity = \"error\"\nwhen = '''{when}'''\nmessage = \"不符\"\n"
            );
        };
        for name in self.names() {
            rule(
                format!("S-{name}"),
                format!("t in stated, t.item = \"{name}\", s = sum l.{name} : {{ l in line }}, s !~ t.amount"),
            );
            if self.twice {
                rule(format!("X-{name}"), format!("l in line, o in other, l.name = o.name, l.{name} !~ o.{name}"));
            }
        }
        if self.across {
            let (total, parts) = self.names().split_last().unwrap();
            let sum: Vec<String> = parts.iter().map(|name| format!("l.{name}")).collect();
            rule("R-1".to_owned(), format!("l in line, s = {}, s !~ l.{total}", sum.join(" + ")));
            let stated: Vec<String> = parts.iter().map(|name| format!("stated(\"{name}\", {name})")).collect();
            rule(
                "R-2".to_owned(),
                format!("{}, stated(\"{total}\", all), {} !~ all", stated.join(", "), parts.join(" + ")),
            );
        }
        rules
    }
}

/// Every slip that leads from what is meant, by kind.
fn slips(text: &str) -> Vec<(&'static str, String)> {
    let digits: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let with = |at: usize, remove: usize, put: &str| -> String {
        let (before, after): (String, String) = (digits[..at].iter().collect(), digits[at + remove..].iter().collect());
        format!("{before}{put}{after}")
    };
    let is_digit = |at: usize| digits.get(at).is_some_and(char::is_ascii_digit);
    for at in (0..digits.len()).filter(|at| is_digit(*at)) {
        all.push(("一个数字写了两遍", with(at, 1, &format!("{0}{0}", digits[at]))));
        all.push(("多了一个 0", with(at + 1, 0, "0")));
        all.push(("少了一个数字", with(at, 1, "")));
        all.extend((0..10).map(|digit| ("写错一个数字", with(at, 1, &digit.to_string()))));
        if is_digit(at + 1) {
            all.push(("两个数字颠倒", with(at, 2, &format!("{}{}", digits[at + 1], digits[at]))));
        }
        if at > 0 && is_digit(at - 1) && !text.contains('.') {
            all.push(("多了一个逗号", with(at, 0, ",")));
        }
    }
    all.push(("正负号", format!("-{text}")));
    if text.contains('.') {
        all.push(("漏了小数点", text.replace('.', "")));
        all.push(("小数点写成逗号", text.replace('.', ",")));
    } else {
        all.push(("元写成了万元", format!("{text}0000")));
    }
    all.retain(|(_, slipped)| is_writable(slipped) && slipped != text);
    all.sort_by_key(|(kind, _)| *kind);
    all
}

/// Nobody writes `012` or `.5`.
fn is_writable(text: &str) -> bool {
    let whole = text.trim_start_matches('-').split(['.', ',']).next().unwrap_or("");
    !whole.is_empty() && (whole == "0" || !whole.starts_with('0')) && !text.ends_with(['.', ','])
}
