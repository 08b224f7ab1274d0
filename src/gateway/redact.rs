//! Hides credentials in texts of the gateway, which may repeat the password or token that it received.

use super::{Cause, Credentials, GatewayError, ListError};
use crate::sanitize::{ELLIPSIS, one_line};
use crate::secrets::Secret;

/// The longest text of a gateway that is kept, in characters.
const MAX_TEXT: usize = 200;
/// The number of leading characters of a secret that may be shown. Shorter secrets aren't hidden: they are part of many
/// words, and an ellipsis would reveal them.
const MAX_SHOWN: usize = 3;

/// Returns the error with the gateway's text on one line, without the credentials.
pub(super) fn redacted(mut error: GatewayError, credentials: &Credentials) -> GatewayError {
    let secrets = secrets(credentials);
    if let Some(text) = gateway_text(&mut error) {
        *text = hidden(text, &secrets);
    }
    if let Some(cause) = cause(&mut error)
        && secrets.iter().any(|secret| cause.messages().any(|message| message.contains(secret.expose())))
    {
        let text = cause.messages().collect::<Vec<_>>().join(": ");
        *cause = Cause::message(hidden(&text, &secrets));
    }
    error
}

/// Returns a text of the gateway on one line, without the credentials.
pub(super) fn redacted_text(text: &str, credentials: &Credentials) -> String {
    hidden(text, &secrets(credentials))
}

fn hidden(text: &str, secrets: &[Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        hide(&mut text, secret.expose());
    }
    one_line(&text, MAX_TEXT)
}

/// Returns the secrets as plain text and as they are sent.
fn secrets(credentials: &Credentials) -> Vec<Secret> {
    let sent = match credentials {
        Credentials::None => None,
        Credentials::Basic(login) => Some(Secret::from(login.encoded().as_str())),
        Credentials::Token(token) => Some(Secret::from(token.key())),
    };
    let secrets = credentials.secret().cloned().into_iter().chain(sent);
    secrets.filter(|secret| secret.expose().chars().count() > MAX_SHOWN).collect()
}

/// Replaces a secret in `text` by an ellipsis, also where the text was cut within the secret.
fn hide(text: &mut String, secret: &str) {
    let hidden = ELLIPSIS.to_string();
    if text.contains(secret) {
        *text = text.replace(secret, &hidden);
    }
    let cuts: Vec<usize> = secret.char_indices().skip(MAX_SHOWN + 1).map(|(at, _)| at).collect();
    for cut in cuts.into_iter().rev() {
        let part = Secret::concat(&[&secret[..cut], &hidden]);
        if text.contains(part.expose()) {
            *text = text.replace(part.expose(), &hidden);
        }
    }
}

/// Returns the text of the gateway in an error.
fn gateway_text(error: &mut GatewayError) -> Option<&mut String> {
    match error {
        GatewayError::Redirect { location: text }
        | GatewayError::SignOn { location: text }
        | GatewayError::OtherPage { location: text }
        | GatewayError::HttpsRequired { address: text, .. }
        | GatewayError::NotRunning { state: text }
        | GatewayError::Forbidden { message: Some(text), .. }
        | GatewayError::Status { message: Some(text), .. } => Some(text),
        GatewayError::Answer(error) => error.gateway_text(),
        _ => None,
    }
}

/// Returns the library error behind an error, whose message may quote the response.
fn cause(error: &mut GatewayError) -> Option<&mut Cause> {
    match error {
        GatewayError::Setup(cause)
        | GatewayError::ConnectionLost(cause)
        | GatewayError::Tls(cause)
        | GatewayError::Protocol(cause)
        | GatewayError::Connect { source: cause, .. }
        | GatewayError::Proxy { source: Some(cause), .. }
        | GatewayError::InvalidList { source: ListError::Json(cause), .. } => Some(cause),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::webdev::WebDevError;

    fn refused(message: &str, credentials: &Credentials) -> String {
        let error = GatewayError::Answer(WebDevError::Refused { message: message.to_owned() });
        match redacted(error, credentials) {
            GatewayError::Answer(WebDevError::Refused { message }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn hides_whole_and_partial_secrets() {
        let basic = Credentials::basic("billy", "secret").unwrap();
        assert_eq!(refused("billy may not, with secret", &basic), "billy may not, with …");
        assert_eq!(refused("Basic YmlsbHk6c2VjcmV0", &basic), "Basic …");
        assert_eq!(refused("Basic YmlsbHk6c2V…", &basic), "Basic …");
        let token = Credentials::token("reader:k3y-of-it").unwrap();
        assert_eq!(refused("reader has k3y-of-it or reader:k3y-of-it", &token), "reader has … or …");
        assert_eq!(refused("no such user", &token), "no such user");
        let short = Credentials::basic("b", "no").unwrap();
        assert_eq!(refused("no such user", &short), "no such user");
    }

    #[test]
    fn sanitizes_and_shortens_texts_of_the_gateway() {
        let none = Credentials::None;
        assert_eq!(refused("no\nsuch\u{7} user\u{1b}[2J", &none), "no such\u{fffd} user\u{fffd}[2J");
        assert_eq!(refused(&"x".repeat(1 << 20), &none).chars().count(), MAX_TEXT + 1);
    }

    #[test]
    fn hides_secrets_in_causes() {
        let token = Credentials::token("reader:k3y-of-it").unwrap();
        let cause = Cause::message("invalid type: string \"k3y-of-it\"".to_owned());
        let GatewayError::Protocol(cause) = redacted(GatewayError::Protocol(cause), &token) else { panic!() };
        assert_eq!(cause.to_string(), "invalid type: string \"…\"");
    }
}
