//! Notifications over D-Bus, by the specification of the Free Desktop project.
//!
//! One connection stays open: some desktops remove the notifications of a program that has closed its connection.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use zbus::blocking::{Connection, connection};
use zbus::zvariant::Value;

use super::APP_NAME;
use super::message::Message;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// The name of the desktop file and of the icon.
const DESKTOP_ENTRY: &str = "gatewatch";
/// Maximum time to wait for an answer of the service.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The number of notifications that can be replaced.
const MAX_SHOWN: usize = 256;
/// Leaves the time until a notification disappears to the desktop.
const DEFAULT_TIME: i32 = -1;
const NORMAL: u8 = 1;
const CRITICAL: u8 = 2;

/// A notification that can be replaced or closed.
struct ShownNotification {
    id: u32,
    /// The key of its message.
    key: Option<String>,
    /// The keys of its incidents that aren't over.
    open: Vec<String>,
}

/// The notification service of the session.
#[derive(Default)]
pub(super) struct Service {
    /// The connection, and whether the service reads markup; `None` until it is needed, and after an error.
    connection: Option<(Connection, bool)>,
    /// The notifications that were shown and can be replaced or closed, the oldest first.
    known: VecDeque<ShownNotification>,
}

impl Service {
    /// Shows a notification, in place of the one about the same incident.
    pub(super) fn show(&mut self, message: &Message) -> zbus::Result<()> {
        let shown = self.try_show(message);
        if shown.is_err() {
            self.connection = None;
        }
        let id = shown?;
        self.known.retain(|known| known.id != id);
        if !message.open.is_empty() {
            self.known.push_back(ShownNotification {
                id,
                key: message.key.clone(),
                open: message.open.clone(),
            });
        }
        if self.known.len() > MAX_SHOWN {
            self.known.pop_front();
        }
        Ok(())
    }

    /// Closes the notifications whose incidents are all over. After an error, the others are closed in the next call.
    pub(super) fn close(&mut self, ended: &[String]) -> zbus::Result<()> {
        let mut result = Ok(());
        let mut known = std::mem::take(&mut self.known);
        known.retain_mut(|known| {
            known.open.retain(|key| !ended.contains(key));
            if known.open.is_empty() && result.is_ok() {
                result = self.try_close(known.id);
                return result.is_err();
            }
            true
        });
        self.known = known;
        if result.is_err() {
            self.connection = None;
        }
        result
    }

    fn try_close(&mut self, id: u32) -> zbus::Result<()> {
        let (connection, _) = self.connection()?;
        match call(connection, "CloseNotification", &id) {
            // Its user may have closed it, which some services answer with an error.
            Ok(_) | Err(zbus::Error::MethodError(..)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn try_show(&mut self, message: &Message) -> zbus::Result<u32> {
        let is_same = |known: &&ShownNotification| message.key.is_some() && known.key == message.key;
        let replaces = self.known.iter().find(is_same).map_or(0, |known| known.id);
        let (connection, reads_markup) = self.connection()?;
        let body = if *reads_markup { escape(&message.body) } else { message.body.clone() };
        let urgency = if message.is_critical { CRITICAL } else { NORMAL };
        let hints: HashMap<&str, Value<'_>> =
            HashMap::from([("desktop-entry", DESKTOP_ENTRY.into()), ("urgency", urgency.into())]);
        let actions: &[&str] = &[];
        let arguments =
            (APP_NAME, replaces, DESKTOP_ENTRY, &message.title, body, actions, hints, DEFAULT_TIME);
        call(connection, "Notify", &arguments)?.body().deserialize()
    }

    fn connection(&mut self) -> zbus::Result<&(Connection, bool)> {
        let connected = if let Some(connected) = self.connection.take() {
            connected
        } else {
            let connection = connection::Builder::session()?.method_timeout(TIMEOUT).build()?;
            let answer = call(&connection, "GetCapabilities", &())?;
            let capabilities: Vec<String> = answer.body().deserialize()?;
            (connection, capabilities.iter().any(|capability| capability == "body-markup"))
        };
        Ok(self.connection.insert(connected))
    }
}

fn call<B>(connection: &Connection, method: &str, arguments: &B) -> zbus::Result<zbus::Message>
where
    B: serde::ser::Serialize + zbus::zvariant::DynamicType,
{
    connection.call_method(Some(SERVICE), PATH, Some(SERVICE), method, arguments)
}

/// Returns a text that markup doesn't change.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
