"""Asking a server: what is sent and shown, what its errors become, and that the key goes nowhere else."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import math
import pickle
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import closing

import pytest

from demos.contract import to_plain
from demos.errors import BadInput, Busy, StageError, Unsupported
from demos.memo import Memo
from demos.nlp.decoding import Decoding
from demos.prompting.remote import client, connection
from demos.prompting.remote import server as asking
from demos.prompting.remote.scores import FirstToken, matched, score_remote
from demos.prompting.remote.server import PLAIN_NOTE, SILENT_NOTE, ServerInputs, complete_remote
from tests.closeness import OURS, assert_close
from tests.prompting.fake_server import Handler, first_token, piece, running, stream, whole

KEY = "sk-0123456789-abcdefghij"
GREEDY = Decoding(32, 0.0, 1.0, 0)
MESSAGES = [{"role": "system", "content": "Judge."}, {"role": "user", "content": "Warm. 따뜻하다"}]
LABELS = (("good", ("positive",)), ("bad", ("negative",)))
DONE = "[DONE]"


@pytest.fixture(autouse=True)
def local(monkeypatch):
    monkeypatch.setenv("STAGE_PUBLIC", "0")
    for name in ("SPACE_ID", "STAGE_ENDPOINT_HOSTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    with running() as fake:
        yield fake


@pytest.fixture
def everything_logged(caplog):
    """All loggers at the finest level, those that have a level of their own too."""
    names = [
        None,
        *(name for name in logging.root.manager.loggerDict if name.startswith(("http", "hugging"))),
    ]
    names += ["httpcore2.http11", "httpx2", "httpx", "huggingface_hub", "urllib3"]
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def to(fake, key: str = KEY, model: str = "some/model") -> ServerInputs:
    return ServerInputs(fake.url, model, key)


def last(inputs: ServerInputs, prompt=MESSAGES, decoding: Decoding = GREEDY):
    return list(complete_remote(inputs, prompt, decoding))[-1]


# What is sent


def test_the_text_grows_and_the_request_is_the_one_of_openai(server):
    server.answer = stream(piece(""), piece("Wa"), piece("rm 따"), piece("뜻", "stop"), piece(" late"), DONE)
    texts = [result for result in complete_remote(to(server), MESSAGES, GREEDY) if result]
    assert list(dict.fromkeys(result.text for result in texts)) == ["", "Wa", "Warm 따", "Warm 따뜻"]
    assert {result.finished for result in texts[:-1]} == {""} and texts[-1].finished == "end"
    assert (texts[-1].model, texts[-1].server) == ("tiny", f"127.0.0.1:{server.server_port}")
    assert texts[-1].note == ""
    ((path, headers, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"
    assert body == {
        "model": "some/model",
        "messages": MESSAGES,
        "max_tokens": 32,
        "temperature": 0.0,
        "stream": True,
    }


def test_sampling_and_a_plain_text(server):
    server.answer = stream(piece("Hi", "length"), DONE)
    result = last(to(server), "Once upon", Decoding(8, 0.7, 0.9, 3))
    assert (result.text, result.finished, result.note) == ("Hi", "length", PLAIN_NOTE)
    body = server.asked[0][2]
    assert body["messages"] == [{"role": "user", "content": "Once upon"}]
    assert (body["max_tokens"], body["temperature"], body["top_p"], body["seed"]) == (8, 0.7, 0.9, 3)


def test_the_owners_token_is_never_sent(server, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setenv("HF_TOKEN", "hf_ownerownerowner")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)  # nor does that matter here
    server.answer = stream(piece("Hi", "stop"), DONE)
    assert last(to(server, key="")).text == "Hi"
    ((_, headers, _),) = server.asked
    assert "Authorization" not in headers and "hf_owner" not in str(headers)


def test_without_a_url_hugging_face_inference_is_asked(server, monkeypatch):
    from huggingface_hub import InferenceClient

    sent = []
    monkeypatch.setattr(
        InferenceClient, "_inner_post", lambda self, request, **kw: sent.append(request) or b"{}"
    )
    InferenceClient(model="org/name", token="hf_x").chat_completion(MESSAGES)
    assert sent[0].url == f"{asking.ROUTER}/chat/completions" and sent[0].json["model"] == "org/name"

    monkeypatch.setattr(asking, "ROUTER", server.url)
    server.answer = stream(piece("Hi", "stop"), DONE)
    assert last(ServerInputs(" ", "org/name", "hf_token")).text == "Hi"
    path, headers, body = server.asked[0]
    assert (path, headers["Authorization"], body["model"]) == (
        "/v1/chat/completions",
        "Bearer hf_token",
        "org/name",
    )


@pytest.mark.parametrize(
    ("model", "key", "match"),
    [("name", "hf_token", "name as on the Hub"), ("org/name", "", "token"), ("org/name", "sk-x", "token")],
)
def test_what_hugging_face_inference_lacks(model, key, match):
    with pytest.raises(BadInput, match=match):
        last(ServerInputs("", model, key))


@pytest.mark.parametrize("key", ["a b", "a\r\nX-Evil: 1", "schlüssel", "x" * 1001])
def test_keys_that_are_none(server, key):
    with pytest.raises(BadInput, match="key has characters") as error:
        last(to(server, key))
    assert key not in str(error.value) and not server.asked


def test_bad_values_are_refused_before_anything_is_sent(server):
    for decoding in (Decoding(0, 0, 1, 0), Decoding(8, 3, 1, 0), Decoding(8, 1, 0, 0)):
        with pytest.raises(BadInput, match="must be (at least 1|at most 2|above 0)"):
            last(to(server), decoding=decoding)
    for prompt in (" ", [{"role": "user", "content": "\ud800"}]):
        with pytest.raises(BadInput, match="prompt"):
            last(to(server), prompt)
    assert not server.asked


# The key


def test_inputs_keep_the_key_to_themselves():
    inputs = ServerInputs("http://x", "m", f" {KEY}\n")
    assert inputs.secret == KEY
    for shown in (repr(inputs), str(inputs), json.dumps(to_plain(inputs)), str(dataclasses.asdict(inputs))):
        assert KEY not in shown and "http://x" in shown
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="session"):
            copied(inputs)
    with pytest.raises(TypeError, match="unhashable"):
        Memo(1000).get(("score", inputs), lambda: 1)


ECHOES = [
    whole(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}),
    whole(400, {"error": {"message": f"You are {KEY}, " + "x" * 500}}),
    whole(
        500, {"detail": f"key={KEY}"}, X_Key=KEY, Location=KEY, X_Error_Message=KEY, X_HF_Warning=f"a; {KEY}"
    ),
    whole(429, {"error": KEY}, Retry_After=KEY),
    whole(200, {"error": KEY}),
    stream({"error": {"message": f"bad {KEY}"}}),
    stream({"error": KEY, "error_type": "overloaded"}),
    stream(piece(f"Your key is {KEY}."), f"garbage {KEY}"),
    stream(piece(KEY[:5]), piece(KEY[5:15]), piece(KEY[15:] + "!", "stop"), DONE),
    stream(piece("x" + KEY[:-1], "length"), DONE),
    stream({"model": KEY, "choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}, DONE),
]


@pytest.mark.parametrize("answer", ECHOES)
def test_a_key_that_comes_back_is_shown_nowhere(server, everything_logged, capfd, answer):
    server.answer = answer
    seen = ""
    try:
        for result in complete_remote(to(server), MESSAGES, GREEDY):
            seen += repr(result)
    except StageError as error:
        seen += f"{error!r} {error.problem} {error.remedy} {error.__cause__!r}"
    assert seen and server.asked[0][1]["Authorization"] == f"Bearer {KEY}"
    printed = capfd.readouterr()
    for place in (seen, everything_logged.text, printed.out, printed.err):
        assert KEY not in place and KEY[:-1] not in place


def test_the_rest_of_a_text_with_the_key_is_shown(server):
    server.answer = stream(
        piece("It is "), piece(KEY[:9]), piece(KEY[9:]), piece(", s"), piece("o?", "stop"), DONE
    )
    assert last(to(server)).text == "It is [key], so?"
    server.answer = stream(piece("EMPTY hands", "stop"), DONE)
    assert last(to(server, key="EMPTY")).text == "EMPTY hands"


def test_a_later_client_without_the_replaced_method_reaches_nothing(server, monkeypatch):
    from huggingface_hub import InferenceClient
    from huggingface_hub.inference import _client

    assert "_inner_post" in vars(InferenceClient)
    sent = []

    class Session:
        def stream(self, method, url, **more):
            sent.append((url, more))
            raise OSError

    monkeypatch.setattr(_client, "get_session", Session)
    monkeypatch.setenv("HF_TOKEN", "hf_owner")
    address = asking.address_of(to(server))
    made = client._client(connection.Connection(address, KEY))
    with pytest.raises(OSError):
        InferenceClient._inner_post(made, _prepared(made))
    ((url, more),) = sent
    assert url == "http://server.invalid/v1/chat/completions"
    assert KEY not in str(more) and "hf_owner" not in str(more)


def _prepared(client):
    """The request that the client would send."""
    found = []
    client._inner_post = lambda request, **more: found.append(request) or b"{}"
    client.chat_completion(MESSAGES, model="m")
    del client._inner_post
    return found[0]


# What goes wrong


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (whole(401, b"no"), "does not accept the key"),
        (whole(403, {"error": "no rights"}), "does not let this key.*no rights"),
        (
            whole(404, {"error": {"message": "no model 'm'."}}),
            r"address or the model \(404\): no model 'm'\. Check",
        ),
        (whole(429, {}, Retry_After="17"), "asked too often.*in 17 seconds"),
        (whole(429, b"{"), "asked too often.*later"),
        (whole(400, {"message": "too\n many   tokens"}), "refuses the request.*too many tokens"),
        (whole(413, b""), "too long"),
        (whole(500, b"<html>oops"), "failure of its own"),
        (whole(503, {"error": "loading"}), "failure of its own: loading"),
        (whole(302, b"", Location="http://127.0.0.1:9/"), "sends you to another address"),
        (whole(204, b""), "refuses the request"),
        (whole(200, b"<html>Hello</html>"), "does not answer as an OpenAI"),
        (whole(200, {"choices": []}), "does not answer as an OpenAI"),
        (whole(200, b""), "does not answer as an OpenAI"),
        (stream("garbage"), "does not answer as an OpenAI"),
        (stream("[]"), "does not answer as an OpenAI"),
        (stream("[" * 100_000), "does not answer as an OpenAI"),
        (stream({"choices": "x"}), "does not answer as an OpenAI"),
        (stream({"choices": [7]}), "does not answer as an OpenAI"),
        (stream({"choices": [{"delta": {"content": 7}}]}), "does not answer as an OpenAI"),
        (stream(piece("Hi")), "broke the connection off"),
        (stream({"error": {"message": "out of memory"}}), "reports an error: out of memory"),
        (stream("x" * 300_000), "more than 2,000,000 bytes"),
        (stream(*[piece("x" * 10_000)] * 300), "more than 2,000,000 bytes"),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"), "broke the connection off"),
        (lambda handler: None, "broke the connection off"),
        (
            lambda handler: handler.wfile.write(b"HTTP/1.0 200 OK\r\n" + b"X: y\r\n" * 500),
            "broke the connection",
        ),
    ],
)
def test_errors_say_what_to_do(server, answer, match):
    server.answer = answer
    with pytest.raises(StageError, match=match) as error:
        last(to(server))
    assert error.value.remedy and "\n" not in str(error.value) and len(str(error.value)) < 400


def test_what_is_no_character_becomes_one(server):
    server.answer = stream(piece("a\ud800b", "stop"), DONE)
    assert last(to(server)).text == "a?b"


def test_an_empty_text_is_explained(server):
    server.answer = stream(
        {"choices": [{"delta": {"reasoning": "Hm"}, "finish_reason": None}]}, piece(None), DONE
    )
    result = last(to(server))
    assert (result.text, result.finished, result.note) == ("", "end", SILENT_NOTE)


def test_events_as_other_servers_write_them(server):
    def answer(handler: Handler) -> None:
        handler.start()
        data = json.dumps(piece("Hi"))
        handler.wfile.write(
            f": comment\r\nevent: x\r\ndata:{data}\r\n\r\ndata: {{}}\r\ndata:[DONE]\r\n".encode()
        )

    server.answer = answer
    result = last(to(server, model=""))
    assert (result.text, result.finished, result.model) == ("Hi", "end", "tiny")


def test_a_redirect_is_not_followed(server):
    with running() as inside:
        server.answer = whole(307, b"", Location=f"http://127.0.0.1:{inside.server_port}/v1/chat/completions")
        with pytest.raises(StageError, match="not followed"):
            last(to(server))
        assert inside.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(server, monkeypatch):
    """A name that leads to a public address while it is checked, and to this machine afterwards."""
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    monkeypatch.setenv("STAGE_ENDPOINT_HOSTS", "rebinding.example")
    looked_up, tried = [], []

    def look_up(host, port, *args, **keywords):
        looked_up.append(host)
        ip = "93.184.215.14" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    def connect(place, timeout):
        tried.append((place, timeout))
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(StageError, match="did not answer within 5 seconds"):
        last(ServerInputs("https://rebinding.example/v1", "m", KEY))
    assert looked_up == ["rebinding.example"] and tried == [(("93.184.215.14", 443), 5.0)]


def test_the_next_address_is_tried_if_one_refuses(server, monkeypatch):
    server.answer = stream(piece("Hi", "stop"), DONE)
    address = asking.check_address(server.url)
    both = dataclasses.replace(address, ips=("::1", "127.0.0.1"))
    monkeypatch.setattr(asking, "check_address", lambda url: both)
    assert last(to(server)).text == "Hi"


def test_proxies_of_the_environment_are_not_used(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answer = stream(piece("Hi", "stop"), DONE)
    assert last(to(server)).text == "Hi"


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(StageError, match=f"Nothing answers at 127.0.0.1:{port}"):
        last(ServerInputs(f"http://127.0.0.1:{port}/v1", "m", KEY))


def test_https_where_http_is_spoken(server):
    server.answer = stream(piece("Hi", "stop"), DONE)
    with pytest.raises(StageError, match="does not speak https"):
        last(ServerInputs(server.url.replace("http:", "https:"), "m", KEY))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate")
def test_certificates_are_checked_for_the_name(server, tmp_path, monkeypatch):
    certificate, private = tmp_path / "certificate.pem", tmp_path / "private.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=models.example"
    more = ["-addext", "subjectAltName=DNS:models.example", "-out", certificate, "-keyout", private]
    subprocess.run([*made.split(), *more], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    asked_for = []
    context.sni_callback = lambda connection, name, _: asked_for.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answer = stream(piece("Hi", "stop"), DONE)

    def look_up(host, port, *args, **keywords):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    right = ServerInputs(f"https://models.example:{server.server_port}/v1", "m", KEY)
    wrong = ServerInputs(f"https://other.example:{server.server_port}/v1", "m", KEY)
    with pytest.raises(StageError, match="certificate of models.example.* is not valid"):
        last(right)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert last(right).text == "Hi"
    with pytest.raises(StageError, match="certificate of other.example.* is not valid"):
        last(wrong)
    assert asked_for == ["models.example", "models.example", "other.example"]
    assert [headers["Host"] for _, headers, _ in server.asked] == [f"models.example:{server.server_port}"]


# Slow servers, and stopping


def test_a_silent_server_times_out_and_gives_signs_of_life_until_then(server, monkeypatch):
    monkeypatch.setattr(connection, "READ_SECONDS", 0.3)
    monkeypatch.setattr(client, "PULSE_SECONDS", 0.05)
    done = threading.Event()
    server.answer = lambda handler: done.wait(5) and None
    results = complete_remote(to(server), MESSAGES, GREEDY)
    assert next(results).text == ""
    with pytest.raises(StageError, match="sent nothing for"):
        list(results)
    done.set()


def drip(handler: Handler) -> None:
    """A server that writes for as long as somebody reads."""
    handler.start()
    for _ in range(1000):
        handler.event(piece("x"))
        time.sleep(0.02)


def test_a_server_that_never_ends_is_left(server, monkeypatch):
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.4)
    server.answer = drip
    with pytest.raises(StageError, match="was not done after"):
        last(to(server))
    assert server.broken.wait(5)


@pytest.mark.parametrize("silent", [False, True])
def test_closing_ends_the_connection(server, monkeypatch, silent):
    monkeypatch.setattr(client, "PULSE_SECONDS", 0.05)
    left = threading.Event()

    def wait(handler: Handler) -> None:
        handler.start()
        handler.wfile.flush()
        if handler.connection.recv(1) == b"":  # blocks until the client leaves
            left.set()

    server.answer = wait if silent else drip
    with closing(complete_remote(to(server), MESSAGES, GREEDY)) as results:
        assert next(result for result in results if silent or result.text).finished == ""
        while not server.asked:
            time.sleep(0.01)
    assert (left if silent else server.broken).wait(5)
    assert _places_are_free()


def test_only_so_many_are_asked_at_once(server, monkeypatch):
    monkeypatch.setattr(client, "_places", threading.BoundedSemaphore(1))
    server.answer = drip
    with closing(complete_remote(to(server), MESSAGES, GREEDY)) as results:
        next(results)
        with pytest.raises(Busy):
            last(to(server))
    assert _places_are_free(1)


def _places_are_free(number: int = client.PLACES) -> bool:
    end = time.monotonic() + 5
    while client._places._value != number and time.monotonic() < end:
        time.sleep(0.01)
    return client._places._value == number


# Scores


def test_the_first_tokens_are_the_scores(server):
    top = [
        ("positive", math.log(0.5)),
        (" positive", math.log(0.125)),
        ("neg", math.log(0.25)),
        ("n", -9999.0),
    ]
    server.answer = first_token(*top)
    result = score_remote(to(server), MESSAGES, LABELS)
    good, bad = result.labels
    assert (good.label, good.tokens) == ("good", ("positive", " positive"))
    assert_close(good.probability, 0.625, atol=OURS)
    assert (bad.label, bad.tokens, bad.probability) == ("bad", ("neg",), pytest.approx(0.25, abs=1e-12))
    assert [token.text for token in result.first] == ["positive", "neg", " positive"]
    assert result.absent == "not among the 3 most likely"
    assert "first token of the answer only" in result.note and "cannot be compared" in result.note
    body = server.asked[0][2]
    expected = {"logprobs": True, "top_logprobs": 20, "max_tokens": 1, "temperature": 1.0}
    assert {name: body[name] for name in expected} == expected


def test_what_is_not_listed_is_none_and_not_zero(server):
    server.answer = first_token(("The", -0.1), ("positive", -3.0))
    result = score_remote(to(server), "Review", LABELS)
    assert [label.probability for label in result.labels] == [pytest.approx(math.exp(-3)), None]
    assert result.note.startswith(PLAIN_NOTE)


def test_a_server_that_lists_five_only(server):
    def answer(handler: Handler) -> None:
        few = server.asked[-1][2]["top_logprobs"] <= 5
        (first_token(("positive", -1.0)) if few else whole(422, {"error": "top_logprobs must be <= 5"}))(
            handler
        )

    server.answer = answer
    assert_close(score_remote(to(server), MESSAGES, LABELS).labels[0].probability, math.exp(-1), atol=OURS)
    assert [body["top_logprobs"] for *_, body in server.asked] == [20, 5]


def test_a_token_that_was_drawn_is_none_of_the_most_likely(server):
    top = [(f"t{i}", -1.0 - i / 10) for i in range(20)]
    server.answer = first_token(("positive", -9.0), *top)
    result = score_remote(to(server), MESSAGES, LABELS)
    assert (len(result.first), result.labels[0].probability) == (20, None)
    assert result.absent == "not among the 20 most likely"


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (first_token(), "gives no log-probabilities"),
        (
            whole(200, {"choices": [{"message": {}, "logprobs": {"content": []}}]}),
            "gives no log-probabilities",
        ),
        (
            whole(200, {"choices": [{"logprobs": {"content": [{"token": "x"}]}}]}),
            "gives no log-probabilities",
        ),
        (first_token(("a", -9999.0)), "gives no log-probabilities"),
        (whole(400, {"error": {"message": f"no logprobs for {KEY}"}}), r"refuses.*no logprobs for \[key\]"),
    ],
)
def test_a_server_without_log_probabilities(server, answer, match):
    server.answer = answer
    with pytest.raises(Unsupported, match=match) as error:
        score_remote(to(server), MESSAGES, LABELS)
    assert "Let it write instead" in error.value.remedy


@pytest.mark.parametrize(
    "answer",
    [
        whole(200, b"garbage"),
        whole(200, {"choices": []}),
        whole(200, {"choices": [{"logprobs": {"content": "x"}}]}),
        first_token({"token": 7, "logprob": -1}),
        first_token({"token": "a", "logprob": "much"}),
        first_token({"token": "a", "logprob": float("nan")}),
        first_token({"token": "a", "logprob": -1, "bytes": [1000]}),
        first_token({"token": "a", "logprob": [-1]}),
        first_token({"logprob": -1}),
    ],
)
def test_scores_that_are_none(server, answer):
    server.answer = answer
    with pytest.raises(StageError, match="does not answer as an OpenAI"):
        score_remote(to(server), MESSAGES, LABELS)


def test_a_wrong_key_while_scoring(server):
    server.answer = whole(401, {"error": KEY})
    with pytest.raises(StageError, match="does not accept the key"):
        score_remote(to(server), MESSAGES, LABELS)
    assert len(server.asked) == 1


def tokens(*texts: str) -> list[FirstToken]:
    return [FirstToken(text, text.encode(), 0.5 ** (i + 1)) for i, text in enumerate(texts)]


def found(labels, *texts: str) -> list[tuple[str, ...]]:
    return [label.tokens for label in matched(labels, tokens(*texts))[0]]


def test_the_longest_beginning_counts():
    assert found(LABELS, "p", "pos", "▁pos", "Positive", "ne", "neg", " ", "") == [("pos", "▁pos"), ("neg",)]
    several = (("good", ("yes", "true")), ("bad", ("no", "false")))
    assert found(several, "yes", "true", "tru", "no", "fa") == [("yes", "true"), ("no", "fa")]


def test_a_token_that_two_labels_share_counts_for_neither():
    labels = (("a", ("Negative",)), ("b", ("Neutral",)))
    assert found(labels, "N", "Neutral") == [(), ("Neutral",)]
    assert matched(labels, tokens("Neutral", " N", "other"))[1] == (" N",)
    assert found((("a", ("good",)), ("b", ("goodbye",))), "good", "goodbye") == [("good",), ("goodbye",)]
    for texts in (("N",), ("N", "Ne"), ("Ne", "other")):
        with pytest.raises(BadInput, match="'a' and 'b' begin with the same token 'N"):
            found(labels, *texts)


def test_a_number_for_bytes_is_no_size(server):
    server.answer = first_token({"token": "positive", "logprob": -1.0, "bytes": 10**12})
    assert score_remote(to(server), MESSAGES, LABELS).labels[0].tokens == ("positive",)


def test_parts_of_characters_are_told_by_their_bytes(server):
    labels = (("긍정", ("긍정",)), ("부정", ("부정",)))
    part = {"token": "\ufffd", "logprob": -1.0, "bytes": list("부".encode()[:2])}
    server.answer = first_token(part, ("긍", -2.0))
    good, bad = score_remote(to(server), MESSAGES, labels).labels
    assert (good.tokens, bad.tokens) == (("긍",), ("\ufffd",))
