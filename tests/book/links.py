#!/usr/bin/python3
"""links.py SITE: links between the pages resolve, ids are unique, and nothing is loaded from the network."""
import html.parser
import os
import sys

site = sys.argv[1]
pages = {}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.loads, self.ids = [], [], []

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "a" and "href" in a:
            self.links.append(a["href"])
        if tag == "link" and a.get("rel") == "stylesheet":
            self.loads.append(a["href"])
        if "src" in a:
            self.loads.append(a["src"])


for name in os.listdir(site):
    if name.endswith(".html"):
        pages[name] = Page()
        pages[name].feed(open(os.path.join(site, name)).read())
for name, page in pages.items():
    twice = {i for i in page.ids if page.ids.count(i) > 1}
    assert not twice, f"{name}: ids stand twice: {twice}"
    for load in page.loads:
        assert load.startswith("data:") or ":" not in load, f"{name} loads {load}"
        assert load.startswith("data:") or os.path.exists(os.path.join(site, load)), f"{name}: {load} is not there"
    for link in page.links:
        target, _, place = link.partition("#")
        if ":" in target:
            continue
        assert (target or name) in pages, f"{name}: the link {link} leads nowhere"
        assert not place or place in pages[target or name].ids, f"{name}: {link} names no place"
css = open(os.path.join(site, "style.css")).read()
assert "http" not in css and "@import" not in css and "url(" not in css, "style.css loads something"
