//! The user's actions on alerts.

use super::alert_form::AlertFormChange;
use crate::alert::Rule;

/// An action with alerts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum AlertCommand {
    /// Opens the form for a new alert.
    Add,
    /// Opens the form for a new alert that starts as this rule, under another name if that is taken.
    AddFrom(Box<Rule>),
    /// Opens the form for an alert about this user.
    AddForUser(String),
    /// Opens the form of the alert with this name.
    Edit(String),
    /// Switches the alert with this name on or off.
    SetEnabled(String, bool),
    /// Asks whether to remove the alert with this name.
    AskRemove(String),
    /// Removes the alert with this name.
    Remove(String),
    /// Changes the form.
    Form(AlertFormChange),
    /// Saves the alert in the form.
    Save,
    /// Closes the form and discards its changes.
    Close,
    /// Tests the alert in the form over the history.
    Test,
    /// Cancels the test.
    CancelTest,
}
