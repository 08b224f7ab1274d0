//! The window without a display, driven through its accessible names.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use egui::accesskit::{Role, Toggled};
use egui::{Context, Event, Key, Modifiers, OutputCommand, Plugin, PointerButton, Pos2, RawInput};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use egui_kittest::{Harness, HarnessBuilder};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::settings::{Settings, State, Target};
use gatewatch::ui::{App, DesktopTheme, Start};

use super::keyring::TestKeyring;
use super::{FakeGateway, PLANT, ok, webdev_json};

pub(crate) use super::wait::TIMEOUT;

/// A window without a display.
pub(crate) struct Window {
    pub(crate) harness: Harness<'static, App>,
    /// Receives a message when another thread requests a repaint.
    wakes: Receiver<()>,
    /// Receives the texts that were copied.
    copies: Receiver<String>,
}

impl Window {
    /// Opens a window.
    pub(crate) fn open(start: Start) -> Self {
        Self::open_as(Harness::builder().with_size([1280.0, 680.0]), start)
    }

    /// Opens a window with a size, theme or scale from the builder.
    pub(crate) fn open_as(builder: HarnessBuilder<App>, start: Start) -> Self {
        let (wake, wakes) = sync_channel(1);
        let (copy, copies) = sync_channel(16);
        // Frames of a display at 60 Hz, in which two clicks in a row are a double click.
        let mut harness = builder.with_step_dt(1.0 / 60.0).build_eframe(|cc| {
            let tester = thread::current().id();
            cc.egui_ctx.set_request_repaint_callback(move |_| {
                // An animation would have its frames drawn without a pause.
                if thread::current().id() != tester {
                    let _full = wake.try_send(());
                }
            });
            cc.egui_ctx.on_end_pass(
                "copies",
                Arc::new(move |ctx| {
                    ctx.output(|output| {
                        for command in &output.commands {
                            if let OutputCommand::CopyText(text) = command {
                                copy.try_send(text.clone()).unwrap();
                            }
                        }
                    });
                }),
            );
            App::new(&cc.egui_ctx, start).unwrap()
        });
        harness.step();
        Self { harness, wakes, copies }
    }

    /// Opens a window that receives these events, one list per frame, from its first frame on.
    pub(crate) fn open_receiving(frames: Vec<Vec<Event>>, start: Start) -> Self {
        let feed = Feed(frames.into());
        let builder = Harness::builder().with_size([1280.0, 680.0]);
        Self::open_as(builder.with_context_setup(move |ctx| ctx.add_plugin(feed)), start)
    }

    /// Opens a window on the gateway at this address.
    pub(crate) fn on(url: &str) -> Self {
        Self::open(start_on(url))
    }

    /// Draws one frame with all of these events.
    pub(crate) fn frame(&mut self, events: impl IntoIterator<Item = Event>) {
        self.harness.input_mut().events.extend(events);
        self.harness.step();
    }

    /// Returns the name of the gateway and its state in words.
    pub(crate) fn gateway(&self) -> String {
        self.text_of("Saved gateways")
    }

    /// Draws frames until the name of the gateway and its state contain this text.
    pub(crate) fn until_gateway(&mut self, text: &str) {
        self.until(text, |harness| {
            let value = harness.get_by_label("Saved gateways").accesskit_node().value();
            value.is_some_and(|value| value.contains(text))
        });
    }

    /// Returns the text of the text box with this name.
    pub(crate) fn text_of(&self, name: &str) -> String {
        self.harness.get_by_label(name).accesskit_node().value().unwrap_or_default()
    }

    /// Draws frames until `shown` holds. Panics with `what` after [`TIMEOUT`].
    pub(crate) fn until(&mut self, what: &str, shown: impl Fn(&Harness<'static, App>) -> bool) {
        let end = Instant::now() + TIMEOUT;
        loop {
            self.harness.step();
            if shown(&self.harness) {
                return;
            }
            assert!(Instant::now() < end, "timed out waiting for: {what}; shown: {:?}", self.labels());
            // The callback ignores delayed repaints, so draw again after a short time.
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
        }
    }

    /// Draws frames and repeats `attempt` until it succeeds. Panics with `what` after [`TIMEOUT`].
    pub(crate) fn retry(&mut self, what: &str, mut attempt: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + TIMEOUT;
        while !attempt(self) {
            assert!(Instant::now() < end, "timed out waiting for: {what}");
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
        }
    }

    /// Draws frames until a widget with this text exists.
    pub(crate) fn until_text(&mut self, text: &str) {
        self.until(text, |harness| harness.query_by_label(text).is_some());
    }

    /// Draws frames until a widget whose text contains this one exists.
    pub(crate) fn until_text_contains(&mut self, text: &str) {
        self.until(text, |harness| harness.query_by_label_contains(text).is_some());
    }

    /// Clicks the widget with this name.
    pub(crate) fn click(&mut self, name: &str) {
        // A panel that has grown is laid out in the next frame.
        self.harness.step();
        self.harness.get_by_label(name).click();
        self.harness.step();
        self.harness.step();
    }

    /// Clicks the toggle with this name in the box with this name.
    pub(crate) fn toggle(&mut self, filter: &str, name: &str) {
        self.harness.step();
        let (at, _) = self.toggle_of(filter, name);
        self.click_at(at, PointerButton::Primary, Modifiers::NONE);
    }

    /// Returns whether the toggle with this name is on in the box with this name.
    pub(crate) fn is_toggled(&self, filter: &str, name: &str) -> bool {
        self.toggle_of(filter, name).1
    }

    /// Returns the center and the state of the first toggle with this name to the right of a text box.
    fn toggle_of(&self, filter: &str, name: &str) -> (Pos2, bool) {
        let filter = self.harness.get_by_label(filter).rect();
        let toggles = self.harness.query_all_by_label(name).map(|toggle| {
            (toggle.rect().center(), toggle.accesskit_node().data().toggled() == Some(Toggled::True))
        });
        let right = |at: Pos2| filter.y_range().contains(at.y) && at.x > filter.right();
        toggles.filter(|(at, _)| right(*at)).min_by(|a, b| a.0.x.total_cmp(&b.0.x)).unwrap()
    }

    /// Focuses the text box with this name and types at its cursor.
    pub(crate) fn type_into(&mut self, name: &str, text: &str) {
        self.harness.get_by_label(name).focus();
        self.harness.step();
        self.harness.get_by_label(name).type_text(text);
        self.harness.step();
    }

    /// Waits for the sessions of the demo gateway, in the table and in the list of gateways. It starts with 120, and one signs
    /// in or leaves every few seconds.
    pub(crate) fn until_demo(&mut self) {
        self.until("the sessions of the demo gateway", |harness| {
            (100..=140).any(|count| {
                let has = |label: &str| harness.query_by_label(label).is_some();
                has(&format!("{count} of {count} sessions"))
                    && has(&format!("Demo gateway: {count} sessions"))
            })
        });
    }

    /// Draws frames until the column contains these texts.
    pub(crate) fn until_column(&mut self, header: &str, texts: &[&str]) {
        let end = Instant::now() + TIMEOUT;
        while self.column(header) != texts {
            assert!(
                Instant::now() < end,
                "timed out waiting for {header} to be {texts:?}: {:?}",
                self.column(header)
            );
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
            self.harness.step();
        }
    }

    /// Returns the accessible names and texts of all widgets.
    fn labels(&self) -> Vec<String> {
        let nodes = self.harness.query_all(By::new());
        nodes
            .filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()))
            .collect()
    }

    /// Returns whether a widget with this text exists.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.harness.query_by_label(text).is_some()
    }

    /// Returns the texts of the visible cells of a column, from top to bottom.
    pub(crate) fn column(&self, header: &str) -> Vec<String> {
        self.cells(header).into_iter().map(|(_, text)| text).collect()
    }

    /// Returns the centers and texts of the visible cells of a column, without those of sessions that have left.
    fn cells(&self, header: &str) -> Vec<(Pos2, String)> {
        let column = self.harness.get_by_label(header).accesskit_node().data().column_index();
        assert!(column.is_some(), "{header} is not a column");
        let mut cells: Vec<(Pos2, String)> = self
            .harness
            .query_all_by_role(Role::Cell)
            .filter(|node| node.accesskit_node().data().column_index() == column)
            .filter(|node| !node.accesskit_node().is_disabled())
            .map(|node| (node.rect().center(), node.accesskit_node().label().unwrap_or_default()))
            .collect();
        cells.sort_by(|a, b| a.0.y.total_cmp(&b.0.y));
        cells
    }

    /// Clicks a cell. Lines count from 0.
    pub(crate) fn click_cell(&mut self, header: &str, line: usize, modifiers: Modifiers) {
        let (at, _) = self.cells(header)[line];
        self.click_at(at, PointerButton::Primary, modifiers);
    }

    /// Opens the menu of a cell.
    pub(crate) fn menu_of_cell(&mut self, header: &str, line: usize) {
        let (at, _) = self.cells(header)[line];
        self.click_at(at, PointerButton::Secondary, Modifiers::NONE);
    }

    /// Clicks a position with a mouse button.
    pub(crate) fn click_at(&mut self, at: Pos2, button: PointerButton, modifiers: Modifiers) {
        self.harness.event(Event::PointerMoved(at));
        for pressed in [true, false] {
            let event = Event::PointerButton { pos: at, button, pressed, modifiers };
            self.harness.event_modifiers(event, modifiers);
        }
        self.harness.step();
        self.harness.step();
    }

    /// Drags with the primary button.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.drag_at(from);
        self.harness.hover_at(from.lerp(to, 0.5));
        self.harness.hover_at(to);
        self.harness.drop_at(to);
        self.harness.step();
        self.harness.step();
    }

    /// Presses and releases a key.
    pub(crate) fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    /// Returns the texts of the visible selected rows in a column.
    pub(crate) fn selected(&self, header: &str) -> Vec<String> {
        let rows: Vec<_> = self
            .harness
            .query_all_by_role(Role::Row)
            .filter(|row| row.accesskit_node().data().is_selected() == Some(true))
            .map(|row| row.rect())
            .collect();
        let cells = self.cells(header).into_iter();
        cells
            .filter(|(at, _)| rows.iter().any(|row| row.y_range().contains(at.y)))
            .map(|(_, text)| text)
            .collect()
    }

    /// Draws frames until a text is copied, and returns it.
    pub(crate) fn copied(&mut self) -> String {
        let end = Instant::now() + TIMEOUT;
        loop {
            if let Ok(text) = self.copies.try_recv() {
                return text;
            }
            assert!(Instant::now() < end, "timed out waiting for a copied text");
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
            self.harness.step();
        }
    }
}

/// A clock that stands still until it is advanced.
#[derive(Clone)]
pub(crate) struct StoppedClock(Arc<Mutex<Instant>>);

impl StoppedClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Returns the function of [`Start`] that reads the clock.
    pub(crate) fn read(&self) -> Arc<dyn Fn() -> Instant + Send + Sync> {
        let time = self.0.clone();
        Arc::new(move || *time.lock().unwrap())
    }

    pub(crate) fn advance(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

/// Adds a list of events to each frame, before the plugins of the program see it.
struct Feed(VecDeque<Vec<Event>>);

impl Plugin for Feed {
    fn debug_name(&self) -> &'static str {
        "feed"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        if ctx.current_pass_index() == 0 {
            input.events.extend(self.0.pop_front().unwrap_or_default());
        }
    }
}

/// Returns the events of pressing and releasing a key.
pub(crate) fn key(key: Key) -> [Event; 2] {
    [true, false].map(|pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    })
}

/// Returns the events of typing a text, one list per character.
pub(crate) fn typed(text: &str) -> Vec<Vec<Event>> {
    let of_character = |character: char| match character {
        '\n' => key(Key::Enter).to_vec(),
        '\t' => key(Key::Tab).to_vec(),
        _ => {
            let name = if character == ' ' { "Space".to_owned() } else { character.to_uppercase().collect() };
            let [pressed, released] = Key::from_name(&name).map_or([None, None], |name| key(name).map(Some));
            let text = Event::Text(character.to_string());
            [pressed, Some(text), released].into_iter().flatten().collect()
        }
    };
    text.chars().map(of_character).collect()
}

/// Returns the arguments for a window with manual refresh.
pub(crate) fn start(target: Target) -> Start {
    Start {
        target: Some(target),
        settings: Settings { refresh: Some(Duration::ZERO), ..Settings::default() },
        state: State::default(),
        folder: None,
        history: None,
        credentials: Credentials::None,
        error: None,
        pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
        // Keeps the tests out of the user's keyring.
        open_secrets: TestKeyring::default().opener(None),
        clock: Arc::new(Instant::now),
        wall_clock: Arc::new(SystemTime::now),
        log: gatewatch::logging::LogLines::default(),
        renderer: String::new(),
        desktop_theme: DesktopTheme::default(),
        has_glyph: Arc::new(|_| true),
        open_path: Arc::new(|_| Ok(())),
        alerts: gatewatch::ui::AlertSetup::default(),
    }
}

/// Returns the arguments for a window on the gateway at this address.
pub(crate) fn start_on(url: &str) -> Start {
    start(Target::Gateway(Profile::from_address(url).unwrap()))
}

/// Starts a gateway with the sessions of the plant.
pub(crate) fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&PLANT)))
}

/// Opens the box for an address, and connects to this one.
pub(crate) fn connect_to(window: &mut Window, address: &str) {
    window.press(Modifiers::COMMAND, Key::L);
    retype(window, "Gateway address", address);
    window.click("Connect");
}

/// Replaces the content of a text box.
pub(crate) fn retype(window: &mut Window, name: &str, text: &str) {
    window.harness.get_by_label(name).focus();
    window.harness.step();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_into(name, text);
}
