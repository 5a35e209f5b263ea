"""Knobs -> widgets: the Advanced settings derive from the configs, nothing about a knob is said twice."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from inspect import get_annotations
from types import ModuleType

import gradio as gr

from studio.core.config import DataSettings, Optimisation
from studio.core.knobs import Knob, KnobValue, knobs
from studio.engine.objectives import OBJECTIVES
from studio.engine.tunings import TUNINGS


def all_configs() -> tuple[type, ...]:
    """Return every config whose knobs a run can hold."""
    parts = [module.Config for registry in (OBJECTIVES, TUNINGS) for module in registry.values()]
    return (DataSettings, Optimisation, *parts)


@dataclass(frozen=True)
class Form:
    """The widgets of all knobs by name, and the group of those that each class declares.

    Configs that share knobs inherit them from one class: they share its group too.
    """

    widgets: Mapping[str, gr.components.Component]
    groups: Mapping[type, gr.Group]

    def names(self) -> tuple[str, ...]:
        return tuple(self.widgets)

    def fill(self, values: Mapping[str, KnobValue], configs: Iterable[type]) -> dict[gr.blocks.Block, object]:
        """Return updates that show `values` and only the groups of the configs that apply."""
        shown = {declaring for config in configs for declaring in config.__mro__}
        updates: dict[gr.blocks.Block, object] = {
            self.widgets[name]: value for name, value in values.items() if name in self.widgets
        }
        for config, group in self.groups.items():
            updates[group] = gr.Group(visible=config in shown)
        return updates


def joined(*forms: Form) -> Form:
    """Return the forms as one, wherever each of them is laid out."""
    widgets = {name: widget for form in forms for name, widget in form.widgets.items()}
    return Form(widgets, {config: group for form in forms for config, group in form.groups.items()})


def form(sections: Mapping[str, tuple[type, ...]], elsewhere: Collection[type] = ()) -> Form:
    """Lay out the knobs of each section's configs under its title, but for what is declared `elsewhere`."""
    widgets: dict[str, gr.components.Component] = {}
    groups: dict[type, gr.Group] = {}
    for title, configs in sections.items():
        parts = {each: knobs for each, knobs in _declared(configs).items() if each not in elsewhere}
        for declaring, declared in parts.items():
            with gr.Group(elem_classes="knobs") as groups[declaring]:
                if not any(
                    inherited in parts for inherited in declaring.__mro__[1:]
                ):  # it stands above already
                    gr.HTML(f"<h3>{title}</h3>", apply_default_css=False)
                with gr.Row(elem_classes="knob-grid"):
                    for knob in declared:
                        widgets[knob.name] = widget(knob)
    return Form(widgets, groups)


def _declared(configs: Iterable[type]) -> dict[type, list[Knob]]:
    """Return the knobs by the class that declares them, each once; classes without any are left out."""
    found: dict[type, list[Knob]] = {}
    for config in configs:
        for declaring in reversed(config.__mro__):
            own = [knob for knob in knobs(config) if knob.name in get_annotations(declaring)]
            if own:
                found.setdefault(declaring, own)
    return found


def widget(knob: Knob) -> gr.components.Component:
    """Return the input for one knob: its plain label, and beneath it the field's term, bounds and help.

    Bounds are checked by the knob itself, so that all problems are told at once and in words; Gradio's own
    check would answer with an error for the first.
    """
    described = {"label": knob.label, "info": description(knob), "elem_id": f"knob-{knob.name}"}
    if knob.choices:
        return gr.Radio(list(knob.choices), value=knob.default, interactive=True, **described)
    if knob.type is bool:
        return gr.Checkbox(bool(knob.default), interactive=True, **described)
    if knob.type is str:
        return gr.Textbox(str(knob.default), interactive=True, **described)
    precision = 0 if knob.type is int else None
    return gr.Number(knob.default, precision=precision, interactive=True, **described)


def description(knob: Knob) -> str:
    """Return e.g. `epochs · 0.01 to 1,000. More rounds fit the data more closely ...`."""
    bounds = "" if knob.low is None or knob.high is None else f"{_number(knob.low)} to {_number(knob.high)}"
    first = " · ".join(part for part in (knob.technical, bounds) if part)
    return f"{first}. {knob.help}" if first else knob.help


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def chosen(
    names: Iterable[str], values: Iterable[KnobValue | None], planned: Mapping[str, KnobValue]
) -> dict[str, KnobValue]:
    """Return what the user changed: the values that differ from the plan of recipe, model and tuning.

    An emptied field stays in as it is, so that the knob itself says what is missing.
    """
    return {
        name: value  # type: ignore[misc]
        for name, value in zip(names, values, strict=True)
        if name in planned and value != planned[name]
    }


def entries(registry: Mapping[str, ModuleType]) -> list[tuple[str, str]]:
    """Return the choices of a registry for `radio_cards`: what each is, and when to pick it."""
    return [(f"{each.TITLE}\n{each.SUMMARY} {each.WHEN}", name) for name, each in registry.items()]


def radio_cards(label: str, choices: list[tuple[str, str]], *, value: str, element: str) -> gr.Radio:
    """Return a choice drawn as cards: the first line of each label is its title."""
    return gr.Radio(
        choices, value=value, label=label, elem_id=element, elem_classes="card-radio", interactive=True
    )
