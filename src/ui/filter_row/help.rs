//! Help on filters: how they match, with examples.

use egui::{Align, Grid, Label, Layout, Margin, PopupCloseBehavior, RichText, Ui, vec2};

use crate::ui::button::Button;
use crate::ui::command::{Command, PatternCommand};
use crate::ui::fonts;
use crate::ui::icons;
use crate::ui::menu;
use crate::ui::popup;
use crate::ui::theme;
use crate::ui::tokens::{self, palette};
use crate::ui::tooltip::ResponseExt as _;

/// Patterns and their meanings. The first ones are from the manual of `getSessionInfo`.
const EXAMPLES: [(&str, &str); 7] = [
    ("billy", "the user billy only"),
    ("bi.*", "usernames that start with bi"),
    ("bi.ly", "bi, any one character, ly"),
    (r"bill\.smith", "the user bill.smith: a literal dot needs a \\"),
    (".*billy.*", "usernames that contain billy"),
    ("anna|billy", "anna and billy"),
    ("hmi-\\d+", "hmi- followed by a number"),
];

/// The toggles and their meanings.
const TOGGLES: [(&str, &str); 3] = [
    ("part", "matches part of the value: billy finds every name with it"),
    ("A=a", "ignores case"),
    ("not", "shows the sessions that don't match"),
];

/// Draws the button that opens the help.
pub(super) fn show(ui: &mut Ui, commands: &mut Vec<Command>) {
    let button = ui.add(Button::ghost_icon(icons::CIRCLE_HELP, "Help on filters"));
    menu::popup(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .frame(popup::frame(ui.style(), Margin::same(theme::PANEL_POPUP_MARGIN)))
        .show(|ui| contents(ui, commands));
    button.tooltip("How filters work");
}

/// Draws the help.
pub(super) fn contents(ui: &mut Ui, commands: &mut Vec<Command>) {
    // A menu makes its lines equally long.
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        text(ui);
        ui.add_space(2.0 * tokens::UNIT);
        if ui.add(Button::soft("Test a pattern…").icon(icons::CIRCLE_CHECK)).clicked() {
            commands.push(Command::Pattern(PatternCommand::Open));
            ui.close();
        }
    });
}

fn text(ui: &mut Ui) {
    let p = palette(ui.visuals());
    ui.set_max_width(theme::HELP_WIDTH);
    ui.label(RichText::new("How filters work").size(tokens::TYPE_TITLE).family(fonts::semibold()));
    let text = "A filter is a Java regular expression, as in getSessionInfo, and must match the whole value. \
                An empty filter matches everything.";
    ui.add(Label::new(text).wrap());
    for (id, rows) in [("examples", &EXAMPLES[..]), ("toggles", &TOGGLES)] {
        ui.add_space(2.0 * tokens::UNIT);
        let spacing = vec2(4.0 * tokens::UNIT, tokens::UNIT);
        Grid::new(id).num_columns(2).spacing(spacing).show(ui, |ui| {
            for (pattern, meaning) in rows {
                ui.label(RichText::new(*pattern).monospace());
                ui.label(RichText::new(*meaning).color(p.secondary));
                ui.end_row();
            }
        });
    }
}
