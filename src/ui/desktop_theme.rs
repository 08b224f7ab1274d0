//! The theme that the desktop prefers, on platforms whose window toolkit doesn't know it: on Linux, the color scheme of
//! the desktop portal, read over D-Bus.

use std::sync::{Arc, Mutex, PoisonError};

use egui::Theme;

/// The theme that the desktop prefers, which may change at any time. Clones share it.
#[derive(Clone, Default)]
pub struct DesktopTheme(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// `None` if the desktop has no preference or doesn't answer.
    theme: Mutex<Option<Theme>>,
    wake: Mutex<Option<Box<dyn Fn() + Send>>>,
}

impl DesktopTheme {
    /// Starts to follow the desktop in the background. Without a desktop portal the theme stays unknown.
    #[must_use]
    pub fn follow() -> Self {
        let theme = Self::default();
        #[cfg(all(unix, not(target_os = "macos")))]
        portal::follow(theme.clone());
        theme
    }

    /// Sets the theme, and wakes the window if it has changed.
    pub fn set(&self, theme: Option<Theme>) {
        let before =
            std::mem::replace(&mut *self.0.theme.lock().unwrap_or_else(PoisonError::into_inner), theme);
        if before == theme {
            return;
        }
        if let Some(wake) = &*self.0.wake.lock().unwrap_or_else(PoisonError::into_inner) {
            wake();
        }
    }

    /// Returns the theme; `None` if the desktop has no preference or hasn't reported it yet.
    pub(super) fn get(&self) -> Option<Theme> {
        *self.0.theme.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `wake` after each change from now on.
    pub(super) fn wake_with(&self, wake: impl Fn() + Send + 'static) {
        *self.0.wake.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(wake));
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod portal {
    use std::thread;

    use egui::Theme;
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::{OwnedValue, Value};

    use super::DesktopTheme;
    use crate::error_chain::ErrorChain;

    const NAMESPACE: &str = "org.freedesktop.appearance";
    const KEY: &str = "color-scheme";

    /// Follows the portal on a thread of its own: a bus that hangs must not delay the window.
    pub(super) fn follow(theme: DesktopTheme) {
        let work = move || {
            let connected = Connection::session();
            if let Err(error) = connected.and_then(|connection| follow_on(&connection, &theme)) {
                tracing::debug!(%error, "can't read the theme from the desktop portal");
            }
        };
        // It waits for signals until the process ends.
        if let Err(error) = thread::Builder::new().name("desktop theme".to_owned()).spawn(work) {
            tracing::warn!(error = %ErrorChain(&error), "can't follow the theme of the desktop");
        }
    }

    /// Returns only when the connection ends.
    pub(super) fn follow_on(connection: &Connection, theme: &DesktopTheme) -> zbus::Result<()> {
        let portal = Proxy::new(
            connection,
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Settings",
        )?;
        // Before it is read, so that no change is missed.
        let changes = portal.receive_signal_with_args("SettingChanged", &[(0, NAMESPACE), (1, KEY)])?;
        theme.set(read(&portal)?);
        for change in changes {
            let (_, _, value): (String, String, OwnedValue) = change.body().deserialize()?;
            theme.set(parse(&value));
        }
        Ok(())
    }

    fn read(portal: &Proxy<'_>) -> zbus::Result<Option<Theme>> {
        let arguments = (NAMESPACE, KEY);
        // Portals before 1.17 have only `Read`.
        let value: OwnedValue =
            portal.call("ReadOne", &arguments).or_else(|_| portal.call("Read", &arguments))?;
        Ok(parse(&value))
    }

    fn parse(value: &Value<'_>) -> Option<Theme> {
        match value {
            Value::U32(1) => Some(Theme::Dark),
            Value::U32(2) => Some(Theme::Light),
            // `Read` puts the value into a variant.
            Value::Value(inner) => parse(inner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn wakes_the_window_only_for_changes() {
        let theme = DesktopTheme::default();
        theme.set(Some(Theme::Light));
        let (wake, woken) = sync_channel(8);
        theme.wake_with(move || wake.send(()).unwrap());
        theme.set(Some(Theme::Light));
        assert!(woken.try_recv().is_err());
        theme.set(None);
        assert!(woken.try_recv().is_ok());
        assert_eq!(theme.get(), None);
    }
}
