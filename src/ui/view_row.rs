//! The row above the table: tabs with the kinds of sessions, groups, columns and panels. In a compact window its controls
//! are in two menus at the end of the filter row.

use egui::epaint::MarginF32;
use egui::{Context, Id, Popup, PopupCloseBehavior, Rect, Response, Ui};

use super::button::Button;
use super::command::Command;
use super::filter_row::menus as filter_menus;
use super::focus_request;
use super::grid;
use super::icons::{self, Icon};
use super::menu::{self, Item};
use super::model::{AppState, Drafts};
use super::popup;
use super::regions::{self, Bar, Edge, Room};
use super::tab;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use super::views;
use crate::dataset::ColumnId;
use crate::display;
use crate::query::{DesignerFilter, Grouping};
use crate::table::Action;

/// The columns to group by.
const GROUPS: [ColumnId; 3] = [ColumnId::Username, ColumnId::Project, ColumnId::Address];
/// The choices of the designer filter, with their names.
const DESIGNER_FILTERS: [(DesignerFilter, &str); 3] = [
    (DesignerFilter::All, "All"),
    (DesignerFilter::Clients, "Clients"),
    (DesignerFilter::Designers, "Designers"),
];
/// The reasons why an item of the compact menu is disabled.
const NOTHING_READ: &str = "No sessions have been read";
const NOT_CONNECTED: &str = "Connect to a gateway first";
/// Space at both ends of the row, and between its controls.
const PADDING: MarginF32 = regions::sides(3.0 * tokens::UNIT, 2.0 * tokens::UNIT);
const GAP: f32 = tokens::UNIT;

/// Draws the row.
pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let room = Room::of(ui.ctx());
    let background = palette(ui.visuals()).surface;
    let bar = Bar { name: "View row", rect, background, line: Edge::Bottom, padding: PADDING, gap: GAP };
    bar.show(ui, |ui| {
        let has_table = !state.has_nothing_to_show();
        let panels = panel_buttons(ui.ctx(), state, room);
        let [group, columns] = [group_button(state), columns_button()];
        let line = tokens::LINE + 2.0 * tokens::UNIT;
        let bars = [group.width(ui), columns.width(ui), line];
        let panel_widths = panels.iter().map(|panel| panel.button.width(ui));
        let width = bars.into_iter().chain(panel_widths).map(|width| width + GAP).sum::<f32>() - GAP;
        let right = ui.max_rect().right();
        ui.add_enabled_ui(has_table, |ui| tabs(ui, rect, state, commands));
        ui.add_space((right - width - ui.cursor().left()).max(0.0));
        let group = ui.add_enabled(has_table, group);
        menu::popup(&group).show(|ui| groups(ui, state, commands));
        group.tooltip("Group sessions by user, project or address");
        let columns = ui.add_enabled(has_table, columns);
        columns_menu(ui, menu::popup(&columns), &columns, state, commands);
        columns.tooltip("Choose the columns");
        regions::separator(ui);
        for Panel { button, about, command } in panels {
            let is_available = unavailable(&command, state).is_none();
            if ui.add_enabled(is_available, button).tooltip_of(about, &command).clicked() {
                commands.push(command);
            }
        }
    });
}

fn columns_menu_id() -> Id {
    Id::unique("columns menu")
}

/// Opens the menu of columns, once its button is drawn.
pub(super) fn open_columns(ctx: &Context) {
    focus_request::request(ctx, columns_menu_id());
    ctx.request_repaint();
}

/// Draws the menu of columns while it is open. The keyboard goes on from its button.
fn columns_menu(ui: &Ui, menu: Popup<'_>, button: &Response, state: &AppState, commands: &mut Vec<Command>) {
    let id = menu.get_id();
    // Stays open so that several columns can be chosen.
    menu.close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| grid::choose_columns(ui, state, commands));
    if focus_request::take(ui, columns_menu_id()) {
        button.request_focus();
        popup::open_from_focused(ui.ctx(), id);
    }
}

/// A button that opens and closes a panel.
struct Panel {
    button: Button<'static>,
    about: &'static str,
    command: Command,
}

/// Returns the panels that there are and for which there is room, with their names and whether they are open.
fn panels(ctx: &Context, state: &AppState) -> Vec<(&'static str, Icon, bool, &'static str, Command)> {
    let AppState { layout, timeline, .. } = state;
    let details = "All values of the selected session";
    let counts = "Number of sessions of each user and project";
    let mut panels = vec![
        ("Details", icons::PANEL_RIGHT, layout.details, details, Command::ToggleDetails),
        ("Counts", icons::CHART_BAR, layout.counts, counts, Command::ToggleCounts),
    ];
    if timeline.is_available {
        let about = "What happened, and when";
        panels.push(("Activity", icons::PANEL_BOTTOM, layout.activity, about, Command::ToggleActivity));
    }
    if timeline.is_available && regions::has_room_for_timeline(ctx) {
        let about = "Number of sessions over time";
        panels.push(("Timeline", icons::CHART_AREA, layout.timeline, about, Command::ToggleTimeline));
    }
    panels
}

/// Returns why the panel of a command can't be opened; `None` if it has something to show, and room.
fn unavailable(command: &Command, state: &AppState) -> Option<&'static str> {
    match command {
        Command::ToggleDetails | Command::ToggleCounts => state.has_nothing_to_show().then_some(NOTHING_READ),
        // A view with boxes needs the room.
        Command::ToggleActivity => views::takes_text(state).then_some(NOT_CONNECTED),
        _ => None,
    }
}

fn panel_buttons(ctx: &Context, state: &AppState, room: Room) -> Vec<Panel> {
    let panel = |(name, icon, is_on, about, command): (&'static str, _, _, _, _)| {
        let label = if room.has_words { name } else { "" };
        Panel { button: Button::ghost(label).icon(icon).name(name).on(is_on), about, command }
    };
    panels(ctx, state).into_iter().map(panel).collect()
}

fn group_button(state: &AppState) -> Button<'static> {
    let title = match &state.layout.grouping {
        None => "Group".to_owned(),
        Some(grouping) => format!("Group: {}", state.column_title(&grouping.column)),
    };
    Button::ghost(title).icon(icons::LIST_TREE).trailing(icons::CHEVRON_DOWN).name("Group")
}

fn columns_button() -> Button<'static> {
    Button::ghost("Columns").icon(icons::COLUMNS_3).trailing(icons::CHEVRON_DOWN)
}

/// Returns the number of clients or designers that the other filters leave; `None` without a table.
fn number_of(state: &AppState, designer: DesignerFilter) -> Option<usize> {
    let counts = state.table.result()?.designer_counts;
    Some(match designer {
        DesignerFilter::All => counts.all,
        DesignerFilter::Clients => counts.clients,
        DesignerFilter::Designers => counts.designers,
    })
}

/// Draws the tabs. The mark of the current one is on the line below the row.
fn tabs(ui: &mut Ui, row: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, 0.0);
    // The text of the first tab is in line with the filter box above.
    ui.add_space(-tab::PADDING);
    for (designer, name) in DESIGNER_FILTERS {
        let number = number_of(state, designer).map(display::number);
        if tab::show(ui, Id::unique("tabs"), row, name, number.as_deref(), designer == state.designer)
            .clicked()
        {
            commands.push(Command::SetDesignerFilter(designer));
        }
    }
    ui.spacing_mut().item_spacing.x = gap;
}

/// The menus of a compact window, in place of the row.
pub(super) struct CompactMenus {
    designer_menu: Button<'static>,
    /// The same with the largest number that it can have, whose room it always takes.
    widest: Button<'static>,
    more: Button<'static>,
}

impl CompactMenus {
    /// Creates the menus.
    pub(super) fn new(state: &AppState) -> Self {
        let mut choices = DESIGNER_FILTERS.iter();
        let name = choices.find(|(designer, _)| *designer == state.designer).map_or("All", |(_, name)| name);
        let button = |number: Option<usize>| {
            let number = number.map(|number| format!(" {}", display::number(number)));
            let button = Button::ghost(format!("{name}{}", number.unwrap_or_default()));
            button.trailing(icons::CHEVRON_DOWN).name("Clients and designers")
        };
        Self {
            designer_menu: button(number_of(state, state.designer)),
            widest: button(state.table.result().map(|result| result.dataset.len())),
            more: Button::ghost_icon(icons::ELLIPSIS, "View"),
        }
    }

    /// Returns the width that both take, with the space between them. It doesn't depend on the filters.
    pub(super) fn width(&self, ui: &Ui, gap: f32) -> f32 {
        self.widest.width(ui) + gap + self.more.width(ui)
    }

    /// Draws the buttons and the open menu.
    pub(super) fn show(
        self,
        ui: &mut Ui,
        state: &AppState,
        drafts: &mut Drafts,
        commands: &mut Vec<Command>,
    ) {
        let unused = self.widest.width(ui) - self.designer_menu.width(ui);
        let designer_menu = ui.add(self.designer_menu);
        ui.add_space(unused);
        menu::popup(&designer_menu).show(|ui| {
            menu::start(ui, 0.0);
            for (designer, name) in DESIGNER_FILTERS {
                let number = number_of(state, designer).map(display::number).unwrap_or_default();
                if ui.add(Item::new(name).radio(designer == state.designer).shortcut(number)).clicked() {
                    commands.push(Command::SetDesignerFilter(designer));
                }
            }
        });
        designer_menu.tooltip("Clients, designers or both");
        let more = ui.add(self.more);
        menu::popup(&more)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| more_menu(ui, state, drafts, commands));
        // For the command, which leads through no other menu.
        popup::return_focus(ui.ctx(), columns_menu_id());
        let columns = menu::popup(&more).id(columns_menu_id()).open_memory(None);
        columns_menu(ui, columns, &more, state, commands);
        more.tooltip("Groups, columns, panels and saved filters");
    }
}

fn more_menu(ui: &mut Ui, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    menu::start(ui, 0.0);
    let has_table = !state.has_nothing_to_show();
    let group = Item::new("Group").icon(icons::LIST_TREE).enabled(has_table, NOTHING_READ);
    menu::submenu(ui, group, |ui| groups(ui, state, commands));
    let columns = Item::new("Columns").icon(icons::COLUMNS_3).enabled(has_table, NOTHING_READ);
    menu::submenu(ui, columns, |ui| grid::choose_columns(ui, state, commands));
    menu::line(ui);
    for (name, _, is_open, _, command) in panels(ui.ctx(), state) {
        let item = Item::new(name).check(is_open).keys_of(&command);
        let reason = unavailable(&command, state);
        if ui.add(item.enabled(reason.is_none(), reason.unwrap_or_default())).clicked() {
            commands.push(command);
            ui.close();
        }
    }
    let firing = Some(state.alerts.firing.len()).filter(|firing| *firing > 0);
    let alerts = Item::new("Show alerts").icon(icons::BELL);
    if ui.add(alerts.shortcut(firing.map(display::number).unwrap_or_default())).clicked() {
        commands.push(Command::ShowAlerts);
        ui.close();
    }
    menu::line(ui);
    filter_menus::items(ui, state, drafts, commands);
}

fn groups(ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
    let current = state.layout.grouping.as_ref();
    menu::start(ui, 0.0);
    if ui.add(Item::new("None").radio(current.is_none())).clicked() {
        commands.push(Command::GroupBy(None));
        ui.close();
    }
    let largest_first = current.is_some_and(|grouping| grouping.largest_first);
    for column in GROUPS {
        let text = format!("By {}", display::title(&column).to_lowercase());
        let is_current = current.is_some_and(|grouping| grouping.column == column);
        if ui.add(Item::new(text).radio(is_current)).clicked() {
            commands.push(Command::GroupBy(Some(Grouping { column, largest_first })));
            ui.close();
        }
    }
    let Some(Grouping { column, .. }) = current else {
        return;
    };
    menu::line(ui);
    if ui.add(Item::new("Largest group first").check(largest_first)).clicked() {
        let grouping = Grouping { column: column.clone(), largest_first: !largest_first };
        commands.push(Command::GroupBy(Some(grouping)));
        ui.close();
    }
    for (text, is_collapsed) in [("Collapse all groups", true), ("Expand all groups", false)] {
        if ui.add(Item::new(text).icon_space()).clicked() {
            commands.push(Command::Table(Action::SetAllCollapsed(is_collapsed)));
            ui.close();
        }
    }
}
