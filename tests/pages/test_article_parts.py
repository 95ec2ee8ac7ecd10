"""The parts of an article's page other than its text."""

from __future__ import annotations

import pytest

from osce_news.items import Download, Image, Translation
from tests.pages.articles import PROSE, URL, layout, paragraphs, read, unknown

PDF = "/files/f/documents/5/7/477547.pdf"
PDF_AT = f"https://www.osce.org{PDF}"


def downloads(item: str) -> tuple[Download, ...]:
    """The downloads of a page that lists this one."""
    return read(layout(PROSE, beside=f'<ul class="osce-download-links"><li>{item}</li></ul>')).downloads


@pytest.mark.parametrize(
    ("item", "title", "language"),
    [
        (f'<a href="{PDF}">Report</a>', "Report", None),
        (f'<a href="{PDF}">Report (English)</a>', "Report (English)", "en"),
        (f'<a href="{PDF}">Отчёт [Русский]</a>', "Отчёт [Русский]", "ru"),
        (f'<a href="{PDF}">Français</a>', "Français", "fr"),
        (f'<a href="{PDF}" hreflang="sr-Latn">Izveštaj</a>', "Izveštaj", "sr"),
        (f'<a href="{PDF}" lang="UK">Звіт</a>', "Звіт", "uk"),
        (f'<a href="{PDF}" hreflang="?" lang="fr">Rapport</a>', "Rapport", "fr"),
        (f'<a href="{PDF}" lang="und">Raport (Polski)</a>', "Raport (Polski)", "pl"),
        (f'<a href="{PDF}">Report</a> (PDF, English)', "Report", "en"),
        (f'<a href="{PDF}">Report</a> (English)', "Report", "en"),
        (f'<a href="{PDF}" title="Report"><img src="pdf.png"></a>', "Report", None),
        (f'<a href="{PDF}"></a>', None, None),
    ],
)
def test_a_download_has_title_and_language(item: str, title: str | None, language: str | None) -> None:
    assert downloads(item) == (Download(title, PDF_AT, language),)


@pytest.mark.parametrize("href", ["#", "javascript:x()", "http://[", ""])
def test_a_download_without_an_address_is_none(href: str) -> None:
    assert downloads(f'<a href="{href}">Report</a>') == ()


def test_without_a_list_of_downloads_the_links_to_documents_are_those() -> None:
    article = read(
        layout(f'{PROSE}<p>See <a href="{PDF}">the report</a> and <a href="/node/2">news</a>.</p>')
    )
    assert article.downloads == (Download("the report", PDF_AT),)
    assert paragraphs(article)[-1] == "See the report and news."


@pytest.mark.parametrize(
    ("markup", "image"),
    [
        ('<img src="/a.jpg">', Image("https://www.osce.org/a.jpg")),
        ('<img src="data:x" data-src="/a.jpg">', Image("https://www.osce.org/a.jpg")),
        ('<img data-src="a.jpg">', Image("https://www.osce.org/odihr/a.jpg")),
        ('<img src="/logo.png"><img src="/a.jpg">', Image("https://www.osce.org/a.jpg")),
        ('<img src="/oscelogo.png"><img src="/catalogo.jpg">', Image("https://www.osce.org/catalogo.jpg")),
        ('<img src="/osce_Icons2.png"><img src="/favicon.png">', None),
        ('<img src="/semiconductors.jpg">', Image("https://www.osce.org/semiconductors.jpg")),
        ('<img src="/iconic-helsinki.jpg">', Image("https://www.osce.org/iconic-helsinki.jpg")),
        ('<img src="data:x">', None),
        ('<img src="/a.jpg" width="1" height="1">', None),
        ('<img src="">', None),
        ("<img>", None),
        (
            '<figure><img src="/a.jpg"><figcaption>A <b>b</b></figcaption></figure>',
            Image("https://www.osce.org/a.jpg", "A b"),
        ),
        (
            '<div><div><img src="/a.jpg"></div><div class="image-caption">A</div></div>',
            Image("https://www.osce.org/a.jpg", "A"),
        ),
        (
            '<div><img src="/a.jpg"><img src="/b.jpg"><p class="caption">of b</p></div>',
            Image("https://www.osce.org/a.jpg"),
        ),
    ],
)
def test_the_image_is_the_first_that_is_no_logo(markup: str, image: Image | None) -> None:
    article = read(layout(f"{markup}{PROSE}"))
    assert article.image == image
    assert paragraphs(article) == [PROSE[3:-5]], "a caption is no part of the text"


def test_languages_come_from_the_head_and_from_the_switcher_each_once() -> None:
    head = '<link rel="alternate" hreflang="ru" href="/ru/node/1"><link rel="alternate" href="/feed/2">'
    switcher = (
        '<ul class="language-switcher"><li><a href="/ru/node/7">Русский</a></li><li><a href="/uk/node/1" '
        'lang="uk">x</a></li><li><a href="/sr/node/1">Srpski</a></li><li><a href="/de">Deutsch</a></li></ul>'
    )
    article = read(layout(PROSE, head=head, beside=switcher))
    assert article.languages == (
        Translation("ru", "https://www.osce.org/ru/node/1"),
        Translation("uk", "https://www.osce.org/uk/node/1"),
        Translation("sr", "https://www.osce.org/sr/node/1"),
    )
    assert "Srpski" not in (article.text or "")


def test_the_page_itself_is_one_of_its_languages() -> None:
    head = f'<link rel="alternate" hreflang="en" href="{URL}">'
    assert read(layout(PROSE, head=head)).languages == (Translation("en", URL),)


LABELS = (
    "<div><b>Content type:</b> News</div><div><b>Where we are:</b> <a>OSCE Secretariat</a>, <a>Troika</a>"
    "</div><div><div class='l'>What we do:</div><div class='v'>Elections</div></div>"
)


@pytest.mark.parametrize("inside", [True, False])
def test_the_pages_labels_are_read_and_are_no_text(inside: bool) -> None:
    article = read(layout(PROSE + LABELS) if inside else layout(PROSE, beside=LABELS))
    assert article.content_type == "News"
    assert article.offices == "OSCE Secretariat, Troika"
    assert article.topics == "Elections"
    assert paragraphs(article) == [PROSE[3:-5]]


def test_a_sentence_that_begins_like_a_label_is_text() -> None:
    article = read(layout("<p>What we do: we listen.</p>"))
    assert (article.topics, article.text) == (None, "What we do: we listen.")


def test_a_date_behind_its_label_is_the_date_where_no_other_is_printed() -> None:
    html = layout(PROSE, beside="<div><b>Publishing date:</b> 2 June 2021</div>")
    assert read(html).published == "1 May 2020"
    assert read(html.replace("date-display-single", "x")).published == "2 June 2021"


CONTACT = "<p>Anna Example<br>Spokesperson<br>+43 1 514 36 0000</p>"


@pytest.mark.parametrize(
    "block",
    [
        f"<h3>Contacts</h3>{CONTACT}",
        f"<p><b>Media contact:</b></p>{CONTACT}",
        f"<p>For further information, please contact:</p>{CONTACT}",
        f"<h3>Контакты</h3>{CONTACT}",
        f'<div class="contact-block"><h3>Whom to ask</h3>{CONTACT}</div>',
    ],
)
def test_the_contact_block_is_kept_apart_from_the_text(block: str) -> None:
    article = read(layout(f"{PROSE}{block}"))
    assert paragraphs(article) == [PROSE[3:-5]]
    assert (article.contact or "").endswith("Anna Example\nSpokesperson\n+43 1 514 36 0000")


def test_a_contact_block_beside_the_text_is_found_too() -> None:
    pane = f'<div><div class="pane-content">{PROSE}</div></div>'
    text = f'<div class="content--content"><h1>A title</h1>{pane}</div>'
    article = read(unknown(f'<div>{text}<div class="contact">{CONTACT}</div></div>'))
    assert (article.contact or "").startswith("Anna Example")
    assert paragraphs(article) == [PROSE[3:-5]]


def test_what_follows_a_contact_block_is_text_again() -> None:
    article = read(layout(f"{PROSE}<h3>Contacts</h3>{CONTACT}<h3>Background</h3>{PROSE}"))
    assert paragraphs(article) == [PROSE[3:-5], "Background", PROSE[3:-5]]


@pytest.mark.parametrize(
    "sentence", ["Contacts between the two towns were few.", "For media inquiries there was no time."]
)
def test_a_sentence_about_contacts_is_text(sentence: str) -> None:
    article = read(layout(f"<p>{sentence}</p>{PROSE}"))
    assert (paragraphs(article)[0], article.contact) == (sentence, None)
