//! The window without a screen, driven through its accessible names.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, HarnessBuilder};
use gatewatch::gateway::{Credentials, Profile};
use gatewatch::secrets::Secrets;
use gatewatch::settings::{Settings, State, Target};
use gatewatch::ui::{App, Start};

use super::{FakeGateway, PLANT, answer, ok};

/// Nothing here takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

/// A window without a screen, and word of when it wants to be painted again.
pub(crate) struct Window {
    pub(crate) harness: Harness<'static, App>,
    wakes: Receiver<()>,
    /// What was copied and not looked at yet.
    copies: Receiver<String>,
}

impl Window {
    pub(crate) fn open(start: Start) -> Self {
        Self::open_as(Harness::builder().with_size([1080.0, 680.0]), start)
    }

    /// A window of a size, a theme or a scale of its own.
    pub(crate) fn open_as(builder: HarnessBuilder<App>, start: Start) -> Self {
        let (wake, wakes) = sync_channel(1);
        let (copy, copies) = sync_channel(16);
        // A frame as on a screen: two clicks in a row are a double click.
        let mut harness = builder.with_step_dt(1.0 / 60.0).build_eframe(|cc| {
            cc.egui_ctx.set_request_repaint_callback(move |_| {
                let _already = wake.try_send(());
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

    pub(crate) fn on(url: &str) -> Self {
        Self::open(start_on(url))
    }

    /// Paints whenever the window asks for it, until it shows this.
    pub(crate) fn until(&mut self, what: &str, shown: impl Fn(&Harness<'static, App>) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.harness.step();
            if shown(&self.harness) {
                return;
            }
            assert!(Instant::now() < end, "the window never showed: {what}");
            // A repaint that is asked for later than now is not told, so look again before long.
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
        }
    }

    pub(crate) fn until_text(&mut self, text: &str) {
        self.until(text, |harness| harness.query_by_label(text).is_some());
    }

    pub(crate) fn until_text_contains(&mut self, text: &str) {
        self.until(text, |harness| harness.query_by_label_contains(text).is_some());
    }

    pub(crate) fn click(&mut self, name: &str) {
        // A panel that has just grown takes its place in the frame after.
        self.harness.step();
        self.harness.get_by_label(name).click();
        self.harness.step();
        self.harness.step();
    }

    pub(crate) fn type_into(&mut self, name: &str, text: &str) {
        self.harness.get_by_label(name).focus();
        self.harness.step();
        self.harness.get_by_label(name).type_text(text);
        self.harness.step();
    }

    /// Waits until the column under a header holds these texts.
    pub(crate) fn until_column(&mut self, header: &str, texts: &[&str]) {
        let end = Instant::now() + PATIENCE;
        while self.column(header) != texts {
            assert!(Instant::now() < end, "{header} never held {texts:?}: {:?}", self.column(header));
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
            self.harness.step();
        }
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.harness.query_by_label(text).is_some()
    }

    /// The texts of the visible cells under a header, from top to bottom.
    pub(crate) fn column(&self, header: &str) -> Vec<String> {
        self.cells(header).into_iter().map(|(_, text)| text).collect()
    }

    /// The middles of the visible cells under a header, and their texts.
    fn cells(&self, header: &str) -> Vec<(Pos2, String)> {
        let column = self.harness.get_by_label(header).accesskit_node().data().column_index();
        assert!(column.is_some(), "{header} is no column");
        let mut cells: Vec<(Pos2, String)> = self
            .harness
            .query_all_by_role(Role::Cell)
            .filter(|node| node.accesskit_node().data().column_index() == column)
            .map(|node| (node.rect().center(), node.accesskit_node().label().unwrap_or_default()))
            .collect();
        cells.sort_by(|a, b| a.0.y.total_cmp(&b.0.y));
        cells
    }

    /// Clicks into the cell of this line, counted from 0.
    pub(crate) fn click_cell(&mut self, header: &str, line: usize, modifiers: Modifiers) {
        let (at, _) = self.cells(header)[line];
        self.click_at(at, PointerButton::Primary, modifiers);
    }

    /// Clicks into a cell with the other button.
    pub(crate) fn menu_of_cell(&mut self, header: &str, line: usize) {
        let (at, _) = self.cells(header)[line];
        self.click_at(at, PointerButton::Secondary, Modifiers::NONE);
    }

    pub(crate) fn click_at(&mut self, at: Pos2, button: PointerButton, modifiers: Modifiers) {
        self.harness.event(Event::PointerMoved(at));
        for pressed in [true, false] {
            let event = Event::PointerButton { pos: at, button, pressed, modifiers };
            self.harness.event_modifiers(event, modifiers);
        }
        self.harness.step();
        self.harness.step();
    }

    /// Presses the button at one place and lets it go at another.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.drag_at(from);
        self.harness.hover_at(from.lerp(to, 0.5));
        self.harness.hover_at(to);
        self.harness.drop_at(to);
        self.harness.step();
        self.harness.step();
    }

    pub(crate) fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    /// The texts of the selected rows in view under a header.
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

    /// Waits until something is copied, and gives it.
    pub(crate) fn copied(&mut self) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Ok(text) = self.copies.try_recv() {
                return text;
            }
            assert!(Instant::now() < end, "nothing was copied");
            let _woken = self.wakes.recv_timeout(Duration::from_millis(20));
            self.harness.step();
        }
    }
}

/// What a window starts with that is read only when told.
pub(crate) fn start(target: Target) -> Start {
    Start {
        target: Some(target),
        settings: Settings { refresh: Some(Duration::ZERO), ..Settings::default() },
        state: State::default(),
        folder: None,
        credentials: Credentials::None,
        trouble: None,
        pick_file: Arc::new(|_| Box::pin(std::future::ready(None))),
        // The keyring of whoever runs this stays as it is.
        open_secrets: Arc::new(Secrets::for_this_run),
    }
}

/// The same for the gateway at this address.
pub(crate) fn start_on(url: &str) -> Start {
    start(Target::Gateway(Profile::from_address(url).unwrap()))
}

/// A gateway with the usual sessions.
pub(crate) fn plant() -> FakeGateway {
    FakeGateway::gateway("8.1.44", ok(&answer(&PLANT)))
}
