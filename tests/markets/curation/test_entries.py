"""What curators write: which references and resources are taken, and where the others break."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer import images
from markets.curation import InvalidEntry, image_entry, resource_entry
from markets.curation.positions import Lines, end_of, members, position_of
from tests.markets.factories import SEED_IMAGES, SEED_RESOURCE


@pytest.mark.parametrize("reference", [*SEED_IMAGES, "ubuntu", "localhost:5000/x:Tag", f"x/y@sha256:{'a' * 64}"])
def test_image_entry(reference):
    entry = image_entry(f" {reference}\n")

    assert (entry.kind, entry.name, entry.identity, entry.spec) == ("image", reference, reference, None)


@pytest.mark.parametrize(
    ("reference", "position", "message"),
    [
        ("", 0, "An image reference is needed."),
        ("  \n", 3, "An image reference is needed."),
        ("nginx:la test", 8, "An image reference has no spaces or line breaks."),
        ("  nginx la", 7, "An image reference has no spaces or line breaks."),
        ("ubuntu:", 7, "The reference ends too early."),
        ("docker.io/nosana//x", 17, "“/” cannot stand here."),
        ("foo..bar", 4, "“.” cannot stand here."),
        ("-x", 0, "“-” cannot stand here."),
        ("Ubuntu", 0, "The name of an image is written in lower case."),
        ("Docker.io/Foo:1", 10, "The name of an image is written in lower case."),
        ("docker.io/Nosana/Frpc:0.1.0", 10, "The name of an image is written in lower case."),
        ("https://docker.io/x", 0, "An image reference has no “https://” in front."),
        (f"x:{'a' * 129}", 130, "“a” cannot stand here."),
        ("foo/bar@sha256:zz", 15, "“z” cannot stand here."),
        (f"ubuntu@sha256:{'a' * 32}", 7, "The digest has not the length that its algorithm makes."),
        ("a" * 64, 0, "The name of this image is too long, or looks like a digest."),
        ("nginx\u200b", 5, "The invisible character U+200B cannot stand in an image reference."),
        ("<script>", 0, "“<” cannot stand here."),
        ("a" * 601, 600, "An image reference has at most 600 characters."),
    ],
)
def test_image_entry_says_where_a_reference_breaks(reference, position, message):
    with pytest.raises(InvalidEntry) as refused:
        image_entry(reference)

    assert (refused.value.message, refused.value.position) == (message, position)


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="aA0./:@_-\n é", max_size=30)))
@example("a" * 128)
def test_image_entry_takes_exactly_what_can_be_parsed(text):
    if images.parse(text.strip()) is not None:
        assert image_entry(text).name == text.strip()
    else:
        with pytest.raises(InvalidEntry) as refused:
            image_entry(text)
        assert 0 <= refused.value.position <= len(text)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (SEED_RESOURCE, SEED_RESOURCE["url"]),
        ({"type": "S3", "url": "s3://b/a", "files": ["x", "y"], "allowWrite": True}, "s3://b/a"),
        ({"type": "S3", "buckets": [{"url": "s3://a"}, {"url": "https://b", "files": []}]}, "s3://a-https://b"),
        ({"type": "HF", "repo": "TinyLlama/TinyLlama-1.1B-Chat-v1.0"}, "TinyLlama/TinyLlama-1.1B-Chat-v1.0"),
        ({"type": "HF", "repo": "gpt2", "revision": "main", "files": ["config.json"]}, "gpt2"),
        ({"type": "HF", "url": "https://huggingface.co/a/b"}, "https://huggingface.co/a/b"),
        ({"type": "Ollama", "model": "hf.co/a/b:Q4_K_M"}, "hf.co/a/b:Q4_K_M"),
        ({"type": "Wholly new", "anything": [1, None, {"deep": True}]}, ""),
    ],
)
def test_resource_entry_of_a_value_or_its_text(spec: Any, name: str) -> None:
    entry = resource_entry(spec)

    assert (entry.kind, entry.name, entry.spec, entry.type) == ("resource", name, spec, spec["type"])
    assert resource_entry(json.dumps(dict(reversed(spec.items())), indent=2)) == entry


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "A resource is needed, as JSON."),
        ("[]", 0, "A resource is an object such as"),
        ('{"type": "S3" "url"}', 14, "This cannot be read: it is not JSON: Expecting ',' delimiter"),
        ('{"type": "S3", "url": "s3://a", "url": "s3://b"}', 32, "“url” is there twice."),
        ('{"type": "S3"}', 0, "The resource needs “url”, a text."),
        ('{"type": "S3", "url": 5}', 22, "The resource needs “url”, a text."),
        ('{"type": "S3", "url": "x"}', 22, "“url” is an address that begins with https://, http:// or s3://."),
        ('{"type": "S3", "url": "s3://a b"}', 22, "“url” is an address"),
        ('{"type": "S3", "url": "s3://[a"}', 22, "“url” is an address"),
        ('{"type": "S3", "url": "s3://a", "files": "x"}', 41, "“files” is a list of texts, not text."),
        ('{"type": "S3", "url": "s3://a", "files": ["x", 1]}', 47, "A file is named by a text."),
        ('{"type": "S3", "buckets": []}', 26, "“buckets” is a list of at least one object"),
        ('{"type": "S3", "buckets": [{"url": "s3://a"}, 1]}', 46, "A bucket is an object with a “url”"),
        ('{"type": "S3", "url": "s3://a", "buckets": []}', 43, "A node reads either “url” or “buckets”"),
        ('{"type": "HF"}', 0, "The resource needs “repo”, a text."),
        ('{"type": "HF", "repo": "a b"}', 23, "“repo” is no name that can be fetched"),
        ('{"type": "HF", "repo": "a/b", "revision": 1}', 42, "The resource needs “revision”, a text."),
        ('{"type": "Ollama", "model": ""}', 28, "The resource needs “model”, a text."),
        ('{"type": "s3", "url": "s3://a"}', 9, "Nodes know this type as “S3”, written so."),
        ('{"type": ""}', 9, "The resource needs a “type”"),
        ('{"url": "s3://a"}', 0, "The resource needs a “type”"),
        ('{"type": "%s"}' % ("x" * 41), 9, "A type has at most 40 characters"),
        ('{"type": "X", "v": NaN}', 0, "This cannot be stored: it holds a number"),
        ('{"type": "X", "v": "\\u0000"}', 19, "A text holds a character that cannot be stored."),
        ('{"type": "X", "v": "%s"}' % ("x" * 20_000), 20_000, "A resource has at most 20,000 characters."),
        ("[" * 5000, 0, "This cannot be read: it is nested more than 100 levels deep."),
    ],
)
def test_resource_entry_says_where_a_resource_breaks(text, at, message):
    with pytest.raises(InvalidEntry) as refused:
        resource_entry(text)

    assert (refused.value.message[: len(message)], refused.value.position) == (message, at)


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ({"IAM": {"access_key_id": "s3cr3t"}}, "IAM"),
        ({"url": "https://user:s3cr3t@h/p"}, "url"),
        ({"url": "https://h/p?X-Amz-Signature=s3cr3t"}, "url"),
        ({"odd": [{"deep": {"hf_token": "s3cr3t"}}]}, "odd.0.deep.hf_token"),
    ],
)
def test_resource_entry_refuses_credentials_without_repeating_them(spec, where):
    text = json.dumps({"type": "S3", "url": "s3://a", **spec})

    for written in (text, json.loads(text)):
        with pytest.raises(InvalidEntry) as refused:
            resource_entry(written)
        assert refused.value.message == f"“{where}” holds a credential. The list is public: leave it out."
    assert text[position_of(text, [int(step) if step.isdigit() else step for step in where.split(".")]) :].strip()


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
)


@settings(deadline=None)
@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_positions_are_where_the_values_stand(value, indent):
    text = json.dumps(value, indent=indent, ensure_ascii=False)

    def check(value: Any, start: int) -> None:
        assert json.loads(text[start : end_of(text, start)]) == value
        inside = members(text, start)
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        assert list(inside) == [key for key, _ in pairs]
        for key, item in pairs:
            check(item, inside[key])

    check(value, position_of(text, []))


def test_lines_count_from_one():
    lines = Lines("ab\n\ncd")

    assert [lines.place(position) for position in (0, 2, 3, 4, 6)] == [(1, 1), (1, 3), (2, 1), (3, 1), (3, 3)]
