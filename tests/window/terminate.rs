//! Terminating sessions: where it is offered, the confirmation, and the result. Needs no display.

use crate::support::window::{Window, start};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::dataset::ColumnId;
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{Client, Credentials, Limits, Profile, ReadOptions};
use gatewatch::settings::Target;
use gatewatch::ui::{App, Start};

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
    window.click("Filter to this value");
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
    window.click("Terminate");
    window.until_text_contains(&format!("the Vision session of {user}"));
    window.until_text_contains("Terminated the Vision session");
    window.until("the session to disappear", |harness| count(harness) == before - 1);
    assert!(!window.column("Client ID").contains(&id));
}

#[test]
fn escape_cancels() {
    let demo = demo(1);
    let mut window = open(&[demo.url()], true, token());
    filter_to_vision(&mut window);
    let before = count(&window.harness);
    window.menu_of_cell("Username", 0);
    open_confirmation(&mut window);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Terminate this Vision session?"));
    assert_eq!(count(&window.harness), before);
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
        reqwest::Client::new().delete(format!("{}/demo/sessions/{id}", demo.url())).send().await.unwrap()
    });
    assert!(response.status().is_success());
    window.click("Terminate");
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
    filter_to_vision(&mut window);
    window.until("both nodes", |harness| harness.query_by_label("Gateway").is_some());
    let before = count(&window.harness);
    window.click_cell("Username", 0, Modifiers::NONE);
    let id = window.column("Client ID")[0].clone();
    let node = window.column("Gateway")[0].clone();
    let owner = if first.url().ends_with(&node) { &first } else { &second };
    assert!(owner.url().ends_with(&node), "{node}");
    assert!(client_ids(owner).contains(&id));
    window.click("Details");
    open_confirmation(&mut window);
    window.click("Terminate");
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
