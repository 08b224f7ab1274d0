//! The interfaces that can answer with an unexpected status, and what that means for each.

use std::fmt;

use super::SessionKind;

/// An interface that can answer with an unexpected status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The Web Dev resource.
    WebDev,
    /// The REST list of this kind of sessions.
    List(SessionKind),
    /// The REST call that terminates a session.
    Terminate,
}

impl Endpoint {
    pub(super) fn message(self, status: u16, text: Option<&str>) -> impl fmt::Display {
        let text = after_colon(text);
        fmt::from_fn(move |f| {
            match (self, status) {
            (Self::WebDev, 402) => f.write_str(
                "The Web Dev module has no license or its trial has expired (402). Reset the trial on the gateway",
            ),
            (Self::WebDev, 500) => {
                f.write_str("The script on the gateway failed (500). Look at the gateway's log")
            }
            (Self::WebDev, 501) => {
                f.write_str("The Gatewatch resource has no doGet script (501). Install the resource again")
            }
            (Self::WebDev, _) => write!(
                f,
                "Unexpected HTTP status {status}. Check that this is the address of an Ignition gateway"
            ),
            (Self::List(kind), 402) => write!(
                f,
                "Can't list {kind} sessions: no license, or the trial has expired (402){text}. Reset the trial on the gateway"
            ),
            (Self::List(kind), 503) => {
                write!(f, "Can't list {kind} sessions ({status}){text}. Try again in a minute")
            }
            (Self::List(kind), _) => {
                write!(f, "Can't list {kind} sessions ({status}){text}. Look at the gateway's log")
            }
            (Self::Terminate, _) => {
                write!(f, "Session not terminated ({status}){text}. Look at the gateway's log")
            }
        }
        })
    }
}

/// Returns the message of a gateway after a colon, or nothing without one.
pub(super) fn after_colon(message: Option<&str>) -> String {
    message.map_or_else(String::new, |message| format!(": {message}"))
}
