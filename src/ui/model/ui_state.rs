//! Transient state of the window: the keyboard focus, open menus and dialogs.

use std::time::Instant;

use egui::Id;

use crate::dataset::{ColumnId, Value};
use crate::gateway::{NodeUrl, SessionKind};
use crate::sanitize::sanitize;

/// The transient state of the window.
#[derive(Default)]
pub(in crate::ui) struct UiState {
    /// The widget that had the keyboard focus at the end of the previous frame. egui removes the focus from a text box
    /// before the views see Enter or Escape.
    pub(in crate::ui) focused: Option<Id>,
    /// The subject of the open menu of a cell.
    pub(in crate::ui) cell_menu: CellMenu,
    /// The session in the dialog that confirms its termination.
    pub(in crate::ui) terminate_target: Option<TerminateTarget>,
    /// Scrolls the column of the cursor into view in this frame.
    pub(in crate::ui) reveals_cursor_column: bool,
    /// The rail of a narrow window.
    pub(in crate::ui) narrow_rail: NarrowRail,
    /// The open page of the settings; `None` while they are closed.
    pub(in crate::ui) settings_page: Option<SettingsPage>,
    /// The widget that gets the keyboard focus back when the palette or the settings are closed.
    pub(in crate::ui) focus_before_dialog: Option<Id>,
    /// The sign-in panel was shown in the previous frame.
    pub(in crate::ui) was_sign_in_shown: bool,
    /// The time at which the current message was first shown.
    pub(in crate::ui) message_shown_at: Option<Instant>,
}

/// The rail of a narrow window, which opens over the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum NarrowRail {
    /// Only its button is shown.
    #[default]
    Closed,
    /// It covers a part of the table.
    Open,
}

/// A page of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum SettingsPage {
    /// Appearance, table, refresh.
    General,
    /// The list of keys.
    Shortcuts,
    /// The program's log.
    Log,
    /// Version and licenses.
    About,
}

impl SettingsPage {
    /// All pages, in the order of the navigation.
    pub(in crate::ui) const ALL: [Self; 4] = [Self::General, Self::Shortcuts, Self::Log, Self::About];
}

impl UiState {
    /// Forgets sessions that belong to the previous gateway.
    pub(in crate::ui) fn forget_sessions(&mut self) {
        self.cell_menu = CellMenu::default();
        self.terminate_target = None;
    }
}

/// The subject of a cell's menu, kept because the session may move or end while the menu is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) struct CellMenu {
    /// The column and value of the cell; `None` below the last row and on a group.
    pub(in crate::ui) cell: Option<(ColumnId, Value)>,
    /// The cell as it is copied.
    pub(in crate::ui) text: String,
    /// The session of the row if it can be terminated, or the reason why not; `None` where terminating isn't offered.
    pub(in crate::ui) termination: Option<Result<TerminateTarget, &'static str>>,
}

/// A session to terminate, as it was when the user chose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct TerminateTarget {
    /// The name of its gateway where all gateways are shown; `None` for the current gateway.
    pub(in crate::ui) gateway: Option<String>,
    /// The node of the session.
    pub(in crate::ui) node: NodeUrl,
    /// The kind of the session.
    pub(in crate::ui) kind: SessionKind,
    /// The client ID.
    pub(in crate::ui) id: String,
    /// The user.
    pub(in crate::ui) user: Option<String>,
    /// The project.
    pub(in crate::ui) project: Option<String>,
    /// The address of the client.
    pub(in crate::ui) address: Option<String>,
}

impl TerminateTarget {
    /// Returns `true` if the gateway can show a message to the user when it ends the session.
    pub(in crate::ui) fn has_message(&self) -> bool {
        self.kind == SessionKind::Perspective
    }

    /// Returns a description for messages, sanitized.
    pub(in crate::ui) fn description(&self) -> String {
        let Self { node, kind, user, project, .. } = self;
        let user = user.as_deref().unwrap_or("an unknown user");
        let project = project.as_ref().map(|project| format!(" in {project}")).unwrap_or_default();
        sanitize(&format!("the {kind} session of {user}{project} on {}", node.authority())).into_owned()
    }
}
