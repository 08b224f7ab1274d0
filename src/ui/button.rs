//! The buttons of the window.

use std::borrow::Cow;

use egui::accesskit::Role;
use egui::{
    Color32, FontFamily, FontId, Rect, Response, Sense, Stroke, StrokeKind, Ui, Widget, WidgetInfo, pos2,
    vec2,
};

use super::fonts;
use super::icons::Icon;
use super::tokens::{self, Palette, palette};

/// The appearance of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Text on the bar's ground.
    Ghost,
    /// On a ground of its own.
    Soft,
    /// The one thing to do next.
    Primary,
    /// Leads to a question about ending sessions.
    Danger,
    /// Ends sessions, in a question.
    DangerFilled,
}

/// A button with a label, and maybe icons.
#[must_use = "add it to a `Ui`"]
pub(super) struct Button<'a> {
    kind: Kind,
    icon: Option<Icon>,
    /// The text, also the accessible name unless there is another.
    label: Cow<'a, str>,
    name: Option<Cow<'a, str>>,
    trailing: Option<Icon>,
    is_small: bool,
    is_on: Option<bool>,
}

impl<'a> Button<'a> {
    fn new(kind: Kind, label: impl Into<Cow<'a, str>>) -> Self {
        Self {
            kind,
            icon: None,
            label: label.into(),
            name: None,
            trailing: None,
            is_small: false,
            is_on: None,
        }
    }

    /// A square button without a ground, with an icon and an accessible name only.
    pub(super) fn ghost_icon(icon: Icon, name: impl Into<Cow<'a, str>>) -> Self {
        Self::ghost("").icon(icon).name(name)
    }

    /// A button without a ground, for bars.
    pub(super) fn ghost(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Ghost, label)
    }

    /// A button with a ground, for forms and views.
    pub(super) fn soft(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Soft, label)
    }

    /// The main button of a view.
    pub(super) fn primary(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Primary, label)
    }

    /// A button that asks before it ends sessions.
    pub(super) fn danger(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Danger, label)
    }

    /// The button that ends sessions.
    pub(super) fn danger_filled(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::DangerFilled, label)
    }

    /// Adds an icon before the label.
    pub(super) fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Adds an icon after the label, such as that of a menu.
    pub(super) fn trailing(mut self, icon: Icon) -> Self {
        self.trailing = Some(icon);
        self
    }

    /// Makes it smaller, for the footer, panel titles and the tinted gateway bar.
    pub(super) fn small(mut self) -> Self {
        self.is_small = true;
        self
    }

    /// Makes it a button that is on or off.
    pub(super) fn on(mut self, is_on: bool) -> Self {
        self.is_on = Some(is_on);
        self
    }

    /// Sets the accessible name.
    pub(super) fn name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn is_bold(&self) -> bool {
        matches!(self.kind, Kind::Primary | Kind::DangerFilled)
    }

    fn font(&self) -> FontId {
        let size = if self.is_small { tokens::TYPE_SECONDARY } else { tokens::TYPE_BODY };
        FontId::new(size, if self.is_bold() { fonts::semibold() } else { FontFamily::Proportional })
    }

    fn colors(&self, p: &Palette, response: &Response) -> Colors {
        let (hovered, pressed) = (response.hovered(), response.is_pointer_button_down_on());
        let none = Color32::TRANSPARENT;
        let state = |rest, on_hover, on_press| match (pressed, hovered) {
            (true, _) => on_press,
            (false, true) => on_hover,
            (false, false) => rest,
        };
        if !response.enabled() {
            let has_ground = matches!(self.kind, Kind::Soft | Kind::Primary | Kind::DangerFilled);
            let ground = if has_ground { p.control } else { none };
            return Colors { ground, border: none, text: p.disabled, icon: p.disabled };
        }
        let plain = |ground, border, text| Colors { ground, border, text, icon: text };
        match self.kind {
            Kind::Ghost if self.is_on == Some(true) => {
                Colors { ground: p.pressed, border: none, text: p.text, icon: p.link }
            }
            Kind::Ghost => plain(state(none, p.hover, p.pressed), none, state(p.secondary, p.text, p.text)),
            Kind::Soft => {
                plain(state(p.control, p.hover, p.pressed), state(none, p.control_border_hover, none), p.text)
            }
            Kind::Primary => plain(state(p.accent, p.accent_hover, p.accent_pressed), none, p.on_accent),
            Kind::Danger => plain(
                state(none, p.error_ground, p.error_ground),
                state(p.control_border, p.error, p.error),
                p.error,
            ),
            Kind::DangerFilled => plain(p.danger, none, p.on_danger),
        }
    }
}

struct Colors {
    ground: Color32,
    border: Color32,
    text: Color32,
    icon: Color32,
}

impl Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let (height, padding, icon_size) = if self.is_small {
            (tokens::CONTROL_HEIGHT_SMALL, 2.0 * tokens::UNIT, tokens::ICON_SMALL)
        } else {
            (tokens::CONTROL_HEIGHT, 2.5 * tokens::UNIT, tokens::ICON)
        };
        let gap = 1.5 * tokens::UNIT;
        let label = self.label.clone().into_owned();
        let galley = ui.painter().layout_no_wrap(label, self.font(), Color32::PLACEHOLDER);
        let icons = [self.icon.map(|_| icon_size), self.trailing.map(|_| tokens::ICON_SMALL)];
        let icons: f32 = icons.iter().flatten().map(|size| size + gap).sum();
        let content = galley.size().x + icons;
        let (rect, response) = ui.allocate_exact_size(vec2(content + 2.0 * padding, height), Sense::click());
        let name = self.name.as_ref().unwrap_or(&self.label);
        response.widget_info(|| match self.is_on {
            Some(is_on) => WidgetInfo::selected(Role::Button, ui.is_enabled(), is_on, &**name),
            None => WidgetInfo::labeled(Role::Button, ui.is_enabled(), &**name),
        });
        if ui.is_rect_visible(rect) {
            let p = palette(ui.visuals());
            let colors = self.colors(p, &response);
            let painter = ui.painter();
            painter.rect(
                rect,
                tokens::RADIUS_CONTROL,
                colors.ground,
                Stroke::new(tokens::LINE, colors.border),
                StrokeKind::Inside,
            );
            let mut x = rect.center().x - content / 2.0;
            if let Some(icon) = self.icon {
                icon.paint(painter, pos2(x + icon_size / 2.0, rect.center().y), icon_size, colors.icon);
                x += icon_size + gap;
            }
            let label_width = galley.size().x;
            let at = pos2(x, rect.center().y - galley.size().y / 2.0);
            painter.galley(at, galley, colors.text);
            x += label_width + gap;
            if let Some(icon) = self.trailing {
                let center = pos2(x + tokens::ICON_SMALL / 2.0, rect.center().y);
                icon.paint(painter, center, tokens::ICON_SMALL, colors.icon);
            }
            if response.has_focus() {
                paint_focus(ui, rect, self.is_bold());
            }
        }
        response
    }
}

/// Draws the focus ring: inside the edge, or around a filled control, where it would have no contrast inside.
fn paint_focus(ui: &Ui, rect: Rect, is_filled: bool) {
    let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette(ui.visuals()).focus);
    if is_filled {
        let outer = rect.expand(tokens::LINE);
        ui.painter().rect_stroke(outer, tokens::RADIUS_CONTROL + tokens::LINE, stroke, StrokeKind::Outside);
    } else {
        ui.painter().rect_stroke(rect, tokens::RADIUS_CONTROL, stroke, StrokeKind::Inside);
    }
}
