"""Fine-Tuning Studio: from a table of questions and good answers to a small model proven better on them.

The ten-minute tour. The path is the map; each station is a file, and data goes from top to bottom:

    file            studio.data.readers      bytes become rows, whatever the file's type and encoding
    rows            studio.data.formats      columns get their roles, rows become records
    records         studio.core.records      what a row became: Conversation, Completion, ...
    checked records studio.data.checks       what is wrong is counted, named by line, set aside
                    studio.data.inspect      those three in one pass; studio.data.split divides the result
                    studio.data.fixes        what was found is mended in a new version, and can be undone
    tokens          studio.data.templates    a record as the model's own chat template writes it
                    studio.data.tokens       ids, and which of them are learned
    a model         studio.engine.sources    a name becomes files; studio.engine.models loads them safely
    training        studio.engine.loop       steps, looks at held-out rows, saves, pauses, stops
    rewards         studio.engine.rewarding  what answers that the model sampled are worth, reward by reward
    checkpoints     studio.store.checkpoints the newest that verifies is used; events say the rest
    and metrics     studio.core.events       everything a run can say, one line each, append-only
    evaluation      studio.evaluation.exam   before and after on the same rows, with intervals
    side by side    studio.services.answering two models, one question
    export          studio.exporters.publish written, tested as a stranger would, then renamed into place
    serving         studio.serving.app       many runs on one base answer in the form of OpenAI's API

Arrows: imports run one way, downward, and tests/test_layers.py fails on any that is not drawn.

    ui, serving, cli -> services -> exporters -> evaluation -> engine, retrieval, charts -> data -> core
                    \\----> store -----------------------------------------------------> core

`studio.services.studio` is the facade: screen (`studio.ui.app`) and command line (`studio.cli`) call it
and nothing else. `studio.services.worker` is the one thread that works; it takes from a queue of folders and
hands the engine an `emit` function, so that engine and store never meet. A run is a folder
(`studio.store.runs`), its status is read from its events, and the page polls for what is new.

Where to add what: one file, and one line in the registry (a literal dict; its order is that of the screen).

    a file type          READERS     studio.data.readers
    a data format        FORMATS     studio.data.formats
    a check of the rows  CHECKS      studio.data.checks
    a fix for them       FIXES       studio.data.fixes
    a sample             SAMPLES     studio.data.samples
    what is learned      OBJECTIVES  studio.engine.objectives
    which weights move   TUNINGS     studio.engine.tunings
    what answers gain by REWARDS     studio.engine.rewards
    a metric             METRICS     studio.evaluation.metrics
    an arm of a bake-off ARMS        studio.evaluation.arms
    a way out            EXPORTERS   studio.exporters
    a recipe             RECIPES     studio.core.recipes

The contract tests run over every entry. A setting is one line in a Config (`studio.core.knobs`): the form,
the validation, the command line and the README's table derive from it.
"""

__version__ = "0.1.0"
