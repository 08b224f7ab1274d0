//! No literal colors and sizes in the views: `src/ui/tokens.rs`, `src/ui/theme.rs` and `src/ui/theme/sizes.rs` hold them, so
//! that both themes and all regions stay consistent. A size may be a multiple of another, such as `2.5 * tokens::UNIT`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The files that hold colors and sizes.
const HOLDERS: [&str; 3] = ["src/ui/tokens.rs", "src/ui/theme.rs", "src/ui/theme/sizes.rs"];

/// Numbers of some files that are no size, each with its reason.
const EXCEPTIONS: [(&str, &str, &str); 3] = [
    ("src/ui/display_server.rs", "20.0", "scale factors that the window toolkit accepts"),
    ("src/ui/progress_bar.rs", "100.0", "percent"),
    ("src/ui/settings_dialog/general.rs", "100.0", "percent"),
];

/// The largest number that is no size of its own but a part, a line or a hairline gap.
const MAX_PART: f64 = 2.0;

/// Returns all source files in a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Returns the literal colors and sizes in the code of a file, with their lines.
fn literals(path: &str, code: &str) -> Vec<String> {
    let text = Regex::new(r#""(\\.|[^"\\])*"|//.*"#).unwrap();
    // A factor or a divisor is no size: `2.0 * tokens::UNIT`, `size / 2.0`.
    let number =
        Regex::new(r"(^|[^A-Za-z0-9_.])(/ )?([0-9][0-9_]*\.[0-9]+)(?:_?f32|_?f64)?( \* [A-Za-z])?").unwrap();
    let color = Regex::new(r"Color32::[A-Z][A-Z_]+").unwrap();
    let margin =
        Regex::new(r"(?:Margin|CornerRadius)(?:::[a-z_]+\(-?[1-9]| \{[^}]* [a-z_]+: -?[1-9])").unwrap();
    let mut found = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let line = text.replace_all(line, "\"\"");
        let is_plain = |number: &str| {
            number.replace('_', "").parse::<f64>().unwrap() <= MAX_PART
                || EXCEPTIONS.iter().any(|(file, exception, _)| *file == path && *exception == number)
        };
        let numbers = number.captures_iter(&line).filter(|found| found.get(2).or(found.get(4)).is_none());
        let numbers = numbers.map(|found| found[3].to_owned()).filter(|number| !is_plain(number));
        let named = ["Color32::TRANSPARENT", "Color32::PLACEHOLDER"];
        let colors = color.find_iter(&line).map(|found| found.as_str().to_owned());
        let colors = colors.filter(|color| !named.contains(&color.as_str()));
        let margins = margin.find_iter(&line).map(|found| found.as_str().to_owned());
        let all: Vec<String> = numbers.chain(colors).chain(margins).collect();
        found.extend(all.into_iter().map(|literal| format!("{path}:{}: {literal}", index + 1)));
    }
    found
}

#[test]
fn views_have_no_literal_colors_and_sizes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut message = String::new();
    for file in sources(&root.join("src/ui")) {
        let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        if HOLDERS.contains(&&*path) || path.ends_with("/tests.rs") {
            continue;
        }
        let code = std::fs::read_to_string(&file).unwrap();
        let code = code.split("#[cfg(test)]").next().unwrap();
        for literal in literals(&path, code) {
            writeln!(message, "{literal}").unwrap();
        }
    }
    assert!(message.is_empty(), "move these to src/ui/theme/sizes.rs:\n{message}");
}

#[test]
fn finds_literals() {
    for (code, expected) in [
        ("ui.add_space(6.0);", "6.0"),
        ("vec2(12.5, 0.0)", "12.5"),
        ("Stroke::new(3.0_f32, p.focus)", "3.0"),
        ("Color32::RED", "Color32::RED"),
        ("Margin::same(4)", "Margin::same(4"),
        ("Margin { left: 0, right: 8, ..m }", "Margin { left: 0, right: 8"),
    ] {
        assert_eq!(literals("f", code), [format!("f:1: {expected}")], "{code}");
    }
    for code in [
        "let half = width / 2.0; // 3.0",
        "ui.add_space(2.5 * tokens::UNIT);",
        "let wide = 6.0 * GAP;",
        "let part = 0.4 * width;",
        "let text = \"3.0 \\\" 4.0\";",
        "Color32::TRANSPARENT",
        "Margin::ZERO",
        "let version = tuple.0;",
    ] {
        assert!(literals("f", code).is_empty(), "{code}");
    }
}
