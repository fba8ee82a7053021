"""Lines to train on that nobody has to look for: written for this page, so that each can teach something."""

from __future__ import annotations

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
).split()

LINES: dict[str, tuple[str, ...]] = {
    "A rhyme": (
        "A mouse in a blue house",
        "put on a new blouse,",
        "a cat in a red hat",
        "sat down on a flat mat,",
        "a fox in a grey box",
        "lost two of its wet socks,",
        "a hen in a small den",
        "wrote songs with a gold pen,",
        "a goat in a torn coat",
        "went home in a green boat,",
        "and all in the wide hall",
        "danced late till the nightfall.",
    ),
    "Counting": tuple(f"after {one} comes {two}" for one, two in zip(_NUMBERS, _NUMBERS[1:], strict=False)),
    "한국어": (
        "천천히 걷는 사람이 멀리 간다",
        "작은 불이 긴 밤을 밝힌다",
        "물을 아는 사람은 비를 탓하지 않는다",
        "빈 그릇은 소리가 크다",
        "먼저 웃는 사람이 먼저 친구를 얻는다",
        "돌을 옮기는 사람은 작은 돌부터 옮긴다",
        "바람이 세면 뿌리가 깊어진다",
        "오늘 심은 나무는 내일의 그늘이다",
        "말을 아끼는 사람은 귀가 밝다",
        "좁은 길도 함께 걸으면 넓다",
        "아침을 여는 새가 저녁을 먼저 본다",
        "묻는 사람은 잠깐 부끄럽고 오래 안다",
    ),
    "One line": ("the same words again and again and again",),
}
