"""The passages of question answering's examples; both are made up."""

from __future__ import annotations

MUSEUM = (
    "The lighthouse on the northern cliff was built in 1874 by the engineer Ada Brandt. It is 31 metres "
    "tall and painted white. A keeper lived in it until 1968, when the lamp became automatic. Today the "
    "house is a museum with about 12,000 visitors a year. On clear nights its light is seen from 40 "
    "kilometres away."
)
STREET = (
    "The city council of Marlow voted on Tuesday to close Bridge Street to cars from 1 July. Councillor "
    "Petra Hale said the change would make the old town quieter. Shopkeepers fear for their trade, and "
    "140 of them signed a letter against the plan. Buses and ambulances may still use the street. The "
    "trial will last six months and cost 80,000 pounds."
)
