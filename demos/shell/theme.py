"""The look of the gallery: fonts and colours."""

from __future__ import annotations

from gradio import themes


def theme() -> themes.Base:
    """Gradio's default theme with the visitor's system fonts and legible colours."""
    # Only the visitor's system fonts: nothing is downloaded. Gradio's own subdued grey, and white on its
    # orange, are too faint: both need a contrast of 4.5.
    sans = ["Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR"]
    sans += ["Apple SD Gothic Neo", "Malgun Gothic", "sans-serif"]
    mono = ["SF Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono", "monospace"]
    return themes.Default(font=sans, font_mono=mono).set(
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
        button_cancel_background_fill="#b91c1c",
        button_cancel_background_fill_dark="#b91c1c",
        button_cancel_background_fill_hover="#991b1b",
        button_cancel_background_fill_hover_dark="#991b1b",
        button_cancel_text_color="white",
        button_cancel_text_color_dark="white",
        button_cancel_text_color_hover="white",
        button_cancel_text_color_hover_dark="white",
        button_primary_border_color="*primary_700",
        button_primary_border_color_dark="*primary_700",
    )
