//! The marks of a gateway's state, which differ in shape and in color.

use egui::{Painter, Pos2, Stroke, Visuals};

use super::icons;
use super::theme;
use super::tokens::{self, palette};

/// The state of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Not read yet.
    Waiting,
    /// Everything works.
    Fine,
    /// Some nodes are down, or sessions may be missing.
    Degraded,
    /// Needs a login.
    SignIn,
    /// Has a certificate that isn't trusted.
    Certificate,
    /// No node answers.
    Unreachable,
}

impl Mark {
    /// Draws the mark around its center.
    pub(super) fn paint(self, painter: &Painter, center: Pos2, visuals: &Visuals) {
        let p = palette(visuals);
        let (icon, color) = match self {
            Self::Waiting => {
                painter.circle_stroke(
                    center,
                    theme::RING_RADIUS,
                    Stroke::new(theme::RING_WIDTH, p.secondary),
                );
                return;
            }
            Self::Fine => {
                painter.circle_filled(center, theme::DOT_RADIUS, p.ok);
                return;
            }
            Self::Degraded => (icons::TRIANGLE_ALERT, p.warning),
            Self::SignIn => (icons::KEY_ROUND, p.warning),
            Self::Certificate => (icons::SHIELD_ALERT, p.warning),
            Self::Unreachable => (icons::UNPLUG, p.error),
        };
        icon.paint(painter, center, tokens::ICON, color);
    }
}
