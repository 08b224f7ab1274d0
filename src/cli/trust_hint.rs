//! The lines of `config.toml` that make a host trusted with a rejected certificate.

use crate::gateway::{Pin, Profile, RejectReason, RejectedCertificate};
use crate::sanitize::sanitize;

/// A hint about the lines to add to `config.toml`, and where, to trust a rejected certificate.
pub(super) struct TrustHint<'p> {
    profile: &'p Profile,
    is_saved: bool,
    /// The certificates that the profile trusts already, without a replaced one, and the rejected one.
    pins: Vec<Pin>,
}

impl<'p> TrustHint<'p> {
    /// Returns the hint for a certificate; `None` if it can't be used.
    pub(super) fn new(rejected: &RejectedCertificate, profile: &'p Profile, is_saved: bool) -> Option<Self> {
        if rejected.reason == RejectReason::Unusable {
            return None;
        }
        let new = rejected.pin();
        let is_replaced = |pin: &&Pin| (&pin.host, pin.port) == (&new.host, new.port);
        let kept = profile.trust.pins.iter().filter(|pin| !is_replaced(pin)).cloned();
        let pins = kept.chain([new.clone()]).collect();
        Some(Self { profile, is_saved, pins })
    }

    /// Returns the hint with the entry on lines of its own, ready to be pasted.
    pub(super) fn lines(&self) -> String {
        let mut lines = vec![format!("to trust it without the window, {}:", self.place())];
        if !self.is_saved {
            let urls: toml_edit::Array = self.profile.nodes().iter().map(ToString::to_string).collect();
            let name = format!("name = {}", toml_edit::value(&self.profile.name));
            lines.extend(["[[profile]]".to_owned(), name, format!("urls = {urls}")]);
        }
        for pin in &self.pins {
            lines.push("[[profile.trusted]]".to_owned());
            lines.extend(keys(pin));
        }
        lines.join("\n")
    }

    /// Returns the hint on one line, with the certificates as the value of a key.
    pub(super) fn line(&self) -> String {
        let place = if self.is_saved {
            format!("set this in the [[profile]] {} in config.toml", self.name())
        } else {
            "save the gateway as a [[profile]] with name and urls and this in config.toml".to_owned()
        };
        let pins: Vec<String> =
            self.pins.iter().map(|pin| format!("{{ {} }}", keys(pin).join(", "))).collect();
        format!("to trust it without the window, {place}: trusted = [{}]", pins.join(", "))
    }

    fn place(&self) -> String {
        if !self.is_saved {
            "add this at the end of config.toml".to_owned()
        } else if self.profile.trust.pins.is_empty() {
            format!("add this below the last line of the [[profile]] {} in config.toml", self.name())
        } else {
            format!(
                "replace the trusted certificates of the [[profile]] {} in config.toml by this",
                self.name()
            )
        }
    }

    fn name(&self) -> String {
        format!("\"{}\"", sanitize(&self.profile.name))
    }
}

fn keys(pin: &Pin) -> Vec<String> {
    let host = [format!("host = {}", toml_edit::value(&pin.host))];
    let port = pin.port.map(|port| format!("port = {port}"));
    let fingerprint = format!("fingerprint = \"{}\"", pin.fingerprint);
    host.into_iter().chain(port).chain([fingerprint]).collect()
}
