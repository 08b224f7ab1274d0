//! The filters that were typed last in a box, in a menu below it.

use egui::{Context, Id, Popup, PopupKind, Rect, RectAlign, Response, Ui};

use super::labels::shortened;
use crate::dataset::ColumnId;
use crate::query::FilterField;
use crate::ui::command::{Command, FilterCommand};
use crate::ui::focus_request;
use crate::ui::menu;
use crate::ui::model::AppState;
use crate::ui::popup;
use crate::ui::theme;

fn popup_id(filter: Id) -> Id {
    filter.with("history")
}

/// Opens or closes the history of the box with this ID.
pub(super) fn toggle(ctx: &Context, filter: Id) {
    Popup::toggle_id(ctx, popup_id(filter));
}

/// Opens or closes the history by a key: the keyboard goes through the menu from its first item on.
pub(super) fn toggle_by_key(ctx: &Context, filter: Id) {
    let id = popup_id(filter);
    if Popup::is_id_open(ctx, id) {
        Popup::close_id(ctx, id);
    } else {
        popup::open_from_focused(ctx, id);
        focus_request::request(ctx, id);
    }
}

/// Draws the menu while it is open.
pub(super) fn show(
    ui: &Ui,
    edit: &Response,
    anchor: Rect,
    field: FilterField,
    column: &ColumnId,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    let id = popup_id(edit.id);
    popup::return_focus(ui.ctx(), id);
    popup::keep_above_dialog(ui.ctx(), ui.layer_id(), id);
    let popup = Popup::new(id, ui.ctx().clone(), popup::anchor(anchor), ui.layer_id())
        .kind(PopupKind::Menu)
        .open_memory(None)
        .align(RectAlign::BOTTOM_START)
        .gap(popup::GAP)
        .style(menu::style)
        .accessible_name("Recent filters");
    popup.show(|ui| {
        let width = anchor.width() - 2.0 * f32::from(theme::MENU_MARGIN);
        menu::start(ui, width);
        ui.set_max_width(width);
        let takes_focus = focus_request::take(ui, id);
        let mut is_first = true;
        for text in state.filter_history.entries(column) {
            let pattern = shortened(&text.pattern);
            let item = menu::Item::new(pattern).mono().shortcut(text.mode.labels().join("  "));
            let response = ui.add(item);
            if is_first && takes_focus {
                response.request_focus();
            }
            is_first = false;
            if response.clicked() {
                commands.push(Command::Filter(FilterCommand::ApplyHistory(field, text)));
                ui.close();
            }
        }
        if is_first {
            menu::title(ui, "No recent filters");
        }
    });
}
