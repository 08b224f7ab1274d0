//! Finds the paths in Rust source text.

/// A name or a punctuation mark of the source.
#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

/// A path as it is written, such as `super::body::Body`.
pub(super) struct Reference {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    /// The inline modules around it, outermost first.
    pub(super) inline: Vec<String>,
    /// The name that a `use` declaration gives it in the file.
    pub(super) imported_as: Option<String>,
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

/// Returns the paths in source text: those of `use` declarations, and inline ones that begin with `crate`,
/// `self` or `super`.
pub(super) fn references(source: &str) -> Vec<Reference> {
    let tokens = &tokens(source);
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
    let read: Vec<String> = references(source)
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
