//! Forms, questions, settings, the palette and toasts in both themes and at 200 %, compared with pictures. See `pictures`.

use std::io::Write as _;
use std::sync::Arc;

use crate::pictures::can_draw;
use crate::support::looks::{self, in_utc};
use crate::support::window::{Window, plant, retype, start};
use crate::support::{FakeGateway, ok, status};
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::kittest::Queryable as _;
use gatewatch::gateway::{Credentials, Fingerprint, Login, Pin, Profile};
use gatewatch::logging::LogLines;
use gatewatch::settings::{Settings, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;

/// The sizes of the window in points.
const SIZES: [[f32; 2]; 4] = [[1280.0, 800.0], [920.0, 640.0], [640.0, 480.0], [640.0, 480.0]];

/// Takes pictures of a window after `prepare`. Texts that contain one of `masked` depend on a port or the time.
fn compare(name: &str, start: &Start, masked: &[&str], prepare: impl Fn(&mut Window)) {
    let open = |builder| {
        let mut window = Window::open_as(builder, start.clone());
        prepare(&mut window);
        (window, ())
    };
    looks::compare(name, SIZES, open, |window| {
        masked.iter().flat_map(|text| looks::rects(window, text)).collect()
    });
}

fn on(gateway: &FakeGateway) -> Start {
    let profile = Profile::from_address(&gateway.url).unwrap().with_name("Plant North");
    let state = in_utc(Layout::default());
    let settings = Settings { profiles: vec![profile.clone()], ..start(Target::Demo).settings };
    Start { settings, state, ..start(Target::Gateway(profile)) }
}

/// Returns a window with a second saved gateway, with a login and a certificate.
fn with_tank_farm(gateway: &FakeGateway) -> Start {
    let mut start = on(gateway);
    let nodes = ["http://tank-farm-a:8088", "https://tank-farm-b:8043"].map(|url| url.parse().unwrap());
    let mut profile = Profile::new("Tank Farm".to_owned(), nodes.to_vec()).unwrap();
    profile.login = Login::Basic { user: "gatewatch".to_owned() };
    let fingerprint: Fingerprint = ["3C"; 32].join(":").parse().unwrap();
    profile.trust.pins = vec![Pin { host: "tank-farm-b".to_owned(), port: Some(8043), fingerprint }];
    profile.background = Some(std::time::Duration::ZERO);
    start.settings.profiles.push(profile);
    start
}

/// Opens the rail where it is over the table.
fn open_rail(window: &mut Window) {
    if window.harness.query_by_label_contains("Tank Farm: ").is_none() {
        window.press(Modifiers::COMMAND, Key::B);
    }
}

fn choose_for_tank_farm(window: &mut Window, item: &str) {
    window.until_text("6 of 6 sessions");
    open_rail(window);
    let at = window.harness.get_by_label_contains("Tank Farm: ").rect().center();
    window.click_at(at, PointerButton::Secondary, Modifiers::NONE);
    window.click(item);
    window.harness.run_steps(2);
}

fn edit_tank_farm(window: &mut Window) {
    choose_for_tank_farm(window, "Edit…");
    window.until_text("Edit Tank Farm");
}

#[test]
fn gateway_form() {
    if can_draw() {
        let plant = plant();
        compare("form", &with_tank_farm(&plant), &[], edit_tank_farm);
    }
}

#[test]
fn gateway_form_without_a_user_name() {
    if can_draw() {
        let plant = plant();
        compare("form_no_user", &with_tank_farm(&plant), &[], |window| {
            edit_tank_farm(window);
            retype(window, "Gateway user name", "a:b");
            window.click("Save gateway");
            window.until_text_contains("user names with a colon");
        });
    }
}

#[test]
fn gateway_form_with_an_invalid_address() {
    if can_draw() {
        let plant = plant();
        compare("form_address", &with_tank_farm(&plant), &[], |window| {
            edit_tank_farm(window);
            retype(window, "Addresses", "ftp://tank-farm-a");
            window.click("Save gateway");
            window.until_text_contains("Unsupported scheme ftp");
        });
    }
}

#[test]
fn question_about_removing_a_gateway() {
    if can_draw() {
        let plant = plant();
        compare("question_remove", &with_tank_farm(&plant), &[], |window| {
            choose_for_tank_farm(window, "Remove…");
            window.until_text("Remove Tank Farm");
        });
    }
}

#[test]
fn question_about_discarding_changes() {
    if can_draw() {
        let plant = plant();
        compare("question_discard", &with_tank_farm(&plant), &[], |window| {
            edit_tank_farm(window);
            window.type_into("Name", " 2");
            window.press(Modifiers::COMMAND, Key::Q);
            let info = window.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap();
            info.events.push(egui::ViewportEvent::Close);
            window.harness.step();
            window.until_text("Discard the changes?");
        });
    }
}

#[test]
fn question_about_replacing_a_file() {
    if can_draw() {
        // The same length every time, because the question grows with it.
        let (plant, folder) = (plant(), std::env::temp_dir().join("gatewatch-pictures"));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("sessions.csv");
        std::fs::write(&path, "precious").unwrap();
        // The folder is in the question, and in the box behind it.
        let masked = ["A file with this name", "Export path"];
        compare("question_replace", &on(&plant), &masked, |window| {
            window.until_text("6 of 6 sessions");
            window.click("Export");
            window.until_text("Save");
            retype(window, "Export path", path.to_str().unwrap());
            window.click("Save");
            window.until_text("Replace file");
        });
    }
}

/// Starts a gateway of 8.3 with so many sessions, which can be terminated.
fn terminable(sessions: usize) -> (FakeGateway, Start) {
    let users = ["billy", "anna.lindqvist", "operator.shift2"];
    let item = |n: usize| {
        let user = users[n % users.len()];
        format!(
            r#"{{"id":"0A27A56{n:X}","user":"{user}","project":"Packaging","address":"10.20.4.{}"}}"#,
            n + 17
        )
    };
    let items = (0..sessions).map(item).collect::<Vec<_>>().join(",");
    let gateway = FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            "/data/vision/api/v1/clients" => ok(&format!(r#"{{"items":[{items}]}}"#)),
            "/data/api/v1/designers" => ok(r#"{"items":[]}"#),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let mut start = on(&gateway);
    let mut profile = start.settings.profiles[0].clone();
    profile.may_terminate = true;
    start.settings.profiles.clear();
    start.credentials = Credentials::token("tok:key").unwrap();
    start.target = Some(Target::Gateway(profile));
    (gateway, start)
}

#[test]
fn question_about_one_session() {
    if can_draw() {
        let (_gateway, start) = terminable(1);
        compare("question_terminate", &start, &[], |window| {
            window.until_text("1 of 1 sessions");
            window.menu_of_cell("Username", 0);
            window.click("Terminate session…");
        });
    }
}

#[test]
fn question_about_many_sessions() {
    if can_draw() {
        let (_gateway, start) = terminable(12);
        compare("question_terminate_many", &start, &[], |window| {
            window.until_text("12 of 12 sessions");
            window.click_cell("Username", 0, Modifiers::NONE);
            window.press(Modifiers::COMMAND, Key::A);
            window.menu_of_cell("Username", 0);
            window.click("Terminate 12 sessions…");
        });
    }
}

/// Opens a page of the settings.
fn open_settings(window: &mut Window, page: &str) {
    window.until_text("6 of 6 sessions");
    // A key would show where the focus is.
    window.click("Settings");
    window.harness.get_all_by_label(page).next().unwrap().click();
    window.harness.run_steps(2);
}

#[test]
fn settings() {
    if can_draw() {
        let (plant, folder) = (plant(), tempfile::tempdir().unwrap());
        let mut start = on(&plant);
        start.folder = Some(folder.path().to_owned());
        start.has_glyph = Arc::new(|char| !"中あ한".contains(char));
        compare("settings", &start, &[], |window| {
            open_settings(window, "General");
            window.until_text("Chinese, Japanese, Korean");
            window.until_text("Keyring available");
        });
    }
}

#[test]
fn list_of_keys() {
    if can_draw() {
        let plant = plant();
        compare("keys", &on(&plant), &[], |window| open_settings(window, "Shortcuts"));
    }
}

#[test]
fn log() {
    if can_draw() {
        let plant = plant();
        let lines = [
            "2026-11-25T14:05:02Z  INFO gatewatch::ui::window: opened the window version=\"1.1.0\"",
            "2026-11-25T14:05:03Z  INFO gatewatch::settings: read settings gateways=5 filters=3",
            "2026-11-25T14:05:12Z  WARN gatewatch::poll::node: can't read node node=http://water-works:8088 error=Connection \
             refused",
        ];
        let start = Start { log: lines.into_iter().collect::<LogLines>(), ..on(&plant) };
        compare("log", &start, &[], |window| open_settings(window, "Log"));
    }
}

#[test]
fn about() {
    if can_draw() {
        let plant = plant();
        compare("about", &on(&plant), &[&format!("Version {}", gatewatch::version::VERSION)], |window| {
            open_settings(window, "About");
        });
    }
}

#[test]
fn palette() {
    if can_draw() {
        let plant = plant();
        compare("palette", &on(&plant), &[], |window| {
            window.until_text("6 of 6 sessions");
            window.press(Modifiers::COMMAND, Key::A);
            window.press(Modifiers::COMMAND, Key::K);
            window.frame([Event::Text("co".to_owned())]);
        });
    }
}

#[test]
fn toasts_of_a_success_and_of_an_error() {
    if can_draw() {
        let plant = plant();
        let error = "Can't read config.toml. Line 3 of it is invalid";
        let start = Start { error: Some(error.into()), ..on(&plant) };
        compare("toasts", &start, &[], |window| {
            assert!(window.has(error));
            window.until_text("6 of 6 sessions");
            window.click_cell("Username", 0, Modifiers::NONE);
            window.frame([Event::Copy]);
            window.until_text("1 session copied");
        });
    }
}

/// Opens the dialog that tests a pattern, and types this one.
fn open_pattern_tester(window: &mut Window, pattern: &str) {
    window.until_text("6 of 6 sessions");
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([Event::Text("test a pattern".to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Pattern");
    window.type_into("Pattern", pattern);
}

#[test]
fn pattern_test_with_the_values_of_the_table() {
    if can_draw() {
        let plant = plant();
        compare("pattern_test", &on(&plant), &[], |window| {
            open_pattern_tester(window, "bill");
            window.toggle("Pattern", "Match part of the value");
            window.until_text("2 of 4 values match");
        });
    }
}

#[test]
fn pattern_test_with_typed_values() {
    if can_draw() {
        let plant = plant();
        compare("pattern_test_typed", &on(&plant), &[], |window| {
            open_pattern_tester(window, r"(\w)\w+\.(?<last>\w+)|(op)\w+");
            window.click("Test with: Typed values");
            window.harness.get_by_label("Typed values").focus();
            window.harness.step();
            let values = "bill.smith\nanna\nanna.lindqvist\noperator\n";
            window.frame([Event::Paste(values.to_owned())]);
            window.until_text("3 of 4 values match");
        });
    }
}

#[test]
fn pattern_test_that_gives_up() {
    if can_draw() {
        let plant = plant();
        compare("pattern_test_limit", &on(&plant), &[], |window| {
            open_pattern_tester(window, r"(a|aa)+\1$");
            window.click("Test with: Typed values");
            window.harness.get_by_label("Typed values").focus();
            window.harness.step();
            window.frame([Event::Paste(format!("aaa\n{}!\nbilly", "a".repeat(40)))]);
            window.until_text("1 of 3 values matches, 1 not decided");
        });
    }
}

#[test]
fn pattern_test_with_an_invalid_pattern() {
    if can_draw() {
        let plant = plant();
        compare("pattern_test_error", &on(&plant), &[], |window| {
            open_pattern_tester(window, "bi(ross");
            window.until_text_contains("Missing");
        });
    }
}
