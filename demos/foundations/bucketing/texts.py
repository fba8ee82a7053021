"""Forty texts that were written for this page: notes and small stories, from one word to a paragraph."""

from __future__ import annotations

FORTY: tuple[str, ...] = (
    "Yes.",
    "The parcel came this morning, but the box was open and one of the two cups had lost its handle.",
    "Thank you!",
    "Please water the plants on the balcony every second day, and the fern in the bathroom only on Sundays.",
    "See you at eight.",
    "My grandmother kept every button she ever found in a tin with a picture of a harbour on its lid. On "
    "rainy afternoons she let us pour them all onto the carpet, and we sorted them by colour, by size, by "
    "the number of holes, until nobody could remember which of the heaps was whose and supper was ready.",
    "The meeting moved to room twelve.",
    "Where is the key to the cellar?",
    "I liked the soup. The bread was a little dry, and the waiter forgot our water twice, but he laughed "
    "about it himself, so we stayed for the cake.",
    "Not today.",
    "The bridge is closed until Friday, so buses take the long way round by the mill.",
    "Our cat has learned to open the kitchen door by jumping at the handle, and now the dog waits beside "
    "her.",
    "Good idea.",
    "Could you send me the photographs from the lake? The one with the red boat would look fine in the hall.",
    "The lamp flickers.",
    "When the power failed, the whole street came out of doors. Somebody lit a grill, somebody else "
    "carried a table onto the pavement, and children who had never spoken to each other chased a ball "
    "between parked cars. At eleven the lights came back, all at once, and for a moment everyone looked a "
    "little disappointed. Then one window after another went bright, and the street was as empty as on "
    "any other evening.",
    "No milk left.",
    "Turn left behind the church, then follow the wall until you see a blue gate.",
    "The film was too long, yet its last ten minutes were worth the wait.",
    "Call me.",
    "She plays the second violin.",
    "The printer on the third floor takes only paper of the old size; the new one stands beside the lift.",
    "It snowed on the first of May.",
    "Happy birthday, and may the new year bring you fewer meetings and longer walks!",
    "He repaired the clock with a paper clip, and it has been right ever since, twice a day.",
    "Two tickets, please.",
    "The recipe says to let the dough rest for an hour. I let it rest for a night, forgot the salt, added "
    "it the next morning, and baked the whole thing far too hot because the oven at the cottage has only "
    "one setting. It was the best bread of the summer, and I have never managed to make it again.",
    "Bring a coat.",
    "The old map shows a village where the reservoir is now.",
    "Why not?",
    "The train was late, as usual, but the sunrise over the marshes made up for it.",
    "Somebody has left an umbrella in the reading room, dark green with a wooden handle.",
    "All done.",
    "The choir needs a tenor.",
    "After the storm the beach was covered with starfish. We carried as many as we could back into the "
    "water, one in each hand, until the tide had come in by itself and done the rest.",
    "Ten past four.",
    "The new neighbours brought us a jar of honey and asked whether the piano disturbs them; we said it "
    "is the radio.",
    "Wrong number, sorry.",
    "The museum is free on the first Sunday of the month, but come early, for the queue reaches the "
    "fountain by noon.",
    "Sleep well.",
)
