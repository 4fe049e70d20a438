#!/usr/bin/python3
"""What packaging/embed leaves away from the pages must mean nothing: scripts full of traps do the same before and after."""

import html.parser
import pathlib
import subprocess
import tempfile
import unittest

from harness import ROOT

TRAPS = {
    "ends": r"""
    const e1 = 'no end;}';
    function e2() { return e1; }
    console.log(e2(), `x;}`);
""",
    "texts": r"""
    // a comment
    const a = 'x // no comment, y';   // said with care
    const b = "a , b : { c }  // still text";
    const c = `one { two , three } ${[1, 2].map((n) => n + 1).join(' , ')}`;
    const d = 'a ? b : c => { d } = e';
    const e = `a ${`b , ${1 + 1} = c`} d , e`;
    const url = 'http://a.b/c, d';
    console.log([a, b, c, d, e, url].join('|'));
""",
    "expressions": r"""
    const f = 3, g = 2;
    let h = f + +g, i = f - -g, j = f+ ++h;
    const k = /a , b = \/ {2}/.test('a , b = /  ');
    const l = f < g ? 'small' : f > g ? .5 : 'same';
    const { m = 4, ...n } = { o: 1, p: 2 };
    for (const q of [1, 2]) { i += q; }
    label: for (;;) { break label; }
    console.log(h, i, j, k, l, m, n, f / g, [...'abc'].length, typeof (f), f ** g, !(f in [1, 2, 3, 4]));
""",
    "over_lines": r"""
    const r = 1
    const s = [r,
      2,
      3]
    console.log(s)
    const t = `first
        // not a comment
      indented , and { spaced }

    last`;
    console.log(t);
      // a comment now
    const u = 'a \
      // text over two lines';
    console.log(u);
""",
    "blocks": r"""
    /* a comment
       // of several */
    const v = 1; /* one , two */ const w = 2;
    /*
    // ends here: */ console.log(v, w);
    function y() { for (let i = 0; i < 2; i++) { if (i) { return 'a; }'; } }
    }
    do { y(); } while (0);
    console.log(y(), (() => { return 1; })());
    class X { constructor() { this.y = () => { return { z: 1 }; }; } }
    console.log(new X().y().z);
""",
}


def tags_of(page):
    """Every tag with its attributes, and every text, as a browser's parser has them."""
    told = []
    reader = html.parser.HTMLParser()
    reader.handle_starttag = lambda tag, attributes: told.append((tag, attributes))
    reader.handle_startendtag = lambda tag, attributes: told.append((tag, attributes))
    reader.handle_data = lambda text: told.append(text)
    reader.feed(page)
    return told


class Embed(unittest.TestCase):
    def carry(self, folder, files):
        done = subprocess.run([ROOT / "packaging/embed", "out", *files], cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout

    def test_scripts_do_the_same(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "web/traps").mkdir(parents=True)
            files = [f"web/traps/{trap}.js" for trap in TRAPS]
            for file, text in zip(files, TRAPS.values()):
                (folder / file).write_text(text, encoding="utf-8")
            self.carry(folder, files)
            for file, text in zip(files, TRAPS.values()):
                carried = folder / "out" / file.replace("/", "_")
                says = [subprocess.run(["node", one], capture_output=True, text=True, check=True).stdout for one in (folder / file, carried)]
                self.assertTrue(says[0].strip())
                self.assertEqual(*says, file)
                self.assertLess(len(carried.read_text(encoding="utf-8")), len(text), file)

    def test_styles_and_documents(self):
        style = '/* gone */\n  a > b { color: #ffffff; margin: 0.5em, 0.1em; }\n/* two\n  lines */\n  i::before { content: "a : b ; { "; }\n  b[c="d"]:e { f: "g"; }\n'
        page = "<!-- gone -->\n  <p>\n    text\n  </p>\n<pre>\n  kept\n</pre>\n"
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "web/x").mkdir(parents=True)
            (folder / "web/x/a.css").write_text(style, encoding="utf-8")
            (folder / "web/x/a.html").write_text(page, encoding="utf-8")
            self.carry(folder, ["web/x/a.css", "web/x/a.html"])
            self.assertEqual((folder / "out/web_x_a.css").read_text(encoding="utf-8"),
                             'a>b{color:#fff;margin:.5em,.1em}/* two\n  lines */\ni::before{content:"a : b ; { "}b[c=d]:e{f:"g"}')
            self.assertEqual((folder / "out/web_x_a.html").read_text(encoding="utf-8"), "<p>text\n</p><pre>\n  kept\n</pre>\n")

    def test_tags_mean_the_same(self):
        page = ('<p class="a" id="b-1" title="a b" data-x="" data-y="&gt;" hidden>class="a" x="y" </p> <a href="/x/" rel="c"/>\n'
                '<img alt="1 > 2" class="d" src=""><b lang="zh-CN" data-q=\'"r"\' data-s="t=u">5 < 6 id="v" </b>\n')
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "web/x").mkdir(parents=True)
            (folder / "web/x/a.html").write_text(page, encoding="utf-8")
            self.carry(folder, ["web/x/a.html"])
            carried = (folder / "out/web_x_a.html").read_text(encoding="utf-8")
            self.assertEqual(tags_of(carried), tags_of(page))
            self.assertIn("<p class=a id=b-1 title=", carried)

    def test_a_version_for_each_content(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "web/x").mkdir(parents=True)
            seen = set()
            for text in ("const V = '@PAGES@';\n", "const V = '@PAGES@' ;\n", "const V = '@PAGES@';\n"):
                (folder / "web/x/a.js").write_text(text, encoding="utf-8")
                version = self.carry(folder, ["web/x/a.js"]).split('assets_version[] = "')[1][:16]
                self.assertIn(version, (folder / "out/web_x_a.js").read_text(encoding="utf-8"))
                seen.add(version)
            self.assertEqual(len(seen), 2)


if __name__ == "__main__":
    unittest.main()
