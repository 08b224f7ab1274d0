//! Errors with their causes on one line.

use std::error::Error;
use std::fmt;

/// Displays an error and its causes, separated by colons. A cause that repeats the text before it is left out.
pub(crate) struct ErrorChain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut previous = self.0.to_string();
        f.write_str(&previous)?;
        for cause in std::iter::successors(self.0.source(), |cause| (*cause).source()) {
            let text = cause.to_string();
            if text != previous {
                write!(f, ": {text}")?;
            }
            previous = text;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Outer {
        text: &'static str,
        source: io::Error,
    }

    #[test]
    fn lists_causes_and_omits_repetitions() {
        let error = |text| Outer { text, source: io::Error::other("disk full") };
        assert_eq!(ErrorChain(&error("can't save")).to_string(), "can't save: disk full");
        assert_eq!(ErrorChain(&error("disk full")).to_string(), "disk full");
    }
}
