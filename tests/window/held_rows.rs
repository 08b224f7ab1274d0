//! Rows of the activity list keep their places while newer ones come. Needs no display.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Pos2, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::gateway::Profile;
use gatewatch::history::Location;
use gatewatch::settings::{State, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;
use tempfile::TempDir;

use crate::painted;
use crate::popups::turn_wheel;
use crate::support::window::{Window, start};
use crate::support::{FakeGateway, ok, status, webdev_json};

/// A gateway on which more and more users sign in.
struct Plant {
    gateway: FakeGateway,
    users: Arc<AtomicUsize>,
    folder: TempDir,
}

impl Plant {
    fn new(users: usize) -> Self {
        let users = Arc::new(AtomicUsize::new(users));
        let shown = users.clone();
        let gateway = FakeGateway::new(move |request, stream| {
            let user =
                |user: usize| format!(r#""user{user:03}","Packaging","10.0.0.9",false,"{user:08X}",null"#);
            let rows: Vec<String> = (0..shown.load(Ordering::SeqCst)).map(user).collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let response = match request.path() {
                "/system/webdev/gatewatch/sessions" => ok(&webdev_json(&rows)),
                _ => status("404 Not Found", ""),
            };
            let _closed = stream.write_all(&response);
        });
        Self { gateway, users, folder: tempfile::tempdir().unwrap() }
    }

    /// Opens a window with the activity of this plant.
    fn open(&self) -> Window {
        let profile = Profile::new("Plant".to_owned(), vec![self.gateway.url.parse().unwrap()]).unwrap();
        let table = Layout { activity: true, ..Layout::default() };
        let mut window = Window::open(Start {
            history: Some(Location::File(self.folder.path().join("history.db"))),
            state: State { table, ..State::default() },
            ..start(Target::Gateway(profile))
        });
        self.until_listed(&mut window);
        window
    }

    /// Lets two more users sign in, and waits until both are in the list.
    fn grow(&self, window: &mut Window) {
        self.users.fetch_add(2, Ordering::SeqCst);
        window.press(Modifiers::NONE, Key::F5);
        self.until_listed(window);
    }

    fn until_listed(&self, window: &mut Window) {
        let count = self.users.load(Ordering::SeqCst);
        window.retry("the entries", |window| {
            window.harness.step();
            let Some(panel) = window.harness.query_by_role_and_label(Role::Group, "Activity") else {
                return false;
            };
            let head = panel.rect().with_max_y(panel.rect().top() + 40.0);
            painted::texts_in(window, head).iter().any(|text| text.text == count.to_string())
        });
        window.harness.run_steps(3);
    }
}

/// Returns the place of the row of a user in the activity list.
fn place(window: &Window, user: &str) -> Option<Rect> {
    let list = window.harness.get_by_label("Activity list").rect();
    let mut rows = window.harness.query_all_by_role(Role::ListItem);
    let row = rows.find(|row| row.accesskit_node().label().is_some_and(|text| text.contains(user)));
    row.map(|row| row.rect()).filter(|row| list.contains_rect(*row))
}

/// Returns the user of the row at a height in the activity list.
fn user_at(window: &Window, at: Pos2) -> String {
    let mut rows = window.harness.query_all_by_role(Role::ListItem);
    let row = rows.find(|row| row.rect().contains(at)).unwrap();
    let text = row.accesskit_node().label().unwrap();
    text.split(", ").find(|part| part.starts_with("user")).unwrap().to_owned()
}

fn check_holds_still(window: &mut Window, plant: &Plant, at: Pos2, what: &str) {
    let user = user_at(window, at);
    let before = place(window, &user);
    plant.grow(window);
    assert_eq!(place(window, &user), before, "{what}: {user}");
}

#[test]
fn rows_of_the_activity_hold_still_under_the_pointer_and_scrolled_down_and_at_the_cursor() {
    let plant = Plant::new(40);
    let mut window = plant.open();
    let list = window.harness.get_by_label("Activity list").rect();
    // In the fourth row.
    let at = list.left_top() + vec2(150.0, 28.0 + 3.5 * 24.0);
    // At the top, the newest ones are shown.
    plant.grow(&mut window);
    let top = place(&window, "user041").or(place(&window, "user040"));
    assert!(top.is_some(), "the newest ones are in view");

    window.frame([Event::PointerMoved(at)]);
    check_holds_still(&mut window, &plant, at, "under the pointer");
    window.frame([Event::PointerMoved(list.left_top() - vec2(0.0, 200.0))]);
    window.harness.run_steps(3);
    assert!(place(&window, "user043").is_some(), "the newest ones are shown once the pointer has left");

    turn_wheel(&mut window, at, vec2(0.0, -120.0));
    window.harness.run_steps(30);
    window.frame([Event::PointerGone]);
    assert!(place(&window, "user043").is_none());
    check_holds_still(&mut window, &plant, at, "scrolled down");
    check_holds_still(&mut window, &plant, at, "still scrolled down");

    turn_wheel(&mut window, at, vec2(0.0, 2_000.0));
    window.harness.run_steps(60);
    window.click_at(at, egui::PointerButton::Primary, Modifiers::NONE);
    window.frame([Event::PointerGone]);
    window.harness.run_steps(3);
    check_holds_still(&mut window, &plant, at, "at the cursor");
}
