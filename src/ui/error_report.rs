//! An error as the window shows it: one sentence, and its causes behind "Details".

use std::error::Error;
use std::io::ErrorKind;

use crate::atomic_file::FileError;
use crate::sanitize::{capitalize, one_line};

/// The maximum length of the text of an error, in characters.
const MAX_TEXT: usize = 500;
/// The maximum number of causes, in case a library returns an endless chain.
const MAX_CAUSES: usize = 16;

/// A sentence about an error and the texts of its causes, the direct cause first. All texts are sanitized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReport {
    /// The sentence.
    summary: String,
    /// The texts of the causes.
    causes: Vec<String>,
}

impl ErrorReport {
    /// Creates a report with the text of the error as its summary.
    pub(super) fn new(error: &dyn Error) -> Self {
        Self { summary: capitalize(&text_of(error)), causes: chain(error.source()) }
    }

    /// Creates a report on a file that can't be written, with the reason in its summary if it is a common one.
    pub(super) fn of_file(error: &FileError) -> Self {
        let report = Self::new(error);
        let advice = match error.source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "Free some space on the disk",
            ErrorKind::PermissionDenied => "You have no permission to write there",
            ErrorKind::ReadOnlyFilesystem => "The disk is read-only",
            ErrorKind::NotFound => "The folder doesn't exist",
            _ => return report,
        };
        Self { summary: format!("{}. {advice}", report.summary), ..report }
    }

    /// Creates a report with another summary. The text of the error becomes the first cause.
    pub(super) fn with_summary(summary: &str, error: &(dyn Error + 'static)) -> Self {
        Self { causes: chain(Some(error)), ..summary.into() }
    }

    /// Creates a report with a list of texts behind "Details".
    pub(super) fn with_list(summary: &str, texts: impl Iterator<Item = String>) -> Self {
        Self { causes: texts.map(|text| one_line(&text, MAX_TEXT)).collect(), ..summary.into() }
    }

    /// Adds a second sentence.
    pub(super) fn followed_by(self, sentence: &str) -> Self {
        Self { summary: format!("{}. {sentence}", self.summary), ..self }
    }

    /// Returns the sentence.
    pub(super) fn summary(&self) -> &str {
        &self.summary
    }

    /// Returns the texts of the causes.
    pub(super) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// Returns the sentence and its causes, each on a line, to copy.
    pub(super) fn full_text(&self) -> String {
        [&self.summary].into_iter().chain(&self.causes).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Returns what happened, without the advice that may follow it.
    pub(super) fn first_sentence(&self) -> &str {
        self.summary.split_once(". ").map_or(&self.summary, |(first, _)| first)
    }

    /// Returns the advice after the first sentence; `None` without any.
    pub(super) fn advice(&self) -> Option<&str> {
        self.summary.split_once(". ").map(|(_, advice)| advice)
    }

    /// Returns `true` if the error has causes.
    pub(super) fn has_causes(&self) -> bool {
        !self.causes.is_empty()
    }
}

impl From<&str> for ErrorReport {
    fn from(summary: &str) -> Self {
        Self { summary: one_line(summary, MAX_TEXT), causes: Vec::new() }
    }
}

impl From<String> for ErrorReport {
    fn from(summary: String) -> Self {
        summary.as_str().into()
    }
}

fn text_of(error: &dyn Error) -> String {
    one_line(&error.to_string(), MAX_TEXT)
}

/// Returns the texts of an error and its causes. A cause that repeats the previous text is omitted.
fn chain(error: Option<&(dyn Error + 'static)>) -> Vec<String> {
    let errors = std::iter::successors(error, |&error| error.source());
    let mut texts: Vec<String> = errors.take(MAX_CAUSES).map(text_of).collect();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("can't read the list")]
    struct Outer(#[source] Middle);

    #[derive(Debug, thiserror::Error)]
    #[error("broken pipe")]
    struct Middle(#[source] std::io::Error);

    fn error() -> Outer {
        Outer(Middle(std::io::Error::other("said \u{1b}[2J\nthis")))
    }

    #[test]
    fn collects_the_sanitized_causes() {
        let report = ErrorReport::new(&error());
        assert_eq!(report.summary(), "Can't read the list");
        assert_eq!(report.causes, ["broken pipe", "said \u{fffd}[2J this"]);
    }

    #[test]
    fn says_why_a_file_is_not_written() {
        let summary = |kind: ErrorKind| {
            let error = FileError { path: "a.csv".into(), source: kind.into() };
            ErrorReport::of_file(&error).summary
        };
        assert_eq!(
            summary(ErrorKind::PermissionDenied),
            "Can't write a.csv. You have no permission to write there"
        );
        assert_eq!(summary(ErrorKind::StorageFull), "Can't write a.csv. Free some space on the disk");
        assert_eq!(summary(ErrorKind::NotFound), "Can't write a.csv. The folder doesn't exist");
        assert_eq!(summary(ErrorKind::Other), "Can't write a.csv");
    }

    #[test]
    fn keeps_the_error_as_a_cause_of_another_summary() {
        let report = ErrorReport::with_summary("Export failed", &error());
        assert_eq!(report.summary(), "Export failed");
        assert_eq!(report.causes.len(), 3);
        assert_eq!(report.causes[0], "can't read the list");
    }
}
