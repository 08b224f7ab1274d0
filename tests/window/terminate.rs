//! Terminating sessions: where it is offered, the confirmation, and the result. Needs no display.

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use crate::support::http::http_client;
use crate::support::window::{Window, start};
use crate::support::{FakeGateway, Request, ok, saved_gateway, status};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::dataset::ColumnId;
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Client, Credentials, Limits, Profile, ReadOptions};
use gatewatch::history::Location;
use gatewatch::secrets::{Secret, Secrets};
use gatewatch::settings::{Settings, Target};
use gatewatch::ui::{App, Start};

use super::focus::{focused, until_at_rest};

const TOKEN: &str = "tok:key";

fn demo(seed: u64) -> DemoGateway {
    let require_token = Some(TOKEN.parse().unwrap());
    let options = Options { require_token, seed, still: true, sessions: 30, ..Options::in_process() };
    DemoGateway::start(options).unwrap()
}

/// Returns the client IDs of all sessions of a gateway.
fn client_ids(gateway: &DemoGateway) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let node = gateway.url().parse().unwrap();
    let snapshot = runtime
        .block_on(Client::new(Limits::default()).read(&node, &token(), &ReadOptions::default()))
        .unwrap();
    let column = snapshot.dataset.column(&ColumnId::ClientId).unwrap();
    (0..snapshot.dataset.len())
        .map(|row| format!("{:?}", column.cell(row)))
        .map(|cell| cell.split('"').nth(1).unwrap().to_owned())
        .collect()
}

/// Opens a window on these nodes.
fn open(nodes: &[&str], may_terminate: bool, credentials: Credentials) -> Window {
    let nodes = nodes.iter().map(|url| url.parse().unwrap()).collect();
    let mut profile = Profile::new("Plant".to_owned(), nodes).unwrap();
    profile.may_terminate = may_terminate;
    // The demo gateway has names in many scripts.
    let builder = Harness::builder().with_size([1280.0, 680.0]).allow_missing_glyphs();
    let mut window = Window::open_as(builder, Start { credentials, ..start(Target::Gateway(profile)) });
    window.until("the table", |harness| harness.query_all_by_role(Role::Cell).count() > 0);
    window
}

fn token() -> Credentials {
    Credentials::token(TOKEN).unwrap()
}

/// Filters to Vision clients, the kind whose termination the demo gateway always accepts.
fn filter_to_vision(window: &mut Window) {
    let kinds = window.column("Kind");
    let line = kinds.iter().position(|kind| kind == "Vision");
    let line = line.unwrap_or_else(|| panic!("no Vision client in view: {kinds:?}"));
    window.menu_of_cell("Kind", line);
    let all = count(&window.harness);
    window.click("Filter to \"Vision\"");
    window.until("the filter to apply", |harness| count(harness) < all);
}

/// Opens the confirmation from a menu or the details panel.
fn open_confirmation(window: &mut Window) {
    window.click("Terminate session…");
    // The dialog moves to the center once its size is known.
    window.harness.run_steps(4);
}

/// Returns the number of sessions shown.
fn count(harness: &Harness<'static, App>) -> usize {
    let labels = harness.query_all_by_label_contains(" sessions");
    let mut counts = labels.filter_map(|node| {
        let node = node.accesskit_node();
        let text = node.label().or_else(|| node.value())?;
        text.split_once(" of ")?.0.parse().ok()
    });
    counts.next().expect("the count of sessions")
}

#[test]
fn terminates_session_after_confirmation() {
    let demo = demo(1);
    let mut window = open(&[demo.url()], true, token());
    filter_to_vision(&mut window);
    let before = count(&window.harness);
    let (user, id) = (window.column("Username")[0].clone(), window.column("Client ID")[0].clone());
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.until_text("Terminate this Vision session?");
    // The dialog identifies the session. Enter cancels.
    assert!(window.harness.query_all_by_label(&id).count() > 1);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has("Terminate this Vision session?"));
    assert_eq!(count(&window.harness), before);

    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until_text_contains(&format!("the Vision session of {user}"));
    window.until_text_contains("Terminated the Vision session");
    window.until("the session to disappear", |harness| count(harness) == before - 1);
    assert!(!window.column("Client ID").contains(&id));
}

#[test]
fn escape_cancels() {
    let path = "/data/vision/api/v1/client/V1";
    let gateway = with_items(r#"{"id":"V1","user":"billy"}"#, "", "", move |request| {
        (request.path() == path).then(|| ok(r#"{"message":"done"}"#))
    });
    let mut window = open(&[&gateway.url], true, token());
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Terminate this Vision session?"));
    // The request of a later termination is the only one.
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until_text_contains("Terminated the Vision session");
    assert_eq!(gateway.paths().iter().filter(|sent| *sent == path).count(), 1);
}

#[test]
fn shows_error_of_the_gateway() {
    let demo = demo(1);
    let mut window = open(&[demo.url()], true, token());
    filter_to_vision(&mut window);
    let before = count(&window.harness);
    let id = window.column("Client ID")[0].clone();
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    // The session ends before the user confirms.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let response = runtime.block_on(async {
        http_client()
            .build()
            .unwrap()
            .delete(format!("{}/demo/sessions/{id}", demo.url()))
            .send()
            .await
            .unwrap()
    });
    assert!(response.status().is_success());
    window.click("Terminate session");
    window.until_text_contains("Can't terminate the Vision session");
    // The refresh that follows changes the width of the status bar's parts and would move the button during the click.
    window.until("the session to disappear", |harness| count(harness) == before - 1);
    window.click("Error details");
    window.until_text_contains("No such Vision session");
}

#[test]
fn hides_terminate_without_permission_or_rest_api() {
    let demo = demo(1);
    let without_token =
        DemoGateway::start(Options { still: true, sessions: 30, ..Options::in_process() }).unwrap();
    for (url, may_terminate, credentials) in [
        // The profile doesn't allow it.
        (demo.url(), false, token()),
        // Web Dev doesn't support it.
        (without_token.url(), true, Credentials::None),
    ] {
        let mut window = open(&[url], may_terminate, credentials);
        window.menu_of_cell("Username", 0);
        window.until_text("Show details");
        assert!(!window.has("Terminate session…"));
    }
}

#[test]
fn terminates_session_on_its_own_node() {
    let (first, second) = (demo(1), demo(2));
    let mut window = open(&[first.url(), second.url()], true, token());
    let all = client_ids(&first).len() + client_ids(&second).len();
    window.until_text(&format!("{all} of {all} sessions"));
    filter_to_vision(&mut window);
    let before = count(&window.harness);
    window.click_cell("Username", 0, Modifiers::NONE);
    let id = window.column("Client ID")[0].clone();
    let node = window.column("Node")[0].clone();
    let owner = if first.url().ends_with(&node) { &first } else { &second };
    assert!(owner.url().ends_with(&node), "{node}");
    assert!(client_ids(owner).contains(&id));
    window.click("Details");
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until("the message", |harness| {
        harness.query_all_by_label_contains("Terminated ").any(|label| {
            label
                .accesskit_node()
                .label()
                .or_else(|| label.accesskit_node().value())
                .is_some_and(|text| text.contains(&node))
        })
    });
    assert!(!client_ids(owner).contains(&id));
    window.until("the session to disappear", |harness| count(harness) == before - 1);
}

/// Starts a gateway of 8.3 with these items in its lists. `respond` answers a termination; `None` closes the connection.
fn with_items(
    vision: &'static str,
    designer: &'static str,
    perspective: &'static str,
    respond: impl Fn(&Request) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let list = |items: &str| Some(ok(&format!(r#"{{"items":[{items}]}}"#)));
        let response = match request.path() {
            "/system/gwinfo" => Some(ok("ContextStatus=RUNNING;Version=8.3.4")),
            "/data/vision/api/v1/clients" => list(vision),
            "/data/api/v1/designers" => list(designer),
            "/data/perspective/api/v1/sessions/" => list(perspective),
            _ => respond(request),
        };
        if let Some(response) = response {
            let _closed = stream.write_all(&response);
        }
    })
}

const IN_DESIGNER: &str = "Can't be terminated, because it runs in a Designer. Close the Designer";

#[test]
fn says_why_a_session_in_a_designer_is_not_terminated() {
    let items = r#"{"id":"P1","username":"anna","project":"P","sessionScope":"Designer"},
                   {"id":"P2","username":"billy","project":"P","sessionScope":"browser"}"#;
    let gateway = with_items("", "", items, |_| None);
    let mut window = open(&[&gateway.url], true, token());
    window.menu_of_cell("Username", 0);
    let item = window.harness.get_by_label("Terminate…").accesskit_node();
    assert!(item.is_disabled());
    assert_eq!(item.data().description(), Some(IN_DESIGNER));
    window.click("Show details");
    window.until_text(IN_DESIGNER);
    assert!(!window.has("Terminate session…"));
    window.click_cell("Username", 1, Modifiers::NONE);
    window.until_text("Terminate session…");
    assert!(!window.has(IN_DESIGNER));
}

#[test]
fn window_rests_while_a_question_of_the_palette_is_open() {
    let gateway = with_items(r#"{"id":"V1","user":"billy"}"#, "", "", |_| None);
    let mut window = open(&[&gateway.url], true, token());
    window.click_cell("Username", 0, Modifiers::NONE);
    window.press(Modifiers::NONE, Key::ArrowUp);
    window.press(Modifiers::COMMAND, Key::K);
    window.frame([egui::Event::Text("terminate".to_owned())]);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Terminate this Vision session?");
    until_at_rest(&mut window);
}

#[test]
fn sends_message_to_the_user_of_a_perspective_session() {
    let gateway = with_items(
        r#"{"id":"V1","user":"billy"}"#,
        "",
        r#"{"id":"P1","username":"anna","sessionScope":"browser"}"#,
        |_| Some(ok(r#"{"terminated":1}"#)),
    );
    let mut window = open(&[&gateway.url], true, token());
    window.menu_of_cell("Username", 1);
    open_confirmation(&mut window);
    // Each press of Tab moves on by one control.
    let mut reached = Vec::new();
    for _ in 0..6 {
        window.press(Modifiers::NONE, Key::Tab);
        reached.extend(focused(&window).map(|focused| focused.name));
    }
    let buttons = ["Terminate session", "Message to the user", "Cancel"];
    assert_eq!(reached, [buttons, buttons].concat());
    window.type_into("Message to the user", " Update at 5 & back + soon ");
    window.click("Cancel");
    // Another question starts without the message.
    window.menu_of_cell("Username", 1);
    open_confirmation(&mut window);
    window.type_into("Message to the user", " 100 % für alle ");
    // Enter leaves the box and terminates nothing.
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.has("Terminate this Perspective session?"));
    window.click("Terminate session");
    window.until_text_contains("Terminated the Perspective session");
    // Vision has no such message.
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    assert!(!window.has("Message to the user"));
    window.click("Terminate session");
    window.until_text_contains("Terminated the Vision session");
    let requests = gateway.requests().into_iter().map(|request| request.target);
    let terminations: Vec<String> =
        requests.filter(|target| target.contains("/sessions?") || target.contains("/client/")).collect();
    assert_eq!(
        terminations,
        [
            "/data/perspective/api/v1/sessions?sessionId=P1&message=100%20%25%20f%C3%BCr%20alle",
            "/data/vision/api/v1/client/V1"
        ]
    );
}

#[test]
fn says_that_a_designer_is_in_use() {
    let gateway = with_items("", r#"{"id":"D1","user":"anna"}"#, "", |_| Some(status("409 Conflict", "")));
    let mut window = open(&[&gateway.url], true, token());
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until_text_contains("Can't terminate the Designer session of anna");
    window.until_text_contains("The Designer is in use. Close it first");
}

#[test]
fn says_that_no_response_came() {
    let gateway = with_items(r#"{"id":"V1","user":"billy"}"#, "", "", |_| None);
    let mut window = open(&[&gateway.url], true, token());
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until_text_contains("No response. Refresh to see whether the Vision session of billy");
    assert!(window.harness.query_by_label_contains("Can't terminate").is_none());
}

/// Opens a window on a gateway whose sessions may be terminated. Another saved one, with the same address, doesn't allow it.
fn open_with_another(gateway: &FakeGateway) -> Window {
    let profile = |name: &str, may_terminate| {
        let mut profile = Profile::from_address(&gateway.url).unwrap().with_name(name);
        profile.may_terminate = may_terminate;
        profile
    };
    let [allowing, other] = [profile("Allowing", true), profile("Other", false)];
    let started = start(Target::Gateway(allowing.clone()));
    let settings = Settings { profiles: vec![allowing, other], ..started.settings };
    let mut window = Window::open(Start { settings, credentials: token(), ..started });
    window.until("the table", |harness| harness.query_all_by_role(Role::Cell).count() > 0);
    window
}

/// Changes to the other gateway by keyboard or screen reader, which a dialog doesn't prevent.
fn change_gateway(window: &mut Window) {
    for name in ["Saved gateways", "Other"] {
        window.harness.get_by_label(name).click_accesskit();
        window.harness.run_steps(3);
    }
    window.until_gateway("Other: Running");
    window.until("the table", |harness| harness.query_all_by_role(Role::Cell).count() > 0);
}

#[test]
fn permission_ends_with_the_gateway() {
    let gateway = with_items(r#"{"id":"V1","user":"billy"}"#, "", "", |_| None);
    let mut window = open_with_another(&gateway);
    window.menu_of_cell("Username", 0);
    window.until_text("Terminate session…");
    window.press(Modifiers::NONE, Key::Escape);
    change_gateway(&mut window);
    window.menu_of_cell("Username", 0);
    window.until_text("Show details");
    assert!(!window.has("Terminate session…"));
}

#[test]
fn open_question_ends_with_the_gateway() {
    let gateway = with_items(r#"{"id":"V1","user":"billy"}"#, "", "", |_| None);
    let mut window = open_with_another(&gateway);
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.until_text("Terminate this Vision session?");
    change_gateway(&mut window);
    assert!(!window.has("Terminate this Vision session?"));
    assert!(!gateway.paths().contains(&"/data/vision/api/v1/client/V1".to_owned()));
}

const TWO_CLIENTS: &str =
    r#"{"id":"V1","user":"billy","project":"P"},{"id":"V2","user":"anna","project":"P"}"#;

/// Selects the first two rows and opens the question about them.
fn ask_about_two(window: &mut Window) {
    window.click_cell("Username", 0, Modifiers::NONE);
    window.click_cell("Username", 1, Modifiers::SHIFT);
    window.menu_of_cell("Username", 1);
    window.click("Terminate 2 sessions…");
    window.harness.run_steps(4);
    window.until_text("Terminate 2 sessions?");
}

fn terminations(gateway: &FakeGateway) -> Vec<String> {
    gateway.paths().into_iter().filter(|path| path.contains("/client/")).collect()
}

#[test]
fn terminates_several_sessions_one_after_the_other() {
    let gateway = with_items(TWO_CLIENTS, "", "", |_| Some(ok(r#"{"message":"done"}"#)));
    let mut window = open(&[&gateway.url], true, token());
    ask_about_two(&mut window);
    assert!(window.has("Unsaved work in these sessions will be lost"));
    // Enter cancels.
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has("Terminate 2 sessions?"));
    assert!(terminations(&gateway).is_empty());

    // The details have the same button.
    window.click("Details");
    window.click("Terminate 2 sessions…");
    window.harness.run_steps(4);
    window.click("Terminate 2 sessions");
    window.until_text_contains("2 sessions terminated");
    let client = |id: &str| format!("/data/vision/api/v1/client/{id}");
    assert_eq!(terminations(&gateway), [client("V1"), client("V2")]);
}

#[test]
fn says_which_of_several_sessions_were_not_terminated() {
    let gateway = with_items(TWO_CLIENTS, "", "", |request| {
        Some(if request.path().ends_with("V1") { status("404 Not Found", "") } else { ok("{}") })
    });
    let mut window = open(&[&gateway.url], true, token());
    ask_about_two(&mut window);
    window.click("Terminate 2 sessions");
    window.until_text_contains("1 of 2 sessions terminated, 1 failed");
    window.harness.run_steps(4);
    window.click("Error details");
    window.until_text_contains("billy in P (V1): No such Vision session");
}

#[test]
fn says_why_one_of_several_terminations_has_no_response() {
    let gateway =
        with_items(TWO_CLIENTS, "", "", |request| (!request.path().ends_with("V1")).then(|| ok("{}")));
    let mut window = open(&[&gateway.url], true, token());
    ask_about_two(&mut window);
    window.click("Terminate 2 sessions");
    window.until_text_contains("1 of 2 sessions terminated, 1 failed");
    window.harness.run_steps(4);
    window.click("Error details");
    window.until_text_contains("billy in P (V1): No response (");
    assert!(window.harness.query_by_label_contains("Try again").is_none());
}

#[test]
fn several_terminations_can_be_cancelled() {
    let (release, released) = std::sync::mpsc::sync_channel::<()>(1);
    let released = std::sync::Mutex::new(released);
    let gateway = with_items(TWO_CLIENTS, "", "", move |request| {
        if request.path().contains("/client/") {
            let _released = released.lock().unwrap().recv();
        }
        Some(ok("{}"))
    });
    let mut window = open(&[&gateway.url], true, token());
    ask_about_two(&mut window);
    window.click("Terminate 2 sessions");
    window.until_text("Terminating 1 of 2 sessions…");
    window.until("the request", |_| terminations(&gateway).len() == 1);
    window.click("Stop terminating");
    window.until_text("Cancelling…");
    release.send(()).unwrap();
    window.until_text_contains("1 of 2 sessions terminated, then cancelled");
    assert_eq!(terminations(&gateway).len(), 1);
    assert!(!window.has("Cancelling…"));
}

#[test]
fn question_names_the_sessions_that_stay() {
    let items = r#"{"id":"P1","username":"anna","project":"P","sessionScope":"Designer"},
                   {"id":"P2","username":"billy","project":"P","sessionScope":"browser"}"#;
    let gateway = with_items("", "", items, |_| Some(ok("{}")));
    let mut window = open(&[&gateway.url], true, token());
    window.press(Modifiers::COMMAND, Key::A);
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.until_text("Terminate this Perspective session?");
    window.until_text_contains(
        "1 session of the selection: Can't be terminated, because it runs in a Designer",
    );
}

#[test]
fn palette_terminates_the_selected_sessions() {
    let gateway = with_items(TWO_CLIENTS, "", "", |_| Some(ok("{}")));
    let mut window = open(&[&gateway.url], true, token());
    window.press(Modifiers::COMMAND, Key::K);
    assert!(window.harness.query_by_label_contains("Terminate ").is_none(), "nothing is selected");
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::COMMAND, Key::A);
    window.press(Modifiers::COMMAND, Key::K);
    window.harness.event(egui::Event::Text("terminate".to_owned()));
    window.harness.run_steps(3);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Terminate 2 sessions?");
}

#[test]
fn terminates_a_session_of_all_gateways_on_its_own_gateway_only() {
    let path = "/data/vision/api/v1/client/V1";
    let terminates = move |request: &Request| (request.path() == path).then(|| ok(r#"{"message":"done"}"#));
    // Both have a session with the same ID.
    let north = with_items(r#"{"id":"V1","user":"anna"}"#, "", "", terminates);
    let south = with_items(r#"{"id":"V1","user":"billy"}"#, "", "", terminates);
    let folder = tempfile::tempdir().unwrap();
    let profile = |name: &str, url: &str| saved_gateway(name, url, "token = true\nmay_terminate = true\n");
    let text = format!("refresh_secs = 0\n{}{}", profile("North", &north.url), profile("South", &south.url));
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let profiles = settings.profiles.clone();
    let open_secrets = std::sync::Arc::new(move || {
        let secrets = Secrets::in_memory();
        for profile in &profiles {
            let _stored = secrets.set(&profile.name, &profile.binding(), &Secret::new(TOKEN.to_owned()));
        }
        secrets
    });
    let target = settings.target(Some("North"), None).unwrap();
    let mut window = Window::open(Start { settings, open_secrets, ..start(target) });
    window.until_text("North: 1 session");
    window.harness.get_by_label_contains("All gateways: ").click();
    window.until_text("2 of 2 sessions");
    let line = window.column("Username").iter().position(|user| user == "billy").unwrap();
    assert_eq!(window.column("Gateway")[line], "South");
    window.menu_of_cell("Username", line);
    open_confirmation(&mut window);
    assert!(window.has("On South"));
    window.click("Terminate session");
    window.until_text_contains("Terminated the Vision session of billy");
    let requests = |gateway: &FakeGateway| gateway.paths().iter().filter(|sent| *sent == path).count();
    assert_eq!((requests(&north), requests(&south)), (0, 1));
}

#[test]
fn terminated_session_is_in_the_history() {
    let (demo, folder) = (demo(1), tempfile::tempdir().unwrap());
    let mut profile = Profile::new("Plant".to_owned(), vec![demo.url().parse().unwrap()]).unwrap();
    profile.may_terminate = true;
    let builder = Harness::builder().with_size([1280.0, 680.0]).allow_missing_glyphs();
    let path = folder.path().join("history.db");
    let start = Start {
        credentials: token(),
        history: Some(Location::File(path.clone())),
        ..start(Target::Gateway(profile))
    };
    let mut window = Window::open_as(builder, start);
    window.until("the table", |harness| harness.query_all_by_role(Role::Cell).count() > 0);
    filter_to_vision(&mut window);
    let id = window.column("Client ID")[0].clone();
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until_text_contains("Terminated the Vision session");
    drop(window);
    let history = rusqlite::Connection::open(path).unwrap();
    let events = "SELECT e.client, n.gateway FROM event e JOIN node n ON n.id = e.node WHERE e.kind = 2";
    let event = history.query_row(events, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(event, Ok((id, "Plant".to_owned())));
}

#[test]
fn termination_belongs_to_its_gateway_although_another_is_shown_at_its_end() {
    let path = "/data/vision/api/v1/client/V1";
    let (go_on, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let north = with_items(r#"{"id":"V1","user":"anna"}"#, "", "", move |request: &Request| {
        (request.path() == path).then(|| {
            wait.lock().unwrap().recv().unwrap();
            ok(r#"{"message":"done"}"#)
        })
    });
    let south = with_items(r#"{"id":"V2","user":"billy"}"#, "", "", |_| None);
    let folder = tempfile::tempdir().unwrap();
    let profile =
        |name: &str, url: &str, more: &str| saved_gateway(name, url, &format!("token = true\n{more}"));
    let (north_profile, south_profile) = (
        profile("North", &north.url, "may_terminate = true\n"),
        profile("South", &south.url, "background_secs = 0\n"),
    );
    let text = format!("refresh_secs = 0\n{north_profile}{south_profile}");
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let settings = Settings::load(folder.path()).unwrap();
    let target = settings.target(Some("North"), None).unwrap();
    let file = folder.path().join("history.db");
    let history = Some(Location::File(file.clone()));
    let mut window = Window::open(Start { settings, credentials: token(), history, ..start(target) });
    window.until_text("1 of 1 sessions");
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.click("Terminate session");
    window.until("the request", |_| north.paths().iter().any(|sent| sent == path));
    window.harness.get_by_label_contains("South: ").click();
    window.until_gateway("South");
    go_on.send(()).unwrap();
    window.until_text_contains("Terminated the Vision session of anna");
    drop(window);
    let history = rusqlite::Connection::open(file).unwrap();
    let events = "SELECT n.gateway FROM event e JOIN node n ON n.id = e.node WHERE e.kind = 2";
    assert_eq!(history.query_row(events, [], |row| row.get(0)), Ok("North".to_owned()));
}
