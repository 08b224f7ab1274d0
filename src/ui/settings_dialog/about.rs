//! The page of the settings with the version and the licenses.

use egui::{Label, RichText, Ui};

use super::super::button::Button;
use super::super::command::Command;
use super::super::form_rows::{group, row, space};
use super::super::icons;
use super::super::theme;
use super::super::tokens;
use super::super::tooltip::ResponseExt as _;

/// The fonts: name, purpose, license.
const FONTS: [(&str, &str); 3] = [
    ("Inter", "SIL Open Font License 1.1"),
    ("JetBrains Mono", "SIL Open Font License 1.1"),
    ("Lucide", "ISC and MIT licenses"),
];

/// The licenses of the fonts.
const LICENSES: [&str; 2] =
    [include_str!("../../../assets/fonts/OFL.txt"), include_str!("../../../assets/fonts/Lucide-LICENSE")];

/// Draws the page.
pub(super) fn show(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.set_max_width(ui.available_width() - theme::SETTINGS_OVERHANG);
    group(ui, "Program");
    row(ui, "Gatewatch", |ui| {
        ui.label(concat!("Version ", env!("CARGO_PKG_VERSION")));
    });
    row(ui, "License", |ui| {
        ui.label(env!("CARGO_PKG_LICENSE"));
    });
    row(ui, "Diagnostics", |ui| {
        let copy = ui.add(Button::soft("Copy diagnostics").icon(icons::COPY));
        if copy.tooltip("Program, system, renderer, settings without secrets, and log").clicked() {
            commands.push(Command::CopyDiagnostics);
        }
    });
    space(ui);
    group(ui, "Fonts and icons");
    for (name, license) in FONTS {
        row(ui, name, |ui| {
            ui.label(license);
        });
    }
    space(ui);
    group(ui, "Texts of the licenses");
    for text in LICENSES {
        ui.add(Label::new(RichText::new(text).size(tokens::TYPE_SECONDARY)).wrap().selectable(true));
        space(ui);
    }
}
