"""Ten stories, each with something that is difficult to read."""

from __future__ import annotations

import datetime

from tests.newsroom.datelines import EN
from tests.newsroom.stories import Story

ODIHR = "OSCE Office for Democratic Institutions and Human Rights"
TRAFFICKING_OFFICE = (
    "Office of the Special Representative and Co-ordinator for Combating Trafficking in Human Beings"
)

TEN = (
    Story(
        node=575719,
        path="/odihr/575719",
        title="Memorial for Roma victims of genocide restored with the help of local schools",
        published=datetime.date(2024, 8, 2),
        content_type="News",
        offices=(ODIHR,),
        topics=("Roma and Sinti", "Tolerance and non-discrimination"),
        collections="Roma and Sinti genocide",
        teaser=f"WARSAW, 2 August 2024 {EN} A memorial that had been neglected for three decades "
        "was opened again today. Pupils of four schools had collected the names of the victims.",
    ),
    Story(
        node=575512,
        path="/node/575512",
        title="Online course on water diplomacy enters its third year",
        published=datetime.date(2024, 7, 30),
        teaser="Thirty participants from five countries begin an online course on water diplomacy "
        "that lasts until the end of September. It is the third of its kind...",
    ),
    Story(
        node=575398,
        path="/cthb/575398",
        title="Seven offices launch common hotline for victims of trafficking",
        published=datetime.date(2024, 7, 30),
        content_type="Press release",
        offices=(
            TRAFFICKING_OFFICE,
            "OSCE Secretariat",
            ODIHR,
            "OSCE Mission to Moldova",
            "Asian Partners for Co-operation",
            "Office of the Co-ordinator of OSCE Economic and Environmental Activities",
            "OSCE Chairpersonship",
        ),
        topics=(
            "Combating trafficking in human beings",
            "Rule of law",
            "Migration",
            "Reform and co-operation in the security sector",
        ),
        teaser=f"VIENNA/WARSAW/CHISINAU, 29 July 2024 {EN} A hotline that can be reached in eleven "
        "languages was launched today by seven OSCE structures and their partners.",
    ),
    Story(
        node=575377,
        path="/special-monitoring-mission-to-ukraine/575377",
        title="Archive of the closed monitoring missions opened to researchers",
        published=datetime.date(2024, 7, 29),
        content_type="Spot report",
        offices=(
            "OSCE Special Monitoring Mission to Ukraine (closed)",
            "OSCE Secretariat",
            "OSCE Mission to Croatia (closed)",
        ),
        topics=("Conflict prevention and resolution",),
        teaser="PRISHTINË/PRIŠTINA, 29 July 2024- The archives of two missions, closed in 2022 and "
        "in 2007, can from today be read by researchers who apply for it..",
    ),
    Story(
        node=575350,
        path="/fom/575350",
        title="The Village Voice and other small papers: what keeps local journalism alive?",
        emphasis="The Village Voice",
        published=datetime.date(2024, 7, 26),
        content_type="News",
        offices=("OSCE Representative on Freedom of the Media",),
        topics=("Media freedom and development", "Media pluralism"),
        teaser="OSH, Kyrgyzstan, 26 July 2024- Forty editors of local papers met in Osh today to "
        "compare how they pay their reporters, and to draw lessons from",
    ),
    Story(
        node=575341,
        path="/mission-to-serbia/575341",
        title='“Peace & Quiet”: mayors of towns with < 5,000 people discuss the "R&D gap" '
        f"{EN} and what's next",
        published=datetime.date(2024, 7, 25),
        content_type="Press statement",
        offices=("OSCE Mission to Serbia",),
        topics=("Economic activities", "Good governance"),
        teaser="25 July 2024, Prijepolje \N{EN DASH} The mayors of nineteen small towns asked for "
        '"fewer forms & more time" when they apply for funds. They agreed on the following:',
    ),
    Story(
        node=575320,
        path="/programme-office-in-bishkek/575320",
        title="Field officers exchange experience in mountain villages",
        published=datetime.date(2024, 7, 24),
        content_type="News",
        offices=("OSCE Programme Office in Bishkek",),
        topics=("Environmental activities", "Climate change"),
        teaser="What we do in the field matters: this was the view of the officers who met for "
        "three days to exchange experience from mountain villages. Where we are needed, they "
        "said, is seldom on a map.",
    ),
    Story(
        node=575306,
        path="/mission-in-kosovo/575306",
        title="Municipal notice boards to follow one form in both official languages",
        published=datetime.date(2024, 7, 24),
        content_type="News",
        offices=("OSCE Mission in Kosovo",),
        topics=("National minority issues",),
        teaser=f"PRISTINA, 24 July 2024 {EN} A notice now begins in both languages with the words "
        "Publishing date: 1 July 2024, Content type: Notice, and only then gives its subject.",
    ),
    Story(
        node=575299,
        path="/odihr/elections/bulgaria/575299",
        title="ODIHR opens limited election observation mission in Bulgaria",
        published=datetime.date(2024, 7, 23),
        content_type="Press release",
        offices=(ODIHR,),
        topics=("Elections",),
    ),
    Story(
        node=575280,
        path="/node/575280",
        title="Troika countries' young diplomats visit archive in Prague",
        published=datetime.date(2024, 7, 22),
        topics=("Youth", "Education"),
        teaser=f"PRAGUE {EN} 22 July 2024. Young diplomats saw the documents of the years from "
        "1972 to 1975, among them a seating plan drawn by hand...",
    ),
)
