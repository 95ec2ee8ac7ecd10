"""The words that titles and teasers are put together from; all invented for the tests."""

from __future__ import annotations

GENERAL_SUBJECTS = (
    "early warning in border municipalities",
    "confidence-building among local communities",
    "the implementation of human dimension commitments",
    "regional co-operation on water and energy",
    "public trust in local institutions",
    "dialogue between authorities and civil society",
    "the winter programme of the field offices",
    "the priorities of the coming year",
)

SUBJECTS = {
    "Arms control": (
        "the storage of small arms and ammunition",
        "the exchange of military information",
        "safe disposal of rocket fuel components",
    ),
    "Border management": (
        "passport control at land crossings",
        "the detection of forged travel documents",
        "joint patrols along mountain borders",
    ),
    "Climate change": ("climate risks in river basins", "heat waves and security in cities"),
    "Combating trafficking in human beings": (
        "the identification of trafficking victims",
        "labour exploitation in supply chains",
        "safe houses for survivors of trafficking",
    ),
    "Conflict prevention and resolution": (
        "incident prevention along the contact line",
        "mediation at the municipal level",
        "access for civilians to bridges and schools",
    ),
    "Countering terrorism": (
        "the protection of soft targets",
        "preventing radicalization in prisons",
        "advance passenger information",
    ),
    "Democratization": (
        "the work of parliamentary committees",
        "open hearings in city councils",
        "a code of conduct for members of parliament",
    ),
    "Economic activities": (
        "tracing the proceeds of crime",
        "small business in remote districts",
        "customs procedures for perishable goods",
    ),
    "Education": (
        "history teaching in mixed schools",
        "a new syllabus for human rights classes",
        "evening classes for adult learners",
    ),
    "Elections": (
        "the accuracy of voter lists",
        "the counting of postal votes",
        "campaign finance rules",
        "access to polling stations for voters with disabilities",
    ),
    "Environmental activities": (
        "the clean-up of abandoned pesticide stores",
        "wildfire management",
        "public hearings on mining permits",
    ),
    "Gender equality": (
        "women in the security forces",
        "hotlines against domestic violence",
        "mentoring for women in local politics",
    ),
    "Good governance": ("transparent public procurement", "asset declarations of officials"),
    "Human rights": (
        "monitoring places of detention",
        "freedom of peaceful assembly",
        "the work of ombudsperson institutions",
    ),
    "Media freedom and development": (
        "access to information",
        "the draft law on broadcasting",
        "community radio in minority languages",
    ),
    "Migration": ("the integration of returning migrants", "fair recruitment abroad"),
    "National minority issues": (
        "street signs in two languages",
        "minority councils",
        "schooling in minority languages",
    ),
    "Policing": ("community policing", "crime scene work", "police training in open-source research"),
    "Reform and co-operation in the security sector": (
        "parliamentary oversight of the armed forces",
        "the legal status of conscripts",
    ),
    "Roma and Sinti": ("the legalization of Roma settlements", "school mediators in Roma communities"),
    "Rule of law": ("trial monitoring", "free legal aid in rural courts", "the backlog of enforcement cases"),
    "Safety of journalists": ("threats against reporters", "safety training for freelance journalists"),
    "Tolerance and non-discrimination": (
        "the recording of hate crimes",
        "the protection of places of worship",
    ),
    "Youth": ("youth councils", "summer schools for young leaders"),
}

EVENTS = (
    "A two-day workshop",
    "A training course",
    "A round table",
    "A regional conference",
    "A study visit",
    "An expert meeting",
    "A summer school",
    "A table-top exercise",
    "A public discussion",
    "A series of seminars",
)

PEOPLE = (
    "police officers",
    "judges and prosecutors",
    "border guards",
    "journalists",
    "municipal officials",
    "teachers",
    "civil society representatives",
    "young leaders",
    "election officials",
    "customs officers",
    "social workers",
    "members of parliament",
)

PLACES = (
    "Almaty",
    "Batumi",
    "Belgrade",
    "Bishkek",
    "Bitola",
    "Chisinau",
    "Durrës",
    "Dushanbe",
    "Gjilan/Gnjilane",
    "Kherson",
    "Khujand",
    "Niš",
    "Odessa",
    "Osh",
    "Podgorica",
    "Prijepolje",
    "Sarajevo",
    "Shkodra",
    "Skopje",
    "Tashkent",
    "Tiraspol",
    "Vienna",
    "Warsaw",
    "Yerevan",
)

COUNTRIES = (
    "albania",
    "armenia",
    "bulgaria",
    "croatia",
    "georgia",
    "kazakhstan",
    "moldova",
    "montenegro",
    "serbia",
    "ukraine",
)

VERBS = (
    "supports",
    "promotes",
    "discusses",
    "reviews",
    "trains officials on",
    "publishes guide to",
    "calls for progress on",
    "hosts meeting on",
    "helps improve",
    "concludes project on",
    "welcomes steps on",
    "voices concern over",
)

CLOSINGS = (
    "Participants agreed on a list of next steps",
    "The recommendations will be published in the coming weeks",
    "The event is part of a project that runs until the end of next year",
    "“Good rules are not enough; people have to know them,” the Head of Mission said",
    "More than half of the participants were women",
    "It was organized together with the Ministry of the Interior & the city's administration",
    "Similar events are planned in three further towns",
    "The project is financed by several participating States",
)

NAMES = {
    "OSCE Office for Democratic Institutions and Human Rights": "ODIHR",
    "OSCE High Commissioner on National Minorities": "OSCE High Commissioner",
    "OSCE Representative on Freedom of the Media": "OSCE media freedom representative",
    "OSCE Chairmanship": "OSCE Chair",
    "OSCE Chairpersonship": "OSCE Chair",
    "OSCE Special Monitoring Mission to Ukraine": "SMM",
}
