//! Removes credentials from the gateway's own words in an error: it may repeat the password or token that it was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Credentials, GatewayError};
use crate::sanitize::one_line;

/// Stands in place of a secret.
const REDACTED: &str = "…";
/// The longest gateway message that is kept, in characters.
const MAX_MESSAGE: usize = 200;
/// So much of a secret that was cut may be shown: that much is guessed, too.
const HARMLESS: usize = 3;

/// The failure with the gateway's words, if they are part of it, fit to be shown: without the credentials, and in a line.
pub(super) fn tamed(mut failure: GatewayError, credentials: &Credentials) -> GatewayError {
    if let Some(words) = words(&mut failure) {
        for secret in secrets(credentials) {
            hide(words, &secret);
        }
        *words = one_line(words, MAX_MESSAGE);
    }
    failure
}

/// What gives the credentials away, as it is sent and as it is meant.
fn secrets(credentials: &Credentials) -> Vec<String> {
    let secrets = match credentials {
        Credentials::None => Vec::new(),
        Credentials::Basic { user, password } => {
            vec![STANDARD.encode(format!("{user}:{password}")), password.clone()]
        }
        Credentials::Token(token) => {
            let token = token.trim();
            let key = token.split_once(':').map_or(token, |(_name, key)| key);
            vec![token.to_owned(), key.to_owned()]
        }
    };
    // Whatever is shorter stands in many words by chance, and to hide it there would give it away.
    secrets.into_iter().filter(|secret| secret.chars().count() > HARMLESS).collect()
}

fn hide(words: &mut String, secret: &str) {
    if words.contains(secret) {
        *words = words.replace(secret, REDACTED);
    }
    // The words may have been cut in the middle of it.
    let cuts: Vec<usize> = secret.char_indices().skip(HARMLESS + 1).map(|(at, _)| at).collect();
    for cut in cuts.into_iter().rev() {
        let part = format!("{}{REDACTED}", &secret[..cut]);
        if words.contains(&part) {
            *words = words.replace(&part, REDACTED);
        }
    }
}

/// The part of a failure that the gateway worded.
fn words(failure: &mut GatewayError) -> Option<&mut String> {
    match failure {
        GatewayError::Redirect { location: words }
        | GatewayError::NotAList { reason: words, .. }
        | GatewayError::Protocol { reason: words }
        | GatewayError::Broken { reason: words }
        | GatewayError::NotTerminated { message: Some(words), .. } => Some(words),
        GatewayError::Answer(error) => error.gateway_text(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::webdev::WebDevError;

    fn refused(message: &str, credentials: &Credentials) -> String {
        let failure = GatewayError::Answer(WebDevError::Refused { message: message.to_owned() });
        match tamed(failure, credentials) {
            GatewayError::Answer(WebDevError::Refused { message }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_secret_that_comes_back_is_not_shown_as_a_whole_or_in_part() {
        let basic = Credentials::Basic { user: "billy".into(), password: "secret".into() };
        assert_eq!(refused("billy may not, with secret", &basic), "billy may not, with …");
        assert_eq!(refused("Basic YmlsbHk6c2VjcmV0", &basic), "Basic …");
        assert_eq!(refused("Basic YmlsbHk6c2V…", &basic), "Basic …");
        let token = Credentials::Token("reader:k3y-of-it".into());
        assert_eq!(refused("reader has k3y-of-it or reader:k3y-of-it", &token), "reader has … or …");
        assert_eq!(refused("no such user", &token), "no such user");
        // Nothing that a terminal obeys, and nothing without end.
        assert_eq!(refused("no\nsuch\u{7} user\u{1b}[2J", &token), "no such\u{fffd} user\u{fffd}[2J");
        assert_eq!(refused(&"x".repeat(1 << 20), &token).chars().count(), MAX_MESSAGE + 1);
        // To hide this one would tell which it is.
        let short = Credentials::Basic { user: "b".into(), password: "no".into() };
        assert_eq!(refused("no such user", &short), "no such user");
    }
}
