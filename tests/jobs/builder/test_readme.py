"""Readmes as HTML: what is made of them, and that nothing of a stranger's comes to life."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.builder.readme import MOST_LINES, rendered
from tests.jobs.pages import dangers

TEXT = """\
Runs **one** thing with `x <y>`.
It goes on.

## Use it
```
curl 'https://a' -d '{"b": 1}'

  # not a heading
```
- first [link](https://a.example/?b=1&c=2)
* second

###### Last
"""


def test_a_readme_is_rendered_block_by_block() -> None:
    assert rendered(TEXT) == (
        "<p>Runs <strong>one</strong> thing with <code>x &lt;y&gt;</code>. It goes on.</p>\n"
        "<h3>Use it</h3>\n"
        '<pre class="readme-code" tabindex="0" aria-label="Code"><code>curl &#x27;https://a&#x27; -d '
        "&#x27;{&quot;b&quot;: 1}&#x27;\n\n  # not a heading</code></pre>\n"
        '<ul><li>first <a href="https://a.example/?b=1&amp;c=2" rel="noopener nofollow noreferrer">link</a></li>'
        "<li>second</li></ul>\n"
        "<h3>Last</h3>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,1)", "<p>[x](data:text/html,1)</p>"),
        ('[x](https://a"onclick=1)', "<p>[x](https://a&quot;onclick=1)</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("`<b>` **<i>**", "<p><code>&lt;b&gt;</code> <strong>&lt;i&gt;</strong></p>"),
        ("a\u202eb\0", "<p>a[U+202E]b␀</p>"),
        (
            "```\nnever closed",
            '<pre class="readme-code" tabindex="0" aria-label="Code"><code>never closed</code></pre>',
        ),
    ],
)
def test_what_is_not_known_stays_text(text: str, html: str) -> None:
    assert rendered(text) == html


@given(st.text(alphabet=st.sampled_from("#-*` \n[]()<>&\"'=ab:/https.\\javscriptonload"), max_size=200))
def test_no_readme_comes_to_life(text: str) -> None:
    html = rendered(text)
    assert dangers(html) == []
    assert "<script" not in html


def test_a_readme_without_end_is_cut() -> None:
    html = rendered("a\n\n" * 10_000)
    assert html.count("<p>") == MOST_LINES // 2
