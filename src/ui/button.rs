//! The buttons of the window.

use std::borrow::Cow;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Galley, Popup, Rect, Response, Sense, Stroke, StrokeKind, Ui,
    Vec2, Widget, WidgetInfo, pos2, vec2,
};

use super::arrow_keys::{self, Axis};
use super::fonts;
use super::hover;
use super::icons::Icon;
use super::tokens::{self, Palette, palette};

/// The appearance of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Text on the bar's background.
    Ghost,
    /// On a background of its own.
    Soft,
    /// The one thing to do next.
    Primary,
    /// Leads to a question about a destructive action.
    Danger,
    /// Confirms it, in that question.
    DangerFilled,
}

/// The part of a split button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The whole of a plain button.
    Whole,
    /// The action, left of the menu.
    Action,
    /// The menu, right of the action.
    Menu,
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
    /// The color of icon and label at rest; `None` for that of the kind.
    color: Option<Color32>,
    part: Part,
    /// The width, if it isn't that of the contents.
    fixed_width: Option<f32>,
    /// The label is at the left, rather than in the middle.
    is_left: bool,
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
            color: None,
            part: Part::Whole,
            fixed_width: None,
            is_left: false,
        }
    }

    /// A square button without a background, with an icon and an accessible name only.
    pub(super) fn ghost_icon(icon: Icon, name: impl Into<Cow<'a, str>>) -> Self {
        Self::ghost("").icon(icon).name(name)
    }

    /// A button without a background, for bars.
    pub(super) fn ghost(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Ghost, label)
    }

    /// A button with a background, for forms and views.
    pub(super) fn soft(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Soft, label)
    }

    /// The main button of a view.
    pub(super) fn primary(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Primary, label)
    }

    /// A button that asks before it terminates sessions or removes something.
    pub(super) fn danger(label: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Kind::Danger, label)
    }

    /// The button that confirms a destructive action.
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

    /// Makes it this wide, with the label in the middle.
    pub(super) fn fixed_width(mut self, width: f32) -> Self {
        self.fixed_width = Some(width);
        self
    }

    /// Makes it this wide, with the label at the left.
    pub(super) fn left(mut self, width: f32) -> Self {
        self.is_left = true;
        self.fixed_width = Some(width);
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

    /// Sets the color of icon and label at rest.
    pub(super) fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// Makes it the left part of a split button.
    pub(super) fn split_action(mut self) -> Self {
        self.part = Part::Action;
        self
    }

    /// Makes it the right part of a split button, which opens a menu.
    pub(super) fn split_menu(mut self) -> Self {
        self.part = Part::Menu;
        self
    }

    fn corners(&self) -> CornerRadius {
        let round = CornerRadius::from(tokens::RADIUS_CONTROL);
        match self.part {
            Part::Whole => round,
            Part::Action => CornerRadius { ne: 0, se: 0, ..round },
            Part::Menu => CornerRadius { nw: 0, sw: 0, ..round },
        }
    }

    fn is_bold(&self) -> bool {
        matches!(self.kind, Kind::Primary | Kind::DangerFilled)
    }

    fn font(&self) -> FontId {
        let size = if self.is_small { tokens::TYPE_SECONDARY } else { tokens::TYPE_BODY };
        FontId::new(size, if self.is_bold() { fonts::semibold() } else { FontFamily::Proportional })
    }

    fn colors(&self, p: &Palette, response: &Response) -> Colors {
        let (lit, pressed) = (hover::strength(response), response.is_pointer_button_down_on());
        let none = Color32::TRANSPARENT;
        let state =
            |rest, on_hover, on_press| if pressed { on_press } else { hover::blend(rest, on_hover, lit) };
        if !response.enabled() {
            let has_background = matches!(self.kind, Kind::Soft | Kind::Primary | Kind::DangerFilled);
            let background = if has_background { p.control } else { none };
            return Colors { background, border: none, text: p.disabled, icon: p.disabled };
        }
        let plain = |background, border, text| Colors { background, border, text, icon: text };
        match self.kind {
            // Also the button of an open menu.
            Kind::Ghost if self.is_on == Some(true) || is_menu_open(response) => {
                let [text, icon] = [p.text, p.link].map(|color| self.color.unwrap_or(color));
                Colors { background: p.pressed, border: none, text, icon }
            }
            Kind::Ghost => {
                let rest = self.color.unwrap_or(p.secondary);
                let lit = self.color.unwrap_or(p.text);
                plain(state(none, p.hover, p.pressed), none, state(rest, lit, lit))
            }
            Kind::Soft if is_menu_open(response) => plain(p.pressed, none, p.text),
            Kind::Soft => {
                plain(state(p.control, p.hover, p.pressed), state(none, p.control_border_hover, none), p.text)
            }
            Kind::Primary => plain(state(p.accent, p.accent_hover, p.accent_pressed), none, p.on_accent),
            Kind::Danger => plain(
                state(none, p.error_background, p.error_background),
                state(p.control_border, p.error, p.error),
                p.error,
            ),
            Kind::DangerFilled => plain(p.danger, none, p.on_danger),
        }
    }
}

/// Returns whether the menu of a button is open.
fn is_menu_open(button: &Response) -> bool {
    Popup::is_id_open(&button.ctx, Popup::default_response_id(button))
}

struct Colors {
    background: Color32,
    border: Color32,
    text: Color32,
    icon: Color32,
}

/// The sizes of a button.
struct Measure {
    label: Arc<Galley>,
    /// Width of the label; `None` without one.
    label_width: Option<f32>,
    icon_size: f32,
    /// Width of icons and label.
    content: f32,
    size: Vec2,
}

/// Space between icons and label.
const GAP: f32 = 1.5 * tokens::UNIT;

impl Button<'_> {
    /// Returns the width that it takes.
    pub(super) fn width(&self, ui: &Ui) -> f32 {
        self.measure(ui).size.x
    }

    fn measure(&self, ui: &Ui) -> Measure {
        let (height, padding, icon_size) = if self.is_small {
            (tokens::CONTROL_HEIGHT_SMALL, 2.0 * tokens::UNIT, tokens::ICON_SMALL)
        } else {
            (tokens::CONTROL_HEIGHT, 2.5 * tokens::UNIT, tokens::ICON)
        };
        let label = fonts::line(ui.painter(), &*self.label, self.font(), Color32::PLACEHOLDER);
        let label_width = (!self.label.is_empty()).then(|| label.size().x);
        let widths = [self.icon.map(|_| icon_size), label_width, self.trailing.map(|_| tokens::ICON_SMALL)];
        let parts: Vec<f32> = widths.into_iter().flatten().collect();
        #[expect(clippy::cast_precision_loss, reason = "there are three parts at most")]
        let content = parts.iter().sum::<f32>() + GAP * parts.len().saturating_sub(1) as f32;
        let width = match self.part {
            _ if self.fixed_width.is_some() => self.fixed_width.unwrap_or_default(),
            Part::Menu => content + 2.0 * tokens::UNIT,
            _ if self.label.is_empty() && parts.len() == 1 => height,
            _ => content + 2.0 * padding,
        };
        Measure { label, label_width, icon_size, content, size: vec2(width, height) }
    }
}

impl Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let Measure { label: galley, label_width, icon_size, content, size } = self.measure(ui);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        if self.is_on.is_some() {
            arrow_keys::join(ui, ui.scope_id(), Axis::Horizontal, &response);
        }
        let name = self.name.as_ref().unwrap_or(&self.label);
        response.widget_info(|| match self.is_on {
            Some(is_on) => WidgetInfo::selected(Role::Button, ui.is_enabled(), is_on, &**name),
            None => WidgetInfo::labeled(Role::Button, ui.is_enabled(), &**name),
        });
        // The name is the action, the label the current state.
        if *name != self.label && !self.label.is_empty() {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(&*self.label));
        }
        if ui.is_rect_visible(rect) {
            let p = palette(ui.visuals());
            let colors = self.colors(p, &response);
            let painter = ui.painter();
            painter.rect(
                rect,
                self.corners(),
                colors.background,
                Stroke::new(tokens::LINE, colors.border),
                StrokeKind::Inside,
            );
            let mut x =
                if self.is_left { rect.left() + 2.0 * tokens::UNIT } else { rect.center().x - content / 2.0 };
            if let Some(icon) = self.icon {
                icon.paint(painter, pos2(x + icon_size / 2.0, rect.center().y), icon_size, colors.icon);
                x += icon_size + GAP;
            }
            if let Some(width) = label_width {
                let at = pos2(x, rect.center().y - galley.size().y / 2.0);
                painter.galley(at, galley, colors.text);
                x += width + GAP;
            }
            if let Some(icon) = self.trailing {
                let center = pos2(x + tokens::ICON_SMALL / 2.0, rect.center().y);
                let is_only = self.icon.is_none() && self.label.is_empty();
                let color = if is_only { colors.icon } else { colors.text };
                icon.paint(painter, center, tokens::ICON_SMALL, color);
            }
            if response.has_focus() {
                paint_focus(ui, rect, self.is_bold());
            }
        }
        response
    }
}

/// Draws the focus ring: inside the edge, or around a filled control, where it would have no contrast inside.
pub(super) fn paint_focus(ui: &Ui, rect: Rect, is_filled: bool) {
    let stroke = Stroke::new(tokens::FOCUS_WIDTH, palette(ui.visuals()).focus);
    if is_filled {
        let outer = rect.expand(tokens::LINE);
        ui.painter().rect_stroke(outer, tokens::RADIUS_CONTROL + tokens::LINE, stroke, StrokeKind::Outside);
    } else {
        ui.painter().rect_stroke(rect, tokens::RADIUS_CONTROL, stroke, StrokeKind::Inside);
    }
}

#[cfg(test)]
mod tests {
    use egui::{Context, RawInput, Shape};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn disabled_button_has_the_color_of_the_tokens() {
        let ctx = Context::default();
        theme::apply(&ctx);
        let draw = |ui: &mut Ui| drop(ui.add_enabled(false, Button::ghost("Next")));
        // The fonts are set at the start of the second frame.
        let mut output = ctx.run_ui(RawInput::default(), draw);
        output.textures_delta.clear();
        let mut output = ctx.run_ui(RawInput::default(), draw);
        output.textures_delta.clear();
        let texts = output.shapes.iter().filter_map(|shape| match &shape.shape {
            Shape::Text(text) => Some((text.fallback_color, text.opacity_factor)),
            _ => None,
        });
        let disabled = palette(&ctx.global_style().visuals).disabled;
        assert_eq!(texts.collect::<Vec<_>>(), [(disabled, 1.0)]);
    }
}
