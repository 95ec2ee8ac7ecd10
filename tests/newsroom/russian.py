"""Six stories in Russian, made up; type, topic and the form of the dateline were seen printed."""

from __future__ import annotations

import datetime

from tests.newsroom.stories import Story

_RELEASE = "Пресс-релиз"
_MEDIA = "Свобода и развитие СМИ"

SIX = (
    Story(
        node=538414,
        path="/fom/538414",
        title="Редакторы районных газет обсудили в Вене доступ к информации",
        published=datetime.date(2023, 3, 6),
        content_type=_RELEASE,
        topics=(_MEDIA,),
        teaser="ВЕНА, 6 марта 2023 года- Сорок редакторов районных газет обсудили сегодня, как "
        "быстрее получать ответы на запросы и что делать, если ответа нет.",
    ),
    Story(
        node=538390,
        path="/node/538390",
        title="Онлайн-курс о водных ресурсах начался в пяти странах",
        published=datetime.date(2023, 3, 3),
        teaser="Тридцать участников из пяти стран приступили к онлайн-курсу о совместном "
        "использовании водных ресурсов...",
    ),
    Story(
        node=538211,
        path="/fom/538211",
        title="«Тихий час»: как местное радио «Голос & Слово» работает на трёх языках",
        published=datetime.date(2023, 2, 27),
        content_type=_RELEASE,
        topics=(_MEDIA, "Вопросы национальных меньшинств"),
        teaser="КИШИНЁВ, 27 февраля 2023 года \N{EN DASH} Небольшая радиостанция рассказала о том, "
        "как она готовит новости на трёх языках и почему её слушают в соседних сёлах.",
    ),
    Story(
        node=537902,
        path="/odihr/537902",
        title="Миссия по наблюдению за выборами приступает к работе",
        published=datetime.date(2023, 2, 14),
        content_type=_RELEASE,
        topics=("Выборы",),
        teaser="ВАРШАВА, 14 февраля 2023 года \N{EN DASH} Двенадцать экспертов будут следить за "
        "подготовкой к выборам:",
    ),
    Story(
        node=537655,
        path="/programme-office-in-bishkek/537655",
        title="Учителя и пограничники встретились в горном селе",
        published=datetime.date(2023, 1, 31),
        topics=("Образование",),
    ),
    Story(
        node=537540,
        path="/node/537540",
        title="В Душанбе открылась выставка детских рисунков о реке",
        published=datetime.date(2022, 12, 28),
        content_type=_RELEASE,
        teaser="ДУШАНБЕ, 28 декабря 2022 года- Рисунки двухсот школьников показывают, как река "
        "менялась за последние годы..",
    ),
)
