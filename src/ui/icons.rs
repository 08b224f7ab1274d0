//! The icons of the window: characters of the icon font, named as in Lucide. `assets/fonts/icons.txt` lists them.

use egui::{Align2, Color32, FontId, Painter, Pos2};

use super::fonts;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Icon(char);

impl Icon {
    /// Draws the icon around its center.
    pub(super) fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        painter.text(center, Align2::CENTER_CENTER, self.0, FontId::new(size, fonts::icons()), color);
    }
}

pub(super) const ARROW_DOWN: Icon = Icon('\u{e042}');
pub(super) const ARROW_UP: Icon = Icon('\u{e04a}');
pub(super) const BAN: Icon = Icon('\u{e051}');
pub(super) const BELL: Icon = Icon('\u{e059}');
pub(super) const BOOKMARK: Icon = Icon('\u{e060}');
pub(super) const BRACES: Icon = Icon('\u{e36a}');
pub(super) const CHART_AREA: Icon = Icon('\u{e4d3}');
pub(super) const CHART_BAR: Icon = Icon('\u{e2a2}');
pub(super) const CHEVRON_DOWN: Icon = Icon('\u{e06d}');
pub(super) const CHEVRON_LEFT: Icon = Icon('\u{e06e}');
pub(super) const CHEVRON_RIGHT: Icon = Icon('\u{e06f}');
pub(super) const CHEVRON_UP: Icon = Icon('\u{e070}');
pub(super) const CHEVRONS_LEFT_RIGHT_ELLIPSIS: Icon = Icon('\u{e61f}');
pub(super) const CIRCLE: Icon = Icon('\u{e076}');
pub(super) const CIRCLE_ALERT: Icon = Icon('\u{e077}');
pub(super) const CIRCLE_CHECK: Icon = Icon('\u{e226}');
pub(super) const CIRCLE_DASHED: Icon = Icon('\u{e4b0}');
pub(super) const CIRCLE_HELP: Icon = Icon('\u{e082}');
pub(super) const CIRCLE_PAUSE: Icon = Icon('\u{e07f}');
pub(super) const CIRCLE_X: Icon = Icon('\u{e084}');
pub(super) const CLIPBOARD: Icon = Icon('\u{e085}');
pub(super) const CLOCK: Icon = Icon('\u{e087}');
pub(super) const CODE_XML: Icon = Icon('\u{e206}');
pub(super) const COLUMNS_3: Icon = Icon('\u{e099}');
pub(super) const COPY: Icon = Icon('\u{e09e}');
pub(super) const CORNER_DOWN_LEFT: Icon = Icon('\u{e0a1}');
pub(super) const DOWNLOAD: Icon = Icon('\u{e0b2}');
pub(super) const ELLIPSIS: Icon = Icon('\u{e0b6}');
pub(super) const EXTERNAL_LINK: Icon = Icon('\u{e0b9}');
pub(super) const EYE: Icon = Icon('\u{e0ba}');
pub(super) const FUNNEL: Icon = Icon('\u{e0dc}');
pub(super) const FUNNEL_X: Icon = Icon('\u{e3b5}');
pub(super) const GRIP_VERTICAL: Icon = Icon('\u{e0eb}');
pub(super) const HISTORY: Icon = Icon('\u{e1f5}');
pub(super) const INFO: Icon = Icon('\u{e0f9}');
pub(super) const KEY_ROUND: Icon = Icon('\u{e4a3}');
pub(super) const KEYBOARD: Icon = Icon('\u{e284}');
pub(super) const LAYERS: Icon = Icon('\u{e529}');
pub(super) const LIST_TREE: Icon = Icon('\u{e408}');
pub(super) const LOADER_CIRCLE: Icon = Icon('\u{e10a}');
pub(super) const LOCK_OPEN: Icon = Icon('\u{e10c}');
pub(super) const LOG_IN: Icon = Icon('\u{e10d}');
pub(super) const LOG_OUT: Icon = Icon('\u{e10e}');
pub(super) const PACKAGE_X: Icon = Icon('\u{e26a}');
pub(super) const PANEL_BOTTOM: Icon = Icon('\u{e42c}');
pub(super) const PANEL_LEFT: Icon = Icon('\u{e12a}');
pub(super) const PANEL_RIGHT: Icon = Icon('\u{e431}');
pub(super) const PLAY: Icon = Icon('\u{e13c}');
pub(super) const PLUG: Icon = Icon('\u{e37f}');
pub(super) const PLUG_ZAP: Icon = Icon('\u{e45c}');
pub(super) const PLUS: Icon = Icon('\u{e13d}');
pub(super) const RADIO_TOWER: Icon = Icon('\u{e404}');
pub(super) const REPEAT: Icon = Icon('\u{e146}');
pub(super) const ROTATE_CCW: Icon = Icon('\u{e148}');
pub(super) const ROTATE_CW: Icon = Icon('\u{e149}');
pub(super) const ROWS_4: Icon = Icon('\u{e58b}');
pub(super) const SCROLL_TEXT: Icon = Icon('\u{e45f}');
pub(super) const SEARCH: Icon = Icon('\u{e151}');
pub(super) const SEARCH_X: Icon = Icon('\u{e4ad}');
pub(super) const SETTINGS: Icon = Icon('\u{e154}');
pub(super) const SHIELD_ALERT: Icon = Icon('\u{e1fe}');
pub(super) const SLIDERS_HORIZONTAL: Icon = Icon('\u{e29a}');
pub(super) const TABLE_2: Icon = Icon('\u{e2f9}');
pub(super) const TRIANGLE_ALERT: Icon = Icon('\u{e193}');
pub(super) const UNPLUG: Icon = Icon('\u{e45d}');
pub(super) const USER: Icon = Icon('\u{e19f}');
pub(super) const USERS: Icon = Icon('\u{e1a4}');
pub(super) const X: Icon = Icon('\u{e1b2}');
