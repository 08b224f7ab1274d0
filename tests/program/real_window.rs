//! The program itself in a real window, on a screen that exists only in memory: it opens, paints, takes keys, closes.
//!
//! Needs Xvfb, xdotool and xwd. Without them it is skipped with one visible line; with `CI=true` it fails instead.

use crate::support::screen::{Running, gatewatch, missing, output, picture, quit, screen, until, window};

#[test]
fn the_window_opens_paints_takes_keys_and_closes() {
    let missing = missing(&["Xvfb", "xdotool", "xwd"]);
    if !missing.is_empty() {
        crate::support::skip("the real window", &missing.join(", "));
        return;
    }
    let (_xvfb, display) = screen();
    let config = tempfile::tempdir().unwrap();
    let mut program = Running(gatewatch(&display, config.path()).spawn().unwrap());
    let window = window(&display, &mut program);

    // A table full of text has many shades; an empty window has one or two.
    let shades = 60;
    let (_, full) = until("a table", || picture(&display, &window).filter(|(count, _)| *count > shades));

    // Tab by tab to the first filter would depend on the layout; a click into it does less so.
    output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
    output(&display, "xdotool", &["mousemove", "--window", &window, "200", "67", "click", "1"]).unwrap();
    output(&display, "xdotool", &["type", "--delay", "20", "nobody at all"]).unwrap();
    let differs = |a: &[u8], b: &[u8]| a.chunks(4).zip(b.chunks(4)).filter(|(a, b)| a != b).count();
    until("an emptied table", || picture(&display, &window).filter(|(_, now)| differs(now, &full) > 10_000));

    quit(&display, &mut program);
}
