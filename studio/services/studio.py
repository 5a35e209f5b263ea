"""The facade: everything a person can do with the studio. The screen and the command line call only this.

Ids come in, views go out (`services/views.py`). Whatever a user can cause raises StudioError or Refused
with a plain sentence. Every method may be called from any thread and none waits for training; the ones that
may touch the network or take seconds say so. The verbs themselves stand in the files beside this one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from studio.core.config import RunConfig
from studio.core.knobs import KnobValue
from studio.core.limits import NO_LIMITS, Limits
from studio.engine.processes import ONE, Processes
from studio.services import (
    comparing_runs,
    comparisons,
    forecasts,
    methods,
    model_list,
    queue,
    runs,
    ways,
)
from studio.services.choices import Choice
from studio.services.model_list import OfferedModel
from studio.services.price import hourly_price
from studio.services.studio_of_hub import StudioOfHub
from studio.services.views import (
    Comparison,
    Duty,
    Forecast,
    ModelChoice,
    RunView,
    WorkerState,
)
from studio.services.views_of_curves import Points
from studio.services.views_of_runs import RunsComparison
from studio.services.ways import Way
from studio.services.worker import Worker
from studio.store.home import Home


class Studio(StudioOfHub):
    """One home folder and the verbs on it. Reading needs no `open`; training, answers and exports do."""

    def __init__(self, home: Path, limits: Limits = NO_LIMITS) -> None:
        super().__init__(Home(home, limits))
        self.hourly_price = hourly_price()
        self._worker = Worker(self._home, self._book, self._questions, self._keys)

    def open(self, duty: Duty | None = None) -> None:
        """Start the worker thread, which takes the home once no other process holds it. Returns at once.

        Uploads and changes of data sets that an earlier process left half done are done in the background.
        """
        duty = duty or Duty()
        if duty.takes_home:
            self._uploads.open()
            self._changes.open()
        self._worker.open(duty)

    def close(self) -> None:
        """Stop and save the work, and free the home. What ran can be resumed; what waits keeps waiting."""
        self.end_talks()
        self._uploads.close()
        self._changes.close()
        self._worker.close()

    def worker(self) -> WorkerState:
        """Return whether this process does the work, and what to tell the user if it cannot yet."""
        return self._worker.state((*self._book.damage(), *self._home.datasets.damage()))

    # Method

    def models(self) -> tuple[ModelChoice, ...]:
        """Return the models to offer: the starter, and those that were used or downloaded before."""
        return methods.models(self._home)

    def listed_models(self, objective: str, tuning: str) -> tuple[OfferedModel, ...]:
        """Return the curated models that can learn so, those that fit this machine first."""
        return model_list.offered(objective, tuning)

    def check_model(self, model: str, revision: str = "") -> str:
        """Fetch what is missing of a model (may take minutes) and return its commit. Raises Refused."""
        return methods.check_model(model, revision)

    def plan(
        self,
        dataset: str,
        recipe: str = "balanced",
        *,
        model: str = "starter",
        objective: str = "",
        tuning: str = "lora",
        knobs: Mapping[str, KnobValue] | None = None,
    ) -> RunConfig:
        """Return the run description: recipe, then the tuning's learning rate, then the user's knobs.

        Raises Refused with every problem at once, also for a dataset that cannot be trained on yet.
        """
        choice = Choice(recipe, model, objective, tuning, knobs or {})
        return methods.plan(self._home, dataset, choice)

    def plan_file(self, path: Path, choice: Choice, mapping: Mapping[str, str] | None = None) -> RunConfig:
        """The same for a file, or hf:owner/name; a data set that cannot be trained on is not kept."""
        return methods.plan_file(self._home, path, choice, mapping=mapping)

    def repeat(self, described: RunConfig, choice: Choice, *, beside: Path) -> RunConfig:
        """Return the run description anew, with `choice` for what it chose.

        Its data set is one of this home, or a file beside the description.
        """
        return methods.repeat(self._home, described, choice, beside=beside)

    def forecast(self, config: RunConfig) -> Forecast:
        """Return time, memory and disk. While `measured` is False an idle worker rehearses: ask again."""
        return forecasts.forecast(self._home, config, ask=self._worker.rehearse)

    def ways(self, config: RunConfig) -> tuple[Way, ...]:
        """Return every way of tuning for the model and data of a description; measures nothing."""
        return ways.ways(self._home, config)

    # Train

    def start(self, config: RunConfig, name: str = "", processes: Processes = ONE) -> str:
        """Queue a run and return its id. A second call with the same description within two seconds (a double
        click) returns the same id. Raises Refused where memory or disk cannot hold it."""
        foreseen = forecasts.check_fits(self._home, config, processes)
        about = {"name": name, "recent": self._recent, "foreseen": foreseen}
        run = runs.start(self._home, config, **about, permit=self._shares.work())
        self._worker.wake()
        return run

    def lead(self, run: str, processes: Processes) -> None:
        """Train this run together with the processes that follow, and do nothing else: before `open`.

        Raises Refused where another process holds the home.
        """
        self._worker.lead(run, processes)

    def stop(self, run: str) -> None:
        """Ask a waiting or running run to stop; it keeps its best point and can be resumed."""
        runs.stop(self._home, run)

    def pause(self, run: str) -> None:
        """Ask a waiting or running run to save itself and let the next one work; resume goes on bit-equal."""
        runs.pause(self._home, run)

    def move_in_queue(self, run: str, *, up: bool) -> None:
        """Let a run that waits change places with the one before or after it."""
        queue.move(self._home, self._book, run, up=up)

    def resume(self, run: str) -> None:
        """Queue a paused, stopped, interrupted or failed run again, to go on from its newest checkpoint."""
        self._shares.check_resume(run)
        with self._shares.work():
            runs.resume(self._home, run)

    def runs(self) -> tuple[RunView, ...]:
        """Return all runs, the newest first."""
        return self._book.views()

    def run(self, run: str) -> RunView:
        return self._book.view(run)

    def find_run(self, part: str) -> str:
        """Return the id that a person means by its beginning. Raises Refused where none or many match."""
        return runs.find(self._home, part)

    def points(self, run: str, since: int) -> Points:
        """Return the points of the curves after `since`, an `offset` of an earlier answer; 0 for all."""
        return self._book.points(run, since)

    def compare_runs(self, runs: Sequence[str]) -> RunsComparison:
        """Set two to six runs side by side: curves, different settings, results, and which is best."""
        return comparing_runs.compare(self._home, self._book, runs)

    def rename_run(self, run: str, name: str) -> None:
        runs.rename(self._home, run, name)

    def annotate_run(self, run: str, notes: str) -> None:
        runs.annotate(self._home, run, notes)

    def run_dependents(self, run: str) -> tuple[str, ...]:
        """Say in words what is deleted with a run; show it before deleting."""
        return runs.dependents(self._home, run)

    def delete_run(self, run: str) -> None:
        """Delete a run with its checkpoints, exam and exports. One that waits or runs refuses this."""
        runs.delete(self._home, run)
        self._talking.put_away(run)

    # Compare

    def ask(self, question: str, run: str, *, with_retrieval: bool = False) -> str:
        """Put a question to the untouched and the tuned model; return the comparison's id at once.

        `with_retrieval`: both read first what the training rows and the run's documents say of it.
        """
        comparison = comparisons.ask(
            self._home, self._questions, question, run=run, with_retrieval=with_retrieval
        )
        self._worker.wake()
        return comparison

    def comparison(self, comparison: str) -> Comparison:
        """Return the answers as far as they are written. Comparisons live as long as the process."""
        return self._questions.view(comparison)

    def cancel_question(self, comparison: str) -> None:
        """Stop writing; what is written stays."""
        self._questions.cancel(comparison)

    # Jobs

    def stop_job(self, run: str, job: str) -> None:
        """Ask a waiting or running exam or export to stop."""
        runs.stop_job(self._home, run, job)
