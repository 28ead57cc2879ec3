"""A tus client that others wrote, tus-js-client, works against the server: whole, in pieces, and taken back."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.imports import ROOT
from tests.gateways.calling import signed_in
from tests.gateways.uploading import content_of, head
from tests.pace import PATIENCE

MODULES = ROOT / "web" / "node_modules"
SCRIPT = """
const tus = require("tus-js-client");
const fs = require("fs");
const [path, endpoint, token] = process.argv.slice(1);
const send = (more) => new Promise((done, fail) => {
  const upload = new tus.Upload(fs.createReadStream(path), {
    endpoint, uploadSize: fs.statSync(path).size, chunkSize: 300000, headers: { Authorization: `Bearer ${token}` },
    metadata: { filename: "large.bin" }, onError: fail, onSuccess: () => done(upload.url), ...more(() => upload, done),
  });
  upload.start();
});
(async () => {
  const pieces = await send(() => ({}));
  const atOnce = await send(() => ({ uploadDataDuringCreation: true, chunkSize: Infinity }));
  const takenBack = await send((upload, done) => ({
    onChunkComplete: () => void upload().abort(true).then(() => done(upload().url)),
  }));
  console.log(JSON.stringify([pieces, atOnce, takenBack]));
})();
"""


@pytest.mark.skipif(
    shutil.which("node") is None or not (MODULES / "tus-js-client").is_dir(),
    reason="There is no Node here, or the page was not built, which brings tus-js-client.",
)
def test_tus_js_client_sends_files_in_pieces_at_once_and_takes_them_back(house, tmp_path: Path) -> None:
    ann = signed_in(house)
    content = os.urandom(1_000_000)
    (tmp_path / "large.bin").write_bytes(content)
    done = subprocess.run(
        ["node", "-e", SCRIPT, str(tmp_path / "large.bin"), f"{house.url}/api/files/", ann.token or ""],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "NODE_PATH": str(MODULES)},
    )
    assert done.returncode == 0, done.stderr
    *whole, taken_back = [url.removeprefix(house.url) for url in json.loads(done.stdout)]
    for place in whole:
        file = ann.get(place).json["file"]
        assert (file["name"], content_of(ann, file).body == content) == ("large.bin", True)
    assert head(ann, taken_back).status == 404
