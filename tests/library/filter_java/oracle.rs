//! Runs the Java programs of `tests/data/java_regex` and compares filters with their verdicts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use gatewatch::filter::{Filter, MatchError, Mode};

use super::generate::Case;

pub(crate) fn data_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/java_regex")
}

/// Escapes everything but printable ASCII, as `Oracle.java` documents it.
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

/// Formats a case as a line of input for `Oracle.java`.
pub(crate) fn line(case: &Case) -> String {
    let mut line = format!("{}\t{}", case.mode, escape(&case.pattern));
    for value in &case.values {
        line += "\t";
        line += &escape(value);
    }
    line
}

/// Returns the JDK's verdicts on lines of cases, or `None` without a JDK 17.
pub(crate) fn run(lines: &[String]) -> Option<Vec<String>> {
    run_program("Oracle.java", &[], &(lines.join("\n") + "\n"))
}

/// Runs a Java program and returns the lines of its output, or `None` without a JDK 17.
pub(crate) fn run_program(program: &str, args: &[&str], input: &str) -> Option<Vec<String>> {
    if !has_jdk_17() {
        return None;
    }
    let mut child = Command::new("java")
        .arg(data_folder().join(program))
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

/// Returns `true` if `java` is version 17. Other versions have other Unicode tables and word boundaries.
fn has_jdk_17() -> bool {
    let output = Command::new("java").arg("-version").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stderr).contains("version \"17"))
}

/// The result of comparing many cases.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub patterns: usize,
    /// Pairs of a pattern and a value.
    pub cases: usize,
    /// Cases that match.
    pub matching: usize,
    /// Matches whose groups were compared.
    pub with_groups: usize,
    /// Patterns that both reject.
    pub both_reject: usize,
    /// Patterns that only the JDK accepts.
    pub unsupported: usize,
    /// Cases in which the JDK exceeded its limit.
    pub unknown: usize,
    /// Cases in which Java finds half of a surrogate pair, which a filter never finds.
    pub half_surrogates: usize,
    /// Cases in which Java throws an exception and the filter fails.
    pub exceptions: usize,
    /// Cases in which only the filter exceeded its limit.
    pub limit_exceeded: usize,
    pub differences: Vec<String>,
}

impl Tally {
    /// Adds one pattern with its values.
    pub(crate) fn compare(&mut self, line: &str, verdicts: &str) {
        let mut fields = line.split('\t');
        let flags = fields.next().unwrap();
        let pattern = unescape(fields.next().unwrap());
        let find = flags.contains('f');
        let with_groups = flags.contains('g');
        let mode = Mode { ignore_case: flags.contains('i'), contains: find, invert: false };
        self.patterns += 1;
        let filter = match (Filter::new(&pattern, mode), verdicts) {
            (Err(_), "E") => {
                self.both_reject += 1;
                return;
            }
            (Err(error), _) => {
                self.unsupported += 1;
                if !error.is_unsupported() {
                    self.differ(line, &format!("the JDK accepts, the filter: {error}"));
                }
                return;
            }
            (Ok(_), "E") => {
                self.differ(line, "only the JDK rejects");
                return;
            }
            (Ok(filter), _) => filter,
        };
        if verdicts == "?" {
            self.unknown += 1;
            return;
        }
        let verdicts: Vec<&str> = verdicts.split(' ').collect();
        let fields: Vec<&str> = fields.collect();
        assert_eq!(fields.len(), verdicts.len(), "a verdict for each value: {line}");
        for (value, verdicts) in fields.into_iter().zip(verdicts) {
            self.cases += 1;
            let value = unescape(value);
            let (verdict, expected_groups) = verdicts.split_once(';').unwrap_or((verdicts, ""));
            let result = match filter.is_match(&value) {
                _ if verdict == "?" => {
                    self.unknown += 1;
                    continue;
                }
                _ if verdict == "h" => {
                    self.half_surrogates += 1;
                    continue;
                }
                Err(MatchError::Limit) => {
                    self.limit_exceeded += 1;
                    continue;
                }
                Err(MatchError::Exception) => {
                    self.exceptions += usize::from(verdict == "!");
                    "!".to_owned()
                }
                Ok(matched) if !find => if matched { "1" } else { "0" }.to_owned(),
                Ok(matched) => {
                    let found = filter.find(&value).unwrap();
                    assert_eq!(matched, found.is_some(), "{line}");
                    found.map_or("0".to_owned(), |found| {
                        let start = value[..found.start].chars().count();
                        let length = value[found].chars().count();
                        format!("{start}-{}", start + length)
                    })
                }
            };
            self.matching += usize::from(verdict != "0");
            if result != verdict {
                let value = escape(&value);
                self.differ(line, &format!("[{value}] JDK {verdict}, filter {result}"));
            } else if with_groups && !matches!(verdict, "0" | "!") {
                self.compare_groups(line, &filter, &value, expected_groups);
            }
        }
    }

    /// Compares the groups of a match.
    fn compare_groups(&mut self, line: &str, filter: &Filter, value: &str, expected: &str) {
        let explanation = filter.explain(value).unwrap();
        let position = |at: usize| value[..at].chars().count();
        let groups: Vec<String> = explanation
            .groups
            .iter()
            .skip(1)
            .map(|group| match group {
                Some(group) => format!("{}-{}", position(group.start), position(group.end)),
                None => "-".to_owned(),
            })
            .collect();
        let expected: Vec<&str> =
            if expected.is_empty() { Vec::new() } else { expected.split(';').collect() };
        let is_same = |(ours, java): (&String, &&str)| *java == "h" || ours == java;
        self.with_groups += 1;
        if groups.len() != expected.len() || !groups.iter().zip(&expected).all(is_same) {
            let value = escape(value);
            self.differ(line, &format!("[{value}] JDK groups {expected:?}, filter {groups:?}"));
        }
    }

    fn differ(&mut self, line: &str, difference: &str) {
        let mut fields = line.split('\t');
        let (mode, pattern) = (fields.next().unwrap(), fields.next().unwrap());
        self.differences.push(format!("{mode} {pattern}   {difference}"));
    }
}
