"""Calls of a shared tokenizer exclude each other, so that none is encoded with another's settings."""

from __future__ import annotations

import copy
import threading
import time

from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.models.tokenizing import one_call_at_a_time, reading
from tests import tiny


def test_no_two_calls_are_between_setting_and_encoding_at_once(monkeypatch):
    tokenizer = one_call_at_a_time(tiny.tokenizer())
    inside, most = [], []
    set_options = tokenizer.set_truncation_and_padding

    def slowly(**options):
        inside.append(1)
        set_options(**options)
        time.sleep(0.02)
        most.append(len(inside))
        inside.pop()

    monkeypatch.setattr(tokenizer, "set_truncation_and_padding", slowly)
    text, lengths = "a b c d e f g h", []

    def cut():
        tokenizer(text, truncation=True, max_length=4)

    def whole():
        lengths.append(len(tokenizer(text)["input_ids"]))

    threads = [threading.Thread(target=call) for call in (cut, whole) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert lengths == [len(tiny.tokenizer()(text)["input_ids"])] * 4 and lengths[0] > 4


def test_it_is_the_same_tokenizer_of_the_same_name_and_can_be_copied():
    plain, safe = tiny.tokenizer(), one_call_at_a_time(tiny.tokenizer())
    assert type(safe).__name__ == type(plain).__name__ and isinstance(safe, type(plain))
    copied = copy.deepcopy(safe)
    assert copied("a b c")["input_ids"] == plain("a b c")["input_ids"]


def test_what_the_cache_hands_out_is_safe():
    with shared_cache().lease(Spec("minilm")) as loaded:
        assert "_OneCallAtATime" in {kind.__name__ for kind in type(loaded.tokenizer).__mro__}


def test_a_language_is_set_for_one_thread_at_a_time():
    class Tokenizer:
        src_lang = ""

    tokenizer, wrong = Tokenizer(), []

    def read(language):
        for _ in range(20):
            with reading(tokenizer, language):
                time.sleep(0.001)
                wrong.extend({tokenizer.src_lang} - {language})

    threads = [threading.Thread(target=read, args=(language,)) for language in ("en_XX", "ko_KR", "fr_XX")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and tokenizer.src_lang == ""
