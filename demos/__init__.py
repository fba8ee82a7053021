"""The programme: which demos each tab has, in order.

A demo is one module (see `demos.contract`). To add one, write its file and add its line here.
"""

TABS = ("Attention", "Prompting", "Pipelines", "Caption world", "Foundations")

PROGRAMME = (
    "demos.attention.viewer",
    "demos.debate.dependence",
    "demos.debate.faithfulness",
    "demos.debate.dataset",
    "demos.prompting.builder",
    "demos.prompting.experiments",
    "demos.prompting.variants",
    "demos.tasks.sentiment",
    "demos.tasks.entities",
    "demos.tasks.fill_mask",
    "demos.tasks.zero_shot",
    "demos.tasks.question_answering",
    "demos.tasks.summarization",
    "demos.tasks.translation",
    "demos.tasks.generate",
    "demos.tasks.similarity",
    "demos.tasks.shared_encoder",
    "demos.caption_world.one_sentence",
    "demos.caption_world.family_tree",
    "demos.caption_world.watch_it_learn",
    "demos.caption_world.who_sees_what",
    "demos.foundations.tokens",
    "demos.foundations.positions",
    "demos.foundations.shapes",
    "demos.foundations.teacher_forcing",
    "demos.foundations.bucketing",
    "demos.foundations.forgetting",
    "demos.foundations.bias",
    "demos.caption_world.next_sentence",
    "demos.foundations.dialects",
)

MOVED = {"bertviz": "attention?draw=bertviz"}
"""Maps an old address, the slug of a demo that became part of another, to the address of the latter."""
