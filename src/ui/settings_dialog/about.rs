//! The page of the settings with the version and the licenses.

use std::sync::LazyLock;

use egui::{FontId, Label, Rect, RichText, Sense, Ui, UiBuilder, pos2, vec2};

use super::super::button::Button;
use super::super::command::Command;
use super::super::form_rows::{group, row, space};
use super::super::icons;
use super::super::tokens;
use super::super::tooltip::ResponseExt as _;

/// The fonts and icons, with their licenses.
const FONTS: [(&str, &str); 3] = [
    ("Inter", "SIL Open Font License 1.1"),
    ("JetBrains Mono", "SIL Open Font License 1.1"),
    ("Lucide", "ISC and MIT licenses"),
];

/// The licenses of the fonts.
const LICENSES: [&str; 2] =
    [include_str!("../../../assets/fonts/OFL.txt"), include_str!("../../../assets/fonts/Lucide-LICENSE")];

/// The libraries that the program contains, with the texts of their licenses.
const COMPONENTS: &str = include_str!("../../../assets/licenses.txt");

/// The lines of [`COMPONENTS`].
static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| COMPONENTS.lines().collect());

/// Draws the page.
pub(super) fn show(ui: &mut Ui, commands: &mut Vec<Command>) {
    group(ui, "Program");
    row(ui, "Gatewatch", |ui| {
        ui.label(format!("Version {}", crate::version::VERSION));
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
    group(ui, "Licenses of the fonts and icons");
    for text in LICENSES {
        ui.add(Label::new(RichText::new(text).size(tokens::TYPE_SECONDARY)).wrap().selectable(true));
        space(ui);
    }
    group(ui, "Components and their licenses");
    components(ui);
}

/// Draws those lines that are in view: there are thousands, and laying out all of them takes long.
#[expect(clippy::cast_precision_loss, reason = "a page of some thousand lines")]
fn components(ui: &mut Ui) {
    let font = FontId::monospace(tokens::TYPE_CAPTION);
    let height = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let size = vec2(ui.available_width(), height * LINES.len() as f32);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let clip = ui.clip_rect();
    let lines = LINES.iter().enumerate().map(|(index, line)| (rect.top() + height * index as f32, line));
    for (top, line) in lines.filter(|(top, _)| (clip.top() - height..clip.bottom()).contains(top)) {
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
        let label = Label::new(RichText::new(*line).font(font.clone())).extend().selectable(true);
        ui.scope_builder(UiBuilder::new().max_rect(row), |ui| ui.add(label));
    }
}
