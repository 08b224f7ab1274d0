//! Help on filters: how they match, with examples.

use egui::{Grid, RichText, Ui};

/// Patterns and their meanings. The first ones are from the manual of `getSessionInfo`.
const EXAMPLES: [(&str, &str); 7] = [
    ("billy", "the user billy only"),
    ("bi.*", "user names that start with bi"),
    ("bi.ly", "bi, any one character, ly"),
    (r"bill\.smith", "the user bill.smith: a literal dot needs a \\"),
    (".*billy.*", "user names that contain billy"),
    ("anna|billy", "anna and billy"),
    ("hmi-\\d+", "hmi- followed by a number"),
];

/// Draws the button that opens the help.
pub(super) fn show(ui: &mut Ui) {
    let help = ui.menu_button("?", |ui| {
        ui.set_max_width(440.0);
        ui.label(RichText::new("How filters work").strong());
        ui.label(
            "A filter is a Java regular expression, as in getSessionInfo, and must match the whole value: \
             billy finds only billy, and .*billy.* finds every name that contains it. With “contains”, \
             billy alone does the same.",
        );
        ui.add_space(6.0);
        Grid::new("examples").num_columns(2).spacing([16.0, 4.0]).show(ui, |ui| {
            for (pattern, meaning) in EXAMPLES {
                ui.label(RichText::new(pattern).monospace().strong());
                ui.label(meaning);
                ui.end_row();
            }
        });
        ui.add_space(6.0);
        ui.label("“Aa” matches case. “not” inverts the filter. An empty filter matches everything.");
    });
    help.response.on_hover_text("How filters work").accessible_name("Help on filters");
}
