//! Sizes of single widgets, in points.

use std::time::Duration;

use egui::epaint::MarginF32;
use egui::{Margin, Rangef, Vec2, vec2};

use crate::ui::tokens;

// The window

/// Initial size of the window.
pub(in crate::ui) const INITIAL_WINDOW: [f32; 2] = [1080.0, 680.0];
/// Minimum size of the window, which fits the bars.
pub(in crate::ui) const MIN_WINDOW: [f32; 2] = [560.0, 360.0];
/// Width of the window from which the panel buttons have words.
pub(in crate::ui) const WORDS_MIN_WIDTH: f32 = 1200.0;
/// Minimum width of the menu of a gateway in the rail.
pub(in crate::ui) const RAIL_MENU_WIDTH: f32 = 180.0;
/// Width of the window from which there is a view row.
pub(in crate::ui) const VIEW_ROW_MIN_WIDTH: f32 = 900.0;
/// Height of the window from which there is a view row.
pub(in crate::ui) const VIEW_ROW_MIN_HEIGHT: f32 = 480.0;
/// Width of the window from which the time of the last read has its word.
pub(in crate::ui) const UPDATED_MIN_WIDTH: f32 = 600.0;
/// Width that the table keeps beside the right panel. With less, the panel is over the table.
pub(in crate::ui) const TABLE_MIN_WIDTH: f32 = 560.0;
/// Width and height of the part of a window that has to be visible so that it can be moved.
pub(in crate::ui) const WINDOW_GRIP: f32 = 64.0;
/// Widths of the menu of a cell, of that of columns, and of the menus that open from them.
pub(in crate::ui) const CELL_MENU_WIDTH: f32 = 248.0;
pub(in crate::ui) const COLUMNS_MENU_WIDTH: f32 = 216.0;
pub(in crate::ui) const SUBMENU_WIDTH: f32 = 200.0;
/// Width of the menu of exports.
pub(in crate::ui) const EXPORT_MENU_WIDTH: f32 = 232.0;
/// Distance between the frames of a menu and of one that opens from it, which overlap.
pub(in crate::ui) const SUBMENU_GAP: f32 = -6.0;
/// The largest part of the window's height that a list in a menu takes.
pub(in crate::ui) const MAX_MENU: f32 = 0.8;
/// Minimum width of menus whose lines would wrap otherwise.
pub(in crate::ui) const MENU_WIDTH: f32 = 180.0;

// The table

/// Space to the left of a cell's content.
pub(in crate::ui) const CELL_LEFT: f32 = 12.0;
/// Space to the right of a cell's content.
pub(in crate::ui) const CELL_RIGHT: f32 = 8.0;
/// Space on the right of a sorted title.
pub(in crate::ui) const SORTED_TITLE_RIGHT: f32 = 2.0;
/// Space above and below the line between two headers.
pub(in crate::ui) const HEADER_LINE_MARGIN: f32 = 7.0;
/// Width of the handle that resizes a column.
pub(in crate::ui) const EDGE_WIDTH: f32 = 8.0;
/// Space between the content of a cell and its mark, and between the parts of a group.
pub(in crate::ui) const CELL_GAP: f32 = 6.0;
/// The width of a cell from which the mark of a session that has left has the time.
pub(in crate::ui) const LEFT_TIME_MIN_WIDTH: f32 = 160.0;
/// A distance beyond the end of any page.
pub(in crate::ui) const SCROLL_TO_END: f32 = 1_000_000.0;
/// The additional space to the left of the sessions of a group.
pub(in crate::ui) const GROUP_INDENT: f32 = tokens::ICON_SMALL + CELL_GAP;
/// The width in which a click collapses and expands a group.
pub(in crate::ui) const COLLAPSE_WIDTH: f32 = CELL_LEFT + GROUP_INDENT;
/// The largest part of the visible table that a column takes when it is fitted to its content.
pub(in crate::ui) const MAX_FIT: f32 = 0.4;
/// Width of the scroll bar's thumb, and the space around it.
pub(in crate::ui) const THUMB_WIDTH: f32 = 6.0;
pub(in crate::ui) const THUMB_MARGIN: f32 = 2.0;
/// Width of the scroll bar with that space.
pub(in crate::ui) const THUMB_PLACE: f32 = THUMB_WIDTH + 2.0 * THUMB_MARGIN;
/// Minimum height of the scroll bar's thumb.
pub(in crate::ui) const MIN_THUMB: f32 = 24.0;

/// Width of the line where a dragged column is dropped.
pub(in crate::ui) const DROP_LINE: f32 = 3.0;
/// Distance of a dragged column's name from the pointer, and the space around it.
pub(in crate::ui) const DRAG_OFFSET: Vec2 = vec2(12.0, 4.0);
pub(in crate::ui) const DRAG_PADDING: Vec2 = vec2(6.0, 3.0);

// The activity panel

/// Minimum height of the activity panel.
pub(in crate::ui) const ACTIVITY_MIN_HEIGHT: f32 = 120.0;
/// Smallest and largest widths of the columns. The last one that is shown takes the rest, and the first one is wider where a
/// time needs that.
pub(in crate::ui) const ACTIVITY_COLUMNS: [Rangef; 7] = [
    width(88.0, 88.0),
    width(156.0, 208.0),
    width(96.0, 144.0),
    width(104.0, 136.0),
    width(116.0, 136.0),
    width(116.0, 136.0),
    width(88.0, 88.0),
];
/// The same for the days and the sessions in the license panel.
pub(in crate::ui) const LICENSE_DAY_COLUMNS: [Rangef; 8] = [
    width(100.0, 112.0),
    width(108.0, 108.0),
    width(80.0, 80.0),
    // As wide as its texts.
    width(144.0, 216.0),
    width(108.0, 108.0),
    width(96.0, 96.0),
    width(144.0, 144.0),
    width(128.0, 128.0),
];
pub(in crate::ui) const LICENSE_SESSION_COLUMNS: [Rangef; 8] = [
    width(96.0, 144.0),
    width(104.0, 136.0),
    width(116.0, 136.0),
    width(116.0, 136.0),
    width(96.0, 104.0),
    width(108.0, 120.0),
    width(88.0, 96.0),
    width(216.0, 216.0),
];
/// The number of rows that a list in the bottom panel shows at least where a chart is above it.
pub(in crate::ui) const LIST_MIN_ROWS: f32 = 2.0;
/// Distance by which an arrow key scrolls a list to the side.
pub(in crate::ui) const LIST_SCROLL_STEP: f32 = 64.0;
/// Widths of the boxes of the license panel, and the width from which they are beside its title.
pub(in crate::ui) const LICENSE_SERIES_WIDTH: f32 = 168.0;
pub(in crate::ui) const LICENSE_SPAN_WIDTH: f32 = 112.0;
pub(in crate::ui) const LICENSE_LIMIT_WIDTH: f32 = 72.0;
pub(in crate::ui) const LICENSE_ROOMY_WIDTH: f32 = 880.0;
/// The part of the panel that its chart takes, its smallest and largest height, and that of the hatch above a day that wasn't
/// watched in full.
pub(in crate::ui) const LICENSE_CHART_PART: f32 = 0.4;
pub(in crate::ui) const LICENSE_CHART_HEIGHT: std::ops::RangeInclusive<f32> = 56.0..=120.0;
pub(in crate::ui) const LICENSE_HATCH: f32 = 6.0;
/// The width of a day from which bars have a space between them.
pub(in crate::ui) const LICENSE_GAP_MIN_WIDTH: f32 = 5.0;
/// The number of rows by which a page key moves.
pub(in crate::ui) const ACTIVITY_PAGE: usize = 7;
/// Height of the mark below a tab.
pub(in crate::ui) const TAB_MARK: f32 = 2.0;

// The timeline

/// Height of the chart, and of the part above its largest number.
pub(in crate::ui) const TIMELINE_BASE: f32 = 40.0;
pub(in crate::ui) const TIMELINE_TOP: f32 = 7.0;
/// Ratio of the number that the chart has room for to its largest number.
pub(in crate::ui) const TIMELINE_HEADROOM: f32 = 1.04;
/// Distance of the hatch's lines, and height of the hatch above the largest number.
pub(in crate::ui) const HATCH_GAP: f32 = 6.0;
pub(in crate::ui) const HATCH_OVER: f32 = 3.0;
/// Length of a tick, minimum distance of two, and space around the text of one.
pub(in crate::ui) const TICK_LENGTH: f32 = 4.0;
pub(in crate::ui) const TICK_MIN_DISTANCE: f32 = 64.0;
pub(in crate::ui) const TICK_GAP: f32 = 4.0;
/// Distance of the right end of the numbers from the chart.
pub(in crate::ui) const TIMELINE_NUMBER_RIGHT: f32 = 32.0;
/// Minimum size of the mark of an outage.
pub(in crate::ui) const TIMELINE_MARK: Vec2 = vec2(5.0, 3.0);
/// Length of the line at a time below the chart, and the height and padding of its text.
pub(in crate::ui) const CURSOR_BELOW: f32 = 3.0;
pub(in crate::ui) const CURSOR_LABEL_HEIGHT: f32 = 15.0;
pub(in crate::ui) const CURSOR_LABEL_PADDING: f32 = 6.0;
/// Zoom of the wheel, by point.
pub(in crate::ui) const WHEEL_ZOOM: f32 = 0.005;
/// Left and top of the legend, and the heights of its time and its lines.
pub(in crate::ui) const LEGEND_LEFT: f32 = 12.0;
pub(in crate::ui) const LEGEND_TOP: f32 = 5.0;
pub(in crate::ui) const LEGEND_TIME_HEIGHT: f32 = 18.0;
pub(in crate::ui) const LEGEND_LINE: f32 = 15.0;
/// Size, corners and margin of a color in the legend.
pub(in crate::ui) const SWATCH: f32 = 8.0;
pub(in crate::ui) const SWATCH_RADIUS: f32 = 1.0;
pub(in crate::ui) const SWATCH_GAP: f32 = 6.0;
/// Height of the window from which there is a timeline.
pub(in crate::ui) const TIMELINE_MIN_HEIGHT: f32 = 560.0;

// Marks

/// Radius of a dot.
pub(in crate::ui) const DOT_RADIUS: f32 = 3.875;
/// Radius of a ring inside its line, and the width of the line.
pub(in crate::ui) const RING_RADIUS: f32 = 2.75;
pub(in crate::ui) const RING_WIDTH: f32 = 1.5;
/// The corners of a check mark from its center, and the width of its line, as parts of its size.
pub(in crate::ui) const CHECK_CORNERS: [Vec2; 3] =
    [vec2(8.0 / 24.0, -6.0 / 24.0), vec2(-3.0 / 24.0, 5.0 / 24.0), vec2(-8.0 / 24.0, 0.0)];
pub(in crate::ui) const CHECK_LINE: f32 = 2.0 / 24.0;

// The bars

/// Space around the controls of the filter row, also in a compact window.
pub(in crate::ui) const FILTER_ROW_PADDING: MarginF32 =
    MarginF32 { left: 12.0, right: 8.0, top: 8.0, bottom: 4.0 };
pub(in crate::ui) const COMPACT_FILTER_ROW_PADDING: MarginF32 =
    MarginF32 { left: 8.0, right: 8.0, top: 4.0, bottom: 5.0 };
/// Space inside the overlay with the error of a filter.
pub(in crate::ui) const ERROR_OVERLAY_MARGIN: Margin = Margin { left: 12, right: 12, top: 8, bottom: 10 };
/// Space inside the card of a node in the guide.
pub(in crate::ui) const CARD_MARGIN: Margin = Margin { left: 15, right: 15, top: 7, bottom: 7 };
/// Space around the text of a code.
pub(in crate::ui) const CODE_PADDING: [f32; 2] = [5.0, 1.0];

/// Width of the box with a time of the past.
pub(in crate::ui) const MOMENT_WIDTH: f32 = 152.0;
/// Width of the popup with the address box.
pub(in crate::ui) const ADDRESS_POPUP_WIDTH: f32 = 360.0;
/// Minimum width of the menu of gateways.
pub(in crate::ui) const GATEWAY_MENU_WIDTH: f32 = 240.0;
/// Maximum height of the list of nodes and of saved gateways.
pub(in crate::ui) const NODES_HEIGHT: f32 = 400.0;
/// Width of the list of alerts, its maximum height, the height of an alert in it whose text takes one line, and the largest
/// number of lines.
pub(in crate::ui) const ALERTS_WIDTH: f32 = 400.0;
pub(in crate::ui) const ALERTS_HEIGHT: f32 = 400.0;
pub(in crate::ui) const ALERT_ROW_HEIGHT: f32 = 44.0;
pub(in crate::ui) const ALERT_MAX_LINES: usize = 4;
/// Distance between the centers of the name of an alert and the first line of its text.
pub(in crate::ui) const ALERT_LINES_DISTANCE: f32 = 18.0;
/// Space around a remark in the list of alerts.
pub(in crate::ui) const ALERTS_NOTE_MARGIN: Margin = Margin { left: 8, right: 8, top: 0, bottom: 8 };
/// Width of a filter box.
pub(in crate::ui) const FILTER_WIDTH: f32 = 320.0;
/// The same in a narrow window.
pub(in crate::ui) const NARROW_FILTER_WIDTH: f32 = 200.0;
/// Radius of the mark at the place of an error.
pub(in crate::ui) const ERROR_MARK_RADIUS: f32 = 2.0;
/// Width of a filter box from which it has room for its toggles.
pub(in crate::ui) const TOGGLES_MIN_WIDTH: f32 = 280.0;
/// Width of the button with the chips that have no room.
pub(in crate::ui) const CHIPS_BUTTON_WIDTH: f32 = 52.0;
/// Maximum width of the text of a chip.
pub(in crate::ui) const CHIP_TEXT_WIDTH: f32 = 240.0;
/// Width of the error of a pattern, over the table.
pub(in crate::ui) const ERROR_OVERLAY_WIDTH: f32 = 380.0;
/// Number of characters before and after the place of an error that are shown.
pub(in crate::ui) const ERROR_CONTEXT: usize = 200;
/// Time after the last key until the error of a pattern is shown.
pub(in crate::ui) const ERROR_DELAY: Duration = Duration::from_millis(500);
/// Time after the last key until a filter is added to the history.
pub(in crate::ui) const HISTORY_PAUSE: Duration = Duration::from_secs(2);
/// Width of the editor of a filter on dates, and of its number.
pub(in crate::ui) const DATE_EDITOR_WIDTH: f32 = 280.0;
pub(in crate::ui) const AMOUNT_WIDTH: f32 = 56.0;
/// Width of the menu of saved filters, and of its button.
pub(in crate::ui) const SAVED_FILTERS_WIDTH: f32 = 260.0;
pub(in crate::ui) const SAVE_BUTTON_WIDTH: f32 = 68.0;
/// Width of the help on filters.
pub(in crate::ui) const HELP_WIDTH: f32 = 440.0;
/// Space around the contents of popups with text and boxes.
pub(in crate::ui) const PANEL_POPUP_MARGIN: i8 = 12;
/// Minimum distance between the contents of a popup and the edge of the window.
pub(in crate::ui) const POPUP_DISTANCE: f32 = 24.0;
/// Maximum width of a view in the table's place.
pub(in crate::ui) const VIEW_WIDTH: f32 = 480.0;
/// Size of the progress bar of an export.
pub(in crate::ui) const PROGRESS_WIDTH: f32 = 90.0;
pub(in crate::ui) const PROGRESS_HEIGHT: f32 = 4.0;
/// Width of the popup with the path of an export.
pub(in crate::ui) const PATH_POPUP_WIDTH: f32 = 420.0;

// The guide that adds a gateway

/// Width of the steps, and the margin at their left and right.
pub(in crate::ui) const GUIDE_STEPS_WIDTH: f32 = 600.0;
pub(in crate::ui) const GUIDE_STEPS_MARGIN: f32 = 32.0;
/// Minimum width of the connection test beside the steps, and the margin around it.
pub(in crate::ui) const GUIDE_TEST_MIN_WIDTH: f32 = 300.0;
pub(in crate::ui) const GUIDE_TEST_MARGIN: f32 = 24.0;
/// Padding of the box for the addresses.
pub(in crate::ui) const ADDRESSES_MARGIN: Margin = Margin { left: 8, right: 8, top: 6, bottom: 6 };
/// The same inside the border of a box that scrolls.
pub(in crate::ui) const TYPED_MARGIN: Margin = Margin { left: 6, right: 6, top: 4, bottom: 4 };

// Panels and dialogs

/// Space at the sides of the right panel.
pub(in crate::ui) const PANEL_PADDING: f32 = 16.0;
/// Space at the right of a panel's title.
pub(in crate::ui) const HEAD_RIGHT: f32 = 6.0;
/// Space between a panel's title and the note after it.
pub(in crate::ui) const NOTE_GAP: f32 = 8.0;
/// Space between the controls of a panel's title.
pub(in crate::ui) const HEAD_GAP: f32 = 2.0;
/// Width of a box with a menu of values in the gateway form.
pub(in crate::ui) const FORM_SELECT_WIDTH: f32 = 168.0;
/// Width of the host of a trusted certificate.
pub(in crate::ui) const PIN_HOST: f32 = 168.0;
/// Height of the foot of a panel.
pub(in crate::ui) const PANEL_FOOT: f32 = 48.0;
/// Width of a title in the details panel.
pub(in crate::ui) const DETAILS_LABEL: f32 = 92.0;
/// Height of a line in the details and counts panels.
pub(in crate::ui) const DETAILS_LINE: f32 = 24.0;
/// Width of the date of another session.
pub(in crate::ui) const OTHER_SESSION_DATE: f32 = 92.0;
/// Widths of the start of a session of the user, of the dash after it and of its end, if the texts have room there.
pub(in crate::ui) const USER_SESSION_FROM: f32 = 72.0;
pub(in crate::ui) const USER_SESSION_DASH: f32 = 16.0;
pub(in crate::ui) const USER_SESSION_TO: f32 = 48.0;
/// Space between a bar in the counts panel and the edge of the panel.
pub(in crate::ui) const BAR_MARGIN: f32 = 8.0;
/// Width of a dialog.
pub(in crate::ui) const DIALOG_WIDTH: f32 = 480.0;
/// Space at the sides of a dialog and of the sign-in card.
pub(in crate::ui) const DIALOG_PADDING: f32 = 20.0;

/// Space inside the border of a dialog.
pub(in crate::ui) const DIALOG_MARGIN: Margin = Margin { left: 20, right: 20, top: 16, bottom: 16 };
/// Widths of user, project and address in the question about sessions. The client ID and the node take the rest.
pub(in crate::ui) const QUESTION_COLUMNS: [f32; 3] = [108.0, 112.0, 124.0];
/// Width of the client ID if there are several nodes.
pub(in crate::ui) const QUESTION_ID_WIDTH: f32 = 92.0;
/// Maximum number of sessions in view in that question.
pub(in crate::ui) const QUESTION_ROWS: f32 = 8.0;

// Views in the place of the table

/// Minimum space around a view.
pub(in crate::ui) const VIEW_MARGIN: f32 = 16.0;
/// Maximum space above a view.
pub(in crate::ui) const VIEW_TOP: f32 = 136.0;
/// Width of the view of the first run.
pub(in crate::ui) const FIRST_RUN_WIDTH: f32 = 384.0;
/// Width of its button.
pub(in crate::ui) const CONNECT_WIDTH: f32 = 74.0;
/// Width of the sign-in card.
pub(in crate::ui) const SIGN_IN_WIDTH: f32 = 400.0;
/// Maximum space above the sign-in card.
pub(in crate::ui) const SIGN_IN_TOP: f32 = 56.0;
/// Space inside the sign-in card.
pub(in crate::ui) const SIGN_IN_PADDING: Margin = Margin { left: 20, right: 20, top: 16, bottom: 20 };
/// Height of the table's place from which the view of a certificate has its icon.
pub(in crate::ui) const CERTIFICATE_MIN_HEIGHT: f32 = 340.0;
/// The height below which the card has less space around it and inside.
pub(in crate::ui) const SIGN_IN_MIN_HEIGHT: f32 = 460.0;
/// Its padding in a low window.
pub(in crate::ui) const SIGN_IN_LOW_PADDING: Margin = Margin { left: 20, right: 20, top: 12, bottom: 12 };
/// The border of a card.
pub(in crate::ui) const BORDER: Margin = Margin::same(1);
/// Space inside a card with text.
pub(in crate::ui) const CARD_PADDING: Margin = Margin::same(12);
/// Space inside a card with lines.
pub(in crate::ui) const LINES_PADDING: Margin = Margin { left: 1, right: 1, top: 6, bottom: 6 };
/// Height of a line with a caption and a fact.
pub(in crate::ui) const FACT_HEIGHT: f32 = 24.0;
/// Width of the caption of a fact.
pub(in crate::ui) const FACT_CAPTION: f32 = 92.0;

// Toasts

/// Height of a toast without its details.
pub(in crate::ui) const TOAST_HEIGHT: f32 = 40.0;
/// Space between a toast and the edge of the window, and between it and the footer.
pub(in crate::ui) const TOAST_MARGIN: f32 = 16.0;
/// Maximum width of a toast.
pub(in crate::ui) const TOAST_MAX_WIDTH: f32 = 480.0;
/// The smallest room for messages beside the right panel.
pub(in crate::ui) const TOAST_MIN_WIDTH: f32 = 320.0;
/// Space for the button that opens the details.
pub(in crate::ui) const TOAST_DETAILS_WIDTH: f32 = 64.0;
/// Space to the left of a toast's icon.
pub(in crate::ui) const TOAST_LEFT: f32 = 12.0;
/// Maximum height of the details of an error.
pub(in crate::ui) const DETAILS_MAX_HEIGHT: f32 = 160.0;

/// Width of the palette, and its distance from the upper edge of the window.
pub(in crate::ui) const PALETTE_WIDTH: f32 = 560.0;
pub(in crate::ui) const PALETTE_TOP: f32 = 88.0;
/// Height of the palette's text box with the line below.
pub(in crate::ui) const PALETTE_HEAD: f32 = 44.0;
/// Distance between an icon of the palette and its text.
pub(in crate::ui) const PALETTE_GAP: f32 = 12.0;
/// Space around a line of the palette that is no entry.
pub(in crate::ui) const PALETTE_MESSAGE_MARGIN: Margin = Margin { left: 16, right: 16, top: 12, bottom: 4 };
/// Height of the title of a group in a list.
pub(in crate::ui) const GROUP_TITLE_HEIGHT: f32 = 24.0;
/// Space to the left and right of the text of a keycap.
pub(in crate::ui) const KEYCAP_PADDING: f32 = 5.0;

/// Size of the settings.
pub(in crate::ui) const SETTINGS_SIZE: [f32; 2] = [800.0, 608.0];
/// Width of the navigation of the settings.
pub(in crate::ui) const SETTINGS_NAVIGATION: f32 = 168.0;
/// Space around a page of the settings.
pub(in crate::ui) const SETTINGS_MARGIN: MarginF32 =
    MarginF32 { left: 24.0, right: 24.0, top: 8.0, bottom: 16.0 };
/// Space at the right of that for a long remark and for the scroll bar.
pub(in crate::ui) const SETTINGS_OVERHANG: f32 = 12.0;
/// Height of a row of the settings, and width of its label.
pub(in crate::ui) const SETTINGS_ROW_HEIGHT: f32 = 40.0;
pub(in crate::ui) const SETTINGS_LABEL: f32 = 168.0;
/// Minimum width of a fact with a remark beside it.
pub(in crate::ui) const SETTINGS_FACT: f32 = 80.0;
/// Width of a page from which labels are beside their controls.
pub(in crate::ui) const SETTINGS_ROW_MIN_WIDTH: f32 = 480.0;
/// Minimum distance between the settings and the edges of the window.
pub(in crate::ui) const DIALOG_DISTANCE: f32 = 16.0;
/// Width of a box with a menu of values, and the space to the left of its text.
pub(in crate::ui) const SELECT_WIDTH: f32 = 112.0;
pub(in crate::ui) const SELECT_LEFT: f32 = 10.0;
/// Space to the left and right of the text of a segment.
pub(in crate::ui) const SEGMENT_PADDING: f32 = 12.0;

/// Size of the dialog that tests a pattern, and the height of its foot with the space above.
pub(in crate::ui) const PATTERN_TESTER_SIZE: [f32; 2] = [720.0, 560.0];
pub(in crate::ui) const PATTERN_FOOT: f32 = 40.0;
/// Height of its contents from which the call has a row of its own.
pub(in crate::ui) const PATTERN_ROOMY_HEIGHT: f32 = 400.0;
/// Width of the box with its columns, and height of the box for values.
pub(in crate::ui) const PATTERN_COLUMN_WIDTH: f32 = 144.0;
pub(in crate::ui) const PATTERN_TYPED_HEIGHT: f32 = 76.0;
/// Space around an error in the place of its list.
pub(in crate::ui) const PATTERN_MESSAGE_MARGIN: f32 = 12.0;
/// Minimum height of its list.
pub(in crate::ui) const PATTERN_LIST_MIN_HEIGHT: f32 = 76.0;
/// Widths of the columns with results and numbers of sessions. The values take a part of the rest, and their groups the
/// others.
pub(in crate::ui) const PATTERN_RESULT_WIDTH: f32 = 124.0;
pub(in crate::ui) const PATTERN_SESSIONS_WIDTH: f32 = 80.0;
pub(in crate::ui) const PATTERN_VALUE_PART: f32 = 0.5;
/// Width of the dialog from which its button to copy the call has all words.
pub(in crate::ui) const PATTERN_WORDS_MIN_WIDTH: f32 = 600.0;
/// Opacity of results for an earlier pattern.
pub(in crate::ui) const PATTERN_STALE_OPACITY: f32 = 0.5;

/// Space above and below the text of a plain button.
pub(in crate::ui) const BUTTON_PADDING: f32 = 3.0;
/// Space between the border of a menu and its items.
pub(in crate::ui) const MENU_MARGIN: i8 = 4;
/// Space around the text of a tooltip, its maximum width, and the space before the keys in it.
pub(in crate::ui) const TOOLTIP_MARGIN: Margin = Margin::symmetric(8, 4);
pub(in crate::ui) const TOOLTIP_WIDTH: f32 = 320.0;
pub(in crate::ui) const TOOLTIP_KEYS_GAP: f32 = 16.0;

/// Returns a range of widths.
const fn width(min: f32, max: f32) -> Rangef {
    Rangef { min, max }
}
