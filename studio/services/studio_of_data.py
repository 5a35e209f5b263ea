"""The part of the facade that is about data: everything a person can do with a data set (see `studio.py`)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from studio.core.cleaning import REMAPPED, Step, Wish
from studio.core.records import SourcedRecord
from studio.core.report import DatasetReport
from studio.services import cleaning, datasets, filling, hub_data, intake, learning, spreadsheets, uploads
from studio.services.changing import Changes
from studio.services.space import check_change
from studio.services.studio_of_people import StudioOfPeople
from studio.services.uploads import Uploads
from studio.services.views import DatasetView, SampleView
from studio.services.views_of_data import ChangeView, FixOffer, FixPreview, RowsToFill, Span, UploadView
from studio.store.home import Home


class StudioOfData(StudioOfPeople):
    """The verbs on the data sets of one home."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._uploads = Uploads(home)
        self._changes = Changes(home)

    def check(self, path: Path, name: str = "", mapping: Mapping[str, str] | None = None) -> DatasetReport:
        """Look at a file and keep nothing. `name` is the file's name as the user knows it."""
        return intake.check(path, name or path.name, mapping)

    def add_dataset(self, path: Path, name: str, mapping: Mapping[str, str] | None = None) -> DatasetView:
        """Copy a file into the home at once, check it and wait. Raises Refused for one that is of no use."""
        return datasets.view(self._home, uploads.add(self._home, path, intake.arrival_of(name, mapping)))

    def start_upload(self, path: Path, name: str, mapping: Mapping[str, str] | None = None) -> str:
        """Copy a file into the home at once, check it in the background, and return the upload's id.

        It survives a restart: the next process that opens the home goes on with it, under the same id.
        """
        return self._uploads.start(path, intake.arrival_of(name, mapping))

    def upload(self, upload: str) -> UploadView:
        """Return how far an upload is. Raises Refused for one that ended before this process began."""
        return self._uploads.view(upload)

    def stop_upload(self, upload: str) -> None:
        """Give an upload up; nothing of it is kept. One that has ended stays as it is."""
        self._uploads.stop(upload)

    def start_hub_upload(self, name: str, subset: str = "", split: str = "") -> str:
        """Fetch a data set of the Hugging Face hub (owner/name) and check it, both in the background.

        Return the upload's id. Without a subset or split the usual one is taken; where that is not clear, or
        the hub does not give it out, the upload fails and says which there are. Survives a restart.
        """
        return self._uploads.start_hub(hub_data.address_of(name, subset, split))

    def remap(self, dataset: str, mapping: Mapping[str, str]) -> DatasetView:
        """Read a dataset again with `mapping` (role -> column); earlier runs keep the version they used."""
        check_change(self._home, dataset)
        return datasets.remap(self._home, dataset, mapping)

    def datasets(self) -> tuple[DatasetView, ...]:
        """Return all datasets, the newest first."""
        return datasets.all_views(self._home)

    def dataset(self, dataset: str) -> DatasetView:
        return datasets.view(self._home, dataset)

    def rename_dataset(self, dataset: str, name: str) -> DatasetView:
        return datasets.rename(self._home, dataset, name)

    def dataset_dependents(self, dataset: str) -> tuple[str, ...]:
        """Say in words what hangs on a dataset; show it before deleting."""
        return datasets.dependents(self._home, dataset)

    def delete_dataset(self, dataset: str) -> None:
        """Delete a dataset. Runs, also those that wait, keep their own copy of the records."""
        datasets.delete(self._home, dataset)

    def samples(self) -> tuple[SampleView, ...]:
        """Return the data sets that come with the studio."""
        return datasets.samples()

    def add_sample(self, sample: str) -> DatasetView:
        """Add a shipped data set; asked for again, return the one that is there."""
        return datasets.add_sample(self._home, sample)

    def records_of(self, dataset: str, rows: Sequence[int]) -> tuple[SourcedRecord, ...]:
        """Return what became of these rows of the file; those that were set aside or dropped are left out."""
        return datasets.records_of(self._home, dataset, rows)

    def records_at(self, dataset: str, place: int, most: int) -> tuple[SourcedRecord, ...]:
        """Return up to `most` of the kept rows from one place on, counted from 0."""
        return datasets.records_at(self._home, dataset, place, most)

    def place_of(self, dataset: str, row: int) -> int:
        """Return where a row of the file stands among the kept ones; of one that is not kept, the next."""
        return datasets.place_of(self._home, dataset, row)

    def learning_view(
        self,
        dataset: str,
        index: int,
        *,
        model: str = "starter",
        objective: str = "chat",
        max_length: int = 512,
    ) -> tuple[int, tuple[Span, ...]]:
        """Return (row of the user's file, spans) of one example, counted from 0 among the kept ones.

        Takes seconds the first time (tokenizer); raises StudioError while the model is not on this machine.
        """
        return learning.learning_view(
            self._home, dataset, index, model=model, objective=objective, max_length=max_length
        )

    def fixes_for(self, dataset: str, check: str, kind: str = "") -> tuple[FixOffer, ...]:
        """Return what can be done about one finding of the report, the recommended fix first."""
        return cleaning.fixes_for(self._home, dataset, check, kind)

    def preview_fix(
        self, dataset: str, check: str, kind: str, fix: str, options: Mapping[str, str] | None = None
    ) -> FixPreview:
        """Do a fix on all rows and write nothing. Raises Refused where the finding is gone."""
        return cleaning.preview(self._home, dataset, Wish(check, kind, fix, options or {}))

    def apply_fix(
        self,
        dataset: str,
        check: str,
        kind: str,
        fix: str,
        options: Mapping[str, str] | None = None,
        version: str = "",
    ) -> DatasetView:
        """Make a new version by a fix and check it again; takes as long as checking the file did.

        `version`: that of the preview; Refused where the data set is another by now. Refused as well while
        another page changes it, and where no row would change or none would be left.
        """
        check_change(self._home, dataset)
        return cleaning.apply(self._home, dataset, Wish(check, kind, fix, options or {}, version))

    def edit_cell(self, dataset: str, row: int, role: str, text: str) -> DatasetView:
        """Write another text into a row. `role`: the record's own name of the text, or a message's number."""
        check_change(self._home, dataset)
        return cleaning.apply(self._home, dataset, cleaning.edit(row, role, text))

    def start_fix(
        self,
        dataset: str,
        check: str,
        kind: str,
        fix: str,
        options: Mapping[str, str] | None = None,
        version: str = "",
    ) -> ChangeView:
        """Begin what `apply_fix` does and return at once, except that a small data set is waited for.

        Raises what kept it from being changed by then. It survives a restart, as an upload does.
        """
        return self._changes.start(dataset, Wish(check, kind, fix, options or {}, version))

    def start_edit(self, dataset: str, row: int, role: str, text: str) -> ChangeView:
        """Begin what `edit_cell` does; see `start_fix`."""
        return self._changes.start(dataset, cleaning.edit(row, role, text))

    def rows_to_fill(self, dataset: str, check: str, kind: str, most: int) -> RowsToFill:
        """Return the first rows that were set aside for one reason, with what is missing in each.

        Reads the file up to the last of them. Raises Refused where the finding is gone.
        """
        return filling.rows_to_fill(self._home, dataset, check, kind, most)

    def fill_in(self, dataset: str, row: int, texts: Mapping[str, str]) -> DatasetView:
        """Use a row that was set aside with these texts, by place (see `Blank`), as a version of its own.

        Raises Refused where something is still missing in it.
        """
        check_change(self._home, dataset)
        return cleaning.apply(self._home, dataset, filling.wish_to_fill(row, texts))

    def start_fill(self, dataset: str, row: int, texts: Mapping[str, str]) -> ChangeView:
        """Begin what `fill_in` does; see `start_fix`."""
        return self._changes.start(dataset, filling.wish_to_fill(row, texts))

    def start_remap(self, dataset: str, mapping: Mapping[str, str]) -> ChangeView:
        """Begin what `remap` does; see `start_fix`."""
        return self._changes.start(dataset, Wish("", "", REMAPPED, mapping))

    def change(self, dataset: str) -> ChangeView | None:
        """Return the change of a data set that is under way, or why the last one could not be made."""
        return self._changes.view(dataset)

    def stop_change(self, dataset: str) -> None:
        """Give a change up; the rows stay as they were."""
        self._changes.stop(dataset)

    def put_change_away(self, dataset: str) -> None:
        """Forget why a change could not be made."""
        self._changes.put_away(dataset)

    def dataset_version(self, dataset: str) -> str:
        """Return the version that new runs use; quicker than `dataset`."""
        return self._home.datasets.folder(dataset).meta().version

    def issues_excel(self, dataset: str) -> Path:
        """Return an Excel file of all rows with what was found about each; made when first asked for.

        That takes seconds; minutes where the checks must be asked again for all rows of a large file.
        """
        return spreadsheets.issues_excel(self._home, dataset)

    def undo(self, dataset: str) -> DatasetView:
        """Go back one step of the history; may be repeated up to the rows as they were read."""
        return cleaning.undo(self._home, dataset)

    def redo(self, dataset: str) -> DatasetView:
        """Make the step again that was taken back last, as long as no other was made since."""
        return cleaning.redo(self._home, dataset)

    def history(self, dataset: str) -> tuple[Step, ...]:
        """Return the steps that made the current version, the oldest first."""
        return cleaning.history(self._home, dataset)

    def undone(self, dataset: str) -> tuple[Step, ...]:
        """Return the steps that `redo` would make again, the next one first."""
        return cleaning.undone(self._home, dataset)
