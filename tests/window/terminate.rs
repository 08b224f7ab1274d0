//! Terminating a session: off unless the profile allows it, offered only where the gateway can do it, and done only after
//! the user said so to its name. Needs no screen.

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

/// The ids of all sessions that a gateway has.
fn ids(gateway: &DemoGateway) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let node = gateway.url().parse().unwrap();
    let read = runtime
        .block_on(Client::new(Limits::default()).read(&node, &token(), &ReadOptions::default()))
        .unwrap();
    let column = read.dataset.column(&ColumnId::ClientId).unwrap();
    (0..read.dataset.len())
        .map(|row| format!("{:?}", column.cell(row)))
        .map(|cell| cell.split('"').nth(1).unwrap().to_owned())
        .collect()
}

/// A window on these nodes that is opened so.
fn open(nodes: &[&str], may_terminate: bool, credentials: Credentials) -> Window {
    let nodes = nodes.iter().map(|url| url.parse().unwrap()).collect();
    let mut profile = Profile::new("Plant".to_owned(), nodes).unwrap();
    profile.may_terminate = may_terminate;
    // The plant's people write their names in many scripts.
    let builder = Harness::builder().with_size([1280.0, 680.0]).allow_missing_glyphs();
    let mut window = Window::open_as(builder, Start { credentials, ..start(Target::Gateway(profile)) });
    window.until("a table", |harness| harness.query_all_by_role(Role::Cell).count() > 0);
    window
}

fn token() -> Credentials {
    Credentials::Token(TOKEN.to_owned())
}

/// Only Vision clients are sure to be ended.
fn only_vision(window: &mut Window) {
    let kinds = window.column("Kind");
    let line = kinds.iter().position(|kind| kind == "Vision");
    let line = line.unwrap_or_else(|| panic!("no Vision client in view: {kinds:?}"));
    window.menu_of_cell("Kind", line);
    let all = count(&window.harness);
    window.click("Filter to this value");
    window.until("the filter applied", |harness| count(harness) < all);
}

/// Chooses it in a menu or in the details.
fn ask(window: &mut Window) {
    window.click("Terminate session…");
    // The question is in its place once it is known how much room it takes.
    window.harness.run_steps(4);
}

/// How many sessions are shown.
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
fn a_session_is_terminated_once_its_name_was_confirmed() {
    let demo = demo(1);
    let mut window = open(&[demo.url()], true, token());
    only_vision(&mut window);
    let before = count(&window.harness);
    let (user, id) = (window.column("Username")[0].clone(), window.column("Client ID")[0].clone());
    window.menu_of_cell("Username", 0);
    ask(&mut window);
    window.until_text("Terminate this Vision session?");
    // It is told which one, and Enter alone keeps it.
    assert!(window.harness.query_all_by_label(&id).count() > 1);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(!window.has("Terminate this Vision session?"));
    assert_eq!(count(&window.harness), before);

    window.menu_of_cell("Username", 0);
    ask(&mut window);
    window.click("Terminate");
    window.until_text_contains(&format!("the Vision session of {user}"));
    window.until_text_contains("Terminated the Vision session");
    window.until("one session fewer", |harness| count(harness) == before - 1);
    assert!(!window.column("Client ID").contains(&id));
}

#[test]
fn escape_keeps_the_session() {
    let demo = demo(1);
    let mut window = open(&[demo.url()], true, token());
    only_vision(&mut window);
    let before = count(&window.harness);
    window.menu_of_cell("Username", 0);
    ask(&mut window);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Terminate this Vision session?"));
    assert_eq!(count(&window.harness), before);
}

#[test]
fn what_the_gateway_refuses_is_told() {
    let demo = demo(1);
    let mut window = open(&[demo.url()], true, token());
    only_vision(&mut window);
    let id = window.column("Client ID")[0].clone();
    window.menu_of_cell("Username", 0);
    ask(&mut window);
    // It ends by itself before anybody answers.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let gone = runtime.block_on(async {
        reqwest::Client::new().delete(format!("{}/demo/sessions/{id}", demo.url())).send().await.unwrap()
    });
    assert!(gone.status().is_success());
    window.click("Terminate");
    window.until_text_contains("Can't terminate the Vision session");
    window.click("Error details");
    window.until_text_contains("No such Vision session");
}

#[test]
fn it_is_not_offered_where_it_is_not_allowed_or_cannot_be_done() {
    let demo = demo(1);
    let open_to_all =
        DemoGateway::start(Options { still: true, sessions: 30, ..Options::in_process() }).unwrap();
    for (url, may_terminate, credentials) in [
        // The profile does not say that it may.
        (demo.url(), false, token()),
        // Web Dev can't.
        (open_to_all.url(), true, Credentials::None),
    ] {
        let mut window = open(&[url], may_terminate, credentials);
        window.menu_of_cell("Username", 0);
        window.until_text("Show details");
        assert!(!window.has("Terminate session…"));
    }
}

#[test]
fn of_several_nodes_the_one_that_has_the_session_is_told() {
    let (one, two) = (demo(1), demo(2));
    let mut window = open(&[one.url(), two.url()], true, token());
    only_vision(&mut window);
    window.until("both nodes", |harness| harness.query_by_label("Gateway").is_some());
    let before = count(&window.harness);
    window.click_cell("Username", 0, Modifiers::NONE);
    let id = window.column("Client ID")[0].clone();
    let node = window.column("Gateway")[0].clone();
    let theirs = if one.url().ends_with(&node) { &one } else { &two };
    assert!(theirs.url().ends_with(&node), "{node}");
    assert!(ids(theirs).contains(&id));
    window.click("Details");
    ask(&mut window);
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
    assert!(!ids(theirs).contains(&id));
    window.until("one session fewer", |harness| count(harness) == before - 1);
}
