"""Members of zips: the bytes that `zipfile` gives, and its refusals."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import inflate
from extract.inflate import Inflated

TEXT = b"D,DISPATCH,PRICE,1,NSW1,87.5\n" * 4_000


def packed(content: bytes, level: int = 6, name: str = "A.CSV", extra: bytes = b"") -> io.BytesIO:
    """A zip of one member behind another, so that it does not begin at the first byte."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr("first.txt", b"another member")
        info = zipfile.ZipInfo(name)
        info.compress_type, info.extra = zipfile.ZIP_DEFLATED, extra
        archive.writestr(info, content)
    return file


WHOLE = packed(TEXT).getvalue()


def stream(file: io.BytesIO) -> Inflated:
    archive = zipfile.ZipFile(file)
    return Inflated(archive, archive.infolist()[1])


@given(
    st.binary(max_size=300).flatmap(lambda part: st.sampled_from([part, part * 500, b"x" + part])),
    st.integers(0, 9),
    st.lists(st.integers(100, 5_000), min_size=1, max_size=5),
)
def test_the_bytes_are_those_of_zipfile(content, level, sizes):
    read = stream(packed(content, level, name="täg.CSV", extra=b"\x99\x99\x02\x00ab"))
    parts = []
    for number in range(len(content) + 1):
        part = read.read(sizes[number % len(sizes)])
        if not part:
            break
        assert len(part) <= sizes[number % len(sizes)]
        parts.append(part)
    assert b"".join(parts) == content
    assert read.read(10) == b""
    read.seek(0)
    assert read.read() == content


def test_small_parts_of_the_zip_are_joined(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inflate, "_PACKED", 7)
    assert stream(io.BytesIO(WHOLE)).read() == TEXT


def test_a_member_can_be_read_again_from_its_start_alone():
    read = stream(io.BytesIO(WHOLE))
    assert (read.read(5), read.read(5)) == (TEXT[:5], TEXT[5:10])
    read.seek(0)
    assert read.read(5) == TEXT[:5]
    with pytest.raises(io.UnsupportedOperation):
        read.seek(5)


def refused(file: bytes) -> str:
    with pytest.raises((zipfile.BadZipFile, inflate.isal_zlib.error)) as raised:
        stream(io.BytesIO(file)).read()
    return str(raised.value)


def test_what_is_not_as_the_directory_says_is_refused():
    directory = WHOLE.rindex(b"PK\x01\x02")
    for place, what in ((16, "checksum"), (24, "size")):
        other = bytearray(WHOLE)
        other[directory + place] ^= 1
        assert "Bad CRC-32 or size for member A.CSV" in refused(bytes(other)), what
    shorter = bytearray(WHOLE)
    shorter[directory + 20] -= 10  # of the packed bytes
    assert "A.CSV is cut off" in refused(bytes(shorter))


def test_a_whole_member_without_a_last_block_is_taken():
    squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    open_end = squeezed.compress(TEXT) + squeezed.flush(zlib.Z_SYNC_FLUSH)
    for content, data in ((TEXT, open_end), (b"", b"")):
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w") as archive:
            archive.writestr("first.txt", b"another member")
            archive.writestr("A.CSV", data)
        file = bytearray(stored.getvalue())
        directory = file.rindex(b"PK\x01\x02")
        file[directory + 10] = zipfile.ZIP_DEFLATED
        file[directory + 16 : directory + 20] = zlib.crc32(content).to_bytes(4, "little")
        file[directory + 24 : directory + 28] = len(content).to_bytes(4, "little")
        read = stream(io.BytesIO(bytes(file)))
        assert (read.read(), read.read()) == (content, b"")


def test_a_member_that_unpacks_to_more_than_it_says_is_left_at_once():
    bomb = bytearray(packed(b"0" * 50_000_000).getvalue())
    directory = bomb.rindex(b"PK\x01\x02")
    bomb[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    read = stream(io.BytesIO(bytes(bomb)))
    with pytest.raises(zipfile.BadZipFile):
        read.read(1_000)


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_altered_byte_goes_unnoticed(place, by):
    whole = bytearray(WHOLE)
    info = zipfile.ZipFile(io.BytesIO(bytes(whole))).infolist()[1]
    first = info.header_offset + 30 + len("A.CSV")
    whole[first + place % info.compress_size] ^= by
    with suppress(zipfile.BadZipFile, inflate.isal_zlib.error):
        assert stream(io.BytesIO(bytes(whole))).read() == TEXT  # a bit that says nothing


def test_a_zip_on_disk(tmp_path: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(WHOLE)
    with zipfile.ZipFile(path) as archive:
        assert Inflated(archive, archive.infolist()[1]).read() == TEXT
