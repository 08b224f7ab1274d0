//! The layers of the crate: a module imports only what the table allows, and no two files of a module import each other.
//!
//! The test parses the source, because the compiler checks imports only between crates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The modules from the ground up, each with the modules that it may import as the data flow in `src/lib.rs` requires. A
/// module imports only modules above it in this table.
const LAYERS: [(&str, &[&str]); 17] = [
    ("atomic_file", &[]),
    ("sanitize", &[]),
    ("notify_on_drop", &[]),
    ("dataset", &[]),
    ("filter", &[]),
    ("query", &["notify_on_drop", "dataset", "filter"]),
    ("display", &["sanitize", "dataset"]),
    ("table", &["dataset", "filter", "query", "display"]),
    ("export", &["atomic_file", "sanitize", "dataset", "filter", "query", "display"]),
    ("secrets", &["sanitize"]),
    ("gateway", &["sanitize", "dataset"]),
    ("poll", &["sanitize", "notify_on_drop", "dataset", "gateway"]),
    ("demo", &["sanitize", "dataset", "filter", "gateway"]),
    ("settings", &["atomic_file", "sanitize", "dataset", "filter", "query", "display", "table", "gateway"]),
    ("logging", &["atomic_file", "sanitize"]),
    (
        "cli",
        &[
            "atomic_file",
            "sanitize",
            "dataset",
            "filter",
            "query",
            "display",
            "export",
            "secrets",
            "gateway",
            "demo",
            "settings",
            "logging",
        ],
    ),
    (
        "ui",
        &[
            "atomic_file",
            "sanitize",
            "notify_on_drop",
            "dataset",
            "filter",
            "query",
            "display",
            "table",
            "export",
            "secrets",
            "gateway",
            "poll",
            "demo",
            "settings",
            "logging",
        ],
    ),
];

/// Imports that the table forbids but that still exist: file, imported module, reason. Don't add any.
const FORBIDDEN_IMPORTS: &[(&str, &str, &str)] = &[];

/// Pairs of files that still import each other, and the reason. Don't add any.
const CIRCLES: &[(&str, &str, &str)] = &[
    ("src/gateway/client.rs", "src/gateway/profile.rs", "a profile builds its client"),
    ("src/gateway/client.rs", "src/gateway/rest/mod.rs", "the lists are methods of the client"),
    (
        "src/gateway/error.rs",
        "src/gateway/proxy.rs",
        "the cause of a proxy error is found by the error module",
    ),
    ("src/gateway/error.rs", "src/gateway/tls/rejection.rs", "a rejection makes its own gateway error"),
];

/// The path of a module, such as `["query", "worker"]`; empty for the root of the crate.
type ModulePath = Vec<String>;

/// A name or a punctuation mark of the source.
#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

/// A path as it is written, such as `super::body::Body`.
struct Reference {
    segments: Vec<String>,
    line: usize,
    /// The inline modules around it, outermost first.
    inline: Vec<String>,
    /// The name that a `use` declaration gives it in the file.
    imported_as: Option<String>,
}

struct SourceFile {
    /// Path from the root of the repository.
    path: String,
    module: ModulePath,
    references: Vec<Reference>,
}

/// Splits source text into names and punctuation, without comments and literals.
fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            length
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token { text: rest[..end].to_owned(), line });
            end
        } else if rest.starts_with("::") {
            tokens.push(Token { text: "::".to_owned(), line });
            2
        } else {
            if !c.is_whitespace() {
                tokens.push(Token { text: c.to_string(), line });
            }
            c.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// Returns the length of the string or character literal that the text begins with.
fn literal(text: &str) -> Option<usize> {
    let unprefixed = text.trim_start_matches(['b', 'r']);
    let prefix = text.len() - unprefixed.len();
    if prefix <= 2 && text[..prefix].contains('r') {
        let hashes = unprefixed.len() - unprefixed.trim_start_matches('#').len();
        let body = unprefixed[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let body_length = body.find(&end).unwrap_or(body.len());
        return Some(prefix + hashes + 1 + body_length + end.len());
    }
    if prefix > 1 {
        return None;
    }
    if let Some(body) = unprefixed.strip_prefix('"') {
        let mut escaped = false;
        let end = body.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        return Some(prefix + 1 + end.map_or(body.len(), |end| end + 1));
    }
    // A lifetime has no closing quote.
    let body = unprefixed.strip_prefix('\'')?;
    let length = match body.strip_prefix('\\') {
        Some(escape) => 1 + 1 + escape[1..].find('\'')?,
        None => body.chars().next()?.len_utf8(),
    };
    body[length..].starts_with('\'').then_some(prefix + 1 + length + 1)
}

/// Returns the paths in the tokens of a file: those of `use` declarations, and inline ones that begin with `crate`,
/// `self` or `super`.
fn references(tokens: &[Token]) -> Vec<Reference> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    // The inline modules that are open, with the depth of braces inside them.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        let names = || inline.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        match text(at) {
            "{" => depth += 1,
            "}" => {
                inline.retain(|(_, inside)| *inside < depth);
                depth -= 1;
            }
            "mod" if text(at + 2) == "{" => inline.push((text(at + 1).to_owned(), depth + 1)),
            // Not the `use<'a>` of a type.
            "use" if text(at + 1) != "<" => {
                let mut leaves = Vec::new();
                at = use_tree(tokens, at + 1, &[], &mut leaves);
                found.extend(leaves.into_iter().map(|(segments, imported_as, line)| Reference {
                    segments,
                    line,
                    inline: names(),
                    imported_as: Some(imported_as),
                }));
                continue;
            }
            "crate" | "self" | "super" if text(at + 1) == "::" => {
                let line = tokens[at].line;
                let mut segments = vec![text(at).to_owned()];
                while text(at + 1) == "::"
                    && text(at + 2).starts_with(|c: char| c.is_alphabetic() || c == '_')
                {
                    at += 2;
                    segments.push(text(at).to_owned());
                }
                found.push(Reference { segments, line, inline: names(), imported_as: None });
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Parses a use tree after `prefix`, adds a path, a name and a line for each of its leaves, and returns the index after it.
fn use_tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    leaves: &mut Vec<(Vec<String>, String, usize)>,
) -> usize {
    let mut segments = prefix.to_vec();
    let mut name = None;
    loop {
        match tokens[at].text.as_str() {
            "::" => {}
            "{" => {
                at += 1;
                while tokens[at].text != "}" {
                    at = use_tree(tokens, at, &segments, leaves);
                    match tokens[at].text.as_str() {
                        "," => at += 1,
                        other => assert_eq!(other, "}", "line {}: not a use tree", tokens[at].line),
                    }
                }
                return at + 1;
            }
            "as" => {
                at += 1;
                name = Some(tokens[at].text.clone());
            }
            "," | "}" | ";" => {
                let line = tokens[at - 1].line;
                // `use a::{self}` imports `a` itself.
                if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
                    segments.pop();
                }
                let name = name.unwrap_or_else(|| segments.last().unwrap().clone());
                leaves.push((segments, name, line));
                return at;
            }
            segment => segments.push(segment.to_owned()),
        }
        at += 1;
    }
}

/// Returns all files of `src` except `main.rs`.
fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            let Some(stem) = relative.strip_suffix(".rs") else { continue };
            let mut module: ModulePath = stem.split('/').map(str::to_owned).collect();
            match module.last().unwrap().as_str() {
                "main" => continue,
                "mod" | "lib" => drop(module.pop()),
                _ => {}
            }
            let references = references(&tokens(&std::fs::read_to_string(&path).unwrap()));
            files.push(SourceFile { path: format!("src/{relative}"), module, references });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

impl Reference {
    /// Returns the path from the root of the crate; `None` if it refers to another crate.
    fn absolute(&self, module: &[String], modules: &BTreeSet<&ModulePath>) -> Option<ModulePath> {
        let mut path: ModulePath = module.iter().chain(&self.inline).cloned().collect();
        let mut segments = self.segments.iter().peekable();
        match segments.peek()?.as_str() {
            "crate" => path.clear(),
            "self" | "super" => {}
            first => {
                path.push(first.to_owned());
                let is_child = modules.contains(&path);
                path.pop();
                if !is_child {
                    return None;
                }
            }
        }
        for segment in segments {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(path.pop()),
                name => path.push(name.to_owned()),
            }
        }
        Some(path)
    }
}

#[test]
fn table_lists_every_module_and_only_looks_down() {
    let files = source_files();
    let modules: BTreeSet<&str> =
        files.iter().filter_map(|file| Some(file.module.first()?.as_str())).collect();
    assert_eq!(modules, LAYERS.iter().map(|(name, _)| *name).collect());
    for (at, (name, allowed)) in LAYERS.iter().enumerate() {
        for import in *allowed {
            let is_above = LAYERS[..at].iter().any(|(above, _)| above == import);
            assert!(is_above, "the table lets {name} import {import}, which is not above it");
        }
    }
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let files = source_files();
    let modules: BTreeSet<&ModulePath> = files.iter().map(|file| &file.module).collect();
    let mut stale: BTreeSet<(&str, &str)> =
        FORBIDDEN_IMPORTS.iter().map(|(file, import, _)| (*file, *import)).collect();
    let mut violations = String::new();
    for file in &files {
        let Some(own) = file.module.first() else { continue };
        let (_, allowed) = LAYERS.iter().find(|(name, _)| name == own).unwrap();
        for reference in &file.references {
            let Some(path) = reference.absolute(&file.module, &modules) else { continue };
            let Some(import) = path.first() else { continue };
            if import == own || allowed.contains(&import.as_str()) {
                continue;
            }
            let excepted =
                FORBIDDEN_IMPORTS.iter().find(|(path, module, _)| *path == file.path && module == import);
            if let Some((path, module, _)) = excepted {
                stale.remove(&(*path, *module));
                continue;
            }
            writeln!(violations, "{}:{}: {own} may not import {import}", file.path, reference.line).unwrap();
        }
    }
    assert!(violations.is_empty(), "\n{violations}");
    assert!(stale.is_empty(), "these exceptions are no longer needed: {stale:?}");
}

/// Returns the file of the module that a path refers to. Follows the re-exports of modules.
fn target<'a>(
    mut path: ModulePath,
    files: &'a BTreeMap<&ModulePath, &'a SourceFile>,
) -> Option<&'a SourceFile> {
    let modules: BTreeSet<&ModulePath> = files.keys().copied().collect();
    // Each round follows one re-export.
    for _ in 0..8 {
        let known = (0..=path.len()).rev().find(|length| files.contains_key(&path[..*length].to_vec()))?;
        let file = files[&path[..known].to_vec()];
        let Some(name) = path.get(known) else { return Some(file) };
        let reexport = file
            .references
            .iter()
            .filter(|reference| reference.inline.is_empty() && reference.imported_as.as_ref() == Some(name))
            .find_map(|reference| reference.absolute(&file.module, &modules));
        match reexport {
            Some(reexport) if reexport != path => path = reexport,
            _ => return Some(file),
        }
    }
    None
}

#[test]
fn no_two_files_of_a_module_import_each_other() {
    let files = source_files();
    let by_module: BTreeMap<&ModulePath, &SourceFile> =
        files.iter().map(|file| (&file.module, file)).collect();
    let modules: BTreeSet<&ModulePath> = by_module.keys().copied().collect();
    // Importing and imported file, with the line of the first import.
    let mut imports: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for file in &files {
        // Unit tests may import everything in their module.
        for reference in file.references.iter().filter(|reference| reference.inline.is_empty()) {
            let Some(path) = reference.absolute(&file.module, &modules) else { continue };
            let Some(target) = target(path, &by_module) else { continue };
            // A module and its submodules are one unit.
            let is_related =
                target.module.starts_with(&file.module) || file.module.starts_with(&target.module);
            if !is_related {
                imports.entry((&file.path, &target.path)).or_insert(reference.line);
            }
        }
    }
    let mut stale: BTreeSet<(&str, &str)> = CIRCLES.iter().map(|(one, other, _)| (*one, *other)).collect();
    let mut circles = String::new();
    for ((from, to), line) in &imports {
        let Some(back) = imports.get(&(*to, *from)) else { continue };
        if from < to && !stale.remove(&(*from, *to)) {
            writeln!(circles, "{from}:{line} imports {to}, and {to}:{back} imports {from}").unwrap();
        }
    }
    assert!(circles.is_empty(), "\n{circles}");
    assert!(stale.is_empty(), "these exceptions are no longer needed: {stale:?}");
}

#[test]
fn reads_paths_from_source() {
    let source = r##"
        use std::fmt;
        pub use body::{Body, self as whole};
        use crate::{
            dataset::{Cell, Column as C}, // crate::comment::Out
            filter,
        };
        const TEXT: &str = "crate::string::Out \" crate::string::Out";
        const RAW: &str = r#"crate::raw::Out"#;
        fn f<'a>(c: char) -> crate::query::Rows<'a> { if c == '"' { self::g() } else { super::h('\'') } }
        mod tests { use super::*; mod deeper { fn f() { super::super::x() } } }
        fn g() { crate::table::y() }
    "##;
    let tokens = tokens(source);
    let read: Vec<String> = references(&tokens)
        .iter()
        .map(|it| format!("{}|{}|{}", it.inline.join("::"), it.segments.join("::"), it.line))
        .collect();
    assert_eq!(
        read,
        [
            "|std::fmt|2",
            "|body::Body|3",
            "|body|3",
            "|crate::dataset::Cell|5",
            "|crate::dataset::Column|5",
            "|crate::filter|6",
            "|crate::query::Rows|10",
            "|self::g|10",
            "|super::h|10",
            "tests|super::*|11",
            "tests::deeper|super::super::x|11",
            "|crate::table::y|12",
        ]
    );
}
