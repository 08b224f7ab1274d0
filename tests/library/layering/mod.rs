//! The layers of the crate: a module imports only what the table allows, and no two files of a module import each other.
//!
//! The test parses the source, because the compiler checks imports only between crates.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use source::{Reference, references};

/// The modules in the order of the list in `src/lib.rs`, each with the modules that it may import as the data flow there
/// requires. A module imports only modules above it in this table.
const LAYERS: [(&str, &[&str]); 24] = [
    ("version", &[]),
    ("stop_signal", &[]),
    ("atomic_file", &["stop_signal"]),
    ("error_chain", &[]),
    ("count", &[]),
    ("sanitize", &[]),
    ("short_float", &[]),
    ("notify_on_drop", &[]),
    ("dataset", &[]),
    ("filter", &[]),
    ("query", &["notify_on_drop", "dataset", "filter"]),
    ("display", &["count", "sanitize", "dataset"]),
    ("table", &["short_float", "dataset", "filter", "query", "display"]),
    ("export", &["atomic_file", "sanitize", "dataset", "filter", "query", "display"]),
    ("secrets", &["sanitize"]),
    ("gateway", &["error_chain", "count", "sanitize", "dataset", "secrets"]),
    ("poll", &["error_chain", "sanitize", "notify_on_drop", "dataset", "gateway"]),
    ("history", &["error_chain", "sanitize", "notify_on_drop", "dataset", "secrets", "gateway", "poll"]),
    (
        "alert",
        &[
            "atomic_file",
            "error_chain",
            "sanitize",
            "notify_on_drop",
            "dataset",
            "filter",
            "query",
            "display",
            "gateway",
            "poll",
            "history",
        ],
    ),
    ("demo", &["error_chain", "sanitize", "stop_signal", "dataset", "filter", "gateway"]),
    (
        "settings",
        &[
            "atomic_file",
            "error_chain",
            "sanitize",
            "short_float",
            "dataset",
            "filter",
            "query",
            "display",
            "table",
            "export",
            "secrets",
            "gateway",
            "history",
            "alert",
        ],
    ),
    ("logging", &["atomic_file", "sanitize"]),
    (
        "cli",
        &[
            "version",
            "atomic_file",
            "sanitize",
            "stop_signal",
            "dataset",
            "filter",
            "query",
            "display",
            "export",
            "secrets",
            "gateway",
            "poll",
            "history",
            "alert",
            "demo",
            "settings",
            "logging",
        ],
    ),
    (
        "ui",
        &[
            "version",
            "atomic_file",
            "error_chain",
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
            "history",
            "alert",
            "demo",
            "settings",
            "logging",
        ],
    ),
];

/// The path of a module, such as `["query", "worker"]`; empty for the root of the crate.
type ModulePath = Vec<String>;

struct SourceFile {
    /// Path from the root of the repository.
    path: String,
    module: ModulePath,
    references: Vec<Reference>,
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
            let references = references(&std::fs::read_to_string(&path).unwrap());
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
fn table_has_the_order_of_the_list_in_lib_rs() {
    let rows = include_str!("../../../src/lib.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
    // The first cell is a name in backticks, which is a link for a public module.
    let cells = rows.filter_map(|row| row.split(' ').next());
    let names = cells.map(|cell| cell.trim_start_matches('[').trim_end_matches(']'));
    let listed: Vec<&str> = names.filter_map(|name| name.strip_prefix('`')?.strip_suffix('`')).collect();
    assert_eq!(LAYERS.map(|(name, _)| name).to_vec(), listed);
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let files = source_files();
    let modules: BTreeSet<&ModulePath> = files.iter().map(|file| &file.module).collect();
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
            writeln!(violations, "{}:{}: {own} may not import {import}", file.path, reference.line).unwrap();
        }
    }
    assert!(violations.is_empty(), "\n{violations}");
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
    let mut circles = String::new();
    for ((from, to), line) in &imports {
        let Some(back) = imports.get(&(*to, *from)) else { continue };
        if from < to {
            writeln!(circles, "{from}:{line} imports {to}, and {to}:{back} imports {from}").unwrap();
        }
    }
    assert!(circles.is_empty(), "\n{circles}");
}
