//! Opens the window with glow, or with wgpu where OpenGL is missing.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::app::{App, Start};
use super::diagnostics;
use super::error_report::ErrorReport;
use super::export_job::PickFile;
use super::theme;
use crate::gateway::{Credentials, CredentialsError, Profile};
use crate::logging::LogLines;
use crate::secrets::Secrets;
use crate::settings::{self, Settings, State, Target, TargetError};

/// The window can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// No display is configured.
    #[error(
        "No display: neither DISPLAY nor WAYLAND_DISPLAY is set. Use `gatewatch sessions` to list sessions without a window"
    )]
    NoDisplay,
    /// The configured display doesn't answer.
    #[error(
        "Can't open the display. Check DISPLAY and WAYLAND_DISPLAY, or use `gatewatch sessions`, which needs none"
    )]
    DisplayUnavailable(#[source] winit::error::EventLoopError),
    /// No renderer works on this machine.
    #[error("Can't open a window. Use `gatewatch sessions`, which needs none")]
    NoRenderer(#[source] eframe::Error),
    /// The given gateway is neither a saved name nor an address.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The credentials in the environment are incomplete or invalid.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

impl WindowError {
    /// Returns `true` if the command line is wrong.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Target(_) | Self::Credentials(_))
    }
}

/// Opens the window with a gateway, given by its saved name or address, and returns when it is closed. The log view shows
/// `log`.
///
/// # Errors
/// If there is no such gateway, or no window can be opened.
pub fn run(gateway: Option<&str>, log: LogLines) -> Result<(), WindowError> {
    // First, so that a wrong address is reported even without a display.
    let start = start(gateway, log)?;
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    match open(start.clone(), Renderer::Glow) {
        Ok(()) => Ok(()),
        // Without a display no renderer works.
        Err(eframe::Error::WinitEventLoop(error)) => Err(WindowError::DisplayUnavailable(error)),
        Err(error) => open_with_fallback(start, error),
    }
}

/// Opens the window without OpenGL, which is missing over Windows Remote Desktop and in many virtual machines.
#[cfg(any(windows, target_os = "macos"))]
fn open_with_fallback(start: Start, opengl: eframe::Error) -> Result<(), WindowError> {
    tracing::warn!(error = %opengl, "OpenGL doesn't work, falling back to wgpu");
    open(start, Renderer::Wgpu).map_err(WindowError::NoRenderer)
}

/// There is no fallback: on Linux, Mesa always has OpenGL.
#[cfg(not(any(windows, target_os = "macos")))]
fn open_with_fallback(_start: Start, opengl: eframe::Error) -> Result<(), WindowError> {
    Err(WindowError::NoRenderer(opengl))
}

/// Returns `true` if a display is configured, as it always is on Windows and macOS.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos")))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set)
}

fn open(start: Start, renderer: Renderer) -> eframe::Result {
    let options = NativeOptions {
        renderer,
        viewport: ViewportBuilder::default()
            .with_title("Gatewatch")
            .with_app_id("gatewatch")
            .with_icon(icon())
            .with_inner_size(theme::INITIAL_WINDOW)
            .with_min_inner_size(theme::MIN_WINDOW),
        ..NativeOptions::default()
    };
    let app: eframe::AppCreator<'_> = Box::new(|cc| {
        let renderer = diagnostics::renderer(cc);
        tracing::info!(version = env!("CARGO_PKG_VERSION"), renderer, "opened the window");
        Ok(Box::new(App::new(&cc.egui_ctx, Start { renderer, ..start })?))
    });
    eframe::run_native("Gatewatch", options, app)
}

/// Returns the program's icon.
fn icon() -> egui::IconData {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png"));
    icon.unwrap_or_else(|error| {
        tracing::warn!(%error, "can't read the icon");
        egui::IconData::default()
    })
}

/// Combines the settings, the state of the last run and the command line.
fn start(gateway: Option<&str>, log: LogLines) -> Result<Start, WindowError> {
    let folder = settings::folder();
    let (settings, error) = match folder.as_deref().map(Settings::load) {
        None => (Settings::default(), None),
        Some(Ok(settings)) => {
            tracing::info!(
                gateways = settings.profiles.len(),
                filters = settings.filters.len(),
                "read settings"
            );
            (settings, None)
        }
        // The program starts with defaults, and doesn't overwrite the file.
        Some(Err(error)) => {
            tracing::warn!(%error, "can't read settings");
            (Settings::default(), Some(ErrorReport::new(&error)))
        }
    };
    let state = folder.as_deref().map(State::load).unwrap_or_default();
    let last = state.last.as_deref();
    let target = match (&error, gateway) {
        (None, _) | (_, Some(_)) => Some(settings.target(gateway, last)?),
        // A saved name can't be resolved without the settings, an address can.
        (Some(_), None) => {
            let last = last.filter(|last| last.contains("://"));
            last.and_then(|last| Profile::from_address(last).ok()).map(Target::Gateway)
        }
    };
    // Credentials of the environment are only for a gateway named on the command line.
    let credentials = match gateway {
        Some(_) => Credentials::from_env(|name| std::env::var_os(name))?,
        None => Credentials::None,
    };
    Ok(Start {
        target,
        settings,
        state,
        folder,
        credentials,
        error,
        pick_file: native_dialog(),
        open_secrets: Arc::new(Secrets::new),
        log,
        renderer: String::new(),
    })
}

/// Returns the system's file dialog.
fn native_dialog() -> PickFile {
    Arc::new(|suggested| {
        let extension = Path::new(suggested).extension().and_then(OsStr::to_str).unwrap_or("csv");
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Export sessions")
            .add_filter(extension.to_uppercase(), &[extension])
            .set_file_name(suggested);
        let file = dialog.save_file();
        Box::pin(async move { file.await.map(|file| file.path().to_owned()) })
    })
}
