"""Colours and type as a Gradio theme. The same values stand as CSS variables in assets/ui/css/tokens.css."""

import gradio as gr

PINE = gr.themes.Color(
    name="pine",
    c50="#eef7f4",
    c100="#d6ece4",
    c200="#aedaca",
    c300="#7cc0aa",
    c400="#47a185",
    c500="#23866a",
    c600="#146c54",
    c700="#105744",
    c800="#0e4638",
    c900="#0b392e",
    c950="#05211b",
)

# name: (light, dark)
PAIRS = {
    "body_background_fill": ("#faf8f5", "#171614"),
    "background_fill_primary": ("#ffffff", "#211f1c"),
    "background_fill_secondary": ("#faf8f5", "#1b1917"),
    "block_background_fill": ("#ffffff", "#211f1c"),
    "block_border_color": ("#e4dfd7", "#3a3732"),
    "border_color_primary": ("#e4dfd7", "#3a3732"),
    "block_label_background_fill": ("transparent", "transparent"),
    "block_label_text_color": ("#4a453e", "#d6d0c5"),
    "block_title_text_color": ("#26231f", "#efece6"),
    "block_info_text_color": ("#635d54", "#b5aea2"),
    "body_text_color": ("#26231f", "#efece6"),
    "body_text_color_subdued": ("#635d54", "#b5aea2"),
    "button_primary_background_fill": ("*primary_600", "*primary_600"),
    "button_primary_background_fill_hover": ("*primary_700", "*primary_700"),
    "button_primary_text_color": ("#ffffff", "#ffffff"),
    "button_secondary_background_fill": ("transparent", "transparent"),
    "button_secondary_background_fill_hover": ("#f3efe8", "#292622"),
    "button_secondary_border_color": ("#cfc8bd", "#4b463f"),
    "button_secondary_text_color": ("#26231f", "#efece6"),
    "input_background_fill": ("#ffffff", "#1b1917"),
    "input_border_color": ("#8b8478", "#7d766b"),
    "input_placeholder_color": ("#6f685e", "#a39c90"),
    "checkbox_label_background_fill": ("transparent", "transparent"),
    "checkbox_label_background_fill_selected": ("#f3efe8", "#292622"),
    "checkbox_label_text_color_selected": ("#26231f", "#efece6"),
}


def theme() -> gr.themes.Base:
    base = gr.themes.Base(
        primary_hue=PINE,
        neutral_hue="stone",
        radius_size="md",
        spacing_size="md",
        text_size="md",
        font=["Inter UI", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
    )
    both = {name: light for name, (light, _) in PAIRS.items()}
    both |= {f"{name}_dark": dark for name, (_, dark) in PAIRS.items()}
    return base.set(
        **both,
        block_border_width="1px",
        block_shadow="none",
        block_title_text_weight="600",
        button_border_width="1px",
        button_large_text_weight="600",
        slider_color="*primary_600",
    )
