//! Opens the window with glow, or with wgpu where OpenGL is missing.

use std::ffi::OsStr;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Instant, SystemTime};

use eframe::{NativeOptions, Renderer};
use egui::{Context, ViewportBuilder};
use winit::dpi::{LogicalSize, PhysicalPosition};
use winit::monitor::MonitorHandle;
use winit::window::Window;

use super::app::{AlertSetup, App, Start};
use super::closer::Closer;
use super::desktop_theme::DesktopTheme;
use super::diagnostics;
use super::display_server::{DisplayError, DisplayServer};
use super::error_report::ErrorReport;
use super::export_job::PickFile;
use super::missing_scripts;
use super::notifications;
use super::open_path;
use super::system_fonts;
use super::theme;
use super::window_place::{self, Screen};
use crate::error_chain::ErrorChain;
use crate::gateway::{Credentials, CredentialsError, Profile};
use crate::logging::LogLines;
use crate::secrets::Secrets;
use crate::settings::{self, Settings, State, Target, TargetError, WindowPlace};

/// The window can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// No display can be used. The reason is part of the message, and therefore not a source.
    #[error("Can't open the display: {0}. Use `gatewatch sessions` to list sessions without a window")]
    DisplayUnavailable(DisplayError),
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

/// Opens the window with a gateway, given by its saved name or address, and returns when it is closed, by the user or by
/// `closer`. The log view shows `log`.
///
/// # Errors
/// If there is no such gateway, or no window can be opened.
pub fn run(gateway: Option<&str>, log: LogLines, closer: &Closer) -> Result<(), WindowError> {
    // First, so that a wrong address is reported even without a display.
    let start = start(gateway, log)?;
    let server = DisplayServer::find().map_err(WindowError::DisplayUnavailable)?;
    match open(start.clone(), &server, Renderer::Glow, closer)? {
        Ok(()) => Ok(()),
        // Without a display no renderer works.
        Err(eframe::Error::WinitEventLoop(error)) => {
            tracing::debug!(%error, "can't open the display");
            Err(WindowError::DisplayUnavailable(DisplayError::refused(&server, &error)))
        }
        Err(error) => open_with_fallback(start, &server, error, closer),
    }
}

/// Opens the window without OpenGL, which is missing over Windows Remote Desktop and in many virtual machines.
#[cfg(any(windows, target_os = "macos"))]
fn open_with_fallback(
    start: Start,
    server: &DisplayServer,
    opengl: eframe::Error,
    closer: &Closer,
) -> Result<(), WindowError> {
    tracing::warn!(error = %ErrorChain(&opengl), "OpenGL doesn't work, falling back to wgpu");
    open(start, server, Renderer::Wgpu, closer)?.map_err(WindowError::NoRenderer)
}

/// There is no fallback: on Linux, Mesa always has OpenGL.
#[cfg(not(any(windows, target_os = "macos")))]
fn open_with_fallback(
    _start: Start,
    _server: &DisplayServer,
    opengl: eframe::Error,
    _closer: &Closer,
) -> Result<(), WindowError> {
    Err(WindowError::NoRenderer(opengl))
}

/// Opens the window. A panic of the window toolkit before the window is open is returned as the outer error.
fn open(
    start: Start,
    server: &DisplayServer,
    renderer: Renderer,
    closer: &Closer,
) -> Result<eframe::Result, WindowError> {
    let opening = Opening::start();
    let (is_open, shown) = (opening.end(), closer.clone());
    let opened = move |ctx: &Context| {
        is_open();
        shown.opened(ctx);
    };
    let result = panic::catch_unwind(AssertUnwindSafe(|| run_window(start, server, renderer, opened)));
    closer.closed();
    result.map_err(|payload| match opening.panic_message() {
        Some(message) => WindowError::DisplayUnavailable(DisplayError::panicked(&message)),
        // The window was open, and the panic was reported.
        None => panic::resume_unwind(payload),
    })
}

/// The time until the window is open. Panics on this thread are not printed meanwhile.
struct Opening {
    message: Arc<Mutex<Option<String>>>,
    is_opening: Arc<AtomicBool>,
}

impl Opening {
    fn start() -> Self {
        let opening = Self { message: Arc::default(), is_opening: Arc::new(AtomicBool::new(true)) };
        let (message, is_opening) = (opening.message.clone(), opening.is_opening.clone());
        let (window_thread, print) = (thread::current().id(), panic::take_hook());
        panic::set_hook(Box::new(move |panic| {
            if is_opening.load(Ordering::Relaxed) && thread::current().id() == window_thread {
                let text = panic.payload_as_str().unwrap_or("the window toolkit has panicked");
                *message.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
            } else {
                print(panic);
            }
        }));
        opening
    }

    /// Returns a function to call once the window is open.
    fn end(&self) -> impl FnOnce() + 'static {
        let is_opening = self.is_opening.clone();
        move || is_opening.store(false, Ordering::Relaxed)
    }

    fn panic_message(&self) -> Option<String> {
        self.message.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn run_window(
    start: Start,
    server: &DisplayServer,
    renderer: Renderer,
    opened: impl FnOnce(&Context) + 'static,
) -> eframe::Result {
    let place = start.state.window;
    let mut viewport = ViewportBuilder::default()
        .with_title("Gatewatch")
        .with_app_id("gatewatch")
        .with_icon(icon())
        .with_inner_size(theme::INITIAL_WINDOW)
        .with_min_inner_size(theme::MIN_WINDOW);
    if let Some(place) = place {
        // Corrected once the window exists and the screens are known, but before it is shown.
        let place = window_place::corrected(place, &[]);
        viewport = viewport.with_inner_size(place.size).with_maximized(place.maximized);
        if let Some(position) = window_place::position_points(place) {
            viewport = viewport.with_position(position);
        }
    }
    let event_loop_builder = choose_server(server);
    // See `system_fonts`.
    let system_font_fallback = false;
    let options = NativeOptions {
        renderer,
        event_loop_builder,
        viewport,
        system_font_fallback,
        // Only gradients need it, and without a GPU it takes a sixth of the time of a frame.
        dithering: false,
        ..NativeOptions::default()
    };
    let app: eframe::AppCreator<'_> = Box::new(move |cc| {
        opened(&cc.egui_ctx);
        if let (Some(place), Some(window)) = (place, cc.winit_window()) {
            correct_place(window, place);
        }
        let renderer = format!("{} on {server}", diagnostics::renderer(cc));
        tracing::info!(version = crate::version::VERSION, renderer, "opened the window");
        system_fonts::load_on_first_use(&cc.egui_ctx);
        Ok(Box::new(App::new(&cc.egui_ctx, Start { renderer, ..start })?))
    });
    eframe::run_native("Gatewatch", options, app)
}

/// Moves a window that isn't shown yet to where it was, or to a screen that there still is.
fn correct_place(window: &Window, place: WindowPlace) {
    let screens: Vec<Screen> = window.available_monitors().map(|monitor| screen(&monitor)).collect();
    let corrected = window_place::corrected(place, &screens);
    let [width, height] = corrected.size;
    let _applied_later = window.request_inner_size(LogicalSize::new(width, height));
    if let Some([x, y]) = corrected.position {
        window.set_outer_position(PhysicalPosition::new(x, y));
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "screens have fewer pixels")]
fn screen(monitor: &MonitorHandle) -> Screen {
    let (position, size) = (monitor.position(), monitor.size());
    let rect = egui::Rect::from_min_size(
        egui::pos2(position.x as f32, position.y as f32),
        egui::vec2(size.width as f32, size.height as f32),
    );
    Screen { rect, scale: monitor.scale_factor() as f32 }
}

/// Makes the window toolkit use X11 even where it would choose a Wayland compositor that doesn't answer.
#[cfg(all(unix, not(target_os = "macos")))]
fn choose_server(server: &DisplayServer) -> Option<eframe::EventLoopBuilderHook> {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;

    matches!(server, DisplayServer::X11(_)).then(|| -> eframe::EventLoopBuilderHook {
        Box::new(|builder| {
            builder.with_x11();
        })
    })
}

/// There is no choice.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn choose_server(_server: &DisplayServer) -> Option<eframe::EventLoopBuilderHook> {
    None
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
        // Invalid entries in them are left out.
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
            tracing::warn!(error = %ErrorChain(&error), "can't read settings");
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
    let secrets_folder = folder.clone();
    // Without settings it isn't known whether sessions may be recorded.
    let history = error.is_none().then(|| settings.history.location()).flatten();
    let error = error.or_else(|| settings.problems.first().map(|problem| ErrorReport::new(problem)));
    let error = error.or_else(|| settings.alert_problems.first().map(|problem| ErrorReport::new(problem)));
    // A gateway that is connected to without being saved becomes a recent one.
    let recent = state.recent.iter().filter_map(|address| Profile::from_address(address).ok());
    let others: Vec<Profile> = recent.chain(target.as_ref().and_then(Target::profile).cloned()).collect();
    let missing = settings.missing_gateways(&others);
    let error = error.or_else(|| missing.first().map(|missing| ErrorReport::new(missing)));
    let alerts = AlertSetup { folder: settings::data_folder(), desktop: Some(notifications::desktop()) };
    Ok(Start {
        target,
        settings,
        state,
        folder,
        history,
        credentials,
        error,
        pick_file: native_dialog(),
        open_secrets: Arc::new(move || Secrets::new(secrets_folder.as_deref())),
        clock: Arc::new(Instant::now),
        wall_clock: Arc::new(SystemTime::now),
        log,
        renderer: String::new(),
        desktop_theme: DesktopTheme::follow(),
        has_glyph: missing_scripts::system_has_glyph(),
        open_path: open_path::with_desktop(),
        alerts,
    })
}

/// Returns the system's file dialog.
fn native_dialog() -> PickFile {
    Arc::new(|suggested| {
        let extension = Path::new(suggested).extension().and_then(OsStr::to_str).unwrap_or("csv");
        let dialog = rfd::AsyncFileDialog::new()
            .set_title(if extension == "zip" { "Save the project" } else { "Export" })
            .add_filter(extension.to_uppercase(), &[extension])
            .set_file_name(suggested);
        let file = dialog.save_file();
        Box::pin(async move { file.await.map(|file| file.path().to_owned()) })
    })
}
