"""The texts of the summaries' examples; all of them are made up."""

from __future__ import annotations

ACCIDENT = (
    "The harbour of Lindau was closed for three days last week after a cargo ship ran aground at its "
    "entrance. The ship, the Margarete, was carrying 400 tonnes of gravel from Bregenz. Nobody was hurt. "
    "Divers found a hole of two metres in the hull, and the gravel had to be unloaded onto smaller boats "
    "before the ship could be moved. Tourists watched from the quay, and some cafés ran out of cake. The "
    "captain said that the light at the harbour's entrance had failed. The town answered that the light "
    "had been checked on the morning of the accident. An investigation has begun, and its report is "
    "expected in June. Until then ships may enter only by day."
)
TRIAL = (
    "The new drug did not lower blood pressure. In a trial with 1,200 patients, those who took it had the "
    "same readings after a year as those who took a placebo. Headaches were more frequent with the drug. "
    "The company had expected a clear effect. Its shares fell by a fifth. Doctors who led the trial "
    "advise against using the drug outside of studies. The company wants to try a higher dose in a second "
    "trial."
)
RECIPE = (
    "For the dough, mix 500 grams of flour with a pinch of salt. Dissolve the yeast in 300 millilitres of "
    "lukewarm water and add it. Knead for ten minutes. Let the dough rise for an hour in a warm place. "
    "Roll it out thinly. Spread tomatoes and cheese on it. Bake it at 250 degrees for eight minutes. "
    "Never open the oven before that."
)
