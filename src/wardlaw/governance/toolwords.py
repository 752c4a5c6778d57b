"""Words by which a tool's definition says what it does, and an argument's what it holds. General English; no tool's names.

Tool definitions are written in English nearly everywhere; a definition in another language is not understood and is
taken for the worst it may be.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A tool whose name begins so, or whose description does, only looks.
READING = _words(
    """get list read search find check look lookup show view describe count query fetch retrieve browse download open
    load select filter sort compare summarize summarise analyze analyse calculate compute validate verify preview
    inspect explain estimate convert translate current is has can who what when where which peek tail head cat ls stat
    diff status history scan crawl visit navigate resolve think"""
)
# Things whose handling is graver than the verb: creating a *payment*, changing a *password*.
PAYING = _words(
    """money payment payments transaction transactions transfer transfers invoice payout refund charge wire remittance
    purchase order checkout subscription donation deposit withdrawal"""
)
CREDENTIALS = _words(
    "password passwords passcode passphrase pin credential credentials secret secrets token tokens apikey mfa otp 2fa ssh login"
)
PEOPLE = _words(
    """user users person people member members participant participants attendee attendees guest guests collaborator collaborators
    permission permissions access role roles owner owners group team follower reviewer assignee"""
)
MAILING = _words("email emails mail mails message messages sms letter dm reply replies notification comment comments")
ACCESS = _words(
    "participants attendees guests members collaborators permission permissions access role roles owner owners sharing visibility"
)
RUNNING = _words("execute exec run eval shell bash command script sql invoke call")
# A second sentence of a description that begins with one of these adds an effect: "It also sends an email".
ALSO = _words("also and then it will additionally automatically")

CONTENT = _words(
    """body content contents subject text message messages title description note notes summary comment comments caption html markdown
    details detail reason topic headline bio story draft statement remark memo location venue place agenda prompt"""
)
FRESH_NAME = _words("filename name title label")  # a new thing's name, where a thing is made
DESTINATION = _words(
    """recipient recipients to cc bcc email emails mail participant participants attendee attendees guest guests
    invitee invitees member members url uri link href host hostname domain webhook endpoint destination iban account
    phone channel channels user users username handle payee beneficiary receiver payto address addresses target site
    website server callback bucket repo repository remote wallet room assignee reviewer contact"""
)
ADDRESSING = _words("url uri link href host hostname domain webhook endpoint website site callback webpage")
POSTAL = _words("street city zip postcode state country")
CREDENTIAL = CREDENTIALS | _words("key pwd passwd")
WHEN = _words(
    "date time day start end deadline due when until since datetime timestamp from month year week hour expires duration"
)
AMOUNT = _words(
    """amount price quantity total sum value fee cost number n count limit size percent rate max min top guests persons people
    adults children nights hours minutes seconds length width height age depth score weight degree offset page"""
)
COUNTING = AMOUNT - {"number"} | {"of"}
NUMBERING = _words("id ids no nr num ref reference key code account order ticket case invoice row index")
OPTION = _words(
    """priority status state labels tags color colour currency language locale format type kind unit units category sort mode
    timezone encoding permission permissions visibility recurring verbose limit offset page cursor"""
)
LOOKING = _words("query search keyword keywords filter term pattern q expression")

WEB = _words("web webpage website url http https internet browse crawl online html")
BODY = _words("content contents text body source")
HOLDERS = _words("file document page attachment path resource note article")
OTHERS = _words(
    """email emails mail message messages inbox chat channel event events calendar file files document documents review
    reviews comment comments ticket tickets issue issues post posts feed thread note notes transaction transactions"""
)
OWN = _words("balance iban profile account accounts settings contacts contact directory preferences")

# Classes of data an output may hold.
DATA: dict[str, frozenset[str]] = {
    "contact": _words(
        "contact contacts email phone address user users member customer customers person profile information"
    ),
    "identity": _words("passport ssn id identity license licence information"),
    "financial": _words("iban balance account transaction transactions card bank salary invoice payment information"),
    "secret": CREDENTIALS,
    "health": _words("patient medical health diagnosis prescription"),
}
