//! Notifications on Windows and macOS.

use notify_rust::Notification;
#[cfg(windows)]
use notify_rust::Urgency;

use super::APP_NAME;
use super::message::Message;

/// The identity of the program on Windows. Without one, notifications appear under the name of another program.
#[cfg(windows)]
const APP_ID: &str = "Gatewatch.Gatewatch";

/// The reason why a notification can't be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToastError {
    /// The identity can't be registered.
    #[cfg(windows)]
    #[error("can't register the program")]
    Register(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The platform refuses it.
    #[error(transparent)]
    Show(#[from] notify_rust::error::Error),
}

/// The notifications of the platform.
#[derive(Default)]
pub(super) struct Service {
    #[cfg(windows)]
    is_registered: bool,
}

impl Service {
    /// Shows a notification. An earlier one about the same incident isn't replaced.
    pub(super) fn show(&mut self, message: &Message) -> Result<(), ToastError> {
        let mut notification = Notification::new();
        notification.appname(APP_NAME).summary(&message.title).body(&message.body);
        #[cfg(windows)]
        {
            self.register()?;
            notification.app_id(APP_ID);
            if message.is_critical {
                notification.urgency(Urgency::Critical);
            }
        }
        notification.show()?;
        Ok(())
    }

    /// Registers the name of the program under its identity for this user, unless an installer has done so.
    #[cfg(windows)]
    fn register(&mut self) -> Result<(), ToastError> {
        let is_installed =
            || windows_registry::CLASSES_ROOT.open(format!("AppUserModelId\\{APP_ID}")).is_ok();
        if !self.is_registered && !is_installed() {
            let path = format!("Software\\Classes\\AppUserModelId\\{APP_ID}");
            let register =
                || windows_registry::CURRENT_USER.create(path)?.set_string("DisplayName", APP_NAME);
            register().map_err(|error| ToastError::Register(error.into()))?;
        }
        self.is_registered = true;
        Ok(())
    }
}
