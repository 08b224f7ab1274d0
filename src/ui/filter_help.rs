//! A short help for the filters, for those who meet whole-value matching for the first time.

use egui::{Grid, RichText, Ui};

/// Patterns and what they find: the manual's own examples first.
const EXAMPLES: [(&str, &str); 7] = [
    ("billy", "the user billy, and nobody else"),
    ("bi.*", "everybody whose name starts with bi"),
    ("bi.ly", "bi, any one character, ly"),
    (r"bill\.smith", "the user bill.smith: a dot of its own needs a \\"),
    (".*billy.*", "everybody with billy anywhere in the name"),
    ("anna|billy", "anna and billy"),
    ("hmi-\\d+", "hmi- and a number"),
];

/// Draws the button that opens the help.
pub(super) fn show(ui: &mut Ui) {
    let help = ui.menu_button("?", |ui| {
        ui.set_max_width(440.0);
        ui.label(RichText::new("How filters work").strong());
        ui.label(
            "A pattern is a Java regular expression, as getSessionInfo takes it, and must match the whole value. \
             So billy finds billy alone, and .*billy.* everybody whose name has billy in it. “contains” does the \
             same without the dots and stars.",
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
        ui.label("Aa: capital and small letters differ. not: what does not match. An empty box is no filter.");
    });
    help.response.on_hover_text("How filters work").accessible_name("Help on filters");
}
