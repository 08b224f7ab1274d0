//! Speaking to the Java program that knows the right answers, and judging ours by them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use gatewatch::filter::{Filter, Mode};

use super::generate::Case;

pub(crate) fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/java_regex")
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, ' '..='~') && c != '%' {
            out.push(c);
        } else {
            write!(out, "%{{{:X}}}", u32::from(c)).unwrap();
        }
    }
    out
}

pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("%{") {
        let (code, after) = after.split_once('}').unwrap();
        out += before;
        out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        rest = after;
    }
    out + rest
}

pub(crate) fn line(case: &Case) -> String {
    let mut line = format!("{}\t{}", case.mode, escape(&case.pattern));
    for value in &case.values {
        line += "\t";
        line += &escape(value);
    }
    line
}

/// The JDK's answers to lines of cases; None where there is no `java`.
pub(crate) fn ask(lines: &[String]) -> Option<Vec<String>> {
    ask_program("Oracle.java", &[], &(lines.join("\n") + "\n"))
}

pub(crate) fn ask_program(program: &str, args: &[&str], input: &str) -> Option<Vec<String>> {
    let mut child = Command::new("java")
        .arg(data().join(program))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{program} failed");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

/// What came of many cases.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub patterns: usize,
    pub cases: usize,
    /// Of these, how many match.
    pub matching: usize,
    /// Patterns that both refuse.
    pub both_refuse: usize,
    /// Patterns that the JDK takes and we refuse.
    pub refused: usize,
    /// Values at which either gave up.
    pub unknown: usize,
    /// Values in which Java finds half of a character, which has no meaning here.
    pub halves: usize,
    /// Values at which we gave up and the JDK did not.
    pub gave_up: usize,
    pub refusals: std::collections::BTreeMap<String, usize>,
    pub differences: Vec<String>,
}

impl Tally {
    pub(crate) fn judge(&mut self, line: &str, answer: &str) {
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap();
        let pattern = unescape(fields.next().unwrap());
        let find = kind.contains('f');
        let mode = Mode { ignore_case: kind.contains('i'), contains: find, invert: false };
        self.patterns += 1;
        let filter = match (Filter::new(&pattern, mode), answer) {
            (Err(_), "E") => {
                self.both_refuse += 1;
                return;
            }
            (Err(error), _) => {
                // Java may compile a pattern and then fail at some values.
                if answer.contains('!') {
                    self.both_refuse += 1;
                    return;
                }
                self.refused += 1;
                let text = error.to_string();
                let text = text.split(" can't be matched").next().unwrap_or_default();
                *self.refusals.entry(text.to_owned()).or_default() += 1;
                if !error.is_unsupported() {
                    self.differ(line, &format!("JDK accepts, we say: {error}"));
                }
                return;
            }
            (Ok(_), "E") => {
                self.differ(line, "the JDK refuses");
                return;
            }
            (Ok(filter), _) => filter,
        };
        if answer == "?" {
            self.unknown += 1;
            return;
        }
        for (value, verdict) in fields.zip(answer.split(' ')) {
            self.cases += 1;
            let value = unescape(value);
            let ours = filter.is_match(&value);
            let ours = match ours {
                _ if verdict == "?" => {
                    self.unknown += 1;
                    continue;
                }
                _ if verdict == "h" => {
                    self.halves += 1;
                    continue;
                }
                Err(_) => {
                    self.gave_up += 1;
                    continue;
                }
                Ok(ours) if !find => if ours { "1" } else { "0" }.to_owned(),
                Ok(ours) => {
                    let found = filter.find(&value);
                    assert_eq!(ours, found.is_some(), "{line}");
                    found.map_or("0".to_owned(), |found| {
                        let start = value[..found.start].chars().count();
                        let length = value[found].chars().count();
                        format!("{start}-{}", start + length)
                    })
                }
            };
            self.matching += usize::from(verdict != "0");
            if ours != verdict {
                let value = escape(&value);
                self.differ(line, &format!("[{value}] JDK {verdict}, ours {ours}"));
            }
        }
    }

    fn differ(&mut self, line: &str, what: &str) {
        let mut fields = line.split('\t');
        let (mode, pattern) = (fields.next().unwrap(), fields.next().unwrap());
        self.differences.push(format!("{mode} {pattern}   {what}"));
    }
}
