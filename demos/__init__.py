"""The programme: which demos stand on which tab, in order.

A demo is one module (see `demos.contract`). To add one, write its file and add its line here.
"""

TABS = ("Attention", "Prompting", "Pipelines", "Foundations")

PROGRAMME = (
    "demos.attention.viewer",
    "demos.attention.bertviz_views",
    "demos.trial.dependence",
    "demos.trial.faithfulness",
    "demos.trial.many_texts",
    "demos.prompting.builder",
    "demos.prompting.in_context",
    "demos.prompting.variant_page",
    "demos.pipelines.sentiment",
    "demos.pipelines.entities",
    "demos.pipelines.fill_mask",
    "demos.pipelines.zero_shot",
    "demos.pipelines.question_answering",
    "demos.pipelines.summarization",
    "demos.pipelines.translation",
    "demos.pipelines.generate",
    "demos.pipelines.similarity",
    "demos.pipelines.shared_encoder",
)
