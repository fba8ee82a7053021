"""Hub ids outside the catalog: only where allowed, described before anything large is fetched."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import ThreadingHTTPServer

import pytest

from demos.errors import ModelTooLarge, ModelUnavailable, Unsupported
from demos.models import custom
from demos.models.cache import ModelCache
from demos.models.catalog import checkpoint
from demos.models.custom import custom_checkpoint
from demos.models.specs import Spec
from tests.models.test_hub import REVISION, Hub

BERT = {"model_type": "bert", "architectures": ["BertForSequenceClassification"]}
FILES = {
    "model.safetensors": 400,
    "tokenizer.json": 10,
    "config.json": 5,
    "pytorch_model.bin": 9,
    "run.py": 1,
}


class DescribedHub(Hub):
    """The two further routes by which a repository is described."""

    def answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        if path == "/api/models/someone/tiny":
            files = [{"rfilename": name, "size": size} for name, size in self.server.files.items()]
            known = {"id": "someone/tiny", "sha": REVISION, "siblings": files, "cardData": {"license": "mit"}}
            known |= self.server.more
            self.send(json.dumps(known).encode(), {"Content-Type": "application/json"}, body)
        elif path == f"/api/models/someone/tiny/tree/{REVISION}":
            listing = [{"type": "file", "path": "config.json", "size": 5, "oid": "0" * 40}]
            self.send(json.dumps(listing).encode(), {"Content-Type": "application/json"}, body)
        elif path.endswith("/config.json"):
            data = json.dumps(self.server.configuration).encode()
            self.send(data, {"ETag": f'"{hash(data)}"', "X-Repo-Commit": REVISION}, body)
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()


@pytest.fixture
def hub(tmp_path, monkeypatch):
    import huggingface_hub.constants

    server = ThreadingHTTPServer(("127.0.0.1", 0), DescribedHub)
    server.asked, server.configuration, server.files, server.more = [], BERT, FILES, {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("STAGE_CUSTOM_MODELS", "1")
    monkeypatch.setenv("STAGE_MODELS", "auto")
    monkeypatch.setattr(custom, "_known", {})
    server.cache = tmp_path / "models--someone--tiny"
    yield server
    server.shutdown()
    server.server_close()


def test_without_the_owners_switch_only_the_catalog_exists(hub, monkeypatch):
    monkeypatch.setenv("STAGE_CUSTOM_MODELS", "0")
    with pytest.raises(ModelUnavailable, match="no model called 'someone/tiny'"):
        checkpoint("someone/tiny")
    assert hub.asked == []


def test_a_hub_id_is_described_once_at_one_revision(hub):
    entry = checkpoint("someone/tiny")
    assert (entry.architecture, entry.heads, entry.tasks) == (
        "encoder",
        ("base", "sequence-classification"),
        ("sentiment",),
    )
    assert (entry.revision, entry.size_bytes, entry.parameters, entry.licence) == (REVISION, 400, 200, "mit")
    asked = len(hub.asked)
    assert checkpoint("someone/tiny") is entry
    assert len(hub.asked) == asked
    assert checkpoint("minilm").name == "minilm"


@pytest.mark.parametrize(
    ("configuration", "architecture", "head", "tasks"),
    [
        (BERT | {"id2label": {"0": "ENTAILMENT"}}, "encoder", "sequence-classification", ("entailment",)),
        ({"model_type": "llama", "architectures": ["LlamaForCausalLM"]}, "decoder", "causal-lm", ()),
        ({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}, "decoder", "causal-lm", ()),
        (
            {"model_type": "marian", "architectures": ["MarianMTModel"], "is_encoder_decoder": True},
            "encoder-decoder",
            "seq2seq-lm",
            ("summarization", "translation"),
        ),
        ({"model_type": "bert", "architectures": ["BertForPreTraining"]}, "encoder", "masked-lm", ()),
        (
            {"model_type": "electra", "architectures": ["ElectraForPreTraining"]},
            "encoder",
            "pre-training",
            (),
        ),
        ({"model_type": "bert", "architectures": ["BertModel"]}, "encoder", None, ()),
    ],
)
def test_heads_are_those_that_were_trained(hub, configuration, architecture, head, tasks):
    hub.configuration = configuration
    entry = custom_checkpoint("someone/tiny")
    assert (entry.architecture, entry.tasks) == (architecture, tasks)
    assert entry.heads == (("base", head) if head else ("base",))


def test_parameters_are_what_the_hub_counted(hub):
    hub.more = {"safetensors": {"parameters": {"F16": 77}, "total": 77}}
    assert custom_checkpoint("someone/tiny").parameters == 77


def test_not_more_are_kept_than_a_visitor_may_fill_the_memory_with(hub, monkeypatch):
    monkeypatch.setattr(custom, "MAX_KNOWN", 1)
    monkeypatch.setattr(custom, "_known", {"someone/else": None})
    custom_checkpoint("someone/tiny")
    assert list(custom._known) == ["someone/tiny"]


def test_what_cannot_be_used_is_said_with_a_reason(hub, monkeypatch):
    with pytest.raises(ModelUnavailable, match="no public model nobody/nothing"):
        checkpoint("nobody/nothing")
    with pytest.raises(ModelUnavailable, match="no public model a/b--c"):
        checkpoint("a/b--c")
    with pytest.raises(ModelUnavailable, match="no model called '../etc/passwd'"):
        checkpoint("../etc/passwd")
    hub.configuration = {"model_type": "own", "auto_map": {"AutoModel": "run.Own"}}
    with pytest.raises(
        Unsupported, match="'own', unknown here. It brings code of its own, which is never run"
    ):
        checkpoint("someone/tiny")
    for odd in ([1], {"model_type": ["x"]}, BERT | {"architectures": [1]}, BERT | {"id2label": [1]}):
        hub.configuration = odd
        shutil.rmtree(hub.cache, ignore_errors=True)
        with pytest.raises(Unsupported, match="no config.json for transformers"):
            checkpoint("someone/tiny")
    hub.configuration = BERT
    shutil.rmtree(hub.cache)
    hub.files = {"pytorch_model.bin": 9, "config.json": 5}
    with pytest.raises(ModelUnavailable, match="no safetensors"):
        checkpoint("someone/tiny")
    monkeypatch.setenv("STAGE_MODELS", "bundled")
    with pytest.raises(ModelUnavailable, match="does not ask"):
        checkpoint("someone/tiny")


def test_a_model_beyond_the_budget_is_refused_before_it_is_fetched(hub):
    fetched = []
    cache = ModelCache(799, load=lambda spec, base: pytest.fail("loaded"), fetch=fetched.append)
    with pytest.raises(ModelTooLarge), cache.lease(Spec("someone/tiny")):
        pass
    assert fetched == []
    assert not any("safetensors" in path for path in hub.asked)
