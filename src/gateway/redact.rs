//! Hides credentials in texts of the gateway, which may repeat the password or token that it received.

use std::ops::Range;

use super::{Cause, Credentials, GatewayError, ListError};
use crate::sanitize::{ELLIPSIS, one_line};
use crate::secrets::Secret;

/// The longest text of a gateway that is kept, in characters.
const MAX_TEXT: usize = 200;
/// The longest message of a library that is kept as it is, in bytes.
const MAX_CAUSE_BYTES: usize = 1_000;
/// The number of leading characters of a secret that may be shown. Shorter secrets aren't hidden: they are part of many
/// words, and an ellipsis would reveal them.
const MAX_SHOWN: usize = 3;
/// The length of the longest percent-encoded character, that of four bytes.
const MAX_ESCAPE: usize = 12;

/// Returns the error with the gateway's text on one line, without the credentials.
pub(super) fn redacted(mut error: GatewayError, credentials: &Credentials) -> GatewayError {
    let secrets = secrets(credentials);
    if let Some(text) = gateway_text(&mut error) {
        *text = hidden(text, &secrets);
    }
    if let Some(cause) = cause(&mut error)
        && cause.messages().any(|message| is_too_long(&message) || has_secret(&message, &secrets))
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

/// Returns `true` for a message that quotes so much of a response that it must not be kept.
fn is_too_long(message: &str) -> bool {
    message.len() > MAX_CAUSE_BYTES
}

fn has_secret(message: &str, secrets: &[Secret]) -> bool {
    let line = one_line(message, usize::MAX);
    secrets.iter().any(|secret| [message, &line].iter().any(|text| find(text, secret.expose()).is_some()))
}

fn hidden(text: &str, secrets: &[Secret]) -> String {
    let hide_all = |mut text: String| {
        for secret in secrets {
            hide(&mut text, secret.expose());
        }
        text
    };
    // On one line, white space within a secret may have become what it is in the secret.
    let line = one_line(&hide_all(text.to_owned()), usize::MAX);
    one_line(&hide_all(line), MAX_TEXT)
}

/// Returns the secrets as plain text and as they are sent.
fn secrets(credentials: &Credentials) -> Vec<Secret> {
    let sent = match credentials {
        Credentials::None => None,
        Credentials::Basic(login) => Some(Secret::from(login.encoded().as_str())),
        Credentials::Token(token) => Some(Secret::from(token.key())),
    };
    let secrets = credentials.secret().cloned().into_iter().chain(sent);
    let secrets = secrets.filter(|secret| secret.expose().chars().count() > MAX_SHOWN);
    secrets.flat_map(|secret| [with_single_spaces(&secret), Some(secret)]).flatten().collect()
}

/// Returns a secret as it is in a text on one line; `None` if it is the same.
fn with_single_spaces(secret: &Secret) -> Option<Secret> {
    let words: Vec<&str> = secret.expose().split_whitespace().collect();
    let joined = Secret::new(words.join(" "));
    (joined.expose() != secret.expose() && !joined.expose().is_empty()).then_some(joined)
}

/// Replaces a secret in `text` by an ellipsis, also where it is percent-encoded or the text was cut within it.
fn hide(text: &mut String, secret: &str) {
    let mut searched = 0;
    while let Some(Range { start, end }) = find(&text[searched..], secret) {
        text.replace_range(searched + start..searched + end, &ELLIPSIS.to_string());
        searched += start + ELLIPSIS.len_utf8();
    }
}

/// Returns the first place of a secret in `text`.
fn find(text: &str, secret: &str) -> Option<Range<usize>> {
    text.char_indices().find_map(|(start, _)| Some(start..start + secret_len(&text[start..], secret)?))
}

/// Returns the length of the secret that `text` begins with, including the ellipsis of one that was cut.
fn secret_len(text: &str, secret: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut ends: Vec<usize> = encoded_lens(bytes, *secret.as_bytes().first()?).collect();
    if ends.is_empty() {
        return None;
    }
    for (at, &byte) in secret.as_bytes().iter().enumerate().skip(1) {
        let is_long = secret.is_char_boundary(at) && secret[..at].chars().nth(MAX_SHOWN).is_some();
        if is_long && let Some(cut) = ends.iter().find_map(|end| Some(end + cut_len(text.get(*end..)?)?)) {
            return Some(cut);
        }
        let next = |end: usize| encoded_lens(&bytes[end..], byte).map(move |len| end + len);
        ends = ends.into_iter().flat_map(next).collect();
        if ends.is_empty() {
            return None;
        }
    }
    ends.into_iter().max()
}

/// Returns the lengths of a byte at the start of `text`: as it is, as URLs replace it, and percent-encoded any number of
/// times.
fn encoded_lens(text: &[u8], byte: u8) -> impl Iterator<Item = usize> {
    let is_replaced = matches!((byte, text.first()), (b' ', Some(b'+')) | (b'\\', Some(b'/')));
    let plain = (is_replaced || text.first() == Some(&byte)).then_some(1);
    let digits = text.strip_prefix(b"%").unwrap_or_default();
    let is_encoded = move |percents: usize| {
        let digits = digits.get(2 * percents..2 * percents + 2);
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        digits.is_some_and(|digits| u8::from_str_radix(digits, 16) == Ok(byte))
    };
    // The escape of a percent sign has the digits 25.
    let percents = digits.chunks_exact(2).take_while(|digits| digits == b"25").count();
    plain.into_iter().chain((0..=percents).filter(move |&n| is_encoded(n)).map(|n| 3 + 2 * n))
}

/// Returns the length of the ellipsis that `text` begins with, and of the cut escape of a character before it.
fn cut_len(text: &str) -> Option<usize> {
    let mut rest = text.char_indices().take(MAX_ESCAPE + 1);
    let (at, _) = rest.find(|(_, c)| !(*c == '%' || c.is_ascii_hexdigit()))?;
    let is_cut = text[at..].starts_with(ELLIPSIS) && (at == 0 || text.starts_with('%'));
    is_cut.then_some(at + ELLIPSIS.len_utf8())
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
        GatewayError::InvalidResponse(error) => error.gateway_text(),
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
        | GatewayError::Status { source: Some(cause), .. }
        | GatewayError::InvalidList { source: ListError::Html(cause) | ListError::Json(cause), .. } => {
            Some(cause)
        }
        GatewayError::Certificate(rejected) => rejected.cause.as_mut(),
        GatewayError::InvalidResponse(error) => error.cause_mut(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::webdev::WebDevError;

    fn refused(message: &str, credentials: &Credentials) -> String {
        let error = GatewayError::InvalidResponse(WebDevError::Refused { message: message.to_owned() });
        match redacted(error, credentials) {
            GatewayError::InvalidResponse(WebDevError::Refused { message }) => message,
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
    fn hides_percent_encoded_secrets() {
        let basic = Credentials::basic("billy", "pass word/ö%25\\1").unwrap();
        for echo in [
            "pass%20word%2F%C3%B6%2525%5C1",
            "pass+word%2f%c3%b6%2525%5c1",
            "%70%61%73%73%20%77%6F%72%64%2F%C3%B6%25%32%35%5C%31",
            "pass%20word/%C3%B6%25/1",
            "pass word/ö%25\\1",
            "pass%2520word%252F%25C3%25B6%252525%255C1",
            "pass%20word%2F%C3…",
            "pass%20word%2F%C3%B…",
            "pass%20wor…",
            "pass%2…",
            "pass…",
        ] {
            assert_eq!(refused(&format!("a/{echo}/b {echo}"), &basic), "a/…/b …", "{echo}");
        }
        assert_eq!(refused("pass%21word%2", &basic), "pass%21word%2");
        let repeated = Credentials::basic("billy", "%25%25%25%25").unwrap();
        assert_eq!(refused("%25%25%25%25 %2525%2525%2525%2525", &repeated), "… …");
        let encoded = Credentials::basic("billy", "s>>>???").unwrap();
        assert_eq!(refused("Basic%20YmlsbHk6cz4%2BPj8%2FPw%3D%3D", &encoded), "Basic%20…");
    }

    #[test]
    fn sanitizes_and_shortens_texts_of_the_gateway() {
        let none = Credentials::None;
        assert_eq!(refused("no\nsuch\u{7} user\u{1b}[2J", &none), "no such\u{fffd} user\u{fffd}[2J");
        assert_eq!(refused(&"x".repeat(1 << 20), &none).chars().count(), MAX_TEXT + 1);
    }

    #[test]
    fn hides_secrets_in_causes_of_responses_and_shortens_long_ones() {
        let token = Credentials::token("reader:k3y-of-it").unwrap();
        let redacted_cause = |text: String| {
            let error = WebDevError::OtherJson(Cause::message(text));
            let GatewayError::InvalidResponse(WebDevError::OtherJson(cause)) = redacted(error.into(), &token)
            else {
                panic!()
            };
            cause.to_string()
        };
        assert_eq!(redacted_cause("string \"k3y-of-it\"".to_owned()), "string \"…\"");
        assert_eq!(redacted_cause("expected a list".to_owned()), "expected a list");
        assert_eq!(redacted_cause("x".repeat(1 << 20)).chars().count(), MAX_TEXT + 1);
    }

    #[test]
    fn hides_secrets_whose_white_space_differs() {
        let basic = Credentials::basic("billy", "se  cret   word").unwrap();
        let echo = one_line("no se  cret   word here", MAX_TEXT);
        let cause = Cause::message(echo.clone());
        let GatewayError::Protocol(cause) = redacted(GatewayError::Protocol(cause), &basic) else { panic!() };
        assert_eq!(cause.to_string(), "no … here");
        assert_eq!(refused(&echo, &basic), "no … here");
        let basic = Credentials::basic("billy", "pass word").unwrap();
        for echo in ["no pass  word", "no pass\nword", "no pass\t word"] {
            assert_eq!(refused(echo, &basic), "no …", "{echo:?}");
            let cause = Cause::message(echo.to_owned());
            let GatewayError::Protocol(cause) = redacted(GatewayError::Protocol(cause), &basic) else {
                panic!()
            };
            assert_eq!(cause.to_string(), "no …", "{echo:?}");
        }
        let short = Credentials::basic("billy", "a    b").unwrap();
        assert_eq!(refused("no a    b", &short), "no …");
        assert_eq!(refused("no a b", &short), "no …");
    }

    #[test]
    fn hides_secrets_in_causes() {
        let token = Credentials::token("reader:k3y-of-it").unwrap();
        let cause = Cause::message("invalid type: string \"k3y-of-it\"".to_owned());
        let GatewayError::Protocol(cause) = redacted(GatewayError::Protocol(cause), &token) else { panic!() };
        assert_eq!(cause.to_string(), "invalid type: string \"…\"");
    }
}
