"""Texts of articles, and whole pages, that a reader of markup may stumble over; all made up."""

from __future__ import annotations

LISTS = """<p>The participants agreed on three points.</p>
<h2>First: <em>reports</em></h2>
<ul>
<li>One form for all reports,
    in two languages.</li>
<li><p>Deadlines:</p><ul><li>ten days for offices;</li><li>a month for missions.</li></ul></li>
<li>No fees.</li>
</ul>
<h3>Second: order</h3>
<ol start="4"><li>Ask.</li><li>Listen.<br>Then answer.</li></ol>
<p>The rest is for the autumn.</p>
"""

CONTACT = """<p>The hotline opens on Monday at eight o’clock in the morning and is free of charge.</p>
<p>It can be reached from four countries.</p>
<p>For further information, please contact:</p>
<p>Anna Example, Spokesperson<br>Press and Public Information Section<br>Office: +43 1 514 36 0000<br>
anna.example@osce.example</p>
<p>Boris Sample<br>Mobile: +43 676 000 00 00</p>
"""

TWO_LANGUAGES = """<p>The mayors of four towns met today to speak of one bridge and of what it would take to
open it again for cars, carts and people on foot before the winter comes.</p>
<p><em>(Russian version below)</em></p>
<div lang="ru"><p>Мэры четырёх городов встретились сегодня, чтобы обсудить, что нужно сделать, чтобы мост
снова открылся для машин, повозок и пешеходов ещё до начала зимы.</p>
<p>Следующая встреча пройдёт весной.</p></div>
"""

HIDDEN = """<p>What a reader sees<span style="display:none"> and what nobody sees</span>.</p>
<script>document.write("<p>written by a script</p>");</script>
<style>p::after { content: "style"; }</style>
<noscript><p>for browsers without scripts</p></noscript>
<p hidden>hidden by an attribute</p>
<p class="element-invisible">hidden by a class</p>
<p style="visibility: hidden">hidden by its style</p>
<div aria-hidden="true">for no reader</div>
<template><p>a template</p></template>
<!-- <p>a comment</p> -->
<p>The visible text <!-- and a comment --> goes on<script>x()</script> here.</p>
<iframe src="https://video.example/1"><p>no frames</p></iframe>
<form action="/rate"><label>Rate this page</label><select><option>good</option></select></form>
"""

LINES = """TIRANA, 24 July 2024 - The text has no paragraphs,<br>only lines that end with a break.<br>
<br>
Two breaks make a paragraph.<br><br><br><b>A bold line</b><br/>
and the last one.
"""

TABLES = """<p>Turnout by district:</p>
<table><caption>Turnout</caption>
<thead><tr><th>District</th><th>Voters</th><th>Turnout</th></tr></thead>
<tbody><tr><td>North</td><td>12,400</td><td>61&nbsp;%</td></tr>
<tr><td><p>South<br>and west</p></td><td>9,800</td><td></td></tr></tbody></table>
<table><tr><td><p>This table is there for its layout.</p><p>It has two paragraphs.</p></td></tr></table>
<p>More is in the report.</p>
"""

QUOTES = """<p>The speakers were brief.<sup><a href="#_ftn1">1</a></sup></p>
<blockquote><p>We came to listen.</p><p>And we did.<a href="#_ftn2">[2]</a></p></blockquote>
<p>The store covers 40&nbsp;m<sup>2</sup> on the 21<sup>st</sup> floor.</p>
<hr>
<p><a href="#_ftnref1">[1]</a> All but one.</p>
<p><sup>[2]</sup> For two hours.</p>
"""

FIGURE = """<p>Before the picture.</p>
<figure><img src="/sites/default/files/styles/large/public/opening.jpg?itok=x1" alt="A bridge" width="800">
<figcaption>The bridge at its opening, <em>24 July</em>. (OSCE/Carla Invented)</figcaption></figure>
<p>After the picture.</p>
"""

# Case -> the text's HTML, and what it shows. Each stands in the page of one and the same story.
TEXTS = {
    "lists": (LISTS, "Headings, lists in a list, a list with numbers that begins with 4."),
    "contact": (CONTACT, "A contact block without a heading, below the text."),
    "two-languages": (TWO_LANGUAGES, "The text in English and, below it, in Russian."),
    "hidden": (HIDDEN, "Scripts and hidden text of all kinds among what is seen."),
    "lines": (LINES, "A text without paragraphs, in lines that end with a break."),
    "tables": (TABLES, "A table of numbers, and one that is there for its layout."),
    "quotes": (QUOTES, "Quotations, footnotes, raised letters."),
    "figure": (FIGURE, "An image with its caption inside the text."),
    "no-text": ("<p>&nbsp;</p>\n<div></div>\n", "An article without text."),
}

_OLD = """<html>
<head><title>OSCE Newsroom - Observers to be sent to three towns</title></head>
<body bgcolor="#ffffff">
<table width="600" border="0"><tr><td width="120" valign="top">
<a href="/home.htm">Home</a><br><a href="/news.htm">News</a><br><a href="/docs.htm">Documents</a></td>
<td valign="top"><font face="Arial" size="4"><b>Observers to be sent to three towns</b></font>
<p><font size="2">WARSAW, 3 June 1998 - Sixty observers from twelve countries will be sent to three towns
where the elections of last month have to be held again. They will stay for nine days, the Office said
today.</font>
<p><font size="2">The observers will visit polling stations in the early morning and at night, when votes are
counted. A first report will be read to the press on the day after the vote, in the town hall.</font>
<p><font size="2">Elections in the other towns were found to be in order, though lists of voters were often
old and in some places could not be seen by the public before the day of the vote.</font>
</td></tr></table>
<hr><font size="1">Copyright 1998</font>
</body>
</html>
"""

_BARE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Log in | OSCE</title></head>
<body><header>OSCE</header><main><h1>Log in</h1>
<p>Enter your user name and your password. If you have forgotten it, write to the help desk, which is there
from Monday to Friday, and ask for a new one; it takes a day or two.</p></main></body>
</html>
"""

# Case -> a whole page, and what it shows.
PAGES = {
    "old-tables": (
        _OLD,
        "A page as the nineties wrote them: tables, fonts, no heading, no end of paragraphs.",
    ),
    "login": (_BARE, "A page for logging in, which is no article though it has a text."),
}
