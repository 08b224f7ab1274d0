//! The library error behind one of ours, kept for the chain that the command line and "Details" show.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::chain;
use crate::sanitize::one_line;

/// The longest beginning of a response that is kept, in characters.
const MAX_BEGINNING: usize = 600;

/// A shared error of a library. Two causes are equal if they have the same message.
#[derive(Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    pub(super) fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    /// Returns a cause that has only a message.
    pub(super) fn message(text: String) -> Self {
        Self(Arc::from(Box::<dyn Error + Send + Sync>::from(text)))
    }

    /// Returns the beginning of a response that isn't what was requested; `None` if the response is empty.
    pub(super) fn beginning_of(response: &str) -> Option<Self> {
        let beginning = one_line(response, MAX_BEGINNING);
        (!beginning.is_empty()).then(|| Self::message(format!("the response begins with: {beginning}")))
    }

    /// Returns the outermost error of this type, this one included.
    pub(super) fn find<T: Error + 'static>(&self) -> Option<&T> {
        let first: &(dyn Error + 'static) = &*self.0;
        chain::from(first).find_map(|error| error.downcast_ref())
    }

    /// Returns the messages of this error and its own causes, the outermost first.
    pub(super) fn messages(&self) -> impl Iterator<Item = String> {
        let first: &(dyn Error + 'static) = &*self.0;
        std::iter::successors(Some(first), |error| Error::source(*error)).map(ToString::to_string)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The messages only: what a library prints for debugging may hold headers.
        f.debug_list().entries(self.messages()).finish()
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.messages().eq(other.messages())
    }
}

impl Eq for Cause {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_chain_of_the_wrapped_error() {
        let inner = std::io::Error::other("inner");
        let cause = Cause::new(std::io::Error::other(Cause::new(inner)));
        assert_eq!(cause.to_string(), "inner");
        assert_eq!(format!("{:?}", Cause::message("text".to_owned())), r#"["text"]"#);
        assert_ne!(cause, Cause::message("other".to_owned()));
    }

    #[test]
    fn quotes_the_beginning_of_a_response() {
        let page = format!("\n<html>\n  <title>Error</title>\u{1b}{}", "x".repeat(MAX_BEGINNING));
        let cause = Cause::beginning_of(&page).unwrap().to_string();
        assert!(
            cause.starts_with("the response begins with: <html> <title>Error</title>\u{fffd}xxx"),
            "{cause}"
        );
        assert!(cause.ends_with("x…"), "{cause}");
        assert_eq!(Cause::beginning_of(" \r\n"), None);
    }
}
