//! The program in a real window on a virtual screen: it opens, paints, handles keys and quits.
//!
//! Needs Xvfb, xdotool and xwd. Skipped without them; with `CI=true` it fails instead.

use crate::support::screen::{
    Running, differences, gatewatch, missing, output, picture, quit, screen, shades, until, window,
};
use crate::support::{FakeGateway, PLANT, answer, ok};

#[test]
fn opens_paints_handles_keys_and_quits() {
    let missing = missing(&["Xvfb", "xdotool", "xwd"]);
    if !missing.is_empty() {
        crate::support::skip("the real window", &missing.join(", "));
        return;
    }
    // Sessions that never change, read once: after that the window is painted only for the keys below.
    let gateway = FakeGateway::gateway("8.1.44", ok(&answer(&PLANT.repeat(4))));
    let config = tempfile::tempdir().unwrap();
    std::fs::write(config.path().join("config.toml"), "refresh_secs = 0\n").unwrap();
    let (_xvfb, display) = screen();
    let mut program = Running(gatewatch(&display, config.path()).arg(&gateway.url).spawn().unwrap());
    let window = window(&display, &mut program);

    // A table full of text has many shades, an empty window a few.
    let is_full = |picture: &Vec<u8>| shades(picture) > 60;
    let full = until("a full table", || {
        let before = picture(&display, &window).filter(is_full)?;
        picture(&display, &window).filter(|now| *now == before)
    });

    output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
    output(&display, "xdotool", &["key", "ctrl+f"]).unwrap();
    output(&display, "xdotool", &["type", "--delay", "20", "no such user"]).unwrap();
    until("an empty table", || picture(&display, &window).filter(|now| differences(now, &full) > 10_000));

    quit(&display, &mut program);
}
