//! Transient state of the window: the keyboard focus, open menus and dialogs.

use std::path::PathBuf;

use egui::Id;

use super::TerminationPlan;
use crate::dataset::{ColumnId, Value};
use crate::history::TimeRange;
use crate::ui::alert_command::AlertCommand;

/// The transient state of the window.
#[derive(Default)]
pub(in crate::ui) struct UiState {
    /// The widget that had the keyboard focus at the end of the previous frame. egui removes the focus from a text box
    /// before the views see Enter or Escape.
    pub(in crate::ui) focused: Option<Id>,
    /// The input device that the user has used last.
    pub(in crate::ui) last_input: LastInput,
    /// The number of forms that were opened.
    opened_forms: u64,
    /// The subject of the open menu of a cell.
    pub(in crate::ui) cell_menu: CellMenu,
    /// The sessions in the dialog that confirms their termination.
    pub(in crate::ui) termination: Option<TerminationPlan>,
    /// The filter that is edited in a popup.
    pub(in crate::ui) editor: Option<FilterKey>,
    /// The column of the text filter that had the keyboard focus last.
    pub(in crate::ui) last_filter: Option<ColumnId>,
    /// The question in a dialog.
    pub(in crate::ui) question: Option<Question>,
    /// Scrolls the column of the cursor into view in this frame.
    pub(in crate::ui) reveals_cursor_column: bool,
    /// The line of the table under the pointer.
    pub(in crate::ui) pointer_line: Option<usize>,
    /// The state of the order of the lists in the counts panel.
    pub(in crate::ui) counts_order: CountsOrder,
    /// The rail of a narrow window.
    pub(in crate::ui) narrow_rail: NarrowRail,
    /// The open page of the settings; `None` while they are closed.
    pub(in crate::ui) settings_page: Option<SettingsPage>,
    /// The widget that gets the keyboard focus back when the palette or the settings are closed.
    pub(in crate::ui) focus_before_dialog: Option<Id>,
    /// The widget that gets it back in the next frame without a dialog.
    pub(in crate::ui) restored_focus: Option<Id>,
    /// The widget with the focus gave it up or is gone, and the table takes it.
    pub(in crate::ui) is_focus_lost: bool,
    /// A view that takes typed text, such as the sign-in card, was shown in the previous frame.
    pub(in crate::ui) was_text_view_shown: bool,
}

/// The input device that the user has used last. A dialog that a key has opened shows where the
/// keyboard focus is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum LastInput {
    /// The mouse or another pointer.
    #[default]
    Pointer,
    /// The keyboard.
    Keys,
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
    /// Recording, and the location of the history.
    History,
    /// The rules for alerts.
    Alerts,
    /// The list of keys.
    Shortcuts,
    /// The program's log.
    Log,
    /// Version and licenses.
    About,
}

impl SettingsPage {
    /// All pages, in the order of the navigation.
    pub(in crate::ui) const ALL: [Self; 6] =
        [Self::General, Self::History, Self::Alerts, Self::Shortcuts, Self::Log, Self::About];
}

impl UiState {
    /// Counts a form that opens. Returns its number.
    pub(in crate::ui) fn next_form(&mut self) -> u64 {
        self.opened_forms += 1;
        self.opened_forms
    }

    /// Forgets sessions that belong to the previous gateway.
    pub(in crate::ui) fn forget_sessions(&mut self) {
        self.cell_menu = CellMenu::default();
        self.termination = None;
    }
}

/// The order of the lists in the counts panel, which doesn't change under the pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum CountsOrder {
    /// The pointer isn't over them.
    #[default]
    Free,
    /// The pointer is over them.
    Held,
    /// The pointer is over them, and their order is that of an earlier result.
    Outdated,
}

/// A question that the user answers before something is lost.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum Question {
    /// Asks whether to discard the changes of the form.
    DiscardForm(OpenForm, AfterDiscard),
    /// Asks whether to remove the saved gateway with this name.
    RemoveGateway(String),
    /// Asks whether to remove the alert with this name.
    RemoveAlert(String),
    /// Asks whether to replace the file at this path by an export.
    ReplaceFile(PathBuf),
}

/// A form that takes the place of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum OpenForm {
    /// The form of a gateway.
    Gateway,
    /// The form of an alert.
    Alert,
}

/// The action after the changes of the form were discarded.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum AfterDiscard {
    /// An empty form opens.
    AddGateway,
    /// The form of the saved gateway with this name opens; `None` for the current gateway.
    EditGateway(Option<String>),
    /// The form that saves the recent gateway with this address opens.
    SaveRecent(String),
    /// The guide for the current gateway opens.
    SetUp,
    /// The window connects to the gateway with this name or address.
    Connect(String),
    /// The window asks for the login of the gateway with this name or address; `None` for the current gateway.
    SignIn(Option<String>),
    /// The window connects to the demo gateway.
    ConnectDemo,
    /// The window shows all saved gateways.
    ShowAll,
    /// The form of an alert opens.
    Alert(AlertCommand),
    /// The form closes.
    Nothing,
    /// The window closes.
    Quit,
}

/// The subject of a cell's menu, kept because the session may move or end while the menu is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) struct CellMenu {
    /// The column and value of the cell; `None` below the last row and on a group.
    pub(in crate::ui) cell: Option<(ColumnId, Value)>,
    /// The cell as it is shown.
    pub(in crate::ui) shown: Option<String>,
    /// The cell as it is copied.
    pub(in crate::ui) text: String,
    /// The user of the session.
    pub(in crate::ui) user: Option<String>,
    /// The time from the session's creation on; `None` if it isn't known.
    pub(in crate::ui) time: Option<TimeRange>,
    /// The session has left.
    pub(in crate::ui) has_left: bool,
    /// The sessions that can be terminated: the selected ones; `None` where that isn't offered.
    pub(in crate::ui) termination: Option<TerminationPlan>,
}

/// A filter without a box.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::ui) enum FilterKey {
    /// The text filter on this column.
    Column(ColumnId),
    /// The filter on this column of dates.
    Date(ColumnId),
    /// The filter on a single value with this index.
    Cell(usize),
}
