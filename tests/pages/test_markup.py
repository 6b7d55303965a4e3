import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from climbpose.pages.markup import data_block, element, join, text


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


words = st.text(st.characters(exclude_characters="\r\0"))


@given(words, words)
def test_text_comes_back_as_it_was(content: str, title: str) -> None:
    page = Reader(element("p", content, title=title))
    known = content.encode("utf-8", "replace").decode()
    assert page.tags == ["p"]
    assert page.text == known
    assert page.attributes == {"title": title.encode("utf-8", "replace").decode()}


@given(words)
def test_nothing_in_data_ends_its_script(content: str) -> None:
    block = data_block("data", [content])
    assert block.count("<") == 2
    inside = block[block.index(">") + 1 : block.rindex("<")]
    assert json.loads(inside) == [content]
    assert inside.isascii()


def test_markup_is_not_escaped_again() -> None:
    assert element("p", element("b", "<")) == "<p><b>&lt;</b></p>"
    assert text(element("b")) == "<b></b>"


def test_parts_are_joined_and_none_left_out() -> None:
    assert join("a", None, [element("i"), ["<"]]) == "a<i></i>&lt;"


def test_attributes() -> None:
    made = element("input", type="checkbox", checked=True, disabled=False, class_="a", data_x=0)
    assert made == '<input type="checkbox" checked class="a" data-x="0">'
