"""What a page's script may call refuses as data, whatever is sent."""

from __future__ import annotations

import pytest

from demos.errors import BadInput
from demos.ui.served import served


def doubled(request):
    if "number" not in request:
        raise BadInput("There is no \ud800.", "Send one.")
    return {"doubled": 2 * request["number"]}


def test_an_answer_is_passed_on_and_a_refusal_is_data_that_can_be_sent():
    function = served("double", doubled)
    assert function.__name__ == "double"
    assert function({"number": 2}) == {"doubled": 4}
    assert function({}) == {"error": "There is no ?. Send one."}


@pytest.mark.parametrize("request_", [None, [], "text", 1])
def test_what_is_no_object_is_refused(request_):
    assert "not an object" in served("double", doubled)(request_)["error"]
