"""What is secret in an address is never shown, and no name from a store leads elsewhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.batch.addresses import check_name, is_address, redact, redact_all
from climbpose.batch.stores import Remote
from climbpose.errors import UsageError

SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="@?"), min_size=6
).filter(lambda text: not text[:1].isdigit() and "://" not in text)


@given(SECRETS, st.sampled_from(["sftp", "s3", "ftp", "https"]))
def test_passwords_are_never_shown(secret: str, scheme: str) -> None:
    address = f"{scheme}://coach:{secret}@wall.example/season/climb.mp4"
    for shown in (redact(address), str(Remote(address)) if "::" not in address else ""):
        assert secret not in shown
    assert redact(address) == f"{scheme}://***@wall.example/season/climb.mp4"
    told = redact_all({"videos": [address], "weights": None, "scale": 0.5})
    assert secret not in str(told)
    assert told["scale"] == 0.5


@given(SECRETS)
def test_signatures_are_never_shown(secret: str) -> None:
    address = f"https://wall.example/climb.mp4?name=x&sign={secret}"
    assert redact(f"{address} could not be read") == (
        "https://wall.example/climb.mp4?*** could not be read"
    )


@pytest.mark.parametrize(
    "text",
    [
        "s3://bucket/season/climb.mp4",
        "s3://bucket/12:30@gym.mp4",
        "s3://bucket/what?.mp4",
        "sftp://coach@wall.example:22/climb.mp4",
        "http://127.0.0.1:8000/a@b.mp4",
        "climb.mp4",
        "/home/coach:x/a@b.mp4",
    ],
)
def test_what_is_not_secret_is_shown(text: str) -> None:
    assert redact(text) == text


def test_several_addresses_in_a_message_are_cleaned() -> None:
    text = "s3://k:s/x@b/1.mp4 and ftp://u:p@h/2.mp4 would write the same files"
    assert redact(text) == "s3://***@b/1.mp4 and ftp://***@h/2.mp4 would write the same files"


@given(st.text(st.characters(), max_size=300))
def test_a_name_from_a_store_stays_in_its_folder_or_is_refused(name: str) -> None:
    folder = Path("/scratch")
    try:
        checked = check_name(name)
    except UsageError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert (folder / checked).parent == folder
    assert (folder / checked).name == name
    assert len(name.encode()) <= 255


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/passwd", "a/b", "nul\0", "x" * 250])
def test_names_that_no_local_file_may_have_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="of a store"):
        check_name(name)


def test_drives_are_no_addresses() -> None:
    assert is_address("s3://bucket/x")
    assert not is_address("C://climbs/x.mp4")
    assert not is_address("climbs/s3://x")
    assert not is_address("a:b.mp4")
