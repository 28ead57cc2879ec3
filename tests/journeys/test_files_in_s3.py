"""Files kept in an S3-compatible store, a real server of which the test starts."""

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from klatch.storage.verify import verify
from tests.gateways.calling import signed_in
from tests.gateways.uploading import begin, content_of, offset_of, patch, picture, share
from tests.running import Server, eventually, klatch, running

LARGE = os.urandom(9_000_000)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """The store, with what the server needs to know of it in its surroundings."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    store = boto3.resource("s3")
    yield store.create_bucket(Bucket="house")
    server.stop()


def keep_in(bucket: str, tmp_path: Path) -> list[str]:
    config = tmp_path / "klatch.toml"
    config.write_text(f'files_in = "{bucket}"\n')
    return ["--no-limits", "--config", str(config)]


def keys(bucket: object) -> list[str]:
    return [each.key for each in bucket.objects.all()]  # type: ignore[attr-defined] # made by boto3 as it runs


def test_files_are_kept_in_a_bucket_and_nowhere_else(bucket: object, tmp_path: Path) -> None:
    options = keep_in("s3://house/klatch", tmp_path)
    with running(tmp_path / "data", *options) as house:
        ann, bob = signed_in(house, "ann"), signed_in(house)
        large, cups = share(ann, "#lobby", LARGE, "large.bin"), share(ann, "#lobby", picture("PNG"), "cups.png")
        assert content_of(bob, large).body == LARGE
        assert content_of(bob, large, Range="bytes=8999990-").body == LARGE[-10:]
        assert bob.get(f"/api/files/{cups['id']}/preview").status == 200
        assert len(keys(bucket)) == 3
        assert all(key.startswith("klatch/") for key in keys(bucket))
        assert not (tmp_path / "data" / "files").exists()
        assert ann.delete(f"/api/rooms/%23lobby/messages/{large['seq']}").status == 200
        assert content_of(bob, large).status == 404
        eventually(lambda: len(keys(bucket)) == 2)
    assert verify(tmp_path / "data").faults == []


def test_a_content_in_the_bucket_of_which_nobody_was_told_is_found_again(bucket: object, tmp_path: Path) -> None:
    house = Server(tmp_path / "data", *keep_in("s3://house", tmp_path)).start()
    try:
        ann = signed_in(house)
        place = begin(ann, 5).headers["location"]
        upload = place.rpartition("/")[2]
        patch(ann, place, 0, b"0123")
        house.kill()
        (tmp_path / "data" / "uploads" / upload).unlink()
        bucket.put_object(Key=f"{upload[:2]}/{upload[2:]}", Body=b"01234")  # type: ignore[attr-defined] # as above
        house.start()
        assert offset_of(ann, place) == 5
        assert content_of(ann, ann.get(place).json["file"]).body == b"01234"
    finally:
        house.stop()


def test_what_is_no_bucket_is_refused_at_the_start(tmp_path: Path) -> None:
    refused = klatch("serve", "--data", str(tmp_path / "data"), *keep_in("ftp://house", tmp_path)[1:])
    assert refused.returncode == 78
    assert "files_in" in refused.stderr
