"""What is in a page, read without a browser."""

from html.parser import HTMLParser


class Elements(HTMLParser):
    """The elements of a page: their names, attributes and direct texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.is_open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))
        self.is_open = True

    def handle_endtag(self, tag: str) -> None:
        self.is_open = False

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.found[-1][2].append(data)

    def named(self, name: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attrs, "".join(texts)) for tag, attrs, texts in self.found if tag == name]

    def script(self, identifier: str) -> str:
        (text,) = (text for attrs, text in self.named("script") if attrs.get("id") == identifier)
        return text
