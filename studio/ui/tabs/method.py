"""Step 2, Method: a recipe, a model, which weights move, and what that will take on this machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import gradio as gr

from studio.core.config import DataSettings, Keeping, Optimisation, RunConfig
from studio.core.errors import Refused
from studio.core.knobs import KnobValue
from studio.core.recipes import RECIPES
from studio.engine.objectives import OBJECTIVES
from studio.engine.tunings import TUNINGS
from studio.services.views import Forecast
from studio.ui.actions import actions
from studio.ui.forms import chosen, entries, form, joined, radio_cards
from studio.ui.markup import heading
from studio.ui.panels import method as panel
from studio.ui.session import FOLDER, HUB, Facts, Session, read
from studio.ui.shell import Shell
from studio.ui.tabs.likeness import LikePart
from studio.ui.tabs.method_aim import AimPart
from studio.ui.tabs.method_models import LABELS, ModelList, elsewhere, refuse_places, unfetched
from studio.ui.tabs.method_rewards import REWARD_CONFIGS, RewardsPart, lacks_reward
from studio.ui.tabs.method_ways import Ways
from studio.ui.typed import applying
from studio.ui.wiring import Updates, event_text, html_part, on, told

HEAD = heading(
    2,
    "Method",
    "How should it learn?",
    subtitle="Pick how much time to spend. You can run it again with another recipe later.",
)
ELSEWHERE = (("Another model of the Hugging Face hub", HUB), ("A model folder on this computer", FOLDER))
SECTIONS = {
    "The data": (DataSettings,),
    "The learning": (Optimisation,),
    "Against forgetting": (Keeping,),
    "What is learned": tuple(
        each.Config for each in OBJECTIVES.values() if not issubclass(each.Config, Keeping)
    ),
    "The add-on and other settings of the method": tuple(each.Config for each in TUNINGS.values()),
}


class MethodTab:
    name = "method"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        with gr.Column(elem_classes="step"):
            gr.HTML(HEAD, apply_default_css=False)
            self.notice = html_part("notice-method", script="notices")
            self.like = LikePart(shell, self.notice)
            self.aim = AimPart(shell)
            self.rewards = RewardsPart()
            self.recipes = html_part("recipes", "recipe", script="choices")
            self.fit = html_part("fit")
            self.place = radio_cards("Starting model", self._models(), value="starter", element="model")
            with gr.Row(visible=False, elem_id="elsewhere-row") as self.elsewhere_row:
                self.elsewhere = gr.Textbox(elem_id="elsewhere", max_lines=1, interactive=True)
                self.fetch = gr.Button("Get this model", size="lg", scale=0, min_width=150, elem_id="fetch")
            self.listed = ModelList(shell)
            self.tuning = radio_cards("Which weights move", entries(TUNINGS), value="lora", element="tuning")
            self.ways = Ways(shell)
            self.aim.lay_out()
            with gr.Accordion("Advanced settings", open=False, elem_id="advanced"):
                self.form = joined(form(SECTIONS, REWARD_CONFIGS), self.rewards.form)
            self.bar = actions("method")

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.notice, self.like.told, *self.aim.outputs(), self.recipes, self.fit, self.place]
        parts += [self.elsewhere_row, self.elsewhere, self.listed.list, self.tuning, *self.ways.outputs()]
        parts += self.rewards.outputs()
        return [*parts, *self.form.widgets.values(), *self.form.groups.values(), *self.bar.parts()]

    def wire(self) -> None:
        shell, safe, unasked = self._shell, told(self.notice), told(self.notice, pressed=False)
        named = [shell.session, self.elsewhere]
        filled = [*named, *self.form.widgets.values()]
        outputs = [*self.outputs(), shell.session, shell.pulse]
        again = {"outputs": outputs, "repeats": "multiple"}  # the last choice counts, however quick
        on(self.recipes.recipe, safe(self.choose_recipe), inputs=[shell.session], **again)
        chosen = {"place": self.place, "tuning": self.tuning, "objective": self.aim.objective}
        for field, part in chosen.items():
            on(part.input, safe(self.choose(field)), inputs=[shell.session, part], **again)
        for event in (self.fetch.click, self.elsewhere.submit):
            got = on(event, safe(self.fetch_model), inputs=named, outputs=[self.notice])
            on(got.then, self.take_model, inputs=[*named, self.notice], outputs=outputs)
        self.like.wire()
        self.aim.wire(safe, self._drawn, outputs)
        self.listed.wire(safe, self._drawn, outputs)
        for widget in self.form.widgets.values():
            event = widget.blur if isinstance(widget, gr.Number | gr.Textbox) else widget.input
            on(event, safe(self.adjust), inputs=filled, **again)
        for box in self.rewards.boxes.values():
            ticked = [*filled, *self.rewards.boxes.values()]
            on(box.input, safe(self.reward), inputs=ticked, **again)
        on(shell.pulse.measured, unasked(self.adjust), inputs=filled, outputs=outputs)
        told_of = [self.notice, shell.session]
        begun = on(self.bar.primary.click, safe(self.start), inputs=filled, outputs=told_of)
        shell.after(begun, entering=False)
        on(self.bar.back.click, shell.step("data"), inputs=[shell.session], outputs=shell.outputs())

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        """Draw the step as the session has it. What is typed in the form stays while one is here."""
        if not entering:
            return {}
        return self._drawn(facts.session, facts)

    def _models(self) -> list[tuple[str, str]]:
        listed = [(panel.model_line(model), model.id) for model in self._studio.models()]
        return listed + [entry for entry in ELSEWHERE if self._shell.local or entry[1] != FOLDER]

    def _drawn(self, session: Session, whole: Facts | None = None) -> Updates:
        """Return the choices, the form, the forecast; `whole`: what the page is drawn from, if it is."""
        models = self._models()
        known = {name for _, name in models}
        place = session.place if session.place in known else "starter"
        session = replace(session, place=place)
        plan = self._plan(session, self.like.knobs(session))
        configs = (DataSettings, Optimisation, OBJECTIVES[plan.objective].Config, TUNINGS[plan.tuning].Config)
        return {
            self._shell.session: session.cut_at(plan.part(DataSettings).max_length).document(),
            self.place: gr.Radio(choices=models, value=place),
            self.elsewhere_row: gr.Row(visible=place in dict(LABELS)),
            self.elsewhere: elsewhere(session),
            **self.listed.drawn(session),
            **self.like.show(session),
            self.tuning: plan.tuning,
            **self.aim.drawn(session, plan),
            **self.rewards.drawn(plan),
            **self.form.fill(plan.knobs, configs),
            **self._forecast(session, plan, whole),
        }

    def _forecast(self, session: Session, plan: RunConfig, whole: Facts | None = None) -> Updates:
        """Return the recipes and what they take; `plan` stands for its own recipe, with changed settings."""
        unchanged = replace(session, typed={})
        plans = {recipe: self._plan(replace(unchanged, recipe=recipe)) for recipe in RECIPES}
        plans[plan.recipe] = plan
        if not plan.model:
            return {
                **self._shell.beat(session, whole, measuring=False),
                self.recipes: panel.recipes(plan.recipe, {}),
                self.fit: "",
                **self.ways.drawn(plan),
                self.bar.primary: gr.Button("Name a model first", interactive=False),
            }
        forecasts = {recipe: self._studio.forecast(config) for recipe, config in plans.items()}
        measuring = any(panel.being_measured(forecast) for forecast in forecasts.values())
        return {
            self.recipes: panel.recipes(plan.recipe, forecasts),
            self.fit: panel.fit(forecasts[plan.recipe], self._studio.hourly_price, self._studio.share()),
            **self.ways.drawn(plan),
            self.bar.primary: _primary(forecasts[plan.recipe], lacks=lacks_reward(plan)),
            **self._shell.beat(session, whole, measuring=measuring),
        }

    def _plan(self, session: Session, knobs: Mapping[str, KnobValue] | None = None) -> RunConfig:
        """Return the run description; what was typed stands over `knobs`, and these over the recipe."""
        asked = {**(knobs or {}), **applying(session.typed, session.objective, session.tuning)}
        if not self._shell.local:
            refuse_places(self._studio, session, asked)
        return self._studio.plan(
            session.dataset,
            session.recipe,
            model=session.model,
            objective=session.objective,
            tuning=session.tuning,
            knobs=asked,
        )

    # Handlers

    def choose_recipe(self, document: object, event: gr.EventData) -> Updates:
        return self.choose("recipe")(document, event_text(event, "value"))

    def choose(self, field: str) -> Callable[[object, str], Updates]:
        """Return the handler of one choice: the settings go back to what recipe and method say for it."""

        def handle(document: object, value: str) -> Updates:
            changed = {field: value, "typed": {}} | ({"like": ""} if field == "recipe" else {})
            return self._drawn(read(replace(read(document), **changed).document()))

        return handle

    def fetch_model(self, document: object, name: str) -> Updates:
        """Get a model of the hub or of a folder now, so that problems show before the run."""
        session = replace(read(document), elsewhere=name.strip())
        if not session.model:
            raise Refused("No model is named.", "Type its name, or choose the starter model.")
        self._plan(session)  # what may not be named is refused before anything is fetched
        self._studio.check_model(session.model)
        return {}

    def take_model(self, document: object, name: str, refused: str | None) -> Updates:
        """Choose the model that was got; `refused`: what the notice says instead, and goes on saying."""
        session = replace(read(document), elsewhere=name.strip())
        return {self.notice: gr.skip()} if refused else self._drawn(session)

    def adjust(self, document: object, typed: str | None, *settings: KnobValue | None) -> Updates:
        """Forecast the settings as they stand in the form; they are kept while another step is looked at."""
        session = read(document)
        if session.step != self.name:
            return {}  # asked before the visitor left; what was typed is read again when one is back
        if unfetched(session, typed):
            return {self.bar.primary: gr.Button("Get this model first", interactive=False)}
        plan = self._plan(session := self._as_typed(session, settings))
        session = session.cut_at(plan.part(DataSettings).max_length)
        return {self._shell.session: session.document(), **self._forecast(session, plan)}

    def reward(self, document: object, typed: str | None, *settings: KnobValue | None) -> Updates:
        """Switch rewards on or off as their boxes stand, which come behind the settings."""
        names = self.form.names()
        values = dict(zip(names, settings, strict=False))
        ticked = settings[len(names) :]
        values |= self.rewards.weights(ticked, values)
        switched = self.rewards.switched(ticked, values)
        return {**switched, **self.adjust(document, typed, *values.values())}

    def start(self, document: object, typed: str | None, *settings: KnobValue | None) -> Updates:
        session = read(document)
        if session.step != self.name:
            return {}  # pressed once more while the next step was being drawn: the run has begun
        if unfetched(session, typed):
            raise Refused("The model in the box is not ready yet.", 'Press "Get this model" first.')
        run = self._studio.start(self._plan(self._as_typed(session, settings)))
        return {self._shell.session: replace(session, run=run, step="train", question="", like="").document()}

    def _as_typed(self, session: Session, settings: Sequence[KnobValue | None]) -> Session:
        """Return the session with the settings of the whole form; `_plan` says what is wrong with them."""
        said = self._plan(replace(session, typed={})).knobs
        return replace(session, typed=chosen(self.form.names(), settings, said))


def _primary(forecast: Forecast, *, lacks: bool) -> gr.Button:
    if lacks:
        return gr.Button("Switch on a reward first", interactive=False)
    if not forecast.fits:
        return gr.Button("This does not fit here", interactive=False)
    time = f", about {panel.expected_time(forecast)}" if forecast.measured else ""
    return gr.Button(f"Start training{time}", interactive=True)
