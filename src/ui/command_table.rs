//! The commands that users find by name: their names, keys and icons. The palette, the list of keys, the shortcuts and the
//! texts of menus and tooltips come from here.

use std::borrow::Cow;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::command::{
    AlertCommand, Command, Copied, PastCommand, PatternCommand, RailCommand, TimelineCommand,
};
use super::icons::{self, Icon};
use super::key_text;
use super::model::{AppState, Drafts, SettingsPage, sessions_to_terminate};
use crate::dataset::ColumnId;
use crate::display::{self, DateStyle};
use crate::query::{DesignerFilter, Grouping};
use crate::settings::ThemeChoice;
use crate::table::{Action, Density, Step};

/// The heading of a command in the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// Gateways and reading them.
    Gateways,
    /// Filters.
    Filters,
    /// Rows, columns and cells.
    Table,
    /// Panels, settings, the window itself.
    Window,
}

impl Topic {
    /// All topics, in the order of the list.
    pub(super) const ALL: [Self; 4] = [Self::Gateways, Self::Filters, Self::Table, Self::Window];

    /// Returns the heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Gateways => "Gateways",
            Self::Filters => "Filters",
            Self::Table => "Table",
            Self::Window => "Window",
        }
    }
}

/// The part of the window in which the keys of a command work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everywhere except in dialogs.
    Window,
    /// In the table.
    Table,
    /// In the table, where egui reports them as an event of their own.
    Clipboard,
}

/// A command with its name.
#[derive(Clone, Copy)]
pub(super) struct NamedCommand {
    /// The heading in the list of keys.
    pub(super) topic: Topic,
    /// The name, whatever the state of the window.
    pub(super) name: &'static str,
    /// The icon.
    pub(super) icon: Icon,
    /// The keys.
    pub(super) keys: Option<KeyboardShortcut>,
    /// The part of the window in which the keys work.
    pub(super) scope: Scope,
    create: fn() -> Command,
    is_available: fn(&AppState, &Drafts) -> bool,
    label: Option<fn(&AppState) -> String>,
}

impl NamedCommand {
    const fn new(topic: Topic, name: &'static str, icon: Icon, create: fn() -> Command) -> Self {
        let (keys, scope, label) = (None, Scope::Window, None);
        Self { topic, name, icon, keys, scope, create, is_available: |_, _| true, label }
    }

    const fn keys(mut self, modifiers: Modifiers, key: Key) -> Self {
        self.keys = Some(KeyboardShortcut::new(modifiers, key));
        self
    }

    const fn in_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    const fn when(mut self, is_available: fn(&AppState, &Drafts) -> bool) -> Self {
        self.is_available = is_available;
        self
    }

    const fn label(mut self, label: fn(&AppState) -> String) -> Self {
        self.label = Some(label);
        self
    }

    /// Returns the command.
    pub(super) fn command(&self) -> Command {
        (self.create)()
    }

    /// Returns whether the command does anything at the moment.
    pub(super) fn is_available(&self, state: &AppState, drafts: &Drafts) -> bool {
        (!drafts.has_form() || self.works_beside_form()) && (self.is_available)(state, drafts)
    }

    /// Returns whether the command works while a form is in the place of the table and its bars.
    fn works_beside_form(&self) -> bool {
        let is_hidden = matches!(self.topic, Topic::Table | Topic::Filters);
        let is_of_bar = || {
            matches!(
                self.command(),
                Command::ToggleCounts | Command::Refresh | Command::EnterAddress | Command::TogglePause
            )
        };
        !is_hidden && !is_of_bar()
    }

    /// Returns the name with what it would do at the moment, such as `Copy 2 sessions`.
    pub(super) fn text(&self, state: &AppState) -> Cow<'static, str> {
        self.label.map_or(Cow::Borrowed(self.name), |label| label(state).into())
    }

    /// Returns whether these keys run the command.
    pub(super) fn is_pressed(&self, key: Key, modifiers: Modifiers) -> bool {
        self.keys.is_some_and(|keys| keys.logical_key == key && modifiers.matches_exact(keys.modifiers))
    }
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// The commands, in the order of the palette.
pub(super) const ALL: &[NamedCommand] = {
    use NamedCommand as Named;
    use Topic::{Filters, Gateways, Table, Window};
    &[
        Named::new(Table, "Copy selected sessions", icons::COPY, || Command::Copy(Copied::Rows))
            .keys(CTRL, Key::C)
            .in_scope(Scope::Clipboard)
            .when(has_selection)
            .label(|state| format!("Copy {}", selected(state))),
        Named::new(Table, "Copy cell", icons::TABLE_2, || Command::Copy(Copied::Cell))
            .keys(CTRL_SHIFT, Key::C)
            .in_scope(Scope::Table)
            .when(has_cursor),
        Named::new(Table, "Copy selected sessions as CSV", icons::COPY, || Command::Copy(Copied::Csv))
            .when(has_selection)
            .label(|state| format!("Copy {} as CSV", selected(state))),
        Named::new(Table, "Copy selected sessions as JSON", icons::BRACES, || Command::Copy(Copied::Json))
            .when(has_selection)
            .label(|state| format!("Copy {} as JSON", selected(state))),
        Named::new(Filters, "Copy filters as getSessionInfo call", icons::CODE_XML, || {
            Command::Copy(Copied::Call)
        }),
        Named::new(Filters, "Test a pattern…", icons::CIRCLE_CHECK, || {
            Command::Pattern(PatternCommand::Open)
        }),
        Named::new(Filters, "Filter usernames", icons::SEARCH, || Command::FocusUsername).keys(CTRL, Key::F),
        Named::new(Filters, "Filter to value", icons::FUNNEL, || Command::FilterToCursor)
            .keys(Modifiers::ALT, Key::Enter)
            .in_scope(Scope::Table)
            .when(has_cursor),
        Named::new(Filters, "Exclude value", icons::FUNNEL_X, || Command::ExcludeCursor).when(has_cursor),
        Named::new(Filters, "Clear all filters", icons::X, || Command::ClearFilters)
            .when(AppState::is_filtered),
        Named::new(Filters, "Show all sessions", icons::USERS, || {
            Command::SetDesignerFilter(DesignerFilter::All)
        })
        .when(|state, _| state.designer != DesignerFilter::All),
        Named::new(Filters, "Show clients", icons::USERS, || {
            Command::SetDesignerFilter(DesignerFilter::Clients)
        })
        .when(|state, _| state.designer != DesignerFilter::Clients),
        Named::new(Filters, "Show designers", icons::USERS, || {
            Command::SetDesignerFilter(DesignerFilter::Designers)
        })
        .when(|state, _| state.designer != DesignerFilter::Designers),
        Named::new(Table, "Group by username", icons::LIST_TREE, || group(ColumnId::Username)),
        Named::new(Table, "Group by project", icons::LIST_TREE, || group(ColumnId::Project)),
        Named::new(Table, "Group by address", icons::LIST_TREE, || group(ColumnId::Address)),
        Named::new(Table, "Remove grouping", icons::LIST_TREE, || Command::GroupBy(None))
            .when(|state, _| state.layout.grouping.is_some()),
        Named::new(Table, "Collapse all groups", icons::CHEVRON_RIGHT, || {
            Command::Table(Action::SetAllCollapsed(true))
        })
        .when(|state, _| state.layout.grouping.is_some()),
        Named::new(Table, "Expand all groups", icons::CHEVRON_DOWN, || {
            Command::Table(Action::SetAllCollapsed(false))
        })
        .when(|state, _| state.layout.grouping.is_some()),
        Named::new(Table, "Columns…", icons::COLUMNS_3, || Command::ChooseColumns)
            .when(|state, drafts| state.table.result().is_some() && !drafts.has_form()),
        Named::new(Table, "Reset columns", icons::ROTATE_CCW, || Command::ResetColumns),
        Named::new(Table, "Compact rows", icons::ROWS_4, || Command::SetDensity(Density::Compact))
            .when(|state, _| state.layout.density != Density::Compact),
        Named::new(Table, "Comfortable rows", icons::ROWS_4, || Command::SetDensity(Density::Comfortable))
            .when(|state, _| state.layout.density != Density::Comfortable),
        Named::new(Table, "Dates in local time", icons::CLOCK, || Command::SetDateStyle(DateStyle::Local))
            .when(|state, _| state.layout.dates != DateStyle::Local),
        Named::new(Table, "Dates in the gateway's time zone", icons::CLOCK, || {
            Command::SetDateStyle(DateStyle::Gateway)
        })
        .when(|state, _| state.layout.dates != DateStyle::Gateway),
        Named::new(Table, "Dates in UTC", icons::CLOCK, || Command::SetDateStyle(DateStyle::Utc))
            .when(|state, _| state.layout.dates != DateStyle::Utc),
        Named::new(Table, "Dates as age", icons::CLOCK, || Command::SetDateStyle(DateStyle::Age))
            .when(|state, _| state.layout.dates != DateStyle::Age),
        Named::new(Table, "Terminate selected sessions…", icons::BAN, || Command::AskTerminateSelected)
            .when(can_terminate)
            .label(|state| format!("Terminate {}…", sessions_to_terminate(state.table.selected()))),
        Named::new(Table, "Show or hide details", icons::PANEL_RIGHT, || Command::ToggleDetails)
            .keys(Modifiers::NONE, Key::Enter)
            .in_scope(Scope::Table)
            .label(|state| format!("{} details", show_or_hide(state.layout.details))),
        Named::new(Window, "Show or hide counts", icons::CHART_BAR, || Command::ToggleCounts)
            .keys(CTRL, Key::U)
            .label(|state| format!("{} counts", show_or_hide(state.layout.counts))),
        Named::new(Window, "Show or hide activity", icons::PANEL_BOTTOM, || Command::ToggleActivity)
            .keys(CTRL, Key::J)
            .when(|state, _| state.timeline.is_available)
            .label(|state| format!("{} activity", show_or_hide(state.layout.activity))),
        Named::new(Window, "Show or hide licenses", icons::KEY_ROUND, || Command::ToggleLicenses)
            .when(|state, _| state.has_licenses())
            .label(|state| format!("{} licenses", show_or_hide(state.layout.licenses))),
        Named::new(Window, "Show or hide timeline", icons::CHART_AREA, || Command::ToggleTimeline)
            .keys(CTRL, Key::T)
            .when(|state, _| state.timeline.is_available)
            .label(|state| format!("{} timeline", show_or_hide(state.layout.timeline))),
        Named::new(Table, "Show in timeline", icons::CLOCK, || {
            Command::Timeline(TimelineCommand::RevealCursor)
        })
        .when(|state, _| {
            let row = state.table.cursor_row().filter(|_| state.timeline.is_available);
            row.is_some_and(|row| state.session_time(row).is_some())
        }),
        Named::new(Table, "Go to a time…", icons::HISTORY, || Command::Past(PastCommand::EnterTime))
            .keys(CTRL, Key::G)
            .when(|state, _| state.timeline.is_available),
        Named::new(Window, "List the activity of all times", icons::X, || {
            Command::Timeline(TimelineCommand::Select(None))
        })
        .when(|state, _| state.timeline.selection.is_some()),
        Named::new(Table, "Back to live", icons::CLOCK, || Command::Past(PastCommand::Leave))
            .when(|state, _| state.past.is_some()),
        Named::new(Table, "Go to the previous change in time", icons::CHEVRON_LEFT, || {
            Command::Past(PastCommand::Step(Step::Previous))
        })
        .keys(Modifiers::ALT, Key::ArrowLeft)
        .in_scope(Scope::Table)
        .when(|state, _| state.timeline.is_available),
        Named::new(Table, "Go to the next change in time", icons::CHEVRON_RIGHT, || {
            Command::Past(PastCommand::Step(Step::Next))
        })
        .keys(Modifiers::ALT, Key::ArrowRight)
        .in_scope(Scope::Table)
        .when(|state, _| state.past.is_some()),
        Named::new(Gateways, "Refresh", icons::ROTATE_CW, || Command::Refresh)
            .keys(Modifiers::NONE, Key::F5)
            .when(|state, _| state.can_refresh()),
        Named::new(Gateways, "Pause or resume the table", icons::CIRCLE_PAUSE, || Command::TogglePause)
            .keys(Modifiers::NONE, Key::F7)
            .when(|state, _| state.past.is_none() && state.table_status().is_some())
            .label(|state| {
                let word = if state.pause.is_some() { "Resume" } else { "Pause" };
                format!("{word} the table")
            }),
        Named::new(Table, "Go to the next change", icons::ARROW_DOWN, || {
            Command::Table(Action::GoToChange(Step::Next))
        })
        .keys(Modifiers::NONE, Key::F8),
        Named::new(Table, "Go to the previous change", icons::ARROW_UP, || {
            Command::Table(Action::GoToChange(Step::Previous))
        })
        .keys(Modifiers::SHIFT, Key::F8),
        Named::new(Gateways, "Connect to an address…", icons::PLUG_ZAP, || Command::EnterAddress)
            .keys(CTRL, Key::L),
        Named::new(Gateways, "Show or hide gateways", icons::PANEL_LEFT, || {
            Command::Rail(RailCommand::Toggle)
        })
        .keys(CTRL, Key::B)
        .label(|state| format!("{} gateways", show_or_hide(state.layout.rail))),
        Named::new(Gateways, "Sign in…", icons::KEY_ROUND, || Command::AskSignIn(None))
            .when(|state, _| state.can_ask_for_login() || state.is_asking_for_login()),
        Named::new(Gateways, "Add gateway…", icons::PLUS, || Command::AddGateway),
        Named::new(Gateways, "Edit this gateway…", icons::SLIDERS_HORIZONTAL, || {
            Command::EditGateway(None)
        })
        .when(|state, _| state.can_edit),
        Named::new(Table, "Export sessions…", icons::DOWNLOAD, || Command::Export)
            .keys(CTRL, Key::E)
            .when(AppState::can_export),
        Named::new(Window, "Show alerts", icons::BELL, || Command::ShowAlerts),
        Named::new(Window, "All commands", icons::SEARCH, || Command::TogglePalette).keys(CTRL, Key::K),
        Named::new(Window, "Settings", icons::SETTINGS, || Command::OpenSettings).keys(CTRL, Key::Comma),
        Named::new(Window, "History settings", icons::HISTORY, || {
            Command::OpenSettingsPage(SettingsPage::History)
        }),
        Named::new(Window, "Alert settings", icons::BELL, || Command::OpenSettingsPage(SettingsPage::Alerts)),
        Named::new(Window, "Add alert…", icons::BELL, || Command::Alert(AlertCommand::Add)),
        Named::new(Window, "Shortcuts", icons::KEYBOARD, || Command::OpenKeys).keys(Modifiers::NONE, Key::F1),
        Named::new(Window, "Log", icons::SCROLL_TEXT, || Command::OpenLog),
        Named::new(Window, "About Gatewatch", icons::INFO, || Command::OpenSettingsPage(SettingsPage::About)),
        Named::new(Window, "System theme", icons::SETTINGS, || Command::SetTheme(ThemeChoice::System))
            .when(|state, _| state.theme != ThemeChoice::System),
        Named::new(Window, "Light theme", icons::SETTINGS, || Command::SetTheme(ThemeChoice::Light))
            .when(|state, _| state.theme != ThemeChoice::Light),
        Named::new(Window, "Dark theme", icons::SETTINGS, || Command::SetTheme(ThemeChoice::Dark))
            .when(|state, _| state.theme != ThemeChoice::Dark),
        Named::new(Window, "Zoom in", icons::SEARCH, || Command::ZoomIn).keys(CTRL, Key::Plus),
        Named::new(Window, "Zoom out", icons::SEARCH, || Command::ZoomOut).keys(CTRL, Key::Minus),
        Named::new(Window, "Reset zoom", icons::ROTATE_CCW, || Command::SetZoom(1.0)).keys(CTRL, Key::Num0),
        Named::new(Window, "Copy diagnostics", icons::COPY, || Command::CopyDiagnostics),
        Named::new(Window, "Quit", icons::X, || Command::Quit).keys(CTRL, Key::Q),
    ]
};

/// The keys that are no command, in the order of the list of keys: topic, keys, what they do.
pub(super) const OTHER_KEYS: &[(Topic, &[&str], &str)] = &[
    (Topic::Filters, &["Text"], "Filter usernames, when typed over the table"),
    (Topic::Filters, &["Esc"], "Clear the selection, leave the past, then clear the filters"),
    (Topic::Table, &["↑"], "Move up, also Page Up, Home"),
    (Topic::Table, &["↓"], "Move down, also Page Down, End"),
    (Topic::Table, &["←"], "Move to the column on the left"),
    (Topic::Table, &["→"], "Move to the column on the right"),
    (Topic::Table, &["Shift", "↓"], "Extend the selection"),
    (Topic::Table, &["Space"], "Select the row"),
    (Topic::Table, &[super::theme::CTRL, "Space"], "Add the row to the selection"),
    (Topic::Table, &[super::theme::CTRL, "A"], "Select all rows"),
    (Topic::Table, &["Shift", "F10"], "Open the menu of the cell"),
    (Topic::Window, &["Tab"], "Move to the next control"),
];

/// Returns the text of the keys of a command, such as `Ctrl+K`; `None` if it has none.
pub(super) fn keys_of(command: &Command) -> Option<String> {
    let named = ALL.iter().find(|named| named.command() == *command)?;
    named.keys.map(key_text::text)
}

/// Returns the command of the table that these keys run.
pub(super) fn of_table(key: Key, modifiers: Modifiers) -> Option<Command> {
    let mut in_table = ALL.iter().filter(|named| named.scope == Scope::Table);
    in_table.find(|named| named.is_pressed(key, modifiers)).map(NamedCommand::command)
}

fn has_selection(state: &AppState, _: &Drafts) -> bool {
    state.table.selected() > 0
}

fn can_terminate(state: &AppState, _: &Drafts) -> bool {
    state.table.selected_session().is_some_and(|row| state.terminate_target(row).is_some())
}

fn has_cursor(state: &AppState, _: &Drafts) -> bool {
    state.cursor_cell().is_some()
}

fn selected(state: &AppState) -> String {
    display::sessions(state.table.selected())
}

fn show_or_hide(is_shown: bool) -> &'static str {
    if is_shown { "Hide" } else { "Show" }
}

fn group(column: ColumnId) -> Command {
    Command::GroupBy(Some(Grouping { column, largest_first: false }))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_keys_are_unique() {
        let names: HashSet<&str> = ALL.iter().map(|named| named.name).collect();
        assert_eq!(names.len(), ALL.len());
        let keys: Vec<KeyboardShortcut> = ALL.iter().filter_map(|named| named.keys).collect();
        let unique: HashSet<KeyboardShortcut> = keys.iter().copied().collect();
        assert_eq!(unique.len(), keys.len());
        let commands: Vec<Command> = ALL.iter().map(NamedCommand::command).collect();
        for (index, command) in commands.iter().enumerate() {
            assert!(!commands[..index].contains(command), "{command:?}");
        }
    }

    #[test]
    fn commands_have_the_keys_of_their_shortcuts() {
        let ctrl = crate::ui::theme::CTRL;
        assert_eq!(keys_of(&Command::Refresh).as_deref(), Some("F5"));
        assert_eq!(keys_of(&Command::TogglePalette), Some(format!("{ctrl}+K")));
        assert_eq!(keys_of(&Command::ClearFilters), None);
    }

    #[test]
    fn keys_with_more_modifiers_run_nothing_else() {
        assert_eq!(of_table(Key::Enter, Modifiers::NONE), Some(Command::ToggleDetails));
        assert_eq!(of_table(Key::Enter, Modifiers::ALT), Some(Command::FilterToCursor));
        assert_eq!(of_table(Key::Enter, Modifiers::ALT | Modifiers::SHIFT), None);
        assert_eq!(of_table(Key::F5, Modifiers::NONE), None, "works everywhere");
    }
}
