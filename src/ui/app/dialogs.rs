//! The palette and the settings: opening, closing, and the changes made in the settings.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Context, ThemePreference};

use super::super::background_task::{BackgroundTask, Ended};
use super::super::command::ConfigPlace;
use super::super::error_report::ErrorReport;
use super::super::model::{HistoryChoice, PaletteDraft, SettingsPage, ShownGateways, Task};
use super::super::open_path::OpenPath;
use super::super::settings_dialog::General;
use super::super::settings_worker::Change;
use super::super::wake::wake;
use super::super::{command_palette, missing_scripts};
use super::App;
use crate::settings::{CONFIG_FILE, State, ThemeChoice};

/// Opens the configuration with the desktop's programs.
pub(super) struct ConfigOpener {
    /// Opens a file or folder.
    open_path: OpenPath,
    /// The folder that is opened, or that has the file.
    folder: PathBuf,
    /// The file or folder that is being opened.
    task: Option<BackgroundTask<io::Result<()>>>,
}

impl ConfigOpener {
    pub(super) fn new(open_path: OpenPath) -> Self {
        Self { open_path, folder: PathBuf::new(), task: None }
    }
}

impl App {
    /// Opens the palette, or closes it.
    pub(super) fn toggle_palette(&mut self, ctx: &Context) {
        if self.drafts.palette.is_some() {
            return self.close_palette(ctx);
        }
        self.remember_focus(ctx);
        self.drafts.palette = Some(PaletteDraft::default());
        ctx.memory_mut(|memory| memory.request_focus(command_palette::text_id()));
    }

    /// Closes the palette.
    pub(super) fn close_palette(&mut self, ctx: &Context) {
        self.drafts.palette = None;
        self.restore_focus(ctx);
    }

    /// Opens a page of the settings.
    pub(super) fn open_settings(&mut self, ctx: &Context, page: SettingsPage) {
        let before = self.ui_state.settings_page.replace(page);
        if before.is_none() {
            self.remember_focus(ctx);
            self.find_missing_scripts(ctx);
        }
        if page == SettingsPage::History && before != Some(page) {
            self.read_history_info();
        }
    }

    /// Starts to look for scripts without a font, once per run.
    fn find_missing_scripts(&mut self, ctx: &Context) {
        if self.state.missing_scripts.is_some() || self.scripts_task.is_some() {
            return;
        }
        let has_glyph = self.has_glyph.clone();
        let task = BackgroundTask::spawn(wake(ctx), |results| async move {
            results.send(missing_scripts::find(&has_glyph)).await;
        });
        match task {
            Ok(task) => self.scripts_task = Some(task),
            Err(error) => tracing::warn!(%error, "can't look for fonts"),
        }
    }

    /// Receives the scripts without a font.
    pub(super) fn receive_missing_scripts(&mut self) {
        match self.scripts_task.as_mut().map(BackgroundTask::next_result) {
            None | Some(Ok(None)) => {}
            Some(Ok(Some(missing))) => {
                self.state.missing_scripts = Some(missing);
                self.scripts_task = None;
            }
            Some(Err(Ended)) => self.scripts_task = None,
        }
    }

    /// Closes the settings.
    pub(super) fn close_settings(&mut self, ctx: &Context) {
        self.ui_state.settings_page = None;
        self.restore_focus(ctx);
    }

    /// Returns what the pages of the settings show besides the state.
    pub(super) fn general_settings(&self) -> General {
        General {
            default_refresh: self.default_refresh(),
            folder: self.folder.clone(),
            history: HistoryChoice::of(&self.settings.history),
            history_at_start: self.history_at_start,
        }
    }

    /// Sets the theme, and saves it.
    pub(super) fn set_theme(&mut self, ctx: &Context, theme: ThemeChoice) {
        self.state.theme = theme;
        ctx.set_theme(preference(theme));
        self.save_state(State { theme, ..self.saved_state.clone() });
    }

    /// Sets the interval of gateways without one of their own, and saves it.
    pub(super) fn set_default_refresh(&mut self, interval: Duration) {
        if !self.change_settings(Change::Refresh(interval)) {
            return;
        }
        self.settings.refresh = Some(interval);
        if let Some(profile) = self.profile.clone() {
            self.set_refresh(&profile);
        } else if self.state.gateways.shown == ShownGateways::All {
            self.state.refresh = (!interval.is_zero()).then_some(interval);
        }
        self.update_background();
    }

    /// Sets how long sessions are marked, and saves it.
    pub(super) fn set_mark_time(&mut self, time: Duration) {
        if self.change_settings(Change::MarkTime(time)) {
            self.settings.mark_time = Some(time);
            self.state.mark_time = time;
        }
    }

    /// Opens the folder of the configuration, or the file in it, with the desktop's program.
    pub(super) fn open_config(&mut self, ctx: &Context, place: ConfigPlace) {
        let folder = match place {
            ConfigPlace::History => self.state.stored_history.folder.clone(),
            ConfigPlace::Folder | ConfigPlace::File => self.folder.clone(),
        };
        let Some(folder) = folder else {
            return;
        };
        self.state.toasts.clear_error(Task::Settings);
        self.config_opener.folder.clone_from(&folder);
        let open_path = self.config_opener.open_path.clone();
        let task = BackgroundTask::spawn(wake(ctx), move |results| async move {
            let path = existing(&folder, place);
            results.send(path.and_then(|path| open_path(&path))).await;
        });
        match task {
            Ok(task) => self.config_opener.task = Some(task),
            Err(error) => self.cannot_open(&error),
        }
    }

    /// Receives the outcome of opening a part of the configuration.
    pub(super) fn receive_opened_path(&mut self) {
        match self.config_opener.task.as_mut().map(BackgroundTask::next_result) {
            None | Some(Ok(None)) => return,
            Some(Ok(Some(Err(error)))) => self.cannot_open(&error),
            Some(Ok(Some(Ok(()))) | Err(Ended)) => {}
        }
        self.config_opener.task = None;
    }

    fn cannot_open(&mut self, error: &io::Error) {
        let summary = format!("Can't open {}", self.config_opener.folder.display());
        self.state.toasts.error(Task::Settings, ErrorReport::with_summary(&summary, error));
    }
}

/// Returns the path of a part of the configuration, which is created if it is missing.
fn existing(folder: &Path, place: ConfigPlace) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    Ok(match place {
        ConfigPlace::Folder | ConfigPlace::History => folder.to_owned(),
        ConfigPlace::File => {
            let path = folder.join(CONFIG_FILE);
            OpenOptions::new().create(true).append(true).open(&path)?;
            path
        }
    })
}

/// Returns egui's name of a theme.
pub(super) fn preference(theme: ThemeChoice) -> ThemePreference {
    match theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    }
}
