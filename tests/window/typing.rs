//! Typing over the table: every letter goes into the username filter, and none that may belong to a password.

use std::io::Write as _;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::tls::{HOST, Identity, TlsGateway, named};
use crate::support::window::{StoppedClock, TIMEOUT, Window, key, plant, start, start_on, typed};
use crate::support::{FakeGateway, PLANT, ok, status, webdev_json};
use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Credentials, Login, Profile};
use gatewatch::secrets::{Secret, Secrets};
use gatewatch::settings::Target;
use gatewatch::ui::Start;

const FILTER: &str = "Username filter";
const SECRET: &str = "open-sesame";
/// The `Authorization` header of `billy:open-sesame`.
const BASIC: &str = "Basic YmlsbHk6b3Blbi1zZXNhbWU=";

/// A gateway that sends its sessions once per message, and at once after the sender is dropped.
fn gated(
    respond: impl Fn(&crate::support::Request) -> Vec<u8> + Send + Sync + 'static,
) -> (FakeGateway, SyncSender<()>) {
    let (open, gate) = sync_channel::<()>(1);
    let gate = Mutex::new(gate);
    let gateway = FakeGateway::new(move |request, stream| {
        if request.path().ends_with("sessions") {
            let _opened = gate.lock().unwrap().recv();
        }
        // The read may have been cancelled.
        let _gone = stream.write_all(&respond(request));
    });
    (gateway, open)
}

/// Responds as a gateway that accepts only billy.
fn requiring_login(request: &crate::support::Request) -> Vec<u8> {
    match request.path() {
        "/system/webdev/gatewatch/sessions" if request.header("authorization") == Some(BASIC) => {
            ok(&webdev_json(&PLANT))
        }
        "/system/webdev/gatewatch/sessions" => status("401 Unauthorized", "<html>"),
        _ => status("404 Not Found", ""),
    }
}

/// Types over the table, and checks that it becomes no filter and is readable nowhere.
#[track_caller]
fn check_typing_goes_nowhere(window: &mut Window, place: &str) {
    for events in typed(SECRET) {
        window.frame(events);
    }
    window.frame([Event::Paste(SECRET.to_owned())]);
    window.frame([Event::Ime(ImeEvent::Commit(SECRET.to_owned()))]);
    window.frame(typed(SECRET).concat());
    for _ in 0..3 {
        window.harness.step();
    }
    // The form of a gateway takes its place.
    if window.has(FILTER) {
        assert_eq!(window.text_of(FILTER), "", "{place}");
    }
    assert!(window.harness.query_by_label_contains("sesame").is_none(), "{place}");
}

/// Moves the keyboard focus to the table.
fn focus_table(window: &mut Window) {
    window.click_cell("Username", 0, Modifiers::NONE);
}

#[test]
fn no_letter_is_lost_from_the_first_frame_on() {
    const TEXT: &str = "bill.smith";
    let keys = typed(TEXT);
    let one_per_frame = keys.clone();
    let all_in_one = vec![keys.concat()];
    let some_per_frame: Vec<Vec<Event>> = keys.chunks(3).map(<[_]>::concat).collect();
    let after_a_pause = [vec![Vec::new(); 3], vec![keys.concat()]].concat();
    for (name, frames) in [
        ("one per frame", one_per_frame),
        ("all in one frame", all_in_one),
        ("three per frame", some_per_frame),
        ("after a pause", after_a_pause),
    ] {
        // The letters come before the first sessions.
        let (gateway, open) = gated(|_| ok(&webdev_json(&PLANT)));
        let mut window = Window::open_receiving(frames, start_on(&gateway.url));
        window.harness.run_steps(TEXT.len());
        assert_eq!(window.text_of(FILTER), TEXT, "{name}");
        drop(open);
        window.until_text("1 of 6 sessions");
        assert_eq!(window.column("Username"), [TEXT], "{name}");
    }
}

#[test]
fn no_letter_is_lost_while_sessions_arrive() {
    let (gateway, open) = gated(|_| ok(&webdev_json(&PLANT)));
    let mut window = Window::on(&gateway.url);
    drop(open);
    // Some letters before the sessions, some after.
    let letters = "bill".repeat(50);
    for events in typed(&letters) {
        window.frame(events);
    }
    assert_eq!(window.text_of(FILTER), letters);
}

#[test]
fn scans_replace_each_other_even_within_a_frame() {
    let gateway = plant();
    for per_frame in [1, 2, 7, 1_000] {
        let mut window = Window::on(&gateway.url);
        window.until_text("6 of 6 sessions");
        for events in typed("anna\nbilly\n").chunks(per_frame) {
            window.frame(events.concat());
        }
        window.until_text("2 of 6 sessions");
        assert_eq!(window.text_of(FILTER), "billy", "{per_frame} per frame");
    }
}

#[test]
fn scan_replaces_the_one_before_although_its_beginning_matches_nothing() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.frame(typed("bill").concat());
    window.until_text("0 of 6 sessions");
    // At the first Enter, the result is still that of the beginning.
    window.frame(typed("y\nanna\n").concat());
    // The text after an Enter comes in the next frame.
    window.frame([]);
    window.frame([]);
    assert_eq!(window.text_of(FILTER), "anna");
}

#[test]
fn pasted_and_composed_text_filters() {
    let gateway = plant();
    let commit = || Event::Ime(ImeEvent::Commit("jü".to_owned()));
    for (events, expected) in [
        (vec![Event::Paste("jürgen".to_owned())], "jürgen"),
        (vec![commit(), Event::Text("rgen".to_owned())], "jürgen"),
        (
            vec![Event::Text("j".to_owned()), Event::Paste("ürg".to_owned()), Event::Text("en".to_owned())],
            "jürgen",
        ),
    ] {
        let mut window = Window::on(&gateway.url);
        window.until_text("6 of 6 sessions");
        window.frame(events.clone());
        window.until_text("1 of 6 sessions");
        assert_eq!(window.text_of(FILTER), expected);
        // The next text replaces the filter.
        focus_table(&mut window);
        for event in events {
            window.frame([event]);
        }
        assert_eq!(window.text_of(FILTER), expected);
    }
}

#[test]
fn keys_before_text_are_for_the_table() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    focus_table(&mut window);
    let keys = [key(Key::ArrowDown), key(Key::ArrowDown)].concat();
    window.frame([keys, typed(" bill.*").concat()].concat());
    window.until_text("3 of 6 sessions");
    assert_eq!(window.text_of(FILTER), "bill.*");
    assert_eq!(window.selected("Client ID"), ["C3"]);
    // After text, the same keys are for the text box.
    focus_table(&mut window);
    window
        .frame([typed("bxl").concat(), key(Key::ArrowLeft).to_vec(), key(Key::Backspace).to_vec()].concat());
    assert_eq!(window.text_of(FILTER), "bl");
}

#[test]
fn typing_is_no_filter_while_a_login_is_asked_for() {
    // The table stays when the gateway starts to ask for a login.
    let is_open = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let opened = is_open.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let is_open = opened.load(std::sync::atomic::Ordering::SeqCst);
        let response = match request.path() {
            "/system/webdev/gatewatch/sessions" if is_open => ok(&webdev_json(&PLANT)),
            _ => requiring_login(request),
        };
        let _closed = stream.write_all(&response);
    });
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    is_open.store(false, std::sync::atomic::Ordering::SeqCst);
    window.press(Modifiers::NONE, Key::F5);
    window.until_text("Sign in to this gateway");
    // Beside the card.
    let at =
        window.harness.get_by_label("Sign in to this gateway").rect().left_center() - egui::vec2(40.0, 0.0);
    window.click_at(at, egui::PointerButton::Primary, Modifiers::NONE);
    check_typing_goes_nowhere(&mut window, "sign-in card");
    assert_eq!(window.text_of("Password"), "");
    // Once the panel is closed, typing filters again.
    is_open.store(true, std::sync::atomic::Ordering::SeqCst);
    window.type_into("User name", "billy");
    window.type_into("Password", "sesame");
    window.click("Sign in");
    window.until("the response", |harness| {
        let gateway = harness.get_by_label("Saved gateways").accesskit_node().value().unwrap();
        harness.query_by_label("Sign in").is_none() && !gateway.ends_with("Connecting")
    });
    window.frame(typed("bill.*").concat());
    window.until_text("3 of 6 sessions");
}

#[test]
fn typing_is_no_filter_until_the_response_to_the_login() {
    let (gateway, open) = gated(requiring_login);
    open.send(()).unwrap();
    let mut window = Window::on(&gateway.url);
    window.until_text("Sign in to this gateway");
    window.type_into("User name", "billy");
    window.type_into("Password", "wrong");
    window.frame(key(Key::Enter));
    window.until("the panel to close", |harness| harness.query_by_label("Sign in").is_none());
    check_typing_goes_nowhere(&mut window, "login under way");
    drop(open);
    window.until_text_contains("Wrong user name or password");
    check_typing_goes_nowhere(&mut window, "login rejected");
}

/// Opens a window whose keyring is locked until the sender is dropped.
fn open_with_locked_keyring(gateway: &FakeGateway) -> (Window, SyncSender<()>, StoppedClock) {
    let (lock, unlocked) = sync_channel::<()>(0);
    let unlocked = Mutex::new(unlocked);
    let mut profile = Profile::from_address(&gateway.url).unwrap().with_name("North");
    profile.login = Login::Basic { user: "billy".to_owned() };
    let binding = profile.binding();
    let locked_keyring = move || {
        let _unlocked = unlocked.lock().unwrap().recv_timeout(TIMEOUT);
        let secrets = Secrets::in_memory();
        let _stored = secrets.set("North", &binding, &Secret::new(SECRET.to_owned()));
        secrets
    };
    let clock = StoppedClock::new();
    let start = Start {
        open_secrets: Arc::new(locked_keyring),
        clock: clock.read(),
        ..start(Target::Gateway(profile))
    };
    (Window::open(start), lock, clock)
}

#[test]
fn no_letter_is_lost_while_the_keyring_is_read() {
    let gateway = FakeGateway::new(|request, stream| {
        let _closed = stream.write_all(&requiring_login(request));
    });
    let (mut window, lock, _) = open_with_locked_keyring(&gateway);
    for events in typed("bil") {
        window.frame(events);
    }
    assert_eq!(window.text_of(FILTER), "bil");
    drop(lock);
    window.until_text("0 of 6 sessions");
    window.frame(typed("ly").concat());
    window.until_text("2 of 6 sessions");
}

#[test]
fn rest_of_a_password_is_no_filter_when_its_box_disappears() {
    let gateway = FakeGateway::new(|request, stream| {
        let _closed = stream.write_all(&requiring_login(request));
    });
    let (mut window, lock, clock) = open_with_locked_keyring(&gateway);
    clock.advance(Duration::from_secs(3));
    window.until_text("Sign in to this gateway");
    window.type_into("Password", "open-");
    drop(lock);
    window.until_text("6 of 6 sessions");
    check_typing_goes_nowhere(&mut window, "password box gone");
    // A click or a key of the table shows that the table is meant.
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.frame(typed("bill.*").concat());
    window.until_text("3 of 6 sessions");
}

#[test]
fn typing_is_no_filter_while_something_else_is_open() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");

    window.click("Saved gateways");
    check_typing_goes_nowhere(&mut window, "menu of gateways");
    window.click("Save this gateway…");
    // Beside the form, so that nothing has the focus.
    window.click_at(egui::pos2(1000.0, 400.0), egui::PointerButton::Primary, Modifiers::NONE);
    check_typing_goes_nowhere(&mut window, "form");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("New gateway"));
    assert_eq!(window.text_of(FILTER), "");

    for menu in ["Saved filters", "Refresh interval", "Export options", "Group", "Columns"] {
        window.click(menu);
        check_typing_goes_nowhere(&mut window, menu);
        window.press(Modifiers::NONE, Key::Escape);
    }
    window.menu_of_cell("Username", 0);
    check_typing_goes_nowhere(&mut window, "menu of a cell");
    window.press(Modifiers::NONE, Key::Escape);

    window.click("Export");
    window.until_text("Save");
    focus_table(&mut window);
    check_typing_goes_nowhere(&mut window, "export path");
    window.click("Cancel");

    window.click("All commands");
    window.press(Modifiers::NONE, Key::Escape);
    window.click("Settings");
    check_typing_goes_nowhere(&mut window, "settings");
    window.press(Modifiers::NONE, Key::Escape);

    window.frame(typed("bill.*").concat());
    window.until_text("3 of 6 sessions");
}

#[test]
fn typing_is_no_filter_while_termination_is_confirmed() {
    let require_token = Some("tok:key".parse().unwrap());
    let options = Options { require_token, still: true, sessions: 30, ..Options::in_process() };
    let demo = DemoGateway::start(options).unwrap();
    let mut profile = Profile::from_address(demo.url()).unwrap();
    profile.may_terminate = true;
    let credentials = Credentials::token("tok:key").unwrap();
    // The demo gateway has names in many scripts.
    let builder = Harness::builder().with_size([1280.0, 680.0]).allow_missing_glyphs();
    let mut window = Window::open_as(builder, Start { credentials, ..start(Target::Gateway(profile)) });
    window.until("the table", |harness| harness.query_by_label("Kind").is_some());
    window.menu_of_cell("Username", 0);
    window.click("Terminate session…");
    window.harness.get_by_label_contains("Unsaved work");
    check_typing_goes_nowhere(&mut window, "question");
    window.press(Modifiers::NONE, Key::Escape);
    // Escape or Enter on a button isn't the end of a text box.
    window.frame(typed("x").concat());
    assert_eq!(window.text_of(FILTER), "x");
}

#[test]
fn typing_is_no_filter_while_a_certificate_is_shown() {
    let identity = Identity::self_signed(&named(&[HOST], "Plant North"));
    let gateway = TlsGateway::new(&identity);
    let mut window = Window::on(&gateway.url);
    window.until_text(&identity.pin().fingerprint.to_string());
    check_typing_goes_nowhere(&mut window, "certificate");
}

#[test]
fn sign_in_panel_takes_the_focus_only_from_the_table() {
    let (gateway, open) = gated(requiring_login);
    let mut window = Window::on(&gateway.url);
    window.frame(typed("bil").concat());
    drop(open);
    window.until_text("Sign in to this gateway");
    window.harness.step();
    assert!(window.harness.get_by_label(FILTER).is_focused());
    window.frame(typed("ly").concat());
    assert_eq!(window.text_of(FILTER), "billy");

    let (gateway, open) = gated(requiring_login);
    let mut window = Window::on(&gateway.url);
    drop(open);
    window.until_text("Sign in to this gateway");
    window.harness.step();
    assert!(window.harness.get_by_label("User name").is_focused());
    // A password manager types everything at once.
    window.frame(typed("billy\topen-sesame\n").concat());
    window.until_text("6 of 6 sessions");
    assert_eq!(window.text_of(FILTER), "");
}

#[test]
fn typing_changes_no_toggle() {
    let gateway = plant();
    let toggles = |window: &Window| -> Vec<bool> {
        let names = ["Match part of the value", "Ignore case", "Exclude matches"];
        names.map(|name| window.is_toggled(FILTER, name)).to_vec()
    };
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    window.frame(typed("bill").concat());
    window.until_text("0 of 6 sessions");
    assert_eq!(toggles(&window), [false; 3]);
    // The same in the box, and over the table again once the user has changed the toggles.
    window.toggle(FILTER, "Match part of the value");
    window.toggle(FILTER, "Exclude matches");
    window.until_text("2 of 6 sessions");
    focus_table(&mut window);
    window.frame(typed("anna").concat());
    window.until_text("4 of 6 sessions");
    assert_eq!(toggles(&window), [true, false, true]);
}

/// Returns the events of a letter that is typed with modifiers, as the window system sends them.
fn typed_with(modifiers: Modifiers, letter: &str) -> Vec<Event> {
    let key = |pressed| Event::Key {
        key: Key::from_name(&letter.to_uppercase()).unwrap(),
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    };
    vec![key(true), Event::Text(letter.to_owned()), key(false)]
}

#[test]
#[cfg_attr(target_os = "macos", ignore = "Option types letters there")]
fn letters_with_alt_are_no_text() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    for place in ["table", "box"] {
        window.frame(typed_with(Modifiers::ALT, "d"));
        // The key and its text may come in different frames.
        let [press, text, release] = typed_with(Modifiers::ALT, "d").try_into().unwrap();
        for event in [press, text, release] {
            window.frame([event]);
        }
        window.frame([Event::ModifiersChanged(Modifiers::ALT), Event::Text("d".to_owned())]);
        // The form of a gateway takes its place.
        if window.has(FILTER) {
            assert_eq!(window.text_of(FILTER), "", "{place}");
        }
        window.frame([Event::ModifiersChanged(Modifiers::NONE)]);
        window.harness.get_by_label(FILTER).focus();
        window.harness.step();
    }
    // AltGr types signs, without a modifier.
    window.frame(typed("[").concat());
    assert_eq!(window.text_of(FILTER), "[");
}

#[test]
fn text_stays_in_its_box_when_the_focus_moves_in_the_same_frame() {
    let gateway = plant();
    let mut window = Window::on(&gateway.url);
    window.until_text("6 of 6 sessions");
    let name = "Name of the filter to save";
    window.click("Saved filters");
    window.harness.get_by_label(name).focus();
    window.harness.step();
    window.frame([typed("xyz").concat(), key(Key::Escape).to_vec()].concat());
    window.harness.run_steps(3);
    window.click("Saved filters");
    assert_eq!(window.text_of(name), "xyz");
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(window.text_of(FILTER), "");
    // The shortcut into the filter, and then its text.
    let shortcut = Event::Key {
        key: Key::F,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    window.press(Modifiers::COMMAND, Key::L);
    assert!(window.harness.get_by_label("Gateway address").is_focused());
    window.frame([vec![shortcut], typed("anna").concat()].concat());
    window.until_text("1 of 6 sessions");
    assert_eq!(window.text_of(FILTER), "anna");
}
