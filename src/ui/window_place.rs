//! The place of the window on the screens: read while it is open, and corrected before it opens again.

use egui::{Context, Pos2, Rect, Vec2, pos2};

use super::theme;
use crate::settings::WindowPlace;

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Screen {
    /// Position and size, in physical pixels.
    pub(super) rect: Rect,
    /// Physical pixels per point.
    pub(super) scale: f32,
}

/// Returns the present place of the window. One that is maximized, minimized or fills the screen keeps its size and
/// position from before.
pub(super) fn current(ctx: &Context, before: Option<WindowPlace>) -> Option<WindowPlace> {
    let zoom = ctx.zoom_factor();
    ctx.input(|input| {
        let viewport = input.viewport();
        if viewport.minimized == Some(true) || viewport.fullscreen == Some(true) {
            return before;
        }
        let scale = input.pixels_per_point();
        let position = viewport.outer_rect.map(|rect| pixels(rect.min.to_vec2() * scale));
        let size = (input.content_rect().size() * zoom).round();
        let is_maximized = viewport.maximized == Some(true);
        let now = WindowPlace {
            position,
            size: size.into(),
            scale: viewport.native_pixels_per_point.unwrap_or(1.0),
            maximized: is_maximized,
        };
        Some(if is_maximized { WindowPlace { maximized: true, ..before.unwrap_or(now) } } else { now })
    })
}

/// Returns the position of the window for the window toolkit, in points.
pub(super) fn position_points(place: WindowPlace) -> Option<Pos2> {
    place.position.map(|[x, y]| pos2(as_float(x), as_float(y)) / place.scale)
}

/// Returns a place where the window is visible and can be moved, in case screens are missing or smaller than when it was saved.
pub(super) fn corrected(place: WindowPlace, screens: &[Screen]) -> WindowPlace {
    let place = valid(place);
    let Some(position) = place.position else {
        return place;
    };
    let corner = pos2(as_float(position[0]), as_float(position[1]));
    let rect = |screen: &Screen| Rect::from_min_size(corner, Vec2::from(place.size) * screen.scale);
    let visible = |screen: &Screen| rect(screen).intersect(screen.rect);
    let area = |screen: &Screen| {
        let size = visible(screen).size().max(Vec2::ZERO);
        size.x * size.y
    };
    let nearest = |screen: &Screen| screen.rect.distance_sq_to_pos(corner);
    let by_area = screens.iter().max_by(|one, other| area(one).total_cmp(&area(other)));
    let by_distance = || screens.iter().min_by(|one, other| nearest(one).total_cmp(&nearest(other)));
    let Some(screen) = by_area.filter(|screen| area(screen) > 0.0).or_else(by_distance) else {
        return place;
    };
    let size = Vec2::from(place.size).min(screen.rect.size() / screen.scale);
    let grip = theme::WINDOW_GRIP * screen.scale;
    let part = visible(screen);
    // The title bar is at the top.
    let is_reachable = part.width() >= grip && part.height() >= grip && corner.y >= screen.rect.top();
    let corner = if is_reachable {
        corner
    } else {
        let last = (screen.rect.max - size * screen.scale).max(screen.rect.min);
        corner.clamp(screen.rect.min, last)
    };
    WindowPlace { position: Some(pixels(corner.to_vec2())), size: size.into(), ..place }
}

/// Replaces invalid sizes from a file.
fn valid(place: WindowPlace) -> WindowPlace {
    let [width, height] = place.size;
    let [min_width, min_height] = theme::MIN_WINDOW;
    let size = if width.is_finite() && height.is_finite() {
        [width.max(min_width), height.max(min_height)]
    } else {
        theme::INITIAL_WINDOW
    };
    let scale = if place.scale.is_finite() && place.scale > 0.0 { place.scale } else { 1.0 };
    WindowPlace { size, scale, ..place }
}

#[expect(clippy::cast_possible_truncation, reason = "screens have fewer pixels")]
fn pixels(vector: Vec2) -> [i32; 2] {
    [vector.x.round() as i32, vector.y.round() as i32]
}

#[expect(clippy::cast_precision_loss, reason = "screens have fewer pixels")]
fn as_float(pixels: i32) -> f32 {
    pixels as f32
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "sizes are whole numbers")]
mod tests {
    use egui::vec2;

    use super::*;

    fn screen(left: f32, top: f32, width: f32, height: f32, scale: f32) -> Screen {
        Screen { rect: Rect::from_min_size(pos2(left, top), vec2(width, height)), scale }
    }

    fn place(x: i32, y: i32, width: f32, height: f32) -> WindowPlace {
        WindowPlace { position: Some([x, y]), size: [width, height], scale: 1.0, maximized: false }
    }

    #[test]
    fn visible_windows_stay_where_they_are() {
        let screens = [screen(0.0, 0.0, 1920.0, 1080.0, 1.0), screen(1920.0, 0.0, 2560.0, 1440.0, 2.0)];
        for place in [
            place(100, 50, 1080.0, 680.0),
            place(2000, 100, 1080.0, 600.0),
            // Partly beyond an edge, but easy to move.
            place(-600, 0, 1080.0, 680.0),
            place(1800, 900, 1080.0, 600.0),
        ] {
            assert_eq!(corrected(place, &screens), place);
        }
    }

    #[test]
    fn windows_on_a_missing_screen_come_to_another_one() {
        let only = [screen(0.0, 0.0, 1920.0, 1080.0, 1.0)];
        for (from, to) in [
            (place(2000, 100, 1080.0, 680.0), place(840, 100, 1080.0, 680.0)),
            (place(-3000, -900, 1080.0, 680.0), place(0, 0, 1080.0, 680.0)),
            // The title bar is above the screen.
            (place(100, -300, 1080.0, 680.0), place(100, 0, 1080.0, 680.0)),
            // Only a strip is visible.
            (place(1900, 100, 1080.0, 680.0), place(840, 100, 1080.0, 680.0)),
        ] {
            assert_eq!(corrected(from, &only), to, "{from:?}");
        }
    }

    #[test]
    fn sizes_fit_the_screen_and_the_bars() {
        let small = [screen(0.0, 0.0, 1024.0, 768.0, 1.0)];
        assert_eq!(corrected(place(200, 0, 3000.0, 2000.0), &small).size, [1024.0, 768.0]);
        assert_eq!(corrected(place(0, 0, 1.0, -5.0), &small).size, theme::MIN_WINDOW);
        assert_eq!(corrected(place(0, 0, f32::NAN, 600.0), &[]).size, theme::INITIAL_WINDOW);
        let scaled = [screen(0.0, 0.0, 2048.0, 1536.0, 2.0)];
        assert_eq!(corrected(place(0, 0, 3000.0, 600.0), &scaled).size, [1024.0, 600.0]);
        // Without a position the window manager chooses one.
        let unplaced = WindowPlace { position: None, ..place(0, 0, 800.0, 600.0) };
        assert_eq!(corrected(unplaced, &small), unplaced);
        assert_eq!(corrected(place(9, 9, 800.0, 600.0), &[]), place(9, 9, 800.0, 600.0));
    }

    #[test]
    fn maximized_windows_keep_their_size_from_before() {
        let ctx = Context::default();
        let mut input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(800.0, 600.0))),
            ..egui::RawInput::default()
        };
        let run = |input: &egui::RawInput, before| {
            let mut place = None;
            ctx.run_ui(input.clone(), |ui| place = current(ui.ctx(), before)).textures_delta.clear();
            place
        };
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.outer_rect = Some(Rect::from_min_size(pos2(30.0, 40.0), vec2(800.0, 620.0)));
        let normal = run(&input, None);
        assert_eq!(normal, Some(place(30, 40, 800.0, 600.0)));
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.outer_rect = Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0)));
        viewport.maximized = Some(true);
        assert_eq!(run(&input, normal), normal.map(|place| WindowPlace { maximized: true, ..place }));
        viewport_minimized(&mut input);
        assert_eq!(run(&input, normal), normal);
    }

    fn viewport_minimized(input: &mut egui::RawInput) {
        input.viewports.entry(egui::ViewportId::ROOT).or_default().minimized = Some(true);
    }
}
