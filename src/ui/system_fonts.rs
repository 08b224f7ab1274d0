//! The fonts of the system, for characters that the fonts of the program lack.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use egui::epaint::text::{FallbackRequest, FontInsert, FontProvider};
use egui::{Context, FontFamily};
use egui_system_font_provider::SystemFontProvider;

/// Finds the fonts of the system once a character needs one.
///
/// Finding them takes up to a few hundred milliseconds and 2 MB of memory, and on most gateways all names are Latin. It happens
/// on a thread of its own: until it is done, the characters are shown as boxes.
pub(super) fn load_on_first_use(ctx: &Context) {
    load_with(ctx, load);
}

fn load_with<F>(ctx: &Context, load: F)
where
    F: Fn(&FallbackRequest<'_>) -> Arc<dyn FontProvider> + Clone + Send + Sync + 'static,
{
    let first_use = Arc::<Mutex<FirstUse>>::default();
    ctx.set_font_providers(vec![Arc::new(OnFirstUse(first_use.clone()))]);
    // The provider belongs to the context, so it can't hold it. The callback at the end of a frame receives it.
    let start = move |ctx: &Context| {
        let mut first_use = first_use.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*first_use, FirstUse::Wanted { .. })
            && let FirstUse::Wanted { cluster, family } =
                std::mem::replace(&mut *first_use, FirstUse::Started)
        {
            start(ctx.clone(), cluster, family, load.clone());
        }
    };
    ctx.on_end_pass("system fonts", Arc::new(move |ui| start(ui)));
}

/// Starts the thread that loads the fonts because this character needs one.
fn start<F>(ctx: Context, cluster: String, family: FontFamily, load: F)
where
    F: Fn(&FallbackRequest<'_>) -> Arc<dyn FontProvider> + Send + 'static,
{
    tracing::debug!(cluster, ?family, "loading the fonts of the system");
    let work = move || {
        let fonts = load(&FallbackRequest { cluster: &cluster, family: &family });
        // Lays out the text again.
        ctx.set_font_providers(vec![fonts]);
    };
    if let Err(error) = thread::Builder::new().name("system fonts".to_owned()).spawn(work) {
        tracing::warn!(%error, "can't load the fonts of the system");
    }
}

/// Waits until the fonts are found, so that no frame has to.
fn load(request: &FallbackRequest<'_>) -> Arc<dyn FontProvider> {
    let fonts = SystemFontProvider::new();
    let _loads_them = fonts.font_for(request);
    Arc::new(fonts)
}

/// The use of the system's fonts so far.
#[derive(Default)]
enum FirstUse {
    /// No character has needed them.
    #[default]
    None,
    /// This character needs them, and they are loaded at the end of the frame.
    Wanted { cluster: String, family: FontFamily },
    /// They are being loaded, or are in use.
    Started,
}

/// Stands in for the fonts of the system until a character needs one.
struct OnFirstUse(Arc<Mutex<FirstUse>>);

impl FontProvider for OnFirstUse {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let mut first_use = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*first_use, FirstUse::None) {
            let (cluster, family) = (request.cluster.to_owned(), request.family.clone());
            *first_use = FirstUse::Wanted { cluster, family };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::{Duration, Instant};

    use egui::epaint::text::{FontPriority, InsertFontFamily};
    use egui::{Color32, FontData, FontId, RawInput};

    use super::*;
    use crate::ui::fonts;

    const TIMEOUT: Duration = Duration::from_secs(30);

    /// Has a font for each character, and says when it is asked.
    struct AnyFont(Sender<()>);

    impl FontProvider for AnyFont {
        fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
            self.0.send(()).unwrap();
            let bytes = include_bytes!("../../assets/fonts/GatewatchIcons.ttf");
            let families =
                vec![InsertFontFamily { family: request.family.clone(), priority: FontPriority::Lowest }];
            Some(FontInsert { name: "any".to_owned(), data: FontData::from_static(bytes), families })
        }
    }

    fn draw(ctx: &Context, text: &str) {
        let font = FontId::new(13.0, FontFamily::Proportional);
        let mut output = ctx.run_ui(RawInput::default(), |ui| {
            let _galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::WHITE);
        });
        output.textures_delta.clear();
    }

    #[test]
    fn loads_system_fonts_on_first_use_without_waiting() {
        let ctx = Context::default();
        ctx.set_fonts(fonts::definitions());
        let (started, starts) = channel();
        let (finish, finished) = channel::<()>();
        let (asked, asks) = channel();
        let finished = Arc::new(Mutex::new(finished));
        load_with(&ctx, move |request: &FallbackRequest<'_>| {
            started.send(request.cluster.to_owned()).unwrap();
            finished.lock().unwrap().recv_timeout(TIMEOUT).unwrap();
            Arc::new(AnyFont(asked.clone())) as Arc<dyn FontProvider>
        });

        draw(&ctx, "bill.smith");
        assert!(starts.try_recv().is_err(), "Latin text needs no other font");

        // Returns although the fonts are not loaded yet.
        draw(&ctx, "中 and 国");
        assert_eq!(starts.recv_timeout(TIMEOUT).unwrap(), "中");

        finish.send(()).unwrap();
        let end = Instant::now() + TIMEOUT;
        while asks.try_recv().is_err() {
            assert!(Instant::now() < end, "the fonts are used once they are loaded");
            draw(&ctx, "中 and 国");
        }
        assert!(starts.try_recv().is_err(), "they are loaded once");
    }

    #[test]
    fn fonts_that_were_never_used_keep_no_context_alive() {
        let (dropped, drops) = channel::<()>();
        let ctx = Context::default();
        load_with(&ctx, move |_: &FallbackRequest<'_>| {
            let _lives_as_long_as_the_context = &dropped;
            Arc::new(OnFirstUse(Arc::default())) as Arc<dyn FontProvider>
        });
        drop(ctx);
        assert!(matches!(drops.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected)));
    }
}
